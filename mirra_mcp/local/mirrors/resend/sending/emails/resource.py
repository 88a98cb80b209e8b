"""Emails: sent now, in a batch or later; read, moved and canceled.

Source: https://resend.com/docs/api-reference/emails/send-email
"""

from datetime import timedelta
from typing import Any

from pydantic import ValidationError
from pytimeparse2 import parse as seconds_of  # type: ignore[import-untyped]  # ships no types

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.params import problems_of
from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.resend.api import errors, files, invalid
from mirra_mcp.local.mirrors.resend.api.dates import stamp, unstamp
from mirra_mcp.local.mirrors.resend.api.params import Paging
from mirra_mcp.local.mirrors.resend.api.scheduling import moment
from mirra_mcp.local.mirrors.resend.sending.emails.compose import compose
from mirra_mcp.local.mirrors.resend.sending.emails.metrics import measure
from mirra_mcp.local.mirrors.resend.sending.emails.outcomes import Outcomes
from mirra_mcp.local.mirrors.resend.sending.emails.params import (
    MetricsQuery,
    SendEmail,
    ShareEmail,
    UpdateEmail,
)
from mirra_mcp.wire.model import Doc

MOST_IN_BATCH = 100
LONGEST_SHARE = timedelta(hours=48)
Elements = list[Any]
NOT_IN_LISTS = {"object", "html", "text", "tags"}


class Emails(Outcomes):
    """Sent emails."""

    entity, plural, title, object = "email", "emails", "Email", "email"
    synonyms, names, more_fields = (
        ("mail", "e-mail"),
        ("subject",),
        ("tags", "attachments", "headers"),
    )
    words = {
        "sender": "from", "sender address": "from", "from address": "from", "from header": "from",
        "recipient": "to", "recipients": "to", "recipient address": "to", "to address": "to",
        "reply-to": "reply_to", "reply-to address": "reply_to",
        "subject": "subject", "subject line": "subject",
        "body": "html text", "content": "html text", "html body": "html", "html content": "html",
        "text body": "text", "plain text": "text", "plain text body": "text",
        "status": "last_event", "delivery status": "last_event", "tag": "tags",
        "attachment": "attachments",
    }  # fmt: skip
    verbs = {
        event: ("last_event", event)
        for event in (
            "sent", "scheduled", "delivered", "bounced", "complained", "opened", "clicked",
        )
    }  # fmt: skip
    only_uuids = True
    indexes = ("_broadcast_id",)
    blank = {
        "object": "email",
        "id": None,
        "message_id": None,
        "to": [],
        "from": None,
        "created_at": None,
        "subject": None,
        "html": None,
        "text": None,
        "bcc": [],
        "cc": [],
        "reply_to": [],
        "last_event": "queued",
        "scheduled_at": None,
    }

    @route("POST /emails")
    def create(self, params: SendEmail, call: Call) -> Doc:
        """Send one email, now or when it is scheduled.

        Fires: email.sent or email.scheduled.
        """
        return {"id": self.accept(compose(self.mirror, params, call.caller))["id"]}

    @route("POST /emails/batch")
    def create_batch(self, call: Call) -> Doc:
        """Send up to 100 emails: all or none, or with `x-batch-validation: permissive` the valid.

        Source: https://resend.com/docs/api-reference/emails/send-batch-emails and
        https://resend.com/changelog/batch-validation-modes
        """
        given = self._elements(call)
        permissive = call.headers.get("x-batch-validation", "strict").lower() == "permissive"
        composed, refused = [], []
        for index, each in enumerate(given):
            try:
                composed.append(self._element(each, call))
            except VendorError as error:
                if not permissive:
                    raise
                refused.append({"index": index, "message": error.body["message"]})
        answer: Doc = {"data": [{"id": self.accept(fields)["id"]} for fields in composed]}
        return answer | {"errors": refused} if permissive else answer

    def accept(self, fields: Doc) -> Doc:
        """Take in an email that passed every check. Fires: email.sent or email.scheduled."""
        doc = self.new(**fields)
        doc["message_id"] = f"<{doc['id']}@{doc.get('_domain', 'resend.dev')}>"
        if "_broadcast_id" not in doc:
            self.mirror.quota.sent(len(doc["to"]) + len(doc["cc"]) + len(doc["bcc"]))
        if doc["scheduled_at"] is None:
            return self.dispatch(doc)
        self._at(doc)
        return self.save(doc | {"last_event": "scheduled"}, event="email.scheduled")

    @route("GET /emails/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one email."""
        return self.view(self.get(id))

    @route("GET /emails")
    def list(self, params: Paging) -> Doc:
        """List sent emails.

        Source: https://resend.com/docs/api-reference/emails/list-emails
        """
        return self.listed(params)

    def shown(self, doc: Doc) -> Doc:
        """Return what the state dump and the log show: with headers and files, if there are any."""
        shown = super().shown(doc)
        if doc.get("_headers"):
            shown["headers"] = doc["_headers"]
        if doc.get("_attachments"):
            shown["attachments"] = files.shown(self.mirror, doc)
        return shown

    def told(self, doc: Doc) -> Doc:
        """Return what checks read: with headers, and with attachments without their content."""
        names = ("filename", "content_type", "size")
        files = [{name: file[name] for name in names} for file in doc.get("_attachments", ())]
        return {**self.shown(doc), "attachments": files, "headers": doc.get("_headers") or {}}

    def brief(self, doc: Doc) -> Doc:
        """Leave out what lists don't show: the bodies and the tags."""
        shown = self.view(doc)
        return {name: value for name, value in shown.items() if name not in NOT_IN_LISTS}

    @route("PATCH /emails/{id}")
    def update(self, id: str, params: UpdateEmail) -> Doc:
        """Move a scheduled email to another time.

        Source: https://resend.com/docs/api-reference/emails/update-email
        """
        doc = self._scheduled(id, "updated")
        at = moment(params.scheduled_at, self.now)
        self._forget(doc)
        doc = self.save(doc | {"scheduled_at": stamp(at)})
        self._at(doc)
        return self.ref(doc)

    @route("POST /emails/{id}/cancel")
    def cancel(self, id: str) -> Doc:
        """Don't send a scheduled email.

        Source: https://resend.com/docs/api-reference/emails/cancel-email
        """
        doc = self._scheduled(id, "canceled")
        self._forget(doc)
        return self.ref(self.move(doc, "canceled"))

    @route("POST /emails/{id}/share")
    def share(self, id: str, params: ShareEmail) -> Doc:
        """Make a link under which anyone sees a sent or received email for up to 48 hours.

        Source: https://resend.com/docs/api-reference/emails/share-email
        """
        doc = self.peek(id) or self.mirror.received_emails.get(id)
        seconds = seconds_of(params.expires_in) if params.expires_in else 48 * 3600
        if not seconds or not 0 < seconds <= LONGEST_SHARE.total_seconds():
            raise errors.validation_error("Invalid `expires_in` field. It can't exceed 48 hours.")
        link = files.link(self.mirror, "shared", doc["id"], "email.html")
        return {"object": "email", "id": doc["id"], "url": link}

    @route("GET /emails/metrics")
    def metrics(self, params: MetricsQuery) -> Doc:
        """Count what became of the emails of some days."""
        return measure(self.mirror, params)

    # files

    @route("GET /emails/{id}/attachments")
    def list_attachments(self, id: str, params: Paging) -> Doc:
        """List the files of a sent email."""
        return files.listed(self.mirror, self.get(id), params)

    @route("GET /emails/{id}/attachments/{attachment_id}")
    def retrieve_attachment(self, id: str, attachment_id: str) -> Doc:
        """Return one file of a sent email and where to download it."""
        return files.retrieved(self.mirror, self.get(id), attachment_id)

    @route("GET /files/{kind}/{id}/{name}")
    def download(self, kind: str, id: str, name: str) -> Answer:
        """Hand out what a `download_url` or a share link points at. Takes no API key."""
        doc = self.peek(id) or self.mirror.received_emails.get(id)
        return files.download(kind, doc, name)

    # helpers

    def _scheduled(self, id: str, done: str) -> Doc:
        doc = self.get(id)
        if doc["last_event"] != "scheduled":
            raise errors.validation_error(f"Email is not scheduled and cannot be {done}.")
        return doc

    def _at(self, doc: Doc) -> None:
        wait = unstamp(doc["scheduled_at"]) - self.now
        self.mirror.after(wait, "emails.send_scheduled", id=doc["id"])

    def _elements(self, call: Call) -> Elements:
        try:
            given = call.json
        except ValueError:
            raise self.mirror.malformed(call) from None
        if not isinstance(given, list):
            raise errors.validation_error("The request body must be an array of emails.")
        if not 1 <= len(given) <= MOST_IN_BATCH:
            raise errors.validation_error(
                f"The batch must contain between 1 and {MOST_IN_BATCH} emails."
            )
        return given

    def _element(self, given: Any, call: Call) -> Doc:
        try:
            params = SendEmail.model_validate(given)
        except ValidationError as error:
            raise invalid.refusal(problems_of(error)) from None
        if params.attachments:
            raise errors.validation_error("The `attachments` field is not supported in batches.")
        return compose(self.mirror, params, call.caller)
