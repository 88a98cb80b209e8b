"""Challenges: somebody is asked for a code of their app.

Source: https://www.twilio.com/docs/verify/api/challenge
"""

from datetime import datetime, timedelta

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.dates import iso
from mirra_mcp.local.mirrors.twilio.api.params import check, sid
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.verify import errors
from mirra_mcp.local.mirrors.twilio.verify.params import (
    CreateChallenge,
    UpdateChallenge,
    choice,
    mapping,
)
from mirra_mcp.wire.model import Doc

LIVES, LONGEST = timedelta(minutes=5), timedelta(minutes=60)
MOST_TRIES = 5
STATUSES = frozenset(("pending", "expired", "approved", "denied"))


class VerifyChallenges(TwilioResource):
    """Questions for a code."""

    entity, plural, prefix = "verify_challenge", "verify_challenges", "YC"
    synonyms, names = ("challenge",), ("identity",)
    verbs = {"approved": ("status", "approved"), "expired": ("status", "expired")}
    indexes = ("account_sid", "service_sid", "entity_sid", "factor_sid")
    moves = {"pending": {"approved", "expired"}}
    statuses = ("approved", "expired")
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
        """Ask for a code, and check it at once if it came along."""
        factor = self.mirror.verify_factors.of(ServiceSid, Identity, params.factor_sid)
        if factor["status"] != "verified":
            raise errors.refuse(60318)
        until = self._until(params.expiration_date)
        hidden = mapping("HiddenDetails", params.hidden_details) or None
        shared = ("account_sid", "service_sid", "entity_sid", "identity")
        doc = self.new(
            factor_sid=factor["sid"],
            expiration_date=iso(until),
            hidden_details=hidden,
            **{name: factor[name] for name in shared},
        )
        self.mirror.after(until - self.now, "verify_challenges.expire", sid=doc["sid"])
        if params.auth_payload is not None:
            doc = self._answered(doc, factor, params.auth_payload)
        return self.view(self.save(doc))

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
    def fetch(self, ServiceSid: str, Identity: str, Sid: str) -> Doc:
        """Return one challenge."""
        return self.view(self._of(ServiceSid, Identity, Sid))

    @route("POST /v2/Services/{ServiceSid}/Entities/{Identity}/Challenges/{Sid}")
    def update(self, ServiceSid: str, Identity: str, Sid: str, params: UpdateChallenge) -> Doc:
        """Check a code; a wrong one leaves the challenge pending."""
        doc = self._of(ServiceSid, Identity, Sid)
        if doc["status"] == "expired":
            raise errors.refuse(60323)
        if doc["status"] != "pending":
            raise errors.refuse(60322)
        if params.metadata is not None:
            doc["metadata"] = mapping("Metadata", params.metadata) or None
        if params.auth_payload is not None:
            factor = self.mirror.verify_factors.get(doc["factor_sid"])
            doc = self._answered(doc, factor, params.auth_payload)
        return self.view(self.change(doc))

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
        """Return the path of a challenge's notifications, which TOTP doesn't have."""
        return {"notifications": f"{self.path_of(doc)}/Notifications"}

    def illegal_move(self, doc: Doc, status: str) -> VendorError:
        """Refuse what a challenge that has ended can't become."""
        return errors.refuse(60322)

    def _answered(self, doc: Doc, factor: Doc, code: str) -> Doc:
        """Let somebody answer with a code.

        Raises:
            VendorError: it can't be one, or too many were wrong.
        """
        if not 3 <= len(code) <= 8:
            raise errors.invalid("AuthPayload")
        if doc["tries"] >= MOST_TRIES:
            raise errors.refuse(60308)
        if not self.mirror.verify_factors.is_right(factor, code):
            return doc | {"tries": doc["tries"] + 1}
        self.mirror.cancel_timers("verify_challenges.expire", sid=doc["sid"])
        return doc | {"status": "approved", "date_responded": self.stamp()}

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

    def _of(self, service: str, identity: str, sid: str) -> Doc:
        person = self.mirror.verify_entities.of(service, identity)
        doc = self.get(sid)
        if doc["entity_sid"] != person["sid"]:
            raise self.missing(sid)
        return doc
