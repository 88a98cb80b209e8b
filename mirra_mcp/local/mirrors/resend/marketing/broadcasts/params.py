"""Parameters of broadcasts.

Source: https://github.com/resend/resend-openapi (fields, limits and enumerations)
"""

from typing import Literal

from pydantic import Field

from mirra_mcp.local.mirrors.resend.api.params import OneOrMore, Paging, ResendParams

RecipientType = Literal[
    "sent", "delivered", "opened", "clicked", "bounced", "complained", "unsubscribed", "suppressed"
]
BounceType = Literal["permanent", "transient", "undetermined"]


class CreateBroadcast(ResendParams):
    """A new broadcast: a draft, unless `send` is true."""

    sender: str = Field(alias="from")
    subject: str
    segment_id: str | None = None
    audience_id: str | None = None
    name: str | None = None
    reply_to: OneOrMore | None = None
    preview_text: str | None = None
    html: str | None = None
    text: str | None = None
    topic_id: str | None = None
    send: bool | None = None
    scheduled_at: str | None = None


class UpdateBroadcast(ResendParams):
    """New values for a draft."""

    sender: str | None = Field(default=None, alias="from")
    subject: str | None = None
    segment_id: str | None = None
    audience_id: str | None = None
    name: str | None = None
    reply_to: OneOrMore | None = None
    preview_text: str | None = None
    html: str | None = None
    text: str | None = None
    topic_id: str | None = None


class SendBroadcast(ResendParams):
    """When to send."""

    scheduled_at: str | None = None


class ListRecipients(Paging):
    """Which recipients of a broadcast to list."""

    type: RecipientType
    email: str | None = None
    bounce_type: BounceType | None = None
