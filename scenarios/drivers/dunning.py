"""An application that limits who doesn't pay, and the scenario's driver that uses it.

    mirra-mcp run scenarios/stripe-dunning.md --driver "python scenarios/drivers/dunning.py"

One way to do it badly, to see what Mirra finds: `--ignore-failures`.
"""

import hmac
import json
import os
import sys

from playground import advance, call, handling, is_recent, mirror, simulate


class Accounts:
    """The application: keeps each customer's access in step with what is paid."""

    def __init__(self, *, ignores_failures: bool) -> None:
        self.api, self.key = mirror("stripe"), os.environ["STRIPE_SECRET_KEY"]
        self.ignores_failures = ignores_failures
        self.secret = ""

    def listen_at(self, url: str) -> None:
        """Register the webhook endpoint."""
        events = ["invoice.payment_failed", "invoice.paid", "customer.subscription.updated"]
        form = {"url": url, "enabled_events[]": events}
        made = call("POST", f"{self.api}/v1/webhook_endpoints", key=self.key, form=form)
        self.secret = str(made["secret"])

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """Take a webhook: limit access when a payment fails, give it back when one succeeds."""
        if not self.is_genuine(headers, body):
            return 400
        event = json.loads(body)
        customer = event["data"]["object"]["customer"]
        if event["type"] == "invoice.payment_failed" and not self.ignores_failures:
            self.set_access(customer, "limited")
        if event["type"] == "invoice.paid":
            self.set_access(customer, "full")
        return 200

    def set_access(self, customer: str, access: str) -> None:
        """Write a customer's access where support can see it, too."""
        form = {"metadata[access]": access}
        call("POST", f"{self.api}/v1/customers/{customer}", key=self.key, form=form)

    def is_genuine(self, headers: dict[str, str], body: bytes) -> bool:
        """Check Stripe's signature. Source: https://docs.stripe.com/webhooks#verify-manually."""
        parts = [each.partition("=") for each in headers.get("stripe-signature", "").split(",")]
        sent = next((value for name, _, value in parts if name == "t"), "")
        made = hmac.digest(self.secret.encode(), f"{sent}.".encode() + body, "sha256").hex()
        offered = [value for name, _, value in parts if name == "v1"]
        return any(hmac.compare_digest(made, each) for each in offered) and is_recent(sent)


def main() -> None:
    """Let the renewal of Dana's subscription be declined."""
    app = Accounts(ignores_failures="--ignore-failures" in sys.argv)
    with handling(app.take) as url:
        app.listen_at(url)
        listed = call("GET", f"{app.api}/v1/subscriptions?customer=cus_dana", key=app.key)
        (subscription,) = listed["data"]
        simulate("stripe", "invoice.payment_failed", subscription=subscription["id"])
        advance("1 minute")
    sys.stdout.write(f"{subscription['id']} was declined\n")


if __name__ == "__main__":
    main()
