"""Emails of the past: sent and answered with the same verbs, at instants that are over."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from mirra_mcp.local.mirrors.resend.api.peers import Peers
from mirra_mcp.wire.model import Doc

DOMAIN = "mail.acme.com"
LINK = "https://app.acme.com/orders"
PEOPLE = ("alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy")
KINDS = (
    ("welcome", "Welcome to Acme", "hello"),
    ("receipt", "Your receipt from Acme", "billing"),
    ("password_reset", "Reset your password", "security"),
    ("order_shipped", "Your order is on its way", "orders"),
)


@contextmanager
def at(resend: Peers, moment: datetime) -> Iterator[None]:
    """Let the mirror take another instant for now."""
    now = resend.now
    resend.now = moment
    try:
        yield
    finally:
        resend.now = now


def send(resend: Peers, number: int, moment: datetime, *, fate: str) -> Doc:
    """Send an email at `moment` and let `fate` happen to it soon after.

    A fate is the last event; what has to come first comes first.
    """
    category, subject, sender = KINDS[number % len(KINDS)]
    name = PEOPLE[number % len(PEOPLE)]
    with at(resend, moment):
        email = resend.emails.accept(
            {
                "from": f"Acme <{sender}@{DOMAIN}>",
                "to": [f"{name}{number}@example.com"],
                "subject": subject,
                "html": f'<p>Hi {name.title()},</p><p><a href="{LINK}/{number}">Details</a></p>',
                "tags": [{"name": "category", "value": category}],
                "_domain": DOMAIN,
            }
        )
    resend.cancel_timers("emails.settle", id=email["id"])
    with at(resend, moment + timedelta(seconds=2)):
        if fate == "bounced":
            return resend.emails.bounce(email)
        if fate == "delivery_delayed":
            return resend.emails.delay(email)
        email = resend.emails.deliver(email)
    with at(resend, moment + timedelta(minutes=3 + number % 40)):
        if fate in ("opened", "clicked"):
            email = resend.emails.open(email)
        if fate == "clicked":
            click = resend.emails.click_of(f"{LINK}/{number}", "203.0.113.7", "Mozilla/5.0")
            email = resend.emails.click(email, click)
        if fate == "complained":
            email = resend.emails.complain(email)
    return email
