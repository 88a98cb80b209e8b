"""What the v2 API does in its own way: pages, errors, types of thin events.

Source: https://docs.stripe.com/api-v2-overview
"""

import base64
import binascii
from typing import Any

from pydantic import Field

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import StripeParams
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.api.webhooks.types import EVENT_TYPES, matches
from mirra_mcp.wire.model import Doc

PLACES = {
    "invoiceitem": "invoiceitems",
    "balance": "balance",
    "billing_portal.session": "billing_portal/sessions",
}
"""Objects whose path isn't simply their name's plural."""


_OF_ACCOUNTS = (
    "closed", "created", "updated", "[defaults].updated", "[future_requirements].updated",
    "[identity].updated", "[requirements].updated",
)  # fmt: skip
TYPES = (
    "v1.billing.meter.error_report_triggered",
    "v1.billing.meter.no_meter_found",
    "v2.core.event_destination.ping",
    *(f"v2.core.account{'' if each[0] == '[' else '.'}{each}" for each in _OF_ACCOUNTS),
    *(
        f"v2.core.account[configuration.{role}].{what}"
        for role in ("customer", "merchant", "recipient")
        for what in ("capability_status_updated", "updated")
    ),
    "v2.core.account_link.returned",
    *(f"v2.core.account_person.{what}" for what in ("created", "deleted", "updated")),
)
"""Types of thin events without a snapshot.

Source: https://docs.stripe.com/api/v2/core/events/event-types
"""


class Paged(StripeParams):
    """What every v2 list takes."""

    limit: int = Field(default=20, ge=1, le=100)
    page: str | None = None


def paged(noun: StripeResource, params: Paged, **where: Any) -> Doc:
    """Return a page of whole documents, newest first, with the address of the next one.

    Source: https://docs.stripe.com/api-v2-overview#list-pagination
    """
    after = None
    if params.page:
        try:
            after = base64.urlsafe_b64decode(params.page.encode()).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise errors.invalid("The page token is invalid.", "page") from None
    try:
        found = noun.page(limit=params.limit, after=after, **where)
    except LookupError:
        raise errors.invalid("The page token is invalid.", "page") from None
    following = None
    if found.has_more:
        token = base64.urlsafe_b64encode(found.docs[-1]["id"].encode()).decode()
        following = f"{noun.path}?limit={params.limit}&page={token}"
    return {"data": found.docs, "next_page_url": following, "previous_page_url": None}


def not_found(message: str) -> VendorError:
    """Source: https://docs.stripe.com/error-handling (v2 errors)"""
    return errors.error(404, "invalid_request_error", message, code="not_found")


def related(object: str, id: str, path: str) -> Doc:
    """Return the reference to an object that a thin event carries."""
    return {"id": id, "type": object, "url": f"{path}/{id}"}


def place_of(doc: Doc) -> str:
    """Return the path of the list that an object of the v1 API is in."""
    name = str(doc.get("object", ""))
    return f"/v1/{PLACES.get(name, name.replace('.', '/') + 's')}"


def check_types(types: list[str]) -> None:
    """Refuse types of thin events that Stripe doesn't have.

    Raises:
        VendorError: one is unknown, or there is none.
    """
    if not types:
        raise errors.invalid("Missing required param: enabled_events.", "enabled_events")
    known = [*TYPES, *(f"v1.{each}" for each in EVENT_TYPES)]
    for each in types:
        if not any(matches(each, one) for one in known):
            raise errors.invalid(f"{each} is not a type of thin event.", "enabled_events")
