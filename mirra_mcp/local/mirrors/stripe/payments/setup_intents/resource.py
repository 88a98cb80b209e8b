"""Setup intents: a payment method made ready for later payments.

Source: https://docs.stripe.com/api/setup_intents
"""

from typing import Any, ClassVar

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Answer, route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.payments.actions import ActingIntents
from mirra_mcp.local.mirrors.stripe.payments.banks import microdeposits
from mirra_mcp.local.mirrors.stripe.payments.cards.declines import Decline, decline, radar_block
from mirra_mcp.local.mirrors.stripe.payments.intents import MethodForm, RetrieveIntent
from mirra_mcp.local.mirrors.stripe.payments.payment_intents.changes import NO_METHOD, NO_RETURN
from mirra_mcp.local.mirrors.stripe.payments.payment_intents.flow import (
    NOT_AUTHENTICATED,
    enter_clock,
)
from mirra_mcp.local.mirrors.stripe.payments.payment_intents.params import options_for
from mirra_mcp.local.mirrors.stripe.payments.payment_methods.params import BANK_DEBITS, REDIRECTING
from mirra_mcp.local.mirrors.stripe.payments.setup_intents.params import (
    CancelSetup,
    ConfirmSetup,
    CreateSetup,
    ListSetups,
    UpdateSetup,
)
from mirra_mcp.wire.model import Doc

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")


class SetupIntents(ActingIntents):
    """Preparations for later payments."""

    entity, plural = "setup_intent", "setup_intents"
    synonyms = ("setupintent",)
    statuses = (
        "requires_payment_method", "requires_confirmation", "requires_action", "processing",
        "canceled", "succeeded",
    )  # fmt: skip
    object, prefix, path = "setup_intent", "seti", "/v1/setup_intents"
    title = "setupintent"
    indexes = ("customer", "payment_method", "status")
    blank: ClassVar[Doc] = {
        "allowed_payment_method_types": None,
        "application": None,
        "automatic_payment_methods": None,
        "cancellation_reason": None,
        "client_secret": "",
        "created": None,
        "customer": None,
        "customer_account": None,
        "description": None,
        "excluded_payment_method_types": None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": "off_session",
    }

    @route("POST /v1/setup_intents")
    def create(self, params: CreateSetup) -> Doc | Answer:
        """Create a setup intent, and confirm it when asked.

        Fires: setup_intent.created, then those of a confirmation.
        Source: https://docs.stripe.com/api/setup_intents/create
        """
        params = self.stripe.confirmation_tokens.unfolded(params)
        automatic = params.automatic_payment_methods
        if params.payment_method_types is not None and automatic is not None:
            raise errors.invalid(
                "You may only specify one of these parameters: automatic_payment_methods,"
                " payment_method_types."
            )
        for name in ("return_url", "mandate_data"):
            if getattr(params, name) and not params.confirm:
                raise errors.invalid(
                    f"The parameter `{name}` cannot be passed when creating a SetupIntent unless"
                    " `confirm` is set to true.",
                    name,
                )
        enter_clock(self.stripe, params.customer)
        method = self._method(params, params.customer)
        given: Doc = params.given()
        for name in ("confirm", "return_url", "mandate_data", "use_stripe_sdk"):
            given.pop(name, None)
        for name in ("payment_method_data", "confirmation_token"):
            given.pop(name, None)
        if automatic is not None and not automatic.enabled:
            given["automatic_payment_methods"] = None
        elif params.payment_method_types is None:
            redirects = automatic.allow_redirects if automatic else "always"
            given["automatic_payment_methods"] = {"allow_redirects": redirects, "enabled": True}
        given = self.stripe.payment_method_configurations.offer(given, "SetupIntent")
        given["metadata"] = self.patched(self.blank, given)["metadata"]
        given["payment_method"] = method["id"] if method else None
        if params.confirm:
            if method is None:
                raise errors.invalid(
                    NO_METHOD.replace("PaymentIntent", "SetupIntent"),
                    code="setup_intent_unexpected_state",
                )
            self._check_return(given, params)
        given |= {"_return_url": params.return_url, "_mandate_data": params.mandate_data}
        intent = self.draft(**given)
        return self._confirmed(intent, params) if params.confirm else self.view(intent)

    @route("GET /v1/setup_intents/{id}")
    def retrieve(self, id: str, params: RetrieveIntent) -> Doc:
        """Return a setup intent."""
        return self.view(self._with_secret(id, params.client_secret))

    @route("POST /v1/setup_intents/{id}")
    def update(self, id: str, params: UpdateSetup) -> Doc:
        """Change a setup intent that isn't done; no event tells it."""
        doc = self.get(id)
        if doc["status"] not in OPEN:
            raise self._unexpected(
                doc,
                f"You cannot update this SetupIntent because it has a status of {doc['status']}.",
            )
        return self.view(self.save(self._apply(doc, params)))

    @route("GET /v1/setup_intents")
    def index(self, params: ListSetups) -> Doc:
        """List setup intents."""
        names = ("customer", "payment_method")
        return self.listed(
            params, **{name: value for name in names if (value := getattr(params, name))}
        )

    @route("POST /v1/setup_intents/{id}/confirm")
    def confirm(self, id: str, params: ConfirmSetup) -> Doc | Answer:
        """Try to set the payment method up. A decline answers 402.

        Source: https://docs.stripe.com/api/setup_intents/confirm
        """
        doc = self._with_secret(id, params.client_secret)
        params = self.stripe.confirmation_tokens.unfolded(params)
        enter_clock(self.stripe, doc["customer"])
        if doc["status"] not in OPEN:
            raise self._unexpected(
                doc,
                "You cannot confirm this SetupIntent because it has already succeeded."
                if doc["status"] == "succeeded"
                else "You cannot confirm this SetupIntent because it has been canceled.",
            )
        changed = self._apply(doc, params)
        if not changed["payment_method"]:
            raise self._unexpected(doc, NO_METHOD.replace("PaymentIntent", "SetupIntent"))
        for name in ("return_url", "mandate_data"):
            if value := getattr(params, name):
                changed[f"_{name}"] = value
        self._check_return(changed, params)
        return self._confirmed(changed, params)

    @route("POST /v1/setup_intents/{id}/cancel")
    def cancel(self, id: str, params: CancelSetup) -> Doc:
        """Cancel a setup intent. Fires: setup_intent.canceled."""
        doc = self.get(id)
        if doc["status"] not in OPEN:
            raise self._unexpected(
                doc,
                "You cannot cancel this SetupIntent because it is already canceled."
                if doc["status"] == "canceled"
                else f"You cannot cancel this SetupIntent because it has a status of"
                f" {doc['status']}. Only a SetupIntent with one of the following statuses may be"
                " canceled: `requires_payment_method`, `requires_confirmation`, or"
                " `requires_action`.",
            )
        return self.view(self.withdraw(doc, params.cancellation_reason))

    # What other nouns use.

    def draft(self, *, owner: tuple[str, str] | None = None, **fields: Any) -> Doc:
        """Create a setup intent. Fires: setup_intent.created."""
        fields = {name: value for name, value in fields.items() if value is not None}
        allowed = fields.get("allowed_payment_method_types")
        types = fields.setdefault("payment_method_types", allowed or ["card"])
        fields["payment_method_options"] = _options(types, fields.get("payment_method_options"))
        doc = self.new(**fields)
        doc["client_secret"] = f"{doc['id']}_secret_{self.mirror.ids.token(31)}"
        if doc["payment_method"]:
            doc["status"] = "requires_confirmation"
        if owner:
            doc["_owner"] = list(owner)
        return self.save(doc, event="setup_intent.created")

    def attempt(
        self, intent: Doc, *, payment_method: str | None = None, off_session: bool = False
    ) -> Doc:
        """Set up the payment method, and attach it to the customer when that works.

        Fires: setup_intent.requires_action, .setup_failed, or payment_method.attached and
        setup_intent.succeeded.
        """
        chosen = payment_method or intent["payment_method"]
        methods = self.stripe.payment_methods
        method = methods.usable(chosen, intent["customer"], what="SetupIntent")
        intent = {**intent, "payment_method": method["id"], "last_setup_error": None}
        intent["next_action"] = None
        if method["type"] == "card":
            card = methods.card_of(method)
            if card.blocked:
                return self._declined(intent, method, radar_block())
            if card.declines and (card.declines != "incorrect_cvc" or method.get("_cvc")):
                return self._declined(intent, method, decline(card.declines))
            if card.auth == "error":
                return self._declined(intent, method, decline("generic_decline"))
            options = intent["payment_method_options"].get("card") or {}
            forced = options.get("request_three_d_secure") in ("any", "challenge")
            if card.auth in ("always", "unless_set_up") or (card.enrolled and forced):
                return self._asks(intent, method)
        elif method["type"] not in BANK_DEBITS or microdeposits.wanted(
            method, intent["payment_method_options"].get(method["type"]) or {}
        ):
            return self._asks(intent, method)
        return self._succeeded(intent, method, authenticated=False)

    def authenticated(self, intent: Doc) -> Doc:
        """Go on after the payer has done what was asked."""
        method = self.stripe.payment_methods.get(intent["payment_method"])
        return self._succeeded(intent, method, authenticated=method["type"] == "card")

    def not_authenticated(self, intent: Doc) -> Doc:
        """Give up: the payer failed or left. Fires: setup_intent.setup_failed."""
        method = self.stripe.payment_methods.get(intent["payment_method"])
        said = errors.invalid(
            NOT_AUTHENTICATED.format(title="SetupIntent"),
            code="setup_intent_authentication_failure",
            payment_method=self.stripe.payment_methods.view(method),
        )
        return self._failed(intent, method, said.body["error"])

    def fail(self, intent: Doc, decline_code: str) -> Doc:
        """Let the bank decline to set a card up. Fires: setup_intent.setup_failed."""
        chosen = intent["payment_method"] or "pm_card_visa"
        method = self.stripe.payment_methods.resolve(chosen)
        return self._declined(intent, method, decline(decline_code))

    def withdraw(self, intent: Doc, reason: str | None = None) -> Doc:
        """Cancel an intent, unless it has ended. Fires: setup_intent.canceled."""
        if intent["status"] not in OPEN:
            return intent
        canceled = {"status": "canceled", "cancellation_reason": reason, "next_action": None}
        return self.save({**intent, **canceled}, event="setup_intent.canceled")

    def declined(self, intent: Doc) -> Answer:
        """Answer 402 for an intent that has just failed; what was written stays."""
        error = {**intent["last_setup_error"], "setup_intent": self.view(intent)}
        return Answer(402, {"error": dict(sorted(error.items()))})

    def tell_owner(self, intent: Doc) -> None:
        """Tell the noun behind an intent how it went."""
        owner = intent.get("_owner")
        noun: Any = self.mirror.nouns.get(owner[0]) if owner else None
        if settled := getattr(noun, "setup_settled", None):
            settled(self.get(intent["id"]))

    # The steps.

    def _asks(self, intent: Doc, method: Doc) -> Doc:
        tried = self.stripe.setup_attempts.tried(intent, method, "requires_action")
        action = self.action_for(intent, method)
        asking = {"status": "requires_action", "next_action": action, "latest_attempt": tried}
        return self.save({**intent, **asking}, event="setup_intent.requires_action")

    def _succeeded(self, intent: Doc, method: Doc, *, authenticated: bool) -> Doc:
        attempts = self.stripe.setup_attempts
        tried = attempts.tried(intent, method, "succeeded", authenticated=authenticated)
        ready = {**method, "_set_up": True}
        if intent["customer"] and method["customer"] is None:
            self.stripe.payment_methods.attach_to(ready, intent["customer"])
        else:
            self.stripe.payment_methods.save(ready)
        mandate = None
        if method["type"] in BANK_DEBITS:
            mandate = self.stripe.mandates.agreed(method, intent.get("_mandate_data"))
        done = {"status": "succeeded", "latest_attempt": tried, "next_action": None}
        doc = {**intent, **done, "mandate": mandate}
        return self.save(doc, event="setup_intent.succeeded")

    def _declined(self, intent: Doc, method: Doc, refusal: Decline) -> Doc:
        shown = self.stripe.payment_methods.view(method)
        error = self.stripe.charges.error_of(None, refusal, payment_method=shown)
        error.setdefault("decline_code", refusal.code)
        return self._failed(intent, method, error)

    def _failed(self, intent: Doc, method: Doc, error: Doc) -> Doc:
        tried = self.stripe.setup_attempts.tried(intent, method, "failed", error=error)
        failed = {
            "status": "requires_payment_method",
            "payment_method": None,
            "last_setup_error": error,
            "latest_attempt": tried,
            "next_action": None,
        }
        return self.save({**intent, **failed}, event="setup_intent.setup_failed")

    def _confirmed(self, intent: Doc, params: CreateSetup | ConfirmSetup) -> Doc | Answer:
        intent = self.attempt(intent)
        token = params.confirmation_token
        self.stripe.confirmation_tokens.used(token, "setup_intent", intent["id"])
        self.tell_owner(intent)
        if intent["status"] == "requires_payment_method":
            return self.declined(intent)
        return self.view(self.get(intent["id"]))

    def _apply(self, doc: Doc, params: MethodForm) -> Doc:
        offered = self.stripe.payment_method_configurations.reoffer(
            doc, params.given(), "SetupIntent"
        )
        given = {name: value for name, value in offered.items() if name in self.blank}
        method = self._method(params, given.get("customer", doc["customer"]), doc)
        if method:
            given["payment_method"] = method["id"]
        types = given.get("allowed_payment_method_types") or given.get("payment_method_types")
        types = given["payment_method_types"] = types or doc["payment_method_types"]
        options = given.get("payment_method_options")
        given["payment_method_options"] = _options(types, options, doc["payment_method_options"])
        changed = self.patched(doc, given)
        if changed["status"] != "requires_action":
            with_method = bool(changed["payment_method"])
            changed["status"] = (
                "requires_confirmation" if with_method else "requires_payment_method"
            )
        return changed

    def _method(
        self, params: MethodForm, customer: str | None, intent: Doc | None = None
    ) -> Doc | None:
        methods = self.stripe.payment_methods
        if customer:
            self.stripe.customers.named(customer, "customer")
        if params.payment_method:
            inside: Doc = {"setup_intent": self.view(intent)} if intent else {}
            return methods.usable(params.payment_method, customer, what="SetupIntent", **inside)
        if params.payment_method_data:
            return methods.save(methods.made(params.payment_method_data))
        return None

    def _check_return(self, intent: Doc, params: CreateSetup | ConfirmSetup) -> None:
        automatic = intent.get("automatic_payment_methods")
        redirects = automatic is not None and automatic["allow_redirects"] == "always"
        allowed = intent.get("allowed_payment_method_types")
        if allowed is not None and not set(allowed) & set(REDIRECTING):
            redirects = False
        back = params.return_url or intent.get("_return_url") or params.use_stripe_sdk
        if redirects and not back:
            raise errors.invalid(NO_RETURN.replace("This PaymentIntent", "This SetupIntent", 1))

    def _with_secret(self, id: str, secret: str | None) -> Doc:
        doc = self.get(id)
        if secret is not None and secret != doc["client_secret"]:
            raise errors.invalid(
                "The client_secret provided does not match the client_secret associated with the"
                " SetupIntent.",
                "client_secret",
                "setup_intent_invalid_parameter",
            )
        return doc

    def _unexpected(self, intent: Doc, message: str) -> VendorError:
        return errors.invalid(
            message, code="setup_intent_unexpected_state", setup_intent=self.view(intent)
        )


def _options(types: list[str], given: Doc | None, old: Doc | None = None) -> Doc:
    """Return `payment_method_options`; cards have fewer of them than in payments."""
    shown = options_for(types, given, old)
    if "card" in shown:
        shown["card"].pop("installments", None)
    return shown
