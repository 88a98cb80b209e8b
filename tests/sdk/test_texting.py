"""Apps that text, unmodified, on mirrors that an agent starts and watches over MCP.

Source: https://www.twilio.com/docs/verify and https://www.twilio.com/docs/messaging
"""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import anyio
import pytest

from tests.local.receiver import Receiver, Reply
from tests.sdk.conftest import drained
from tests.sdk.texting import Shop, TwoFactorLogin, connected
from tests.server.conftest import Agent

pytestmark = pytest.mark.anyio

ALICE = "+15555550123"
IP = "203.0.113.7"
ORDER = ["queued", "sending", "sent", "delivered"]
TOLD = {"message.received", "message.sent", "message.delivered", "message.failed"}


async def step(verb: Any, *args: Any) -> Any:
    """Let an app do something while the mirror answers."""
    return await anyio.to_thread.run_sync(partial(verb, *args))


class Phone:
    """What the agent sees instead of the person's phone."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent

    async def code(self) -> str:
        """Read the code that was sent last."""
        told = await self.agent.call("mirra_session_state", entity="verifications", limit=1)
        code: str = told["mirrors"][0]["documents"]["verifications"][0]["code"]
        return code


@pytest.fixture
async def twilio(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[dict[str, Any], Any]]:
    """A session with a Verify service, and the SDK as the session says to set it up."""
    started = await agent.call(
        "mirra_session_start", mirrors=["twilio"], seeds={"twilio": "verify-flow"}
    )
    mirror = started["mirrors"][0]
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for name, value in mirror["env"].items():
        monkeypatch.setenv(name, value)
    client = connected(mirror["setup"]["python"])
    yield mirror, client
    client.http_client.session.close()


async def test_a_two_factor_login_runs_unmodified(
    agent: Agent, twilio: tuple[dict[str, Any], Any]
) -> None:
    mirror, client = twilio
    phone = Phone(agent)
    login = TwoFactorLogin(client, mirror["env"]["TWILIO_VERIFY_SERVICE_SID"])

    assert await step(login.begin, "5555550123", IP) == "no phone"
    assert await step(login.begin, ALICE, IP) == "pending"
    code = await phone.code()
    assert await step(login.finish, ALICE, "000000") == "wrong"
    assert await step(login.finish, ALICE, code) == "in"
    assert await step(login.finish, ALICE, code) == "start again"

    assert await step(login.begin, ALICE, IP) == "pending"
    late = await phone.code()
    await agent.call("mirra_session_clock", advance="10 minutes")
    assert await step(login.finish, ALICE, late) == "start again"

    assert await step(login.begin, ALICE, IP) == "pending"
    for _ in range(5):
        told = await agent.call("mirra_session_simulate", event="verify.check_failed")
        assert told["webhooks"] == []
    assert await step(login.finish, ALICE, await phone.code()) == "locked"
    await agent.call("mirra_session_simulate", event="verify.expired", params={"to": ALICE})

    sent = [await step(login.begin, ALICE, "198.51.100.1") for _ in range(6)]
    assert sent == ["pending"] * 5 + ["try later"]
    others = [await step(login.begin, f"+155555501{number}", IP) for number in range(24, 32)]
    assert others == ["pending"] * 7 + ["slow down"]

    log = await agent.call("mirra_events_read", types=["state.changed"], limit=100)
    statuses = [
        each["data"]["after"]["status"]
        for each in log["events"]
        if each["data"]["entity"] == "verification" and "status" in (each["data"]["after"] or {})
    ]
    assert {"pending", "approved", "expired", "max_attempts_reached"} <= set(statuses)


async def test_order_notifications_stop_when_the_customer_says_so(
    agent: Agent, receiver: Receiver, twilio: tuple[dict[str, Any], Any]
) -> None:
    mirror, client = twilio
    shop = Shop(client, mirror["env"]["TWILIO_AUTH_TOKEN"], receiver.url)
    number = await step(shop.open)

    async def later() -> None:
        """Let time pass, and let the shop take in what Twilio says."""
        await agent.call("mirra_session_clock", advance="1 minute")
        for each in drained(receiver):
            shop.handle(each)

    async def text(body: str) -> dict[str, Any]:
        """Let the customer text the shop."""
        return await agent.call(
            "mirra_session_simulate",
            event="message.received",
            params={"from": ALICE, "to": number, "body": body},
        )

    first = await step(shop.notify, number, ALICE, "A-1")
    await later()
    assert shop.statuses[first][-1] == "delivered"
    assert shop.statuses[first] == sorted(set(shop.statuses[first]), key=ORDER.index)

    receiver.answers.append(Reply(shop.answer()))
    await text("Where is it?")
    await later()
    assert shop.texts == [(ALICE, "Where is it?")]
    bodies = [each.body for each in await step(client.messages.list)]
    assert bodies[0] == "It comes on Friday."

    await text("STOP")
    await later()
    assert await step(shop.notify, number, ALICE, "A-2") == "unsubscribed"
    assert (await step(shop.notify, number, "+14155550124", "B-1")).startswith("SM")

    await text("START")
    await later()
    again = await step(shop.notify, number, ALICE, "A-3")
    await agent.call(
        "mirra_session_simulate",
        event="message.failed",
        params={"messageId": again, "errorCode": 30003},
    )
    await later()
    assert shop.statuses[again][-1] == "failed"
    failed = await step(client.messages(again).fetch)
    assert (failed.status, failed.error_code) == ("failed", 30003)

    waiting = await agent.call("mirra_session_webhooks", limit=100)
    wanted = [each for each in waiting["webhooks"] if each["status"] != "unsubscribed"]
    assert {each["status"] for each in wanted} == {"delivered"}
    assert {each["type"] for each in wanted} == TOLD


async def test_an_agent_verifies_somebody_by_hand(
    agent: Agent, twilio: tuple[dict[str, Any], Any]
) -> None:
    """No SDK: the tool signs in, and writes lists as Twilio's forms do."""
    mirror, _ = twilio
    path = f"/v2/Services/{mirror['env']['TWILIO_VERIFY_SERVICE_SID']}"

    async def post(path: str, **body: Any) -> dict[str, Any]:
        answer = await agent.call("mirra_session_request", method="POST", path=path, body=body)
        assert answer["status"] in (200, 201), answer
        told: dict[str, Any] = answer["body"]
        return told

    await post(f"{path}/Verifications", To=ALICE, Channel="sms")
    told = await agent.call("mirra_session_state", entity="verifications", where={"to": ALICE})
    code = told["mirrors"][0]["documents"]["verifications"][0]["code"]
    checked = await post(f"{path}/VerificationCheck", To=ALICE, Code=code)
    assert (checked["status"], checked["valid"]) == ("approved", True)

    account = f"/2010-04-01/Accounts/{mirror['env']['TWILIO_ACCOUNT_SID']}"
    await post(f"{account}/IncomingPhoneNumbers.json", PhoneNumber="+15017122661")
    pictures = ["https://example.com/a.png", "https://example.com/b.png"]
    sent = await post(
        f"{account}/Messages.json", From="+15017122661", To=ALICE, Body="Hi", MediaUrl=pictures
    )
    assert sent["num_media"] == "2"
