"""How what callers send changes a payment intent, and which of it is refused.

Source: https://docs.stripe.com/api/payment_intents
"""

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Answer
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.payments.payment_intents.flow import IntentFlow
from mirra_mcp.local.mirrors.stripe.payments.payment_intents.params import (
    ConfirmIntent,
    CreateIntent,
    IntentParams,
    options_for,
    shipping_of,
)
from mirra_mcp.local.mirrors.stripe.payments.payment_methods.params import REDIRECTING
from mirra_mcp.wire.model import Doc

NO_METHOD = (
    "You cannot confirm this PaymentIntent because it's missing a payment method. You can either"
    " update the PaymentIntent with a payment method and then confirm it again, or confirm it"
    " again directly with a payment method or ConfirmationToken."
)
MISSING = (
    "You cannot confirm this PaymentIntent because it's missing a payment method. To confirm the"
    " PaymentIntent with {customer}, specify a payment method attached to this customer along with"
    " the customer ID."
)
NO_MULTICAPTURE = (
    "You can only set `final_capture` to false when multicapture is available for the"
    " PaymentIntent, and it is not available for {intent}."
)
"""Ours; only accounts on IC+ pricing have it. Source: https://docs.stripe.com/payments/multicapture"""
TOO_LITTLE = (
    "The amount must be greater than or equal to the minimum charge amount allowed for your account"
    " and the currency set"
    " (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).  If you want to save"
    " a Payment Method for future use without an immediate payment, use a Setup Intent instead:"
    " https://docs.stripe.com/payments/setup-intents"
)
NO_FEE = (
    "Can only apply an application_fee_amount when the PaymentIntent is attempting a direct payment"
    " (using an OAuth key or Stripe-Account header) or destination payment (using"
    " `transfer_data[destination]`)."
)
NO_DESCRIPTOR = (
    "The statement_descriptor parameter is not supported for the payment_method_type `card`. To"
    " continue supporting payment_method_type `card`, please pass in `statement_descriptor_suffix`"
    " or remove the `statement_descriptor` parameter altogether."
)
NO_RETURN = (
    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because"
    " some of these payment methods might redirect your customer off of your page, you must provide"
    " a `return_url`. If you don't want to accept redirect-based payment methods, set"
    " `automatic_payment_methods[enabled]` to `true` and"
    " `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and"
    " Payment Intents."
)


class IntentForms(IntentFlow):
    """The part of payment intents that reads what callers send."""

    def _confirmed(self, intent: Doc, params: CreateIntent | ConfirmIntent) -> Doc | Answer:
        intent = self.attempt(
            intent,
            off_session=bool(params.off_session),
            strict=params.error_on_requires_action,
        )
        token = params.confirmation_token
        self.stripe.confirmation_tokens.used(token, "payment_intent", intent["id"])
        self.tell_owner(intent)
        if intent["status"] == "requires_payment_method":
            return self.declined(intent)
        return self.view(self.get(intent["id"]))

    def _apply(self, doc: Doc, params: IntentParams, given: Doc) -> Doc:
        given = self.stripe.payment_method_configurations.reoffer(doc, given, "PaymentIntent")
        given = {name: value for name, value in given.items() if name in self.blank}
        given = self.stripe.tax_associations.checked(given)
        method = self._method(params, given.get("customer", doc["customer"]), doc)
        if method:
            given["payment_method"] = method["id"]
        types = given.get("payment_method_types") or doc["payment_method_types"]
        types = given.get("allowed_payment_method_types") or types
        if "allowed_payment_method_types" in given:
            given["payment_method_types"] = types
        elif "payment_method_types" in given:
            given.setdefault("automatic_payment_methods", None)
        given["payment_method_options"] = options_for(
            types, given.get("payment_method_options"), doc["payment_method_options"]
        )
        if "shipping" in given:
            given["shipping"] = shipping_of(given["shipping"])
        changed = self.patched(doc, given)
        waits = changed["status"] in ("requires_payment_method", "requires_confirmation")
        if waits and changed["status"] != "requires_action":
            with_method = bool(changed["payment_method"])
            changed["status"] = (
                "requires_confirmation" if with_method else "requires_payment_method"
            )
        return changed

    def _method(
        self, params: IntentParams, customer: str | None, intent: Doc | None = None
    ) -> Doc | None:
        methods = self.stripe.payment_methods
        if customer:
            self.stripe.customers.named(customer, "customer")
        if params.payment_method:
            inside: Doc = {"payment_intent": self.view(intent)} if intent else {}
            return methods.usable(params.payment_method, customer, **inside)
        if params.payment_method_data:
            return methods.save(methods.made(params.payment_method_data))
        return None

    def _default_source(self, customer: str | None) -> str | None:
        """Return the card that a customer of older integrations pays with.

        Source: https://docs.stripe.com/api/payment_intents/create (payment_method)
        """
        doc = self.stripe.customers.peek(customer) if customer else None
        source: str | None = (doc or {}).get("default_source")
        return source

    def _check_descriptor(self, given: Doc, types: list[str]) -> None:
        """Refuse a whole descriptor for cards, which take a suffix.

        Source: https://docs.stripe.com/get-started/account/statement-descriptors
        """
        if given.get("statement_descriptor") and "card" in types:
            raise errors.invalid(NO_DESCRIPTOR, "statement_descriptor")

    def _check_fee(self, given: Doc, doc: Doc | None = None) -> None:
        """Refuse a fee that no other account would pay.

        Source: https://docs.stripe.com/connect/direct-charges
        """
        direct = self.stripe.account or (doc or {}).get("transfer_data")
        if given.get("application_fee_amount") and not direct and not given.get("transfer_data"):
            raise errors.invalid(NO_FEE, "application_fee_amount", "parameter_missing")
        if (destination := (given.get("transfer_data") or {}).get("destination")) is not None:
            self.stripe.transfers.check_destination(destination, "transfer_data[destination]")

    def _captured_with(self, doc: Doc, given: Doc) -> Doc:
        """Put in what a capture says anew of the payment and of who shares it.

        Source: https://docs.stripe.com/api/payment_intents/capture
        """
        self._check_fee(given, doc)
        given = self.stripe.tax_associations.checked(given)
        names = ("application_fee_amount", "hooks", "metadata", "statement_descriptor")
        kept = {
            name: given[name] for name in (*names, "statement_descriptor_suffix") if name in given
        }
        if given.get("transfer_data"):
            kept["transfer_data"] = (doc["transfer_data"] or {}) | given["transfer_data"]
        sharing: Doc = {
            name: kept[name] for name in ("application_fee_amount", "transfer_data") if name in kept
        }
        if sharing:
            charge = self.stripe.charges.get(doc["latest_charge"])
            self.stripe.charges.save({**charge, **sharing})
        return self.patched(doc, kept)

    def _check_return(self, intent: Doc, params: CreateIntent | ConfirmIntent) -> None:
        """Refuse a confirmation that couldn't bring the payer back.

        Source: https://docs.stripe.com/error-codes
        """
        automatic = intent.get("automatic_payment_methods")
        redirects = automatic is not None and automatic["allow_redirects"] == "always"
        allowed = intent.get("allowed_payment_method_types")
        if allowed is not None and not set(allowed) & set(REDIRECTING):
            redirects = False
        back = params.return_url or intent.get("_return_url") or params.off_session
        if redirects and not back and not params.use_stripe_sdk:
            raise errors.invalid(NO_RETURN)

    def _with_secret(self, id: str, secret: str | None) -> Doc:
        doc = self.get(id)
        if secret is not None and secret != doc["client_secret"]:
            raise errors.invalid(
                "The client_secret provided does not match any associated PaymentIntent on this"
                " account. Ensure the publishable key used belongs to the same account that created"
                " the PaymentIntent.",
                "client_secret",
                "payment_intent_invalid_parameter",
            )
        return doc

    def _unexpected(self, intent: Doc, message: str, param: str | None = None) -> VendorError:
        return errors.invalid(
            message,
            param,
            code="payment_intent_unexpected_state",
            payment_intent=self.view(intent),
        )
