"""Sentences and the worlds in which they must fail; outages that must not look green."""

from collections.abc import Callable
from typing import Any

from bench.findings import twilio as twilio_numbers
from bench.findings.ground import Ground, Mirror, expect, finding
from bench.findings.stripe import customer, price
from tests.local.receiver import receiving

World = dict[str, Mirror]
MAIL = {
    "from": "Acme <hello@mail.acme.com>",
    "to": "alice@example.com",
    "subject": "x",
    "text": "x",
}
CARD = {"amount": 4900, "currency": "usd", "confirm": True, "payment_method_types": ["card"]}


def stripe_world(id: str, act: Callable[[Mirror], Any], **sentences: bool | None) -> None:
    """List a row about Stripe."""
    _row(id, "stripe", "empty", act, sentences)


def resend_world(id: str, act: Callable[[Mirror], Any], **sentences: bool | None) -> None:
    """List a row about Resend."""
    _row(id, "resend", "transactional-busy", act, sentences)


def _row(
    id: str, vendor: str, seed: str, act: Callable[[Mirror], Any], said: dict[str, bool | None]
) -> None:
    def check(ground: Ground) -> None:
        ground.graded({vendor: seed}, lambda world: act(world[vendor]), said)

    words = {True: "passes", False: "fails", None: "isn't graded by code"}
    told = "; ".join(f"'{each}' {words[should]}" for each, should in said.items())
    finding(id, told)(check)


def declined(stripe: Mirror) -> None:
    """A card is declined."""
    stripe.call("POST", "/v1/payment_intents", {**CARD, "payment_method": "pm_card_chargeDeclined"})


def paid(stripe: Mirror) -> Any:
    """$49 are paid."""
    return stripe.ok("POST", "/v1/payment_intents", {**CARD, "payment_method": "pm_card_visa"})


def partly(stripe: Mirror) -> None:
    """$20 of $49 go back."""
    stripe.ok("POST", "/v1/refunds", {"payment_intent": paid(stripe)["id"], "amount": 2000})


def failing(stripe: Mirror) -> None:
    """A refund fails later."""
    wanted = {**CARD, "payment_method": "pm_card_refundFail"}
    intent = stripe.ok("POST", "/v1/payment_intents", wanted)["id"]
    stripe.ok("POST", "/v1/refunds", {"payment_intent": intent})
    stripe.advance("1d")


def draft(stripe: Mirror) -> None:
    """An invoice stays a draft."""
    ada = customer(stripe)
    stripe.ok("POST", "/v1/invoices", {"customer": ada})


def mentioned(stripe: Mirror) -> None:
    """A price is named in metadata alone."""
    other = price(stripe)
    told = {
        "customer": customer(stripe),
        "items": [{"price": other}],
        "metadata": {"was": "price_pro"},
    }
    stripe.ok("POST", "/v1/subscriptions", told)


def owing(stripe: Mirror) -> None:
    """A customer has a credit of $10."""
    stripe.ok("POST", "/v1/customers", {"balance": -1000, "metadata": {"order_id": "1042"}})


def twice(stripe: Mirror) -> None:
    """A customer is updated twice."""
    ada = customer(stripe)
    for name in ("Ada", "Eve"):
        stripe.ok("POST", f"/v1/customers/{ada}", {"name": name})


stripe_world("V1", declined, **{
    "A payment of $49 was made": False, "Exactly one payment was made": False,
    "No payments were made": True,
})  # fmt: skip
stripe_world("V2", declined, **{"A charge was made": False, "A charge of $49 was made": False})
stripe_world("V3", partly, **{
    "The charge was not refunded": False, "No charges were refunded": False,
})  # fmt: skip
stripe_world("V4", failing, **{"The refund succeeded": False, "The refund failed": True})
stripe_world("V8", mentioned, **{"The subscription is on price_pro": False})
stripe_world("V9", draft, **{"An invoice was issued": False})
stripe_world("V14", owing, **{
    "The customer has a balance of -$10": True, "The customer has metadata order_id=1042": True,
})  # fmt: skip
stripe_world("V15", twice, **{"The customer was updated exactly once": False})
resend_world(
    "V5",
    lambda resend: resend.ok("POST", "/emails", {**MAIL, "bcc": ["bob@example.com"]}),
    **{
        "No email was sent to bob@example.com": False,
        "0 emails were sent to bob@example.com": False,
    },
)
resend_world(
    "V6",
    lambda resend: resend.ok("POST", "/emails", MAIL),
    **{'The email mentions "sent"': False, 'The email contains "2026"': False,
       'The email contains "null"': False},
)  # fmt: skip
resend_world(
    "V10",
    lambda resend: resend.ok(
        "POST", "/emails", {**MAIL, "from": '"hello@other.example" <hello@mail.acme.com>'}
    ),
    **{"The email's from is hello@other.example": False},
)


@finding("V20", "an attempt that never began is an error, not a pass")
def never(ground: Ground) -> None:
    scenario = ground.folder / "never.md"
    scenario.write_text(
        "# A\n\n## Prompt\nGo.\n\n## Success Criteria\n- check: No emails were sent\n\n"
        "## Config\nmirrors: resend\n",
        encoding="utf-8",
    )
    junit = ground.folder / "junit.xml"
    words = ("run", str(scenario), "--driver", "no-such-command-here", "--junit", str(junit))
    done = ground.command(*words)
    expect(done.returncode != 0, done.stdout + done.stderr)
    expect("<error" in junit.read_text(encoding="utf-8"), done.stdout)


def texted(twilio: Mirror, *people: str) -> None:
    """Text people from a number of one's own."""
    for each in people:
        fields = {"To": each, "From": twilio_numbers.OURS, "Body": "Hi"}
        twilio.ok("POST", f"{twilio_numbers.account(twilio)}/Messages.json", fields)


def two(twilio: Mirror) -> None:
    """Two people are texted, one after the other."""
    twilio_numbers.buy(twilio)
    texted(twilio, "+14155550123", "+14155550124")


def failed(twilio: Mirror) -> None:
    """A message fails."""
    twilio_numbers.buy(twilio)
    texted(twilio, "+14155550123")
    twilio.simulate("message.failed")


def undelivered(twilio: Mirror) -> None:
    """A message doesn't reach the handset."""
    twilio_numbers.buy(twilio)
    texted(twilio, "+14155550123")
    twilio.simulate("message.undelivered")


def challenged(stripe: Mirror) -> None:
    """A payment is authenticated and succeeds."""
    wanted = {**CARD, "payment_method": "pm_card_authenticationRequired"}
    intent = stripe.ok("POST", "/v1/payment_intents", wanted)["id"]
    stripe.simulate("payment_intent.succeeded", paymentIntent=intent)


def again(stripe: Mirror) -> None:
    """Of two customers of the fixture's one gets a second subscription."""
    other = price(stripe)
    for ada in [customer(stripe)] * 2:
        stripe.ok("POST", "/v1/subscriptions", {"customer": ada, "items": [{"price": other}]})


_row("V11", "twilio", "empty", two, {"The last message was sent to +14155550123": False})
_row("V12", "twilio", "empty", failed, {"A message was sent": False})
_row("V12b", "twilio", "empty", undelivered, {"No message failed": False})
_row("V13", "twilio", "empty", two, {"An MMS was sent": False, "A call was made": False})
stripe_world("V7", again, **{"Every customer has at most one active subscription": False})
stripe_world("V17", challenged, **{"The payment intent requires action": False})


@finding("V16", "a handler that answered 500 first has failed a delivery")
def retried(ground: Ground) -> None:
    with receiving() as receiver:

        def act(world: World) -> None:
            stripe = world["stripe"]
            endpoint = {"url": receiver.url, "enabled_events": ["customer.created"]}
            stripe.ok("POST", "/v1/webhook_endpoints", endpoint)
            receiver.answers.append(500)
            stripe.ok("POST", "/v1/customers", {"name": "Ada"})
            receiver.next()
            while not stripe.deliveries()[0]["attempts"]:
                pass
            stripe.advance("2h")
            receiver.next()

        ground.graded({"stripe": "empty"}, act, {"There were no webhook delivery failures": False})
