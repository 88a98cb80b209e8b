"""Payment records: payments that happened elsewhere, and how each attempt at them went.

Source: https://docs.stripe.com/api/payment-record and
https://docs.stripe.com/payments/payment-records
"""

from typing import Any, ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import merged
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.payments.cards.details import NOBODY
from mirra_mcp.local.mirrors.stripe.payments.records.params import (
    Attempt,
    Details,
    ListAttempts,
    ListRecords,
    Payer,
    ReportAttempt,
    ReportCanceled,
    ReportFailed,
    ReportGuaranteed,
    ReportInformation,
    ReportPayment,
    ReportRefund,
    missing_custom,
    shown_delivery,
    shown_payer,
)
from mirra_mcp.wire.model import Doc

AMOUNTS = (
    "amount_authorized",
    "amount_canceled",
    "amount_failed",
    "amount_guaranteed",
    "amount_refunded",
)
SHARED = (
    "amount",
    *AMOUNTS,
    "amount_requested",
    "application",
    "customer_details",
    "customer_presence",
    "description",
    "metadata",
    "payment_method_details",
    "processor_details",
    "shipping_details",
)
"""What a payment shows as its latest attempt does."""
BLANK: Doc = {
    "amount": None,
    "amount_authorized": None,
    "amount_canceled": None,
    "amount_failed": None,
    "amount_guaranteed": None,
    "amount_refunded": None,
    "amount_requested": None,
    "application": None,
    "created": None,
    "customer_details": None,
    "customer_presence": None,
    "description": None,
    "livemode": False,
    "metadata": {},
    "payment_method_details": None,
    "processor_details": {"type": "custom"},
    "reported_by": "self",
    "shipping_details": None,
}


class PaymentAttemptRecords(StripeResource):
    """Each attempt at a payment that happened elsewhere."""

    entity, plural = "payment_attempt_record", "payment_attempt_records"
    object, prefix, id_length = "payment_attempt_record", "par", 16
    path, title = "/v1/payment_attempt_records", "payment_attempt_record"
    indexes = ("payment_record",)
    blank: ClassVar[Doc] = {**BLANK, "payment_record": None}

    @route("GET /v1/payment_attempt_records/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return an attempt."""
        return self.view(self.get(id))

    @route("GET /v1/payment_attempt_records")
    def index(self, params: ListAttempts) -> Doc:
        """List the attempts at a payment, newest first."""
        self.stripe.payment_records.named(params.payment_record, "payment_record")
        return self.listed(params, payment_record=params.payment_record)

    def ended(self, attempt: Doc, outcome: str) -> Doc:
        """Return an attempt that has come to its end: its whole amount is what `outcome` says."""
        requested = attempt["amount_requested"]
        nothing = {**requested, "value": 0}
        authorized = requested if outcome == "guaranteed" else nothing
        changes = {f"amount_{outcome}": requested, "amount_authorized": authorized}
        return {**attempt, **changes, "_outcome": outcome}


class PaymentRecords(StripeResource):
    """Payments that happened elsewhere. No event tells of them."""

    entity, plural = "payment_record", "payment_records"
    object, prefix, id_length = "payment_record", "pr", 16
    path, title = "/v1/payment_records", "payment_record"
    indexes = ("_references",)
    blank: ClassVar[Doc] = {**BLANK, "latest_payment_attempt_record": None}

    @route("POST /v1/payment_records/report_payment")
    def report_payment(self, params: ReportPayment) -> Doc:
        """Report a payment with its first attempt, which may have ended already.

        Source: https://docs.stripe.com/api/payment-record/report-payment

        Raises:
            VendorError: an outcome without its time, or an unknown customer or payment method.
        """
        asked = params.amount_requested
        money.check_currency(asked.currency, "amount_requested[currency]")
        if asked.value == 0:
            raise errors.invalid(
                "This value must be greater than or equal to 1.",
                "amount_requested[value]",
                "parameter_invalid_integer",
            )
        params.check_outcome()
        self._check_payer(params.customer_details)
        processor = params.processor_details
        if processor is not None and processor.custom is None:
            raise missing_custom("processor_details")
        details = self._details(params.payment_method_details)
        given = params.given()
        record = self.new(
            amount_requested=asked.model_dump(),
            application=self.stripe.application if self.stripe.account else None,
            customer_details=shown_payer(given.get("customer_details")),
            customer_presence=params.customer_presence,
            processor_details=given.get("processor_details") or {"type": "custom"},
        )
        return self._attempted(record, params, details)

    @route("POST /v1/payment_records/{id}/report_payment_attempt")
    def report_payment_attempt(self, id: str, params: ReportAttempt) -> Doc:
        """Report another attempt, once all others have failed or were canceled.

        Source: https://docs.stripe.com/api/payment-record/report-payment-attempt
        """
        record = self.get(id)
        params.check_outcome()
        if self._latest(record)["_outcome"] not in ("canceled", "failed"):
            raise errors.invalid(
                "A new payment attempt can only be reported if all other payment attempts are"
                " canceled or failed."
            )
        given = params.payment_method_details
        details = self._details(given) if given else record["payment_method_details"]
        return self._attempted(record, params, details)

    @route("POST /v1/payment_records/{id}/report_payment_attempt_canceled")
    def report_payment_attempt_canceled(self, id: str, params: ReportCanceled) -> Doc:
        """Report that the latest attempt was given up.

        Source: https://docs.stripe.com/api/payment-record/report-payment-attempt-canceled
        """
        return self._ended(id, "canceled", params.given(), params.canceled_at)

    @route("POST /v1/payment_records/{id}/report_payment_attempt_failed")
    def report_payment_attempt_failed(self, id: str, params: ReportFailed) -> Doc:
        """Report that the latest attempt failed.

        Source: https://docs.stripe.com/api/payment-record/report-payment-attempt-failed
        """
        return self._ended(id, "failed", params.given(), params.failed_at)

    @route("POST /v1/payment_records/{id}/report_payment_attempt_guaranteed")
    def report_payment_attempt_guaranteed(self, id: str, params: ReportGuaranteed) -> Doc:
        """Report that the money of the latest attempt is certain.

        Source: https://docs.stripe.com/api/payment-record/report-payment-attempt-guaranteed
        """
        return self._ended(id, "guaranteed", params.given(), params.guaranteed_at)

    @route("POST /v1/payment_records/{id}/report_payment_attempt_informational")
    def report_payment_attempt_informational(self, id: str, params: ReportInformation) -> Doc:
        """Report what else has become known of a payment.

        Source: https://docs.stripe.com/api/payment-record/report-payment-attempt-informational
        """
        record, given = self.get(id), params.given()
        self._check_payer(params.customer_details)
        if "customer_details" in given:
            told = {**(record["customer_details"] or {}), **(given["customer_details"] or {})}
            given["customer_details"] = shown_payer(told)
        if "shipping_details" in given:
            given["shipping_details"] = shown_delivery(given["shipping_details"])
        return self._kept(record, self.patched(self._latest(record), given))

    @route("POST /v1/payment_records/{id}/report_refund")
    def report_refund(self, id: str, params: ReportRefund) -> Doc:
        """Report money that went back: what is left when no amount is told.

        Source: https://docs.stripe.com/api/payment-record/report-refund

        Raises:
            VendorError: nothing is there to refund, or not so much, or the reference was used.
        """
        record = self.get(id)
        attempt = self._latest(record)
        custom = params.processor_details.custom
        if custom is None:
            raise missing_custom("processor_details")
        if params.refunded is None:
            raise errors.invalid(
                "Missing required param: refunded.", "refunded", "parameter_missing"
            )
        left = attempt["amount_guaranteed"]["value"] - attempt["amount_refunded"]["value"]
        currency = attempt["amount_requested"]["currency"]
        amount = params.amount.value if params.amount else left
        if params.amount and params.amount.currency != currency:
            raise errors.invalid(
                f"The payment was made in {currency}, so it can only be refunded in {currency}.",
                "amount[currency]",
            )
        if left == 0:
            raise errors.invalid("This payment has nothing left that could be refunded.")
        if not 0 < amount <= left:
            raise errors.invalid(
                f"Refund amount ({amount}) is greater than unrefunded amount on payment record"
                f" ({left})"
                if amount
                else "This value must be greater than or equal to 1.",
                "amount[value]",
            )
        if self.first(_references=custom.refund_reference) is not None:
            raise errors.invalid(
                f"A refund with the reference {custom.refund_reference} was reported already.",
                "processor_details[custom][refund_reference]",
            )
        record["_references"] = [*record["_references"], custom.refund_reference]
        record["_refunded_at"] = params.refunded.refunded_at or params.initiated_at
        refunded = {"currency": currency, "value": attempt["amount_refunded"]["value"] + amount}
        changed = self.patched(attempt, {"metadata": params.metadata or {}})
        return self._kept(record, changed | {"amount_refunded": refunded})

    @route("GET /v1/payment_records/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a payment."""
        return self.view(self.get(id))

    @route("GET /v1/payment_records")
    def index(self, params: ListRecords) -> Doc:
        """List payments, newest first.

        Source: https://docs.stripe.com/api/payment-record/list
        """
        after, before = params.created_after, params.created_before

        def wanted(doc: Doc) -> bool:
            return (after is None or doc["created"] > after) and (
                before is None or doc["created"] < before
            )

        narrow = after is not None or before is not None
        return self.listed(params, keep=wanted if narrow else None)

    # The steps.

    def _attempted(self, record: Doc, params: Attempt, details: Doc) -> Doc:
        requested = record["amount_requested"]
        nothing = {**requested, "value": 0}
        fields: Doc = {
            **{name: record[name] for name in SHARED},
            **dict.fromkeys(AMOUNTS, nothing),
            "amount": requested,
            "amount_authorized": requested,
            "payment_method_details": details,
        }
        given = params.given()
        if "description" in given:
            fields["description"] = params.description
        if "shipping_details" in given:
            fields["shipping_details"] = shown_delivery(given["shipping_details"])
        fields["metadata"] = merged(record["metadata"], params.metadata or {})
        attempts = self.stripe.payment_attempt_records
        attempt = attempts.new(
            **fields, payment_record=record["id"], _at=params.initiated_at, _outcome=None
        )
        if params.outcome is not None:
            attempt = attempts.ended(attempt, params.outcome)
        record.setdefault("_references", [])
        return self._kept(record | {"latest_payment_attempt_record": attempt["id"]}, attempt)

    def _ended(self, id: str, outcome: str, given: Doc, at: int) -> Doc:
        record = self.get(id)
        attempt = self._latest(record)
        if attempt["_outcome"] is not None:
            raise errors.invalid(
                f"The latest payment attempt {attempt['id']} was reported as"
                f" {attempt['_outcome']} already."
            )
        changed = self.patched(attempt, {"metadata": given.get("metadata", {})}) | {"_ended": at}
        return self._kept(record, self.stripe.payment_attempt_records.ended(changed, outcome))

    def _kept(self, record: Doc, attempt: Doc) -> Doc:
        self.stripe.payment_attempt_records.save(attempt)
        return self.view(self.save(record | {name: attempt[name] for name in SHARED}))

    def _latest(self, record: Doc) -> Doc:
        return self.stripe.payment_attempt_records.get(record["latest_payment_attempt_record"])

    def _check_payer(self, payer: Payer | None) -> None:
        if payer is not None and payer.customer is not None:
            self.stripe.customers.named(payer.customer, "customer_details[customer]")

    def _details(self, given: Details) -> Doc:
        """Return how it was paid: by a saved method of Stripe's, or another way.

        Raises:
            VendorError: neither is told, or there is no such method.
        """
        owner: Any = given.billing_details.model_dump() if given.billing_details else None
        billed = (
            None
            if owner is None
            else {
                "address": {**NOBODY["address"], **(owner["address"] or {})},
                **{name: owner[name] for name in ("email", "name", "phone")},
            }
        )
        details: Doc = {"billing_details": billed, "payment_method": None, "type": "custom"}
        if given.payment_method is not None:
            param = "payment_method_details[payment_method]"
            method = self.stripe.payment_methods.named(given.payment_method, param)
            kind = method["type"]
            details |= {"payment_method": method["id"], "type": kind, kind: method.get(kind)}
        elif given.custom is None:
            raise missing_custom("payment_method_details")
        if given.custom is not None:
            custom: Doc = {"display_name": given.custom.display_name, "type": given.custom.type}
            details["custom"] = custom
        return details
