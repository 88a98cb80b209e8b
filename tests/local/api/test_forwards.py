"""Webhooks that go to an app from the session's start: our own extension."""

from collections.abc import Iterator
from typing import Any

import anyio
import httpx
import pytest
import stripe
from svix.webhooks import Webhook
from twilio.request_validator import RequestValidator

from mirra_mcp.client.client import MirraClient
from mirra_mcp.client.errors import MirraError
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings
from mirra_mcp.wire.sessions import CreateSession, Session
from tests.local.receiver import Receiver

SEEDS = {"twilio": "verified-numbers"}


@pytest.fixture(scope="module")
def mirra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalMirra]:
    with LocalMirra(Settings(data_dir=tmp_path_factory.mktemp("mirra"))) as local:
        yield local


def start(mirra: LocalMirra, **wanted: Any) -> Session:
    async def ask() -> Session:
        async with MirraClient(mirra.url, mirra.token) as client:
            return await client.create_session(CreateSession(**wanted))

    return anyio.run(ask)


def env(session: Session) -> dict[str, str]:
    return {name: value for each in session.mirrors for name, value in each.env.items()}


def simulate(session: Session, vendor: str, event: str, **params: Any) -> None:
    url = next(each.url for each in session.mirrors if each.vendor == vendor)
    answer = httpx.post(f"{url}/_mirra/simulate", json={"event": event, **params})
    assert answer.status_code == 200, answer.text


def pay(session: Session) -> None:
    client = stripe.StripeClient(
        env(session)["STRIPE_SECRET_KEY"],
        base_addresses={"api": env(session)["STRIPE_API_BASE"]},
    )
    client.v1.customers.create({"email": "ann@example.com"})


def test_each_vendors_webhooks_verify_with_the_secret_that_the_session_tells(
    mirra: LocalMirra, receiver: Receiver
) -> None:
    urls = {vendor: f"{receiver.url}/{vendor}" for vendor in ("stripe", "resend", "twilio")}
    session = start(mirra, mirrors=list(urls), seeds=SEEDS, webhooks=urls)
    told = env(session)

    pay(session)
    came = receiver.next()
    signature = came.headers["stripe-signature"]
    event = stripe.Webhook.construct_event(came.body, signature, told["STRIPE_WEBHOOK_SECRET"])
    assert event.type == "customer.created"

    simulate(session, "resend", "email.received")
    came = receiver.next()
    Webhook(told["RESEND_WEBHOOK_SECRET"]).verify(came.body, came.headers)  # raises otherwise

    simulate(
        session, "twilio", "message.received",
        **{"from": "+14155550177", "to": told["TWILIO_PHONE_NUMBER"], "body": "Hi"},
    )  # fmt: skip
    came = receiver.next()
    validator = RequestValidator(told["TWILIO_AUTH_TOKEN"])
    assert validator.validate(urls["twilio"], came.form, came.headers["x-twilio-signature"])


def test_a_reset_registers_the_address_again(mirra: LocalMirra, receiver: Receiver) -> None:
    session = start(mirra, mirrors=["stripe"], webhooks={"stripe": receiver.url})
    reset = httpx.post(f"{session.mirrors[0].url}/_mirra/state/reset")
    assert reset.json()["counts"]["webhook_endpoints"] == 1
    pay(session)
    assert receiver.next().json["type"] == "customer.created"


def test_the_first_endpoint_that_code_registers_signs_with_the_told_secret_too(
    mirra: LocalMirra,
) -> None:
    session = start(mirra, mirrors=["stripe"])
    told = env(session)
    client = stripe.StripeClient(
        told["STRIPE_SECRET_KEY"], base_addresses={"api": told["STRIPE_API_BASE"]}
    )
    secrets = [
        client.v1.webhook_endpoints.create(
            {"url": f"http://127.0.0.1:9/{number}", "enabled_events": ["*"]}
        ).secret
        for number in range(2)
    ]
    assert secrets[0] == told["STRIPE_WEBHOOK_SECRET"] != secrets[1]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"mirrors": ["stripe"], "webhooks": {"resend": "http://127.0.0.1:9"}}, "not among"),
        ({"mirrors": ["stripe"], "webhooks": {"strip": "http://127.0.0.1:9"}}, "Did you mean"),
        ({"mirrors": ["stripe"], "webhooks": {"stripe": "here"}}, "it is no http or https URL"),
        ({"mirrors": ["twilio"], "webhooks": {"twilio": "http://127.0.0.1:9"}}, "'empty'"),
    ],
)
def test_an_address_that_cant_be_told_anything_is_refused(
    mirra: LocalMirra, wanted: dict[str, Any], said: str
) -> None:
    with pytest.raises(MirraError) as refused:
        start(mirra, **wanted)
    assert said in f"{refused.value.message} {refused.value.hint}"
    assert refused.value.status == 400
