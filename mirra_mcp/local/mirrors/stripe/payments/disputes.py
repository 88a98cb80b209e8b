"""Disputes: cardholders who want their money back from the bank.

Source: https://docs.stripe.com/disputes/how-disputes-work
"""

import calendar
from datetime import timedelta
from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    ListParams,
    Metadata,
    Nested,
    StripeParams,
)
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.payments.payment_intents.flow import SOON
from mirra_mcp.wire.model import Doc

FEE = 1500
"""What a dispute costs in the US. Source: https://stripe.com/pricing (disputes)"""
DAYS_TO_ANSWER = 8
EVIDENCE = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
)
CLOSED = "This dispute is already closed"
OPEN = ("needs_response", "warning_needs_response")
REVIEWED = ("under_review", "warning_under_review")
REASONS = {
    "fraudulent": "10.4",
    "product_not_received": "13.1",
    "duplicate": "12.6.1",
    "subscription_canceled": "13.2",
    "product_unacceptable": "13.3",
    "credit_not_processed": "13.7",
    "unrecognized": "10.4",
    "noncompliant": "",
    "general": "",
}
"""Visa's codes for the reasons. Source: https://docs.stripe.com/disputes/categories"""


class Evidence(Nested):
    """What is said in answer."""

    model_config = {"extra": "allow"}


class UpdateDispute(StripeParams):
    """Parameters of an answer."""

    evidence: dict[str, str | Doc | None] | None = None
    metadata: Metadata = {}
    submit: bool = True


class ListDisputes(ListParams):
    """Filters of the list."""

    charge: str | None = None
    payment_intent: str | None = None


class Disputes(StripeResource):
    """Payments that cardholders dispute."""

    entity, plural = "dispute", "disputes"
    synonyms = ("chargeback",)
    statuses = (
        "warning_needs_response", "warning_under_review", "warning_closed", "needs_response",
        "under_review", "won", "lost",
    )  # fmt: skip
    object, prefix, path = "dispute", "du", "/v1/disputes"
    indexes = ("charge", "payment_intent", "status")
    blank: ClassVar[Doc] = {
        "amount": 0,
        "balance_transactions": [],
        "charge": None,
        "created": None,
        "currency": "usd",
        "enhanced_eligibility_types": [],
        "evidence": {},
        "evidence_details": {},
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": None,
        "payment_method_details": None,
        "reason": "fraudulent",
        "status": "needs_response",
    }

    @route("GET /v1/disputes")
    def index(self, params: ListDisputes) -> Doc:
        """List disputes."""
        names = ("charge", "payment_intent")
        return self.listed(
            params, **{name: value for name in names if (value := getattr(params, name))}
        )

    @route("GET /v1/disputes/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a dispute."""
        return self.view(self.get(id))

    @route("POST /v1/disputes/{id}")
    def update(self, id: str, params: UpdateDispute) -> Doc:
        """Answer a dispute; evidence is submitted unless `submit` is false.

        The test evidence `winning_evidence` and `losing_evidence` decides it a little later.
        Fires: charge.dispute.updated, charge.updated, then those of the decision.
        Source: https://docs.stripe.com/testing#evidence
        """
        doc, given = self.get(id), params.given()
        evidence, submit = given.pop("evidence", None), given.pop("submit", True)
        if evidence is not None:
            if doc["status"] not in (*OPEN, *REVIEWED):
                raise errors.invalid(CLOSED)
            if doc["status"] not in OPEN:
                raise errors.invalid(
                    f"This dispute has a status of {doc['status']}; evidence can be submitted only"
                    f" to disputes with one of these statuses: {', '.join(OPEN)}."
                )
            for name in evidence:
                if name not in (*EVIDENCE, "enhanced_evidence"):
                    raise errors.invalid(
                        f"Received unknown parameter: evidence[{name}]",
                        f"evidence[{name}]",
                        "parameter_unknown",
                    )
            doc["evidence"] = {**doc["evidence"], **evidence}
        doc = self.patched(doc, given)
        told = any(doc["evidence"].get(name) for name in EVIDENCE)
        doc["evidence_details"] = {**doc["evidence_details"], "has_evidence": told}
        if submit and evidence is not None:
            doc = self.save(self._submitted(doc), event="charge.dispute.updated")
            self._tell_charge(doc)
            return self.view(doc)
        return self.view(self.save(doc, event="charge.dispute.updated"))

    @route("GET /v1/charges/{charge}/dispute")
    def retrieve_of_charge(self, charge: str) -> Doc:
        """Return a charge's dispute, by its older address."""
        return self.view(self._of_charge(charge))

    @route("POST /v1/charges/{charge}/dispute")
    def update_of_charge(self, charge: str, params: UpdateDispute) -> Doc:
        """Answer a charge's dispute, by its older address."""
        return self.update(self._of_charge(charge)["id"], params)

    @route("POST /v1/charges/{charge}/dispute/close")
    def close_of_charge(self, charge: str) -> Doc:
        """Give in to a charge's dispute, by its older address."""
        return self.close(self._of_charge(charge)["id"])

    def _of_charge(self, charge: str) -> Doc:
        self.stripe.charges.get(charge)
        found = self.first(charge=charge)
        if found is None:
            raise errors.missing("dispute", charge, "charge")
        return found

    @route("POST /v1/disputes/{id}/close")
    def close(self, id: str) -> Doc:
        """Give in: the dispute is lost. Fires: charge.dispute.closed, charge.updated.

        Source: https://docs.stripe.com/api/disputes/close
        """
        doc = self.get(id)
        if doc["status"] not in OPEN:
            raise errors.invalid(CLOSED)
        doc = self.closed(doc, won=False)
        self._tell_charge(doc)
        return self.view(doc)

    # What other nouns use.

    def opened(
        self,
        charge: Doc,
        reason: str = "fraudulent",
        *,
        amount: int | None = None,
        inquiry: bool = False,
        case: str | None = None,
        eligible: list[str] | None = None,
    ) -> Doc:
        """Dispute a charge, or ask about it first.

        Fires: charge.dispute.created; charge.dispute.funds_withdrawn unless it is an inquiry.
        """
        due = (self.now + timedelta(days=DAYS_TO_ANSWER)).replace(hour=23, minute=59, second=59)
        card = charge["payment_method_details"].get("card") or {}
        kind = charge["payment_method_details"]["type"]
        details: Doc = {"type": kind}
        if kind == "card":
            details["card"] = {
                "brand": card["brand"],
                "case_type": case or ("inquiry" if inquiry else "chargeback"),
                "network": card["network"],
                "network_reason_code": "10" if inquiry else REASONS.get(reason, ""),
            }
        elif kind == "us_bank_account":
            details = {}
        doc = self.new(
            amount=amount or charge["amount"] - charge["amount_refunded"],
            charge=charge["id"],
            currency=charge["currency"],
            enhanced_eligibility_types=eligible or [],
            evidence=dict.fromkeys(EVIDENCE) | {"enhanced_evidence": {}},
            evidence_details={
                "due_by": calendar.timegm(due.utctimetuple()),
                "enhanced_eligibility": {},
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
                "submission_method": "not_submitted",
            },
            is_charge_refundable=inquiry,
            payment_intent=charge["payment_intent"],
            payment_method_details=details or None,
            reason=reason,
            status="warning_needs_response" if inquiry else "needs_response",
        )
        self.stripe.charges.save({**charge, "disputed": True})
        self.save(doc, event="charge.dispute.created")
        if not inquiry:
            doc = self._withdrawn(doc)
        self.stripe.early_fraud_warnings.settled(charge["id"])
        self.stripe.reviews.settled(charge["id"], "disputed")
        return doc

    def opened_by_card(self, charge: Doc, kind: str) -> None:
        """Open what a test card brings. Source: https://docs.stripe.com/testing#disputes"""
        if kind == "inquiry":
            self.opened(charge, "general", inquiry=True)
        elif kind == "multiple":
            half = charge["amount"] // 2
            self.opened(charge, "fraudulent", amount=half)
            charge = self.stripe.charges.get(charge["id"])
            self.opened(charge, "product_not_received", amount=charge["amount"] - half)
        elif kind == "ce3":
            self.opened(charge, "fraudulent", eligible=["visa_compelling_evidence_3"])
        elif kind == "compliance":
            self.opened(charge, "noncompliant", case="compliance", eligible=["visa_compliance"])
        else:
            self.opened(charge, kind)

    def escalated(self, doc: Doc) -> Doc:
        """Turn an inquiry into a dispute. Fires: charge.dispute.updated, .funds_withdrawn."""
        details = doc["payment_method_details"] or {}
        if card := details.get("card"):
            details = {**details, "card": {**card, "case_type": "chargeback"}}
        doc = {**doc, "status": "needs_response", "is_charge_refundable": False}
        doc["payment_method_details"] = details or None
        return self._withdrawn(self.save(doc, event="charge.dispute.updated"))

    def escalate(self, id: str) -> None:
        """Let the bank turn its inquiry into a dispute. Called by a timer."""
        doc = self.peek(id)
        if doc is not None and doc["status"].startswith("warning"):
            self.escalated(doc)

    def decide(self, id: str, won: bool) -> None:
        """Let the bank decide. Called by a timer."""
        doc = self.peek(id)
        if doc is not None and doc["status"] in (*REVIEWED, *OPEN):
            self.closed(doc, won=won)

    def closed(self, doc: Doc, *, won: bool) -> Doc:
        """End a dispute.

        Fires: charge.dispute.closed; before it charge.dispute.funds_reinstated when money that
        was withdrawn comes back.
        """
        inquiry = doc["status"].startswith("warning")
        status = "warning_closed" if inquiry and won else ("won" if won else "lost")
        doc = {**doc, "status": status, "is_charge_refundable": won}
        if won and not inquiry:
            charge = doc["charge"]
            booked = self.stripe.balance_transactions.book(
                type="adjustment",
                amount=doc["amount"],
                currency=doc["currency"],
                source=doc["id"],
                fee=-FEE,
                description=f"Chargeback reversal for {charge}",
                category="dispute_reversal",
            )
            movements = [*doc["balance_transactions"], self._shown(booked)]
            doc["balance_transactions"] = movements
            self.save(doc, event="charge.dispute.funds_reinstated")
        return self.save(doc, event="charge.dispute.closed")

    def is_charged_back(self, charge: str) -> bool:
        """Tell whether a charge's money is with the bank, or lost to it."""
        safe = ("won", "warning_closed", "warning_needs_response", "warning_under_review")
        return any(doc["status"] not in safe for doc in self.find(charge=charge))

    def _withdrawn(self, doc: Doc) -> Doc:
        booked = self.stripe.balance_transactions.book(
            type="adjustment",
            amount=-doc["amount"],
            currency=doc["currency"],
            source=doc["id"],
            fee=FEE,
            description=f"Chargeback withdrawal for {doc['charge']}",
            available_now=True,
            category="dispute",
        )
        movements = [*doc["balance_transactions"], self._shown(booked)]
        doc = {**doc, "balance_transactions": movements}
        return self.save(doc, event="charge.dispute.funds_withdrawn")

    def _tell_charge(self, doc: Doc) -> None:
        """Say that a dispute's charge has changed. Fires: charge.updated."""
        charge = self.stripe.charges.get(doc["charge"])
        self.mirror.emit("charge.updated", {"object": self.stripe.charges.view(charge)})

    def _shown(self, booked: Doc) -> Doc:
        return self.stripe.balance_transactions.view(booked)

    def _submitted(self, doc: Doc) -> Doc:
        inquiry = doc["status"].startswith("warning")
        details = doc["evidence_details"]
        count = {"submission_count": details["submission_count"] + 1, "submission_method": "manual"}
        doc = {
            **doc,
            "status": "warning_under_review" if inquiry else "under_review",
            "evidence_details": {**details, **count},
        }
        said = doc["evidence"].get("uncategorized_text")
        if said == "escalate_inquiry_evidence" and inquiry:
            self.mirror.after(SOON, "disputes.escalate", id=doc["id"])
        if said in ("winning_evidence", "losing_evidence"):
            won = said == "winning_evidence"
            self.mirror.after(SOON, "disputes.decide", id=doc["id"], won=won)
        return doc
