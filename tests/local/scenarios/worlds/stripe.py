"""Worlds with money: each a function that plays real calls and returns the ids to speak of."""

from typing import Any

from tests.local.scenarios.check.stage import Stage

Names = dict[str, str]


def people(stage: Stage) -> Names:
    """Setup: two customers, of whom nobody has paid anything."""
    alice = stage.stripe("customers", email="alice@example.com", name="Alice")["id"]
    bob = stage.stripe("customers", email="bob@example.com", name="Bob")["id"]
    stage.begin()
    return {"alice": alice, "bob": bob}


def pay(stage: Stage, who: str, amount: int = 4900, status: int | None = None, **form: Any) -> Any:
    given = {"payment_method": "pm_card_visa", "confirm": "true", "return_url": "https://acme.com"}
    return stage.stripe(
        "payment_intents", status, amount=amount, currency="usd", customer=who, **given | form
    )


def idle(stage: Stage) -> Names:
    return people(stage)


def paid(stage: Stage) -> Names:
    names = people(stage)
    done = pay(stage, names["alice"], description="Order 1042")
    return names | {"payment": done["id"], "charge": done["latest_charge"]}


def paid_in_setup(stage: Stage) -> Names:
    names = paid(stage)
    stage.begin()
    return names


def paid_twice(stage: Stage) -> Names:
    names = paid(stage)
    pay(stage, names["alice"])
    return names


def paid_by_bob(stage: Stage) -> Names:
    names = people(stage)
    done = pay(stage, names["bob"])
    return names | {"payment": done["id"], "charge": done["latest_charge"]}


def paid_less(stage: Stage) -> Names:
    names = people(stage)
    done = pay(stage, names["alice"], 900)
    return names | {"payment": done["id"], "charge": done["latest_charge"]}


def begun(stage: Stage) -> Names:
    """A payment intent that nobody confirmed."""
    names = people(stage)
    made = stage.stripe("payment_intents", amount=4900, currency="usd", customer=names["alice"])
    return names | {"payment": made["id"], "charge": "ch_none0"}


def declined(stage: Stage) -> Names:
    names = people(stage)
    error = pay(
        stage, names["alice"], status=402, payment_method="pm_card_chargeDeclinedInsufficientFunds"
    )
    intent = error["error"]["payment_intent"]
    return names | {"payment": intent["id"], "charge": intent["latest_charge"]}


def declined_then_paid(stage: Stage) -> Names:
    names = declined(stage)
    stage.stripe(
        f"payment_intents/{names['payment']}/confirm", payment_method="pm_card_visa",
        return_url="https://acme.com",
    )  # fmt: skip
    return names


def held(stage: Stage) -> Names:
    """A payment that is authorized and not captured."""
    names = people(stage)
    done = pay(stage, names["alice"], capture_method="manual")
    return names | {"payment": done["id"], "charge": done["latest_charge"]}


def captured_in_part(stage: Stage) -> Names:
    names = held(stage)
    stage.stripe(f"payment_intents/{names['payment']}/capture", amount_to_capture=2000)
    return names


def asked_to_authenticate(stage: Stage) -> Names:
    names = people(stage)
    done = pay(stage, names["alice"], payment_method="pm_card_authenticationRequired")
    return names | {"payment": done["id"], "charge": "ch_none0"}


def authenticated(stage: Stage) -> Names:
    names = asked_to_authenticate(stage)
    stage.simulate("stripe", "payment_intent.succeeded")
    return names


def canceled(stage: Stage) -> Names:
    names = begun(stage)
    stage.stripe(f"payment_intents/{names['payment']}/cancel")
    return names


def _sold(stage: Stage) -> Names:
    """Setup: Alice has paid $49."""
    names = paid(stage)
    stage.begin()
    return names


def refunded(stage: Stage) -> Names:
    names = _sold(stage)
    done = stage.stripe("refunds", payment_intent=names["payment"])
    return names | {"refund": done["id"]}


def refunded_in_part(stage: Stage) -> Names:
    names = _sold(stage)
    done = stage.stripe("refunds", payment_intent=names["payment"], amount=2000)
    return names | {"refund": done["id"]}


def refunded_in_two_parts(stage: Stage) -> Names:
    names = refunded_in_part(stage)
    stage.stripe("refunds", payment_intent=names["payment"], amount=2900)
    return names


def refund_failed(stage: Stage) -> Names:
    names = refunded(stage)
    stage.simulate("stripe", "refund.failed")
    return names


def refund_pending(stage: Stage) -> Names:
    names = people(stage)
    done = pay(stage, names["alice"], payment_method="pm_card_pendingRefund")
    names |= {"payment": done["id"], "charge": done["latest_charge"]}
    stage.begin()
    return names | {"refund": stage.stripe("refunds", payment_intent=done["id"])["id"]}


def refunded_in_setup(stage: Stage) -> Names:
    names = refunded(stage)
    stage.begin()
    return names


def refunded_bob(stage: Stage) -> Names:
    names = people(stage)
    theirs = pay(stage, names["bob"])
    own = pay(stage, names["alice"])
    stage.begin()
    refund = stage.stripe("refunds", payment_intent=theirs["id"])["id"]
    return names | {"payment": own["id"], "charge": own["latest_charge"], "refund": refund}


def disputed(stage: Stage) -> Names:
    names = _sold(stage)
    stage.simulate("stripe", "charge.dispute.created")
    return names


# Billing.


def _shop(stage: Stage) -> Names:
    names = people(stage)
    prices = {}
    for plan, amount in (("Basic", 900), ("Pro", 4900)):
        product = stage.stripe("products", name=plan)["id"]
        form: dict[str, Any] = {
            "currency": "usd", "unit_amount": amount, "recurring__interval": "month",
            "lookup_key": plan.lower(),
        }  # fmt: skip
        prices[plan.lower()] = stage.stripe("prices", product=product, **form)["id"]
    for who in ("alice", "bob"):
        method = stage.stripe("payment_methods/pm_card_visa/attach", customer=names[who])["id"]
        stage.stripe(f"customers/{names[who]}", invoice_settings__default_payment_method=method)
    stage.begin()
    return names | {"basic": prices["basic"], "pro": prices["pro"]}


def subscribe(stage: Stage, who: str, price: str, **form: Any) -> str:
    items: dict[str, Any] = {"items__0][price": price}
    return str(stage.stripe("subscriptions", customer=who, **items, **form)["id"])


def shop(stage: Stage) -> Names:
    return _shop(stage)


def subscribed(stage: Stage) -> Names:
    names = _shop(stage)
    return names | {"subscription": subscribe(stage, names["alice"], names["pro"])}


def subscribed_in_setup(stage: Stage) -> Names:
    names = subscribed(stage)
    stage.begin()
    return names


def subscribed_to_basic(stage: Stage) -> Names:
    """On the basic price; the other stands in metadata alone."""
    names = _shop(stage)
    kept: dict[str, Any] = {"metadata__wanted": names["pro"]}
    return names | {"subscription": subscribe(stage, names["alice"], names["basic"], **kept)}


def subscribed_twice(stage: Stage) -> Names:
    """Alice had a subscription and gets a second one; Bob had one."""
    names = _shop(stage)
    for who in ("alice", "bob"):
        subscribe(stage, names[who], names["basic"])
    stage.begin()
    return names | {"subscription": subscribe(stage, names["alice"], names["pro"])}


def subscription_unpaid(stage: Stage) -> Names:
    """The first payment is refused, so that the subscription is incomplete."""
    names = _shop(stage)
    method = stage.stripe("payment_methods/pm_card_chargeCustomerFail/attach",
                          customer=names["alice"])["id"]  # fmt: skip
    form: dict[str, Any] = {"default_payment_method": method}
    return names | {"subscription": subscribe(stage, names["alice"], names["pro"], **form)}


def on_trial(stage: Stage) -> Names:
    names = _shop(stage)
    form: dict[str, Any] = {"trial_period_days": 14}
    return names | {"subscription": subscribe(stage, names["alice"], names["pro"], **form)}


def on_a_short_trial(stage: Stage) -> Names:
    names = _shop(stage)
    form: dict[str, Any] = {"trial_period_days": 7}
    return names | {"subscription": subscribe(stage, names["alice"], names["pro"], **form)}


def cancelling(stage: Stage) -> Names:
    names = subscribed_in_setup(stage)
    stage.stripe(f"subscriptions/{names['subscription']}", cancel_at_period_end="true")
    return names


def cancelling_undone(stage: Stage) -> Names:
    names = cancelling(stage)
    stage.stripe(f"subscriptions/{names['subscription']}", cancel_at_period_end="false")
    return names


def unsubscribed(stage: Stage) -> Names:
    names = subscribed_in_setup(stage)
    stage.call("DELETE", f"/v1/subscriptions/{names['subscription']}", vendor="stripe")
    return names


def unsubscribed_in_setup(stage: Stage) -> Names:
    names = unsubscribed(stage)
    stage.begin()
    return names


def _on_basic(stage: Stage) -> Names:
    names = _shop(stage)
    names |= {"subscription": subscribe(stage, names["alice"], names["basic"])}
    stage.begin()
    return names


def upgraded(stage: Stage) -> Names:
    names = _on_basic(stage)
    found = stage.call("GET", f"/v1/subscriptions/{names['subscription']}", vendor="stripe")
    item = found["items"]["data"][0]["id"]
    form: dict[str, Any] = {"items[0][id]": item, "items[0][price]": names["pro"]}
    stage.call("POST", f"/v1/subscriptions/{names['subscription']}", form, vendor="stripe")
    return names


def stayed_on_basic(stage: Stage) -> Names:
    names = _on_basic(stage)
    kept: dict[str, Any] = {"metadata__plan": "Pro"}
    stage.stripe(f"subscriptions/{names['subscription']}", **kept)
    return names


def _invoice(stage: Stage, who: str, amount: int) -> str:
    made = stage.stripe("invoices", customer=who, auto_advance="false")["id"]
    stage.stripe("invoiceitems", customer=who, amount=amount, currency="usd", invoice=made)
    return str(made)


def invoice_drafted(stage: Stage) -> Names:
    names = _shop(stage)
    return names | {"invoice": _invoice(stage, names["alice"], 4900)}


def invoice_open(stage: Stage) -> Names:
    names = invoice_drafted(stage)
    stage.stripe(f"invoices/{names['invoice']}/finalize")
    return names


def invoice_paid(stage: Stage) -> Names:
    names = invoice_open(stage)
    stage.stripe(f"invoices/{names['invoice']}/pay")
    return names


def invoice_voided(stage: Stage) -> Names:
    names = invoice_open(stage)
    stage.stripe(f"invoices/{names['invoice']}/void")
    return names


def two_invoices(stage: Stage) -> Names:
    """Two of $49 each, one of them paid."""
    names = invoice_paid(stage)
    other = _invoice(stage, names["bob"], 4900)
    stage.stripe(f"invoices/{other}/finalize")
    return names | {"other": other}


# Customers.


def customer_updated(stage: Stage) -> Names:
    names = people(stage)
    stage.stripe(f"customers/{names['alice']}", name="Alice A.", metadata__order_id="1042")
    return names


def customer_updated_twice(stage: Stage) -> Names:
    names = customer_updated(stage)
    stage.stripe(f"customers/{names['alice']}", name="Alice B.")
    return names


def customer_in_credit(stage: Stage) -> Names:
    names = people(stage)
    stage.stripe(f"customers/{names['alice']}", balance=-1000, metadata__note="order_id")
    return names


def customer_deleted(stage: Stage) -> Names:
    names = people(stage)
    stage.call("DELETE", f"/v1/customers/{names['alice']}", vendor="stripe")
    return names


def customer_made(stage: Stage) -> Names:
    names = people(stage)
    made = stage.stripe("customers", email="carol@example.com", metadata__plan="pro")["id"]
    return names | {"carol": made}


def refused(stage: Stage) -> Names:
    """A request without what it needs."""
    names = people(stage)
    stage.stripe("payment_intents", 400, currency="usd")
    return names
