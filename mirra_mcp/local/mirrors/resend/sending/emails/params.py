"""Parameters of `/emails`. Absent and null mean the same; what is required depends on the template.

Source: https://resend.com/docs/api-reference/emails/send-email
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from mirra_mcp.local.mirrors.resend.api.params import OneOrMore, Paging, ResendParams


class Attachment(ResendParams):
    """A file, given as Base64 (or bytes), or as the address of one."""

    content: Any = None
    filename: str | None = None
    path: str | None = None
    content_type: str | None = None
    content_id: str | None = None
    inline_content_id: str | None = None


class Tag(ResendParams):
    """A name and a value to find emails by."""

    name: str
    value: str = ""


class TemplateRef(ResendParams):
    """A published template, by id or alias, and the values of its variables."""

    id: str
    variables: dict[str, Any] = {}


class SendEmail(ResendParams):
    """`POST /emails`, and each element of `POST /emails/batch`."""

    from_: str | None = Field(default=None, alias="from")
    to: OneOrMore | None = None
    subject: str | None = None
    bcc: OneOrMore | None = None
    cc: OneOrMore | None = None
    reply_to: OneOrMore | None = None
    html: str | None = None
    text: str | None = None
    template: TemplateRef | None = None
    headers: dict[str, str] | None = None
    scheduled_at: str | None = None
    attachments: list[Attachment] | None = None
    tags: list[Tag] | None = None
    topic_id: str | None = None


class UpdateEmail(ResendParams):
    """`PATCH /emails/{id}`."""

    scheduled_at: str


class ShareEmail(ResendParams):
    """`POST /emails/{id}/share`."""

    expires_in: str | None = None


METRICS = (
    "received",
    "delivered",
    "complained",
    "suppressed",
    "bounced",
    "bounced_transient",
    "bounced_permanent",
    "bounced_undetermined",
    "opened",
    "clicked",
    "unsubscribed",
    "delivery_delayed",
    "failed",
    "sent",
    "unique_opened",
    "unique_clicked",
    "delivery_rate",
    "open_rate",
    "click_rate",
    "bounce_rate",
    "complaint_rate",
    "unsubscribe_rate",
)


def split(value: Any) -> Any:
    """Read a comma-separated value as a list."""
    return [each for each in value.split(",") if each] if isinstance(value, str) else value


Commas = Annotated[list[str], BeforeValidator(split)]


class MetricsQuery(Paging):
    """The query of `GET /emails/metrics`."""

    start_date: str | None = None
    end_date: str | None = None
    timezone: str = "UTC"
    granularity: Literal["hourly", "daily", "weekly", "monthly"] = "daily"
    metrics: Commas = []
    dimensions: Annotated[
        list[Literal["period", "domain", "email", "broadcast"]], BeforeValidator(split)
    ] = []
    domain_id: Commas = []
    email_id: Commas = []
    broadcast_id: Commas = []
