"""Transfers: money that a platform moves to its connected accounts, and gets back.

Source: https://docs.stripe.com/api/transfers and
https://docs.stripe.com/connect/separate-charges-and-transfers
"""

from typing import Any, ClassVar

from pydantic import Field

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Currency,
    ListParams,
    Metadata,
    StripeParams,
    merged,
)
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc

POOR = (
    "You have insufficient available funds in your Stripe account. Try adding funds directly to"
    " your available balance by creating Charges using the 4000000000000077 test card. See:"
    " https://stripe.com/docs/testing#available-balance"
)
INCAPABLE = (
    "Your destination account needs to have at least one of the following capabilities enabled:"
    " transfers, crypto_transfers, legacy_payments"
)


class CreateTransfer(StripeParams):
    """What a transfer takes; `amount` may be left out where a charge is its source."""

    currency: Currency
    destination: str
    amount: int | None = Field(default=None, ge=1)
    description: str | None = None
    metadata: Metadata = {}
    source_transaction: str | None = None
    transfer_group: str | None = None


class UpdateTransfer(StripeParams):
    """What may change of a transfer."""

    description: str | None = None
    metadata: Metadata = {}


class ListTransfers(ListParams):
    """Filters of the list."""

    destination: str | None = None
    transfer_group: str | None = None


class Transfers(StripeResource):
    """The platform's transfers."""

    entity, plural = "transfer", "transfers"
    object, prefix, path = "transfer", "tr", "/v1/transfers"
    indexes = ("destination", "transfer_group", "source_transaction")
    blank: ClassVar[Doc] = {
        "amount": 0,
        "amount_reversed": 0,
        "balance_transaction": None,
        "created": None,
        "currency": "usd",
        "description": None,
        "destination": None,
        "destination_payment": None,
        "livemode": False,
        "metadata": {},
        "reversed": False,
        "source_transaction": None,
        "source_type": "card",
        "transfer_group": None,
    }

    def view(self, doc: Doc) -> Doc:
        """Show a transfer with the newest of its reversals."""
        reversals = self.stripe.transfer_reversals.list_of(doc["id"], ListParams())
        return super().view(doc) | {"reversals": reversals}

    def check_destination(self, account: str, param: str) -> None:
        """Refuse an account that isn't there or can't be paid.

        Source: https://docs.stripe.com/connect/account-capabilities#transfers

        Raises:
            VendorError: `resource_missing` or `insufficient_capabilities_for_transfer`.
        """
        found = self.stripe.accounts.reached(account)
        if found is None:
            raise errors.missing("destination", account, param, status=400)
        if not found["_own"] and found["capabilities"].get("transfers") != "active":
            raise errors.invalid(INCAPABLE, code="insufficient_capabilities_for_transfer")

    def sent(
        self,
        destination: str,
        amount: int,
        currency: str,
        *,
        available_now: bool,
        fee: int = 0,
        **fields: Any,
    ) -> tuple[Doc, str | None]:
        """Move money to an account; return the transfer, and the fee of it that came back.

        Fires: application_fee.created, payment.created on the account, transfer.created.
        """
        doc = self.new(amount=amount, currency=currency, destination=destination, **fields)
        payment = f"py_{self.mirror.ids.token(24)}"
        kept: str | None = None
        if fee:
            source = doc["source_transaction"]
            kept = self.stripe.application_fees.collect(
                destination,
                payment,
                fee,
                currency,
                available_now=available_now,
                originating=source,
            )["id"]
        with self.stripe.acting_for(destination):
            self.stripe.charges.received(
                payment, doc, fee=fee, application_fee=kept, available_now=available_now
            )
        booked = self.stripe.balance_transactions.book(
            type="transfer",
            amount=-amount,
            currency=currency,
            source=doc["id"],
            description=doc["description"],
            available_now=available_now,
        )
        doc |= {"balance_transaction": booked["id"], "destination_payment": payment}
        return self.save(doc, event="transfer.created"), kept

    @route("POST /v1/transfers")
    def create(self, params: CreateTransfer) -> Doc:
        """Move money to a connected account, from the balance or from one charge.

        Fires: payment.created on the account, transfer.created.
        Source: https://docs.stripe.com/api/transfers/create

        Raises:
            VendorError: too little is available, or was charged.
        """
        money.check_currency(params.currency, "currency")
        self.check_destination(params.destination, "destination")
        charge = self._source(params)
        amount, available_now, group = params.amount, True, params.transfer_group
        if charge is not None:
            already = self.find(source_transaction=charge["id"])
            left = charge["amount_captured"] - sum(each["amount"] for each in already)
            amount = left if amount is None else amount
            if amount > left or amount < 1:
                raise errors.invalid(
                    f"Transfer amount ({money.show(amount, params.currency)}) is greater than what"
                    f" is left of the charge ({money.show(left, params.currency)})",
                    "amount",
                )
            booked = self.stripe.balance_transactions.peek(charge["balance_transaction"] or "")
            available_now = booked is not None and booked["status"] == "available"
            group = group or charge["transfer_group"] or f"group_{charge['id']}"
        elif amount is None:
            raise errors.invalid("Missing required param: amount.", "amount", "parameter_missing")
        elif amount > self.stripe.balances.available(params.currency):
            raise errors.invalid(POOR, code="balance_insufficient")
        made, _ = self.sent(
            params.destination,
            amount,
            params.currency,
            available_now=available_now,
            description=params.description,
            metadata=merged({}, params.metadata or {}),
            source_transaction=params.source_transaction,
            transfer_group=group,
        )
        return self.view(made)

    @route("GET /v1/transfers")
    def index(self, params: ListTransfers) -> Doc:
        """List transfers."""
        names = ("destination", "transfer_group")
        return self.listed(
            params, **{name: value for name in names if (value := getattr(params, name))}
        )

    @route("GET /v1/transfers/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a transfer."""
        return self.view(self.get(id))

    @route("POST /v1/transfers/{id}")
    def update(self, id: str, params: UpdateTransfer) -> Doc:
        """Change a transfer's description or metadata. Fires: transfer.updated."""
        doc = self.patched(self.get(id), params.given())
        return self.view(self.save(doc, event="transfer.updated"))

    def _source(self, params: CreateTransfer) -> Doc | None:
        if params.source_transaction is None:
            return None
        charge = self.stripe.charges.named(params.source_transaction, "source_transaction")
        if charge["currency"] != params.currency:
            raise errors.invalid(
                f"The currency of source_transaction's balance transaction ({charge['currency']})"
                f" must be the same as the transfer currency ({params.currency})",
                "currency",
            )
        return charge
