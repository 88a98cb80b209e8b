"""The waitlist: who wants to sign up, and is invited, or rejected.

Source: https://clerk.com/docs/guides/secure/waitlist
"""

from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.clerk.access.params import (
    CreateInvitation,
    CreateWaitlistEntry,
    InviteWaitlistEntry,
    JoinWaitlist,
    ListWaitlistEntries,
)
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.bulk import each_of
from mirra_mcp.local.mirrors.clerk.api.dates import stamp
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource, ordered, page_of
from mirra_mcp.wire.model import Doc

MOST = 50
ORDERS = {"created_at": "created_at", "email_address": "email_address", "invited_at": "_invited_at"}
"""By what a list is sorted, and which field that is here."""
UPDATED = "waitlistEntry.updated"


class WaitlistEntries(ClerkResource):
    """Who is on the waitlist, by email address."""

    entity, plural = "waitlist_entry", "waitlist_entries"
    object, prefix, title = "waitlist_entry", "wle", "waitlist entry"
    names = ("email_address",)
    indexes = ("email_address", "status")
    moves = {
        "pending": {"invited", "rejected"},
        "invited": {"completed", "rejected", "invited"},
        "rejected": {"invited"},
    }
    blank = {
        "object": "waitlist_entry",
        "id": "",
        "email_address": "",
        "status": "pending",
        "is_locked": False,
        "created_at": None,
        "updated_at": None,
        "_invitation_id": None,
        "_invited_at": None,
    }

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of an entry, with its invitation."""
        id = doc["_invitation_id"]
        invitation = None if id is None else self.mirror.invitations.peek(id)
        shown = invitation and self.mirror.invitations.view(invitation)
        return super().view(doc) | {"invitation": shown}

    @route("GET /v1/waitlist_entries")
    def list(self, params: ListWaitlistEntries) -> Doc:
        """List who is, or was, on the waitlist.

        Source: https://clerk.com/docs/reference/backend-api (List all waitlist entries)
        """
        field = params.order_by.lstrip("+-")
        if field not in ORDERS:
            raise errors.not_allowed("order_by", params.order_by)
        found = self.find() if params.status is None else self.find(status=params.status)
        if params.query:
            text = params.query
            found = [
                each
                for each in found
                if each["id"] == text or text.lower() in each["email_address"]
            ]
        order = params.order_by.replace(field, ORDERS[field])
        return page_of(ordered(found, order, ORDERS.values()), params, self.view)

    @route("POST /v1/waitlist_entries")
    def create(self, params: CreateWaitlistEntry) -> Doc:
        """Put an address on the waitlist; who is on it stays as it is.

        Fires: waitlistEntry.created, and email.created unless `notify` is false
        Source: https://clerk.com/docs/reference/backend-api (Create a waitlist entry)
        """
        return self.view(self.join(params))

    @route("POST /v1/waitlist")
    def join_from_page(self, params: JoinWaitlist) -> Doc:
        """Let somebody join the waitlist from a page; who is on it stays as it is.

        Fires: waitlistEntry.created and email.created
        Source: https://clerk.com/docs/reference/frontend-api (Join the waitlist)
        """
        entry = self.join(CreateWaitlistEntry(email_address=params.email_address))
        return {"object": "waitlist_entry", "id": entry["id"]}

    @route("POST /v1/waitlist_entries/bulk")
    def create_many(self, call: Call) -> Any:
        """Put up to fifty addresses on the waitlist, each named once: all or none.

        Fires: waitlistEntry.created and email.created of each that is new
        Source: https://clerk.com/docs/reference/backend-api (Create multiple waitlist entries)
        """
        given = each_of(self.mirror, call, CreateWaitlistEntry, most=MOST)
        emails = [self.mirror.email_addresses.normal(each.email_address) for each in given]
        if len(set(emails)) < len(emails):
            raise errors.refusal(
                422,
                "form_param_duplicate",
                "duplicate values",
                "email_address contains duplicate values",
                param_name="email_address",
            )
        return [self.view(self.join(each)) for each in given]

    @route("DELETE /v1/waitlist_entries/{waitlist_entry_id}")
    def delete(self, waitlist_entry_id: str) -> Doc:
        """Take somebody off the waitlist about whom nothing was decided yet.

        Source: https://clerk.com/docs/reference/backend-api (Delete a pending waitlist entry)
        """
        doc = self.get(waitlist_entry_id)
        if doc["status"] != "pending":
            raise already(doc["status"])
        self.drop(doc)
        return self.gone(doc)

    @route("POST /v1/waitlist_entries/{waitlist_entry_id}/invite")
    def invite(self, waitlist_entry_id: str, params: InviteWaitlistEntry) -> Doc:
        """Invite somebody who waits, or who was rejected.

        Fires: email.created, waitlistEntry.updated
        Source: https://clerk.com/docs/reference/backend-api (Invite a waitlist entry)
        """
        doc = self.get(waitlist_entry_id)
        done = ("completed",) if params.ignore_existing else ("completed", "invited")
        if doc["status"] in done:
            raise already(doc["status"])
        invitation = CreateInvitation(
            email_address=doc["email_address"],
            ignore_existing=params.ignore_existing,
            template_slug="waitlist_invitation",
        )
        self.mirror.invitations.check(invitation)
        made = self.mirror.invitations.invite(invitation, doc["id"])
        doc = self.touch(doc, _invitation_id=made["id"], _invited_at=stamp(self.now))
        return self.view(self.move(doc, "invited", event=UPDATED))

    @route("POST /v1/waitlist_entries/{waitlist_entry_id}/reject")
    def reject(self, waitlist_entry_id: str) -> Doc:
        """Reject somebody who waits, or take the invitation back.

        Fires: waitlistEntry.updated
        Source: https://clerk.com/docs/reference/backend-api (Reject a waitlist entry)
        """
        doc = self.get(waitlist_entry_id)
        if doc["status"] in ("completed", "rejected"):
            raise already(doc["status"])
        id = doc["_invitation_id"]
        invitation = None if id is None else self.mirror.invitations.peek(id)
        if invitation is not None and invitation["status"] in ("pending", "expired"):
            self.mirror.invitations.withdraw(invitation)
        return self.view(self.move(self.touch(doc), "rejected", event=UPDATED))

    # what becomes of it

    def join(self, params: CreateWaitlistEntry) -> Doc:
        """Return the entry of an address, which is made if there is none.

        Fires: waitlistEntry.created, and email.created unless `notify` is false
        Raises:
            VendorError: it can't be an address.
        """
        email = self.mirror.email_addresses.normal(params.email_address)
        known = self.first(email_address=email)
        if known is not None:
            return known
        doc = self.save(self.new(email_address=email), event="waitlistEntry.created")
        if params.notify is not False:
            name = self.mirror.application
            self.mirror.sent_emails.send(
                "waitlist_confirmation",
                email,
                f"You are on the waitlist of {name}",
                f"You have joined the waitlist of {name}. We will write when you can sign up.",
            )
        return doc

    def complete(self, id: str) -> None:
        """Let somebody who was invited have signed up; a deleted entry stays gone.

        Fires: waitlistEntry.updated
        """
        doc = self.peek(id)
        if doc is not None and doc["status"] == "invited":
            self.move(self.touch(doc), "completed", event=UPDATED)


def already(status: str) -> VendorError:
    """Say what was decided about an entry before: `WaitlistEntryAlreadyInvited` and its like.

    Source: https://github.com/clerk/clerk-docs (data/api_errors.json)
    """
    return errors.refusal(
        409,
        f"waitlist_entry_already_{status}",
        f"Waitlist entry already {status}",
        f"The waitlist entry has already been {status}.",
    )
