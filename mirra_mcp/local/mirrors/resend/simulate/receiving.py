"""What people do who write to the account.

Source: https://resend.com/docs/webhooks/event-types
"""

from typing import Annotated

from pydantic import Field

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.stories import story
from mirra_mcp.local.mirrors.resend.api.addresses import CONTROL
from mirra_mcp.local.mirrors.resend.api.peers import Peers
from mirra_mcp.local.mirrors.resend.receiving.inbound import Addresses, File, Message
from mirra_mcp.wire.model import Doc


@story("email.received")
def received(
    resend: Peers,
    from_: Annotated[str, Field(alias="from")] = "Alice <alice@example.com>",
    to: Addresses | None = None,
    subject: str = "Hello",
    text: str | None = "Hello there!",
    html: str | None = None,
    cc: Addresses = [],  # noqa: B006  # pydantic copies defaults
    bcc: Addresses = [],  # noqa: B006
    reply_to: Addresses = [],  # noqa: B006
    headers: dict[str, str] = {},  # noqa: B006
    message_id: str | None = None,
    attachments: Annotated[
        list[File], Field(description="filename, content (Base64), contentType, contentId")
    ] = [],  # noqa: B006
) -> Doc:
    """Somebody writes an email to the account."""
    lines = {
        "from": [from_], "to": to or [], "subject": [subject], "cc": cc, "bcc": bcc,
        "replyTo": reply_to, "messageId": [message_id or ""],
        "headers": [*headers, *headers.values()],
        "attachments": [
            text or "" for file in attachments
            for text in (file.filename, file.content_type, file.content_id)
        ],
    }  # fmt: skip
    for name, texts in lines.items():
        if any(CONTROL.search(text) for text in texts):
            raise SimulateError(
                f"'{name}' has a line break or another control character.",
                "It becomes a header of the email, which is one line.",
            )
    message = Message(
        sender=from_,
        to=to or [inbox_of(resend)],
        cc=cc,
        bcc=bcc,
        reply_to=reply_to,
        subject=subject,
        html=html,
        text=text,
        headers=headers,
        message_id=message_id,
        attachments=attachments,
    )
    return resend.received_emails.view(resend.received_emails.arrive(message))


def inbox_of(resend: Peers) -> str:
    """Return an address of the account: at the newest domain, else at Resend's own."""
    newest = resend.domains.find(limit=1)
    return f"inbox@{newest[0]['name']}" if newest else "inbox@mirra.resend.app"
