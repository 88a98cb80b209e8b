"""Transfer reversals: money that comes back from connected accounts.

Source: https://docs.stripe.com/api/transfer_reversals
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


class CreateReversal(StripeParams):
    """How much comes back: all that is left when absent."""

    amount: int | None = Field(default=None, ge=1)
    description: str | None = None
    metadata: Metadata = {}
    refund_application_fee: bool = False


class UpdateReversal(StripeParams):
    """What may change of a reversal."""

    metadata: Metadata = {}


class TransferReversals(StripeResource):
    """What of transfers was taken back."""

    entity, plural = "transfer_reversal", "transfer_reversals"
    object, prefix = "transfer_reversal", "trr"
    title = "transfer reversal"
    indexes = ("transfer",)
    blank: ClassVar[Doc] = {
        "amount": 0,
        "balance_transaction": None,
        "created": None,
        "currency": "usd",
        "destination_payment_refund": None,
        "metadata": {},
        "source_refund": None,
        "transfer": None,
    }

    def list_of(self, transfer: str, params: ListParams) -> Doc:
        """Return a page of a transfer's reversals, newest first."""
        rows = [self.view(doc) for doc in self.find(transfer=transfer)]
        return page_of(rows, params, f"/v1/transfers/{transfer}/reversals", self.title)

    def made(
        self,
        transfer: Doc,
        amount: int,
        *,
        with_fee: bool = False,
        metadata: dict[str, str | None] | None = None,
        source_refund: str | None = None,
        description: str | None = None,
    ) -> Doc:
        """Take back a part of a transfer, and give back its part of the fee if asked.

        Fires: charge.refunded on the account, application_fee.refunded, transfer.reversed.
        """
        back = f"pyr_{self.mirror.ids.token(24)}"
        with self.stripe.acting_for(transfer["destination"]):
            payment = self.stripe.charges.get(transfer["destination_payment"])
            kept = payment["application_fee"]
            fee = 0
            if with_fee and kept:
                fee = self.stripe.application_fees.share(kept, amount, transfer["amount"])
            self.stripe.refunds.returned(back, payment, amount, fee=fee)
        if fee:
            self.stripe.application_fees.give_back(kept, fee)
        doc = self.new(
            amount=amount,
            currency=transfer["currency"],
            destination_payment_refund=back,
            metadata=merged({}, metadata or {}),
            source_refund=source_refund,
            transfer=transfer["id"],
        )
        booked = self.stripe.balance_transactions.book(
            type="transfer_refund",
            amount=amount,
            currency=transfer["currency"],
            source=doc["id"],
            description=description,
            available_now=True,
        )
        doc = self.save(doc | {"balance_transaction": booked["id"]})
        given = transfer["amount_reversed"] + amount
        transfer = transfer | {"amount_reversed": given, "reversed": given >= transfer["amount"]}
        self.stripe.transfers.save(transfer, event="transfer.reversed")
        return doc

    @route("POST /v1/transfers/{transfer}/reversals")
    def create(self, transfer: str, params: CreateReversal) -> Doc:
        """Take back all or part of a transfer. Fires: transfer.reversed.

        Source: https://docs.stripe.com/api/transfer_reversals/create

        Raises:
            VendorError: it is reversed already, or not as much is left.
        """
        sent = self.stripe.transfers.get(transfer)
        left = sent["amount"] - sent["amount_reversed"]
        amount = left if params.amount is None else params.amount
        if sent["reversed"]:
            raise errors.invalid(f"Transfer {transfer} is already fully reversed.")
        if amount > left:
            currency = sent["currency"]
            raise errors.invalid(
                f"Reversal amount ({money.show(amount, currency)}) is greater than unreversed"
                f" amount on transfer ({money.show(left, currency)})",
                "amount",
            )
        doc = self.made(
            sent,
            amount,
            with_fee=params.refund_application_fee,
            metadata=params.metadata,
            description=params.description,
        )
        return self.view(doc)

    @route("GET /v1/transfers/{transfer}/reversals")
    def index(self, transfer: str, params: ListParams) -> Doc:
        """List a transfer's reversals."""
        self.stripe.transfers.get(transfer)
        return self.list_of(transfer, params)

    @route("GET /v1/transfers/{transfer}/reversals/{id}")
    def retrieve(self, transfer: str, id: str) -> Doc:
        """Return one of a transfer's reversals."""
        return self.view(self._of(transfer, id))

    @route("POST /v1/transfers/{transfer}/reversals/{id}")
    def update(self, transfer: str, id: str, params: UpdateReversal) -> Doc:
        """Change a reversal's metadata."""
        return self.view(self.save(self.patched(self._of(transfer, id), params.given())))

    def _of(self, transfer: str, id: str) -> Doc:
        self.stripe.transfers.get(transfer)
        doc = self.get(id)
        if doc["transfer"] != transfer:
            raise self.missing(id)
        return doc
