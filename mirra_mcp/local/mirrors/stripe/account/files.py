"""Files that were uploaded. Source: https://docs.stripe.com/api/files"""

from base64 import b64decode, b64encode
from typing import Any, ClassVar, Literal

from mirra_mcp.local.kit.routes import Answer, route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams, StripeParams
from mirra_mcp.local.mirrors.stripe.api.resource import Addressed
from mirra_mcp.wire.model import Doc

Purpose = Literal[
    "account_requirement",
    "additional_verification",
    "business_icon",
    "business_logo",
    "customer_signature",
    "dispute_evidence",
    "document_provider_identity_document",
    "finance_report_run",
    "financial_account_statement",
    "identity_document",
    "identity_document_downloadable",
    "issuing_regulatory_reporting",
    "pci_document",
    "platform_terms_of_service",
    "selfie",
    "sigma_scheduled_query",
    "tax_document_user_upload",
    "terminal_android_apk",
    "terminal_reader_splashscreen",
]
TYPES = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "text/csv": "csv",
}
BIGGEST = 16 * 1024 * 1024
KEPT = 1024 * 1024
"""Of which size on the bytes of a file aren't kept: they would be copied with every fork."""


class CreateFile(StripeParams):
    """Parameters of an upload."""

    file: dict[str, Any]
    purpose: Purpose
    file_link_data: dict[str, Any] | None = None


class ListFiles(ListParams):
    """Filters of the list."""

    purpose: str | None = None


class Files(Addressed):
    """Uploaded files. `_held` are the bytes of those that aren't too large, in base64."""

    entity, plural = "file", "files"
    object, prefix, path = "file", "file", "/v1/files"
    indexes = ("purpose",)
    blank: ClassVar[Doc] = {
        "created": None,
        "expires_at": None,
        "filename": None,
        "purpose": "",
        "size": 0,
        "title": None,
        "type": None,
        "url": None,
    }

    @route("POST /v1/files")
    def create(self, params: CreateFile) -> Doc:
        """Upload a file. Fires: file.created. Source: https://docs.stripe.com/api/files/create"""
        sent = params.file
        if not isinstance(sent.get("data"), bytes):
            raise errors.invalid("Invalid file: must be a file upload", "file")
        size = len(sent["data"])
        if size > BIGGEST:
            raise errors.invalid("The file is too large.", "file")
        doc = self.new(
            filename=sent["filename"],
            purpose=params.purpose,
            size=size,
            type=TYPES.get(sent["type"], sent["filename"].rpartition(".")[2] or None),
        )
        if size <= KEPT:
            doc |= {"_held": b64encode(sent["data"]).decode("ascii"), "_media": sent["type"]}
        doc["url"] = f"/v1/files/{doc['id']}/contents"
        doc = self.save(doc, event="file.created")
        wanted = params.file_link_data or {}
        if wanted.get("create") == "true":
            self.stripe.file_links.make(doc["id"], wanted.get("expires_at"), {})
        return self.view(doc)

    @route("GET /v1/files/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return what is known of a file."""
        return self.view(self.get(id))

    @route("GET /v1/files/{id}/contents")
    def contents(self, id: str) -> Answer:
        """Return what a file holds. Source: https://docs.stripe.com/file-upload#download-file-contents

        Raises:
            VendorError: it is larger than the mirror keeps (501).
        """
        return self.sent(self.get(id))

    def sent(self, doc: Doc) -> Answer:
        """Return the bytes of a file.

        Raises:
            VendorError: it is larger than the mirror keeps (501).
        """
        if doc.get("_held") is None:
            told = f"Of files larger than {KEPT} bytes nothing is kept."
            raise errors.not_modelled("GET", f"/v1/files/{doc['id']}/contents", told)
        kind = doc.get("_media") or "application/octet-stream"
        named = f'attachment; filename="{doc["id"]}"'
        headers = {"content-type": kind, "content-disposition": named}
        return Answer(200, b64decode(doc["_held"]), headers)

    @route("GET /v1/files")
    def index(self, params: ListFiles) -> Doc:
        """List files."""
        if params.purpose:
            return self.listed(params, purpose=params.purpose)
        return self.listed(params)

    def view(self, doc: Doc) -> Doc:
        """Show a file with its links."""
        links = self.stripe.file_links
        found = [links.view(each) for each in links.find(file=doc["id"], limit=10)]
        shown = super().view(doc)
        shown["links"] = {
            "object": "list",
            "data": found,
            "has_more": False,
            "url": f"/v1/file_links?file={doc['id']}",
        }
        return shown
