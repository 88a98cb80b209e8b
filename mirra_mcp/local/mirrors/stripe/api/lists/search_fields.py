"""What each object can be searched by. Source: https://docs.stripe.com/search"""

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
CUSTOMERS: Fields = {
    "created": Field("number"),
    "email": Field("string"),
    "metadata": Field("metadata"),
    "name": Field("string"),
    "phone": Field("string"),
}
INVOICES: Fields = {
    "created": Field("number"),
    "currency": Field("token"),
    "customer": Field("token", indexed=True),
    "metadata": Field("metadata"),
    "number": Field("string"),
    "receipt_number": Field("string"),
    "status": Field("string"),
    "subscription": Field("string"),
    "total": Field("number"),
}
PAYMENT_INTENTS: Fields = {
    "amount": Field("number"),
    "created": Field("number"),
    "currency": Field("token"),
    "customer": Field("token", indexed=True),
    "metadata": Field("metadata"),
    "status": Field("token"),
}
PRICES: Fields = {
    "active": Field("token"),
    "currency": Field("token"),
    "lookup_key": Field("string"),
    "metadata": Field("metadata"),
    "product": Field("string"),
    "type": Field("token"),
}
PRODUCTS: Fields = {
    "active": Field("token"),
    "description": Field("string"),
    "metadata": Field("metadata"),
    "name": Field("string"),
    "shippable": Field("token"),
    "url": Field("string"),
}
SUBSCRIPTIONS: Fields = {
    "created": Field("number"),
    "metadata": Field("metadata"),
    "status": Field("token"),
}
