"""The PDF of a credit note. Source: https://docs.stripe.com/invoicing/integration/programmatic-credit-notes"""

from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.billing.credit_notes.resource import CreditNotes
from mirra_mcp.local.mirrors.stripe.billing.invoices.pdf import pdf_of


class PrintedNotes(CreditNotes):
    """The credit notes of the account, with what customers download."""

    @route("GET /credit_notes/{account}/{id}/{token}/pdf")
    def print(self, account: str, id: str, token: str, call: Call) -> Answer:
        """Return a credit note as a PDF."""
        with self.as_account(account):
            doc = self.get(id)
            if str(doc["pdf"]).partition("?")[0] != call.path:
                raise self.missing(id)
            lines = [
                f"Credit note {doc['number']}",
                *(
                    f"{each['description'] or ''}: {money.show(each['amount'], doc['currency'])}"
                    for each in doc["lines"]["data"]
                ),
                f"Total: {money.show(doc['total'], doc['currency'])}",
            ]
        return Answer(200, pdf_of(lines), {"content-type": "application/pdf"})
