"""What callers send about calls, and how its values are read."""

import re
from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from mirra_mcp.local.mirrors.twilio.api.errors import refusal, wrong
from mirra_mcp.local.mirrors.twilio.api.params import (
    FLAG,
    URL,
    TwilioParams,
    Values,
    any_of,
    is_url,
    some_of,
    text,
)
from mirra_mcp.local.mirrors.twilio.api.params import (
    whole as whole_number,
)
from mirra_mcp.wire.model import Doc

EVENTS = ("initiated", "ringing", "answered", "completed")
LONGEST_RING, LONGEST_CALL = 600, 14_400
DETECTIONS = ("Enable", "DetectMessageEnd")
TONES = re.compile(r"[0-9A-DwW#*]{1,32}")
"""Source: https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource"""
THRESHOLDS: dict[str, tuple[str, int, int, int]] = {
    "machine_detection_speech_threshold": ("MachineDetectionSpeechThreshold", 2400, 1000, 6000),
    "machine_detection_speech_end_threshold": (
        "MachineDetectionSpeechEndThreshold", 1200, 500, 5000,
    ),
    "machine_detection_silence_timeout": ("MachineDetectionSilenceTimeout", 5000, 2000, 10_000),
    "machine_detection_timeout": ("MachineDetectionTimeout", 30, 3, 59),
}  # fmt: skip
"""By field the parameter with its default, least and most: milliseconds, the last in seconds.

Source: https://www.twilio.com/docs/voice/answering-machine-detection
"""


class CallFields(TwilioParams):
    """What a new call and a running one may be told."""

    url: str = ""
    method: str = "POST"
    fallback_url: str = ""
    fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"
    twiml: str = ""
    time_limit: str = ""


class Placing(TwilioParams):
    """What a call is made with, by itself or into a conference."""

    to: str = ""
    sender: str = Field("", alias="From")
    caller_id: str = ""
    call_token: str = ""
    status_callback: str = ""
    status_callback_method: str = "POST"
    status_callback_event: list[str] = []
    timeout: str = ""
    time_limit: str = ""
    record: str = ""
    recording_channels: str = "mono"
    recording_track: str = "both"
    recording_status_callback: str = ""
    recording_status_callback_method: str = "POST"
    recording_status_callback_event: list[str] = []
    machine_detection: str = ""
    machine_detection_timeout: str = ""
    machine_detection_speech_threshold: str = ""
    machine_detection_speech_end_threshold: str = ""
    machine_detection_silence_timeout: str = ""


class CreateCall(CallFields, Placing):
    """Source: https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource"""

    values: ClassVar[Values] = {
        "AsyncAmd": FLAG,
        "AsyncAmdStatusCallback": URL.coded(21502),
        "ClientNotificationUrl": URL.coded(21205, "Invalid Url"),
        "MachineDetectionSilenceTimeout": whole_number(2000, 10_000).coded(21263),
        "MachineDetectionSpeechEndThreshold": whole_number(500, 5000).coded(21263),
        "MachineDetectionSpeechThreshold": whole_number(1000, 6000).coded(21263),
        "MachineDetectionTimeout": whole_number(3, 59).coded(21263),
        "Record": FLAG,
        "RecordingChannels": any_of("mono", "dual"),
        "RecordingStatusCallback": URL.coded(21502),
        "RecordingStatusCallbackEvent": some_of("in-progress", "completed", "absent"),
        "RecordingTrack": any_of("inbound", "outbound", "both"),
        "Trim": any_of("trim-silence", "do-not-trim"),
        "Twiml": text(4000),
    }

    application_sid: str = ""
    send_digits: str = ""
    async_amd: str = ""
    async_amd_status_callback: str = ""
    async_amd_status_callback_method: str = "POST"


class UpdateCall(CallFields):
    """Source: https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource"""

    status: str = ""


def checked(given: CallFields) -> Doc:
    """Return the addresses of a call's documents, as they count.

    Raises:
        VendorError: an address can't be called, or a value isn't what it should be.

    Source: https://www.twilio.com/docs/api/errors/21205
    """
    for name, url in (("Url", given.url), ("FallbackUrl", given.fallback_url)):
        if url and not is_url(url):
            raise refusal(21205, name=name, url=url)
    return {
        "_page": [given.url or None, method_of("Method", given.method)],
        "_twiml": given.twiml or None,
        "_fallback": [
            given.fallback_url or None,
            method_of("FallbackMethod", given.fallback_method),
        ],
        "_callback": callback_of("StatusCallback", given.status_callback,
                                 given.status_callback_method),
        "_limit": whole("TimeLimit", given.time_limit, 1, LONGEST_CALL) or LONGEST_CALL,
    }  # fmt: skip


def placed(given: Placing) -> Doc:
    """Return how a call rings, is told, recorded and listened to, as it counts.

    Raises:
        VendorError: a value isn't what it should be.
    """
    events = [word for each in given.status_callback_event for word in each.split()]
    if unknown := [each for each in events if each not in EVENTS]:
        raise wrong(f"Invalid parameter StatusCallbackEvent: {unknown[0]}")
    detection = given.machine_detection
    if detection and detection not in DETECTIONS:
        raise wrong(f"Invalid parameter MachineDetection: {detection} is none of {DETECTIONS}")
    kept = [word for each in given.recording_status_callback_event for word in each.split()]
    recording = {
        "callback": callback_of(
            "RecordingStatusCallback",
            given.recording_status_callback,
            given.recording_status_callback_method,
        ),
        "events": recorded_events("RecordingStatusCallbackEvent", kept),
        "channels": channels_of("RecordingChannels", given.recording_channels),
        "track": track_of("RecordingTrack", given.recording_track),
    }
    return {
        "_callback": callback_of("StatusCallback", given.status_callback,
                                 given.status_callback_method),
        "_callback_events": events or ["completed"],
        "_limit": whole("TimeLimit", given.time_limit, 1, LONGEST_CALL) or LONGEST_CALL,
        "_timeout": whole("Timeout", given.timeout, 1, LONGEST_RING) or 60,
        "_record": recording if given.record.lower() == "true" else None,
        "_machine_detection": detection,
        "_thresholds": [
            whole(name, getattr(given, field), least, most) or default
            for field, (name, default, least, most) in THRESHOLDS.items()
        ],
    }  # fmt: skip


def callback_of(name: str, url: str, method: str) -> list[str | None]:
    """Read an address with its method.

    Raises:
        VendorError: it can't be called so.
    """
    if url and not is_url(url):
        raise refusal(21205, name=name, url=url)
    return [url or None, method_of(f"{name}Method", method)]


def method_of(name: str, text: str) -> str:
    """Read an HTTP method.

    Raises:
        VendorError: it is neither GET nor POST.
    """
    if text.upper() not in ("GET", "POST"):
        raise wrong(f"Invalid parameter {name}: {text} is not GET or POST")
    return text.upper()


def whole(name: str, text: str, least: int, most: int) -> int | None:
    """Read a whole number; None: it wasn't given.

    Raises:
        VendorError: it is none, or out of its range.
    """
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise wrong(f"Invalid parameter {name}: {text} is not a number")
    if not least <= int(text) <= most:
        raise wrong(f"Invalid parameter {name}: {text} is not between {least} and {most}")
    return int(text)


def tones(name: str, text: str) -> str:
    """Read the keys that are dialed after connecting; `w` and `W` are pauses.

    Raises:
        VendorError: it has something that is no key, or too many.
    """
    if text and not TONES.fullmatch(text):
        raise wrong(f"Invalid parameter {name}: {text} is not up to 32 keys and pauses")
    return text


def channels_of(name: str, text: str) -> int:
    """Read `mono` or `dual`.

    Raises:
        VendorError: it is neither.
    """
    if text not in ("mono", "dual"):
        raise wrong(f"Invalid parameter {name}: {text} is not mono or dual")
    return 2 if text == "dual" else 1


def track_of(name: str, text: str) -> str:
    """Read whose voice is recorded.

    Raises:
        VendorError: it is nobody's.
    """
    if text not in ("inbound", "outbound", "both"):
        raise wrong(f"Invalid parameter {name}: {text} is not inbound, outbound or both")
    return text


def recorded_events(name: str, events: Sequence[str]) -> list[str]:
    """Read which statuses of a recording are told; by default that it is complete.

    Raises:
        VendorError: one of them is none.
    """
    if unknown := [each for each in events if each not in ("in-progress", "completed", "absent")]:
        raise wrong(f"Invalid parameter {name}: {unknown[0]}")
    return list(events) or ["completed"]
