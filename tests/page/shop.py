"""A little web shop with Stripe's official SDK, as a browser and a webhook meet it."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests
import stripe


class Shop:
    """Sells one thing: its button leads to Stripe, and a webhook tells it of the money."""

    def __init__(self) -> None:
        self.told: queue.Queue[str] = queue.Queue()
        """The types of the events whose signature held, and `forged` for others."""
        self.client: stripe.StripeClient
        self.secret = ""
        self.url = ""

    def serve_with(self, env: dict[str, str]) -> None:
        """Point it at a mirror, and register its webhook there."""
        session = requests.Session()
        session.trust_env = False
        self.client = stripe.StripeClient(
            env["STRIPE_SECRET_KEY"],
            base_addresses={"api": env["STRIPE_API_BASE"], "files": env["STRIPE_API_BASE"]},
            http_client=stripe.RequestsClient(session=session),
        )
        endpoint: Any = {"url": f"{self.url}/webhook", "enabled_events": ["*"]}
        self.secret = str(self.client.v1.webhook_endpoints.create(endpoint).secret)

    def checkout(self) -> str:
        """Open a Checkout session, as the button does."""
        form: Any = {
            "mode": "payment",
            "success_url": f"{self.url}/thanks?session={{CHECKOUT_SESSION_ID}}",
            "cancel_url": f"{self.url}/",
            "line_items": [{"quantity": 2, "price_data": {
                "currency": "usd", "unit_amount": 1000, "product_data": {"name": "Tea"}}}],
        }  # fmt: skip
        return str(self.client.v1.checkout.sessions.create(form).url)

    def hear(self, body: bytes, signature: str) -> int:
        """Take a webhook if Stripe signed it."""
        try:
            event = stripe.Webhook.construct_event(body, signature, self.secret)
        except stripe.SignatureVerificationError:
            self.told.put("forged")
            return 400
        self.told.put(event.type)
        return 200

    def wait_for(self, type: str) -> None:
        """Wait until it was told of something."""
        while self.told.get(timeout=10) != type:
            pass


@contextmanager
def trading() -> Iterator[Shop]:
    """Run a shop on a free port."""
    shop = Shop()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            said = "Thanks" if self.path.startswith("/thanks") else "Tea"
            button = "<form method=post action=/buy><button>Buy</button></form>"
            self._answer(200, f"<!doctype html><title>{said}</title><h1>{said}</h1>{button}")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if self.path == "/webhook":
                self._answer(shop.hear(body, self.headers.get("stripe-signature", "")), "")
            else:
                self._answer(303, "", shop.checkout())

        def _answer(self, status: int, text: str, location: str = "") -> None:
            content = text.encode()
            self.send_response(status)
            self.send_header("content-type", "text/html; charset=utf-8")
            if location:
                self.send_header("location", location)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    shop.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
