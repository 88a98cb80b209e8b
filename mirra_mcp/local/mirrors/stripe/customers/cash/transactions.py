"""What moved a customer's cash balance.

Source: https://docs.stripe.com/api/cash_balance_transactions
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc


class CashBalanceTransactions(StripeResource):
    """The transactions of customers' cash balances."""

    entity, plural = "cash_balance_transaction", "cash_balance_transactions"
    object, prefix = "customer_cash_balance_transaction", "ccsbtxn"
    title = "customer cash balance transaction"
    indexes = ("customer",)
    blank: ClassVar[Doc] = {
        "created": None,
        "currency": "usd",
        "customer": "",
        "customer_account": None,
        "ending_balance": 0,
        "livemode": False,
        "net_amount": 0,
        "type": "funded",
    }

    def make(
        self, customer: str, amount: int, currency: str, ending: int, type: str, more: Doc
    ) -> Doc:
        """Note a movement. Fires: customer_cash_balance_transaction.created."""
        doc = self.new(
            customer=customer,
            currency=currency,
            ending_balance=ending,
            net_amount=amount,
            type=type,
            **more,
        )
        return self.save(doc, event="customer_cash_balance_transaction.created")

    @route("GET /v1/customers/{customer}/cash_balance_transactions/{id}")
    def retrieve(self, customer: str, id: str) -> Doc:
        """Return a transaction of a customer."""
        self.stripe.customers.get(customer)
        doc = self.get(id)
        if doc["customer"] != customer:
            raise self.missing(id)
        return self.view(doc)

    @route("GET /v1/customers/{customer}/cash_balance_transactions")
    def index(self, customer: str, params: ListParams) -> Doc:
        """List a customer's transactions."""
        self.stripe.customers.get(customer)
        url = f"/v1/customers/{customer}/cash_balance_transactions"
        return self.listed(params, url=url, customer=customer)
