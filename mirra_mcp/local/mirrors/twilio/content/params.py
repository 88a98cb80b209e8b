"""What callers send to the Content API: JSON, unlike elsewhere.

Source: https://www.twilio.com/docs/content/content-api-resources
"""

from typing import Any

from mirra_mcp.local.kit.params import Params


class UpdateContent(Params):
    """A change to a template: its types are always given."""

    types: Any
    friendly_name: str | None = None
    language: str | None = None
    variables: Any = None


class CreateContent(UpdateContent):
    """A new template."""

    language: str


class RequestApproval(Params):
    """What WhatsApp is asked to approve a template as."""

    name: str
    category: str
    send_ttl_seconds: int | None = None
    bid_amount: int | None = None


class UpdateApproval(Params):
    """A change to what is paid at most for messages of a template."""

    bid_amount: int | None = None
