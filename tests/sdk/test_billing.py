"""A billing integration, written against the official SDK, from trial to dispute.

Source: https://docs.stripe.com/billing/subscriptions/overview and the pages of each step
"""

from functools import partial
from typing import Any

import anyio
import pytest
import stripe

from tests.local.receiver import Receiver
from tests.sdk.conftest import drained
from tests.server.conftest import Agent

pytestmark = pytest.mark.anyio


class Integration:
    """What an app does with Stripe; nothing in here knows of Mirra."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self.stripe = client.v1

    def listen(self, url: str, version: str) -> str:
        endpoint = self.stripe.webhook_endpoints.create(
            {"url": url, "enabled_events": ["*"], "api_version": version}  # type: ignore[typeddict-item]  # any version
        )
        assert endpoint.secret is not None
        return endpoint.secret

    def sign_up(self, card: str) -> tuple[str, str, str]:
        product = self.stripe.products.create({"name": "Pro"})
        prices = [
            self.stripe.prices.create(
                {
                    "product": product.id,
                    "currency": "usd",
                    "unit_amount": amount,
                    "recurring": {"interval": "month"},
                }
            ).id
            for amount in (1000, 3000)
        ]
        customer = self.stripe.customers.create(
            {
                "email": "alice@example.com",
                "payment_method": card,
                "invoice_settings": {"default_payment_method": card},
            }
        )
        subscription = self.stripe.subscriptions.create(
            {"customer": customer.id, "items": [{"price": prices[0]}], "trial_period_days": 14}
        )
        assert subscription.status == "trialing"
        return customer.id, subscription.id, prices[1]

    def upgrade(self, subscription: str, price: str) -> None:
        found = self.stripe.subscriptions.retrieve(subscription)
        item = found["items"]["data"][0]["id"]
        changed = self.stripe.subscriptions.update(
            subscription,
            {
                "items": [{"id": item, "price": price}],
                "proration_behavior": "always_invoice",
            },
        )
        assert changed["items"]["data"][0]["price"]["id"] == price

    def break_card(self, customer: str) -> None:
        broken = self.stripe.payment_methods.attach(
            "pm_card_chargeCustomerFail", {"customer": customer}
        )
        self.stripe.customers.update(
            customer, {"invoice_settings": {"default_payment_method": broken.id}}
        )

    def refund_first_charge(self, customer: str) -> str:
        charge = next(
            each
            for each in self.stripe.charges.list({"customer": customer, "limit": 100}).data
            if each.paid and each.amount == 1000
        )
        refund = self.stripe.refunds.create({"charge": charge.id, "amount": 400})
        assert (refund.status, refund.amount) == ("succeeded", 400)
        return charge.id


@pytest.mark.parametrize("version", ["2024-06-20", "2026-10-28.endive"])
async def test_a_subscription_lives_from_trial_to_cancellation(
    agent: Agent, receiver: Receiver, version: str
) -> None:
    started = await agent.call("mirra_session_start", mirrors=["stripe"])
    env = started["mirrors"][0]["env"]
    client = stripe.StripeClient(
        env["STRIPE_SECRET_KEY"],
        base_addresses={"api": env["STRIPE_API_BASE"]},
        stripe_version=version,
        max_network_retries=0,
    )
    app = Integration(client)
    events: list[Any] = []

    async def step(verb: Any, *args: Any) -> Any:
        return await anyio.to_thread.run_sync(partial(verb, *args))

    async def later(text: str) -> list[str]:
        """Let time pass, verify each webhook that came, and return their types."""
        moved = await agent.call("mirra_session_clock", advance=text)
        assert moved["at"]
        fresh = [
            stripe.Webhook.construct_event(each.body, each.headers["stripe-signature"], secret)
            for each in drained(receiver)
        ]
        events.extend(fresh)
        return [each.type for each in fresh]

    secret = await step(app.listen, receiver.url, version)
    customer, subscription, price = await step(app.sign_up, "pm_card_visa")
    assert "customer.subscription.created" in await later("1 minute")

    types = await later("15 days")
    assert "customer.subscription.trial_will_end" in types
    assert types.index("invoice.created") < types.index("invoice.paid")
    assert "customer.subscription.updated" in types

    await step(app.upgrade, subscription, price)
    types = await later("1 minute")
    assert {"customer.subscription.updated", "invoice.paid", "charge.succeeded"} <= set(types)

    await step(app.break_card, customer)
    types = await later("32 days")
    assert "invoice.payment_failed" in types
    found = await step(client.v1.subscriptions.retrieve, subscription)
    assert found.status == "past_due"

    types = await later("21 days")
    assert types.count("invoice.payment_failed") >= 3
    assert "customer.subscription.deleted" in types
    found = await step(client.v1.subscriptions.retrieve, subscription)
    assert found.status == "canceled"

    charge = await step(app.refund_first_charge, customer)
    assert "charge.refunded" in await later("1 minute")

    told = await agent.call(
        "mirra_session_simulate", event="charge.dispute.created", params={"charge": charge}
    )
    assert told["result"]["object"] == "dispute"
    assert "charge.dispute.created" in await later("1 minute")

    assert {each.api_version for each in events} == {version}
    assert len({each.id for each in events}) == len(events)
    waiting = await agent.call("mirra_session_webhooks", limit=100)
    assert {each["status"] for each in waiting["webhooks"]} == {"delivered"}
