"""Checks: somebody typed a code.

The API doesn't list checks; they are kept for whoever looks at the mirror's state.

Source: https://www.twilio.com/docs/verify/api/verification-check
"""

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.verify import errors
from mirra_mcp.local.mirrors.twilio.verify.params import EMAIL, CheckVerification
from mirra_mcp.local.mirrors.twilio.verify.verifications.silent import CHANNEL
from mirra_mcp.wire.model import Doc

TOLD = (
    "sid",
    "service_sid",
    "account_sid",
    "to",
    "channel",
    "status",
    "valid",
    "amount",
    "payee",
    "date_created",
    "date_updated",
)
KEPT = ("service_sid", "account_sid", "to", "channel", "status", "valid")


class VerificationChecks(TwilioResource):
    """What was typed, and whether it was right."""

    entity, plural, prefix = "verification_check", "verification_checks", "VC"
    synonyms, names = ("code check",), ("to",)
    verbs = {
        "approved": ("valid", True),
        "passed": ("valid", True),
        "failed": ("valid", False),
        "refused": ("valid", False),
    }
    statuses = ("approved", "pending", "max_attempts_reached")
    indexes = ("account_sid", "service_sid", "verification_sid")
    blank = {
        "sid": None,
        "verification_sid": None,
        "service_sid": None,
        "account_sid": None,
        "to": None,
        "channel": None,
        "code": None,
        "status": None,
        "valid": False,
        "date_created": None,
    }

    @route("POST /v2/Services/{ServiceSid}/VerificationCheck")
    def create(self, ServiceSid: str, params: CheckVerification) -> Doc:
        """Compare what was typed with what was sent."""
        service = self.mirror.verify_services.get(ServiceSid)
        doc = self._target(ServiceSid, params)
        if doc["channel"] == CHANNEL:
            return self._silent(doc, params)
        if not params.code or not 4 <= len(params.code) <= 10:
            raise errors.invalid("Code")
        if doc["status"] == "max_attempts_reached":
            raise errors.refuse(60202)
        code = params.code
        if service["psd2_enabled"]:
            if not (params.amount and params.payee):
                raise errors.refuse(60206)
            if (params.amount, params.payee) != (doc["amount"], doc["payee"]):
                code = ""
        return _answer(self.typed(doc, params.code, counts_as=code))

    def _silent(self, doc: Doc, params: CheckVerification) -> Doc:
        """Ask what a phone's network said: nobody types a code."""
        if params.code:
            raise errors.invalid("Code")
        attempts = self.mirror.silent_attempts
        newest = attempts.newest(doc)
        if newest and not newest["is_open"] and newest["error_code"] is None:
            doc = self.mirror.verifications.become(doc, "approved")
        kept = {name: doc[name] for name in KEPT}
        self.save(self.new(verification_sid=doc["sid"], **kept))
        return _answer(doc) | {"sna_attempts_error_codes": attempts.errors_of(doc)}

    def typed(self, doc: Doc, code: str, *, counts_as: str | None = None) -> Doc:
        """Let somebody type a code, and return the verification.

        With PSD2 a right code is a wrong one for another amount or payee.

        Source: https://www.twilio.com/docs/verify/verifying-transactions-psd2
        """
        doc = self.mirror.verifications.check(doc, code if counts_as is None else counts_as)
        kept = {name: doc[name] for name in KEPT}
        self.save(self.new(verification_sid=doc["sid"], code=code, **kept))
        return doc

    def _target(self, service: str, params: CheckVerification) -> Doc:
        verifications = self.mirror.verifications
        if params.verification_sid:
            doc: Doc | None = verifications.peek(params.verification_sid)
            if doc is not None and doc["service_sid"] != service:
                doc = None
        elif params.to:
            doc = verifications.live(service, _spelled(params.to))
        else:
            raise errors.refuse(60221)
        if doc is None or not verifications.is_open(doc):
            raise self.missing(service)
        return doc


def _answer(verification: Doc) -> Doc:
    """Return what the API says of a check: it speaks as the verification.

    The list of SNA's errors is null for all other channels.
    """
    told: Doc = {name: verification[name] for name in TOLD}
    if told["status"] == "max_attempts_reached":
        told["status"] = "pending"  # the next check hears of it
    return told | {"sna_attempts_error_codes": None}


def _spelled(to: str) -> str:
    """Return a number or an address as it is kept.

    Raises:
        VendorError: it is neither.
    """
    if EMAIL.fullmatch(to):
        return to.lower()
    phone = phones.parse(to)
    if phone is None or phone.e164 != to:
        raise errors.invalid("To")
    return phone.e164
