"""The receipt of a charge, as its payer sees it. Source: https://docs.stripe.com/receipts"""

from datetime import UTC, datetime

from mirra_mcp.local.kit.pages import answers as pages
from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.api.refusals import FOLDER
from mirra_mcp.local.mirrors.stripe.payments.charges.resource import Charges
from mirra_mcp.wire.model import Doc


class ReceiptedCharges(Charges):
    """The charges of the account, with the pages of their receipts."""

    @route("GET /receipts/{account}/{id}/{token}")
    def receipt(self, account: str, id: str, token: str, call: Call) -> Answer:
        """Show the receipt of a charge, as it is now: refunds are on it."""
        with self.as_account(account):
            doc = self.get(id)
            if doc["receipt_url"] != call.path:
                raise self.missing(id)
            currency, given = doc["currency"], doc["amount_refunded"]
            moment = datetime.fromtimestamp(doc["created"], UTC)
            method = self.stripe.payment_methods.peek(doc["payment_method"] or "")
            return pages.shown(
                FOLDER,
                "own/payments/charges/receipt.html",
                shop=self.stripe.checkout_sessions.shop(),
                amount=money.show(doc["amount"], currency),
                day=f"{moment.day} {moment:%B %Y}",
                method=self.stripe.payment_methods.described(method) if method else None,
                lines=self._bought(doc),
                refunded=f"-{money.show(given, currency)}" if given else None,
                net=money.show(doc["amount"] - given, currency),
                number=doc["receipt_number"] or doc["id"],
                pending=doc["status"] == "pending",
            )

    def _bought(self, doc: Doc) -> list[tuple[str, str]]:
        """Return what a charge was for: the lines of its invoice, or what it says itself."""
        invoice = self.stripe.invoices.peek(doc["invoice"] or "")
        if invoice is not None:
            return [
                (line["description"] or "", money.show(line["amount"], invoice["currency"]))
                for line in invoice["lines"]["data"]
            ]
        return [(doc["description"] or "Payment", money.show(doc["amount"], doc["currency"]))]
