"""Conferences: rooms in which calls meet. Who joins the first opens one, who leaves last ends it.

Source: https://www.twilio.com/docs/voice/twiml/conference
    https://www.twilio.com/docs/voice/api/conference-resource
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.kit.webhooks import Outcome, Parcel
from mirra_mcp.local.mirrors.twilio.api.dates import dated
from mirra_mcp.local.mirrors.twilio.api.errors import refusal, wrong
from mirra_mcp.local.mirrors.twilio.api.params import TwilioParams, Values, any_of, is_url
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT
from mirra_mcp.local.mirrors.twilio.voice.calls.params import method_of
from mirra_mcp.local.mirrors.twilio.voice.conferences.rooms import ANNOUNCED, LIVE, Rooms
from mirra_mcp.wire.model import Doc

PATH = f"{ACCOUNT}/Conferences"
STATUSES = ("init", "in-progress", "completed")


class UpdateConference(TwilioParams):
    """Source: https://www.twilio.com/docs/voice/api/conference-resource"""

    status: str = ""
    announce_url: str = ""
    announce_method: str = "POST"


class Conferences(Rooms):
    """Every conference of every account."""

    entity, plural, prefix, is_2010 = "conference", "conferences", "CF", True
    hears = (ANNOUNCED,)
    callback_fields = ("_callback", "_recording")
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "date_created": None,
        "date_updated": None,
        "api_version": "2010-04-01",
        "friendly_name": None,
        "region": "us1",
        "sid": None,
        "status": "init",
        "uri": None,
        "subresource_uris": None,
        "reason_conference_ended": None,
        "call_sid_ending_conference": None,
        "transcript": [],
        "_callback": [None, "POST"],
        "_events": [],
        "_most": 250,
        "_recording": None,
        "_sequence": 0,
    }
    indexes = ("account_sid", "friendly_name", "status")
    synonyms, names = ("conference call",), ("friendly_name",)
    statuses = STATUSES
    filters: ClassVar[Values] = {"Status": any_of(*STATUSES)}
    verbs: ClassVar[dict[str, tuple[str, str]]] = {
        "started": ("status", "in-progress"),
        "ended": ("status", "completed"),
        "completed": ("status", "completed"),
    }

    def named(self, account: str, name: str) -> Doc | None:
        """Return the conference of a name that isn't over."""
        for status in LIVE:
            found = self.first(account_sid=account, friendly_name=name, status=status)
            if found is not None:
                return found
        return None

    def open(self, account: str, name: str, options: Doc) -> Doc:
        """Return the conference of a name; whoever comes first says how it is told and recorded."""
        found = self.named(account, name)
        if found is not None:
            return found
        sid = self.new_id()
        path = f"{PATH.format(account=account)}/{sid}"
        doc = self.new(
            id=sid,
            account_sid=account,
            friendly_name=name,
            region=options["region"] or "us1",
            uri=f"{path}.json",
            subresource_uris={
                "participants": f"{path}/Participants.json",
                "recordings": f"{path}/Recordings.json",
            },
            _callback=options["callback"],
            _events=options["events"],
            _most=options["most"],
            _recording=options["recording"],
        )
        return self.save(doc)

    @route(f"GET {PATH}.json")
    def index(self, call: Call) -> Doc:
        """List conferences by name, status and dates, newest first."""
        names = {"FriendlyName": "friendly_name", "Status": "status"}
        where: Doc = {
            field: text for name, field in names.items() if (text := call.query.get(name))
        }
        made = dated(call, "DateCreated", "date_created")
        changed = dated(call, "DateUpdated", "date_updated")

        def keep(doc: Doc) -> bool:
            return (made is None or made(doc)) and (changed is None or changed(doc))

        return self.listed(call, keep=keep if made or changed else None, **where)

    @route(f"GET {PATH}/{{Sid}}.json")
    def fetch(self, Sid: str) -> Doc:
        """Return one conference."""
        return self.view(self.get(Sid))

    @route(f"POST {PATH}/{{Sid}}.json")
    def update(self, Sid: str, params: UpdateConference) -> Doc:
        """End a conference, or announce something to all who are in it.

        Source: https://www.twilio.com/docs/voice/api/conference-resource
        """
        doc = self.get(Sid)
        method = method_of("AnnounceMethod", params.announce_method)
        if params.status and params.status != "completed":
            raise wrong(f"Invalid parameter Status: {params.status}")
        if params.announce_url and not is_url(params.announce_url):
            raise refusal(21205, name="AnnounceUrl", url=params.announce_url)
        if doc["status"] == "completed" and (params.status or params.announce_url):
            raise wrong(f"The conference {Sid} is completed.")
        if params.announce_url:
            self.announce(doc, None, params.announce_url, method)
        if params.status:
            self.close(doc, "conference-ended-via-api", None)
        return self.view(self.get(Sid))

    def view(self, doc: Doc) -> Doc:
        """Return what Twilio tells: not the transcript."""
        shown = super().view(doc)
        del shown["transcript"]
        return shown

    # What is announced.

    def heard(self, parcel: Parcel, status: int, headers: dict[str, str], body: bytes) -> None:
        """Let everybody hear an announcement."""
        self.announced(parcel, body, headers.get("content-type", ""))

    def unheard(self, parcel: Parcel, outcome: Outcome) -> None:
        """Say that an announcement could not be had."""
        self.mirror.notifications.note(parcel, outcome)
        self.announced(parcel, None, "")
