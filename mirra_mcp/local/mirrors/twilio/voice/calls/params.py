"""What callers send about calls, and how its values are read."""

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


class CreateCall(CallFields):
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

    to: str = ""
    sender: str = Field("", alias="From")
    application_sid: str = ""
    status_callback_event: list[str] = []
    timeout: str = ""
    record: str = ""
    recording_status_callback: str = ""
    recording_status_callback_method: str = "POST"
    machine_detection: str = ""
    async_amd: str = ""
    async_amd_status_callback: str = ""
    async_amd_status_callback_method: str = "POST"


class UpdateCall(CallFields):
    """Source: https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource"""

    status: str = ""


def checked(given: CallFields) -> Doc:
    """Return the addresses and limits of a call, as they count.

    Raises:
        VendorError: an address can't be called, or a value isn't what it should be.

    Source: https://www.twilio.com/docs/api/errors/21205
    """
    addresses = {"Url": given.url, "FallbackUrl": given.fallback_url,
                 "StatusCallback": given.status_callback}  # fmt: skip
    for name, url in addresses.items():
        if url and not is_url(url):
            raise refusal(21205, name=name, url=url)
    methods = {
        name: method_of(name, getattr(given, field))
        for name, field in (
            ("Method", "method"),
            ("FallbackMethod", "fallback_method"),
            ("StatusCallbackMethod", "status_callback_method"),
        )
    }
    return {
        "_page": [given.url or None, methods["Method"]],
        "_twiml": given.twiml or None,
        "_fallback": [given.fallback_url or None, methods["FallbackMethod"]],
        "_callback": [given.status_callback or None, methods["StatusCallbackMethod"]],
        "_limit": whole("TimeLimit", given.time_limit, 1, LONGEST_CALL) or LONGEST_CALL,
    }


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
