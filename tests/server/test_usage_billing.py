"""An agent lets time pass and the world act on an account that bills usage."""

import pytest
import stripe

from tests.server.conftest import Agent

pytestmark = pytest.mark.anyio


async def test_credits_run_out_by_the_clock_and_a_card_fails_by_simulation(agent: Agent) -> None:
    started = await agent.call(
        "mirra_session_start", mirrors=["stripe"], seeds={"stripe": "usage-billing"}
    )
    env = started["mirrors"][0]["env"]
    client = stripe.StripeClient(
        env["STRIPE_SECRET_KEY"],
        base_addresses={"api": env["STRIPE_API_BASE"]},
        http_client=stripe.RequestsClient(),
    )
    people = client.v1.customers.list({"email": "uma@example.com"})
    uma = people.data[0].id
    payload = {"stripe_customer_id": uma, "value": "1000"}
    client.v1.billing.meter_events.create({"event_name": "api_requests", "payload": payload})
    await agent.call("mirra_session_clock", advance="31d")
    summary = client.v1.billing.credit_balance_summary.retrieve(
        {
            "customer": uma,
            "filter": {
                "type": "applicability_scope",
                "applicability_scope": {"price_type": "metered"},
            },
        }
    )
    left = summary.balances[0].available_balance.monetary
    assert left is not None
    assert left.value == 0
    sub = client.v1.subscriptions.list({"customer": uma}).data[0].id
    failed = await agent.call(
        "mirra_session_simulate", event="invoice.payment_failed", params={"subscription": sub}
    )
    assert "invoice.payment_failed" in [each["type"] for each in failed["webhooks"]]
    assert client.v1.subscriptions.retrieve(sub).status == "past_due"
