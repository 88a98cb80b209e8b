"""Whole calls and chats over MCP, by simulated people and the clock, graded by shipped scenarios.

The application is Starlette's with the official SDK, unmodified; its validator checks signatures.

Source: https://www.twilio.com/docs/voice/twiml
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from mcp import Client as McpClient
from twilio.rest import Client

from mirra_mcp.client.client import MirraClient
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.server.app import build_server
from mirra_mcp.settings import Settings
from tests.local.mirrors.twilio.client import Mirror
from tests.local.mirrors.twilio.voice.lines.express_line import (
    HAS_SDKS,
    ExpressLine,
    serving_express,
)
from tests.local.mirrors.twilio.voice.lines.line import Line, serving_line
from tests.local.mirrors.twilio.voice.sockets import serving_agent
from tests.local.mirrors.twilio.voice.test_relays import repeats
from tests.standing.project import ROOT

pytestmark = pytest.mark.anyio
SCENARIOS = ROOT / "scenarios"
NUMBER, AGENT, BOSS = "+14155550100", "+14155550199", "+14155550188"
CUSTOMER = "+15555550123"
VOICE_AGENT = """
# A voice agent

## Prompt
Let a voice agent take calls to +14155550100, and hand over who asks for a person.

## Success Criteria
- check: Exactly 1 call was received
- check: The call's `words_said` contains `A person`
- check: The call's `words_heard` contains `One moment.`
- check: The relay session's `prompts` is 2
- check: The relay session's status is `ended`
- check: No errors were logged

## Config
mirrors: twilio
fixture: ivr
"""


@dataclass
class Desk:
    """An agent's connection, the run that it plays, and the application."""

    mcp: McpClient
    run: str
    session: str
    sdk: Client
    line: Line | ExpressLine

    async def call(self, tool: str, **arguments: Any) -> Any:
        answer = await self.mcp.call_tool(tool, arguments)
        assert not answer.is_error, answer.content
        return answer.structured_content

    async def simulate(self, event: str, **params: Any) -> Any:
        """Let somebody do something."""
        return await self.call("mirra_session_simulate", event=event, params=params)

    async def advance(self, span: str) -> None:
        """Let time pass."""
        await self.call("mirra_session_clock", advance=span)

    async def failures(self, **arguments: Any) -> list[str]:
        """End the attempt, and return the criteria that it failed."""
        done = await self.call("mirra_run_finish", run=self.run, **arguments)
        return [
            f"{each['label']}: {each['explanation']}"
            for attempt in done["attempts"]
            for each in attempt["criteria"]
            if each["result"] != "pass"
        ]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def express() -> Iterator[ExpressLine]:
    """The application on Express, started when it is first asked for."""
    with serving_express() as line:
        yield line


@pytest.fixture
async def desk(mirra: LocalMirra, request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    """A run of a scenario, and an application on its account."""
    scenario, _, framework = request.param.partition(" on ")
    if "\n" not in scenario:
        scenario = (SCENARIOS / f"{scenario}.md").read_text(encoding="utf-8")

    async def connect(token: str | None) -> MirraClient:
        return MirraClient(mirra.url, token or mirra.token)

    async with McpClient(build_server(connect, Settings())) as mcp:
        begun = await mcp.call_tool(
            "mirra_scenario_run", {"markdown": scenario, "runs": 1, "timeout_seconds": 600}
        )
        assert not begun.is_error, begun.content
        told: Any = begun.structured_content
        env = told["mirrors"][0]["env"]
        sdk = Client(
            env["TWILIO_ACCOUNT_SID"],
            env["TWILIO_AUTH_TOKEN"],
            http_client=Mirror(env["TWILIO_API_URL"]),
        )
        if framework == "express":
            line: ExpressLine = request.getfixturevalue("express")
            line.act("begin", account=sdk.username, token=sdk.password, api=env["TWILIO_API_URL"])
            yield Desk(mcp, told["runId"], told["sessionId"], sdk, line)
            return
        with serving_line(env["TWILIO_AUTH_TOKEN"]) as own:
            own.sdk = sdk
            yield Desk(mcp, told["runId"], told["sessionId"], sdk, own)


def on_both(scenario: str) -> pytest.MarkDecorator:
    """Play a scenario with either SDK."""
    needs_node = pytest.mark.skipif(not HAS_SDKS, reason="NODE_SDKS has no twilio and Express")
    both = [scenario, pytest.param(f"{scenario} on express", marks=needs_node)]
    return pytest.mark.parametrize("desk", both, indirect=True)


@on_both("twilio-phone-line")
async def test_an_ivr_with_a_queue_and_a_mailbox_is_tested_by_a_coding_agent(desk: Desk) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/gather"""
    desk.line.act("answer", url=f"{desk.line.url}/menu")

    async def ring(caller: str, *script: dict[str, Any]) -> str:
        made = await desk.simulate("call.received", **{"from": caller}, script=list(script))
        return str(made["result"]["sid"])

    wrong = await ring("+15555550001", {"digits": "9"}, {"digits": "1"}, {"speech": "1042"})
    await desk.advance("1 minute")
    silent = await ring("+15555550002", {"silence": True}, {"digits": "1"}, {"silence": True})
    await desk.advance("1 minute")
    patient = await ring("+15555550003", {"digits": "2"}, {"after": 5, "speech": "Where is it?"})
    await desk.advance("15s")
    served = desk.line.act("call", to=AGENT, from_=NUMBER, url=f"{desk.line.url}/agent")
    await desk.advance("30s")
    await desk.simulate("call.hung_up", callId=served)
    await desk.advance("10s")
    await ring("+15555550004", {"digits": "3"}, {"speech": "Please call me back about 1042."})
    await desk.advance("2 minutes")
    await ring("+15555550005", {"hangup": True})
    await desk.advance("1 minute")

    assert [form["Digits"] for form in desk.line.of("/chosen")] == ["9", "1", "1", "2", "3"]
    assert [form["SpeechResult"] for form in desk.line.of("/order")] == ["1042"]
    [left] = desk.line.of("/left")
    assert (left["CallSid"], left["QueueResult"]) == (patient, "bridged")
    [text] = desk.line.of("/transcribed")
    assert text["TranscriptionText"] == "Please call me back about 1042."
    state = await desk.call("mirra_session_state", entity="calls")
    calls = {each["sid"]: each["transcript"] for each in state["mirrors"][0]["documents"]["calls"]}
    assert "That is none of the choices." in [each["words"] for each in calls[wrong]]
    assert "We heard nothing. Goodbye." in [each["words"] for each in calls[silent]]
    assert "Where is it?" in [each["words"] for each in calls[served]]
    assert await desk.failures() == []


@on_both("twilio-reminder-calls")
async def test_a_campaign_tells_machines_from_people(desk: Desk) -> None:
    """Source: https://www.twilio.com/docs/voice/answering-machine-detection"""
    ada, bob, eve = "+15555550001", "+15555550002", "+15555550003"
    await desk.simulate("line.answers", phoneNumber=ada, script=[{"digits": "1"}])
    await desk.simulate("line.answers", phoneNumber=bob, how="machine", greetingSeconds=8)
    await desk.simulate("line.answers", phoneNumber=eve, how="no-answer")
    made = [
        desk.line.act(
            "call",
            to=each,
            from_=NUMBER,
            url=f"{desk.line.url}/campaign",
            machineDetection="DetectMessageEnd",
            statusCallback=f"{desk.line.url}/status",
        )
        for each in (ada, bob, eve)
    ]
    await desk.advance("2 minutes")
    found = {form["To"]: form["AnsweredBy"] for form in desk.line.of("/campaign")}
    assert found == {ada: "human", bob: "machine_end_beep"}
    assert [form["To"] for form in desk.line.of("/confirmed")] == [ada]
    ended = {form["To"]: form["CallStatus"] for form in desk.line.of("/status")}
    assert ended == {ada: "completed", bob: "completed", eve: "no-answer"}
    assert desk.line.act("answeredBy", sid=made[1]) == "machine_end_beep"
    assert await desk.failures() == []


@on_both("twilio-conference")
async def test_a_supervisor_joins_a_conference(desk: Desk) -> None:
    """Source: https://www.twilio.com/docs/voice/api/conference-participant-resource"""
    desk.line.act("answer", url=f"{desk.line.url}/room")
    customer = str((await desk.simulate("call.received"))["result"]["sid"])
    await desk.advance("1s")
    ours = {"to": AGENT, "from_": NUMBER, "label": "agent", "endConferenceOnExit": True}
    agent = desk.line.act("join", **ours)
    await desk.advance("5s")
    hers = {"to": BOSS, "from_": NUMBER, "label": "boss", "coaching": True}
    boss = desk.line.act("join", **hers, callSidToCoach=agent)
    await desk.advance("5s")
    await desk.simulate("call.spoke", callId=boss, speech="Offer a refund")
    await desk.simulate("call.spoke", callId=agent, speech="I can refund your order")
    await desk.simulate("call.hung_up", callId=agent)
    await desk.advance("5s")
    state = await desk.call("mirra_session_state", entity="calls")
    heard = {each["sid"]: [line["words"] for line in each["transcript"]]
             for each in state["mirrors"][0]["documents"]["calls"]}  # fmt: skip
    assert "Offer a refund" in heard[agent]
    assert "Offer a refund" not in heard[customer]
    assert "I can refund your order" in heard[customer]
    events = [form["StatusCallbackEvent"] for form in desk.line.of("/conference")]
    assert sorted(events) == sorted(
        ["participant-join"] * 3 + ["participant-leave"] * 3
        + ["conference-start", "conference-end"]
    )  # fmt: skip
    assert await desk.failures() == []


@pytest.mark.parametrize("desk", ["twilio-support-chat"], indirect=True)
async def test_cards_are_redacted_in_a_chat_between_web_and_texts(desk: Desk) -> None:
    """Source: https://www.twilio.com/docs/conversations/conversations-webhooks"""
    chats = desk.sdk.conversations.v1
    [thread] = chats.conversations.list()
    chats.configuration.webhooks().update(
        pre_webhook_url=f"{desk.line.url}/before", filters=["onMessageAdd"]
    )
    thread.webhooks.create(
        "webhook",
        configuration_url=f"{desk.line.url}/after",
        configuration_filters=["onMessageAdded"],
    )
    texted = {"from": CUSTOMER, "body": "My card is 4242424242424242"}
    await desk.simulate("message.received", **texted)
    await desk.advance("5s")
    for words in ("Refunded to 4242424242424242", "Goodbye"):
        await desk.simulate("conversation.message_sent", identity="agent", body=words)
        await desk.advance("5s")
    assert [form["Body"] for form in desk.line.of("/after")] == [
        "My card is [card number removed]", "Refunded to [card number removed]", "Goodbye",
    ]  # fmt: skip
    [last] = desk.line.of("/after")[2:]
    chats.conversations(last["ConversationSid"]).update(state="closed")
    assert await desk.failures() == []


@pytest.mark.parametrize("desk", [VOICE_AGENT], indirect=True)
async def test_a_voice_agent_is_tested_by_a_coding_agent(desk: Desk) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/connect/conversationrelay"""
    assert isinstance(desk.line, Line)
    [number] = desk.sdk.incoming_phone_numbers.list()
    number.update(voice_url=f"{desk.line.url}/agent-talks")
    with serving_agent() as agent:
        agent.token, agent.answer = desk.line.token, repeats
        desk.line.socket = f"{agent.url}/media"
        await desk.simulate("call.received", **{"from": "+15558675310"})
        await desk.advance("1ms")
        await desk.simulate("call.spoke", speech="My order is late")
        await desk.advance("10s")
        await desk.simulate("call.spoke", speech="A person, please")
        await desk.advance("10s")
        assert await desk.failures() == []
    [told] = desk.line.of("/talked")
    assert (told["SessionStatus"], told["HandoffData"]) == ("ended", '{"reason": "asked"}')
