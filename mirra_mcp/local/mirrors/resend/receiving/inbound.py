"""An email from the world, and the message that a mail server would have handed over.

Source: https://resend.com/docs/dashboard/receiving/introduction
"""

import binascii
import mimetypes
from base64 import b64decode, b64encode
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic.alias_generators import to_camel

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.ids import Ids
from mirra_mcp.local.mirrors.resend.api.params import as_list
from mirra_mcp.wire.model import Doc

Addresses = Annotated[list[str], BeforeValidator(as_list)]


class File(BaseModel):
    """A file of an inbound email; `content` is Base64."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")

    filename: str | None = None
    content: str = ""
    content_type: str | None = None
    content_id: str | None = None


@dataclass(frozen=True)
class Message:
    """What somebody wrote."""

    sender: str
    to: list[str]
    subject: str
    html: str | None
    text: str | None
    cc: list[str]
    bcc: list[str]
    reply_to: list[str]
    headers: dict[str, str]
    message_id: str | None
    attachments: list[File]


def kept(ids: Ids, message: Message) -> list[Doc]:
    """Return the files as they are kept.

    Raises:
        SimulateError: a file's content isn't Base64.
    """
    return [_kept(ids, file) for file in message.attachments]


def _kept(ids: Ids, file: File) -> Doc:
    try:
        content = b64decode(file.content, validate=True)
    except binascii.Error as error:
        raise SimulateError(f"An attachment's content isn't Base64: {error}.") from None
    guessed = mimetypes.guess_type(file.filename or "")[0] or "application/octet-stream"
    return {
        "id": ids.uuid(),
        "filename": file.filename,
        "size": len(content),
        "content_type": file.content_type or guessed,
        "content_disposition": "inline" if file.content_id else "attachment",
        "content_id": file.content_id,
        "content": b64encode(content).decode(),
    }


def raw(doc: Doc, message: Message) -> EmailMessage:
    """Write a received email as RFC 5322 has it. The same document gives the same bytes."""
    mail = EmailMessage()
    mail["From"] = doc["from"]
    mail["To"] = ", ".join(doc["to"])
    if doc["cc"]:
        mail["Cc"] = ", ".join(doc["cc"])
    if doc["reply_to"]:
        mail["Reply-To"] = ", ".join(doc["reply_to"])
    mail["Subject"] = doc["subject"]
    mail["Message-ID"] = doc["message_id"]
    for name, value in message.headers.items():
        mail[name] = value
    mail.set_content(doc["text"] or "")
    if doc["html"]:
        mail.add_alternative(doc["html"], subtype="html")
    for file in doc["_attachments"]:
        main, _, sub = file["content_type"].partition("/")
        mail.add_attachment(
            b64decode(file["content"]),
            maintype=main,
            subtype=sub or "octet-stream",
            filename=file["filename"],
            disposition=file["content_disposition"],
            cid=file["content_id"] and f"<{file['content_id']}>",
        )
    for number, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{doc['id']}_{number}")
    return mail
