"""Invoices that Stripe Tax can't tax, as nobody knows where their customer is.

Source: https://docs.stripe.com/tax/customer-locations
"""

from mirra_mcp.local.kit.routes import Answer
from mirra_mcp.local.mirrors.stripe.billing.invoices.revisions import InvoiceRevisions
from mirra_mcp.wire.model import Doc


class InvoiceTaxes(InvoiceRevisions):
    """What becomes of them when they are to be finalized."""

    def not_finalized(self, doc: Doc) -> Answer | None:
        """Keep a draft whose customer's place isn't known, and say so. None: it is known.

        Fires: invoice.finalization_failed.
        Source: https://docs.stripe.com/tax/customer-locations#finalizing-invoices-with-finalization-failures
        """
        doc = self.summed(doc, doc["lines"]["data"])
        if doc["automatic_tax"]["status"] != "requires_location_inputs":
            return None
        refusal = self.stripe.tax_settings.unrecognized()
        self.mirror.cancel_timers("invoices.advance", id=doc["id"])
        told = {**refusal.body["error"]}
        doc |= {"automatically_finalizes_at": None, "last_finalization_error": told}
        self.save(doc, event="invoice.finalization_failed")
        return Answer(refusal.status, refusal.body)

    def untaxed(self, doc: Doc, customer: Doc) -> Doc:
        """Switch automatic tax off where nobody knows how to tax a subscription.

        Fires: customer.subscription.updated.
        Source: https://docs.stripe.com/tax/customer-locations (invoice finalization errors)
        """
        reason = "requires_location_inputs"
        off = {"enabled": False, "disabled_reason": f"finalization_{reason}", "status": None}
        doc = doc | {"automatic_tax": doc["automatic_tax"] | off}
        if sub := self.stripe.subscriptions.peek(doc["subscription"] or ""):
            told = sub["automatic_tax"] | {"enabled": False, "disabled_reason": reason}
            self.stripe.subscriptions.save(
                sub | {"automatic_tax": told}, event="customer.subscription.updated"
            )
        return self.summed(doc, doc["lines"]["data"], customer)
