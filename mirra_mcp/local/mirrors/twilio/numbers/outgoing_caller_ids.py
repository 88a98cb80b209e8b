"""Numbers that somebody has proved to be theirs: trial accounts may text only those.

Source: https://www.twilio.com/docs/voice/api/outgoing-caller-ids
    https://www.twilio.com/docs/api/errors/21608
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.errors import refusal
from mirra_mcp.local.mirrors.twilio.api.params import (
    HEX,
    METHOD,
    URL,
    TwilioParams,
    Values,
    text,
    whole,
)
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT, TwilioResource
from mirra_mcp.wire.model import Doc

IDS = f"{ACCOUNT}/OutgoingCallerIds"


class Validate(TwilioParams):
    """A number that is to be verified by a call."""

    values: ClassVar[Values] = {
        "CallDelay": whole(0, 60).coded(21454),
        "FriendlyName": text(64).coded(20002),
        "StatusCallback": URL.coded(21456),
        "StatusCallbackMethod": METHOD,
    }

    phone_number: str
    friendly_name: str | None = None


class Rename(TwilioParams):
    """Another name for a verified number."""

    values: ClassVar[Values] = {"FriendlyName": text(64).coded(20002)}

    friendly_name: str | None = None


class OutgoingCallerIds(TwilioResource):
    """Verified numbers."""

    entity, plural, prefix, is_2010 = "outgoing_caller_id", "outgoing_caller_ids", "PN", True
    blank: ClassVar[Doc] = {
        "sid": None,
        "date_created": None,
        "date_updated": None,
        "friendly_name": None,
        "account_sid": None,
        "phone_number": None,
        "uri": None,
    }
    indexes = ("account_sid", "phone_number")
    synonyms = ("caller id", "verified number")
    names = ("phone_number", "friendly_name")

    def verify(self, e164: str, account: str | None = None, name: str | None = None) -> Doc:
        """Take a number as proved: its owner typed the code in, or a fixture says so."""
        owner, sid = account or self.mirror.account_sid, self.new_id()
        return self.save(
            self.new(
                id=sid,
                account_sid=owner,
                phone_number=e164,
                friendly_name=name or e164,
                uri=f"{IDS.format(account=owner)}/{sid}.json",
            )
        )

    @route(f"POST {IDS}.json")
    def create(self, params: Validate) -> Doc:
        """Call a number to verify it; who answers types in the code that this returns.

        Nothing is called: the simulated event `caller_id.verified` types it in.
        """
        phone = phones.parse(params.phone_number)
        if phone is None or phone.e164 == phones.INVALID:
            raise refusal(21401, number=params.phone_number)
        account = self.mirror.account_sid
        if self.first(account_sid=account, phone_number=phone.e164):
            raise refusal(21450)
        name = params.friendly_name or phone.national
        waiting = self.mirror.setting("validations", {})
        waiting[phone.e164] = [account, name]
        self.mirror.set_setting("validations", waiting)
        return {
            "account_sid": account,
            "call_sid": "CA" + self.mirror.ids.token(32, HEX),
            "friendly_name": name,
            "phone_number": phone.e164,
            "validation_code": str(self.mirror.ids.number(100000, 999999)),
        }

    @route(f"GET {IDS}/{{sid}}.json")
    def fetch(self, sid: str) -> Doc:
        """Return a verified number."""
        return self.view(self.get(sid))

    @route(f"GET {IDS}.json")
    def index(self, call: Call) -> Doc:
        """List verified numbers, by number and name."""
        number, name = call.query.get("PhoneNumber"), call.query.get("FriendlyName")
        where: Doc = {"phone_number": number} if number else {}
        if name is None:
            return self.listed(call, **where)
        return self.listed(call, keep=lambda doc: doc["friendly_name"] == name, **where)

    @route(f"POST {IDS}/{{sid}}.json")
    def update(self, sid: str, params: Rename) -> Doc:
        """Rename a verified number."""
        doc = self.get(sid)
        return self.view(
            self.change(doc, friendly_name=params.friendly_name or doc["friendly_name"])
        )

    @route(f"DELETE {IDS}/{{sid}}.json", status=204)
    def delete(self, sid: str) -> None:
        """Forget a verified number."""
        self.drop(self.get(sid))
