"""The receipt of a charge, as its payer sees it. Source: https://docs.stripe.com/receipts"""

from datetime import UTC, datetime
from typing import Literal

from pydantic import Field

from mirra_mcp.local.kit.pages import answers as pages
from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.stripe.api.forms.params import Metadata, StripeParams
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.api.refusals import FOLDER
from mirra_mcp.local.mirrors.stripe.payments.charges.debits import DebitedCharges
from mirra_mcp.wire.model import Doc


class RefundCharge(StripeParams):
    """How much of a charge is given back."""

    amount: int | None = Field(default=None, ge=1)
    instructions_email: str | None = None
    metadata: Metadata = {}
    reason: Literal["duplicate", "fraudulent", "requested_by_customer"] | None = None
    refund_application_fee: bool = False
    reverse_transfer: bool = False


class ReceiptedCharges(DebitedCharges):
    """The charges of the account, with the pages of their receipts."""

    @route("POST /v1/charges/{charge}/refund")
    def refund(self, charge: str, params: RefundCharge) -> Doc:
        """Give a charge back, by the older address, and return the charge.

        Fires: refund.created, charge.refunded.
        """
        self.stripe.refunds.give_back(
            self.get(charge),
            params.amount,
            reason=params.reason,
            metadata=params.metadata,
            instructions_email=params.instructions_email,
            with_fee=params.refund_application_fee,
            with_transfer=params.reverse_transfer,
        )
        return self.view(self.get(charge))

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
