"""A back office that refunds payments, and the scenario's driver that uses it.

    mirra-mcp run scenarios/stripe-refund.md --driver "python scenarios/drivers/refund.py"

One way to do it badly, to see what Mirra finds: `--trust-anyone`.
"""

import hmac
import json
import os
import sys

from playground import advance, call, handling, is_recent, mirror

BILLING = {"cus_alice": 0}
"""What was given back to each customer, in cents: the application's own books."""


class BackOffice:
    """The application: refunds, and books a refund when Stripe says that it is done."""

    def __init__(self, *, trusts_anyone: bool) -> None:
        self.api, self.key = mirror("stripe"), os.environ["STRIPE_SECRET_KEY"]
        self.trusts_anyone = trusts_anyone
        self.secret = ""
        self.seen: set[str] = set()

    def listen_at(self, url: str) -> None:
        """Register the webhook endpoint."""
        made = call(
            "POST",
            f"{self.api}/v1/webhook_endpoints",
            key=self.key,
            form={"url": url, "enabled_events[]": ["charge.refunded"]},
        )
        self.secret = str(made["secret"])

    def refund(self, payment_intent: str, cents: int) -> str:
        """Give back part of a payment, once however often it is asked for; returns its id."""
        made = call(
            "POST",
            f"{self.api}/v1/refunds",
            key=self.key,
            form={"payment_intent": payment_intent, "amount": cents},
            headers={"idempotency-key": f"refund-{payment_intent}-{cents}"},
        )
        return str(made["id"])

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """Take a webhook: write a refund into the books, once."""
        if not (self.trusts_anyone or self.is_genuine(headers, body)):
            return 400
        event = json.loads(body)
        if event["id"] not in self.seen:
            self.seen.add(event["id"])
            charge = event["data"]["object"]
            BILLING[charge["customer"]] = charge["amount_refunded"]
        return 200

    def is_genuine(self, headers: dict[str, str], body: bytes) -> bool:
        """Check Stripe's signature. Source: https://docs.stripe.com/webhooks#verify-manually."""
        parts = [each.partition("=") for each in headers.get("stripe-signature", "").split(",")]
        sent = next((value for name, _, value in parts if name == "t"), "")
        made = hmac.digest(self.secret.encode(), f"{sent}.".encode() + body, "sha256").hex()
        offered = [value for name, _, value in parts if name == "v1"]
        return any(hmac.compare_digest(made, each) for each in offered) and is_recent(sent)


def main() -> None:
    """Refund $45 of Alice's payment, and see it booked."""
    app = BackOffice(trusts_anyone="--trust-anyone" in sys.argv)
    with handling(app.take) as url:
        app.listen_at(url)
        refund = app.refund("pi_abc", 4500)
        advance("10 seconds")
    sys.stdout.write(f"{refund}; booked: {BILLING}\n")


if __name__ == "__main__":
    main()
