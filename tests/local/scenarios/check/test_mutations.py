"""One thing wrong in the world flips exactly the criteria that speak of it."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.local.scenarios.check.apps import Handler, pay, subscribe, welcome
from tests.local.scenarios.check.stage import Stage

Play = Callable[..., Stage]

MAIL = {
    "count": "Exactly 1 email is created in the Resend mirror",
    "from": "The email's `from` address is `onboarding@resend.dev`",
    "to": "The email's `to` includes `delivered@resend.dev`",
    "subject": 'The email\'s subject starts with "Welcome"',
    "delivered": "The email was delivered within 5 seconds",
    "not bounced": "No emails bounced",
    "received": "At least 1 `email.sent` webhook was received by the handler",
    "every": "Every webhook was received by the handler",
    "once": "The `email.sent` webhook was received at most once",
    "retries": "No webhooks were retried",
    "order": "`email.sent` and `email.delivered` webhooks were received in that order",
    "verified": "The webhook signature was verified",
    "called": "`POST /emails` was called exactly once",
    "key": "Every POST request carries an idempotency key",
    "errors": "No errors were logged",
    "warnings": "No errors or warnings were logged",
    "else": "Nothing else changed",
    "contacts": "No contacts were touched",
    "domain": "POST /domains was never called",
}


@dataclass
class App:
    """Sends a welcome email and takes its webhooks, all of it well."""

    stage: Stage
    handler: Handler

    def prepare(self) -> None:
        self.stage.forge()
        self.handler.secret = subscribe(self.stage, "email.sent", "email.delivered")

    def act(self) -> None:
        self.send()
        self.stage.pass_time(10)

    def send(self, **fields: object) -> None:
        self.stage.call("POST", "/emails", self.mail() | fields, idempotency_key="welcome-1")

    def mail(self) -> dict[str, object]:
        return {
            "from": "Acme <onboarding@resend.dev>", "to": ["delivered@resend.dev"],
            "subject": "Welcome to Acme", "html": "<p>Welcome!</p>",
        }  # fmt: skip


class OneTooMany(App):
    def act(self) -> None:
        self.stage.call("POST", "/emails", self.mail(), idempotency_key="welcome-2")
        super().act()


class SentTwiceWithTheSameKey(App):
    def act(self) -> None:
        self.send()
        super().act()


class WrongSender(App):
    def mail(self) -> dict[str, object]:
        return super().mail() | {"from": "Spam <spam@resend.dev>"}


class WrongRecipient(App):
    def mail(self) -> dict[str, object]:
        return super().mail() | {"to": ["delivered+bob@resend.dev"]}


class WrongSubject(App):
    def mail(self) -> dict[str, object]:
        return super().mail() | {"subject": "Buy now"}


class WithoutKey(App):
    def send(self, **fields: object) -> None:
        self.stage.call("POST", "/emails", self.mail() | fields)


class Bouncing(App):
    def mail(self) -> dict[str, object]:
        return super().mail() | {"to": ["bounced@resend.dev"]}


class ImpatientlyWaiting(App):
    def act(self) -> None:
        self.send()


class Idle(App):
    def act(self) -> None:
        pass


class Trusting(App):
    def prepare(self) -> None:
        super().prepare()
        self.handler.secret = None


class Unsubscribed(App):
    def prepare(self) -> None:
        self.stage.forge()


class Stumbling(App):
    def prepare(self) -> None:
        super().prepare()
        self.handler.answers = [500]


class Broken(App):
    def prepare(self) -> None:
        super().prepare()
        self.handler.answers = [500] * 50


class Meddling(App):
    def act(self) -> None:
        super().act()
        self.stage.call("POST", "/contacts", {"email": "bob@acme.com"}, idempotency_key="c")


class Blundering(App):
    def act(self) -> None:
        super().act()
        self.stage.call("POST", "/domains", {}, status=422, idempotency_key="d")


FLIPPED: dict[type[App], set[str]] = {
    App: set(),
    OneTooMany: {"count", "called", "once"},
    SentTwiceWithTheSameKey: {"called"},
    WrongSender: {"from"},
    WrongRecipient: {"to"},
    WrongSubject: {"subject"},
    WithoutKey: {"key"},
    Bouncing: {"to", "delivered", "not bounced", "order"},
    ImpatientlyWaiting: {"delivered", "order"},
    Idle: {
        "count", "from", "to", "subject", "delivered", "received", "every", "order", "verified",
        "called", "key",
    },
    Trusting: {"verified"},
    Unsubscribed: {"received", "every", "order", "verified"},
    Stumbling: {"order", "retries", "warnings"},
    Broken: {"received", "every", "order", "verified", "retries", "errors", "warnings"},
    Meddling: {"else", "contacts"},
    Blundering: {"errors", "warnings", "domain"},
}  # fmt: skip


@pytest.mark.parametrize("kind", FLIPPED, ids=lambda kind: kind.__name__)
def test_one_mistake_fails_exactly_what_speaks_of_it(play: Play, kind: type[App]) -> None:
    handler = Handler()
    app = kind(play("resend", handler=handler), handler)
    app.prepare()
    app.stage.begin()
    app.act()
    results = app.stage.results(*MAIL.values())
    failed = {name for name, passed in zip(MAIL, results, strict=True) if not passed}
    assert None not in results
    assert failed == FLIPPED[kind]


REFUND = {
    "count": "Exactly 1 refund is created on payment_intent `{payment}`",
    "amount": "The refund amount is $45.00",
    "refunded": "The charge was refunded",
    "customer": "No other customer was touched",
    "payments": "No other payment intent was touched",
    "else": "Nothing else changed",
    "call": "POST /v1/refunds was called no more than 1 time",
    "gone": "No customers were deleted",
}


def refund(stage: Stage, payment: str, **fields: int) -> None:
    stage.stripe("refunds", payment_intent=payment, **fields)


def twice_in_part(stage: Stage, payment: str, other: str, customer: str) -> None:
    refund(stage, payment, amount=2000)
    refund(stage, payment, amount=2500)


def in_part(stage: Stage, payment: str, other: str, customer: str) -> None:
    refund(stage, payment, amount=4400)


def the_wrong_one(stage: Stage, payment: str, other: str, customer: str) -> None:
    refund(stage, other)


def all_right(stage: Stage, payment: str, other: str, customer: str) -> None:
    refund(stage, payment)


def and_touch_another_customer(stage: Stage, payment: str, other: str, customer: str) -> None:
    refund(stage, payment)
    stage.stripe(f"customers/{customer}", name="Mallory")


def and_delete_another_customer(stage: Stage, payment: str, other: str, customer: str) -> None:
    refund(stage, payment)
    stage.call("DELETE", f"/v1/customers/{customer}", vendor="stripe")


REFUNDED: dict[Callable[[Stage, str, str, str], None], set[str]] = {
    all_right: set(),
    twice_in_part: {"count", "amount", "call"},
    in_part: {"amount", "refunded"},
    the_wrong_one: {"count"},
    and_touch_another_customer: {"customer", "else"},
    and_delete_another_customer: {"customer", "else", "gone"},
}


@pytest.mark.parametrize("act", REFUNDED, ids=lambda act: act.__name__)
def test_a_refund_gone_wrong_fails_exactly_what_speaks_of_it(
    play: Play, act: Callable[[Stage, str, str, str], None]
) -> None:
    stage = play("stripe")
    _, payment = pay(stage, "alice@example.com")
    customer, other = pay(stage, "bob@example.com")
    stage.begin()
    act(stage, payment, other, customer)
    criteria = [each.format(payment=payment) for each in REFUND.values()]
    results = stage.results(*criteria)
    failed = {name for name, passed in zip(REFUND, results, strict=True) if not passed}
    assert None not in results
    assert failed == REFUNDED[act]


def test_welcome_is_the_same_email_as_the_app_sends(play: Play) -> None:
    stage = play("resend")
    welcome(stage)
    assert stage.results(*list(MAIL.values())[:4]) == [True] * 4
