"""Broadcasts: one email to every subscribed contact of a segment.

Source: https://resend.com/docs/api-reference/broadcasts/create-broadcast and
https://resend.com/docs/dashboard/broadcasts/manage-broadcasts
"""

from datetime import timedelta

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.resend.api import errors
from mirra_mcp.local.mirrors.resend.api.addresses import Address, must_be_one_line, parse, read
from mirra_mcp.local.mirrors.resend.api.dates import stamp, unstamp
from mirra_mcp.local.mirrors.resend.api.params import Paging
from mirra_mcp.local.mirrors.resend.api.scheduling import moment
from mirra_mcp.local.mirrors.resend.marketing import personal, placeholders
from mirra_mcp.local.mirrors.resend.marketing.broadcasts.params import (
    CreateBroadcast,
    SendBroadcast,
    UpdateBroadcast,
)
from mirra_mcp.local.mirrors.resend.marketing.broadcasts.reports import BroadcastReports
from mirra_mcp.wire.model import Doc

BATCH = 100
PACE = timedelta(seconds=1)
"""How many recipients a queued broadcast reaches in which time. Ours."""

Ids = list[str]
LISTED = (
    "id",
    "name",
    "audience_id",
    "segment_id",
    "status",
    "created_at",
    "scheduled_at",
    "sent_at",
    "topic_id",
)


class Broadcasts(BroadcastReports):
    """Emails to groups of contacts."""

    entity, plural = "broadcast", "broadcasts"
    title, object = "Broadcast", "broadcast"
    blank = {
        "object": "broadcast",
        "id": None,
        "name": "Untitled",
        "audience_id": None,
        "segment_id": None,
        "from": None,
        "subject": None,
        "reply_to": None,
        "preview_text": None,
        "status": "draft",
        "created_at": None,
        "scheduled_at": None,
        "sent_at": None,
        "topic_id": None,
        "html": None,
        "text": None,
    }
    indexes = ("status",)
    page_size = None
    moves = {
        "draft": {"scheduled", "queued"},
        "scheduled": {"draft", "queued"},
        "queued": {"sent", "canceled"},
    }
    """Source: https://resend.com/changelog/cancel-broadcast-api"""

    @route("POST /broadcasts", status=201)
    def create(self, params: CreateBroadcast) -> Doc:
        """Make a draft, or with `send` send or schedule it too.

        Source: https://resend.com/docs/api-reference/broadcasts/create-broadcast
        """
        given = params.model_dump(exclude_unset=True, by_alias=True)
        send, scheduled_at = given.pop("send", None), given.pop("scheduled_at", None)
        if scheduled_at and not send:
            raise errors.validation_error("The `scheduled_at` field requires `send` to be `true`.")
        if not (params.segment_id or params.audience_id):
            raise errors.missing_required_field("segment_id")
        broadcast = self.new(**self._checked(given))
        if send:
            self._send(broadcast, scheduled_at)
        else:
            self.save(broadcast)
        return self.ref(broadcast)

    @route("GET /broadcasts")
    def list(self, params: Paging) -> Doc:
        """List the broadcasts, newest first.

        Source: https://resend.com/docs/api-reference/broadcasts/list-broadcasts
        """
        return self.listed(params)

    @route("GET /broadcasts/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one broadcast.

        Source: https://resend.com/docs/api-reference/broadcasts/get-broadcast
        """
        return self.view(self.get(id))

    @route("PATCH /broadcasts/{id}")
    def update(self, id: str, params: UpdateBroadcast) -> Doc:
        """Change a draft; what was scheduled or sent stays as it is.

        Source: https://resend.com/docs/api-reference/broadcasts/update-broadcast and
        https://github.com/resend/resend-cli (broadcasts update: only drafts)
        """
        broadcast = self._in(id, {"draft"}, "updated")
        given = params.model_dump(exclude_unset=True, by_alias=True)
        return self.ref(self.save(broadcast | self._checked(given)))

    @route("POST /broadcasts/{id}/send")
    def send(self, id: str, params: SendBroadcast) -> Doc:
        """Send a draft now, or at a time given in ISO 8601 or plain English.

        Source: https://resend.com/docs/api-reference/broadcasts/send-broadcast
        """
        broadcast = self._in(id, {"draft"}, "sent")
        self._send(broadcast, params.scheduled_at)
        return {"id": id}

    @route("POST /broadcasts/{id}/cancel")
    def cancel(self, id: str) -> Doc:
        """Make a scheduled broadcast a draft again; stop a queued one, for good.

        Source: https://resend.com/changelog/cancel-broadcast-api
        """
        broadcast = self._in(id, {"scheduled", "queued"}, "canceled")
        self._forget(broadcast)
        if broadcast["status"] == "scheduled":
            broadcast = self.move(broadcast | {"scheduled_at": None}, "draft")
        else:
            broadcast = self.move(broadcast, "canceled")
        return self.ref(broadcast)

    @route("POST /broadcasts/{id}/duplicate", status=201)
    def duplicate(self, id: str) -> Doc:
        """Make a draft with the same content, named after the original.

        Source: https://github.com/resend/resend-python/blob/main/resend/broadcasts/_broadcasts.py
        """
        original = self.get(id)
        fresh = ("id", "created_at", "status", "scheduled_at", "sent_at")
        content = {key: value for key, value in original.items() if key not in fresh}
        copy = self.new(**content | {"name": f"{original['name']} (copy)"})
        return self.ref(self.save(copy))

    @route("DELETE /broadcasts/{id}")
    def delete(self, id: str) -> Doc:
        """Remove a draft; one that is scheduled is canceled by it.

        Source: https://resend.com/docs/api-reference/broadcasts/delete-broadcast
        """
        broadcast = self._in(id, {"draft", "scheduled"}, "deleted")
        self._forget(broadcast)
        self.drop(broadcast)
        return self.ref(broadcast, deleted=True)

    # what the clock does with broadcasts

    def start(self, id: str) -> None:
        """Queue a broadcast whose time has come, and plan its batches.

        Whom it goes to is decided now; who unsubscribes before their batch gets none.
        """
        broadcast = self.get(id)
        if broadcast["status"] == "scheduled":
            broadcast = self.move(broadcast, "queued")
        contacts = self.mirror.contacts.find(
            segment_ids=broadcast["segment_id"], newest_first=False
        )
        wanting = [
            contact["id"]
            for contact in contacts
            if self.mirror.contacts.wants(contact, broadcast["topic_id"])
        ]
        batches = [wanting[at : at + BATCH] for at in range(0, len(wanting), BATCH)] or [[]]
        for number, batch in enumerate(batches, 1):
            self.mirror.after(
                PACE * number,
                "broadcasts.send_batch",
                id=id,
                contact_ids=batch,
                is_last=number == len(batches),
            )

    def send_batch(self, id: str, contact_ids: Ids, is_last: bool) -> None:
        """Send to some contacts; after the last ones the broadcast is sent.

        Fires: email.sent for each, and later what becomes of it.
        """
        broadcast = self.get(id)
        for contact_id in contact_ids:
            contact = self.mirror.contacts.peek(contact_id)
            if contact and self.mirror.contacts.wants(contact, broadcast["topic_id"]):
                self.mirror.emails.accept(self.email_to(broadcast, contact))
        if is_last:
            self.move(broadcast | {"sent_at": stamp(self.now)}, "sent")

    def email_to(self, broadcast: Doc, contact: Doc) -> Doc:
        """Return the fields of the email that one contact gets."""
        id = self.mirror.emails.new_id()
        link = personal.unsubscribe_link(self.mirror, contact, id)
        lookup = personal.lookup_for(personal.fallbacks_of(self.mirror), contact, link)
        filled = {
            part: broadcast[part] and placeholders.fill(broadcast[part], lookup)
            for part in ("subject", "html", "text")
        }
        return filled | {
            "id": id,
            "subject": " ".join(filled["subject"].splitlines()),
            "to": [contact["email"]],
            "from": broadcast["from"],
            "reply_to": broadcast["reply_to"] or [],
            "_broadcast_id": broadcast["id"],
            "_contact_id": contact["id"],
            "_headers": personal.headers_of(link),
            "_domain": read("from", [broadcast["from"]])[0].domain,
        }

    def brief(self, doc: Doc) -> Doc:
        """Return what a list shows of a broadcast.

        Source: https://github.com/resend/resend-openapi (ListBroadcastsResponseSuccess)
        """
        return {key: doc[key] for key in LISTED}

    def illegal_move(self, doc: Doc, status: str) -> VendorError:
        """Refuse a step that the broadcast's status doesn't allow."""
        return errors.validation_error(f"Broadcast is {doc['status']} and can't become {status}.")

    def _in(self, id: str, statuses: set[str], done: str) -> Doc:
        broadcast = self.get(id)
        if broadcast["status"] not in statuses:
            wanted = " or ".join(sorted(statuses))
            raise errors.validation_error(
                f"Broadcast is {broadcast['status']}; only a {wanted} broadcast can be {done}."
            )
        return broadcast

    def _checked(self, given: Doc) -> Doc:
        """Return the given fields; `audience_id` is the former name of `segment_id`."""
        for field in ("from", "subject"):
            if given.get(field, "") is None:
                raise errors.missing_required_field(field)
        if given.get("from"):
            read("from", [given["from"]])
        must_be_one_line("subject", given.get("subject"))
        for reply_to in given.get("reply_to") or ():
            read("reply_to", [reply_to])
        group = given.pop("segment_id", None) or given.pop("audience_id", None)
        if group:
            given |= {"segment_id": self.mirror.segments.get(group)["id"], "audience_id": group}
        if given.get("topic_id"):
            self.mirror.topics.get(given["topic_id"])
        if given.get("name", "") is None:
            del given["name"]
        return given

    def _send(self, broadcast: Doc, scheduled_at: str | None) -> None:
        if not (broadcast["html"] or broadcast["text"]):
            raise errors.validation_error("Missing `html` or `text` field.")
        self.mirror.segments.get(broadcast["segment_id"])
        self._may_send(broadcast)
        if scheduled_at is None:
            self.move(broadcast, "queued")
            self.start(broadcast["id"])
            return
        at = moment(scheduled_at, self.now)
        self.move(broadcast | {"scheduled_at": stamp(at)}, "scheduled")
        wait = unstamp(stamp(at)) - self.now
        self.mirror.after(wait, "broadcasts.start", id=broadcast["id"])

    def _may_send(self, broadcast: Doc) -> None:
        """Check the sender; from `resend.dev` nobody but the owner can be reached.

        Source: https://resend.com/docs/knowledge-base/403-error-resend-dev-domain
        """
        sender = read("from", [broadcast["from"]])[0]
        contacts = self.mirror.contacts.find(segment_ids=broadcast["segment_id"])
        recipients = [parse(each["email"]) or Address(each["email"], "") for each in contacts]
        self.mirror.domains.check_sender(sender, recipients, None)

    def _forget(self, broadcast: Doc) -> None:
        self.mirror.cancel_timers("broadcasts.start", id=broadcast["id"])
        self.mirror.cancel_timers("broadcasts.send_batch", id=broadcast["id"])
