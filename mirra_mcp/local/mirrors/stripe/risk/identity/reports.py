"""What verifications found. Source: https://docs.stripe.com/api/identity/verification_reports"""

from typing import ClassVar, Literal

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.risk.identity.sessions import redacted
from mirra_mcp.wire.model import Doc

CHECKS = ("document", "id_number", "selfie")


class ListReports(ListParams):
    """Filters of the list."""

    client_reference_id: str | None = None
    type: Literal["document", "id_number"] | None = None
    verification_session: str | None = None


class VerificationReports(StripeResource):
    """One report a submission."""

    entity, plural = "verification_report", "verification_reports"
    object, prefix = "identity.verification_report", "vr"
    path, title = "/v1/identity/verification_reports", "identity.verificationreport"
    indexes = ("client_reference_id", "type", "verification_session")
    is_record = True
    blank: ClassVar[Doc] = {
        "client_reference_id": None,
        "created": None,
        "livemode": False,
        "options": {},
        "type": "document",
        "verification_session": None,
    }

    @route("GET /v1/identity/verification_reports/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a report."""
        return self.view(self.get(id))

    @route("GET /v1/identity/verification_reports")
    def index(self, params: ListReports) -> Doc:
        """List reports."""
        names = ("client_reference_id", "type", "verification_session")
        where = {name: value for name in names if (value := getattr(params, name)) is not None}
        return self.listed(params, **where)

    def made(self, session: Doc, person: Doc, error: Doc | None) -> Doc:
        """Keep what a submission brought."""
        status = {"error": error, "status": "unverified" if error else "verified"}
        kind = session["type"]
        options = session["options"] or {}
        checks: Doc = {}
        if kind == "document":
            document = options.get("document") or {}
            allowed = document.get("allowed_types") or ["passport"]
            checks["document"] = {
                **person,
                "expiration_date": {"day": 1, "month": 12, "year": 2035},
                "files": [],
                "issued_date": {"day": 1, "month": 12, "year": 2020},
                "issuing_country": "US",
                "number": "C1234567",
                "type": allowed[0],
                **status,
            }
            if document.get("require_matching_selfie"):
                checks["selfie"] = {"document": None, "selfie": None, **status}
        if kind == "id_number" or (options.get("document") or {}).get("require_id_number"):
            names = ("dob", "first_name", "last_name")
            checks["id_number"] = {
                **{name: person[name] for name in names},
                "id_number": "0000",
                "id_number_type": "us_ssn",
                **status,
            }
        doc = self.new(
            client_reference_id=session["client_reference_id"],
            options=options,
            type=kind,
            verification_session=session["id"],
            **checks,
        )
        return self.save(doc)

    def forget(self, session: str) -> None:
        """Replace what is personal in the reports of a session."""
        for doc in self.find(verification_session=session):
            checks: Doc = {}
            for name in CHECKS:
                if check := doc.get(name):
                    kept = {each: check[each] for each in ("error", "status")}
                    checks[name] = redacted(check) | kept
            self.save(doc | checks)
