"""Charges of customers' bank accounts, the way before payment intents.

Source: https://docs.stripe.com/ach-deprecated
"""

from typing import Any

from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.payments.banks import testing
from mirra_mcp.local.mirrors.stripe.payments.cards.declines import Decline
from mirra_mcp.local.mirrors.stripe.payments.charges.resource import Charges
from mirra_mcp.wire.model import Doc


class DebitedCharges(Charges):
    """The charges of the account, with those whose money comes later."""

    def debited(self, method: Doc, amount: int, *, captured: bool, **fields: Any) -> Doc:
        """Debit a customer's bank account; the money comes, or doesn't, two seconds later.

        Fires: charge.pending, then charge.succeeded or charge.failed.

        Raises:
            VendorError: `bank_account_unverified`, or what bank accounts can't do.
        """
        if "_bank" in method and not method.get("_verified"):
            raise errors.invalid(
                "The customer's bank account must be verified before it can be charged.",
                "source",
                "bank_account_unverified",
            )
        currency = "usd" if "_bank" in method else "eur"
        if fields["currency"] != currency:
            raise errors.invalid(
                f"This bank account can only be charged in {currency}.", "currency"
            )
        if not captured:
            raise errors.invalid("Charges of bank accounts are captured at once.", "capture")
        source = self.stripe.sources.shown_of(method)
        charge = self.attempted(
            _as_ach(method, source) if "_bank" in method else method,
            amount=amount,
            captured=True,
            refusal=None,
            pending=True,
            source=source,
            **fields,
        )
        fate = testing.fate_of(method)
        if not fate.forever:
            self.mirror.after(fate.wait, "charges.land", id=charge["id"])
        return charge

    def land(self, id: str) -> None:
        """Let a bank account's money come, or fail to. Called by its timer."""
        charge = self.peek(id)
        if charge is None or charge["status"] != "pending":
            return
        fate = testing.fate_of(self.stripe.payment_methods.get(charge["payment_method"]))
        refusal = None
        if fate.failure:
            said = testing.MESSAGES[fate.failure]
            refusal = Decline(fate.failure, said, seller_message=said)
        charge = self.landed(charge, refusal)
        if fate.disputed:
            self.stripe.disputes.opened_by_card(charge, "fraudulent")


def _as_ach(method: Doc, source: Doc) -> Doc:
    """Return a bank account as charges of older integrations tell of it."""
    names = ("account_holder_type", "bank_name", "country", "fingerprint", "last4")
    details = {name: source[name] for name in (*names, "routing_number")}
    return {**method, "type": "ach_debit", "ach_debit": details}
