"""Sessions as backends use them: listed, revoked, and turned into tokens.

Source: https://clerk.com/docs/reference/backend-api (Sessions)
"""

from typing import Any

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.identity import claims_of
from mirra_mcp.local.mirrors.clerk.sessions.browser_sessions import BrowserSessions
from mirra_mcp.local.mirrors.clerk.sessions.params import (
    CreateSession,
    CreateToken,
    ListSessions,
    RefreshSession,
)
from mirra_mcp.wire.model import Doc


class Sessions(BrowserSessions):
    """Who is signed in, and who was."""

    @route("GET /v1/sessions")
    def list(self, params: ListSessions) -> Any:
        """List sessions, newest first.

        Source: https://clerk.com/docs/reference/backend-api (List all sessions)
        """
        asked = {"client_id": params.client_id, "user_id": params.user_id, "status": params.status}
        where = {name: value for name, value in asked.items() if value is not None}
        return self.listed_as_asked(params, **where)

    @route("POST /v1/sessions")
    def create(self, params: CreateSession) -> Doc:
        """Sign a user in at a new client, as tests may.

        Fires: session.created
        Source: https://clerk.com/docs/reference/backend-api (Create a new active session)
        """
        user = self.mirror.users.peek(params.user_id)
        if user is None:
            raise errors.not_found(f"No user was found with id {params.user_id}")
        self.check_membership(user["id"], params.active_organization_id)
        client = self.mirror.clients.open()
        return self.view(self.begin(user, client, organization_id=params.active_organization_id))

    @route("GET /v1/sessions/{session_id}")
    def retrieve(self, session_id: str) -> Doc:
        """Return one session.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve a session)
        """
        return self.view(self.get(session_id))

    @route("POST /v1/sessions/{session_id}/revoke")
    def revoke(self, session_id: str) -> Doc:
        """End a session from outside.

        Fires: session.revoked
        Source: https://clerk.com/docs/reference/backend-api (Revoke a session)
        """
        return self.view(self.stop(self.get(session_id), "revoked"))

    @route("POST /v1/sessions/{session_id}/refresh")
    def refresh(self, session_id: str, params: RefreshSession) -> Doc:
        """Make a new token of a session whose token is over, by the cookie `__refresh`.

        Source: https://clerk.com/docs/reference/backend-api (Refresh a session)
        """
        identity = self.mirror.keep_identity()
        expired = claims_of(identity, params.expired_token) or {}
        given = claims_of(identity, params.refresh_token) or {}
        session = self.peek(session_id)
        if session is None or {expired.get("sid"), given.get("rfs")} != {session_id}:
            raise errors.invalid_authentication()
        if session["status"] not in ("active", "pending"):
            raise errors.invalid_authentication()
        session = self.alive(session_id)
        if params.format != "cookie":
            return self.token(session, azp=params.request_origin)
        clients = self.mirror.clients
        client = clients.get(session["client_id"])
        cookies = clients.cookies_of(client, session, params.request_origin)
        return {"object": "cookies", "cookies": cookies}

    @route("POST /v1/sessions/{session_id}/tokens")
    def create_token(self, session_id: str, params: CreateToken) -> Doc:
        """Make a token of a session.

        Source: https://clerk.com/docs/reference/backend-api (Create a session token)
        """
        session = self.alive(session_id)
        return self.token(session, lifetime=params.expires_in_seconds)

    @route("POST /v1/sessions/{session_id}/tokens/{template_name}")
    def create_token_from_template(
        self, session_id: str, template_name: str, params: CreateToken
    ) -> Doc:
        """Make a token with the claims of a template.

        Source: https://clerk.com/docs/reference/backend-api (Create a session token from a JWT
            template)
        """
        session = self.alive(session_id)
        return self.mirror.jwt_templates.token(
            template_name, session, lifetime=params.expires_in_seconds
        )
