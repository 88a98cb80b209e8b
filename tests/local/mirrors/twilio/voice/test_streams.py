"""The sound of a call goes to an application's WebSocket, and comes back from there.

Source: https://www.twilio.com/docs/voice/media-streams
"""

import base64
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from starlette.websockets import WebSocket
from twilio.twiml.voice_response import Connect, Start, Stop, VoiceResponse

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.twilio.client import Account
from tests.local.mirrors.twilio.messaging.texts import buy
from tests.local.mirrors.twilio.voice.phone import asked, call, heard
from tests.local.mirrors.twilio.voice.sockets import Agent, serving_agent
from tests.local.receiver import Receiver

SECOND = base64.b64encode(b"\x7f" * 8000).decode()


@pytest.fixture(scope="module")
def served() -> Iterator[Agent]:
    with serving_agent() as agent:
        yield agent


@pytest.fixture
def agent(served: Agent, account: Account) -> Iterator[Agent]:
    """The application, as yet silent."""
    served.token, served.answer, served.refuses = account.token, None, False
    served.queries.clear()
    buy(account)
    yield served
    account.end()
    served.closed.queue.clear()
    served.came.queue.clear()


def document(agent: Agent, receiver: Receiver | None = None, **attributes: Any) -> VoiceResponse:
    """Let the call be heard beside what it does."""
    answer, start = VoiceResponse(), Start()
    if receiver is not None:
        attributes["status_callback"] = receiver.url
    stream = start.stream(url=f"{agent.url}/media?lost=yes", **attributes)
    stream.parameter(name="who", value="Ada")
    answer.append(start)
    return answer


def connected(agent: Agent, receiver: Receiver | None = None, **attributes: Any) -> VoiceResponse:
    """Hand the call to the application, and say goodbye afterwards."""
    answer, connect = VoiceResponse(), Connect(**attributes)
    told = {"status_callback": receiver.url} if receiver is not None else {}
    connect.stream(url=f"{agent.url}/media", **told)
    answer.append(connect)
    answer.say("Goodbye")
    return answer


def saying(*frames: Doc) -> Callable[[WebSocket, Doc], Any]:
    """Answer the first audio with some frames."""

    async def answer(socket: WebSocket, message: Doc) -> None:
        if message["event"] == "media" and message["media"]["chunk"] == "1":
            for frame in frames:
                await socket.send_json({"streamSid": message["streamSid"], **frame})

    return answer


def test_a_call_is_heard(account: Account, agent: Agent, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages"""
    answer = document(agent, receiver, name="ears", track="both_tracks")
    answer.say("How can I help?")
    answer.append(stop := Stop())
    stop.stream(name="ears")
    answer.pause(length=60)
    made = call(account, twiml=str(answer))
    account.advance("2s")
    account.simulate("call.spoke", speech="A refund")
    account.advance("5s")
    assert agent.next() == {"event": "connected", "protocol": "Call", "version": "1.0.0"}
    start = agent.next()
    sid = start["streamSid"]
    assert start == {
        "event": "start",
        "sequenceNumber": "1",
        "start": {
            "accountSid": account.sid,
            "streamSid": sid,
            "callSid": made.sid,
            "tracks": ["inbound", "outbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {"who": "Ada"},
        },
        "streamSid": sid,
    }
    *media, last = agent.until("stop")
    told = [asked(account, receiver) for _ in range(2)]
    numbers = [each["sequenceNumber"] for each in media]
    assert numbers == [str(at) for at in range(2, 2 + len(media))]
    sides = {each["media"]["track"] for each in media}
    assert sides == {"inbound", "outbound"}
    inbound = [each["media"] for each in media if each["media"]["track"] == "inbound"]
    assert [each["chunk"] for each in inbound] == [str(at + 1) for at in range(len(inbound))]
    gaps = {int(b["timestamp"]) - int(a["timestamp"]) for a, b in pairwise(inbound)}
    assert gaps == {20}
    sounds = [base64.b64decode(each["payload"]) for each in inbound]
    assert {len(each) for each in sounds} == {160}
    assert sounds[0] != sounds[-1] == b"\xff" * 160
    assert last == {
        "event": "stop",
        "sequenceNumber": str(len(media) + 2),
        "stop": {"accountSid": account.sid, "callSid": made.sid},
        "streamSid": sid,
    }
    assert [each["StreamEvent"] for each in told] == ["stream-started", "stream-stopped"]
    assert (told[0]["StreamSid"], told[0]["StreamName"]) == (sid, "ears")
    assert agent.closed.get(timeout=5) == 1000
    assert agent.agents[-1] == "TwilioProxy/1.1"
    assert agent.queries == [""]


def test_an_application_speaks_over_a_stream(
    account: Account, agent: Agent, receiver: Receiver
) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/stream#bi-directional-media-streams"""
    agent.answer = saying(
        {"event": "media", "media": {"payload": SECOND}},
        {"event": "mark", "mark": {"name": "half"}},
        {"event": "media", "media": {"payload": SECOND}},
        {"event": "mark", "mark": {"name": "all"}},
    )
    call(account, twiml=str(connected(agent, receiver)))
    account.advance("2s")
    account.simulate("call.spoke", speech="Hello")
    account.advance("900ms")
    assert agent.until("media")[1]["start"]["tracks"] == ["inbound"]
    account.advance("200ms")
    account.simulate("call.pressed", digits="7#")
    account.advance("1s")
    marks = [agent.next("mark", "dtmf") for _ in range(4)]
    sid = marks[0]["streamSid"]
    numbers = [marks[0]["sequenceNumber"], marks[3]["sequenceNumber"]]
    assert marks == [
        {"event": "mark", "sequenceNumber": numbers[0], "streamSid": sid, "mark": {"name": "half"}},
        *(
            {
                "event": "dtmf",
                "streamSid": sid,
                "sequenceNumber": str(int(numbers[0]) + at),
                "dtmf": {"track": "inbound_track", "digit": key},
            }
            for at, key in ((1, "7"), (2, "#"))
        ),
        {"event": "mark", "sequenceNumber": numbers[1], "streamSid": sid, "mark": {"name": "all"}},
    ]
    account.simulate("call.hung_up")
    account.advance("1ms")
    assert ("application", "played", "2 s of audio") in heard(account)
    assert account.state("streams")[0]["seconds_played"] == 2
    told = [asked(account, receiver)["StreamEvent"] for _ in range(2)]
    assert told == ["stream-started", "stream-stopped"]
    assert agent.closed.get(timeout=5) == 1000


def test_what_was_not_played_is_cleared(account: Account, agent: Agent) -> None:
    """Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages#send-a-clear-message"""

    async def answer(socket: WebSocket, message: Doc) -> None:
        sid = message.get("streamSid")
        if message["event"] == "start":
            for name in ("one", "two"):
                media = {"payload": SECOND}
                await socket.send_json({"event": "media", "streamSid": sid, "media": media})
                mark = {"name": name}
                await socket.send_json({"event": "mark", "streamSid": sid, "mark": mark})
        elif message["event"] == "dtmf":
            await socket.send_json({"event": "clear", "streamSid": sid})

    agent.answer = answer
    call(account, twiml=str(connected(agent)))
    account.advance("2s")
    account.advance("1500ms")
    account.simulate("call.pressed", digits="1")
    account.advance("10s")
    assert [agent.next("mark")["mark"]["name"] for _ in range(2)] == ["one", "two"]
    assert ("application", "played", "1.5 s of audio, then cut off") in heard(account)
    assert account.state("streams")[0]["seconds_played"] == 1.5


def test_the_call_goes_on_when_the_application_closes(account: Account, agent: Agent) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/connect"""

    async def answer(socket: WebSocket, message: Doc) -> None:
        if message["event"] == "start":
            await socket.close()

    agent.answer = answer
    call(account, twiml=str(connected(agent)))
    account.advance("3s")
    account.advance("10s")
    assert [each[1:] for each in heard(account)] == [
        ("answered", ""),
        ("connected", f"{agent.url}/media"),
        ("said", "Goodbye"),
        ("ended", "completed"),
    ]
    [noted] = account.state("notifications")
    assert (noted["error_code"], noted["log"]) == ("31921", "0")


@pytest.mark.parametrize(
    ("garbage", "code"),
    [
        ("hello", "31951"),
        ('{"event": "media", "streamSid": "SID", "media": {"payload": "~~"}}', "31951"),
        ('{"event": "media", "streamSid": "MZ1", "media": {"payload": ""}}', "31951"),
        ('{"event": "say", "streamSid": "SID"}', "31951"),
        ("[" * 100_000, "31951"),
        (b"\x00\x01", "31951"),
        ("x" * (1024 * 1024 + 1), "31924"),
    ],
)
def test_garbage_is_noted_and_never_played(
    account: Account, agent: Agent, garbage: str | bytes, code: str
) -> None:
    """Source: https://www.twilio.com/docs/api/errors/31951"""

    async def answer(socket: WebSocket, message: Doc) -> None:
        if message["event"] == "start":
            for _ in range(3):
                if isinstance(garbage, bytes):
                    await socket.send_bytes(garbage)
                else:
                    await socket.send_text(garbage.replace("SID", message["streamSid"]))

    agent.answer = answer
    call(account, twiml=str(connected(agent)))
    account.advance("2s")
    account.advance("1s")
    [noted] = account.state("notifications")
    assert (noted["error_code"], noted["log"]) == (code, "1" if code == "31951" else "0")
    assert account.state("streams")[0]["seconds_played"] == 0


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ws://127.0.0.1:9/media", "31902"),
        ("AGENT/nowhere", "31920"),
        ("wssAGENT", "31910"),
        ("HOOK", "31920"),
        ("ws://example.com/media", "31902"),
        ("https://example.com/media", "12200"),
        ("", "12200"),
    ],
)
def test_a_stream_that_can_not_be_had_ends(
    account: Account, agent: Agent, receiver: Receiver, url: str, code: str
) -> None:
    """Source: https://www.twilio.com/docs/api/errors/31920"""
    hook = receiver.url.replace("http://", "ws://")
    url = (
        url.replace("wssAGENT", agent.url.replace("ws:", "wss:"))
        .replace("AGENT", agent.url)
        .replace("HOOK", hook)
    )
    answer, connect = VoiceResponse(), Connect()
    connect.stream(url=url, status_callback=receiver.url)
    answer.append(connect)
    answer.say("Nobody is there")
    call(account, twiml=str(answer))
    account.advance("3s")
    account.advance("10s")
    assert ("application", "said", "Nobody is there") in heard(account)
    assert code in {each["error_code"] for each in account.state("notifications")}
    if code != "12200":
        told = [each["payload"] for each in account.webhooks("call.stream_status")]
        assert [each["StreamEvent"] for each in told] == ["stream-error"]
        assert told[0]["StreamError"]


def test_streams_are_made_and_stopped_by_the_api(account: Account, agent: Agent) -> None:
    """Source: https://www.twilio.com/docs/voice/api/stream-resource"""
    made = call(account, twiml="<Response><Pause length='60'/></Response>")
    streams = account.client.calls(made.sid).streams
    path = f"/Calls/{made.sid}/Streams"
    assert account.refused("POST", f"{path}.json", {"Url": f"{agent.url}/media"})[1] == 21220
    account.advance("2s")
    assert account.refused("POST", f"{path}.json", {"Url": "mailto:a@b"})[1] == 21205
    stream = streams.create(
        url=f"{agent.url}/media", name="ears", parameter1_name="who", parameter1_value="Ada"
    )
    assert (stream.status, stream.name, stream.call_sid) == ("in-progress", "ears", made.sid)
    assert agent.until("start")[1]["start"]["customParameters"] == {"who": "Ada"}
    assert account.refused("POST", f"{path}/MZ1.json", {"Status": "stopped"})[1] == 20404
    stopped = streams("ears").update(status="stopped")
    assert (stopped.sid, stopped.status) == (stream.sid, "stopped")
    assert agent.next()["event"] == "stop"
    assert agent.closed.get(timeout=5) == 1000


@pytest.mark.parametrize("how", ["end", "reset", "update"])
def test_a_stream_ends_with_what_it_is_part_of(account: Account, agent: Agent, how: str) -> None:
    """Ours, but for `update`: https://www.twilio.com/docs/voice/api/call-resource"""
    made = call(account, twiml=str(connected(agent)))
    account.advance("2s")
    agent.until("start")
    if how == "end":
        account.end()
    elif how == "reset":
        account.http.post("/_mirra/state/reset", json={})
    else:
        account.client.calls(made.sid).update(twiml="<Response><Pause length='9'/></Response>")
        assert agent.next()["event"] == "stop"
        assert account.state("streams")[0]["status"] == "stopped"
        assert account.state("calls")[0]["status"] == "in-progress"
    assert agent.closed.get(timeout=5) in (1000, 1001)
