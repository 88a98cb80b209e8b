"""Who may not sign in: banned and locked users.

Source: https://clerk.com/docs/guides/secure/user-lockout and
https://clerk.com/docs/reference/backend-api (Ban a user, Lock a user)
"""

from datetime import timedelta

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api.dates import stamp
from mirra_mcp.local.mirrors.clerk.users.users.documents import ATTEMPTS, UserDocuments
from mirra_mcp.local.mirrors.clerk.users.users.params import ManyUsers
from mirra_mcp.wire.model import Doc

LOCKOUT = timedelta(hours=1)


class Access(UserDocuments):
    """Bans and locks."""

    @route("POST /v1/users/ban")
    def ban_many(self, params: ManyUsers) -> list[Doc]:
        """Ban several users.

        Source: https://clerk.com/docs/reference/backend-api (Ban multiple users)
        """
        users = [self.get(id) for id in dict.fromkeys(params.user_ids)]
        return [self.view(self.shut_out(user)) for user in users]

    @route("POST /v1/users/unban")
    def unban_many(self, params: ManyUsers) -> list[Doc]:
        """Take the ban off several users.

        Source: https://clerk.com/docs/reference/backend-api (Unban multiple users)
        """
        users = [self.get(id) for id in dict.fromkeys(params.user_ids)]
        return [self.view(self.change(user, banned=False)) for user in users]

    @route("POST /v1/users/{user_id}/ban")
    def ban(self, user_id: str) -> Doc:
        """Revoke a user's sessions, and let it sign in no more.

        Source: https://clerk.com/docs/reference/backend-api (Ban a user)
        """
        return self.view(self.shut_out(self.get(user_id)))

    @route("POST /v1/users/{user_id}/unban")
    def unban(self, user_id: str) -> Doc:
        """Let a banned user sign in again.

        Source: https://clerk.com/docs/reference/backend-api (Unban a user)
        """
        return self.view(self.change(self.get(user_id), banned=False))

    @route("POST /v1/users/{user_id}/lock")
    def lock(self, user_id: str) -> Doc:
        """Let a user sign in no more until the lock expires. Its sessions go on.

        Source: https://clerk.com/docs/reference/backend-api (Lock a user)
        """
        return self.view(self.lock_out(self.get(user_id)))

    @route("POST /v1/users/{user_id}/unlock")
    def unlock(self, user_id: str) -> Doc:
        """Take the lock off a user.

        Source: https://clerk.com/docs/reference/backend-api (Unlock a user)
        """
        self.mirror.cancel_timers("users.expire_lock", id=user_id)
        return self.view(self.released(self.get(user_id)))

    def shut_out(self, user: Doc) -> Doc:
        """Ban a user.

        Fires: session.revoked of each active session, user.updated
        """
        self.mirror.sessions.revoke_all(user["id"])
        return self.change(self.get(user["id"]), banned=True)

    def lock_out(self, user: Doc) -> Doc:
        """Lock a user for an hour from now.

        Fires: user.updated
        """
        self.mirror.cancel_timers("users.expire_lock", id=user["id"])
        self.mirror.after(LOCKOUT, "users.expire_lock", id=user["id"])
        until = stamp(self.now + LOCKOUT)
        return self.change(user, locked=True, _locked_until=until)

    def expire_lock(self, id: str) -> None:
        """Let a locked user in again: its time is over."""
        self.released(self.get(id))

    def released(self, user: Doc) -> Doc:
        """Take the lock off, and count failed attempts anew.

        Fires: user.updated
        """
        return self.change(
            user, locked=False, _locked_until=None, verification_attempts_remaining=ATTEMPTS
        )

    def failed_attempt(self, user: Doc) -> Doc:
        """Count a wrong password or code; the last that is allowed locks the user.

        Source: https://clerk.com/docs/guides/secure/user-lockout
        """
        left = max(0, user["verification_attempts_remaining"] - 1)
        user = self.save(user | {"verification_attempts_remaining": left})
        return user if left else self.lock_out(user)
