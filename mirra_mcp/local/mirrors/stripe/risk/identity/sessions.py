"""Identity: verifications of a person's document or number.

Source: https://docs.stripe.com/api/identity/verification_sessions and
https://docs.stripe.com/identity/how-sessions-work
"""

from datetime import timedelta
from typing import Any, ClassVar, Literal

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.pages import answers as pages
from mirra_mcp.local.kit.routes import Answer, route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Email,
    ListParams,
    Metadata,
    Nested,
    StripeParams,
    merged,
)
from mirra_mcp.local.mirrors.stripe.api.refusals import FOLDER
from mirra_mcp.local.mirrors.stripe.api.resource import Addressed
from mirra_mcp.wire.model import Doc

SOON = timedelta(seconds=2)
"""When what Stripe does some days later happens here: redaction."""
REDACTED = "[redacted]"
DocumentType = Literal["driving_license", "id_card", "passport"]
PERSON: Doc = {
    "address": {
        "city": "San Francisco",
        "country": "US",
        "line1": "1234 Main St.",
        "line2": None,
        "postal_code": "94111",
        "state": "CA",
    },
    "dob": {"day": 1, "month": 1, "year": 1990},
    "first_name": "Jenny",
    "last_name": "Rosen",
}
"""Whom the documents of tests belong to."""


class DocumentOptions(Nested):
    """How a document is checked."""

    allowed_types: list[DocumentType] | None = None
    require_id_number: bool | None = None
    require_live_capture: bool | None = None
    require_matching_selfie: bool | None = None


class Options(Nested):
    """How the checks are done."""

    document: DocumentOptions | None = None


class Details(Nested):
    """What is known of the person."""

    email: Email | None = None
    phone: str | None = None


class UpdateSession(StripeParams):
    """What may change of a session."""

    metadata: Metadata = {}
    options: Options | None = None
    provided_details: Details | None = None
    type: Literal["document", "id_number"] | None = None


class CreateSession(UpdateSession):
    """Parameters of a new session."""

    client_reference_id: str | None = None
    related_customer: str | None = None
    return_url: str | None = None


class ListSessions(ListParams):
    """Filters of the list."""

    client_reference_id: str | None = None
    related_customer: str | None = None
    status: Literal["canceled", "processing", "requires_input", "verified"] | None = None


def redacted(value: Any) -> Any:
    """Return a value with what is personal in it replaced.

    Source: https://docs.stripe.com/identity/verification-sessions#redact
    """
    if isinstance(value, dict):
        return {name: redacted(each) for name, each in value.items()}
    if isinstance(value, str):
        return REDACTED
    return 1 if isinstance(value, int) and not isinstance(value, bool) else value


class VerificationSessions(Addressed):
    """The sessions of the account."""

    entity, plural = "verification_session", "verification_sessions"
    synonyms = ("identity verification", "identity session")
    statuses = ("requires_input", "processing", "verified", "canceled")
    verbs: ClassVar = {"verified": ("status", "verified")}
    object, prefix = "identity.verification_session", "vs"
    path, title = "/v1/identity/verification_sessions", "identity.verificationsession"
    indexes = ("client_reference_id", "related_customer", "status", "_page")
    includes: ClassVar = {
        "verified_outputs": lambda stripe, doc: stripe.verification_sessions.outputs(doc)
    }
    blank: ClassVar[Doc] = {
        "client_reference_id": None,
        "client_secret": None,
        "created": None,
        "last_error": None,
        "last_verification_report": None,
        "livemode": False,
        "metadata": {},
        "options": None,
        "provided_details": None,
        "redaction": None,
        "related_customer": None,
        "related_customer_account": None,
        "status": "requires_input",
        "type": "document",
        "url": None,
    }

    @route("POST /v1/identity/verification_sessions")
    def create(self, params: CreateSession) -> Doc:
        """Ask somebody to prove who they are. Fires: identity.verification_session.created.

        Source: https://docs.stripe.com/api/identity/verification_sessions/create
        """
        given = params.given()
        if params.type is None:
            raise errors.invalid("Missing required param: type.", "type", "parameter_missing")
        if params.related_customer is not None:
            self.stripe.customers.live(params.related_customer, "related_customer")
        given["metadata"] = merged({}, params.metadata)
        given["options"] = self._options(params.type, given.get("options"))
        if params.provided_details is not None:
            given["provided_details"] = {"email": None, "phone": None} | given["provided_details"]
        back = given.pop("return_url", None)
        doc = self.new(**given, _return_url=back)
        token = self.mirror.ids.token(40)
        secret = f"{doc['id']}_secret_test_{self.mirror.ids.token(24)}"
        doc |= {"client_secret": secret, "url": f"/identity/{self.whose}/test_{token}"}
        doc["_page"] = doc["url"]
        return self.view(self.save(doc, event="identity.verification_session.created"))

    @route("GET /v1/identity/verification_sessions/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a session."""
        return self.view(self.get(id))

    @route("POST /v1/identity/verification_sessions/{id}")
    def update(self, id: str, params: UpdateSession) -> Doc:
        """Change a session that waits for its person.

        Source: https://docs.stripe.com/api/identity/verification_sessions/update
        """
        doc, given = self.get(id), params.given()
        if doc["status"] != "requires_input":
            raise self._unexpected(doc, "update", ("requires_input",))
        if "options" in given or "type" in given:
            kind = params.type or doc["type"]
            given["options"] = self._options(kind, given.get("options") or doc["options"])
        if params.provided_details is not None:
            known = doc["provided_details"] or {"email": None, "phone": None}
            given["provided_details"] = known | given["provided_details"]
        return self.view(self.save(self.patched(doc, given)))

    @route("POST /v1/identity/verification_sessions/{id}/cancel")
    def cancel(self, id: str) -> Doc:
        """Call a verification off. Fires: identity.verification_session.canceled.

        Source: https://docs.stripe.com/api/identity/verification_sessions/cancel
        """
        doc = self.get(id)
        if doc["status"] != "requires_input":
            raise self._unexpected(doc, "cancel", ("requires_input",))
        ended = {"status": "canceled", "client_secret": None, "url": None}
        return self.view(self.save(doc | ended, event="identity.verification_session.canceled"))

    @route("POST /v1/identity/verification_sessions/{id}/redact")
    def redact(self, id: str) -> Doc:
        """Forget what a verification collected; it is done a little later.

        Fires: identity.verification_session.canceled (if it was open), and later
        identity.verification_session.redacted.
        Source: https://docs.stripe.com/api/identity/verification_sessions/redact
        """
        doc = self.get(id)
        if doc["status"] == "processing":
            raise self._unexpected(doc, "redact", ("requires_input", "verified", "canceled"))
        if doc["redaction"] is not None:
            raise errors.invalid(f"The VerificationSession {id} is redacted already.")
        if doc["status"] == "requires_input":
            ended = {"status": "canceled", "client_secret": None, "url": None}
            doc = self.save(doc | ended, event="identity.verification_session.canceled")
        self.mirror.after(SOON, "verification_sessions.forget", id=id)
        return self.view(self.save(doc | {"redaction": {"status": "processing"}}))

    @route("GET /v1/identity/verification_sessions")
    def index(self, params: ListSessions) -> Doc:
        """List sessions."""
        names = ("client_reference_id", "related_customer", "status")
        where = {name: value for name in names if (value := getattr(params, name)) is not None}
        return self.listed(params, **where)

    @route("GET /identity/{account}/{token}")
    def hosted_page(self, account: str, token: str) -> Answer:
        """Tell who follows a session's address what would be asked for.

        Source: https://docs.stripe.com/identity/verify-identity-documents
        """
        with self.as_account(account):
            doc = self.first(_page=f"/identity/{account}/{token}")
            if doc is None:
                raise self.missing(token)
            if doc["status"] != "requires_input":
                title, lines = "Nothing left to do here", ["You can close this window."]
            else:
                title = "Verify your identity"
                lines = [
                    "Test mode: no document is asked for. Simulate"
                    " identity.verification_session.verified or .requires_input.",
                ]
            back = doc.get("_return_url")
            link = ("Back", back) if back else None
            return pages.shown(
                FOLDER, "kit/notice.html", title=title, lines=lines, mark="plain", link=link
            )

    # What the world does.

    def submitted(self, doc: Doc) -> Doc:
        """Let somebody submit what is asked for.

        Fires: identity.verification_session.processing.
        """
        changed = {"status": "processing", "client_secret": None, "url": None, "last_error": None}
        return self.save(doc | changed, event="identity.verification_session.processing")

    def passed(self, doc: Doc, person: Doc) -> Doc:
        """Let a verification succeed. Fires: identity.verification_session.verified."""
        report = self.stripe.verification_reports.made(doc, person, None)
        changed = {"status": "verified", "last_verification_report": report["id"]}
        return self.save(doc | changed, event="identity.verification_session.verified")

    def failed(self, doc: Doc, code: str, reason: str) -> Doc:
        """Let a verification fail. Fires: identity.verification_session.requires_input."""
        error = {"code": code, "reason": reason}
        report = self.stripe.verification_reports.made(doc, PERSON, error)
        secret = f"{doc['id']}_secret_test_{self.mirror.ids.token(24)}"
        changed = {
            "client_secret": secret,
            "last_error": error,
            "last_verification_report": report["id"],
            "status": "requires_input",
            "url": doc["_page"],
        }
        return self.save(doc | changed, event="identity.verification_session.requires_input")

    def forget(self, id: str) -> None:
        """Redact a session. Called by its timer."""
        doc = self.peek(id)
        if doc is None or doc["redaction"] is None:
            return
        self.stripe.verification_reports.forget(id)
        changed: Doc = {
            "metadata": {},
            "provided_details": redacted(doc["provided_details"]),
            "redaction": {"status": "redacted"},
        }
        self.save(doc | changed, event="identity.verification_session.redacted")

    def outputs(self, doc: Doc) -> Doc | None:
        """Return `verified_outputs`: what was verified of a person."""
        kept = self.peek(doc["id"]) or doc
        if kept["status"] != "verified":
            return None
        report = self.stripe.verification_reports.get(kept["last_verification_report"])
        found = report.get(kept["type"]) or {}
        shown = {name: found.get(name) for name in ("address", "dob", "first_name", "last_name")}
        given = kept["provided_details"] or {}
        return shown | {
            "email": given.get("email"),
            "id_number": found.get("id_number"),
            "id_number_type": found.get("id_number_type"),
            "phone": given.get("phone"),
        }

    def _options(self, kind: str, given: Doc | None) -> Doc:
        if kind == "id_number":
            return {"id_number": {}}
        return {"document": (given or {}).get("document") or {}}

    def _unexpected(self, doc: Doc, verb: str, allowed: tuple[str, ...]) -> VendorError:
        return errors.invalid(
            f"You cannot {verb} this VerificationSession because it has a status of"
            f" {doc['status']}. Only a VerificationSession with one of the following statuses may"
            f" be used: {', '.join(allowed)}.",
            code="verification_session_unexpected_state",
        )
