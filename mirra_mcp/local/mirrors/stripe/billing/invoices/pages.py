"""Pages of invoices for people: the hosted page and the PDF, on the mirror itself.

Source: https://docs.stripe.com/invoicing/hosted-invoice-page
"""

from collections.abc import Sequence
from html import escape

from mirra_mcp.local.kit.routes import Answer, route
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc

OWN = "acct_mirra"


class InvoicePages(StripeResource):
    """Invoices as people see them; who knows the address may look."""

    def pages_of(self, doc: Doc) -> Doc:
        """Return the addresses of a finalized invoice's pages."""
        token = doc.get("_page")
        if token is None:
            return {}
        place = f"{self.mirror.url}/{{}}/{self.stripe.account or OWN}/{doc['id']}/{token}"
        return {
            "hosted_invoice_url": f"{place.format('i')}?s=ap",
            "invoice_pdf": f"{place.format('invoice')}/pdf?s=ap",
        }

    @route("GET /i/{account}/{id}/{token}")
    def hosted_page(self, account: str, id: str, token: str) -> Answer:
        """Show an invoice as a page."""
        told = "".join(f"<p>{escape(line)}</p>" for line in self._told(account, id, token))
        page = f"<!doctype html><meta charset=utf-8><title>Invoice</title>{told}"
        return Answer(200, page.encode(), {"content-type": "text/html; charset=utf-8"})

    @route("GET /invoice/{account}/{id}/{token}/pdf")
    def pdf(self, account: str, id: str, token: str) -> Answer:
        """Return an invoice as a PDF."""
        content = pdf_of(self._told(account, id, token))
        return Answer(200, content, {"content-type": "application/pdf"})

    def _told(self, account: str, id: str, token: str) -> list[str]:
        with self.stripe.acting_for(None if account == OWN else account):
            doc = self.get(id)
        if doc.get("_page") != token:
            raise self.missing(id)
        currency = doc["currency"]
        return [
            f"Invoice {doc['number']}",
            f"Status: {doc['status']}",
            f"Bill to: {doc['customer_name'] or doc['customer_email'] or doc['customer']}",
            *(
                f"{line['description'] or ''}: {money.show(line['amount'], currency)}"
                for line in doc["lines"]["data"]
            ),
            f"Total: {money.show(doc['total'], currency)}",
            f"Amount due: {money.show(doc['amount_remaining'], currency)}",
        ]


def pdf_of(lines: Sequence[str]) -> bytes:
    """Write lines of text as a PDF of one page."""
    shown = [each.encode("cp1252", "replace") for each in lines]
    marks = ((b"\\", b"\\\\"), (b"(", b"\\("), (b")", b"\\)"))
    text = b""
    for line in shown:
        for mark, safe in marks:
            line = line.replace(mark, safe)
        text += b"(%b) Tj T*\n" % line
    stream = b"BT /F1 12 Tf 18 TL 72 720 Td\n%bET" % text
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return body + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (size, table, size, len(body))
    )
