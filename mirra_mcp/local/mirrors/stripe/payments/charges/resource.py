"""Charges: each attempt to take money, whether it worked or not.

Source: https://docs.stripe.com/api/charges
"""

from typing import Any, ClassVar

from mirra_mcp.local.kit.routes import Answer, route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.lists.search import SearchParams, searched
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.payments import includes
from mirra_mcp.local.mirrors.stripe.payments.cards import declines
from mirra_mcp.local.mirrors.stripe.payments.cards.declines import Decline
from mirra_mcp.local.mirrors.stripe.payments.cards.details import NOBODY, checks_of, legacy_card
from mirra_mcp.local.mirrors.stripe.payments.charges.outcomes import (
    SCORES,
    capturable,
    card_details,
    outcome_of,
)
from mirra_mcp.local.mirrors.stripe.payments.charges.params import (
    CaptureCharge,
    CreateCharge,
    ListCharges,
    UpdateCharge,
)
from mirra_mcp.local.mirrors.stripe.payments.charges.sources import SourcedCharges
from mirra_mcp.local.mirrors.stripe.payments.payment_intents.params import shipping_of
from mirra_mcp.local.mirrors.stripe.payments.payment_methods.params import BANK_DEBITS
from mirra_mcp.local.mirrors.stripe.payments.search import CHARGES
from mirra_mcp.wire.model import Doc

COPIED = (
    "application_fee_amount",
    "currency",
    "customer",
    "description",
    "invoice",
    "metadata",
    "on_behalf_of",
    "receipt_email",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_data",
    "transfer_group",
)
"""What a charge takes over from its payment intent."""

NO_FEE = (
    "Can only apply an application_fee when the request is made on behalf of another account (using"
    " an OAuth key, the Stripe-Account header, or the destination parameter)."
)


class Charges(SourcedCharges):
    """Attempts to take money."""

    entity, plural = "charge", "charges"
    statuses = ("succeeded", "pending", "failed")
    verbs = {"refunded": ("refunded", True), "captured": ("captured", True)}
    object, prefix, path = "charge", "ch", "/v1/charges"
    includes: ClassVar = {"refunds": includes.charge_refunds}
    indexes = ("customer", "payment_intent", "transfer_group", "_find")
    search_fields = CHARGES
    blank: ClassVar[Doc] = {
        "amount": 0,
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": NOBODY,
        "calculated_statement_descriptor": "MIRRA",
        "captured": False,
        "created": None,
        "currency": "usd",
        "customer": None,
        "description": None,
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "on_behalf_of": None,
        "outcome": None,
        "paid": False,
        "payment_intent": None,
        "payment_method": None,
        "payment_method_details": None,
        "radar_options": {},
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "succeeded",
        "transfer_data": None,
        "transfer_group": None,
    }

    @route("POST /v1/charges")
    def create(self, params: CreateCharge) -> Doc | Answer:
        """Charge a token or a customer's default card, the way before payment intents.

        Fires: charge.succeeded, or charge.failed with a 402.
        Source: https://docs.stripe.com/api/charges/create
        """
        money.check_amount(params.amount, params.currency)
        if params.application_fee_amount and not (self.stripe.account or params.transfer_data):
            raise errors.invalid(NO_FEE, "application_fee_amount")
        method = self._source(params)
        given = params.given()
        fields = {name: given[name] for name in COPIED if name in given}
        fields["shipping"] = shipping_of(fields.get("shipping"))
        if (data := fields.get("transfer_data")) is not None:
            self.stripe.transfers.check_destination(
                data.get("destination") or "", "transfer_data[destination]"
            )
        if method["type"] != "card":
            charge = self.debited(method, params.amount, captured=params.capture, **fields)
            self.stripe.sources.spend(method)
            return self.view(charge)
        refusal = self.stripe.payment_intents.refusal_of(method)
        card = self.stripe.payment_methods.card_of(method)
        if refusal is None and card.auth in ("always", "on_session", "unless_set_up"):
            refusal = declines.decline("authentication_required")
        charge = self.attempted(
            method,
            amount=params.amount,
            captured=params.capture,
            refusal=refusal,
            source=self._shown_source(method),
            **fields,
        )
        self.stripe.sources.spend(method)
        if refusal is not None:
            return Answer(402, {"error": self.error_of(charge, refusal)})
        self.aftermath(charge)
        return self.view(self.get(charge["id"]))

    @route("GET /v1/charges/search")
    def search(self, params: SearchParams) -> Doc:
        """Search charges. Source: https://docs.stripe.com/search"""
        return searched(self, params, CHARGES)

    @route("GET /v1/charges/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a charge."""
        return self.view(self.get(id))

    @route("POST /v1/charges/{id}")
    def update(self, id: str, params: UpdateCharge) -> Doc:
        """Change what is told about a charge. Fires: charge.updated.

        Source: https://docs.stripe.com/api/charges/update
        """
        doc, given = self.get(id), params.given()
        for name in ("customer", "transfer_group"):
            if given.get(name) is not None and doc[name] not in (None, given[name]):
                raise errors.invalid(f"`{name}` may only be provided if it has not been set.", name)
        if "shipping" in given:
            given["shipping"] = shipping_of(given["shipping"])
        if report := given.pop("fraud_details", None):
            doc["fraud_details"] = {**doc["fraud_details"], **report}
        return self.view(self.save(self.patched(doc, given), event="charge.updated"))

    @route("GET /v1/charges")
    def index(self, params: ListCharges) -> Doc:
        """List charges."""
        names = ("customer", "payment_intent", "transfer_group")
        return self.listed(
            params, **{name: value for name in names if (value := getattr(params, name))}
        )

    @route("POST /v1/charges/{id}/capture")
    def capture(self, id: str, params: CaptureCharge) -> Doc:
        """Take the money that was held. Fires: charge.captured.

        Source: https://docs.stripe.com/api/charges/capture
        """
        doc = self.get(id)
        if doc["captured"]:
            raise errors.invalid(
                f"Charge {id} has already been captured.", code="charge_already_captured"
            )
        if doc["refunded"] or doc["status"] != "succeeded":
            raise errors.invalid(
                f"Charge {id} could not be captured because the charge has expired or failed.",
                code="charge_expired_for_capture",
            )
        if doc["payment_intent"]:
            intent = self.stripe.payment_intents.get(doc["payment_intent"])
            self.stripe.payment_intents.take(intent, params.amount)
            return self.view(self.get(id))
        if params.application_fee_amount is not None:
            doc["application_fee_amount"] = params.application_fee_amount
        return self.view(self.captured(doc, capturable(doc, params.amount)))

    def debited(self, method: Doc, amount: int, *, captured: bool, **fields: Any) -> Doc:
        """Debit a bank account, whose money comes later."""
        raise NotImplementedError

    def _shown_source(self, method: Doc) -> Doc:
        return self.stripe.sources.shown_of(method) if "_source" in method else legacy_card(method)

    # What other nouns use.

    def of_intent(self, intent: str) -> list[Doc]:
        """List the attempts of a payment intent, newest first."""
        return self.find(payment_intent=intent)

    def attempted(
        self,
        method: Doc,
        *,
        amount: int,
        captured: bool,
        refusal: Decline | None,
        authenticated: bool = False,
        pending: bool = False,
        later: bool = False,
        mandate: str | None = None,
        **fields: Any,
    ) -> Doc:
        """Keep an attempt to take money.

        `later` leaves the booking to `settle`, as asynchronous capture does.
        Fires: charge.succeeded, charge.pending or charge.failed.
        """
        kind = method["type"]
        details: Doc = {kind: dict(method.get(kind) or {}), "type": kind}
        risk = "normal"
        if kind == "card":
            card = self.stripe.payment_methods.card_of(method)
            risk = card.risk
            details["card"] = card_details(
                method,
                card,
                amount,
                authenticated=authenticated,
                held_at=None if captured or refusal else self.at,
                mandate=mandate,
            )
            self._remember_checks(method)
        elif kind in BANK_DEBITS:
            details[kind] |= {"mandate": mandate, "payment_reference": None}
        score = self.mirror.ids.number(*SCORES[risk])
        doc = self.new(
            **fields,
            amount=amount,
            billing_details=method["billing_details"],
            outcome=outcome_of(refusal, risk, score),
            payment_method=method["id"],
            payment_method_details=details,
        )
        if refusal is not None:
            doc |= {
                "failure_code": refusal.code,
                "failure_message": refusal.message,
                "status": "failed",
            }
            return self.save(doc, event="charge.failed")
        doc["receipt_url"] = f"/receipts/{self.whose}/{doc['id']}/rcpt_{self.mirror.ids.token(24)}"
        doc["calculated_statement_descriptor"] = _descriptor(doc)
        if pending:
            doc |= {"status": "pending", "captured": True, "amount_captured": amount}
            return self.save(doc, event="charge.pending")
        doc |= {"paid": True, "captured": captured}
        if captured:
            doc["amount_captured"] = amount
            if not later:
                doc |= self._booked(doc, amount)
        return self.save(doc, event="charge.succeeded")

    def settle(self, charge: Doc) -> Doc:
        """Book a captured charge that wasn't booked at once. Fires: charge.updated.

        Source: https://docs.stripe.com/payments/payment-intents/asynchronous-capture
        """
        booked = self._booked(charge, charge["amount_captured"])
        return self.save({**charge, **booked}, event="charge.updated")

    def landed(self, charge: Doc, refusal: Decline | None) -> Doc:
        """Let a pending charge arrive, or fail. Fires: charge.succeeded or charge.failed.

        Then fires what becomes of refunds that waited for it: refund.updated.
        """
        if refusal is not None:
            failed = {
                "status": "failed",
                "failure_code": refusal.code,
                "failure_message": refusal.message,
                "outcome": outcome_of(refusal, "normal", charge["outcome"]["risk_score"]),
                "captured": False,
                "amount_captured": 0,
            }
            charge = self.save({**charge, **failed}, event="charge.failed")
            self.stripe.refunds.charge_failed(charge)
            return self.get(charge["id"])
        booked = self._booked(charge, charge["amount"])
        done = {"status": "succeeded", "paid": True, **booked}
        charge = self.save({**charge, **done}, event="charge.succeeded")
        self.stripe.refunds.charge_landed(charge)
        return charge

    def captured(self, charge: Doc, amount: int) -> Doc:
        """Take all or part of what was held; the rest is let go. Fires: charge.captured.

        Source: https://docs.stripe.com/payments/place-a-hold-on-a-payment-method
        """
        rest = charge["amount"] - amount
        doc = {
            **charge,
            "amount_captured": amount,
            "amount_refunded": rest,
            "captured": True,
            **self._booked(charge, amount),
        }
        if rest:
            self.stripe.refunds.released(doc, rest)
        return self.save(doc, event="charge.captured")

    def released(self, charge: Doc, event: str = "charge.refunded") -> Doc:
        """Let a hold go. Fires: charge.refunded, or charge.expired."""
        self.stripe.refunds.released(charge, charge["amount"])
        doc = {**charge, "amount_refunded": charge["amount"], "refunded": True}
        return self.save(doc, event=event)

    def aftermath(self, charge: Doc) -> None:
        """Let what a test card brings happen: disputes and fraud warnings.

        Source: https://docs.stripe.com/testing (disputes)
        """
        method = self.stripe.payment_methods.peek(charge["payment_method"])
        if method is None or method["type"] != "card" or not charge["captured"]:
            return
        card = self.stripe.payment_methods.card_of(method)
        if card.warning:
            self.stripe.early_fraud_warnings.warn(charge)
        if card.dispute:
            self.stripe.disputes.opened_by_card(charge, card.dispute)

    def error_of(self, charge: Doc | None, refusal: Decline, **more: Any) -> Doc:
        """Return the error of a decline. Source: https://docs.stripe.com/api/errors"""
        if charge is not None:
            more["charge"] = charge["id"]
        if refusal.decline_code:
            more["decline_code"] = refusal.decline_code
        if refusal.advice:
            more["advice_code"] = refusal.advice
        if refusal.network_code and not refusal.blocked:
            more["network_decline_code"] = refusal.network_code
        refused = errors.error(
            402, "card_error", refusal.message, code=refusal.code, param=refusal.param, **more
        )
        body: Doc = refused.body["error"]
        return body

    def _remember_checks(self, method: Doc) -> None:
        checks = checks_of(method, self.stripe.payment_methods.card_of(method))
        if method["card"]["checks"] != checks:
            self.stripe.payment_methods.save(
                {**method, "card": {**method["card"], "checks": checks}}
            )


def _descriptor(charge: Doc) -> str:
    suffix = charge["statement_descriptor_suffix"]
    return str(charge["statement_descriptor"] or (f"MIRRA* {suffix}" if suffix else "MIRRA"))
