"""Application fees: what a platform earns of the payments of its connected accounts.

Source: https://docs.stripe.com/api/application_fees and https://docs.stripe.com/connect/charges
"""

from typing import ClassVar

from pydantic import Field

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    ListParams,
    Metadata,
    StripeParams,
    merged,
)
from mirra_mcp.local.mirrors.stripe.api.lists.pages import page_of
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc


class ListFees(ListParams):
    """Filters of the list."""

    charge: str | None = None


class CreateFeeRefund(StripeParams):
    """How much of a fee goes back: all that is left when absent."""

    amount: int | None = Field(default=None, ge=1)
    metadata: Metadata = {}


class UpdateFeeRefund(StripeParams):
    """What may change of a refund."""

    metadata: Metadata = {}


class ApplicationFees(StripeResource):
    """The fees that the platform has collected."""

    entity, plural = "application_fee", "application_fees"
    object, prefix, path = "application_fee", "fee", "/v1/application_fees"
    title = "application fee"
    indexes = ("charge", "account")
    blank: ClassVar[Doc] = {
        "account": None,
        "amount": 0,
        "amount_refunded": 0,
        "application": None,
        "balance_transaction": None,
        "charge": None,
        "created": None,
        "currency": "usd",
        "fee_source": None,
        "livemode": False,
        "originating_transaction": None,
        "refunded": False,
    }

    def view(self, doc: Doc) -> Doc:
        """Show a fee with the newest of its refunds."""
        return super().view(doc) | {"refunds": self.stripe.fee_refunds.list_of(doc, ListParams())}

    def collect(
        self,
        account: str,
        charge: str,
        amount: int,
        currency: str,
        *,
        available_now: bool,
        originating: str | None = None,
    ) -> Doc:
        """Take a fee of a connected account's payment. Fires: application_fee.created.

        The account's side is part of its payment's balance transaction.
        """
        with self.stripe.acting_for(None):
            doc = self.new(
                account=account,
                amount=amount,
                application=self.stripe.application,
                charge=charge,
                currency=currency,
                fee_source={"charge": charge, "type": "charge"},
                originating_transaction=originating,
            )
            booked = self.stripe.balance_transactions.book(
                type="application_fee",
                amount=amount,
                currency=currency,
                source=doc["id"],
                available_now=available_now,
            )
            doc["balance_transaction"] = booked["id"]
            return self.save(doc, event="application_fee.created")

    def share(self, id: str | None, part: int, whole: int) -> int:
        """Return what of a fee belongs to a part of its payment, as far as it is left.

        Source: https://docs.stripe.com/api/refunds/create (refund_application_fee)
        """
        with self.stripe.acting_for(None):
            doc = self.peek(id or "")
        if doc is None:
            return 0
        left: int = doc["amount"] - doc["amount_refunded"]
        return min(left, money.part_of(doc["amount"], part, whole))

    def give_back(self, id: str, amount: int, metadata: dict[str, str | None] | None = None) -> Doc:
        """Return a part of a fee, on the platform's side. Fires: application_fee.refunded."""
        with self.stripe.acting_for(None):
            fee = self.get(id)
            doc = self.stripe.fee_refunds.made(fee, amount, metadata or {})
            given = fee["amount_refunded"] + amount
            fee |= {"amount_refunded": given, "refunded": given >= fee["amount"]}
            self.save(fee, event="application_fee.refunded")
            return doc

    @route("GET /v1/application_fees")
    def index(self, params: ListFees) -> Doc:
        """List fees."""
        where = {"charge": params.charge} if params.charge else {}
        return self.listed(params, keep=None, **where)

    @route("GET /v1/application_fees/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a fee."""
        return self.view(self.get(id))


class FeeRefunds(StripeResource):
    """What of fees was given back."""

    entity, plural = "fee_refund", "fee_refunds"
    object, prefix = "fee_refund", "fr"
    title = "application fee refund"
    indexes = ("fee",)
    blank: ClassVar[Doc] = {
        "amount": 0,
        "balance_transaction": None,
        "created": None,
        "currency": "usd",
        "fee": None,
        "metadata": {},
    }

    def list_of(self, fee: Doc, params: ListParams) -> Doc:
        """Return a page of a fee's refunds, newest first."""
        rows = [self.view(doc) for doc in self.find(fee=fee["id"])]
        url = f"/v1/application_fees/{fee['id']}/refunds"
        return page_of(rows, params, url, self.title)

    def made(self, fee: Doc, amount: int, metadata: dict[str, str | None]) -> Doc:
        """Keep a refund and book it."""
        doc = self.new(
            amount=amount,
            currency=fee["currency"],
            fee=fee["id"],
            metadata=merged({}, metadata),
        )
        booked = self.stripe.balance_transactions.book(
            type="application_fee_refund",
            amount=-amount,
            currency=fee["currency"],
            source=doc["id"],
            available_now=True,
        )
        return self.save(doc | {"balance_transaction": booked["id"]})

    @route("POST /v1/application_fees/{fee}/refund")
    def refund(self, fee: str, params: CreateFeeRefund) -> Doc:
        """Give a fee back by the older address, which answers the fee.

        Fires: application_fee.refunded.
        """
        self.create(fee, params)
        return self.stripe.application_fees.view(self.stripe.application_fees.get(fee))

    @route("POST /v1/application_fees/{fee}/refunds")
    def create(self, fee: str, params: CreateFeeRefund) -> Doc:
        """Give a fee back to the account that paid it. Fires: application_fee.refunded.

        Source: https://docs.stripe.com/api/fee_refunds/create

        Raises:
            VendorError: nothing is left, or not as much.
        """
        kept = self.stripe.application_fees.get(fee)
        left = kept["amount"] - kept["amount_refunded"]
        amount = left if params.amount is None else params.amount
        if kept["refunded"]:
            raise errors.invalid(f"Application fee {fee} has already been refunded.")
        if amount > left:
            currency = kept["currency"]
            raise errors.invalid(
                f"Refund amount ({money.show(amount, currency)}) is greater than unrefunded amount"
                f" on application fee ({money.show(left, currency)})",
                "amount",
            )
        doc = self.stripe.application_fees.give_back(fee, amount, params.metadata)
        with self.stripe.acting_for(kept["account"]):
            self.stripe.balance_transactions.book(
                type="application_fee_refund",
                amount=amount,
                currency=kept["currency"],
                source=doc["id"],
                available_now=True,
            )
        return self.view(doc)

    @route("GET /v1/application_fees/{fee}/refunds")
    def index(self, fee: str, params: ListParams) -> Doc:
        """List a fee's refunds."""
        return self.list_of(self.stripe.application_fees.get(fee), params)

    @route("GET /v1/application_fees/{fee}/refunds/{id}")
    def retrieve(self, fee: str, id: str) -> Doc:
        """Return one of a fee's refunds."""
        return self.view(self._of(fee, id))

    @route("POST /v1/application_fees/{fee}/refunds/{id}")
    def update(self, fee: str, id: str, params: UpdateFeeRefund) -> Doc:
        """Change a refund's metadata. Fires: application_fee.refund.updated."""
        doc = self.patched(self._of(fee, id), params.given())
        return self.view(self.save(doc, event="application_fee.refund.updated"))

    def _of(self, fee: str, id: str) -> Doc:
        self.stripe.application_fees.get(fee)
        doc = self.get(id)
        if doc["fee"] != fee:
            raise self.missing(id)
        return doc
