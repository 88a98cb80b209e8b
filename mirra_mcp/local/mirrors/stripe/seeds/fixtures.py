"""The named states to start from.

All but `empty` are told by the API's own verbs, up to the top of the current hour: timers, events
and invoices are what they would be had an application lived through it.
"""

from mirra_mcp.local.kit.mirror import Fixture
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.seeds.catalogue import lay_out
from mirra_mcp.local.mirrors.stripe.seeds.history import History

BROKEN = "pm_card_chargeCustomerFail"
"""A test card that can be saved, and is declined whenever it is charged."""


def empty(stripe: Peers) -> None:
    """Make nothing."""


def subscription_lifecycle(stripe: Peers) -> None:
    """One customer with four subscriptions: one in each stage of a subscription's life."""
    with History(stripe, 70) as history:
        prices = lay_out(history)
        alice = history.customer("Alice", "alice@example.com")["id"]
        canceled = history.subscribe(alice, prices.monthly, metadata={"stage": "canceled"})
        history.reach(40.25)
        history.subscribe(alice, prices.monthly, metadata={"stage": "active"})
        history.reach(33.5)
        late = history.subscribe(alice, prices.seats, metadata={"stage": "past_due"})
        broken = history.post(f"payment_methods/{BROKEN}/attach", customer=alice)["id"]
        history.post(f"subscriptions/{late['id']}", default_payment_method=broken)
        history.reach(12)
        stripe.subscriptions.end(stripe.subscriptions.get(canceled["id"]))
        history.reach(4)
        history.subscribe(
            alice, prices.yearly, trial_period_days=14, metadata={"stage": "trialing"}
        )


def failed_payments(stripe: Peers) -> None:
    """Three customers whose cards fail, each at another point of the retries."""
    with History(stripe, 36) as history:
        prices = lay_out(history)
        for day, (name, code) in zip(
            (35.5, 33.5, 31.25),
            (
                ("Bob", "insufficient_funds"),
                ("Carol", "generic_decline"),
                ("Dave", "expired_card"),
            ),
            strict=True,
        ):
            history.reach(day)
            customer = history.customer(name, f"{name.lower()}@example.com")["id"]
            history.subscribe(customer, prices.monthly)
            method = history.change_card(customer, BROKEN)
            card = stripe.payment_methods.get(method)
            stripe.payment_methods.save({**card, "_declines": code})


def dunning_active(stripe: Peers) -> None:
    """One customer with three unpaid invoices, whose card is tried again and again."""
    with History(stripe, 27) as history:
        prices = lay_out(history)
        erin = history.customer("Erin", "erin@example.com")["id"]
        history.subscribe(erin, prices.weekly)
        history.reach(19)
        history.change_card(erin, BROKEN)
        history.reach(2.5)
        history.post(
            "invoiceitems", customer=erin, amount=4900, currency="usd", description="Setup"
        )
        history.post(
            "invoices",
            customer=erin,
            auto_advance=True,
            pending_invoice_items_behavior="include",
        )


def marketplace(stripe: Peers) -> None:
    """Three sellers, one in each kind of account, and a sale by each kind of charge."""
    paying = {"currency": "usd", "payment_method_types": ["card"], "confirm": True}
    with History(stripe, 20) as history:
        ada = history.seller("custom", "ada@sellers.example.com", "Ada's Engines", onboarded=True)
        ida = history.seller("express", "ida@sellers.example.com", "Ida's Looms", onboarded=True)
        history.seller("standard", "eve@sellers.example.com", "Eve's Apples", onboarded=False)
        history.reach(10)
        card = {"payment_method": "pm_card_visa", **paying}
        with stripe.acting_for(ada):
            history.post("payment_intents", amount=8000, application_fee_amount=800, **card)
        history.post(
            "payment_intents",
            amount=5000,
            application_fee_amount=500,
            transfer_data={"destination": ida},
            **card,
        )
        sale = history.post("payment_intents", amount=9000, transfer_group="order_1", **card)
        for seller, amount in ((ada, 4000), (ida, 3000)):
            history.post(
                "transfers",
                amount=amount,
                currency="usd",
                destination=seller,
                source_transaction=sale["latest_charge"],
                transfer_group="order_1",
            )


def usage_billing(stripe: Peers) -> None:
    """Two customers billed flexibly: a monthly plan beside usage, and a yearly one."""
    flexible = {"billing_mode": {"type": "flexible"}}
    with History(stripe, 40) as history:
        product = history.post("products", name="API")["id"]
        meter = history.post(
            "billing/meters",
            display_name="API requests",
            event_name="api_requests",
            default_aggregation={"formula": "sum"},
        )["id"]
        monthly = {"interval": "month"}
        recurring = {**monthly, "usage_type": "metered", "meter": meter}
        prices = {
            key: history.post("prices", product=product, currency="usd", lookup_key=key, **more)[
                "id"
            ]
            for key, more in {
                "api_base_monthly": {"unit_amount": 2000, "recurring": monthly},
                "api_base_yearly": {"unit_amount": 20000, "recurring": {"interval": "year"}},
                "api_requests": {"unit_amount": 2, "recurring": recurring},
            }.items()
        }
        uma, vic = (
            history.customer(name, f"{name.lower()}@example.com")["id"] for name in ("Uma", "Vic")
        )
        history.post(
            "billing/credit_grants",
            customer=uma,
            name="Welcome",
            category="promotional",
            amount={"type": "monetary", "monetary": {"currency": "usd", "value": 3000}},
            applicability_config={"scope": {"price_type": "metered"}},
        )
        usage = {"price": prices["api_requests"]}
        for customer, base in ((uma, "api_base_monthly"), (vic, "api_base_yearly")):
            items = [{"price": prices[base]}, usage]
            history.post("subscriptions", customer=customer, items=items, **flexible)
        history.post(
            "billing/alerts",
            alert_type="usage_threshold",
            title="Heavy use",
            usage_threshold={"gte": 5000, "meter": meter, "recurrence": "one_time"},
        )
        for day, customer, value in (
            (30, uma, 1000),
            (25, vic, 4000),
            (5, uma, 400),
            (4, vic, 900),
        ):
            history.reach(day)
            payload = {"stripe_customer_id": customer, "value": str(value)}
            history.post("billing/meter_events", event_name="api_requests", payload=payload)


FIXTURES: dict[str, Fixture] = {
    "empty": Fixture("A fresh test account.", empty),
    "subscription-lifecycle": Fixture(
        "alice@example.com with four subscriptions, one each trialing, active, past_due and"
        " canceled; two products with prices pro_monthly, pro_yearly, pro_weekly and"
        " team_seat_monthly (lookup keys).",
        subscription_lifecycle,
    ),
    "failed-payments": Fixture(
        "Three customers (Bob, Carol, Dave) whose cards were declined at renewal for three"
        " reasons: subscriptions past_due, the next retry scheduled for each.",
        failed_payments,
    ),
    "dunning-active": Fixture(
        "erin@example.com with a past_due subscription, three open invoices that failed, and"
        " retries under way: advance the clock to see them end.",
        dunning_active,
    ),
    "marketplace": Fixture(
        "A platform with three connected accounts: ada@sellers.example.com (custom) and"
        " ida@sellers.example.com (express) sell and are paid out daily,"
        " eve@sellers.example.com (standard) hasn't finished onboarding; a direct charge, a"
        " destination charge and a charge with two transfers, each with its fee.",
        marketplace,
    ),
    "usage-billing": Fixture(
        "An API sold by a plan and by requests at 2 cents (prices api_base_monthly,"
        " api_base_yearly, api_requests; meter event api_requests), billed flexibly:"
        " uma@example.com has 10 USD of her welcome credit left, vic@example.com pays his plan by"
        " the year and is 100 requests short of the usage alert.",
        usage_billing,
    ),
}
