"""Actor tokens: tickets by which somebody signs in as another user, once, for a short while.

Source: https://clerk.com/docs/guides/users/impersonation
"""

from datetime import timedelta

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.dates import stamp
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.local.mirrors.clerk.signing.params import CreateActorToken
from mirra_mcp.local.mirrors.clerk.signing.sign_in_tokens import invalid_ticket
from mirra_mcp.wire.model import Doc


class ActorTokens(ClerkResource):
    """The tickets to impersonate somebody."""

    entity, plural = "actor_token", "actor_tokens"
    object, prefix, title = "actor_token", "act", "actor token"
    names = ()
    indexes = ("user_id", "status")
    unshown = ("token", "url")
    moves = {"pending": {"accepted", "revoked"}}
    blank = {
        "object": "actor_token",
        "id": "",
        "status": "pending",
        "user_id": "",
        "actor": {},
        "token": "",
        "url": "",
        "created_at": None,
        "updated_at": None,
        "_expire_at": None,
        "_session_seconds": None,
    }

    @route("POST /v1/actor_tokens")
    def create(self, params: CreateActorToken) -> Doc:
        """Give out a ticket to sign in as a user; `actor` is in the session's claims as `act`.

        Source: https://clerk.com/docs/reference/backend-api (Create actor token)
        """
        if "sub" not in params.actor:
            raise errors.missing("actor.sub")
        if not isinstance(params.actor["sub"], str) or not params.actor["sub"]:
            raise errors.invalid("actor.sub")
        if self.mirror.users.peek(params.user_id) is None:
            raise errors.resource_missing("user_id")
        until = self.now + timedelta(seconds=params.expires_in_seconds)
        doc = self.new(
            user_id=params.user_id,
            actor=params.actor,
            _expire_at=stamp(until),
            _session_seconds=params.session_max_duration_in_seconds,
        )
        doc["token"], doc["url"] = self.mirror.ticket(self.entity, doc["id"], until)
        return self.view(self.save(doc))

    @route("POST /v1/actor_tokens/{actor_token_id}/revoke")
    def revoke(self, actor_token_id: str) -> Doc:
        """Take a ticket back that wasn't used yet.

        Source: https://clerk.com/docs/reference/backend-api (Revoke actor token)
        """
        doc = self.get(actor_token_id)
        if doc["status"] != "pending":
            raise errors.refusal(
                400,
                "actor_token_cannot_be_revoked_code",
                "cannot revoke",
                f"Actor token cannot be revoked because its status is {doc['status']}. Only "
                "pending tokens can be revoked.",
            )
        return self.view(self.move(self.touch(doc), "revoked"))

    def accept(self, id: str) -> Doc:
        """Use a ticket up, and return it.

        Source: https://github.com/clerk/clerk-docs (data/api_errors.json, `ActorTokenRevoked` and
            its like)

        Raises:
            VendorError: it was revoked, used, its time is over, or its user is gone.
        """
        doc = self.peek(id)
        if doc is None:
            raise invalid_ticket()
        if doc["status"] == "revoked":
            raise errors.refusal(
                400,
                "actor_token_revoked_code",
                "actor token has been revoked",
                "This actor token has been revoked and cannot be used anymore.",
            )
        if doc["status"] == "accepted":
            raise errors.refusal(
                400,
                "actor_token_already_used_code",
                "actor token has already been used",
                "This actor token has already been used. Each token can only be used once.",
            )
        if stamp(self.now) >= doc["_expire_at"]:
            raise errors.expired_ticket()
        if self.mirror.users.peek(doc["user_id"]) is None:
            raise errors.refusal(
                404,
                "actor_token_subject_not_found",
                "user not found",
                "The user of the actor token no longer exists. Please request a new one.",
            )
        return self.move(self.touch(doc), "accepted")
