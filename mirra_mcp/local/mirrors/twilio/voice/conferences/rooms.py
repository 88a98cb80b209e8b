"""What happens in a conference: who comes and goes, when it starts and ends, who hears what.

It starts when two are in it and one of them may start it; until then everybody who came hears
what `waitUrl` says, and nobody else.

Source: https://www.twilio.com/docs/voice/twiml/conference
"""

from typing import Any

import orjson

from mirra_mcp.local.kit.webhooks import Parcel
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.voice.calls import twiml
from mirra_mcp.local.mirrors.twilio.voice.conferences.params import options_of
from mirra_mcp.wire.model import Doc

STATUS, ANNOUNCED = "conference.status", "conference.announcement"
LIVE = ("in-progress", "init")
KINDS = {
    "conference-start": "start",
    "conference-end": "end",
    "participant-join": "join",
    "participant-leave": "leave",
    "participant-mute": "mute",
    "participant-unmute": "mute",
    "participant-hold": "hold",
    "participant-unhold": "hold",
    "participant-modify": "modify",
    "participant-speech-start": "speaker",
    "participant-speech-stop": "speaker",
    "announcement-end": "announcement",
    "announcement-fail": "announcement",
}
"""By event that is told the word that asks for it."""
REASONS = {
    "conference-ended-via-api": "Conference ended via API",
    "participant-with-end-conference-on-exit-left": (
        "Participant with endConferenceOnExit left the conference"
    ),
    "participant-with-end-conference-on-exit-kicked": (
        "Participant with endConferenceOnExit was kicked"
    ),
    "last-participant-left": "Last participant left the conference",
    "last-participant-kicked": "Last participant was kicked",
}
"""The words are ours."""
SPOKEN = ("Say", "Play", "Pause")


class Rooms(TwilioResource):
    """Conferences as rooms."""

    # Coming in.

    def dial(self, call: Doc, noun: Doc) -> None:
        """Let a call join the conference that `<Dial>` names."""
        if not noun["text"]:
            self._refuse(call, 13237)
            return
        recording = {
            "callback": [
                self.mirror.calls.given(call, noun["recordingStatusCallback"]),
                noun["recordingStatusCallbackMethod"],
            ],
            "events": noun["recordingStatusCallbackEvent"],
        }
        options = options_of(
            region=noun["region"],
            callback=[
                self.mirror.calls.given(call, noun["statusCallback"]),
                noun["statusCallbackMethod"],
            ],
            events=noun["statusCallbackEvent"],
            most=noun["maxParticipants"],
            recording=None if noun["record"] == "do-not-record" else recording,
        )
        joins = {
            "name": noun["text"],
            "options": options,
            "wait": [self.mirror.calls.given(call, noun["waitUrl"]), noun["waitMethod"]],
            "as": {
                "label": noun["participantLabel"],
                "muted": noun["muted"],
                "start_conference_on_enter": noun["startConferenceOnEnter"],
                "end_conference_on_exit": noun["endConferenceOnExit"],
                "coaching": bool(noun["coach"]),
                "call_sid_to_coach": noun["coach"],
                "_beep": noun["beep"],
            },
        }
        self.enter(call, joins)

    def enter(self, call: Doc, joins: Doc) -> None:
        """Let a call join a conference: `joins` says which, and as what."""
        doc = self.mirror.conferences.open(call["account_sid"], joins["name"], joins["options"])
        present = self.mirror.participants.present(doc)
        label = joins["as"]["label"]
        if label and any(each["label"] == label and each["call_sid"] != call["sid"]
                         for each in present):  # fmt: skip
            self._refuse(call, 16025)
            return
        if len(present) >= doc["_most"]:
            self._refuse(call, 16020)
            return
        coached = joins["as"]["call_sid_to_coach"]
        if coached and not any(each["call_sid"] == coached for each in present):
            self._refuse(call, 13240)
            return
        call = self.mirror.calls.save(call | {"_room": doc["sid"]})
        person = self.mirror.participants.seat(doc, call, joins["as"])
        self.write(doc, call, "joined", label or "")
        self._beep(person, "onEnter")
        self.tell(doc, "participant-join", person)
        self.start_if_complete(doc["sid"])
        if self.get(doc["sid"])["status"] == "init":
            url, method = joins["wait"]
            if url:
                self.mirror.calls.enter(call, "conference", [url, method])
        self.mirror.calls.converse(self.mirror.calls.get(call["sid"]))

    def _refuse(self, call: Doc, code: int) -> None:
        """Go on without having joined."""
        self.mirror.calls.fault(call, code)
        if call["_dialing"]:
            self.mirror.calls.dialed(call, "failed", None)
        else:
            self.mirror.calls.end(call, "completed")

    def start_if_complete(self, sid: str) -> None:
        """Start a conference, if two are in it and one of them may start it."""
        doc = self.get(sid)
        present = self.mirror.participants.present(doc)
        starts = any(each["start_conference_on_enter"] for each in present)
        if doc["status"] != "init" or len(present) < 2 or not starts:
            return
        doc = self.change(doc, status="in-progress")
        for each in present:
            call = self.mirror.calls.get(each["call_sid"])
            if self.mirror.calls.frame_of(call) == "conference" and not each["hold"]:
                self.mirror.calls.back(call)
        if doc["_recording"]:
            self.mirror.recordings.begin(
                "Conference", account=doc["account_sid"], conference=sid, **doc["_recording"]
            )
        self.write(doc, None, "started", "")
        self.tell(doc, "conference-start")

    # Going out.

    def expel(self, call: Doc, reason: str = "participant_updated_via_api") -> None:
        """Let a call leave its conference and go on with its own document."""
        doc = self.get(call["_room"])
        self.depart(call, reason, "in-progress")
        call = self.mirror.calls.get(call["sid"])
        self._go_on(call)
        self._end_if_over(doc["sid"], call["sid"], kicked=reason == "participant_updated_via_api")

    def gone(self, call: Doc, reason: str = "participant_hung_up") -> None:
        """Let a call that has ended, or does something else, be out of its conference."""
        sid = call["_room"]
        self.depart(call, reason, call["status"])
        self._end_if_over(sid, call["sid"], kicked=False)

    def depart(self, call: Doc, reason: str, status: str) -> None:
        """Let a participant be out."""
        doc = self.get(call["_room"])
        person = self.mirror.participants.of(call)
        while self.mirror.calls.frame_of(call) in ("conference", "hold"):
            call = self.mirror.calls.back(call)
        self.mirror.calls.save(call | {"_room": None})
        if person is None:
            return
        person = self.mirror.participants.change(person, status="complete", hold=False)
        self.write(doc, call, "left", "")
        self._beep(person, "onExit")
        more = {"ReasonParticipantLeft": reason, "ParticipantCallStatus": status}
        self.tell(doc, "participant-leave", person, **more)

    def _end_if_over(self, sid: str, by: str, *, kicked: bool) -> None:
        """End a conference whose last or deciding participant has left."""
        doc = self.get(sid)
        if doc["status"] == "completed":
            return
        left = self.mirror.participants.peek(f"{sid}{by}")
        how = "kicked" if kicked else "left"
        if left and left["end_conference_on_exit"]:
            self.close(doc, f"participant-with-end-conference-on-exit-{how}", by)
        elif not self.mirror.participants.awaited(doc):
            self.close(doc, f"last-participant-{how}", by)

    def close(self, doc: Doc, reason: str, by: str | None) -> None:
        """End a conference: whoever is in it goes on with their own documents."""
        via_api = reason == "conference-ended-via-api"
        why = "conference_ended_via_api" if via_api else "moderator_ended_conference"
        doc = self.change(
            doc,
            status="completed",
            reason_conference_ended=reason,
            call_sid_ending_conference=by,
        )
        self.mirror.recordings.finish_all(conference_sid=doc["sid"])
        here = [self.mirror.calls.get(each["call_sid"])
                for each in self.mirror.participants.present(doc)]  # fmt: skip
        for call in here:
            self.depart(call, why, "in-progress")
        doc = self.get(doc["sid"])
        self.write(doc, None, "ended", reason)
        ended_by = self.mirror.participants.peek(f"{doc['sid']}{by}") if by else None
        self.tell(
            doc,
            "conference-end",
            ReasonConferenceEnded=reason,
            Reason=REASONS[reason],
            CallSidEndingConference=by,
            ParticipantLabelEndingConference=ended_by["label"] if ended_by else None,
        )
        for call in here:
            self._go_on(self.mirror.calls.get(call["sid"]))

    def _go_on(self, call: Doc) -> None:
        """Let a call that was in a conference do what comes after that.

        Source: https://www.twilio.com/docs/voice/twiml/dial#dialcallstatus
        """
        if call["status"] != "in-progress":
            return
        if call["_dialing"]:
            call["_dialing"]["bridged"] = True
            self.mirror.calls.dialed(self.mirror.calls.save(call), "answered", None)
        else:
            self.mirror.calls.end(call, "completed")

    # Speaking.

    def hear(self, call: Doc, who: str, what: str, words: str) -> None:
        """Let a conference hear what one of its participants says.

        Source: https://www.twilio.com/docs/voice/api/conference-participant-resource
        """
        person = self.mirror.participants.of(call) if call["_room"] else None
        if person is None or person["muted"] or person["hold"]:
            return
        doc = self.get(call["_room"])
        if doc["status"] != "in-progress":
            return
        self.write(doc, call, what, words)
        for each in self.mirror.participants.present(doc):
            is_meant = not person["coaching"] or each["call_sid"] == person["call_sid_to_coach"]
            if each["call_sid"] != call["sid"] and is_meant and not each["hold"]:
                other = self.mirror.calls.get(each["call_sid"])
                self.mirror.calls.note(other, what, words, who=who)
                self.mirror.calls.save(other)
        if what == "said":
            self.tell(doc, "participant-speech-start", person)
            self.tell(self.get(doc["sid"]), "participant-speech-stop", person)

    def announce(self, doc: Doc, call: Doc | None, url: str, method: str) -> None:
        """Ask an address what to announce to a conference, or to one in it."""
        asked = {
            "AccountSid": doc["account_sid"],
            "ConferenceSid": doc["sid"],
            "FriendlyName": doc["friendly_name"],
            "AnnounceUrl": url,
        }
        if call is not None:
            asked |= self.mirror.calls.params(call)
        to = [self.mirror.accounts.target(doc["account_sid"], url, method)]
        self.mirror.emit(ANNOUNCED, asked, to=to)

    def announced(self, parcel: Parcel, body: bytes | None, kind: str) -> None:
        """Let those who are meant hear what the application answered."""
        asked: Doc = orjson.loads(parcel.payload)
        doc = self.peek(asked["ConferenceSid"])
        if doc is None or doc["status"] == "completed":
            return
        answer = None if body is None else twiml.read(body, kind)
        person = self.mirror.participants.peek(f"{doc['sid']}{asked.get('CallSid')}")
        told = {"AnnounceUrl": asked["AnnounceUrl"]}
        if answer is None or answer.is_broken:
            reason = "The announcement could not be retrieved."
            self.tell(doc, "announcement-fail", person, ReasonAnnouncementFailed=reason, **told)
            return
        present = self.mirror.participants.present(doc)
        meant = [each for each in present if person is None or each["id"] == person["id"]]
        for verb in answer.verbs:
            if verb["verb"] in SPOKEN[:2]:
                what = "said" if verb["verb"] == "Say" else "played"
                self.write(self.get(doc["sid"]), None, what, verb["text"])
                for each in meant:
                    call = self.mirror.calls.get(each["call_sid"])
                    self.mirror.calls.note(call, what, verb["text"])
                    self.mirror.calls.save(call)
        self.tell(self.get(doc["sid"]), "announcement-end", person, **told)

    # What is told and written down.

    def tell(self, doc: Doc, event: str, person: Doc | None = None, **more: Any) -> None:
        """Tell the conference's callback, if it wants that event.

        Source: https://www.twilio.com/docs/voice/twiml/conference#attributes-status-callback
        """
        doc = self.get(doc["sid"])
        url, method = doc["_callback"]
        if not url or KINDS[event] not in doc["_events"]:
            return
        doc = self.save(doc | {"_sequence": doc["_sequence"] + 1})
        told = {
            "ConferenceSid": doc["sid"],
            "FriendlyName": doc["friendly_name"],
            "AccountSid": doc["account_sid"],
            "SequenceNumber": doc["_sequence"],
            "Timestamp": self.stamp(),
            "StatusCallbackEvent": event,
        }
        if person is not None:
            told |= self.mirror.participants.told_of(person)
        to = [self.mirror.accounts.target(doc["account_sid"], url, method)]
        self.mirror.emit(STATUS, told | more, to=to)

    def write(self, doc: Doc, call: Doc | None, what: str, words: str) -> None:
        """Write down in the conference's transcript what happened, and when."""
        who = "application" if call is None else self.mirror.participants.name_of(call)
        doc = self.get(doc["sid"])
        entry = {"at": self.now.isoformat(), "who": who, "what": what, "words": words}
        self.save(doc | {"transcript": [*doc["transcript"], entry]})

    def _beep(self, person: Doc, when: str) -> None:
        """Let a conference hear that somebody comes or goes.

        Source: https://www.twilio.com/docs/voice/twiml/conference#attributes-beep
        """
        if person["_beep"] in ("true", when):
            self.write(self.get(person["conference_sid"]), None, "beeped", "")
