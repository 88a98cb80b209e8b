"""What callers send about participants, and how its values are read."""

from typing import ClassVar

from mirra_mcp.local.mirrors.twilio.api.errors import refusal, wrong
from mirra_mcp.local.mirrors.twilio.api.params import (
    FLAG,
    URL,
    TwilioParams,
    Values,
    any_of,
    is_url,
    text,
)
from mirra_mcp.local.mirrors.twilio.api.params import (
    whole as whole_number,
)
from mirra_mcp.local.mirrors.twilio.voice.calls.params import (
    Placing,
    callback_of,
    method_of,
    recorded_events,
    whole,
)
from mirra_mcp.wire.model import Doc

EVENTS = ("start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement")
BEEPS = ("true", "false", "onEnter", "onExit")
RECORDS = {"true": True, "record-from-start": True, "false": False, "do-not-record": False}
FLAGS = ("Coaching", "EarlyMedia", "EndConferenceOnExit", "Muted", "Record",
         "StartConferenceOnEnter")  # fmt: skip
LONGEST_LABEL = 128
"""Source: https://www.twilio.com/docs/voice/twiml/conference#attributes-participant-label"""


class CreateParticipant(Placing):
    """Source: https://www.twilio.com/docs/voice/api/conference-participant-resource"""

    values: ClassVar[Values] = dict.fromkeys(FLAGS, FLAG) | {
        "CallerDisplayName": text(255, 2),
        "ClientNotificationUrl": URL,
        "ConferenceTrim": any_of("trim-silence", "do-not-trim"),
        "JitterBufferSize": any_of("off", "small", "medium", "large"),
        "Region": any_of("us1", "us2", "ie1", "de1", "sg1", "br1", "au1", "jp1"),
        "Timeout": whole_number(5, 600),
        "Trim": any_of("trim-silence", "do-not-trim"),
    }

    label: str = ""
    muted: str = ""
    beep: str = "true"
    start_conference_on_enter: str = "true"
    end_conference_on_exit: str = ""
    wait_url: str = ""
    wait_method: str = "POST"
    max_participants: str = ""
    coaching: str = ""
    call_sid_to_coach: str = ""
    region: str = ""
    conference_record: str = "false"
    conference_status_callback: str = ""
    conference_status_callback_method: str = "POST"
    conference_status_callback_event: list[str] = []
    conference_recording_status_callback: str = ""
    conference_recording_status_callback_method: str = "POST"
    conference_recording_status_callback_event: list[str] = []
    amd_status_callback: str = ""
    amd_status_callback_method: str = "POST"


class UpdateParticipant(TwilioParams):
    """Source: https://www.twilio.com/docs/voice/api/conference-participant-resource"""

    values: ClassVar[Values] = dict.fromkeys(
        ("BeepOnExit", "Coaching", "EndConferenceOnExit", "Hold", "Muted"), FLAG
    )

    muted: str = ""
    hold: str = ""
    hold_url: str = ""
    hold_method: str = "GET"
    announce_url: str = ""
    announce_method: str = "POST"
    wait_url: str | None = None
    wait_method: str = "POST"
    beep_on_exit: str = ""
    end_conference_on_exit: str = ""
    coaching: str = ""
    call_sid_to_coach: str = ""


def flag(text: str) -> bool:
    """Read `true`; anything else is false."""
    return text.lower() == "true"


def options_of(
    *,
    region: str | None,
    callback: list[str | None],
    events: list[str],
    most: int,
    recording: Doc | None,
) -> Doc:
    """Return how a conference is told and recorded: whoever comes first says it."""
    return {
        "region": region,
        "callback": callback,
        "events": events,
        "most": most,
        "recording": recording,
    }


def joining(given: CreateParticipant, name: str) -> Doc:
    """Return which conference somebody is to join, and as what.

    Raises:
        VendorError: a value isn't what it should be.
    """
    if given.beep not in BEEPS:
        raise wrong(f"Invalid parameter Beep: {given.beep}")
    if given.conference_record not in RECORDS:
        raise wrong(f"Invalid parameter ConferenceRecord: {given.conference_record}")
    if given.wait_url and not is_url(given.wait_url):
        raise refusal(21205, name="WaitUrl", url=given.wait_url)
    if len(given.label) > LONGEST_LABEL or "/" in given.label or given.label.startswith("CA"):
        raise refusal(16024)
    events = [word for each in given.conference_status_callback_event for word in each.split()]
    if unknown := [each for each in events if each not in EVENTS]:
        raise wrong(f"Invalid parameter ConferenceStatusCallbackEvent: {unknown[0]}")
    coached = given.call_sid_to_coach
    if flag(given.coaching) and not coached:
        raise wrong("CallSidToCoach is needed for Coaching.")
    kept = [
        word for each in given.conference_recording_status_callback_event for word in each.split()
    ]
    recording = {
        "callback": callback_of(
            "ConferenceRecordingStatusCallback",
            given.conference_recording_status_callback,
            given.conference_recording_status_callback_method,
        ),
        "events": recorded_events("ConferenceRecordingStatusCallbackEvent", kept),
    }
    options = options_of(
        region=given.region or None,
        callback=callback_of(
            "ConferenceStatusCallback",
            given.conference_status_callback,
            given.conference_status_callback_method,
        ),
        events=events or ["start", "end"],
        most=whole("MaxParticipants", given.max_participants, 2, 250) or 250,
        recording=recording if RECORDS[given.conference_record] else None,
    )
    return {
        "name": name,
        "options": options,
        "wait": [given.wait_url or None, method_of("WaitMethod", given.wait_method)],
        "as": {
            "label": given.label or None,
            "muted": flag(given.muted),
            "start_conference_on_enter": given.start_conference_on_enter.lower() != "false",
            "end_conference_on_exit": flag(given.end_conference_on_exit),
            "coaching": flag(given.coaching) if given.coaching else bool(coached),
            "call_sid_to_coach": coached or None,
            "_beep": given.beep,
        },
    }
