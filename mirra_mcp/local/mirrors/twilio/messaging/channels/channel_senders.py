"""Senders of WhatsApp and RCS: registered, verified, online.

Source: https://www.twilio.com/docs/whatsapp/api/senders
    https://github.com/twilio/twilio-oai (spec/json/twilio_messaging_v2.json)
"""

import re
from datetime import timedelta
from typing import ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.errors import refusal, wrong
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.messaging.channels.addresses import (
    MIRRORED,
    SANDBOX,
    bare,
    channel_of,
)
from mirra_mcp.local.mirrors.twilio.messaging.channels.params import (
    CONFIGURATION,
    PROFILE,
    WEBHOOK,
    CreateSender,
    UpdateSender,
    invalid,
    part_of,
)
from mirra_mcp.wire.model import Doc

PATH = "/v2/Channels/Senders"
STATUSES = (
    "CREATING", "ONLINE", "OFFLINE", "PENDING_VERIFICATION", "VERIFYING", "ONLINE:UPDATING",
    "TWILIO_REVIEW", "DRAFT", "STUBBED",
)  # fmt: skip
AGENT = re.compile(r"[a-z0-9_-]{1,64}")
CODE = re.compile(r"\d{6}")
STEP = timedelta(seconds=2)
"""How long registering and verifying take. Ours: Twilio's times vary."""


class ChannelSenders(TwilioResource):
    """The senders of every account, besides numbers, short codes and names.

    Whoever owns the number need not verify it; another's needs the code that it gets, which can
    be any six digits here. Both are online two seconds later.
    """

    entity, plural, prefix = "channel_sender", "channel_senders", "XE"
    synonyms, names = ("whatsapp sender", "rcs sender"), ("sender_id", "friendly_name")
    statuses = STATUSES
    address_fields: ClassVar[tuple[str, ...]] = ()
    blank: ClassVar[Doc] = {
        "sid": None,
        "status": "CREATING",
        "sender_id": None,
        "friendly_name": None,
        "configuration": CONFIGURATION,
        "webhook": WEBHOOK,
        "profile": PROFILE,
        "properties": None,
        "offline_reasons": None,
        "compliance": None,
        "url": None,
        "account_sid": None,
    }
    indexes = ("account_sid", "sender_id")

    @route(f"POST {PATH}", status=202)
    def create(self, params: CreateSender) -> Doc:
        """Register a sender."""
        channel, address = channel_of(params.sender_id), bare(params.sender_id)
        phone = phones.parse(address)
        if channel == "whatsapp" and phone is not None:
            sender = f"whatsapp:{phone.e164}"
        elif channel == "rcs" and AGENT.fullmatch(address):
            sender = params.sender_id
        else:
            raise invalid("sender_id is not in the format whatsapp:<E.164> or rcs:<agent>")
        fields = self._fields(params)
        if channel == "whatsapp" and not fields.get("profile", {}).get("name"):
            raise invalid("profile.name is missing")
        if self.first(sender_id=sender):
            raise refusal(20409, message=f"The sender {sender} is registered already")
        doc = self._laid_out(sender, fields)
        self.mirror.after(STEP, "channel_senders.step", id=doc["id"])
        return self.view(self.save(doc))

    @route(f"GET {PATH}")
    def list(self, call: Call) -> Doc:
        """List the senders of a channel."""
        channel = call.query.get("Channel", "")
        if channel not in MIRRORED:
            raise wrong(f"Invalid parameter Channel: it is one of {', '.join(MIRRORED)}")

        def keep(doc: Doc) -> bool:
            return channel_of(doc["sender_id"]) == channel

        return self.listed(call, "senders", keep=keep)

    @route(f"GET {PATH}/{{Sid}}")
    def fetch(self, Sid: str) -> Doc:
        """Return one sender."""
        return self.view(self.get(Sid))

    @route(f"POST {PATH}/{{Sid}}", status=202)
    def update(self, Sid: str, params: UpdateSender) -> Doc:
        """Change a sender, or verify that its number is one's own."""
        doc = self.get(Sid)
        fields = self._fields(params, doc)
        code = fields.get("configuration", {}).get("verification_code")
        is_verifying = code is not None and doc["status"] == "PENDING_VERIFICATION"
        if is_verifying and not CODE.fullmatch(code):
            raise invalid("configuration.verification_code is not six digits")
        doc = self.save(doc | fields)
        if is_verifying:
            doc = self.save(doc | {"status": "VERIFYING"})
            self.mirror.after(STEP, "channel_senders.step", id=doc["id"])
        return self.view(doc)

    @route(f"DELETE {PATH}/{{Sid}}", status=204)
    def delete(self, Sid: str) -> None:
        """Remove a sender."""
        doc = self.get(Sid)
        self.mirror.cancel_timers(id=Sid)
        for member in self.mirror.service_channel_senders.find(sender_sid=Sid):
            self.mirror.service_channel_senders.drop(member)
        self.drop(doc)

    # What others do.

    def provide(self, sender: str, name: str, account: str | None = None, **webhook: str) -> Doc:
        """Give an account a sender that is online: a fixture's."""
        fields: Doc = {"profile": PROFILE | {"name": name}, "webhook": WEBHOOK | webhook}
        doc = self._laid_out(sender, fields | {"account_sid": account or self.mirror.account_sid})
        return self.enter(doc, "ONLINE")

    def step(self, id: str) -> None:
        """Bring a sender one step nearer to being online."""
        doc = self.peek(id)
        if doc is None or doc["status"] not in ("CREATING", "VERIFYING"):
            return
        where: Doc = {"account_sid": doc["account_sid"], "phone_number": bare(doc["sender_id"])}
        is_verified = (
            doc["status"] == "VERIFYING"
            or channel_of(doc["sender_id"]) != "whatsapp"
            or self.mirror.incoming_phone_numbers.count(**where) > 0
        )
        self.enter(doc, "ONLINE" if is_verified else "PENDING_VERIFICATION")

    def enter(self, doc: Doc, status: str, reason: Doc | None = None) -> Doc:
        """Let a sender take a status."""
        properties = doc["properties"]
        if status == "ONLINE" and channel_of(doc["sender_id"]) == "whatsapp":
            properties = {"quality_rating": "HIGH", "messaging_limit": "10K Customers/24hr"}
        fields = {"status": status, "properties": properties}
        return self.save(doc | fields | {"offline_reasons": [reason] if reason else None})

    def online(self, account: str, address: str) -> Doc | None:
        """Return an account's sender, if it is online."""
        doc = self.first(account_sid=account, sender_id=address)
        return doc if doc is not None and doc["status"].startswith("ONLINE") else None

    def answers_for(self, account: str, address: str) -> bool:
        """Say whether an address is an account's sender, or the sandbox that all share."""
        return address == SANDBOX or self.online(account, address) is not None

    def _laid_out(self, sender: str, fields: Doc) -> Doc:
        parts: Doc = {"configuration": dict(CONFIGURATION), "webhook": dict(WEBHOOK)}
        parts["profile"] = dict(PROFILE)
        if channel_of(sender) == "rcs":
            parts |= {"configuration": None}
            parts["compliance"] = {"registration_sid": "", "countries": []}
        return self.new(sender_id=sender, **(parts | fields))

    def _fields(self, params: UpdateSender, doc: Doc | None = None) -> Doc:
        found: Doc = {}
        if params.friendly_name is not None:
            found["friendly_name"] = params.friendly_name or None
        known = {"configuration": CONFIGURATION, "webhook": WEBHOOK, "profile": PROFILE}
        for name, blank in known.items():
            if given := part_of(name, getattr(params, name), blank):
                before = (doc or {}).get(name) or blank
                found[name] = blank | before | given
        return found

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of a sender."""
        shown = super().view(doc)
        del shown["account_sid"]
        if channel_of(doc["sender_id"]) == "rcs":
            del shown["configuration"]
        return shown

    def path_of(self, doc: Doc) -> str:
        """Return the path of a sender."""
        return f"{PATH}/{doc['sid']}"
