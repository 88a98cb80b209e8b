"""Verifications: a code is sent, and lives for ten minutes.

A code is visible in the mirror's state (`code`), never in an answer: Twilio tells it to the person
only, and a tester reads it where the person would.

Source: https://www.twilio.com/docs/verify/api/verification
    https://www.twilio.com/docs/verify/api/rate-limits-and-timeouts
"""

from datetime import timedelta
from ipaddress import ip_address

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Answer, route
from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.dates import iso
from mirra_mcp.local.mirrors.twilio.api.errors import refusal
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.verify import errors
from mirra_mcp.local.mirrors.twilio.verify.params import (
    EMAIL,
    LOCALES,
    StartVerification,
    UpdateVerification,
    choice,
    mapping,
)
from mirra_mcp.local.mirrors.twilio.verify.verifications.silent import CHANNEL
from mirra_mcp.wire.model import Doc

LIVES = timedelta(minutes=10)
MOST_SENDS, MOST_CHECKS = 5, 5
CHANNELS = frozenset(("sms", "call", "email", "whatsapp", "sna", "auto"))
UNMIRRORED = {
    "rcs": "Verifications over RCS are not mirrored. See mirra_catalog for what is.",
}
CHOSEN = {"auto": "sms"}
"""What Verify picks when the choice is its own. Ours: it is always a text."""
SAID = {"sms": "SMS", "call": "CALL", "email": "EMAIL", "whatsapp": "whatsapp", CHANNEL: "sna"}
"""How `send_code_attempts` spells the channels.

Source: https://github.com/twilio/twilio-oai (twilio_verify_v2, its examples)
"""
LIVE = "pending"
OPEN = frozenset((LIVE, "max_attempts_reached"))
OWN = ("code", "check_attempts", "date_expires", "locale", "text")
"""What the state shows of a verification, and the API doesn't."""


class Verifications(TwilioResource):
    """Codes on their way to somebody."""

    entity, plural, prefix = "verification", "verifications", "VE"
    synonyms, names = ("phone verification",), ("to",)
    words = {"recipient": "to", "phone number": "to", "email address": "to"}
    verbs = {
        "approved": ("status", "approved"),
        "verified": ("status", "approved"),
        "canceled": ("status", "canceled"),
        "expired": ("status", "expired"),
    }
    indexes = ("account_sid", "service_sid", "_target", "status")
    moves = {
        "pending": {"approved", "canceled", "expired", "max_attempts_reached"},
        "max_attempts_reached": {"canceled", "expired"},
    }
    statuses = ("approved", "canceled", "expired")
    blank = {
        "sid": None,
        "service_sid": None,
        "account_sid": None,
        "to": None,
        "channel": None,
        "status": "pending",
        "valid": False,
        "date_created": None,
        "date_updated": None,
        "lookup": {},
        "amount": None,
        "payee": None,
        "send_code_attempts": [],
        "sna": None,
        "url": None,
        "code": None,
        "check_attempts": 0,
        "date_expires": None,
        "locale": None,
        "text": None,
    }

    @route("POST /v2/Services/{ServiceSid}/Verifications", status=201)
    def create(self, ServiceSid: str, params: StartVerification) -> Doc | Answer:
        """Send a code, or the same one again while it lives."""
        service = self.mirror.verify_services.get(ServiceSid)
        channel, target = self._addressed(service, params)
        self._check_options(service, params, channel)
        doc = self.live(ServiceSid, target)
        if doc is not None and doc["status"] != LIVE:
            raise errors.refuse(60202)
        if doc is not None and len(doc["send_code_attempts"]) >= MOST_SENDS:
            raise errors.refuse(60203)
        self.mirror.verify_rate_limits.admit(service, mapping("RateLimits", params.rate_limits))
        if code := self.mirror.carrier_lines.refusal_due(target):
            refused = errors.refuse(code)
            return Answer(refused.status, refused.body)
        doc = doc or self._begun(service, target)
        return self.view(self._sent(service, doc, channel, params))

    @route("GET /v2/Services/{ServiceSid}/Verifications/{Sid}")
    def fetch(self, ServiceSid: str, Sid: str) -> Doc:
        """Return a verification that is still going on, by its SID or by whom it went to."""
        self.mirror.verify_services.get(ServiceSid)
        doc = self._found(ServiceSid, Sid)
        self.mirror.rates.poll(doc["sid"], self.now)
        return self.view(doc)

    @route("POST /v2/Services/{ServiceSid}/Verifications/{Sid}")
    def update(self, ServiceSid: str, Sid: str, params: UpdateVerification) -> Doc:
        """Call a verification off, or approve it: a custom code was checked elsewhere."""
        self.mirror.verify_services.get(ServiceSid)
        choice("Status", params.status, {"canceled", "approved"})
        doc = self._found(ServiceSid, Sid)
        return self.view(self.become(doc, params.status))

    # what others ask and do

    def is_open(self, doc: Doc) -> bool:
        """Say whether a verification hasn't come to its end: Twilio forgets those that have."""
        return doc["status"] in OPEN

    def live(self, service: str, target: str) -> Doc | None:
        """Return the verification of a number or address that hasn't come to its end."""
        for doc in self.find(service_sid=service, _target=target, limit=1):
            if doc["status"] in OPEN:
                return doc
        return None

    def become(self, doc: Doc, status: str) -> Doc:
        """Bring a verification to an end, and tell its attempts."""
        if status == "approved":
            self.mirror.verification_attempts.converted(doc)
        if status not in OPEN:
            self.mirror.cancel_timers("verifications.expire", sid=doc["sid"])
        changed = doc | {"valid": status == "approved", "date_updated": self.stamp()}
        return self.move(changed, status)

    def expire(self, sid: str, service: str) -> None:
        """End a verification that nobody has completed in time."""
        doc = self.peek(sid)
        if doc is not None and doc["status"] in OPEN:
            self.become(doc, "expired")

    def check(self, doc: Doc, code: str) -> Doc:
        """Compare a code with the one that was sent; five wrong ones are too many."""
        if code == doc["code"]:
            return self.become(doc, "approved")
        doc = self.save(
            doc | {"check_attempts": doc["check_attempts"] + 1, "date_updated": self.stamp()}
        )
        if doc["check_attempts"] >= MOST_CHECKS:
            return self.move(doc, "max_attempts_reached")
        return doc

    def view(self, doc: Doc) -> Doc:
        """Return what Twilio tells: not the code."""
        shown = super().view(doc)
        if doc["sna"]:
            shown["sna"] = {"url": self.mirror.url + doc["sna"]["url"]}
        return {name: value for name, value in shown.items() if name not in OWN}

    def path_of(self, doc: Doc) -> str:
        """Return the path of a verification."""
        return f"/v2/Services/{doc['service_sid']}/Verifications/{doc['sid']}"

    def illegal_move(self, doc: Doc, status: str) -> VendorError:
        """Refuse what a verification that is locked can't become."""
        return errors.invalid("Status")

    # how a code is made and sent

    def _addressed(self, service: Doc, params: StartVerification) -> tuple[str, str]:
        """Return the channel, and to whom, in one spelling.

        Raises:
            VendorError: nobody can be reached there, or not in this way.
        """
        if params.channel.lower() in UNMIRRORED:
            raise refusal(20501, message=UNMIRRORED[params.channel.lower()])
        channel = choice("Channel", params.channel.lower(), CHANNELS)
        channel = CHOSEN.get(channel, channel)
        if channel == "email":
            if not EMAIL.fullmatch(params.to):
                raise errors.invalid_to(params.to)
            return channel, params.to.lower()
        phone = phones.parse(params.to)
        if phone is None or phone.e164 != params.to or phone.e164 == phones.INVALID:
            raise errors.invalid_to(params.to)
        self._check_trial(service["account_sid"], phone.e164)
        if channel == "sms" and service["lookup_enabled"] and service["skip_sms_to_landlines"]:
            kind = self.mirror.carrier_lines.line_type(phone.e164, service["account_sid"])
            if kind == "landline":
                raise errors.refuse(60205)
        return channel, phone.e164

    def _check_trial(self, account: str, e164: str) -> None:
        """Refuse numbers that an account on trial hasn't verified.

        Source: https://github.com/twilio/twilio-node/issues/1111 (the words and the status)
        """
        own = self.mirror.accounts.peek(account)
        known = self.mirror.outgoing_caller_ids
        if (
            own
            and own["type"] == "Trial"
            and not known.first(account_sid=account, phone_number=e164)
        ):
            raise errors.refuse(21608)

    def _check_options(self, service: Doc, params: StartVerification, channel: str) -> None:
        """Refuse what the service or the channel doesn't do.

        Raises:
            VendorError: in Verify's words.
        """
        if params.custom_code:
            if not service["custom_code_enabled"]:
                raise errors.refuse(60204)
            if not 4 <= len(params.custom_code) <= 10:
                raise errors.invalid("CustomCode")
        if service["psd2_enabled"]:
            if channel == "call":
                raise errors.refuse(60214)
            if not (params.amount and params.payee):
                raise errors.refuse(60206)
        if params.app_hash and channel != "sms":
            raise errors.refuse(60602)
        if params.locale and params.locale not in LOCALES:
            raise errors.invalid("Locale")
        if params.template_sid:
            template = self.mirror.verify_templates.template(params.template_sid)
            if {"call": "voice"}.get(channel, channel) not in template["channels"]:
                raise errors.refuse(60227)
        if params.risk_check:
            choice("RiskCheck", params.risk_check, {"enable", "disable"})
        if params.device_ip:
            _check_address(params.device_ip)
        mapping("ChannelConfiguration", params.channel_configuration)
        mapping("TemplateCustomSubstitutions", params.template_custom_substitutions)
        tags = mapping("Tags", params.tags)
        if len(tags) > 10 or any(len(f"{key}") > 128 or len(f"{tags[key]}") > 128 for key in tags):
            raise errors.invalid("Tags")

    def _begun(self, service: Doc, target: str) -> Doc:
        """Lay a verification out, and let it expire in ten minutes."""
        doc = self.new(
            service_sid=service["sid"],
            account_sid=service["account_sid"],
            to=target,
            code=self.mirror.ids.token(service["code_length"], "0123456789"),
            send_code_attempts=[],
            lookup=self._looked_up(service, target),
            date_expires=iso(self.now + LIVES),
            _target=target,
        )
        self.mirror.after(LIVES, "verifications.expire", sid=doc["sid"], service=service["sid"])
        return doc

    def _sent(self, service: Doc, doc: Doc, channel: str, params: StartVerification) -> Doc:
        """Send the code once more."""
        doc["channel"], doc["date_updated"] = channel, self.stamp()
        if params.custom_code:
            doc["code"] = params.custom_code
        if service["psd2_enabled"]:
            doc["amount"], doc["payee"] = params.amount, params.payee
        doc["locale"] = params.locale or "en"
        is_silent = channel == CHANNEL
        texts = self.mirror.verify_templates
        doc["text"] = None if is_silent else texts.text(service, doc, channel, params)
        attempt = self.mirror.verification_attempts.begin(doc)
        path = self.mirror.silent_attempts.begin(doc, attempt) if is_silent else None
        doc["sna"] = {"url": path} if path else None
        doc["send_code_attempts"] = [
            *doc["send_code_attempts"],
            {"time": self.stamp(), "channel": SAID[channel], "attempt_sid": attempt["sid"]},
        ]
        return self.save(doc)

    def _looked_up(self, service: Doc, target: str) -> Doc:
        if not service["lookup_enabled"] or "@" in target:
            return {}
        return {"carrier": self.mirror.carrier_lines.carrier(target, service["account_sid"])}

    def _found(self, service: str, sid: str) -> Doc:
        doc = self.peek(sid) if sid.startswith(self.prefix) else self.live(service, sid.lower())
        if doc is None or doc["service_sid"] != service or doc["status"] not in OPEN:
            raise self.missing(sid)
        return doc


def _check_address(text: str) -> None:
    try:
        ip_address(text)
    except ValueError:
        raise errors.invalid("DeviceIp") from None
