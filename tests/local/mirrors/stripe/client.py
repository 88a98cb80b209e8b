"""A Stripe account in a session of its own, with a clock that moves only when it is told to."""

from typing import Any

import httpx
import requests
import stripe

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.account import MirrorAccount
from tests.local.receiver import Received, Receiver

NOW = 1777896000
"""The instant at which every account starts, in epoch seconds."""
OLD, NEW = "2024-06-20", "2026-10-28.endive"
"""Mirra's documented target, and what the newest official SDKs send."""


class Account(MirrorAccount):
    """What tests do with an account, by the SDK and by raw HTTP."""

    vendor = "stripe"

    def __init__(
        self,
        url: str,
        token: str,
        seed: str | None = None,
        name: str | None = None,
        **fields: Any,
    ) -> None:
        super().__init__(url, token, seed, name, **fields)
        self._requests = requests.Session()
        self._requests.trust_env = False
        self._transport = stripe.RequestsClient(session=self._requests)
        self.client = self.client_for()
        """The newest SDK, sending the newest version."""

    def credentials(self) -> Doc:
        """Return its secret key, as a header."""
        self.key = self.env["STRIPE_SECRET_KEY"]
        return {"headers": {"authorization": f"Bearer {self.key}"}}

    def client_for(self, version: str | None = None, **options: Any) -> stripe.StripeClient:
        """Return the SDK sending another version, or with other options."""
        addresses = dict.fromkeys(("api", "files", "meter_events"), self.url)
        options.setdefault("base_addresses", addresses)
        options.setdefault("http_client", self._transport)
        options.setdefault("max_network_retries", 0)
        key = options.pop("api_key", self.key)
        return stripe.StripeClient(key, stripe_version=version, **options)

    def close(self) -> None:
        """End the session."""
        super().close()
        self._requests.close()

    def call(
        self, method: str, path: str, form: str | Doc | None = None, **headers: str
    ) -> httpx.Response:
        """Call the API without the SDK: `form` is encoded already, or flat.

        A header is written `stripe_version="2024-06-20"`.
        """
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(form, str):
            sent.setdefault("content-type", "application/x-www-form-urlencoded")
            return self.http.request(method, path, content=form, headers=sent)
        return self.http.request(method, path, data=form, headers=sent)

    def fetch(self, path: str, version: str = OLD) -> Doc:
        """Read something in an API version, as plain JSON."""
        answer = self.call("GET", path, stripe_version=version)
        assert answer.is_success, answer.text
        found: Doc = answer.json()
        return found

    def refused(self, status: int, method: str, path: str, form: str | Doc | None = None) -> Doc:
        """Make a call that is refused with `status`, and return the error without its log URL."""
        answer = self.call(method, path, form)
        assert answer.status_code == status, answer.text
        told: Doc = answer.json()["error"]
        told.pop("request_log_url", None)
        return told

    def events(self, *types: str, version: str = OLD) -> list[Doc]:
        """Return the account's events, oldest first, as `GET /v1/events` tells them."""
        found: list[Doc] = []
        after = ""
        while True:
            page = self.fetch(f"/v1/events?limit=100{after}", version)
            found += page["data"]
            if not page["has_more"]:
                break
            after = f"&starting_after={found[-1]['id']}"
        return [each for each in reversed(found) if not types or each["type"] in types]

    def types(self, since: int = 0) -> list[str]:
        """Return the types of the account's events, oldest first, without the first `since`."""
        return [each["type"] for each in self.events()][since:]

    def listen(self, receiver: Receiver, *events: str, api_version: str | None = None) -> str:
        """Register a webhook endpoint at the receiver and return its secret."""
        form: Doc = {"url": receiver.url, "enabled_events[]": list(events) or ["*"]}
        if api_version:
            form["api_version"] = api_version
        answer = self.call("POST", "/v1/webhook_endpoints", form)
        assert answer.is_success, answer.text
        secret: str = answer.json()["secret"]
        return secret

    def settle(self, count: int) -> None:
        """Wait until so many tries at sending webhooks were made, those to nobody included."""
        after = done = 0
        while done < count:
            query = f"types=webhook.dispatched&after={after}&wait=5"
            answer = self.control.get(
                f"/v1/sessions/{self.id}/events?{query}", headers={"accept": "application/json"}
            )
            page = answer.json()["events"]
            assert page, "no webhook was sent within 5 s"
            done, after = done + len(page), page[-1]["id"]


def verified(received: Received, secret: str) -> Any:
    """Check a webhook's signature with the SDK, and return its event as a plain object."""
    header = received.headers["stripe-signature"]
    stripe.Webhook.construct_event(received.body, header, secret)
    return received.json


def plain(answer: Any) -> Any:
    """Return what the SDK returned as plain JSON."""
    return answer.to_dict(recursive=True) if hasattr(answer, "to_dict") else answer
