"""Worlds of usage billing: functions that play real calls and return the ids to speak of."""

from typing import Any

from tests.local.scenarios.check.stage import Stage

Names = dict[str, str]


def watched(stage: Stage) -> Names:
    """Setup: a customer who pays 1 dollar a call, with $30 of credits and an alert at 20 calls."""
    sent: Any = {
        "display_name": "Calls",
        "event_name": "calls",
        "default_aggregation__formula": "sum",
    }
    meter = stage.stripe("billing/meters", **sent)["id"]
    product = stage.stripe("products", name="API")["id"]
    recurring = {"interval": "month", "usage_type": "metered", "meter": meter}
    price: Any = {f"recurring__{name}": value for name, value in recurring.items()}
    price = stage.stripe("prices", product=product, currency="usd", unit_amount=100, **price)
    card: Any = {"invoice_settings__default_payment_method": "pm_card_visa"}
    alice = stage.stripe(
        "customers", email="alice@example.com", payment_method="pm_card_visa", **card
    )["id"]
    thirty: Any = {
        "amount__type": "monetary",
        "amount__monetary][currency": "usd",
        "amount__monetary][value": 3000,
        "applicability_config__scope][price_type": "metered",
    }
    grant = stage.stripe("billing/credit_grants", customer=alice, category="promotional", **thirty)[
        "id"
    ]
    alert = stage.stripe(
        "billing/alerts",
        alert_type="usage_threshold",
        title="Heavy use",
        usage_threshold__gte=20,
        usage_threshold__meter=meter,
        usage_threshold__recurrence="one_time",
    )["id"]
    items: Any = {"items__0][price": price["id"]}
    stage.stripe("subscriptions", customer=alice, **items)
    stage.begin()
    return {"alice": alice, "grant": grant, "alert": alert, "meter": meter}


def report(stage: Stage, customer: str, value: int) -> None:
    payload: Any = {"payload__stripe_customer_id": customer, "payload__value": value}
    stage.stripe("billing/meter_events", event_name="calls", **payload)


def unused(stage: Stage) -> Names:
    return watched(stage)


def used_a_little(stage: Stage) -> Names:
    """10 calls: no alert, and $20 are left once they are billed."""
    names = watched(stage)
    report(stage, names["alice"], 10)
    stage.pass_time(32 * 86_400)
    return names


def used_much(stage: Stage) -> Names:
    """25 calls, not billed yet: the alert has triggered, the credits are all there."""
    names = watched(stage)
    report(stage, names["alice"], 25)
    return names


def alerted(stage: Stage) -> Names:
    """The same by simulating the alert."""
    names = watched(stage)
    stage.simulate("stripe", "billing.alert.triggered", alert=names["alert"])
    return names


def used_up(stage: Stage) -> Names:
    """40 calls, billed: $10 more than there were credits."""
    names = watched(stage)
    report(stage, names["alice"], 40)
    stage.pass_time(32 * 86_400)
    return names


def voided(stage: Stage) -> Names:
    """The credits were taken back before anything was used."""
    names = watched(stage)
    stage.stripe(f"billing/credit_grants/{names['grant']}/void")
    return names


def reported_for_nobody(stage: Stage) -> Names:
    names = watched(stage)
    report(stage, "cus_nobody", 30)
    return names
