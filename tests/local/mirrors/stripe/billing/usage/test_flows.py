"""A flexible subscription from its quote to credits that run out, by both SDKs.

Source: https://docs.stripe.com/billing/subscriptions/billing-mode
"""

from pathlib import Path
from typing import Any

import pytest

from mirra_mcp.local.app import LocalMirra
from mirra_mcp.wire.model import Doc
from tests.local.mirrors.stripe.api.test_sdks import NODE, NODES, run
from tests.local.mirrors.stripe.billing.shop import Shop
from tests.local.mirrors.stripe.client import NEW, Account

SEEN: Doc = {
    "mode": "flexible",
    "first": [3100, 36500],
    "previewed": [-2100, 4200],
    "billed": [-2100, 4200],
    "renewed": [800, 6200],
    "paid": 6500,
    "left": 0,
}
"""80 calls at 10 cents, of which credits pay 5 dollars; an upgrade after 10 of 31 days."""


def test_a_quote_becomes_a_mixed_subscription_whose_credits_run_out(account: Account) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/mixed-interval"""
    shop, v1 = Shop(account), account.client.v1
    given: Any = {
        "display_name": "Calls",
        "event_name": "calls",
        "default_aggregation": {"formula": "sum"},
    }
    meter = v1.billing.meters.create(given).id
    calls = shop.price(10, recurring={"interval": "month", "usage_type": "metered", "meter": meter})
    cheap, dear, yearly = shop.price(3100), shop.price(6200), shop.price(36500, "year")
    customer = shop.customer()
    lines: Any = [{"price": each} for each in (cheap, yearly, calls)]
    quote = v1.quotes.create({"customer": customer, "line_items": lines}).id
    v1.quotes.finalize_quote(quote)
    sub = v1.subscriptions.retrieve(str(v1.quotes.accept(quote).subscription))
    amount: Any = {"type": "monetary", "monetary": {"currency": "usd", "value": 500}}
    scope: Any = {"price_type": "metered"}
    v1.billing.credit_grants.create(
        {"customer": customer, "amount": amount, "applicability_config": {"scope": scope}}
    )
    payload = {"stripe_customer_id": customer, "value": "80"}
    v1.billing.meter_events.create({"event_name": "calls", "payload": payload})
    account.advance("10d")
    change: Any = {
        "items": [{"id": shop.item(sub), "price": dear}],
        "proration_behavior": "always_invoice",
    }
    details: Any = {"subscription": sub.id, "subscription_details": change}
    preview = v1.invoices.create_preview(details)
    after = v1.subscriptions.update(sub.id, change)
    account.advance("21d 1h")
    renewal = shop.invoices(sub.id)[0]
    filter: Any = {"type": "applicability_scope", "applicability_scope": scope}
    given = {"customer": customer, "filter": filter}
    (sums,) = v1.billing.credit_balance_summary.retrieve(given).balances
    assert sums.available_balance.monetary is not None
    assert {
        "mode": sub.billing_mode.type,
        "first": amounts(shop.invoice(str(sub.latest_invoice), NEW)),
        "previewed": [line.amount for line in preview.lines.data],
        "billed": amounts(shop.invoice(str(after.latest_invoice), NEW)),
        "renewed": sorted(amounts(renewal)),
        "paid": renewal["amount_paid"],
        "left": sums.available_balance.monetary.value,
    } == SEEN


def test_the_node_sdk_sees_the_same(account: Account, mirra: LocalMirra) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/mixed-interval"""
    folder = NODES / "stripe-23.1.0"
    if not (NODE and (folder / "node_modules").is_dir()):
        pytest.skip("NODE_SDKS names no folder with stripe-23.1.0")
    command = [NODE, str(Path(__file__).parent / "flexible.mjs")]
    assert run(account, mirra, command, NEW, SDK=str(folder)) == SEEN


def amounts(invoice: Doc) -> list[int]:
    """Return the amounts of an invoice's lines."""
    return [line["amount"] for line in invoice["lines"]["data"]]
