"""A billing integration as an application writes it, on whichever official SDK it is given.

Run as a program: `PYTHONPATH=<folder of the SDK> python sdk_billing.py`, with where to call in the
environment; it prints what it saw.
"""

import json
import os
import sys
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import stripe

env = os.environ
addresses: Any = {"api": env["STRIPE_API_BASE"]}
client: Any = stripe.StripeClient(env["STRIPE_SECRET_KEY"], base_addresses=addresses)
v1 = getattr(client, "v1", client)
told: list[dict[str, Any]] = []
secrets: list[str] = []


class Hook(BaseHTTPRequestHandler):
    """The application's webhook endpoint."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        header = self.headers["stripe-signature"]
        event: Any = stripe.Webhook.construct_event(body, header, secrets[0])
        told.append({"type": event.type, "version": event.api_version})
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


def wait(advance: str) -> None:
    """Let the session's time pass."""
    request = urllib.request.Request(
        f"{env['MIRRA_URL']}/v1/sessions/{env['MIRRA_SESSION']}/clock",
        json.dumps({"advance": advance}).encode(),
        {"authorization": f"Bearer {env['MIRRA_TOKEN']}", "content-type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=30).read()


def main() -> dict[str, Any]:
    """Sell, bill, fail, refund, dispute."""
    got: dict[str, Any] = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    endpoint = v1.webhook_endpoints.create(
        {"url": url, "enabled_events": ["*"], "api_version": env["STRIPE_VERSION"]}
    )
    secrets.append(endpoint.secret)
    ada = {"name": "Ada", "email": "ada@example.com", "metadata": {"order": "1"}}
    customer = v1.customers.create(ada, {"idempotency_key": "customer-1"}).id
    again = v1.customers.create(ada, {"idempotency_key": "customer-1"}).id
    got["replayed"] = customer == again
    pay_with(customer, "pm_card_visa")
    product = v1.products.create({"name": "Pen"}).id
    basic, pro = price(product, 1000), price(product, 3000)

    sub = v1.subscriptions.create(
        {"customer": customer, "items": [{"price": basic}], "trial_period_days": 14}
    )
    got["statuses"] = [sub.status]
    wait("15 days")
    sub = v1.subscriptions.retrieve(sub.id)
    got["statuses"].append(sub.status)
    item = sub["items"]["data"][0]
    got["hasPeriodAtTop"] = "current_period_end" in sub.to_dict()
    got["hasPeriodOnItem"] = "current_period_end" in item.to_dict()
    sub = v1.subscriptions.update(
        sub.id,
        {
            "items": [{"id": item["id"], "price": pro}],
            "proration_behavior": "always_invoice",
            "expand": ["latest_invoice"],
        },
    )
    got["upgrade"] = [sub.latest_invoice.status, sub.latest_invoice.total]
    pay_with(customer, "pm_card_chargeCustomerFail")
    for days in ("31 days", "15 days"):
        wait(days)
        got["statuses"].append(v1.subscriptions.retrieve(sub.id).status)

    charges = v1.charges.list({"customer": customer, "limit": 100}).data
    paid = next(each for each in charges if each.paid)
    got["refund"] = v1.refunds.create({"charge": paid.id, "amount": 500}).status
    intent = v1.payment_intents.create(at_once(4200, "pm_card_createDispute"))
    dispute = v1.disputes.list({"payment_intent": intent.id}).data[0].id
    evidence = {"uncategorized_text": "winning_evidence"}
    v1.disputes.update(dispute, {"evidence": evidence, "submit": True})
    wait("1 day")
    got["dispute"] = v1.disputes.retrieve(dispute).status
    try:
        v1.payment_intents.create(at_once(100, "pm_card_chargeDeclinedInsufficientFunds"))
    except stripe.CardError as error:
        detail: Any = error.error
        kind = f"Stripe{type(error).__name__}"
        got["declined"] = [kind, error.code, detail.decline_code, error.http_status]
        got["hasRequestId"] = str(error.request_id).startswith("req_")
    got["found"] = len(v1.customers.search({"query": "email:'ada@example.com'"}).data)
    got["walked"] = sum(1 for _ in v1.events.list({"limit": 20}).auto_paging_iter())
    got["lists"] = {}
    for name in env["LISTS"].split(","):
        resource = v1
        for part in name.split("."):
            resource = getattr(resource, part)
        params = {"customer": customer} if name == "payment_methods" else {}
        got["lists"][name] = resource.list({"limit": 3, **params}).object
    server.shutdown()
    return got | {"told": told, "version": stripe.VERSION}


def pay_with(customer: str, card: str) -> None:
    """Let a customer pay with a test card from now on."""
    method = v1.payment_methods.attach(card, {"customer": customer}).id
    settings = {"default_payment_method": method}
    v1.customers.update(customer, {"invoice_settings": settings})


def price(product: str, amount: int) -> str:
    """Make a monthly price."""
    params = {"product": product, "currency": "usd", "unit_amount": amount}
    id: str = v1.prices.create({**params, "recurring": {"interval": "month"}}).id
    return id


def at_once(amount: int, card: str) -> dict[str, Any]:
    """Return the parameters of a payment that is made at once."""
    return {
        "amount": amount,
        "currency": "usd",
        "confirm": True,
        "payment_method": card,
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()))
