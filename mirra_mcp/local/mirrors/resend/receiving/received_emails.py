"""Received emails: what others wrote to the account's domains.

Source: https://resend.com/docs/api-reference/emails/retrieve-received-email
"""

import re
from typing import Any, Literal

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.resend.api import files
from mirra_mcp.local.mirrors.resend.api.dates import iso, iso_of
from mirra_mcp.local.mirrors.resend.api.params import Paging, ResendParams
from mirra_mcp.local.mirrors.resend.api.resource import ResendResource
from mirra_mcp.local.mirrors.resend.receiving import inbound
from mirra_mcp.wire.model import Doc

CID = re.compile(r"""(?<=["'])cid:([^"']+)(?=["'])""")
NOT_IN_LISTS = {"object", "html", "text", "headers", "received_for"}
TOLD = (
    "email_id",
    "created_at",
    "from",
    "to",
    "bcc",
    "cc",
    "received_for",
    "message_id",
    "subject",
)


class GetReceivedEmail(ResendParams):
    """The query of `GET /emails/receiving/{id}`."""

    html_format: Literal["data_uri", "cid"] = "data_uri"


class ReceivedEmails(ResendResource):
    """Inbound emails."""

    entity, plural, title, object = "received_email", "received_emails", "Email", "email"
    synonyms, names = ("inbound email", "incoming email"), ("subject",)
    words = {"sender of the inbound email": "from"}
    only_uuids = True
    page_size = None
    blank = {
        "object": "email",
        "id": None,
        "to": [],
        "from": None,
        "created_at": None,
        "subject": None,
        "html": None,
        "text": None,
        "headers": {},
        "bcc": [],
        "cc": [],
        "reply_to": [],
        "received_for": [],
        "message_id": None,
        "attachments": [],
    }

    @route("GET /emails/receiving")
    def list(self, params: Paging) -> Doc:
        """List received emails without their bodies."""
        return self.listed(params)

    @route("GET /emails/receiving/{id}")
    def retrieve(self, id: str, params: GetReceivedEmail) -> Doc:
        """Return one received email; inline images as data, or as references with `cid`."""
        doc = self.get(id)
        shown = self.view(doc)
        if doc["html"] and params.html_format == "data_uri":
            shown["html"] = CID.sub(lambda found: _inlined(doc, found), doc["html"])
        link = files.link(self.mirror, "raw", id, "message.eml")
        raw = {"download_url": link, "expires_at": iso(self.now + files.LINK_LIFE)}
        return shown | {"html_format": params.html_format, "raw": raw}

    @route("GET /emails/receiving/{id}/attachments")
    def list_attachments(self, id: str, params: Paging) -> Doc:
        """List the files of a received email."""
        return files.listed(self.mirror, self.get(id), params)

    @route("GET /emails/receiving/{id}/attachments/{attachment_id}")
    def retrieve_attachment(self, id: str, attachment_id: str) -> Doc:
        """Return one file of a received email and where to download it."""
        return files.retrieved(self.mirror, self.get(id), attachment_id)

    def arrive(self, message: inbound.Message) -> Doc:
        """Take in an email from the world. Fires: email.received."""
        id = self.new_id()
        kept = inbound.kept(self.mirror.ids, message)
        doc = self.new(
            **{"from": message.sender, "id": id},
            to=message.to,
            cc=message.cc,
            bcc=message.bcc,
            reply_to=message.reply_to,
            received_for=message.to,
            subject=message.subject,
            html=message.html,
            text=message.text,
            message_id=message.message_id or f"<{id}@mail.example.com>",
            attachments=[{name: file[name] for name in files.SHOWN} for file in kept],
            _attachments=kept,
        )
        raw = inbound.raw(doc, message)
        doc["headers"] = {name.lower(): str(value) for name, value in raw.items()}
        doc["_raw"] = raw.as_string()
        self.mirror.quota.received()
        return self.save(doc, event="email.received")

    def shown(self, doc: Doc) -> Doc:
        """Return what the state dump and the log show: with where its files are."""
        return super().shown(doc) | {"attachments": files.shown(self.mirror, doc)}

    def brief(self, doc: Doc) -> Doc:
        """Leave out what lists don't show: bodies, headers and the sizes of files."""
        shown = {name: value for name, value in self.view(doc).items() if name not in NOT_IN_LISTS}
        shown["attachments"] = [file | {"size": None} for file in doc["attachments"]]
        return shown

    def event_data(self, event: str, doc: Doc, **extra: Any) -> Doc:
        """Return the `data` of the webhook: no bodies.

        Source: https://resend.com/docs/webhooks/emails/received
        """
        told = doc | {"email_id": doc["id"], "created_at": iso_of(doc["created_at"])}
        attachments = [
            {name: value for name, value in file.items() if name != "size"}
            for file in doc["attachments"]
        ]
        return {name: told[name] for name in TOLD} | {"attachments": attachments}


def _inlined(doc: Doc, found: "re.Match[str]") -> str:
    for file in doc["_attachments"]:
        if file["content_id"] == found[1]:
            return f"data:{file['content_type']};base64,{file['content']}"
    return found[0]
