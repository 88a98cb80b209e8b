"""Invitations to the application: mailed, accepted by signing up, revoked, expired.

Source: https://clerk.com/docs/guides/users/inviting
"""

from datetime import timedelta
from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.clerk.access.params import CreateInvitation, ListInvitations
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.bulk import each_of
from mirra_mcp.local.mirrors.clerk.api.dates import stamp
from mirra_mcp.local.mirrors.clerk.api.metadata import check_size
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource, ordered, page_of
from mirra_mcp.wire.model import Doc

DAYS, MOST = 30, 10
ORDERS = ("created_at", "email_address", "expires_at")


class Invitations(ClerkResource):
    """Who was invited to sign up."""

    entity, plural = "invitation", "invitations"
    object, prefix, title = "invitation", "inv", "invitation"
    synonyms = ("application invitation",)
    names = ("email_address",)
    indexes = ("email_address", "status")
    moves = {"pending": {"accepted", "revoked", "expired"}, "expired": {"revoked"}}
    blank = {
        "object": "invitation",
        "id": "",
        "email_address": "",
        "public_metadata": {},
        "revoked": False,
        "status": "pending",
        "url": None,
        "expires_at": None,
        "created_at": None,
        "updated_at": None,
        "_waitlist_entry_id": None,
    }

    def missing(self, id: str) -> VendorError:
        """Say that there is no such invitation.

        Source: https://github.com/clerk/clerk-docs (data/api_errors.json, `InvitationNotFound`)
        """
        return errors.not_found(f"No invitation was found with id {id}.")

    @route("POST /v1/invitations")
    def create(self, params: CreateInvitation) -> Doc:
        """Invite somebody by email.

        Fires: email.created, unless `notify` is false
        Source: https://clerk.com/docs/reference/backend-api (Create an invitation)
        """
        self.check(params)
        return self.view(self.invite(params))

    @route("POST /v1/invitations/bulk")
    def create_many(self, call: Call) -> Any:
        """Invite up to ten at once: all or none, and nobody who has an account.

        Fires: email.created of each, unless its `notify` is false
        Source: https://clerk.com/docs/reference/backend-api (Create multiple invitations)
        """
        given = each_of(self.mirror, call, CreateInvitation, most=MOST)
        seen: set[str] = set()
        for params in given:
            email = self.check(params, is_one_of_many=True)
            if email in seen and not params.ignore_existing:
                raise duplicate(email)
            seen.add(email)
        return [self.view(self.invite(params)) for params in given]

    @route("GET /v1/invitations")
    def list(self, params: ListInvitations) -> Any:
        """List invitations; the revoked ones only if they are asked for.

        Source: https://clerk.com/docs/reference/backend-api (List all invitations)
        """
        if params.status is not None:
            found = self.find(status=params.status)
        else:
            found = [each for each in self.find() if each["status"] != "revoked"]
        if params.query:
            text = params.query
            found = [
                each
                for each in found
                if each["id"] == text or text.lower() in each["email_address"]
            ]
        page = page_of(ordered(found, params.order_by, ORDERS), params, self.view)
        return page if params.paginated else page["data"]

    @route("POST /v1/invitations/{invitation_id}/revoke")
    def revoke(self, invitation_id: str) -> Doc:
        """Take an invitation back, so that its link leads nowhere.

        Source: https://clerk.com/docs/reference/backend-api (Revokes an invitation)
        """
        doc = self.get(invitation_id)
        if doc["status"] == "revoked":
            told = "Invitation is already revoked."
            raise errors.refusal(400, "invitation_already_revoked", told)
        if doc["status"] == "accepted":
            raise already_accepted()
        return self.view(self.withdraw(doc))

    @route("DELETE /v1/invitations/{invitation_id}")
    def delete(self, invitation_id: str) -> Doc:
        """Delete an invitation of any status, and the copies of its email.

        Source: https://github.com/clerk/javascript (packages/backend, `deleteInvitation`)
        """
        doc = self.get(invitation_id)
        self.mirror.cancel_timers("invitations.expire", id=invitation_id)
        self.mirror.sent_emails.forget_link(doc["email_address"], doc["url"])
        self.drop(doc)
        return self.gone(doc)

    # what becomes of it

    def check(self, params: CreateInvitation, *, is_one_of_many: bool = False) -> str:
        """Return the address that is invited, after everything about it was checked.

        Raises:
            VendorError: it can't be one, is invited already, or has an account. With
                `ignore_existing` the latter two don't matter; of many, an account does.
        """
        email = self.mirror.email_addresses.normal(params.email_address)
        check_size(params.model_dump(exclude_none=True))
        has_account = self.mirror.email_addresses.owner(email) is not None
        if has_account and (is_one_of_many or not params.ignore_existing):
            raise errors.taken("email_address", "That email address")
        if not params.ignore_existing and self.find(email_address=email, status="pending"):
            raise duplicate(email)
        return email

    def invite(self, params: CreateInvitation, waitlist_entry_id: str | None = None) -> Doc:
        """Make an invitation that was checked, and mail it.

        Fires: email.created, unless `notify` is false
        """
        email = self.mirror.email_addresses.normal(params.email_address)
        lifetime = timedelta(days=params.expires_in_days or DAYS)
        doc = self.new(
            email_address=email,
            public_metadata=params.public_metadata or {},
            expires_at=stamp(self.now + lifetime),
            _waitlist_entry_id=waitlist_entry_id,
        )
        _, doc["url"] = self.mirror.ticket(
            self.entity, doc["id"], self.now + lifetime, params.redirect_url
        )
        if params.notify is not False:
            name = self.mirror.application
            self.mirror.sent_emails.send(
                params.template_slug or "invitation",
                email,
                f"Your invitation to {name}",
                f"You have been invited to join {name}. Accept the invitation: {doc['url']}",
                data={"action_url": doc["url"]},
            )
        self.mirror.after(lifetime, "invitations.expire", id=doc["id"])
        return self.save(doc)

    def withdraw(self, doc: Doc) -> Doc:
        """Revoke an invitation that may be revoked."""
        self.mirror.cancel_timers("invitations.expire", id=doc["id"])
        return self.move(self.touch(doc, revoked=True), "revoked")

    def invited(self, id: str) -> Doc:
        """Return who a ticket invites to sign up.

        Raises:
            VendorError: it was used or revoked, its time is over, or there is an account already.
        """
        doc = self._usable(id)
        if self.mirror.email_addresses.owner(doc["email_address"]) is not None:
            raise errors.refusal(
                400,
                "invitation_account_exists",
                "account exists",
                "An account already exists for this invitation. Sign in instead.",
            )
        return {name: doc[name] for name in ("id", "email_address", "public_metadata")}

    def accept(self, id: str, user: Doc) -> Doc:
        """Let an invitation be used by the user that just signed up.

        Fires: waitlistEntry.updated, if it was on the waitlist
        Raises:
            VendorError: it was used or revoked meanwhile, or its time is over.
        """
        doc = self._usable(id)
        self.mirror.cancel_timers("invitations.expire", id=id)
        doc = self.move(self.touch(doc), "accepted")
        if doc["_waitlist_entry_id"] is not None:
            self.mirror.waitlist_entries.complete(doc["_waitlist_entry_id"])
        return doc | {"user_id": user["id"]}

    def expire(self, id: str) -> None:
        """Let an invitation be over: its time has come."""
        self.move(self.touch(self.get(id)), "expired")

    def _usable(self, id: str) -> Doc:
        doc = self.peek(id)
        if doc is None or doc["status"] == "revoked":
            raise errors.refusal(400, "revoked_invitation", "The invitation was revoked.")
        if doc["status"] == "accepted":
            raise already_accepted()
        if doc["status"] == "expired":
            raise errors.expired_ticket()
        return doc


def already_accepted() -> VendorError:
    """Say that somebody signed up by an invitation before: `InvitationAlreadyAccepted`.

    Source: https://github.com/clerk/clerk-docs (data/api_errors.json)
    """
    told = "Invitation is already accepted, try signing in instead."
    return errors.refusal(400, "invitation_already_accepted", told)


def duplicate(email: str) -> VendorError:
    """Say that somebody is invited already: `DuplicateInvitations`.

    Source: https://github.com/clerk/clerk-docs (data/api_errors.json)
    """
    return errors.refusal(
        400,
        "duplicate_record",
        "duplicate invitation",
        f"There are already pending invitations for the following email addresses: {email}",
        email_addresses=[email],
    )
