"""How charges move money: booked with Stripe's fee, shared with connected accounts.

Source: https://docs.stripe.com/connect/charges
"""

from mirra_mcp.local.mirrors.stripe.api.lists.search import Searchable
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.api.resource import Addressed
from mirra_mcp.wire.model import Doc


class ChargeBooking(Addressed, Searchable):
    """Charges as movements of money."""

    addresses = ("receipt_url",)

    def _booked(self, charge: Doc, amount: int) -> Doc:
        """Book what was taken; return the fields of the charge that tell of it.

        A direct charge's application fee is taken of it; of a destination charge the rest goes on
        to the other account. Where the platform pays its accounts' fees, Stripe's fee on a direct
        charge is the platform's. Fires: application_fee.created, transfer.created, payment.created.

        Source: https://docs.stripe.com/connect/direct-charges,
        https://docs.stripe.com/connect/destination-charges and
        https://docs.stripe.com/connect/direct-charges-fee-payer-behavior
        """
        now = self._bypasses(charge)
        share = min(charge["application_fee_amount"] or 0, amount)
        direct = self.stripe.account
        cost = money.fee_of(amount, charge["currency"])
        is_ours = bool(direct) and self.stripe.accounts.pays_fees_of(str(direct))
        booked = self.stripe.balance_transactions.book(
            type="charge" if charge["payment_method_details"]["type"] == "card" else "payment",
            amount=amount,
            currency=charge["currency"],
            source=charge["id"],
            fee=0 if is_ours else cost,
            application_fee=share if direct else 0,
            description=charge["description"],
            available_now=now,
        )
        if is_ours:
            self._billed(cost, charge, available_now=now)
        fields: Doc = {"balance_transaction": booked["id"]}
        if direct and share:
            fee = self.stripe.application_fees.collect(
                direct, charge["id"], share, charge["currency"], available_now=now
            )
            fields["application_fee"] = fee["id"]
        elif not direct and charge["transfer_data"]:
            fields |= self._sent_on(charge, amount, share, available_now=now)
        return fields

    def _billed(self, cost: int, charge: Doc, *, available_now: bool) -> None:
        """Take Stripe's fee on a direct charge from the platform's balance."""
        with self.stripe.acting_for(None):
            self.stripe.balance_transactions.book(
                type="stripe_fee",
                amount=-cost,
                currency=charge["currency"],
                source=None,
                description=f"Stripe processing fees: {charge['id']}",
                available_now=available_now,
            )

    def received(
        self,
        id: str,
        transfer: Doc,
        *,
        fee: int,
        application_fee: str | None,
        available_now: bool,
    ) -> Doc:
        """Keep a transfer as the payment that its account gets. Fires: payment.created."""
        booked = self.stripe.balance_transactions.book(
            type="payment",
            amount=transfer["amount"],
            currency=transfer["currency"],
            source=id,
            application_fee=fee,
            available_now=available_now,
        )
        doc = self.new(
            id=id,
            amount=transfer["amount"],
            amount_captured=transfer["amount"],
            application_fee=application_fee,
            application_fee_amount=fee or None,
            balance_transaction=booked["id"],
            captured=True,
            currency=transfer["currency"],
            paid=True,
            payment_method_details={"stripe_account": {}, "type": "stripe_account"},
            source_transfer=transfer["id"],
            status="succeeded",
        )
        return self.save(doc, event="payment.created")

    def _sent_on(self, charge: Doc, amount: int, fee: int, *, available_now: bool) -> Doc:
        wanted = charge["transfer_data"].get("amount")
        group = charge["transfer_group"] or f"group_{charge['payment_intent'] or charge['id']}"
        transfer, kept = self.stripe.transfers.sent(
            charge["transfer_data"]["destination"],
            amount if wanted is None else min(wanted, amount),
            charge["currency"],
            fee=fee,
            available_now=available_now,
            source_transaction=charge["id"],
            transfer_group=group,
        )
        return {
            "application_fee": kept,
            "transfer": transfer["id"],
            "transfer_group": group,
        }

    def _bypasses(self, charge: Doc) -> bool:
        method = self.stripe.payment_methods.peek(charge["payment_method"] or "")
        return bool(
            method
            and method["type"] == "card"
            and self.stripe.payment_methods.card_of(method).bypass
        )
