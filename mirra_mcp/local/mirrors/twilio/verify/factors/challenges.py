"""Challenges: somebody is asked for a code of their app, or to approve something on their device.

Source: https://www.twilio.com/docs/verify/api/challenge
    https://github.com/twilio/twilio-verify-android (what a device reads and signs)
"""

from datetime import datetime, timedelta

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.twilio.api.dates import iso
from mirra_mcp.local.mirrors.twilio.api.params import check, sid
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.verify import errors
from mirra_mcp.local.mirrors.twilio.verify.factors import push
from mirra_mcp.local.mirrors.twilio.verify.params import (
    CreateChallenge,
    UpdateChallenge,
    choice,
    mapping,
)
from mirra_mcp.wire.model import Doc

LIVES, LONGEST = timedelta(minutes=5), timedelta(minutes=60)
MOST_TRIES = 5
MOST_FIELDS, LONGEST_LABEL, LONGEST_VALUE = 20, 36, 128
LONGEST_CODE = 8
STATUSES = frozenset(("pending", "expired", "approved", "denied"))


class VerifyChallenges(TwilioResource):
    """Questions for a code, or a decision."""

    entity, plural, prefix = "verify_challenge", "verify_challenges", "YC"
    synonyms, names = ("challenge",), ("identity",)
    verbs = {
        "approved": ("status", "approved"),
        "denied": ("status", "denied"),
        "expired": ("status", "expired"),
    }
    indexes = ("account_sid", "service_sid", "entity_sid", "factor_sid", "status")
    moves = {"pending": {"approved", "denied", "expired"}}
    statuses = ("approved", "denied", "expired")
    blank = {
        "sid": None,
        "account_sid": None,
        "service_sid": None,
        "entity_sid": None,
        "identity": None,
        "factor_sid": None,
        "date_created": None,
        "date_updated": None,
        "date_responded": None,
        "expiration_date": None,
        "status": "pending",
        "responded_reason": "none",
        "details": None,
        "hidden_details": None,
        "metadata": None,
        "factor_type": "totp",
        "url": None,
        "links": None,
        "tries": 0,
    }

    @route("POST /v2/Services/{ServiceSid}/Entities/{Identity}/Challenges", status=201)
    def create(self, ServiceSid: str, Identity: str, params: CreateChallenge) -> Doc:
        """Ask for a code, and check it at once if it came along; or tell a device."""
        factor = self.mirror.verify_factors.of(ServiceSid, Identity, params.factor_sid)
        if factor["status"] != "verified":
            raise errors.refuse(60318)
        until = self._until(params.expiration_date)
        hidden = mapping("HiddenDetails", params.hidden_details) or None
        details = self._details(factor, params)
        shared = ("account_sid", "service_sid", "entity_sid", "identity")
        doc = self.new(
            factor_sid=factor["sid"],
            factor_type=factor["factor_type"],
            details=details,
            expiration_date=iso(until),
            hidden_details=hidden,
            **{name: factor[name] for name in shared},
        )
        self.mirror.after(until - self.now, "verify_challenges.expire", sid=doc["sid"])
        if params.auth_payload is not None:
            doc = self._answered(doc, factor, params.auth_payload)
        doc = self.save(doc)
        if factor["config"].get("notification_platform") not in (None, "none"):
            self.mirror.verify_notifications.send(doc)
        return self.view(doc)

    @route("GET /v2/Services/{ServiceSid}/Entities/{Identity}/Challenges")
    def list(self, ServiceSid: str, Identity: str, call: Call) -> Doc:
        """List what somebody was asked, oldest first unless told otherwise."""
        person = self.mirror.verify_entities.of(ServiceSid, Identity)
        where = {"entity_sid": person["sid"]}
        check(call.query, {"FactorSid": sid("YF")}, errors.refuse_value)
        if factor := call.query.get("FactorSid"):
            where["factor_sid"] = factor
        status = call.query.get("Status")
        if status:
            choice("Status", status, STATUSES)
        order = choice("Order", call.query.get("Order") or "asc", {"asc", "desc"})
        return self.listed(
            call,
            "challenges",
            keep=(lambda doc: bool(doc["status"] == status)) if status else None,
            newest_first=order == "desc",
            **where,
        )

    @route("GET /v2/Services/{ServiceSid}/Entities/{Identity}/Challenges/{Sid}")
    def fetch(self, ServiceSid: str, Identity: str, Sid: str) -> Doc | Answer:
        """Return one challenge; while it waits for a device a header tells what that signs."""
        doc = self.of(ServiceSid, Identity, Sid)
        if doc["factor_type"] != "push" or doc["status"] != "pending":
            return self.view(doc)
        return Answer(200, self.view(doc), {push.HEADER: ",".join(push.SIGNED)})

    @route("POST /v2/Services/{ServiceSid}/Entities/{Identity}/Challenges/{Sid}")
    def update(self, ServiceSid: str, Identity: str, Sid: str, params: UpdateChallenge) -> Doc:
        """Check a code or a decision; a wrong one leaves the challenge pending."""
        doc = self.of(ServiceSid, Identity, Sid)
        self.check_open(doc)
        metadata = doc["metadata"]
        if params.metadata is not None:
            metadata = mapping("Metadata", params.metadata) or None
        if params.auth_payload is not None:
            factor = self.mirror.verify_factors.get(doc["factor_sid"])
            doc = self._answered(doc, factor, params.auth_payload)
        return self.view(self.change(doc, metadata=metadata))

    def check_open(self, doc: Doc) -> None:
        """Refuse what isn't for a challenge that was answered, or has expired.

        Raises:
            VendorError: 60322, 60323.
        """
        if doc["status"] == "expired":
            raise errors.refuse(60323)
        if doc["status"] != "pending":
            raise errors.refuse(60322)

    def decide(self, doc: Doc, status: str) -> Doc:
        """Let somebody approve or deny a challenge on their device."""
        return self.change(self._ended(doc, status))

    def expire(self, sid: str) -> None:
        """End a challenge that nobody has answered in time."""
        doc = self.peek(sid)
        if doc is not None and doc["status"] == "pending":
            self.move(doc | {"date_updated": self.stamp()}, "expired")

    def forget(self, doc: Doc) -> None:
        """Remove a challenge."""
        self.mirror.cancel_timers("verify_challenges.expire", sid=doc["sid"])
        self.drop(doc)

    def view(self, doc: Doc) -> Doc:
        """Return what Twilio tells."""
        return {name: value for name, value in super().view(doc).items() if name != "tries"}

    def path_of(self, doc: Doc) -> str:
        """Return the path of a challenge."""
        person = f"/v2/Services/{doc['service_sid']}/Entities/{doc['identity']}"
        return f"{person}/Challenges/{doc['sid']}"

    def links_of(self, doc: Doc) -> dict[str, str]:
        """Return the path of a challenge's notifications."""
        return {"notifications": f"{self.path_of(doc)}/Notifications"}

    def illegal_move(self, doc: Doc, status: str) -> VendorError:
        """Refuse what a challenge that has ended can't become."""
        return errors.refuse(60322)

    def _answered(self, doc: Doc, factor: Doc, code: str) -> Doc:
        """Let somebody answer with a code.

        Raises:
            VendorError: it can't be one, or too many were wrong.
        """
        is_push = factor["factor_type"] == "push"
        if len(code) < 3 or (len(code) > LONGEST_CODE and not is_push):
            raise errors.invalid("AuthPayload")
        if doc["tries"] >= MOST_TRIES:
            raise errors.refuse(60308)
        status: str | None = None
        if is_push:
            key = factor["binding"]["public_key"]
            status = push.decision_of(key, code, self.view(doc))
        elif self.mirror.verify_factors.is_right(factor, code):
            status = "approved"
        return self._ended(doc, status) if status else doc | {"tries": doc["tries"] + 1}

    def _ended(self, doc: Doc, status: str) -> Doc:
        self.mirror.cancel_timers("verify_challenges.expire", sid=doc["sid"])
        factor = self.mirror.verify_factors.peek(doc["factor_sid"])
        if factor is not None:
            self.mirror.verify_webhooks.tell(f"challenge.{status}", factor, doc["sid"])
        return doc | {"status": status, "date_responded": self.stamp()}

    def _details(self, factor: Doc, params: CreateChallenge) -> Doc | None:
        """Return what somebody reads on their device: nothing, if they are asked for a code.

        Raises:
            VendorError: a device has nothing to show, or too much; or a code came along for it.
        """
        if factor["factor_type"] != "push":
            return None
        if params.auth_payload is not None:
            raise errors.invalid("AuthPayload")
        if not params.message:
            raise errors.invalid("Details.Message")
        fields = [mapping("Details.Fields", each) for each in params.fields or ()]
        if len(fields) > MOST_FIELDS or not all(map(_is_field, fields)):
            raise errors.invalid("Details.Fields")
        details: Doc = {"message": params.message, "fields": fields}
        service = self.mirror.verify_services.get(factor["service_sid"])
        return details | ({"date": self.stamp()} if service["push"]["include_date"] else {})

    def _until(self, text: str | None) -> datetime:
        """Return when a challenge expires.

        Raises:
            VendorError: not within an hour.
        """
        if not text:
            return self.now + LIVES
        try:
            until = datetime.fromisoformat(text)
        except ValueError:
            raise errors.invalid("ExpirationDate") from None
        until = until if until.tzinfo else until.replace(tzinfo=self.now.tzinfo)
        if not self.now < until <= self.now + LONGEST:
            raise errors.invalid("ExpirationDate")
        return until

    def of(self, service: str, identity: str, sid: str) -> Doc:
        """Return a challenge of somebody.

        Raises:
            VendorError: they have none of this SID.
        """
        person = self.mirror.verify_entities.of(service, identity)
        doc = self.get(sid)
        if doc["entity_sid"] != person["sid"]:
            raise self.missing(sid)
        return doc


def _is_field(field: Doc) -> bool:
    """Say whether something can be shown on a device, with a label."""
    label, value = field.get("label"), field.get("value")
    if not isinstance(label, str) or not isinstance(value, str) or len(field) > 2:
        return False
    return len(label) <= LONGEST_LABEL and len(value) <= LONGEST_VALUE
