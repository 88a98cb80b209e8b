"""A small shop, written twice: by somebody careless and by somebody careful.

Both are ordinary code against the vendors' SDKs; `tests/sdk/test_transcript.py` tells them apart.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import httpx
import stripe


def charge_carelessly(client: stripe.StripeClient, order: str) -> None:
    charge: Any = {"amount": 4900, "currency": "usd", "source": "tok_visa", "description": order}
    while True:
        try:
            client.v1.charges.create(charge)
            return
        except stripe.APIConnectionError:
            continue


def charge_carefully(client: stripe.StripeClient, order: str) -> None:
    charge: Any = {"amount": 4900, "currency": "usd", "source": "tok_visa", "description": order}
    while True:
        try:
            client.v1.charges.create(charge, {"idempotency_key": f"charge {order}"})
            return
        except stripe.APIConnectionError:
            continue


SENDER = "hello@mail.acme.com"


class Shop:
    """What a shop knows of its orders, by the webhooks that it gets."""

    def __init__(self) -> None:
        self.env: dict[str, str] = {}
        self.paid: dict[str, bool] = {}
        self.seen: set[str] = set()

    @property
    def stripe(self) -> stripe.StripeClient:
        addresses: Any = {"api": self.env["STRIPE_API_BASE"]}
        return stripe.StripeClient(self.env["STRIPE_API_KEY"], base_addresses=addresses)

    def send_receipt(self, order: str) -> None:
        mail = {
            "from": SENDER,
            "to": "ann@example.com",
            "subject": order,
            "text": "Paid.",
        }
        key = {"authorization": f"Bearer {self.env['RESEND_API_KEY']}", "user-agent": "shop/1"}
        httpx.post(
            f"{self.env['RESEND_BASE_URL']}/emails", json=mail, headers=key, verify=False
        ).raise_for_status()

    def handle(self, event: dict[str, Any]) -> None:
        raise NotImplementedError


class Careless(Shop):
    def handle(self, event: dict[str, Any]) -> None:
        about = event["data"]["object"]
        self.paid[about["description"]] = about["status"] == "succeeded"
        if event["type"] == "charge.succeeded":
            self.send_receipt(about["description"])


class Careful(Shop):
    def handle(self, event: dict[str, Any]) -> None:
        if event["id"] in self.seen:
            return
        self.seen.add(event["id"])
        about = event["data"]["object"]
        intent = self.stripe.v1.payment_intents.retrieve(about.get("payment_intent") or about["id"])
        self.paid[str(intent.description)] = intent.status == "succeeded"
        if event["type"] == "charge.succeeded":
            self.send_receipt(str(intent.description))


@contextmanager
def serving(shop: Shop) -> Iterator[str]:
    """Let a shop take webhooks on a free port; give the URL."""

    class Hook(BaseHTTPRequestHandler):
        one: ClassVar[threading.Lock] = threading.Lock()

        def do_POST(self) -> None:
            event = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with self.one:
                if event["type"] in ("payment_intent.created", "charge.succeeded"):
                    shop.handle(event)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/webhooks"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
