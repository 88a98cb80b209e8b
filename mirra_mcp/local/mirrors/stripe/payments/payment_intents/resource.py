"""Payment intents: a payment from the idea to the money.

Source: https://docs.stripe.com/api/payment_intents
"""

from typing import Any, ClassVar

from mirra_mcp.local.kit.routes import Answer, route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.lists.search import SearchParams, searched
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.payments.charges.outcomes import capturable
from mirra_mcp.local.mirrors.stripe.payments.intents import ListForm, RetrieveIntent
from mirra_mcp.local.mirrors.stripe.payments.payment_intents.changes import (
    MISSING,
    NO_METHOD,
    NO_MULTICAPTURE,
    TOO_LITTLE,
)
from mirra_mcp.local.mirrors.stripe.payments.payment_intents.flow import enter_clock
from mirra_mcp.local.mirrors.stripe.payments.payment_intents.params import (
    ONLY_CONFIRMED,
    CancelIntent,
    CaptureIntent,
    ConfirmIntent,
    CreateIntent,
    IncrementIntent,
    UpdateIntent,
    options_for,
    shipping_of,
)
from mirra_mcp.local.mirrors.stripe.payments.payment_intents.transfers import TransferIntents
from mirra_mcp.local.mirrors.stripe.payments.search import PAYMENT_INTENTS
from mirra_mcp.wire.model import Doc

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELABLE = (
    "requires_payment_method",
    "requires_capture",
    "requires_confirmation",
    "requires_action",
    "processing",
)


class PaymentIntents(TransferIntents):
    """Payments."""

    entity, plural = "payment_intent", "payment_intents"
    synonyms = ("paymentintent", "payment")
    statuses = (
        "requires_payment_method", "requires_confirmation", "requires_action", "processing",
        "requires_capture", "canceled", "succeeded",
    )  # fmt: skip
    object, prefix, path = "payment_intent", "pi", "/v1/payment_intents"
    title = "payment_intent"
    indexes = ("customer", "_find", "invoice", "status")
    search_fields = PAYMENT_INTENTS
    blank: ClassVar[Doc] = {
        "allowed_payment_method_types": None,
        "amount": 0,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": "",
        "confirmation_method": "automatic",
        "created": None,
        "currency": "usd",
        "customer": None,
        "customer_account": None,
        "description": None,
        "excluded_payment_method_types": None,
        "hooks": None,
        "invoice": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }

    @route("POST /v1/payment_intents")
    def create(self, params: CreateIntent) -> Doc | Answer:
        """Create an intent, and confirm it when asked.

        Fires: payment_intent.created, then those of a confirmation.
        Source: https://docs.stripe.com/api/payment_intents/create
        """
        params = self.stripe.confirmation_tokens.unfolded(params)
        automatic = params.automatic_payment_methods
        if params.payment_method_types is not None and automatic is not None:
            raise errors.invalid(
                "You may only specify one of these parameters: automatic_payment_methods,"
                " payment_method_types."
            )
        if params.confirmation_method == "manual" and automatic and automatic.enabled:
            raise errors.invalid(
                "You may only specify one of these parameters: automatic_payment_methods,"
                " confirmation_method."
            )
        for name in ONLY_CONFIRMED:
            if getattr(params, name) and not params.confirm:
                raise errors.invalid(
                    f"The parameter `{name}` cannot be passed when creating a PaymentIntent unless"
                    " `confirm` is set to true.",
                    name,
                )
        if params.amount <= 0:
            raise errors.invalid(TOO_LITTLE, "amount", "parameter_invalid_integer")
        money.check_amount(params.amount, params.currency)
        given: Doc = {"capture_method": "automatic_async", **params.given()}
        for name in ("confirm", "off_session", "error_on_requires_action", "mandate"):
            given.pop(name, None)
        for name in ("return_url", "mandate_data", "payment_method_data", "confirmation_token"):
            given.pop(name, None)
        given.pop("use_stripe_sdk", None)
        if automatic is not None:
            given["automatic_payment_methods"] = (
                {"allow_redirects": automatic.allow_redirects, "enabled": True}
                if automatic.enabled
                else None
            )
        elif params.payment_method_types is None and params.confirmation_method != "manual":
            given["automatic_payment_methods"] = {"allow_redirects": "always", "enabled": True}
        enter_clock(self.stripe, params.customer)
        offer = self.stripe.payment_method_configurations.offer
        given = offer(given, "PaymentIntent", currency=params.currency)
        self._check_descriptor(given, given.get("payment_method_types") or ["card"])
        self._check_fee(given)
        given = self.stripe.tax_associations.checked(given)
        method = self._method(params, params.customer)
        if params.confirm and method is None:
            if (source := self._default_source(params.customer)) is None:
                said = MISSING.format(customer=params.customer) if params.customer else NO_METHOD
                raise errors.invalid(said, code="payment_intent_unexpected_state")
            method = self.stripe.payment_methods.get(source)
        if params.confirm:
            self._check_return(given, params)
        given["payment_method"] = method["id"] if method else None
        given["shipping"] = shipping_of(given.get("shipping"))
        given["metadata"] = self.patched(self.blank, given)["metadata"]
        given |= {"_return_url": params.return_url, "_mandate_data": params.mandate_data}
        intent = self.draft(**given)
        return self._confirmed(intent, params) if params.confirm else self.view(intent)

    @route("GET /v1/payment_intents/search")
    def search(self, params: SearchParams) -> Doc:
        """Search payment intents. Source: https://docs.stripe.com/search"""
        return searched(self, params, PAYMENT_INTENTS)

    @route("GET /v1/payment_intents/{id}")
    def retrieve(self, id: str, params: RetrieveIntent) -> Doc:
        """Return an intent."""
        return self.view(self._with_secret(id, params.client_secret))

    @route("GET /v1/payment_intents")
    def index(self, params: ListForm) -> Doc:
        """List payment intents."""
        if params.customer:
            return self.listed(params, customer=params.customer)
        return self.listed(params)

    @route("POST /v1/payment_intents/{id}")
    def update(self, id: str, params: UpdateIntent) -> Doc:
        """Change an intent before it is confirmed; no event tells it.

        Source: https://docs.stripe.com/api/payment_intents/update
        """
        doc, given = self.get(id), params.given()
        enter_clock(self.stripe, doc["customer"])
        for name in ("amount", "currency"):
            if name in given and doc["status"] not in OPEN:
                raise self._unexpected(
                    doc,
                    f"This PaymentIntent's {name} could not be updated because it has a status of"
                    f" {doc['status']}. You may only update the {name} of a PaymentIntent with one"
                    f" of the following statuses: {', '.join(OPEN)}.",
                    name,
                )
        self._check_descriptor(given, doc["payment_method_types"])
        self._check_fee(given, doc)
        if "amount" in given or "currency" in given:
            money.check_amount(params.amount or doc["amount"], params.currency or doc["currency"])
        changed = self._apply(doc, params, given)
        if doc["status"] == "requires_action" and {"amount", "payment_method"} & set(given):
            changed |= {"status": "requires_confirmation", "next_action": None}
        return self.view(self.save(changed))

    @route("POST /v1/payment_intents/{id}/confirm")
    def confirm(self, id: str, params: ConfirmIntent) -> Doc | Answer:
        """Confirm an intent: try to take the money. A decline answers 402.

        Source: https://docs.stripe.com/api/payment_intents/confirm
        """
        doc = self._with_secret(id, params.client_secret)
        params = self.stripe.confirmation_tokens.unfolded(params)
        enter_clock(self.stripe, doc["customer"])
        if doc["status"] == "succeeded":
            raise self._unexpected(
                doc,
                "You cannot confirm this PaymentIntent because it has already succeeded after being"
                " previously confirmed.",
            )
        if doc["status"] not in OPEN:
            raise self._unexpected(
                doc,
                "You cannot confirm this PaymentIntent because it has a status of"
                f" {doc['status']}. Only a PaymentIntent with one of the following statuses may be"
                f" confirmed: {', '.join(OPEN)}.",
            )
        changed = self._apply(doc, params, params.given())
        changed["payment_method"] = changed["payment_method"] or self._default_source(
            doc["customer"]
        )
        if not changed["payment_method"]:
            owner = doc["customer"]
            said = MISSING.format(customer=owner) if owner else NO_METHOD
            raise self._unexpected(doc, said)
        for name in ("return_url", "mandate_data"):
            if value := getattr(params, name):
                changed[f"_{name}"] = value
        self._check_return(changed, params)
        return self._confirmed(changed, params)

    @route("POST /v1/payment_intents/{id}/capture")
    def capture(self, id: str, params: CaptureIntent) -> Doc:
        """Take what was held, or part of it. Fires: charge.captured, payment_intent.succeeded.

        Source: https://docs.stripe.com/api/payment_intents/capture
        """
        doc = self.get(id)
        enter_clock(self.stripe, doc["customer"])
        if doc["status"] != "requires_capture":
            raise self._unexpected(doc, _uncapturable(doc))
        if not params.final_capture:
            raise errors.invalid(NO_MULTICAPTURE.format(intent=id), "final_capture")
        doc = self._captured_with(doc, params.given())
        return self.view(self.take(doc, params.amount_to_capture))

    @route("POST /v1/payment_intents/{id}/cancel")
    def cancel(self, id: str, params: CancelIntent) -> Doc:
        """Cancel an intent; what was held is let go.

        Fires: charge.refunded when money was held, payment_intent.canceled.
        Source: https://docs.stripe.com/api/payment_intents/cancel
        """
        doc = self.get(id)
        enter_clock(self.stripe, doc["customer"])
        if doc["status"] not in CANCELABLE:
            raise self._unexpected(
                doc,
                f"You cannot cancel this PaymentIntent because it has a status of {doc['status']}."
                " Only a PaymentIntent with one of the following statuses may be canceled:"
                f" {', '.join(CANCELABLE)}.",
            )
        doc = self.withdraw(doc, params.cancellation_reason)
        self.tell_owner(doc)
        return self.view(self.get(id))

    @route("POST /v1/payment_intents/{id}/increment_authorization")
    def increment_authorization(self, id: str, params: IncrementIntent) -> Doc:
        """Hold more. Fires: charge.updated, payment_intent.amount_capturable_updated.

        Source: https://docs.stripe.com/api/payment_intents/increment_authorization
        """
        doc = self.get(id)
        if doc["status"] != "requires_capture":
            raise self._unexpected(
                doc,
                "This PaymentIntent's authorization could not be incremented because it has a"
                f" status of {doc['status']}. Only a PaymentIntent with one of the following"
                " statuses may be incremented: requires_capture.",
            )
        options = doc["payment_method_options"].get("card") or {}
        if options.get("request_incremental_authorization") != "if_available":
            raise self._unexpected(
                doc,
                "This PaymentIntent does not support incremental authorization: confirm it with"
                " `payment_method_options[card][request_incremental_authorization]` set to"
                " `if_available`.",
            )
        if params.amount <= doc["amount"]:
            raise errors.invalid(
                "The amount must be greater than the currently authorized amount.",
                "amount",
                "amount_too_small",
            )
        money.check_amount(params.amount, doc["currency"])
        charge = self.stripe.charges.get(doc["latest_charge"])
        self.stripe.charges.save({**charge, "amount": params.amount}, event="charge.updated")
        given = self.stripe.tax_associations.checked(params.given())
        doc = self.patched(doc, given) | {"amount_capturable": params.amount}
        return self.view(self.save(doc, event="payment_intent.amount_capturable_updated"))

    # What other nouns use.

    def draft(
        self,
        *,
        amount: int,
        currency: str,
        owner: tuple[str, str] | None = None,
        capture_method: str = "automatic",
        **fields: Any,
    ) -> Doc:
        """Create an intent. Fires: payment_intent.created."""
        fields = {name: value for name, value in fields.items() if value is not None}
        allowed = fields.get("allowed_payment_method_types")
        types = fields.setdefault("payment_method_types", allowed or ["card"])
        fields["payment_method_options"] = options_for(types, fields.get("payment_method_options"))
        fields["capture_method"] = capture_method
        doc = self.new(amount=amount, currency=currency, **fields)
        doc["client_secret"] = f"{doc['id']}_secret_{self.mirror.ids.token(25)}"
        if doc["payment_method"]:
            doc["status"] = "requires_confirmation"
        if doc["invoice"]:
            doc["payment_details"] = {"customer_reference": None, "order_reference": doc["invoice"]}
        if owner:
            doc["_owner"] = list(owner)
        return self.save(doc, event="payment_intent.created")

    def charge_off_session(
        self, *, customer: str, amount: int, currency: str, payment_method: str, **fields: Any
    ) -> Doc:
        """Create an intent and confirm it without the payer; its status tells the outcome."""
        intent = self.draft(
            amount=amount,
            currency=currency,
            customer=customer,
            payment_method=payment_method,
            **fields,
        )
        return self.attempt(intent, off_session=True)

    def amend(self, intent: Doc, **fields: Any) -> Doc:
        """Change an intent; no event tells it."""
        return self.save({**intent, **fields})

    def withdraw(self, intent: Doc, reason: str | None = "void_invoice") -> Doc:
        """Cancel an intent, unless it has ended. Fires: payment_intent.canceled."""
        if intent["status"] not in CANCELABLE:
            return intent
        if intent["status"] == "requires_capture":
            self.stripe.charges.released(self.stripe.charges.get(intent["latest_charge"]))
        self.return_cash(intent)
        canceled = {"status": "canceled", "cancellation_reason": reason, "canceled_at": self.at}
        canceled |= {"amount_capturable": 0, "next_action": None}
        return self.save({**intent, **canceled}, event="payment_intent.canceled")

    def take(self, intent: Doc, amount: int | None) -> Doc:
        """Capture an intent. Fires: charge.captured, payment_intent.succeeded."""
        charge = self.stripe.charges.get(intent["latest_charge"])
        inside = {"payment_intent": self.view(intent)}
        taken = capturable(charge, amount, **inside)
        charge = self.stripe.charges.captured(charge, taken)
        self.mirror.cancel_timers("payment_intents.expire", id=intent["id"])
        self.stripe.charges.aftermath(charge)
        intent = self._succeeded(intent, taken)
        self.tell_owner(intent)
        return self.get(intent["id"])


def _uncapturable(intent: Doc) -> str:
    """Say why an intent can't be captured."""
    if intent["status"] != "succeeded":
        return (
            "This PaymentIntent could not be captured because it has a status of"
            f" {intent['status']}. Only a PaymentIntent with one of the following statuses may be"
            " captured: requires_capture."
        )
    if intent["capture_method"] == "manual":
        return (
            "The remaining amount on this PaymentIntent could not be captured because the remainder"
            " of the authorized amount has been released."
        )
    return "This PaymentIntent could not be captured because it has already been captured."
