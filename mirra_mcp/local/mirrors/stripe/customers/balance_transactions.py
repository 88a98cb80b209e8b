"""How a customer's balance moved. Source: https://docs.stripe.com/api/customer_balance_transactions"""

from typing import Annotated, ClassVar

from pydantic import Field

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Currency,
    ListParams,
    Metadata,
    StripeParams,
    filled,
)
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc


class CreateTransaction(StripeParams):
    """Parameters of a new transaction: negative amounts are credit."""

    amount: int
    currency: Currency
    description: Annotated[str, Field(max_length=350)] | None = None
    metadata: Metadata = {}


class UpdateTransaction(StripeParams):
    """What may change of a transaction."""

    description: Annotated[str, Field(max_length=350)] | None = None
    metadata: Metadata = {}


class CustomerBalanceTransactions(StripeResource):
    """The transactions of all customers; nothing of them is ever undone."""

    entity, plural = "customer_balance_transaction", "customer_balance_transactions"
    object, prefix = "customer_balance_transaction", "cbtxn"
    title = "customer balance transaction"
    indexes = ("customer", "invoice")
    blank: ClassVar[Doc] = {
        "amount": 0,
        "checkout_session": None,
        "created": None,
        "credit_note": None,
        "currency": "usd",
        "customer": "",
        "customer_account": None,
        "description": None,
        "ending_balance": 0,
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "type": "adjustment",
    }

    def make(
        self, customer: str, amount: int, type: str, currency: str, ending_balance: int, more: Doc
    ) -> Doc:
        """Write down a movement; the customer's own balance is the caller's to change."""
        doc = self.new(
            amount=amount,
            currency=currency,
            customer=customer,
            ending_balance=ending_balance,
            type=type,
            **filled(more),
        )
        return self.save(doc)

    @route("POST /v1/customers/{customer}/balance_transactions")
    def create(self, customer: str, params: CreateTransaction) -> Doc:
        """Give a customer credit, or debt. Fires: customer.updated."""
        owner = self.stripe.customers.get(customer)
        money.check_currency(params.currency, "currency")
        if owner["currency"] not in (None, params.currency):
            raise errors.invalid(
                f"The customer's currency is {owner['currency']}, so the balance can't be changed"
                f" in {params.currency}.",
                "currency",
            )
        more = {"description": params.description, "metadata": params.metadata}
        made = self.stripe.customers.change_balance(
            customer, params.amount, "adjustment", currency=params.currency, **more
        )
        return self.view(made)

    @route("GET /v1/customers/{customer}/balance_transactions/{id}")
    def retrieve(self, customer: str, id: str) -> Doc:
        """Return one transaction of a customer."""
        return self.view(self._of(customer, id))

    @route("POST /v1/customers/{customer}/balance_transactions/{id}")
    def update(self, customer: str, id: str, params: UpdateTransaction) -> Doc:
        """Change a transaction's description or metadata."""
        return self.view(self.save(self.patched(self._of(customer, id), params.given())))

    @route("GET /v1/customers/{customer}/balance_transactions")
    def index(self, customer: str, params: ListParams) -> Doc:
        """List a customer's transactions."""
        self.stripe.customers.get(customer)
        url = f"/v1/customers/{customer}/balance_transactions"
        return self.listed(params, url=url, customer=customer)

    def _of(self, customer: str, id: str) -> Doc:
        self.stripe.customers.get(customer)
        doc = self.get(id)
        if doc["customer"] != customer:
            raise self.missing(id)
        return doc
