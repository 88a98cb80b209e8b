"""Reads what an application answers to a call: TwiML, audio, or plain text.

Source: https://www.twilio.com/docs/voice/twiml
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mirra_mcp.local.mirrors.twilio.api.markup import BROKEN, XML, Element, decoded, parsed
from mirra_mcp.wire.model import Doc

MOST_BYTES = 64 * 1024
"""Source: https://www.twilio.com/docs/api/errors/11750"""
UNMIRRORED = frozenset(
    ("Enqueue", "Leave", "Refer", "Pay", "Connect", "Start", "Stop", "Sms", "Prompt")
)
"""Verbs of Twilio's that the mirror doesn't run."""
KEYS = re.compile(r"[0-9*#]*")


@dataclass(slots=True)
class Answer:
    """What a call is told to do, and what was wrong with that."""

    verbs: list[Doc] = field(default_factory=list)
    faults: list[int] = field(default_factory=list)
    is_broken: bool = False
    """Whether nothing of it can be done, so that the fallback address is asked."""


def read(content: bytes, content_type: str) -> Answer:
    """Return what an answer asks for.

    Source: https://www.twilio.com/docs/voice/twiml#twilio-understands-mime-types
    """
    kind, _, rest = content_type.partition(";")
    kind = kind.strip().lower()
    if len(content) > MOST_BYTES:
        return Answer(faults=[11750], is_broken=True)
    if not content.strip():
        return Answer()
    if kind == "text/plain":
        return Answer([{"verb": "Say", "text": decoded(content, rest).strip(), "loop": 1}])
    if kind.startswith("audio/"):
        return Answer([{"verb": "Play", "text": "", "digits": "", "loop": 1}])
    if kind not in XML:
        return Answer(faults=[12300], is_broken=True)
    try:
        root = parsed(content)
    except BROKEN:
        return Answer(faults=[12100], is_broken=True)
    if root.name != "Response":
        return Answer(faults=[12100], is_broken=True)
    answer = Answer()
    for each in root.children:
        if (verb := _verb(each, answer.faults, VERBS)) is not None:
            answer.verbs.append(verb)
    return answer


def _verb(element: Element, faults: list[int], known: dict[str, "Attributes"]) -> Doc | None:
    """Return a verb with its attributes as they count; unknown ones are left out.

    Source: https://www.twilio.com/docs/api/errors/12200
    """
    if element.name in UNMIRRORED and known is VERBS:
        return {"verb": element.name, "unmirrored": True}
    attributes = known.get(element.name)
    if attributes is None:
        faults.append(12200)
        return None
    verb: Doc = {"verb": element.name, "text": "".join(element.text).strip()}
    for name, (default, check) in attributes.items():
        value = element.attributes.get(name)
        read = check(value) if value is not None else default
        if read is None and value is not None:
            faults.append(12200)
            read = default
        verb[name] = read
    if set(element.attributes) - set(attributes) - ANYWHERE:
        faults.append(12200)
    inner = NESTED.get(element.name)
    if inner is not None:
        nested = [_verb(each, faults, inner) for each in element.children]
        verb["nested"] = [each for each in nested if each is not None]
    elif element.name == "Say":
        verb["text"] = spoken(element)
    elif element.children:
        faults.append(12200)
    return verb


def spoken(element: Element) -> str:
    """Return the words of `<Say>`, those in SSML's elements included."""
    words = [*element.text, *(spoken(each) for each in element.children)]
    return " ".join(" ".join(words).split())


Check = Callable[[str], Any]
Attributes = dict[str, tuple[Any, Check]]


def _whole(least: int, most: int) -> Check:
    def check(text: str) -> int | None:
        text = text.strip()
        if not text.isdecimal() or len(text) > 9:
            return None
        return int(text) if least <= int(text) <= most else None

    return check


def _one_of(*words: str) -> Check:
    return lambda text: text if text in words else None


def _bool(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.strip().lower())


def _method(text: str) -> str | None:
    return text.upper() if text.upper() in ("GET", "POST") else None


def _keys(text: str) -> str | None:
    return text if KEYS.fullmatch(text) else None


def _text(text: str) -> str:
    return text.strip()


def _words(text: str) -> list[str]:
    return text.split()


ANYWHERE = frozenset(("voice", "language", "xmlns", "xsi:noNamespaceSchemaLocation"))
SAY: Attributes = {"loop": (1, _whole(0, 1000))}
PLAY: Attributes = {
    "loop": (1, _whole(0, 1000)),
    "digits": ("", lambda text: text if re.fullmatch(r"[0-9wW*#A-D]+", text) else None),
}
PAUSE: Attributes = {"length": (1, _whole(0, 10_000))}
CALLBACK: Attributes = {"action": (None, _text), "method": ("POST", _method)}
RECORDING: Attributes = {
    "recordingStatusCallback": (None, _text),
    "recordingStatusCallbackMethod": ("POST", _method),
    "recordingStatusCallbackEvent": (["completed"], _words),
    "recordingTrack": ("both", _one_of("inbound", "outbound", "both")),
    "trim": ("trim-silence", _one_of("trim-silence", "do-not-trim")),
}
INPUTS: frozenset[str] = frozenset(("dtmf", "speech"))
VERBS: dict[str, Attributes] = {
    "Say": SAY,
    "Play": PLAY,
    "Pause": PAUSE,
    "Gather": CALLBACK
    | {
        "input": (["dtmf"], lambda text: text.split() if set(text.split()) <= INPUTS else None),
        "timeout": (5, _whole(0, 600)),
        "speechTimeout": (
            "auto",
            lambda text: text if text == "auto" or text.isdecimal() else None,
        ),
        "numDigits": (0, _whole(1, 1000)),
        "finishOnKey": ("#", _keys),
        "actionOnEmptyResult": (False, _bool),
        "hints": ("", _text),
        "bargeIn": (True, _bool),
        "speechModel": ("default", _text),
        "enhanced": (False, _bool),
        "profanityFilter": (True, _bool),
        "partialResultCallback": (None, _text),
        "partialResultCallbackMethod": ("POST", _method),
    },
    "Record": CALLBACK
    | RECORDING
    | {
        "timeout": (5, _whole(0, 600)),
        "finishOnKey": ("1234567890*#", _keys),
        "maxLength": (3600, _whole(1, 14_400)),
        "playBeep": (True, _bool),
        "transcribe": (False, _bool),
        "transcribeCallback": (None, _text),
    },
    "Dial": CALLBACK
    | RECORDING
    | {
        "timeout": (30, _whole(5, 600)),
        "timeLimit": (14_400, _whole(1, 86_400)),
        "callerId": (None, _text),
        "hangupOnStar": (False, _bool),
        "answerOnBridge": (False, _bool),
        "ringTone": (None, _text),
        "record": ("do-not-record", _text),
        "sequential": (False, _bool),
    },
    "Redirect": {"method": ("POST", _method)},
    "Hangup": {},
    "Reject": {"reason": ("rejected", _one_of("rejected", "busy"))},
}
"""The verbs with what each attribute is when it is absent, and how it is read.

Source: https://www.twilio.com/docs/voice/twiml, with a page for each verb
"""
NUMBER: Attributes = {
    "url": (None, _text),
    "method": ("POST", _method),
    "sendDigits": ("", _text),
    "statusCallback": (None, _text),
    "statusCallbackMethod": ("POST", _method),
    "statusCallbackEvent": (["completed"], _words),
}
NESTED: dict[str, dict[str, Attributes]] = {
    "Gather": {"Say": SAY, "Play": PLAY, "Pause": PAUSE},
    "Dial": {
        "Number": NUMBER,
        "Client": NUMBER,
        "Conference": {},
        "Queue": {},
        "Sip": NUMBER,
        "Sim": {},
    },
}
"""What may stand in a verb."""
