"""Sessions: a user signed in at a client, until signed out, revoked or expired.

Source: https://clerk.com/docs/reference/backend-api (Sessions)
"""

from datetime import timedelta
from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.dates import day_of, stamp
from mirra_mcp.local.mirrors.clerk.api.identity import jwt
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.local.mirrors.clerk.sessions import tokens
from mirra_mcp.wire.model import Doc

LIFETIME = timedelta(days=7)
"""Source: https://clerk.com/docs/guides/secure/session-options"""
ABANDONMENT = timedelta(days=30)


class SessionDocuments(ClerkResource):
    """Who is signed in, and who was."""

    entity, plural = "session", "sessions"
    object = title = "session"
    prefix = "sess"
    indexes = ("client_id", "status", "user_id")
    synonyms = ("user session",)
    names = ()
    moves = {
        "active": {"ended", "expired", "removed", "replaced", "revoked"},
        "pending": {"active", "ended", "expired", "removed", "replaced", "revoked"},
        "expired": {"abandoned"},
    }
    statuses = ("active", "pending", "ended", "expired", "removed", "replaced", "revoked")
    blank = {
        "object": "session",
        "id": "",
        "client_id": None,
        "user_id": None,
        "status": "active",
        "last_active_at": None,
        "last_active_organization_id": None,
        "latest_activity": None,
        "actor": None,
        "expire_at": None,
        "abandon_at": None,
        "created_at": None,
        "updated_at": None,
        "tasks": None,
        "_verified_at": None,
        "_second_verified_at": None,
    }

    def missing(self, id: str) -> VendorError:
        """Say that there is no such session.

        Source: https://github.com/clerk/clerk-docs (data/api_errors.json, `SessionNotFound`)
        """
        return errors.not_found(f"No session was found with id {id}", "Session not found")

    def begin(
        self,
        user: Doc,
        client: Doc,
        *,
        organization_id: str | None = None,
        actor: Doc | None = None,
        lifetime: timedelta | None = None,
        second_factor: bool = False,
    ) -> Doc:
        """Sign a user in at a client.

        Fires: session.created
        """
        self.mirror.keep_identity()
        now, lasting = stamp(self.now), lifetime or LIFETIME
        joined = self.mirror.organization_memberships.take_next(user["id"])
        session = self.save(
            self.new(
                client_id=client["id"],
                user_id=user["id"],
                last_active_at=now,
                last_active_organization_id=organization_id or joined,
                actor=actor,
                expire_at=stamp(self.now + lasting),
                abandon_at=stamp(self.now + ABANDONMENT),
                _verified_at=now,
                _second_verified_at=now if second_factor else None,
            ),
            event="session.created",
        )
        self.mirror.after(lasting, "sessions.expire", id=session["id"])
        self.mirror.clients.add_session(client, session)
        users = self.mirror.users
        users.save(users.get(user["id"]) | {"last_sign_in_at": now, "last_active_at": day_of(now)})
        return session

    def token(self, session: Doc, *, lifetime: int | None = None, azp: str | None = None) -> Doc:
        """Return a session's own token."""
        azp = azp or self.mirror.origin
        claims = tokens.session_claims(self.mirror, session, lifetime=lifetime, azp=azp)
        identity = self.mirror.keep_identity()
        return {"object": "token", "jwt": jwt(identity, claims, cat=tokens.CATEGORY)}

    def active_at(self, client: Doc) -> Doc | None:
        """Return the session that is active at a client, if somebody is signed in there."""
        id = client["last_active_session_id"]
        session = None if id is None else self.peek(id)
        if session is None or session["status"] not in ("active", "pending"):
            return None
        return self.alive(session["id"])

    def switched(self, session: Doc, named: str) -> Doc:
        """Let an organization be active in a session; none, if the user isn't a member of it."""
        id = self.mirror.organizations.id_of(named or None)
        members = self.mirror.organization_memberships
        known = id is not None and members.between(id, session["user_id"]) is not None
        return self.save(session | {"last_active_organization_id": id if known else None})

    def check_membership(self, user_id: str, organization_id: str | None) -> None:
        """Refuse an organization that a user isn't a member of."""
        if organization_id is None:
            return
        if self.mirror.organization_memberships.between(organization_id, user_id) is None:
            raise errors.refusal(
                404,
                "organization_not_found_or_unauthorized",
                "not found or unauthorized",
                "Given organization not found, or you don't have permission to access the "
                "organization",
            )

    def alive(self, session_id: str) -> Doc:
        """Return a session that isn't over, active now.

        Raises:
            VendorError: there is none, or it is over.
        """
        session = self.get(session_id)
        if session["status"] not in ("active", "pending"):
            raise self.missing(session_id)
        return self.save(session | {"last_active_at": stamp(self.now)})

    def stop(self, session: Doc, status: str) -> Doc:
        """End a session that isn't over yet, and tell how: `ended`, `removed`, `revoked`."""
        if session["status"] not in ("active", "pending"):
            return session
        self.mirror.cancel_timers("sessions.expire", id=session["id"])
        return self.move(self.touch(session), status, event=f"session.{status}")

    def expire(self, id: str) -> None:
        """Let a session be over: its time has come."""
        session = self.get(id)
        if session["status"] in ("active", "pending"):
            self.move(self.touch(session), "expired")

    def revoke_all(self, user_id: str, *, besides: str | None = None) -> None:
        """Revoke the sessions of a user that aren't over yet, maybe all but one."""
        for session in self.find(user_id=user_id, newest_first=False):
            if session["id"] != besides:
                self.stop(session, "revoked")

    def deactivate(self, user_id: str, organization_id: str) -> None:
        """Let an organization be active in no session of a user any more."""
        for session in self.find(user_id=user_id):
            if session["last_active_organization_id"] == organization_id:
                self.save(session | {"last_active_organization_id": None})

    def forget(self, user_id: str) -> None:
        """Drop the sessions of a user that is being deleted."""
        for session in self.find(user_id=user_id):
            self.mirror.cancel_timers("sessions.expire", id=session["id"])
            self.drop(session)
            self.mirror.clients.remove_session(session)

    def event_data(self, event: str, doc: Doc, **extra: Any) -> Doc:
        """Return the `data` of a webhook: the session with its user.

        Source: https://github.com/clerk/openapi-specs (webhooks, SessionEventPayload)
        """
        user = self.mirror.users.peek(doc["user_id"])
        told = {} if user is None else {"user": self.mirror.users.view(user)}
        return self.view(doc) | told | extra
