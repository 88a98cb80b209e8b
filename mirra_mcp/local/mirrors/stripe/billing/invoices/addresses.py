"""The addresses of an invoice's pages. Source: https://docs.stripe.com/invoicing/hosted-invoice-page"""

from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc


class InvoiceAddresses(StripeResource):
    """Invoices as people find them; who knows an address may look."""

    def pages_of(self, doc: Doc) -> Doc:
        """Return the addresses of a finalized invoice's pages."""
        token = doc.get("_page")
        if token is None:
            return {}
        place = f"{self.mirror.url}/{{}}/{self.whose}/{doc['id']}/{token}"
        return {
            "hosted_invoice_url": f"{place.format('i')}?s=ap",
            "invoice_pdf": f"{place.format('invoice')}/pdf?s=ap",
        }
