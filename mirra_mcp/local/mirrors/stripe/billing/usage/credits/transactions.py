"""Credit balance transactions: what was granted, applied, given back, and what lapsed.

Source: https://docs.stripe.com/api/billing/credit-balance-transaction
"""

from typing import Any, ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.billing.usage.credits.params import ListTransactions
from mirra_mcp.wire.model import Doc

CREDITS = ("credits_application_invoice_voided", "credits_granted")


class CreditBalanceTransactions(StripeResource):
    """The ledger of billing credits, of which nothing is ever changed."""

    entity, plural = "credit_balance_transaction", "credit_balance_transactions"
    object, prefix = "billing.credit_balance_transaction", "cbtxn_test"
    title, path = "credit balance transaction", "/v1/billing/credit_balance_transactions"
    indexes = ("credit_grant", "_customer")
    is_record = True
    blank: ClassVar[Doc] = {
        "created": None,
        "credit": None,
        "credit_grant": None,
        "debit": None,
        "effective_at": None,
        "livemode": False,
        "test_clock": None,
        "type": "credit",
    }

    def book(
        self, grant: Doc, type: str, value: int, *, line: Doc | None = None, at: int | None = None
    ) -> Doc:
        """Write down a change of a grant's balance; `line` is the invoice's that it is for.

        Fires: billing.credit_balance_transaction.created.
        """
        currency = grant["amount"]["monetary"]["currency"]
        details: Doc = {
            "amount": {"monetary": {"currency": currency, "value": value}, "type": "monetary"},
            "type": type,
        }
        side, names = "debit", ("credits_applied",)
        if type in CREDITS:
            side, names = "credit", ("credits_application_invoice_voided",)
        for name in names:
            applied = line and {"invoice": line["invoice"], "invoice_line_item": line["id"]}
            details[name] = applied if name == type else None
        doc = self.new(
            credit_grant=grant["id"],
            effective_at=self.at if at is None else at,
            test_clock=grant["test_clock"],
            type=side,
            _customer=grant["customer"],
            **{side: details},
        )
        return self.save(doc, event="billing.credit_balance_transaction.created")

    @route("GET /v1/billing/credit_balance_transactions/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one transaction."""
        return self.view(self.get(id))

    @route("GET /v1/billing/credit_balance_transactions")
    def index(self, params: ListTransactions) -> Doc:
        """List the transactions of a customer, or of one of their grants."""
        self.stripe.customers.live(params.customer)
        where: dict[str, Any] = {"_customer": params.customer}
        if params.credit_grant is not None:
            self.stripe.credit_grants.named(params.credit_grant, "credit_grant")
            where["credit_grant"] = params.credit_grant
        return self.listed(params, **where)
