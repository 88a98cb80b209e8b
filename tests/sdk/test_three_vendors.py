"""One session holds Stripe, Resend and Twilio, and one app uses them all.

Source: https://docs.mirra.run/reference/api (the request and what it answers)
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
import resend
import stripe
from mcp import Client
from svix.webhooks import Webhook
from twilio.request_validator import RequestValidator

from mirra_mcp.client.client import MirraClient
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.server.app import build_server
from mirra_mcp.settings import Settings
from tests.local.receiver import Receiver
from tests.sdk.conftest import drained
from tests.sdk.texting import connected
from tests.server.conftest import Agent

pytestmark = pytest.mark.anyio

CREATE = """\
{
  "mirrors": ["stripe", "resend", "twilio"],
  "seeds": {
    "stripe": "subscription-lifecycle"
  },
  "persistent": false,
  "name": "ci-run-42",
  "timeoutSeconds": 3600
}"""
"""The documented body, word for word."""
ALICE, PHONE, SENDER = "alice@example.com", "+15555550123", "+15017122661"


@pytest.fixture
def local(tmp_path: Path) -> Iterator[LocalMirra]:
    with LocalMirra(Settings(data_dir=tmp_path)) as local:
        yield local


@pytest.fixture
def session(local: LocalMirra) -> dict[str, Any]:
    """The session that the documented request makes."""
    headers = {"authorization": f"Bearer {local.token}", "content-type": "application/json"}
    with httpx.Client(base_url=local.url, headers=headers, trust_env=False) as http:
        answer = http.post("/v1/sessions", content=CREATE)
        assert answer.is_success, answer.text
        made: dict[str, Any] = answer.json()
    return made


def test_the_documented_request_makes_the_documented_session(session: dict[str, Any]) -> None:
    assert session["status"] == "ready"
    assert session["sessionId"].startswith("ses_")
    mirrors = session["mirrors"]
    assert [each["vendor"] for each in mirrors] == ["stripe", "resend", "twilio"]
    assert [each["version"] for each in mirrors] == ["0.7.3", "0.3.1", "0.4.0"]
    assert len({each["url"] for each in mirrors}) == 3
    began, ends = (datetime.fromisoformat(session[name]) for name in ("createdAt", "expiresAt"))
    assert ends - began == timedelta(seconds=3600)


async def test_one_app_uses_all_three(
    local: LocalMirra,
    session: dict[str, Any],
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Money comes in: the customer gets an email and a text, and every webhook is verified."""
    told = {each["vendor"]: each for each in session["mirrors"]}
    env = {name: value for each in session["mirrors"] for name, value in each["env"].items()}
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(resend, "api_url", env["RESEND_API_URL"])
    monkeypatch.setattr(resend, "api_key", env["RESEND_API_KEY"])
    payments = stripe.StripeClient(
        env["STRIPE_SECRET_KEY"], base_addresses={"api": env["STRIPE_API_BASE"]}
    ).v1
    texts = connected(told["twilio"]["setup"]["python"])

    def sell() -> dict[str, str]:
        hook = payments.webhook_endpoints.create(
            {"url": receiver.url, "enabled_events": ["payment_intent.succeeded"]}
        )
        domain = resend.Domains.create({"name": "acme.com"})
        resend.Domains.verify(domain["id"])
        letters = resend.Webhooks.create({"endpoint": receiver.url, "events": ["email.delivered"]})
        texts.incoming_phone_numbers.create(phone_number=SENDER)
        paid = payments.payment_intents.create(
            {
                "amount": 2000,
                "currency": "usd",
                "payment_method": "pm_card_visa",
                "confirm": True,
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            }
        )
        assert paid.status == "succeeded"
        assert len(payments.subscriptions.list({"status": "all"}).data) >= 4
        return {"stripe": str(hook.secret), "resend": letters["signing_secret"]}

    def thank() -> None:
        resend.Emails.send(
            {"from": "shop@acme.com", "to": ALICE, "subject": "Thanks", "text": "It's paid."}
        )
        texts.messages.create(
            from_=SENDER, to=PHONE, body="It's paid.", status_callback=receiver.url
        )

    async def connect(token: str | None) -> MirraClient:
        return MirraClient(local.url, local.token)

    async with Client(build_server(connect, Settings())) as client:
        agent = Agent(client)
        secrets = await anyio.to_thread.run_sync(sell)
        await agent.call("mirra_session_clock", session="ci-run-42", advance="1 hour")
        await anyio.to_thread.run_sync(thank)
        await agent.call("mirra_session_clock", session="ci-run-42", advance="1 minute")
        state = await agent.call("mirra_session_state", session="ci-run-42")
        assert [each["mirror"] for each in state["mirrors"]] == ["stripe", "resend", "twilio"]
        hooks = await agent.call("mirra_session_webhooks", session="ci-run-42", limit=100)
    texts.http_client.session.close()

    came: dict[str, list[str]] = {}
    for each in drained(receiver):
        if signature := each.headers.get("stripe-signature"):
            event = stripe.Webhook.construct_event(each.body, signature, secrets["stripe"])
            came.setdefault("stripe", []).append(event.type)
        elif "svix-signature" in each.headers:
            Webhook(secrets["resend"]).verify(each.body, each.headers)
            came.setdefault("resend", []).append(each.json["type"])
        else:
            validator = RequestValidator(env["TWILIO_AUTH_TOKEN"])
            signature = each.headers["x-twilio-signature"]
            assert validator.validate(each.url, each.form, signature)
            came.setdefault("twilio", []).append(each.form["MessageStatus"])
    assert came["stripe"] == ["payment_intent.succeeded"]
    assert came["resend"] == ["email.delivered"]
    assert came["twilio"][-1] == "delivered"
    assert {each["mirror"] for each in hooks["webhooks"]} == {"stripe", "resend", "twilio"}
