"""How tests pay: an intent made and confirmed at once, with cards only."""

from typing import Any

import pytest
import stripe

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.stripe.client import OLD, Account, plain

CARDS_ONLY = {"enabled": True, "allow_redirects": "never"}


def pay(account: Account, method: str = "pm_card_visa", **more: Any) -> Doc:
    """Create and confirm a payment of $20, and return the intent."""
    form: Any = {
        "amount": 2000,
        "currency": "usd",
        "payment_method": method,
        "confirm": True,
        "automatic_payment_methods": CARDS_ONLY,
    }
    if "payment_method_types" in more:
        form.pop("automatic_payment_methods")
    made: Doc = plain(account.client_for(OLD).v1.payment_intents.create(form | more))
    return made


def declined(account: Account, method: str, **more: Any) -> Doc:
    """Make a payment that the bank declines, and return the error."""
    with pytest.raises(stripe.CardError) as caught:
        pay(account, method, **more)
    assert caught.value.http_status == 402
    body: Any = caught.value.json_body
    error: Doc = body["error"]
    return error


def refused(call: Any, *args: Any) -> Doc:
    """Make a call that makes no sense, and return the error."""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        call(*args)
    body: Any = caught.value.json_body
    error: Doc = {"status": caught.value.http_status} | body["error"]
    return error


def charge_of(account: Account, intent: Doc) -> Doc:
    """Return the latest charge of an intent."""
    return account.fetch(f"/v1/charges/{intent['latest_charge']}")


def new_customer(account: Account) -> str:
    """Create a customer and return the id."""
    return account.client.v1.customers.create({"name": "Jenny Rosen"}).id


def saved_card(account: Account, customer: str, method: str = "pm_card_visa") -> str:
    """Attach a test card to a customer and return the payment method's id."""
    return account.client.v1.payment_methods.attach(method, {"customer": customer}).id
