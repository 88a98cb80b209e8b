"""What payments can be searched by. Source: https://docs.stripe.com/search"""

from typing import Any

from mirra_mcp.local.mirrors.stripe.api.lists.search import Field, Fields
from mirra_mcp.wire.model import Doc


def _refunded(charge: Doc) -> Any:
    """Fully is true, in part is false, not at all is null."""
    return charge["refunded"] if charge["amount_refunded"] else None


def _card_fields() -> dict[str, Field]:
    sources = ("card", "card_present", "interac_present")
    names = ("last4", "exp_month", "exp_year", "brand", "fingerprint")
    return {
        f"payment_method_details.{source}.{name}": Field("token")
        for source in sources
        for name in names
    }


CHARGES: Fields = {
    "amount": Field("number"),
    "billing_details.address.postal_code": Field("token"),
    "created": Field("number"),
    "currency": Field("token"),
    "customer": Field("token", indexed=True),
    "disputed": Field("token"),
    "metadata": Field("metadata"),
    **_card_fields(),
    "refunded": Field("token", get=_refunded),
    "status": Field("token"),
}

PAYMENT_INTENTS: Fields = {
    "amount": Field("number"),
    "created": Field("number"),
    "currency": Field("token"),
    "customer": Field("token", indexed=True),
    "metadata": Field("metadata"),
    "status": Field("token"),
}
