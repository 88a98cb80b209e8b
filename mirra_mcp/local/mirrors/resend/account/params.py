"""Parameters of domains, API keys, webhooks and suppressions.

Source: https://resend.com/docs/api-reference/introduction
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from mirra_mcp.local.mirrors.resend.account.webhooks.event_names import EVENTS, INBOX_EVENTS
from mirra_mcp.local.mirrors.resend.api.params import ResendParams

Region = Literal["us-east-1", "eu-west-1", "sa-east-1", "ap-northeast-1"]
Switch = Literal["enabled", "disabled"]
Tls = Literal["opportunistic", "enforced"]
Subdomain = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$")]
"""Source: https://resend.com/docs/dashboard/domains/custom-return-path"""


class Capabilities(ResendParams):
    """What a domain is used for."""

    sending: Switch | None = None
    receiving: Switch | None = None


class ClaimDomain(ResendParams):
    """`POST /domains/claim`."""

    name: str
    region: Region | None = None
    custom_return_path: Subdomain | None = None
    open_tracking: bool | None = None
    click_tracking: bool | None = None
    tracking_subdomain: Subdomain | None = None


class CreateDomain(ClaimDomain):
    """`POST /domains`."""

    tls: Tls = "opportunistic"
    capabilities: Capabilities = Capabilities()


class UpdateDomain(ResendParams):
    """`PATCH /domains/{id}`. Region and return path can't be changed."""

    open_tracking: bool | None = None
    click_tracking: bool | None = None
    tls: Tls | None = None
    capabilities: Capabilities | None = None
    tracking_subdomain: Subdomain | None = None


class CreateApiKey(ResendParams):
    """`POST /api-keys`."""

    name: str
    permission: Literal["full_access", "sending_access"] = "full_access"
    domain_id: str | None = None


class UpdateApiKey(ResendParams):
    """`PATCH /api-keys/{id}`."""

    name: str


def must_be_an_event(name: str) -> str:
    """Refuse what isn't the name of an event."""
    if name not in EVENTS and name not in INBOX_EVENTS:
        raise ValueError(f"'{name}' is not a webhook event")
    return name


def must_be_a_url(text: str) -> str:
    """Refuse what a webhook can't be sent to."""
    scheme, mark, rest = text.partition("://")
    if scheme not in ("http", "https") or not mark or not rest.partition("/")[0]:
        raise ValueError("The endpoint must be a valid URL")
    return text


EventNames = Annotated[list[Annotated[str, AfterValidator(must_be_an_event)]], Field(min_length=1)]
Endpoint = Annotated[str, AfterValidator(must_be_a_url)]


class CreateWebhook(ResendParams):
    """`POST /webhooks`."""

    endpoint: Endpoint
    events: EventNames


class UpdateWebhook(ResendParams):
    """`PATCH /webhooks/{id}`."""

    endpoint: Endpoint | None = None
    events: EventNames | None = None
    status: Switch | None = None
