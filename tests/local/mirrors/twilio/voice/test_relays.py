"""A call is talked with by text, over a WebSocket of the application's.

Source: https://www.twilio.com/docs/voice/conversationrelay/websocket-messages
"""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.websockets import WebSocket
from twilio.twiml.voice_response import Connect, VoiceResponse

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.twilio.client import Account
from tests.local.mirrors.twilio.messaging.texts import buy
from tests.local.mirrors.twilio.voice.phone import ALICE, OURS, answers, asked, call, heard
from tests.local.mirrors.twilio.voice.sockets import Agent, serving_agent
from tests.local.receiver import Receiver

GREETING = "Hello! How can I help you today?"


@pytest.fixture(scope="module")
def served() -> Iterator[Agent]:
    with serving_agent() as agent:
        yield agent


@pytest.fixture
def agent(served: Agent, account: Account) -> Iterator[Agent]:
    """The application, which repeats what it hears."""
    served.token, served.answer, served.refuses = account.token, repeats, False
    buy(account)
    yield served
    account.end()
    served.closed.queue.clear()
    served.came.queue.clear()


async def repeats(socket: WebSocket, message: Doc) -> None:
    """Say again what was said, word by word; hand over who asks for a person."""
    if message["type"] == "prompt" and message["last"]:
        words = message["voicePrompt"]
        if "person" in words:
            await socket.send_json({"type": "text", "token": "One moment.", "last": True})
            await socket.send_json({"type": "end", "handoffData": '{"reason": "asked"}'})
            return
        for token in ("You said ", words):
            await socket.send_json({"type": "text", "token": token, "last": token == words})


def relayed(agent: Agent, action: str | None = None, **attributes: Any) -> str:
    """Let the application talk with the call, and say goodbye afterwards."""
    answer, connect = VoiceResponse(), Connect(**({"action": action} if action else {}))
    attributes.setdefault("welcome_greeting", GREETING)
    relay = connect.conversation_relay(url=f"{agent.url}/media", **attributes)
    relay.parameter(name="plan", value="gold")
    relay.language(code="sv-SE", tts_provider="amazon")
    answer.append(connect)
    answer.say("Goodbye")
    return str(answer)


def test_an_agent_talks_with_a_caller(account: Account, agent: Agent, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/connect/conversationrelay"""
    answers(receiver, "<Response><Say>A person comes</Say></Response>")
    made = call(account, twiml=relayed(agent, receiver.url, language="sv-SE"))
    account.advance("5s")
    account.simulate("call.spoke", speech="Hej")
    account.advance("1s")
    account.simulate("call.spoke", speech="A person, please")
    account.advance("5s")
    setup = agent.next()
    sid = setup["sessionId"]
    assert setup == {
        "type": "setup",
        "sessionId": sid,
        "accountSid": account.sid,
        "parentCallSid": "",
        "callSid": made.sid,
        "from": OURS,
        "to": ALICE,
        "forwardedFrom": "",
        "callType": "PSTN",
        "callerName": "",
        "direction": "outbound-api",
        "callStatus": "IN-PROGRESS",
        "customParameters": {"plan": "gold"},
    }
    assert agent.next() == {
        "type": "prompt", "voicePrompt": "Hej", "lang": "sv-SE", "last": True,
    }  # fmt: skip
    assert agent.next()["voicePrompt"] == "A person, please"
    assert agent.closed.get(timeout=5) == 1000
    told = asked(account, receiver)
    assert (told["SessionId"], told["SessionStatus"], told["CallStatus"]) == (
        sid, "ended", "in-progress",
    )  # fmt: skip
    assert (told["SessionDuration"], told["HandoffData"]) == ("4", '{"reason": "asked"}')
    assert [each[1:] for each in heard(account)][1:] == [
        ("connected", f"{agent.url}/media"),
        ("said", GREETING),
        ("said", "Hej"),
        ("said", "You said Hej"),
        ("said", "A person, please"),
        ("said", "One moment."),
        ("said", "A person comes"),
        ("ended", "completed"),
    ]


@pytest.mark.parametrize(
    ("attributes", "cuts", "hears"),
    [
        ({}, True, True),
        ({"welcome_greeting_interruptible": "speech"}, True, True),
        ({"welcome_greeting_interruptible": "none"}, False, False),
        ({"welcome_greeting_interruptible": "dtmf"}, False, False),
        (
            {
                "welcome_greeting_interruptible": "none",
                "report_input_during_agent_speech": "speech",
            },
            False,
            True,
        ),
    ],
)
def test_a_caller_interrupts_where_they_may(
    account: Account, agent: Agent, attributes: Doc, cuts: bool, hears: bool
) -> None:
    """Source: https://www.twilio.com/docs/voice/conversationrelay/websocket-messages#interrupt-message"""
    call(account, twiml=relayed(agent, **attributes))
    account.advance("2s")
    account.advance("1s")
    account.simulate("call.spoke", speech="Wait")
    account.advance("9s")
    account.simulate("call.spoke", speech="Done")
    account.advance("1ms")
    came = [agent.next() for _ in range(2 + cuts + hears)][1:]
    told = {
        "type": "interrupt",
        "utteranceUntilInterrupt": GREETING[:15],
        "durationUntilInterruptMs": 1000,
    }
    assert (
        came[:-1]
        == [told] * cuts
        + [{"type": "prompt", "voicePrompt": "Wait", "lang": "en-US", "last": True}] * hears
    )
    assert came[-1]["voicePrompt"] == "Done"
    assert account.state("relay_sessions")[0]["interrupts"] == int(cuts)


@pytest.mark.parametrize("wanted", [True, False])
def test_keys_are_told_if_they_are_wanted(account: Account, agent: Agent, wanted: bool) -> None:
    """Source: https://www.twilio.com/docs/voice/conversationrelay/websocket-messages#dtmf-message"""
    call(account, twiml=relayed(agent, dtmf_detection=wanted, partial_prompts=True))
    account.advance("6s")
    account.simulate("call.pressed", digits="4#")
    account.simulate("call.spoke", speech="That was it")
    account.advance("1ms")
    came = [agent.next() for _ in range(3 + 2 * wanted)][1:]
    keys = [{"type": "dtmf", "digit": "4"}, {"type": "dtmf", "digit": "#"}] if wanted else []
    assert came == [
        *keys,
        {"type": "prompt", "voicePrompt": "That", "lang": "en-US", "last": False},
        {"type": "prompt", "voicePrompt": "That was it", "lang": "en-US", "last": True},
    ]


def test_an_agent_plays_dials_and_changes_its_language(account: Account, agent: Agent) -> None:
    """Source: https://www.twilio.com/docs/voice/conversationrelay/websocket-messages#switch-language-message"""

    async def answer(socket: WebSocket, message: Doc) -> None:
        if message["type"] == "prompt" and message["voicePrompt"] == "Svenska":
            await socket.send_json(
                {"type": "language", "ttsLanguage": "sv-SE", "transcriptionLanguage": "sv-SE"}
            )
            await socket.send_json({"type": "play", "source": "https://example.com/a.mp3"})
            await socket.send_json({"type": "sendDigits", "digits": "9ww1"})
        if message["type"] == "prompt":
            await socket.send_json({"type": "text", "token": "Ja", "last": True})

    agent.answer = answer
    call(account, twiml=relayed(agent))
    account.advance("6s")
    account.simulate("call.spoke", speech="Svenska")
    account.advance("20s")
    account.simulate("call.spoke", speech="Tack")
    account.advance("1ms")
    assert [agent.next("prompt")["lang"] for _ in range(2)] == ["en-US", "sv-SE"]
    assert [each[1:] for each in heard(account)][4:7] == [
        ("played", "https://example.com/a.mp3"),
        ("pressed", "9ww1"),
        ("said", "Ja"),
    ]


@pytest.mark.parametrize(
    "garbage",
    [
        "hello",
        "[]",
        '{"foo": "bar"}',
        '{"type": "text", "token": 7}',
        '{"type": "text", "token": "a", "last": "yes"}',
        '{"type": "sendDigits", "digits": "abc"}',
        '{"type": "end", "handoffData": {}}',
        b"\x00\xff",
    ],
)
def test_what_is_not_understood_is_told(
    account: Account, agent: Agent, garbage: str | bytes
) -> None:
    """Source: https://www.twilio.com/docs/api/errors/64107"""

    async def answer(socket: WebSocket, message: Doc) -> None:
        if message["type"] == "setup":
            if isinstance(garbage, bytes):
                await socket.send_bytes(garbage)
            else:
                await socket.send_text(garbage)
        await repeats(socket, message)

    agent.answer = answer
    call(account, twiml=relayed(agent))
    account.advance("6s")
    account.simulate("call.spoke", speech="Still there?")
    account.advance("1ms")
    told = agent.next("error")
    assert told["description"].startswith("Invalid message received: ")
    if isinstance(garbage, str):
        assert told["description"].endswith(garbage)
    assert ("application", "said", "You said Still there?") in heard(account)
    [noted] = account.state("notifications")
    assert noted["error_code"] == "64107"


async def echoes(socket: WebSocket, message: Doc) -> None:
    await socket.send_json(message)


async def leaves(socket: WebSocket, message: Doc) -> None:
    if message["type"] == "setup":
        await socket.close()


@pytest.mark.parametrize("how", ["echoes", "leaves", "refuses", "nobody"])
def test_a_session_fails_and_the_call_goes_on(
    account: Account, agent: Agent, receiver: Receiver, how: str
) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/connect/conversationrelay#connect-action-url-callback"""
    agent.answer = {"echoes": echoes, "leaves": leaves}.get(how)
    agent.refuses = how == "refuses"
    twiml = relayed(agent, receiver.url)
    if how == "nobody":
        twiml = twiml.replace(agent.url, "ws://127.0.0.1:9")
    answers(receiver, "<Response><Say>Sorry</Say></Response>")
    call(account, twiml=twiml)
    account.advance("3s")
    told = asked(account, receiver)
    assert (told["SessionStatus"], told["ErrorCode"]) == ("failed", "39001")
    assert told["ErrorMessage"] == "Network connection to WebSocket server failed."
    account.advance("9s")
    assert ("application", "said", "Sorry") in heard(account)
    codes = [each["error_code"] for each in account.state("notifications")]
    assert codes.count("39001") == 1
    assert codes.count("64107") == (21 if how == "echoes" else 0)


def test_who_hangs_up_completes_the_session(
    account: Account, agent: Agent, receiver: Receiver
) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/connect/conversationrelay#connect-action-url-callback"""
    call(account, twiml=relayed(agent, receiver.url))
    account.advance("9s")
    account.simulate("call.hung_up")
    account.advance("1ms")
    told = asked(account, receiver)
    assert (told["SessionStatus"], told["CallStatus"]) == ("completed", "completed")
    assert told["SessionDuration"] == "7"
    assert "HandoffData" not in told
    assert agent.closed.get(timeout=5) == 1000


def test_a_script_talks_with_an_agent_by_the_clock_alone(account: Account, agent: Agent) -> None:
    """Ours: who follows a script speaks when the agent has spoken."""
    script = [{"speech": "My order is late"}, {"speech": "Order 7"}, {"hangup": True}]
    account.simulate("line.answers", phoneNumber=ALICE, script=script)
    call(account, twiml=relayed(agent))
    account.advance("1 minute")
    assert [each[:2] + each[2:] for each in heard(account)][2:] == [
        ("application", "said", GREETING),
        ("other side", "said", "My order is late"),
        ("application", "said", "You said My order is late"),
        ("other side", "said", "Order 7"),
        ("application", "said", "You said Order 7"),
        ("other side", "hung up", ""),
        ("application", "ended", "completed"),
    ]
