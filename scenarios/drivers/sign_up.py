"""An app that makes customers of who signs up, and the scenario's driver that signs somebody up.

    mirra-mcp run scenarios/sign-up-to-customer.md --driver "python scenarios/drivers/sign_up.py"

Two ways to do it badly, to see what Mirra finds: `--trust-anyone` and `--never-text`.
"""

import base64
import hmac
import json
import os
import sys
from typing import Any

from playground import advance, call, handling, is_recent, mirror, simulate

SHOP = "+14155550100"
ANN = {"email_address": "ann@example.com", "phone_number": "+15555550123", "first_name": "Ann"}


class App:
    """The application: listens to Clerk, and tells Resend, Stripe and Twilio."""

    def __init__(self, *, trusts_anyone: bool, never_texts: bool) -> None:
        self.trusts_anyone, self.never_texts = trusts_anyone, never_texts
        self.seen: set[str] = set()

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """Take a webhook of Clerk's: each once, and only a genuine one."""
        if not (self.trusts_anyone or self.is_genuine(headers, body)):
            return 400
        event = json.loads(body)
        if event["type"] == "user.created" and headers["svix-id"] not in self.seen:
            self.seen.add(headers["svix-id"])
            self.welcome(event["data"])
        return 200

    def is_genuine(self, headers: dict[str, str], body: bytes) -> bool:
        """Check Svix's signature. Source: https://docs.svix.com/receiving/verifying-payloads/how-manual."""
        id, at = headers.get("svix-id", ""), headers.get("svix-timestamp", "")
        secret = os.environ["CLERK_WEBHOOK_SIGNING_SECRET"].removeprefix("whsec_")
        digest = hmac.digest(base64.b64decode(secret), f"{id}.{at}.".encode() + body, "sha256")
        wanted = f"v1,{base64.b64encode(digest).decode()}"
        given = headers.get("svix-signature", "").split()
        return is_recent(at) and any(hmac.compare_digest(wanted, each) for each in given)

    def welcome(self, user: dict[str, Any]) -> None:
        """Greet a new user, start the trial, and remember whom Stripe knows."""
        email = user["email_addresses"][0]["email_address"]
        call(
            "POST",
            f"{mirror('resend')}/emails",
            key=os.environ["RESEND_API_KEY"],
            body={
                "from": "Acme <hello@mail.acme.com>",
                "to": [email],
                "subject": "Welcome to Acme",
                "html": f"<p>Hi {user['first_name']}, glad that you are here.</p>",
            },
        )
        customer = self.stripe("POST", "customers", email=email)["id"]
        (price,) = self.stripe("GET", "prices?active=true")["data"]
        self.stripe(
            "POST",
            "subscriptions",
            **{"customer": customer, "items[0][price]": price["id"], "trial_period_days": "14"},
        )
        call(
            "PATCH",
            f"{mirror('clerk')}/v1/users/{user['id']}/metadata",
            key=os.environ["CLERK_SECRET_KEY"],
            body={"private_metadata": {"stripe_customer_id": customer}},
        )
        for number in user["phone_numbers"]:
            if not self.never_texts:
                self.text(number["phone_number"], "Welcome to Acme! Your trial has begun.")

    def stripe(self, method: str, path: str, **form: str) -> dict[str, Any]:
        """Call Stripe's API."""
        key = os.environ["STRIPE_SECRET_KEY"]
        return call(method, f"{mirror('stripe')}/v1/{path}", key=key, form=form or None)

    def text(self, to: str, body: str) -> None:
        """Text somebody."""
        account, token = os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"]
        who = base64.b64encode(f"{account}:{token}".encode()).decode()
        call(
            "POST",
            f"{mirror('twilio')}/2010-04-01/Accounts/{account}/Messages.json",
            form={"From": SHOP, "To": to, "Body": body},
            headers={"authorization": f"Basic {who}"},
        )


def sign_up() -> str:
    """Sign Ann up as her browser would: the form, then the codes that were sent; returns her id."""
    api = f"{mirror('clerk')}/v1"
    browser = call("POST", f"{api}/dev_browser", body={})["token"]

    def ask(path: str, **form: str) -> dict[str, Any]:
        url = f"{api}/client/sign_ups{path}?__clerk_db_jwt={browser}"
        return dict(call("POST", url, form=form)["response"])

    attempt = ask("", **ANN, password="correct horse battery")
    for strategy in ("email_code", "phone_code"):
        ask(f"/{attempt['id']}/prepare_verification", strategy=strategy)
        state = call("GET", f"{mirror('clerk')}/_mirra/state?entity=sent_codes")["state"]
        code = state["sent_codes"][0]["code"]
        attempt = ask(f"/{attempt['id']}/attempt_verification", strategy=strategy, code=code)
    return str(attempt["created_user_id"])


def main() -> None:
    """Serve the webhook, sign Ann up, and let a minute pass."""
    app = App(trusts_anyone="--trust-anyone" in sys.argv, never_texts="--never-text" in sys.argv)
    with handling(app.take) as url:
        simulate("clerk", "webhook_endpoint.created", url=url, events=["user.created"])
        sys.stdout.write(f"{sign_up()} has signed up\n")
        advance("1 minute")


if __name__ == "__main__":
    main()
