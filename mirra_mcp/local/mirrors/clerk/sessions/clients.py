"""Clients: a browser or device, the sessions at it, and what is under way there.

Source: https://clerk.com/docs/reference/backend-api (Clients)
"""

from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.identity import claims_of
from mirra_mcp.local.mirrors.clerk.api.params import MaybePaged
from mirra_mcp.local.mirrors.clerk.sessions.handshakes import Handshakes
from mirra_mcp.local.mirrors.clerk.sessions.params import VerifyClient
from mirra_mcp.wire.model import Doc


class Clients(Handshakes):
    """The browsers and devices that people sign in at."""

    entity, plural = "client", "clients"
    object = prefix = title = "client"
    names = ()
    blank = {
        "object": "client",
        "id": "",
        "session_ids": [],
        "sign_in_id": None,
        "sign_up_id": None,
        "last_active_session_id": None,
        "last_authentication_strategy": None,
        "created_at": None,
        "updated_at": None,
    }

    def missing(self, id: str) -> VendorError:
        """Say that there is no such client.

        Source: https://github.com/clerk/clerk-docs (data/api_errors.json, `ClientNotFound`)
        """
        return errors.not_found(f"No client was found with id {id}", "Client not found")

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of a client, with its sessions."""
        found = (self.mirror.sessions.peek(id) for id in doc["session_ids"])
        sessions = [self.mirror.sessions.view(each) for each in found if each is not None]
        return super().view(doc) | {"sessions": sessions}

    @route("GET /v1/clients")
    def list(self, params: MaybePaged) -> Any:
        """List clients, newest first.

        Source: https://clerk.com/docs/reference/backend-api (List all clients)
        """
        return self.listed_as_asked(params)

    @route("POST /v1/clients/verify")
    def verify(self, params: VerifyClient) -> Doc:
        """Return the client that a browser's own token stands for.

        Source: https://clerk.com/docs/reference/backend-api (Verify a client)
        """
        return self.view(self.of_token(params.token))

    @route("GET /v1/clients/{client_id}")
    def retrieve(self, client_id: str) -> Doc:
        """Return one client.

        Source: https://clerk.com/docs/reference/backend-api (Get a client)
        """
        return self.view(self.get(client_id))

    # what others do with clients

    def open(self) -> Doc:
        """Make a client at which nobody is signed in yet."""
        return self.save(self.new())

    def of_token(self, token: str) -> Doc:
        """Return the client that a browser's token stands for.

        Raises:
            VendorError: it isn't one of this instance, or the client is gone.
        """
        claims = claims_of(self.mirror.identity, token)
        if claims is None:
            raise errors.invalid_authentication()
        return self.get(str(claims.get("id")))

    def add_session(self, client: Doc, session: Doc) -> Doc:
        """Put a session at a client, which becomes the active one there."""
        ids = [*self.get(client["id"])["session_ids"], session["id"]]
        fields = {"session_ids": ids, "last_active_session_id": session["id"]}
        return self.save(self.touch(client, **fields))

    def remove_session(self, session: Doc) -> None:
        """Take a session off its client."""
        client = self.peek(session["client_id"])
        if client is not None:
            ids = [id for id in client["session_ids"] if id != session["id"]]
            last = ids[-1] if ids else None
            self.save(self.touch(client, session_ids=ids, last_active_session_id=last))
