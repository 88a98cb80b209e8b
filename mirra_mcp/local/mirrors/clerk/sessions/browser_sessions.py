"""Sessions as browsers use them: a fresh token each minute, until signed out.

Source: https://clerk.com/docs/reference/frontend-api (Sessions)
"""

from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.sessions import tokens
from mirra_mcp.local.mirrors.clerk.sessions.params import TouchSession
from mirra_mcp.local.mirrors.clerk.sessions.sessions import SessionDocuments
from mirra_mcp.wire.model import Doc


class BrowserSessions(SessionDocuments):
    """What browsers do with their sessions."""

    @route("GET /v1/client/sessions/{session_id}")
    def show(self, session_id: str, call: Call) -> Answer:
        """Return a session of the calling client.

        Source: https://clerk.com/docs/reference/frontend-api (Get a session)
        """
        return self._answer(self.own(session_id, call))

    @route("POST /v1/client/sessions/{session_id}/tokens")
    def refresh_token(self, session_id: str, call: Call) -> Doc:
        """Make a token of a session, for the page that asks.

        Source: https://clerk.com/docs/reference/frontend-api (Create a session token)
        """
        session = self.alive(self.own(session_id, call)["id"])
        return self.token(session, azp=call.headers.get("origin"))

    @route("POST /v1/client/sessions/{session_id}/tokens/{template_name}")
    def refresh_templated(self, session_id: str, template_name: str, call: Call) -> Doc:
        """Make a token with the claims of a template.

        Source: https://clerk.com/docs/reference/frontend-api (Create a session token with a
            template)
        """
        session = self.alive(self.own(session_id, call)["id"])
        origin = call.headers.get("origin")
        return self.mirror.jwt_templates.token(template_name, session, lifetime=None, azp=origin)

    @route("POST /v1/client/sessions/{session_id}/touch")
    def touch_session(self, session_id: str, params: TouchSession, call: Call) -> Answer:
        """Say that somebody is using a session, and in which organization.

        Source: https://clerk.com/docs/reference/frontend-api (Touch a session)
        """
        session = self.alive(self.own(session_id, call)["id"])
        if "active_organization_id" in params.model_fields_set:
            wanted = params.active_organization_id or None
            self.check_membership(session["user_id"], wanted)
            session = self.save(session | {"last_active_organization_id": wanted})
        client = self.mirror.clients.get(session["client_id"])
        self.mirror.clients.save(client | {"last_active_session_id": session_id})
        return self._answer(session)

    @route("POST /v1/client/sessions/{session_id}/end")
    def end(self, session_id: str, call: Call) -> Answer:
        """Sign out: the session stays at the client, ended.

        Fires: session.ended
        Source: https://clerk.com/docs/reference/frontend-api (End a session)
        """
        return self._answer(self.stop(self.own(session_id, call), "ended"))

    @route("POST /v1/client/sessions/{session_id}/remove")
    def remove(self, session_id: str, call: Call) -> Answer:
        """Sign out: the session leaves the client.

        Fires: session.removed
        Source: https://clerk.com/docs/reference/frontend-api (Remove a session)
        """
        session = self.stop(self.own(session_id, call), "removed")
        self.mirror.clients.remove_session(session)
        return self._answer(session)

    def own(self, id: str, call: Call) -> Doc:
        """Return a session of the calling client.

        Raises:
            VendorError: the client is none, or the session isn't there.
        """
        client = self.mirror.clients.called_by(call)
        session = self.get(id)
        if session["client_id"] != client["id"]:
            raise self.missing(id)
        if session["status"] in ("revoked", "expired", "abandoned"):
            raise errors.signed_out()
        return session

    def frontend(self, session: Doc) -> Doc:
        """Return a session as browsers get it, with a token and the user.

        Source: https://github.com/clerk/openapi-specs (fapi, Client.Session)
        """
        user = self.mirror.users.get(session["user_id"])
        is_over = session["status"] not in ("active", "pending")
        shown = self.view(session)
        del shown["client_id"], shown["user_id"], shown["latest_activity"]
        return shown | {
            "last_active_token": None if is_over else self.token(session),
            "user": self.mirror.users.frontend(user),
            "public_user_data": self.mirror.users.public(user),
            "factor_verification_age": tokens.ages(self.mirror, session),
        }

    def _answer(self, session: Doc) -> Answer:
        client = self.mirror.clients.get(session["client_id"])
        return self.mirror.clients.wrapped(self.frontend(session), client)
