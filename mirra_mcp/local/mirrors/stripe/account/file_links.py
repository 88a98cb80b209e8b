"""Links to files for people without an API key. Source: https://docs.stripe.com/api/file_links"""

from typing import Any, ClassVar, Literal

from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    ListParams,
    Metadata,
    StripeParams,
    Timestamp,
)
from mirra_mcp.local.mirrors.stripe.api.resource import Addressed
from mirra_mcp.wire.model import Doc

LINKED = (
    "business_icon", "business_logo", "customer_signature", "dispute_evidence",
    "finance_report_run", "financial_account_statement", "identity_document_downloadable",
    "issuing_regulatory_reporting", "pci_document", "selfie", "sigma_scheduled_query",
    "tax_document_user_upload", "terminal_android_apk", "terminal_reader_splashscreen",
)  # fmt: skip
"""Purposes of files that can be linked to."""


class CreateLink(StripeParams):
    """Parameters of a new link."""

    file: str
    expires_at: Timestamp | None = None
    metadata: Metadata = {}


class UpdateLink(StripeParams):
    """Parameters of a changed link."""

    expires_at: Timestamp | Literal["now"] | None = None
    metadata: Metadata = {}


class ListLinks(ListParams):
    """Filters of the list."""

    file: str | None = None
    expired: bool | None = None


class FileLinks(Addressed):
    """The account's file links."""

    entity, plural = "file_link", "file_links"
    object, prefix, path = "file_link", "link", "/v1/file_links"
    indexes = ("file", "url")
    blank: ClassVar[Doc] = {
        "created": None,
        "expired": False,
        "expires_at": None,
        "file": "",
        "livemode": False,
        "metadata": {},
        "url": "",
    }

    def make(self, file: str, expires_at: Any, metadata: Doc) -> Doc:
        """Make a link to a file."""
        until = int(expires_at) if expires_at else None
        doc = self.new(file=file, expires_at=until, metadata=metadata)
        doc["url"] = f"/links/{self.whose}/{self.mirror.ids.token(40)}"
        return self.save(doc)

    @route("POST /v1/file_links")
    def create(self, params: CreateLink) -> Doc:
        """Make a link. Source: https://docs.stripe.com/api/file_links/create"""
        file = self.stripe.files.named(params.file, "file")
        if file["purpose"] not in LINKED:
            raise errors.invalid("Files of this purpose can't be linked to.", "file")
        return self.view(
            self.make(file["id"], params.expires_at, params.given().get("metadata") or {})
        )

    @route("GET /links/{account}/{token}")
    def open(self, account: str, token: str, call: Call) -> Answer:
        """Give the file to who has a link. Source: https://docs.stripe.com/file-upload#download-links"""
        with self.as_account(account):
            doc = self.first(url=call.path)
            if doc is None or self.view(doc)["expired"]:
                raise self.missing(token)
            return self.stripe.files.sent(self.stripe.files.get(doc["file"]))

    @route("GET /v1/file_links/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a link."""
        return self.view(self.get(id))

    @route("POST /v1/file_links/{id}")
    def update(self, id: str, params: UpdateLink) -> Doc:
        """Change a link, or let it expire `now`."""
        given = params.given()
        if given.get("expires_at") == "now":
            given["expires_at"] = self.at
        return self.view(self.save(self.patched(self.get(id), given)))

    @route("GET /v1/file_links")
    def index(self, params: ListLinks) -> Doc:
        """List links."""
        where: Doc = {"file": params.file} if params.file else {}
        if params.expired is None:
            return self.listed(params, **where)
        wanted = params.expired
        return self.listed(
            params, keep=lambda doc: bool(self.view(doc)["expired"]) is wanted, **where
        )

    def view(self, doc: Doc) -> Doc:
        """Show a link as it is now: expired or not."""
        shown = super().view(doc)
        until = doc["expires_at"]
        return shown | {"expired": until is not None and until <= self.at}
