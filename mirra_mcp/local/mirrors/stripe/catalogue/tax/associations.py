"""Tax associations: the taxes that are recorded for a payment as it succeeds and is refunded.

Source: https://docs.stripe.com/tax/payment-intent and https://docs.stripe.com/api/tax/associations
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.catalogue.tax.params import CreateReversal, FindAssociation
from mirra_mcp.wire.model import Doc

PARAM = "hooks[inputs][tax][calculation]"


class TaxAssociations(StripeResource):
    """One for each payment that names a calculation."""

    entity, plural = "tax_association", "tax_associations"
    object, prefix, path = "tax.association", "taxa", "/v1/tax/associations"
    title = "tax association"
    indexes = ("payment_intent", "calculation")
    blank: ClassVar[Doc] = {
        "calculation": "",
        "payment_intent": "",
        "tax_transaction_attempts": [],
    }

    @route("GET /v1/tax/associations/find")
    def of_payment(self, params: FindAssociation) -> Doc:
        """Return what was recorded for a payment.

        Source: https://docs.stripe.com/api/tax/associations/find

        Raises:
            VendorError: there is no such payment, or it names no calculation.
        """
        self.stripe.payment_intents.named(params.payment_intent, "payment_intent")
        doc = self.first(payment_intent=params.payment_intent)
        if doc is None:
            raise errors.invalid(
                f"No tax association found for PaymentIntent {params.payment_intent}.",
                "payment_intent",
                "resource_missing",
            )
        return self.view(doc)

    # What payments and refunds use.

    def checked(self, given: Doc) -> Doc:
        """Return what was sent of a payment, with hooks as they are kept.

        Raises:
            VendorError: there is no such calculation.
        """
        if "hooks" not in given:
            return given
        tax = ((given["hooks"] or {}).get("inputs") or {}).get("tax") or {}
        calculation = tax.get("calculation")
        if calculation:
            self.stripe.tax_calculations.named(calculation, PARAM)
        hooks = {"inputs": {"tax": {"calculation": calculation}}} if calculation else None
        return {**given, "hooks": hooks}

    def follow(self, intent: Doc, event: str | None) -> None:
        """Note what a payment's taxes are; record them once it has succeeded."""
        doc = self.first(payment_intent=intent["id"])
        if not intent.get("hooks"):
            if doc is not None and not doc["tax_transaction_attempts"]:
                self.drop(doc)
            return
        calculation = intent["hooks"]["inputs"]["tax"]["calculation"]
        if doc is None:
            doc = self.new(payment_intent=intent["id"])
        if doc["calculation"] != calculation:
            doc = self.save({**doc, "calculation": calculation})
        if event == "payment_intent.succeeded":
            self._tried(doc, intent["id"], *self._committed(doc, intent))

    def refunded(self, refund: Doc) -> None:
        """Take back as much of the taxes as was refunded of the payment."""
        intent = refund["payment_intent"]
        doc = self.first(payment_intent=intent) if intent else None
        done = (doc or {}).get("tax_transaction_attempts") or [{}]
        if doc is None or "committed" not in done[0]:
            return
        transactions = self.stripe.tax_transactions
        sold = transactions.get(done[0]["committed"]["transaction"])
        amount = min(refund["amount"], transactions.left_of(sold))
        if not amount:
            self._tried(doc, refund["id"], "", "original_transaction_voided")
            return
        back = transactions.reverse(
            sold,
            CreateReversal(
                mode="partial",
                flat_amount=-amount,
                original_transaction=sold["id"],
                reference=refund["id"],
            ),
        )
        self._tried(doc, refund["id"], back["id"], "")

    def _committed(self, doc: Doc, intent: Doc) -> tuple[str, str]:
        """Record a payment's taxes: return the transaction, or the reason why there is none."""
        calculation = self.stripe.tax_calculations.get(doc["calculation"])
        others = self.find(calculation=calculation["id"])
        if any(each["id"] != doc["id"] and each["tax_transaction_attempts"] for each in others):
            return "", "another_payment_associated_with_calculation"
        if calculation["expires_at"] <= self.at:
            return "", "calculation_expired"
        if calculation["currency"] != intent["currency"]:
            return "", "currency_mismatch"
        transactions = self.stripe.tax_transactions
        if transactions.first(reference=intent["id"]) is not None:
            return "", "unique_reference_violation"
        return transactions.record(calculation, intent["id"], None, self.at)["id"], ""

    def _tried(self, doc: Doc, source: str, transaction: str, reason: str) -> None:
        attempt: Doc = {"source": source, "status": "errored" if reason else "committed"}
        attempt |= (
            {"errored": {"reason": reason}}
            if reason
            else {"committed": {"transaction": transaction}}
        )
        attempts = [*doc["tax_transaction_attempts"], attempt]
        self.save({**doc, "tax_transaction_attempts": attempts})
