"""The verbs of TwiML and what may stand in them: each attribute, its default, how it is read.

Source: https://www.twilio.com/docs/voice/twiml, with a page for each verb and noun
"""

import re
from collections.abc import Callable
from typing import Any

Check = Callable[[str], Any]
Attributes = dict[str, tuple[Any, Check]]

KEYS = re.compile(r"[0-9*#]*")
TONES = re.compile(r"[0-9wW*#A-D]+")
UNMIRRORED = frozenset(("Sms",))
"""Verbs of Twilio's that the mirror doesn't run."""


def whole(least: int, most: int) -> Check:
    """Read a whole number in a range."""

    def check(text: str) -> int | None:
        text = text.strip()
        if not text.isdecimal() or len(text) > 9:
            return None
        return int(text) if least <= int(text) <= most else None

    return check


def one_of(*words: str) -> Check:
    """Read one of some words."""
    return lambda text: text if text in words else None


def some_of(*words: str) -> Check:
    """Read several of some words, with spaces between."""
    return lambda text: text.split() if set(text.split()) <= set(words) else None


def _bool(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.strip().lower())


def _method(text: str) -> str | None:
    return text.upper() if text.upper() in ("GET", "POST") else None


def _keys(text: str) -> str | None:
    return text if KEYS.fullmatch(text) else None


def _tones(text: str) -> str | None:
    return text if TONES.fullmatch(text) else None


def _text(text: str) -> str:
    return text.strip()


ANYWHERE = frozenset(("voice", "language", "xmlns", "xsi:noNamespaceSchemaLocation"))
SAY: Attributes = {"loop": (1, whole(0, 1000))}
PLAY: Attributes = {"loop": (1, whole(0, 1000)), "digits": ("", _tones)}
PAUSE: Attributes = {"length": (1, whole(0, 10_000))}
SPOKEN: dict[str, Attributes] = {"Say": SAY, "Play": PLAY, "Pause": PAUSE}
CALLBACK: Attributes = {"action": (None, _text), "method": ("POST", _method)}
STATUS: Attributes = {
    "statusCallback": (None, _text),
    "statusCallbackMethod": ("POST", _method),
}
RECORDING: Attributes = {
    "recordingStatusCallback": (None, _text),
    "recordingStatusCallbackMethod": ("POST", _method),
    "recordingStatusCallbackEvent": (["completed"], some_of("in-progress", "completed", "absent")),
    "recordingTrack": ("both", one_of("inbound", "outbound", "both")),
    "trim": ("trim-silence", one_of("trim-silence", "do-not-trim")),
}
RECORDS: dict[str, str] = {
    "true": "record-from-answer",
    "false": "do-not-record",
    **{
        each: each
        for each in (
            "do-not-record",
            "record-from-answer",
            "record-from-ringing",
            "record-from-answer-dual",
            "record-from-ringing-dual",
        )
    },
}
"""What `record` of `<Dial>` says.

Source: https://www.twilio.com/docs/voice/twiml/dial#record
"""
DETECTION: Attributes = {
    "machineDetection": ("", one_of("Enable", "DetectMessageEnd")),
    "amdStatusCallback": (None, _text),
    "amdStatusCallbackMethod": ("POST", _method),
}
VERBS: dict[str, Attributes] = {
    **SPOKEN,
    "Gather": CALLBACK
    | {
        "input": (["dtmf"], some_of("dtmf", "speech")),
        "timeout": (5, whole(0, 600)),
        "speechTimeout": (
            "auto",
            lambda text: text if text == "auto" or text.isdecimal() else None,
        ),
        "numDigits": (0, whole(1, 1000)),
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
        "timeout": (5, whole(0, 600)),
        "finishOnKey": ("1234567890*#", _keys),
        "maxLength": (3600, whole(1, 14_400)),
        "playBeep": (True, _bool),
        "transcribe": (False, _bool),
        "transcribeCallback": (None, _text),
    },
    "Dial": CALLBACK
    | RECORDING
    | {
        "timeout": (30, whole(5, 600)),
        "timeLimit": (14_400, whole(1, 86_400)),
        "callerId": (None, _text),
        "hangupOnStar": (False, _bool),
        "answerOnBridge": (False, _bool),
        "ringTone": (None, _text),
        "record": ("do-not-record", lambda text: RECORDS.get(text)),
        "sequential": (False, _bool),
    },
    "Enqueue": CALLBACK
    | {
        "waitUrl": (None, _text),
        "waitUrlMethod": ("POST", _method),
        "maxQueueSize": (0, whole(1, 5000)),
    },
    "Pay": STATUS
    | {
        "input": (["dtmf"], some_of("dtmf")),
        "action": (None, _text),
        "paymentMethod": ("credit-card", one_of("credit-card", "ach-debit")),
        "bankAccountType": (
            "consumer-checking",
            one_of("consumer-checking", "consumer-savings", "commercial-checking"),
        ),
        "timeout": (5, whole(1, 600)),
        "maxAttempts": (1, whole(1, 3)),
        "securityCode": ("true", one_of("true", "false")),
        "postalCode": ("true", _text),
        "minPostalCodeLength": (0, whole(1, 20)),
        "chargeAmount": (None, _text),
        "currency": ("usd", _text),
        "description": (None, _text),
        "tokenType": ("reusable", one_of("one-time", "reusable", "payment-method")),
        "validCardTypes": (
            ["visa", "mastercard", "amex"],
            some_of(
                "visa",
                "mastercard",
                "amex",
                "maestro",
                "discover",
                "optima",
                "jcb",
                "diners-club",
                "enroute",
            ),
        ),
        "paymentConnector": ("Default", _text),
    },
    "Leave": {},
    "Start": CALLBACK,
    "Connect": CALLBACK,
    "Refer": CALLBACK,
    "Stop": {},
    "Redirect": {"method": ("POST", _method)},
    "Hangup": {},
    "Reject": {"reason": ("rejected", one_of("rejected", "busy"))},
}
"""The verbs with what each attribute is when it is absent, and how it is read."""
PROGRESS: Attributes = STATUS | {
    "url": (None, _text),
    "method": ("POST", _method),
    "statusCallbackEvent": (
        ["completed"],
        some_of("initiated", "ringing", "answered", "completed"),
    ),
}
NUMBER: Attributes = PROGRESS | DETECTION | {"sendDigits": ("", _tones)}
CONFERENCE: Attributes = (
    STATUS
    | RECORDING
    | {
        "muted": (False, _bool),
        "beep": ("true", one_of("true", "false", "onEnter", "onExit")),
        "startConferenceOnEnter": (True, _bool),
        "endConferenceOnExit": (False, _bool),
        "participantLabel": (None, _text),
        "jitterBufferSize": ("large", one_of("small", "medium", "large", "off")),
        "waitUrl": (None, _text),
        "waitMethod": ("POST", _method),
        "maxParticipants": (250, whole(2, 250)),
        "record": (
            "do-not-record",
            lambda text: RECORDS.get(text.replace("record-from-start", "true")),
        ),
        "region": (None, _text),
        "coach": (None, _text),
        "statusCallbackEvent": (
            [],
            some_of(
                "start", "end", "join", "leave", "mute", "hold", "modify", "speaker",
                "announcement",
            ),
        ),
        "eventCallbackUrl": (None, _text),
    }
)  # fmt: skip
TRANSCRIPTION: Attributes = {
    "name": (None, _text),
    "track": ("both_tracks", one_of("inbound_track", "outbound_track", "both_tracks")),
    "statusCallbackUrl": (None, _text),
    "statusCallbackMethod": ("POST", _method),
    "inboundTrackLabel": (None, _text),
    "outboundTrackLabel": (None, _text),
    "partialResults": (False, _bool),
    "languageCode": ("en-US", _text),
    "transcriptionEngine": ("google", _text),
    "profanityFilter": (True, _bool),
    "speechModel": ("telephony", _text),
    "hints": ("", _text),
    "enableAutomaticPunctuation": (True, _bool),
    "intelligenceService": (None, _text),
}
STREAM: Attributes = STATUS | {
    "name": (None, _text),
    "url": ("", _text),
    "track": ("inbound_track", one_of("inbound_track", "outbound_track", "both_tracks")),
}
PARAMETER: Attributes = {"name": ("", _text), "value": ("", _text)}
_STOPS = one_of("none", "dtmf", "speech", "any", "true", "false")
RELAY: Attributes = {
    "url": ("", _text),
    "welcomeGreeting": ("", _text),
    "welcomeGreetingInterruptible": ("any", _STOPS),
    "interruptible": ("any", _STOPS),
    "language": ("en-US", _text),
    "transcriptionLanguage": (None, _text),
    "dtmfDetection": (False, _bool),
    "partialPrompts": (False, _bool),
    "reportInputDuringAgentSpeech": ("none", one_of("none", "dtmf", "speech", "any")),
    **dict.fromkeys(
        (
            "ttsLanguage",
            "ttsProvider",
            "voice",
            "transcriptionProvider",
            "speechModel",
            "profanityFilter",
            "preemptible",
            "hints",
            "intelligenceService",
            "elevenlabsTextNormalization",
            "interruptSensitivity",
            "debug",
            "backgroundNoiseReduction",
            "speechTimeout",
            "deepgramSmartFormat",
            "ignoreBackchannel",
            "events",
        ),
        (None, _text),
    ),
}
"""Source: https://www.twilio.com/docs/voice/twiml/connect/conversationrelay"""
PROMPT: Attributes = dict.fromkeys(
    ("for", "errorType", "cardType", "attempt", "requireMatchingInputs"), ([], str.split)
)
RECORDED: Attributes = {
    name: read for name, read in RECORDING.items() if name != "recordingTrack"
} | {
    "name": (None, _text),
    "track": RECORDING["recordingTrack"],
    "channels": ("dual", one_of("mono", "dual")),
}
"""Source: https://www.twilio.com/docs/voice/twiml/recording#attributes"""
STARTED: dict[str, Attributes] = {
    "Recording": RECORDED,
    "Transcription": TRANSCRIPTION,
    "Stream": STREAM,
    "Siprec": STREAM | {"connectorName": (None, _text)},
}
NESTED: dict[str, dict[str, Attributes]] = {
    "Gather": SPOKEN,
    "Dial": {
        "Number": NUMBER,
        "Client": PROGRESS,
        "Conference": CONFERENCE,
        "Queue": {"url": (None, _text), "method": ("POST", _method)},
        "Sip": PROGRESS | DETECTION | {"username": ("", _text), "password": ("", _text)},
        "Sim": {},
        "Application": {},
        "WhatsApp": {},
    },
    "Start": STARTED,
    "Stop": STARTED,
    "Connect": {
        "Stream": STREAM,
        "ConversationRelay": RELAY,
        "Room": {},
        "Conversation": {},
        "VirtualAgent": {},
        "Autopilot": {},
        "AiSession": {},
        "ConversationRelaySession": {},
    },
    "Stream": {"Parameter": PARAMETER},
    "Siprec": {"Parameter": PARAMETER},
    "Refer": {"Sip": {}},
    "Pay": {"Prompt": PROMPT, "Parameter": PARAMETER},
    "Prompt": SPOKEN,
    "ConversationRelay": {
        "Parameter": PARAMETER,
        "Language": dict.fromkeys(
            ("code", "ttsProvider", "voice", "transcriptionProvider", "speechModel"),
            (None, _text),
        ),
    },
    "Client": {"Identity": {}, "Parameter": PARAMETER},
}
"""What may stand in a verb, or in a noun of one."""

CODES: dict[tuple[str, str], int] = {
    ("Dial", "method"): 13210,
    ("Dial", "timeout"): 13212,
    ("Dial", "hangupOnStar"): 13213,
    ("Dial", "timeLimit"): 13216,
    ("Dial", "record"): 13217,
    ("Dial", "sequential"): 13218,
    ("Dial", "answerOnBridge"): 13219,
    ("Number", "method"): 13221,
    ("Number", "sendDigits"): 13222,
    ("Conference", "muted"): 13230,
    ("Conference", "endConferenceOnExit"): 13231,
    ("Conference", "startConferenceOnEnter"): 13232,
    ("Conference", "waitMethod"): 13234,
    ("Conference", "beep"): 13235,
    ("Conference", "trim"): 13239,
    ("Sip", "method"): 13241,
    ("Gather", "finishOnKey"): 13310,
    ("Gather", "method"): 13312,
    ("Gather", "timeout"): 13313,
    ("Gather", "numDigits"): 13314,
    ("Gather", "input"): 13326,
    ("Gather", "speechTimeout"): 13327,
    ("Gather", "partialResultCallbackMethod"): 13329,
    ("Gather", "bargeIn"): 13332,
    ("Gather", "profanityFilter"): 13333,
    ("Gather", "actionOnEmptyResult"): 13338,
    ("Play", "loop"): 13410,
    ("Play", "digits"): 13430,
    ("Say", "loop"): 13510,
    ("Record", "method"): 13610,
    ("Record", "timeout"): 13611,
    ("Record", "maxLength"): 13612,
    ("Record", "finishOnKey"): 13613,
    ("Record", "transcribe"): 13614,
    ("Record", "playBeep"): 13616,
    ("Record", "recordingTrack"): 13622,
    ("Record", "recordingStatusCallbackEvent"): 13621,
    ("Dial", "recordingStatusCallbackEvent"): 13621,
}
"""The code of an attribute that can't be read, where it has one of its own.

Source: https://www.twilio.com/docs/api/errors
"""
