"""Makes an email of what a caller sent, or refuses it, checking in the vendor's order.

Source: https://resend.com/docs/api-reference/emails/send-email
"""

import mimetypes
import re
from base64 import b64decode, b64encode
from typing import Any

from mirra_mcp.local.mirrors.resend.api import errors
from mirra_mcp.local.mirrors.resend.api.addresses import must_be_one_line, parse, read
from mirra_mcp.local.mirrors.resend.api.dates import stamp
from mirra_mcp.local.mirrors.resend.api.peers import Peers
from mirra_mcp.local.mirrors.resend.api.scheduling import moment
from mirra_mcp.local.mirrors.resend.sending.emails.params import Attachment, SendEmail, Tag
from mirra_mcp.wire.model import Doc

MOST_RECIPIENTS = 50
MOST_TAGS = 75
LARGEST = 40 * 1024 * 1024
"""Of an email's attachments in Base64.

Source: https://resend.com/docs/dashboard/emails/attachments
"""
URL = re.compile(r"https?://[^\s/]+", re.I)
URL_SAFE = str.maketrans("-_", "+/")
HEADER = re.compile(r"[!-9;-~]+")
TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")


def compose(resend: Peers, params: SendEmail, key: Doc | None) -> Doc:
    """Return the fields of a new email.

    Raises:
        VendorError: a field is missing or can't be accepted, or the sender may not send this.
    """
    if not params.to:
        raise errors.missing_required_field("to")
    fields = _content(resend, params)
    sender = read("from", [fields["from"]])[0]
    recipients = read("to", params.to)
    _count("to", params.to)
    for name in ("cc", "bcc", "reply_to"):
        listed = fields[name]
        if listed:
            other = read(name, listed)
            _count(name, listed)
            recipients = recipients if name == "reply_to" else recipients + other
    resend.domains.check_sender(sender, recipients, key)
    if params.topic_id is not None:
        recipients_of_topic(resend, fields, params.topic_id)
    if params.tags:
        fields["tags"] = _tags(params.tags)
    if params.headers:
        fields["_headers"] = _headers(params.headers)
    if params.attachments:
        fields["_attachments"] = [_attachment(resend, each) for each in params.attachments]
        if sum(len(each["content"]) for each in fields["_attachments"]) > LARGEST:
            raise errors.validation_error("The total size of the email exceeds 40MB.")
    if params.scheduled_at:
        fields["scheduled_at"] = stamp(moment(params.scheduled_at, resend.now))
    fields["_domain"] = sender.domain
    return fields


def _content(resend: Peers, params: SendEmail) -> Doc:
    """Return sender, recipients, subject and bodies, from the template where there is one."""
    sender, subject, reply_to = params.from_, params.subject, params.reply_to
    html, text, template_id = params.html, params.text, None
    if params.template is not None:
        if html or text:
            raise errors.validation_error(
                "You can't provide `html` or `text` when using a `template`."
            )
        made = resend.templates.rendered(params.template.id, params.template.variables)
        template_id, html, text = made["id"], made["html"], made["text"]
        sender, subject = sender or made["from"], subject or made["subject"]
        reply_to = reply_to or made["reply_to"]
    if not html and not text:
        raise errors.validation_error("Missing `html` or `text` field.")
    if not subject:
        raise errors.missing_required_field("subject")
    if not sender:
        raise errors.missing_required_field("from")
    must_be_one_line("subject", subject)
    fields: Doc = {
        "to": params.to,
        "from": sender,
        "subject": subject,
        "html": html,
        "text": text,
        "bcc": params.bcc or [],
        "cc": params.cc or [],
        "reply_to": reply_to or [],
    }
    if template_id:
        fields["_template_id"] = template_id
    return fields


def recipients_of_topic(resend: Peers, fields: Doc, topic_id: str) -> None:
    """Leave out the addresses that don't want to hear about the topic.

    A contact's own choice counts; of others the topic's default.

    Raises:
        VendorError: nobody is left, or there is no such topic.

    Source: https://resend.com/docs/api-reference/emails/send-email (`topic_id`)
    """
    topic = resend.topics.get(topic_id)
    for name in ("to", "cc", "bcc"):
        fields[name] = [text for text in fields[name] if _wants(resend, text, topic)]
    if not fields["to"]:
        raise errors.validation_error("The recipient has opted out of the topic.")
    fields["topic_id"] = topic_id


def _wants(resend: Peers, text: str, topic: Doc) -> bool:
    address = parse(text)
    contact = address and resend.contacts.at(address.email)
    if not contact:
        return bool(topic["default_subscription"] == "opt_in")
    return resend.topics.subscription(contact, topic) == "opt_in"


def _count(field: str, listed: list[str]) -> None:
    if len(listed) > MOST_RECIPIENTS:
        raise errors.validation_error(
            f"The `{field}` field must contain {MOST_RECIPIENTS} or fewer email addresses."
        )


def _headers(given: dict[str, str]) -> dict[str, str]:
    """Check an email's own headers, which stay what they are and become no other ones.

    Source: https://www.rfc-editor.org/rfc/rfc5322#section-2.2
    """
    must_be_one_line("headers", *given.values())
    for name in given:
        if not HEADER.fullmatch(name):
            raise errors.validation_error(f"Invalid `headers` field. `{name!r}` can't be a header.")
    return given


def _tags(tags: list[Tag]) -> list[Doc]:
    """Check an email's tags.

    Source: https://resend.com/docs/dashboard/emails/tags
    """
    if len(tags) > MOST_TAGS:
        raise errors.validation_error(f"The `tags` field must contain {MOST_TAGS} or fewer tags.")
    for tag in tags:
        if not (TAG.fullmatch(tag.name) and (not tag.value or TAG.fullmatch(tag.value))):
            raise errors.validation_error(
                "Tags should only contain ASCII letters, numbers, underscores, or dashes."
            )
    return [{"name": tag.name, "value": tag.value} for tag in tags]


def _attachment(resend: Peers, given: Attachment) -> Doc:
    """Keep a file; one given by `path` isn't fetched.

    Source: https://resend.com/docs/dashboard/emails/attachments
    """
    if bool(given.content) == bool(given.path):
        raise errors.invalid_attachment()
    if given.path and not URL.match(given.path):
        raise errors.attachment_unreadable("path", "the address of a file")
    content = _bytes(given.content)
    filename = given.filename
    if filename is None and given.path:
        filename = given.path.rstrip("/").rpartition("/")[2] or None
    content_id = given.content_id or given.inline_content_id
    guessed = mimetypes.guess_type(filename or "")[0] or "application/octet-stream"
    return {
        "id": resend.ids.uuid(),
        "filename": filename,
        "content_type": given.content_type or guessed,
        "content_id": content_id,
        "content_disposition": "inline" if content_id else "attachment",
        "size": len(content),
        "content": b64encode(content).decode(),
        "path": given.path,
    }


def _bytes(content: Any) -> bytes:
    """Read a file's content: Base64, a list of bytes, or what Node makes of a Buffer.

    Base64 of either alphabet, with or without padding and line breaks, as Node's `Buffer` reads it.

    Raises:
        VendorError: it is none of them.

    Source: https://nodejs.org/api/buffer.html#buffers-and-character-encodings
    """
    if isinstance(content, dict) and content.get("type") == "Buffer":
        content = content.get("data")
    try:
        if isinstance(content, list):
            return bytes(content)
        text = "".join((content or "").split()).translate(URL_SAFE).rstrip("=")
        return b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (AttributeError, TypeError, ValueError):
        raise errors.attachment_unreadable("content", "Base64, or a list of bytes") from None
