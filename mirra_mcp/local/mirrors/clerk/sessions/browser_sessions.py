"""Sessions as browsers use them: a fresh token each minute, until signed out.

Source: https://clerk.com/docs/reference/frontend-api (Sessions)
"""

from typing import Any

from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.sessions import tokens
from mirra_mcp.local.mirrors.clerk.sessions.params import RefreshToken, TouchSession
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
    def refresh_token(self, session_id: str, params: RefreshToken, call: Call) -> Doc:
        """Make a token of a session, for the page that asks, maybe for another organization.

        Source: https://clerk.com/docs/reference/frontend-api (Create a session token)
        """
        session = self.alive(self.own(session_id, call)["id"])
        if "organization_id" in params.model_fields_set:
            wanted = params.organization_id or None
            self.check_membership(session["user_id"], wanted)
            session |= {"last_active_organization_id": wanted}
        return self.token(session)

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
            wanted = self.mirror.organizations.id_of(params.active_organization_id or None)
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

    @route("GET /v1/me/sessions")
    def list_mine(self, call: Call) -> Answer:
        """List the sessions of the calling user, ended ones too, newest first.

        Source: https://clerk.com/docs/reference/frontend-api (Get user sessions)
        """
        user_id = self.calling(call)["user_id"]
        return Answer(200, [self.frontend(each) for each in self.find(user_id=user_id)])

    @route("GET /v1/me/sessions/active")
    def list_active(self, call: Call) -> Answer:
        """List the sessions of the calling user that aren't over, with where they are used.

        Source: https://clerk.com/docs/reference/frontend-api (Get active sessions of user)
        """
        user_id = self.calling(call)["user_id"]
        found = [
            each for each in self.find(user_id=user_id) if each["status"] in ("active", "pending")
        ]
        return Answer(200, [self.activity(each) for each in found])

    @route("POST /v1/me/sessions/{session_id}/revoke")
    def revoke_mine(self, session_id: str, call: Call) -> Answer:
        """Sign the calling user out elsewhere.

        Fires: session.revoked
        Source: https://clerk.com/docs/reference/frontend-api (Revoke a session)
        """
        calling = self.calling(call)
        session = self.get(session_id)
        if session["user_id"] != calling["user_id"]:
            raise self.missing(session_id)
        session = self.stop(session, "revoked")
        client = self.mirror.clients.get(calling["client_id"])
        return self.mirror.clients.wrapped(self.activity(session), client)

    # who calls

    def calling(self, call: Call) -> Doc:
        """Return the session that a browser's call is made in.

        Raises:
            VendorError: nobody is signed in there.
        """
        client = self.mirror.clients.called_by(call)
        id = call.query.get("_clerk_session_id") or client["last_active_session_id"]
        session = None if id is None else self.peek(id)
        if session is None or session["client_id"] != client["id"]:
            raise errors.signed_out()
        if session["status"] not in ("active", "pending"):
            raise errors.signed_out()
        return session

    def user_calling(self, call: Call) -> Doc:
        """Return the user that a browser's call is made by.

        Raises:
            VendorError: nobody is signed in there.
        """
        return self.mirror.users.get(self.calling(call)["user_id"])

    def wrapped(self, call: Call, response: Any) -> Answer:
        """Answer a browser in which somebody is signed in."""
        clients = self.mirror.clients
        return clients.wrapped(response, clients.called_by(call))

    def activity(self, session: Doc) -> Doc:
        """Return a session as its user sees it among its devices.

        Source: https://github.com/clerk/openapi-specs (fapi, Client.ActiveSession)
        """
        shown = self.view(session)
        del shown["client_id"], shown["user_id"]
        about = {"object": "session_activity", "id": f"sess_activity_{session['id'][5:]}",
                 "is_mobile": False, "ip_address": "127.0.0.1"}  # fmt: skip
        return shown | {"latest_activity": about}

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
