"""Refunds of bank debits whose money hasn't come yet.

Source: https://support.stripe.com/questions/refunds-for-ach-direct-debit-payments
"""

from mirra_mcp.local.mirrors.stripe.payments.refunds import bookings
from mirra_mcp.local.mirrors.stripe.payments.refunds.resource import (
    CHARGE_PENDING,
    PROCESSING,
    Refunds,
)
from mirra_mcp.wire.model import Doc


class WaitingRefunds(Refunds):
    """The refunds of the account, with those that wait for their charge."""

    def charge_landed(self, charge: Doc) -> None:
        """Take the money now that it has come. Fires: refund.updated, charge.refund.updated."""
        for doc in self._waiting_for(charge):
            booked = bookings.taken(self.stripe, charge, doc)
            now = {"balance_transaction": booked, "pending_reason": PROCESSING, "_waited": True}
            doc = {**doc, **now}
            self._schedule(self._changed(doc), charge)

    def arrive(self, id: str) -> None:
        """Let a pending refund succeed; taxes that it waited for are taken back only then."""
        super().arrive(id)
        doc = self.peek(id)
        if doc is not None and doc["status"] == "succeeded" and doc.get("_waited"):
            self.stripe.tax_associations.refunded(self.save({**doc, "_waited": False}))

    def charge_failed(self, charge: Doc) -> None:
        """Cancel what can't be given back. Fires: refund.updated, charge.refund.updated."""
        for doc in self._waiting_for(charge):
            self.canceled(doc, "unknown")

    def _waiting_for(self, charge: Doc) -> list[Doc]:
        found = self.find(charge=charge["id"], newest_first=False)
        return [doc for doc in found if doc.get("pending_reason") == CHARGE_PENDING]
