"""The user who calls from a browser.

Source: https://clerk.com/docs/reference/frontend-api (User)
"""

from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.users.users.documents import UserDocuments
from mirra_mcp.wire.model import Doc


class Me(UserDocuments):
    """What users learn of themselves."""

    @route("GET /v1/me")
    def me(self, call: Call) -> Answer:
        """Return the user that is signed in at the calling client.

        Source: https://clerk.com/docs/reference/frontend-api (Get the current user)
        """
        client = self.mirror.clients.called_by(call)
        return self.mirror.clients.wrapped(self.frontend(self._signed_in(client)), client)

    def _signed_in(self, client: Doc) -> Doc:
        id = client["last_active_session_id"]
        session = None if id is None else self.mirror.sessions.peek(id)
        if session is None or session["status"] not in ("active", "pending"):
            raise errors.signed_out()
        return self.get(session["user_id"])
