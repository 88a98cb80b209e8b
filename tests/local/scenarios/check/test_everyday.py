"""Everyday phrasings come to what they say: who was sent what, who was charged how often."""

from typing import Any

from tests.local.scenarios.check.apps import pay, text, welcome
from tests.local.scenarios.check.stage import Stage
from tests.local.scenarios.check.test_grading import Play, judge


def subscribed(stage: Stage, customer: str, price: str) -> None:
    items: dict[str, Any] = {"items__0][price": price}
    stage.stripe("subscriptions", customer=customer, **items)


def price(stage: Stage) -> str:
    product = stage.stripe("products", name="Pro")["id"]
    form: dict[str, Any] = {"currency": "usd", "unit_amount": 900, "recurring__interval": "month"}
    return str(stage.stripe("prices", product=product, **form)["id"])


def test_nobody_else_means_no_recipient_of_any_kind(play: Play) -> None:
    stage = play("resend")
    welcome(stage, to=["Alice <delivered@resend.dev>"])
    stage.pass_time(10)
    only = "No email was sent to anybody except delivered@resend.dev"
    bob = "delivered+bob@resend.dev"
    once = "Exactly 1 email was sent to delivered@resend.dev and nobody else was emailed"
    judge(stage, {only: True, once: True, "delivered@resend.dev got exactly one email": True})
    welcome(stage, to=["delivered@resend.dev"], cc=[bob])
    stage.pass_time(10)
    judge(
        stage,
        {
            only: False,
            once: False,
            f"No email was sent to anybody except delivered@resend.dev or {bob}": True,
            f"{bob} got exactly one email": True,
            "delivered@resend.dev was emailed twice": True,
            "owner@example.com was not emailed": True,
        },
    )
    assert stage.grade(only).explanation == f"also sent to {bob}"


def test_anybody_else_refers_to_the_scenarios_other_criteria(play: Play) -> None:
    stage = play("resend")
    welcome(stage, to=["delivered@resend.dev"])
    welcome(stage, to=["bounced@resend.dev"])
    alice, bob = (
        f"Exactly 1 email was sent to {name}@resend.dev" for name in ("delivered", "bounced")
    )
    assert stage.results(alice, "Nobody else was emailed") == [True, False]
    assert stage.results(alice, bob, "Nobody else was emailed") == [True, True, True]
    assert stage.results("Exactly 2 emails were sent", "Nobody else was emailed") == [True, None]


def test_the_end_of_a_path_is_enough_where_only_one_endpoint_ends_so(play: Play) -> None:
    stage = play("twilio", seed="verified-numbers")
    stage.begin()
    text(stage, "+15555550123", "Hello")
    judge(
        stage,
        {
            "A POST to /Messages.json was made exactly once": True,
            "`POST /Messages.json` was called twice": False,
            "`POST /Calls.json` was never called": True,
            "Every request had a 2xx response": True,
        },
    )


def test_charged_is_money_that_was_taken(play: Play) -> None:
    stage = play("stripe")
    customer, _ = pay(stage, "alice@example.com")
    stage.stripe(
        "payment_intents", status=402, amount=4500, currency="usd", customer=customer,
        payment_method="pm_card_chargeDeclined", confirm="true", return_url="https://acme.com",
    )  # fmt: skip
    judge(
        stage,
        {
            "The customer was charged exactly once": True,
            f"Customer `{customer}` was charged once": True,
            "Every customer was charged": True,
            "The customer was charged twice": False,
            "The customer was not charged": False,
        },
    )
    stage.stripe("customers", email="bob@example.com")
    judge(stage, {"Every customer was charged": False, "The customer was charged once": False})


def test_the_customer_of_a_fixture_may_be_any(play: Play) -> None:
    stage = play("stripe")
    stage.stripe("customers", email="carol@example.com")
    customer = stage.stripe("customers", email="alice@example.com")["id"]
    stage.begin()
    judge(stage, {"The customer was charged exactly once": False})
    stage.stripe(
        "payment_intents", amount=4500, currency="usd", customer=customer, confirm="true",
        payment_method="pm_card_visa", return_url="https://acme.com",
    )  # fmt: skip
    judge(
        stage,
        {"The customer was charged exactly once": True, "The customer was not charged": False},
    )


def test_each_owner_is_counted_for_itself(play: Play) -> None:
    stage = play("stripe")
    own = price(stage)
    customers = [
        stage.stripe("customers", email=f"{n}@example.com", source="tok_visa")["id"]
        for n in range(2)
    ]
    for each in customers:
        subscribed(stage, each, own)
    one = "Every customer has exactly 1 active subscription"
    none = "No customer has more than one active subscription"
    judge(stage, {one: True, none: True, "No customer has a subscription": False})
    subscribed(stage, customers[0], own)
    judge(stage, {one: False, none: False, "Every customer has a subscription": True})
    assert stage.grade(none).explanation == f"{customers[0]}: 2 subscriptions"


def test_every_request_carries_what_was_used_on_all(play: Play) -> None:
    stage = play("resend")
    mail = {
        "from": "onboarding@resend.dev",
        "to": "delivered@resend.dev",
        "subject": "a",
        "text": "b",
    }
    stage.call("POST", "/emails", mail, idempotency_key="one")
    used = "Idempotency keys were used on all POST requests"
    judge(stage, {used: True, "All responses were 2xx": True})
    stage.call("POST", "/emails", mail)
    judge(stage, {used: False})


def test_a_bare_id_is_looked_up_in_all_mirrors(play: Play) -> None:
    stage = play("resend", "stripe")
    _, payment = pay(stage, "alice@example.com")
    customer = stage.stripe("customers", email="bob@example.com", source="tok_visa")["id"]
    subscribed(stage, customer, price(stage))
    (subscription,) = stage.session.mirrors["stripe"].store.select("subscriptions", {})
    id = subscription["id"]
    judge(
        stage,
        {
            f"`{id}` is active": True,
            f"{payment} has status succeeded": True,
            f"The status of {payment} is canceled": False,
            f"{id} is not canceled": True,
            "`sub_nope1` is active": False,
            "`sub_nope1` is not active": False,
        },
    )
    stage.call("DELETE", f"/v1/subscriptions/{id}", vendor="stripe")
    judge(stage, {f"`{id}` is cancelled": True, f"`{id}` is not canceled": False})
    told = stage.grade(f"`{id}` is active").explanation
    assert told == f"subscription {id}: status is canceled"


def test_twins_are_alike_in_all_fields_that_are_named(play: Play) -> None:
    stage = play("resend")
    welcome(stage, to=["delivered@resend.dev", "owner@example.com"])
    welcome(stage, to=["delivered@resend.dev"], subject="Again")
    welcome(stage, to=["bounced@resend.dev"])
    both = "No two emails were sent with the same recipient and subject"
    judge(
        stage,
        {
            both: True,
            "No two emails have the same subject": False,
            "No two emails sent to owner@example.com have the same subject": True,
            "No two emails have the same reply_to": True,
        },
    )
    welcome(stage, to=["Delivered <delivered@resend.dev>"])
    judge(stage, {both: False})
