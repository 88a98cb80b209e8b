"""Small applications that do what a scenario asks for, with one thing wrong if one likes."""

from dataclasses import dataclass, field
from typing import Any

import stripe
from svix.webhooks import Webhook, WebhookVerificationError

from mirra_mcp.local.kit.webhooks import Letter
from tests.local.scenarios.check.stage import HOOK, Stage

MAIL: dict[str, Any] = {
    "from": "Acme <onboarding@resend.dev>",
    "to": ["delivered@resend.dev"],
    "subject": "Welcome to Acme",
    "html": "<p>Welcome!</p>",
}


@dataclass
class Handler:
    """A webhook handler that verifies what it gets, once it knows the secret."""

    secret: str | None = None
    answers: list[int | None] = field(default_factory=list)
    """What to answer first, whatever comes."""

    def __call__(self, letter: Letter) -> int | None:
        if self.answers:
            return self.answers.pop(0)
        if self.secret is None:
            return 200
        try:
            if signature := letter.headers.get("stripe-signature"):
                body = letter.content.decode()
                stripe.WebhookSignature.verify_header(body, signature, self.secret, 300)
            else:
                Webhook(self.secret).verify(letter.content, letter.headers)
        except (WebhookVerificationError, stripe.SignatureVerificationError):
            return 400
        return 200


def subscribe(stage: Stage, *events: str) -> str:
    """Register the handler for events and return its secret."""
    given = {"endpoint": HOOK, "events": list(events)}
    return str(stage.call("POST", "/webhooks", given)["signing_secret"])


def welcome(stage: Stage, **fields: Any) -> str:
    """Send the welcome email."""
    return str(stage.call("POST", "/emails", MAIL | fields)["id"])


def pay(stage: Stage, email: str, amount: int = 4500) -> tuple[str, str]:
    """Let a new customer pay; return the customer's and the payment's id."""
    customer = stage.stripe("customers", email=email)["id"]
    paid = stage.stripe(
        "payment_intents", amount=amount, currency="usd", customer=customer,
        payment_method="pm_card_visa", confirm="true", return_url="https://acme.com",
    )  # fmt: skip
    return str(customer), str(paid["id"])


def text(stage: Stage, to: str, body: str) -> str:
    """Send a text from the account's number; the handler gets its callbacks."""
    account = stage.session.mirrors["twilio"].env()["TWILIO_ACCOUNT_SID"]
    given = {"From": "+14155550100", "To": to, "Body": body, "StatusCallback": HOOK}
    path = f"/2010-04-01/Accounts/{account}/Messages.json"
    return str(stage.call("POST", path, given, vendor="twilio")["sid"])
