"""The documented fixtures: what is in them, and that time goes on from there.

Source: https://docs.mirra.run/mirrors/stripe
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import stripe

from mirra_mcp.local.kit import states
from mirra_mcp.local.kit.images import build
from mirra_mcp.local.mirrors.stripe.mirror import Stripe
from tests.local.mirrors.stripe.api.sdk_types import strangeness
from tests.local.mirrors.stripe.client import NEW, NOW, OLD, Account

BILLING = ["subscription-lifecycle", "failed-payments", "dunning-active"]
SEEDED = [*BILLING, "marketplace", "usage-billing"]
SDK = Path(stripe.__file__).parent


def test_an_empty_account_has_nothing(account: Account) -> None:
    """Source: https://docs.mirra.run/mirrors/stripe"""
    for path in ("customers", "products", "subscriptions", "invoices", "events", "accounts"):
        assert account.fetch(f"/v1/{path}")["data"] == [], path


def test_a_customer_has_a_subscription_in_each_stage(open_account: Callable[..., Account]) -> None:
    """Source: https://docs.mirra.run/mirrors/stripe"""
    account = open_account("subscription-lifecycle")
    (customer,) = account.fetch("/v1/customers")["data"]
    assert customer["email"] == "alice@example.com"
    found = account.fetch(f"/v1/subscriptions?customer={customer['id']}&status=all")["data"]
    assert {each["metadata"]["stage"]: each["status"] for each in found} == {
        name: name for name in ("trialing", "active", "past_due", "canceled")
    }
    keys = {each["lookup_key"] for each in account.fetch("/v1/prices")["data"]}
    assert keys == {"pro_monthly", "pro_yearly", "pro_weekly", "team_seat_monthly"}
    assert len(account.fetch("/v1/products")["data"]) == 2


def test_three_customers_wait_for_the_next_retry(open_account: Callable[..., Account]) -> None:
    """Source: https://docs.mirra.run/mirrors/stripe"""
    account = open_account("failed-payments")
    invoices = account.fetch("/v1/invoices?status=open")["data"]
    assert len(invoices) == len(account.fetch("/v1/customers")["data"]) == 3
    assert all(each["next_payment_attempt"] > NOW for each in invoices)
    assert all(each["attempt_count"] >= 1 for each in invoices)
    subscriptions = account.fetch("/v1/subscriptions")["data"]
    assert [each["status"] for each in subscriptions] == ["past_due"] * 3
    codes = {each["failure_code"] for each in account.fetch("/v1/charges?limit=100")["data"]}
    assert codes == {None, "card_declined", "expired_card"}


def test_a_dunning_goes_on_to_its_end(open_account: Callable[..., Account]) -> None:
    """Source: https://docs.stripe.com/billing/revenue-recovery/smart-retries"""
    account = open_account("dunning-active")
    (subscription,) = account.fetch("/v1/subscriptions")["data"]
    assert subscription["status"] == "past_due"
    invoices = account.fetch("/v1/invoices?status=open")["data"]
    assert len(invoices) == 3
    before = len(account.events())
    account.advance("2 days")
    told = account.types()[before:]
    assert "invoice.payment_failed" in told
    assert "customer.subscription.deleted" in told
    ended = account.fetch(f"/v1/subscriptions/{subscription['id']}")
    assert ended["status"] == "canceled"


def test_a_card_that_works_ends_the_dunning(open_account: Callable[..., Account]) -> None:
    """Source: https://docs.stripe.com/billing/revenue-recovery/smart-retries"""
    account = open_account("dunning-active")
    (customer,) = account.fetch("/v1/customers")["data"]
    v1 = account.client.v1
    method = v1.payment_methods.attach("pm_card_visa", {"customer": customer["id"]})
    v1.customers.update(customer["id"], {"invoice_settings": {"default_payment_method": method.id}})
    for invoice in account.fetch("/v1/invoices?status=open")["data"]:
        assert v1.invoices.pay(invoice["id"]).status == "paid"
    (subscription,) = account.fetch("/v1/subscriptions")["data"]
    assert subscription["status"] == "active"


@pytest.mark.parametrize("seed", SEEDED)
def test_a_fixture_has_a_past_in_order(open_account: Callable[..., Account], seed: str) -> None:
    """Ours: a seeded account has the events that its past caused, none of them sent."""
    account = open_account(seed)
    instants = [each["created"] for each in account.events()]
    assert instants == sorted(instants)
    assert instants[-1] <= NOW
    assert account.ask("GET", f"/v1/sessions/{account.id}/webhooks")["webhooks"] == []


@pytest.mark.parametrize("seed", SEEDED)
def test_a_fixture_is_the_same_each_time(seed: str) -> None:
    """Ours: the same seed gives the same state, to the byte, whatever the month."""
    for month in (3, 5):
        at = datetime(2026, month, 1, 9, tzinfo=UTC)
        first, second = (states.rows(build(Stripe, seed, at)) for _ in range(2))
        assert first == second


@pytest.mark.parametrize("seed", BILLING)
def test_seeded_documents_have_the_fields_that_the_sdk_knows(
    open_account: Callable[..., Account], seed: str
) -> None:
    """Source: https://github.com/stripe/stripe-python"""
    account = open_account(seed)
    for path in ("customers", "subscriptions?status=all", "invoices", "charges", "payment_intents"):
        page = account.fetch(f"/v1/{path}", NEW)
        assert sorted(strangeness(page, SDK)) == [], path
        assert account.fetch(f"/v1/{path}", OLD)["data"] != []


def test_a_marketplace_has_three_sellers_and_a_sale_of_each_kind(
    open_account: Callable[..., Account],
) -> None:
    """Source: https://docs.stripe.com/connect/charges"""
    account = open_account("marketplace")
    accounts = account.fetch("/v1/accounts", NEW)
    assert sorted(strangeness(accounts, SDK)) == []
    sellers = {each["email"][:3]: each for each in accounts["data"]}
    assert {name: each["charges_enabled"] for name, each in sellers.items()} == {
        "ada": True,
        "ida": True,
        "eve": False,
    }
    fees = account.fetch("/v1/application_fees", NEW)["data"]
    assert sorted(each["amount"] for each in fees) == [500, 800]
    assert len(account.fetch("/v1/transfers", NEW)["data"]) == 3
    made = account.client.v1.payouts.list({}, {"stripe_account": sellers["ida"]["id"]}).data
    assert sum(each.amount for each in made) == 4500 + 3000
    assert {each.status for each in made} == {"paid"}


def test_an_api_is_sold_by_plan_and_usage(open_account: Callable[..., Account]) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/usage-based"""
    account = open_account("usage-billing")
    v1 = account.client.v1
    found = v1.subscriptions.list({"expand": ["data.customer"]}).data
    assert [each.billing_mode.type for each in found] == ["flexible", "flexible"]
    people: dict[str, Any] = {}
    for each in found:
        buyer: Any = each.customer
        people[buyer.email] = each
