"""Participants: who is in a conference, or is being called into it.

Source: https://www.twilio.com/docs/voice/api/conference-participant-resource
"""

from typing import Any, ClassVar

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.errors import refusal, wrong
from mirra_mcp.local.mirrors.twilio.api.params import FLAG, Values, is_url
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT, TwilioResource
from mirra_mcp.local.mirrors.twilio.voice.calls.params import method_of
from mirra_mcp.local.mirrors.twilio.voice.conferences.params import (
    CreateParticipant,
    UpdateParticipant,
    flag,
    joining,
)
from mirra_mcp.wire.model import Doc

PATH = f"{ACCOUNT}/Conferences/{{ConferenceSid}}/Participants"
AWAITED = ("queued", "connecting", "ringing")


class Participants(TwilioResource):
    """Everybody who is or was in a conference; the API shows those who are."""

    entity, plural, is_2010 = "participant", "participants", True
    callback_fields = ()
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "call_sid": None,
        "label": None,
        "call_sid_to_coach": None,
        "coaching": False,
        "conference_sid": None,
        "date_created": None,
        "date_updated": None,
        "end_conference_on_exit": False,
        "muted": False,
        "hold": False,
        "start_conference_on_enter": True,
        "status": "queued",
        "uri": None,
        "_beep": "true",
    }
    indexes = ("account_sid", "conference_sid", "call_sid", "status")
    filters: ClassVar[Values] = dict.fromkeys(("Muted", "Hold", "Coaching"), FLAG)
    names = ("label",)
    statuses = ("queued", "connecting", "ringing", "connected", "complete", "failed")
    verbs: ClassVar[dict[str, tuple[str, Any]]] = {
        "connected": ("status", "connected"),
        "muted": ("muted", True),
        "held": ("hold", True),
    }

    # Who is there.

    def present(self, conference: Doc) -> list[Doc]:
        """List who is in a conference, in the order in which they came."""
        return self.find(conference_sid=conference["sid"], status="connected", newest_first=False)

    def awaited(self, conference: Doc) -> list[Doc]:
        """List who is in a conference or may yet come."""
        coming = [
            each
            for status in AWAITED
            for each in self.find(conference_sid=conference["sid"], status=status)
        ]
        return self.present(conference) + coming

    def of(self, call: Doc) -> Doc | None:
        """Return as whom a call is in its conference."""
        found = self.peek(f"{call['_room']}{call['sid']}") if call["_room"] else None
        return found if found and found["status"] == "connected" else None

    def name_of(self, call: Doc) -> str:
        """Return by what name transcripts call the person at the other end of a call."""
        person = self.of(call)
        if person and person["label"]:
            return str(person["label"])
        return str(call["from"] if call["direction"] == "inbound" else call["to"])

    def seat(self, conference: Doc, call: Doc, fields: Doc) -> Doc:
        """Let a call be in a conference."""
        return self._lay_out(conference, call, "connected", fields)

    def _lay_out(self, conference: Doc, call: Doc, status: str, fields: Doc) -> Doc:
        id = f"{conference['sid']}{call['sid']}"
        path = PATH.format(account=call["account_sid"], ConferenceSid=conference["sid"])
        if (old := self.peek(id)) is not None:
            return self.change(old, status=status, **fields)
        return self.save(
            self.new(
                id=id,
                account_sid=call["account_sid"],
                call_sid=call["sid"],
                conference_sid=conference["sid"],
                status=status,
                uri=f"{path}/{call['sid']}.json",
                **fields,
            )
        )

    def ring(self, call: Doc) -> None:
        """Let it be seen that somebody is being called."""
        for each in self.find(call_sid=call["sid"], status="queued"):
            self.change(each, status="ringing")

    def fail(self, call: Doc) -> None:
        """Give up on somebody who was called into a conference and never came.

        Source: https://www.twilio.com/docs/voice/twiml/conference#attributes-status-callback
        """
        for status in AWAITED:
            for each in self.find(call_sid=call["sid"], status=status):
                person = self.change(each, status="failed")
                conference = self.mirror.conferences.get(person["conference_sid"])
                told = {
                    "ReasonParticipantLeft": "participant_add_failed",
                    "ParticipantCallStatus": call["status"],
                }
                self.mirror.conferences.tell(conference, "participant-leave", person, **told)
                if not self.awaited(conference) and conference["status"] != "completed":
                    self.mirror.conferences.close(conference, "last-participant-left", call["sid"])

    def told_of(self, person: Doc) -> Doc:
        """Return what a conference's callback is told of a participant."""
        return {
            "CallSid": person["call_sid"],
            "ParticipantLabel": person["label"],
            "CallSidToCoach": person["call_sid_to_coach"],
            **{
                name: str(person[field]).lower()
                for name, field in (
                    ("Muted", "muted"),
                    ("Hold", "hold"),
                    ("Coaching", "coaching"),
                    ("EndConferenceOnExit", "end_conference_on_exit"),
                    ("StartConferenceOnEnter", "start_conference_on_enter"),
                )
            },
        }

    # The API.

    def missing(self, id: str) -> VendorError:
        """Say that nobody of that call or label is in the conference."""
        return super().missing(id)

    def _one(self, conference: str, text: str) -> Doc:
        """Return a participant by call or label, while they are in a conference.

        Raises:
            VendorError: nobody such is in it.
        """
        doc = self.mirror.conferences.get(conference)
        for each in self.awaited(doc):
            if text in (each["call_sid"], each["label"]):
                return each
        raise self.missing(text)

    @route(f"POST {PATH}.json", status=201)
    def create(self, ConferenceSid: str, params: CreateParticipant) -> Doc:
        """Call somebody into a conference, which is opened if it isn't there.

        Source: https://www.twilio.com/docs/voice/api/conference-participant-resource
        """
        joins = joining(params, ConferenceSid)
        account = self.mirror.account_sid
        found = self.mirror.conferences.peek(ConferenceSid)
        if found is not None and found["account_sid"] != account:
            found = None
        if found is None and ConferenceSid.startswith("CF") and len(ConferenceSid) == 34:
            raise self.missing(ConferenceSid)
        if found is not None and found["status"] == "completed":
            raise refusal(20404, path=self.mirror.path)
        name = found["friendly_name"] if found else ConferenceSid
        joins["name"] = name
        there = found or self.mirror.conferences.named(account, name)
        present = self.awaited(there) if there else []
        label, coached = joins["as"]["label"], joins["as"]["call_sid_to_coach"]
        if label and any(each["label"] == label for each in present):
            raise refusal(16026, label=label)
        if coached and not any(each["call_sid"] == coached for each in present):
            raise refusal(16028)
        call = self.mirror.calls.make_for_conference(params, joins)
        there = there or self.mirror.conferences.open(account, name, joins["options"])
        person = self._lay_out(there, call, "queued", joins["as"])
        return self.view(person) | {"queue_time": call["queue_time"]}

    @route(f"GET {PATH}.json")
    def index(self, ConferenceSid: str, call: Call) -> Doc:
        """List who is in a conference, or is being called into it."""
        self.mirror.conferences.get(ConferenceSid)
        wanted = {
            field: call.query[name].lower() == "true"
            for name, field in (("Muted", "muted"), ("Hold", "hold"), ("Coaching", "coaching"))
            if call.query.get(name)
        }

        def keep(doc: Doc) -> bool:
            here = doc["status"] in (*AWAITED, "connected")
            return here and all(doc[field] == value for field, value in wanted.items())

        return self.listed(call, keep=keep, conference_sid=ConferenceSid)

    @route(f"GET {PATH}/{{CallSid}}.json")
    def fetch(self, ConferenceSid: str, CallSid: str) -> Doc:
        """Return a participant, by call or label."""
        return self.view(self._one(ConferenceSid, CallSid))

    @route(f"POST {PATH}/{{CallSid}}.json")
    def update(self, ConferenceSid: str, CallSid: str, params: UpdateParticipant) -> Doc:
        """Mute, hold, coach or address a participant.

        Source: https://www.twilio.com/docs/voice/api/conference-participant-resource
        """
        doc = self._one(ConferenceSid, CallSid)
        conference = self.mirror.conferences.get(ConferenceSid)
        urls = {
            "HoldUrl": params.hold_url,
            "AnnounceUrl": params.announce_url,
            "WaitUrl": params.wait_url,
        }
        for name, url in urls.items():
            if url and not is_url(url):
                raise refusal(21205, name=name, url=url)
        hold_method = method_of("HoldMethod", params.hold_method)
        announce_method = method_of("AnnounceMethod", params.announce_method)
        wait_method = method_of("WaitMethod", params.wait_method)
        coached = params.call_sid_to_coach or (doc["call_sid_to_coach"] if params.coaching else "")
        if flag(params.coaching) and not coached:
            raise wrong("CallSidToCoach is needed for Coaching.")
        if coached and coached not in [each["call_sid"] for each in self.present(conference)]:
            raise refusal(16028)
        if params.muted:
            doc = self._turn(conference, doc, "muted", flag(params.muted), "mute", "unmute")
        if params.hold:
            doc = self._turn(conference, doc, "hold", flag(params.hold), "hold", "unhold")
            self._hold(doc, [params.hold_url or None, hold_method])
        more: Doc = {}
        if params.end_conference_on_exit:
            more["end_conference_on_exit"] = flag(params.end_conference_on_exit)
        if params.beep_on_exit:
            beeps = flag(params.beep_on_exit)
            enters = doc["_beep"] in ("true", "onEnter")
            more["_beep"] = {
                (True, True): "true",
                (True, False): "onEnter",
                (False, True): "onExit",
            }.get((enters, beeps), "false")
        if params.coaching or params.call_sid_to_coach:
            is_coach = flag(params.coaching) if params.coaching else bool(coached)
            more |= {"coaching": is_coach, "call_sid_to_coach": coached if is_coach else None}
        if params.wait_url is not None:
            self._wait(doc, conference, [params.wait_url or None, wait_method])
        if more or params.wait_url is not None:
            doc = self.change(self.get(doc["id"]), **more)
            self.mirror.conferences.tell(conference, "participant-modify", doc)
        if params.announce_url:
            call = self.mirror.calls.get(doc["call_sid"])
            self.mirror.conferences.announce(conference, call, params.announce_url, announce_method)
        return self.view(self.get(doc["id"]))

    def _turn(self, conference: Doc, doc: Doc, field: str, to: bool, on: str, off: str) -> Doc:
        """Mute or hold a participant, or no longer, and tell of it if that is new."""
        if doc[field] == to:
            return doc
        doc = self.change(doc, **{field: to})
        call = self.mirror.calls.get(doc["call_sid"])
        self.mirror.calls.note(call, f"{on if to else off}d".replace("holdd", "held"), "")
        self.mirror.calls.save(call)
        self.mirror.conferences.tell(conference, f"participant-{on if to else off}", doc)
        return doc

    def _hold(self, doc: Doc, page: list[Any]) -> None:
        """Let somebody who is held hear what the application says; and those who aren't, not."""
        call = self.mirror.calls.get(doc["call_sid"])
        if self.mirror.calls.frame_of(call) == "hold":
            call = self.mirror.calls.back(call)
        if doc["hold"]:
            self.mirror.calls.enter(call, "hold", page)

    def _wait(self, doc: Doc, conference: Doc, page: list[Any]) -> None:
        """Let somebody who waits for the start hear something else."""
        call = self.mirror.calls.get(doc["call_sid"])
        if conference["status"] != "init" or doc["status"] != "connected":
            return
        if self.mirror.calls.frame_of(call) == "conference":
            call = self.mirror.calls.back(call)
        if page[0]:
            self.mirror.calls.enter(call, "conference", page)

    @route(f"DELETE {PATH}/{{CallSid}}.json", status=204)
    def delete(self, ConferenceSid: str, CallSid: str) -> None:
        """Kick a participant out; their call goes on with its own document."""
        doc = self._one(ConferenceSid, CallSid)
        call = self.mirror.calls.get(doc["call_sid"])
        if doc["status"] == "connected":
            self.mirror.conferences.expel(call)
        else:
            self.mirror.calls.end(call, "canceled")
