"""What apps written against the vendors' SDKs make of a world that fails on purpose."""

from collections.abc import Iterator
from typing import Any

import anyio
import httpx
import pytest
import stripe

from mirra_mcp.client.client import MirraClient
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings
from mirra_mcp.wire.faults import AddFault
from mirra_mcp.wire.sessions import CreateSession, MirrorInfo
from tests.server.conftest import Agent


class World:
    """A session of all vendors, and the rules by which it fails."""

    def __init__(self, local: LocalMirra) -> None:
        self._local = local
        session = self.ask("create_session", CreateSession(mirrors=["stripe", "resend", "twilio"]))
        self.id = session.session_id
        self.mirrors: dict[str, MirrorInfo] = {each.vendor: each for each in session.mirrors}

    def ask(self, method: str, *given: Any) -> Any:
        async def call() -> Any:
            async with MirraClient(self._local.url, self._local.token) as mirra:
                return await getattr(mirra, method)(*given)

        return anyio.run(call)

    def fail(self, rule: str) -> None:
        self.ask("add_fault", self.id, AddFault(rule=rule))

    def struck(self) -> list[int]:
        return [rule.struck for rule in self.ask("faults", self.id).faults]

    def stripe(self, retries: int) -> stripe.StripeClient:
        found = self.mirrors["stripe"]
        return stripe.StripeClient(
            found.env["STRIPE_SECRET_KEY"],
            base_addresses={"api": found.url},
            max_network_retries=retries,
        )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with LocalMirra(Settings(data_dir=tmp_path_factory.mktemp("data"))) as local:
        yield World(local)


@pytest.fixture(autouse=True)
def calm(world: World) -> Iterator[None]:
    yield
    world.ask("remove_faults", world.id)


CHARGE: Any = {"amount": 500, "currency": "usd", "source": "tok_visa"}


def described(text: str) -> Any:
    return {**CHARGE, "description": text}


def charges(world: World, description: str) -> int:
    found = world.stripe(0).v1.charges.list({"limit": 100}).data
    return len([each for each in found if each.description == description])


def test_an_app_with_idempotency_keys_charges_once_when_the_answer_is_lost(world: World) -> None:
    """The SDK repeats a call that broke off, under the same key. Source:
    https://docs.stripe.com/api/idempotent_requests
    """
    world.fail("stripe POST /v1/charges: disconnect after")
    charge = world.stripe(retries=2).v1.charges.create(described("with keys"))
    assert charge.status == "succeeded"
    assert charges(world, "with keys") == 1
    assert world.struck() == [1]


def test_an_app_without_them_charges_twice(world: World) -> None:
    world.fail("stripe POST /v1/charges: disconnect after")
    careless = world.stripe(retries=0)
    for _ in range(2):
        try:
            careless.v1.charges.create(described("without keys"))
        except stripe.APIConnectionError:
            continue
    assert charges(world, "without keys") == 2


def test_a_call_that_never_arrived_is_repeated_without_harm(world: World) -> None:
    world.fail("stripe POST /v1/charges: disconnect before, twice")
    world.stripe(retries=2).v1.charges.create(described("before"))
    assert charges(world, "before") == 1


@pytest.mark.parametrize("error", ["rate_limit", "lock_timeout"])
def test_stripes_429s_are_its_own(world: World, error: str) -> None:
    world.fail(f"stripe POST /v1/charges: {error}")
    with pytest.raises(stripe.RateLimitError) as caught:
        world.stripe(0).v1.charges.create(CHARGE)
    assert caught.value.error is not None
    assert (caught.value.http_status, caught.value.error.code) == (429, error)


@pytest.mark.parametrize(("error", "status"), [("api_error", 500), ("unavailable", 503)])
def test_stripes_server_errors_are_repeated_by_the_sdk(
    world: World, error: str, status: int
) -> None:
    world.fail(f"stripe POST /v1/charges: {error}, twice")
    with pytest.raises(stripe.APIError) as caught:
        world.stripe(0).v1.charges.create(CHARGE)
    assert caught.value.http_status == status
    world.stripe(1).v1.charges.create(CHARGE)


def test_a_card_is_declined_as_the_bank_would(world: World) -> None:
    world.fail("stripe POST /v1/payment_intents: insufficient_funds, skip 1")
    wanted: Any = {
        "amount": 700,
        "currency": "usd",
        "payment_method": "pm_card_visa",
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        "confirm": True,
    }
    client = world.stripe(0).v1
    assert client.payment_intents.create(wanted).status == "succeeded"
    with pytest.raises(stripe.CardError) as caught:
        client.payment_intents.create(wanted)
    assert caught.value.error is not None
    assert caught.value.error.decline_code == "insufficient_funds"
    intent = caught.value.error.payment_intent
    assert intent is not None
    kept = client.payment_intents.retrieve(intent.id)
    assert kept.status == "requires_payment_method"
    assert client.payment_intents.create(wanted).status == "succeeded"


def test_resend_answers_its_own_errors(world: World) -> None:
    found = world.mirrors["resend"]
    world.fail("resend POST /emails: rate_limit")
    world.fail("resend POST /emails: daily_quota, skip 1")
    world.fail("resend POST /emails: api_error, skip 2")
    mail = {"from": "a@resend.dev", "to": ["b@example.com"], "subject": "x", "text": "x"}
    headers = {"authorization": f"Bearer {found.env['RESEND_API_KEY']}"}
    answers = [
        httpx.post(f"{found.url}/emails", json=mail, headers=headers, verify=False)
        for _ in range(3)
    ]
    assert [(each.status_code, each.json()["name"]) for each in answers] == [
        (429, "rate_limit_exceeded"),
        (429, "daily_quota_exceeded"),
        (500, "application_error"),
    ]
    assert answers[0].headers["retry-after"] == "1"


def test_twilio_answers_its_own_errors(world: World) -> None:
    env = world.mirrors["twilio"].env
    world.fail("twilio GET /2010-04-01/Accounts/{sid}.json: rate_limit")
    answer = httpx.get(
        f"{world.mirrors['twilio'].url}/2010-04-01/Accounts/{env['TWILIO_ACCOUNT_SID']}.json",
        auth=(env["TWILIO_ACCOUNT_SID"], env["TWILIO_AUTH_TOKEN"]),
        verify=False,
    )
    assert (answer.status_code, answer.json()["code"]) == (429, 20429)


@pytest.mark.anyio
async def test_an_agent_finds_out_what_a_lost_answer_does(agent: Agent) -> None:
    """Rules over MCP: added, met, told of, removed."""
    await agent.call("mirra_session_start", mirrors=["stripe"])
    rule = await agent.call(
        "mirra_session_simulate",
        event="fault.add",
        params={"rule": "POST /v1/charges: disconnect after, once"},
    )
    assert rule["result"]["faultId"] == "flt_1"
    charge = {"method": "POST", "path": "/v1/charges", "body": CHARGE}
    told = (await agent.refusal("mirra_session_request", **charge))["message"]
    assert "the fault rule flt_1 struck" in told
    assert "What the request did was kept." in told
    await agent.call("mirra_session_request", **charge)
    state = await agent.call("mirra_session_state")
    assert state["mirrors"][0]["counts"]["charges"] == 2
    listed = await agent.call("mirra_session_simulate", event="fault.list")
    assert [each["struck"] for each in listed["result"]["faults"]] == [1]
    limited = {"rule": "POST /v1/charges: rate_limit"}
    await agent.call("mirra_session_simulate", event="fault.add", params=limited)
    answer = await agent.call("mirra_session_request", **charge)
    assert (answer["status"], answer["note"]) == (429, "The fault rule flt_2 struck this request.")
    gone = await agent.call("mirra_session_simulate", event="fault.remove")
    assert gone["result"]["removed"] == ["flt_1", "flt_2"]
    wrong = await agent.refusal(
        "mirra_session_simulate", event="fault.add", params={"rul": "any call: latency"}
    )
    assert "Did you mean 'rule'" in wrong["message"]
