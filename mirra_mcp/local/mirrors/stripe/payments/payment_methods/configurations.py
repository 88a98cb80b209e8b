"""Payment method configurations: what is offered to whom the caller names no types for.

The account's own one applies to its own payments. Each connected account has a child of the
platform's, which applies to direct charges and to those `on_behalf_of` the account. The parent
itself is kept in the Dashboard, and no endpoint shows it.

Source: https://docs.stripe.com/api/payment_method_configurations and
https://docs.stripe.com/connect/payment-method-configurations
"""

from typing import ClassVar, Final, Literal

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams, Nested, StripeParams
from mirra_mcp.local.mirrors.stripe.api.lists.pages import page_of
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.payments.payment_methods import support
from mirra_mcp.wire.model import Doc

OWN_DEFAULT: Final = "pmc_1MirraDefault0000000000"
PARENT: Final = "pmc_1MirraConnect0000000000"
"""The platform's settings for its connected accounts: Stripe's own defaults, all overridable."""
AUTOMATIC: Final = "automatic_payment_methods"
ASKED: Final = {
    "allowed_payment_method_types",
    "currency",
    "customer",
    "excluded_payment_method_types",
    "on_behalf_of",
    "setup_future_usage",
}
"""What of an intent its types depend on."""
USUALLY_ON: Final = ("apple_pay", "card", "google_pay", "link")
"""What is on where nobody has said otherwise."""
NEEDS_CARD: Final = "Invalid configuration. Apple Pay and Google Pay require Card to be enabled."
NOTHING_VALID: Final = (
    "No valid payment method types for this {title}. Please ensure that you have activated payment"
    " methods compatible with your chosen currency in your dashboard"
    " (https://dashboard.stripe.com/account/payments/settings) or specify `payment_method_types`."
)


class Preference(Nested):
    """Whether a type is to be offered; `none` leaves it to the parent, or to Stripe."""

    preference: Literal["none", "off", "on"] = "none"


class Setting(Nested):
    """What is said of one type."""

    display_preference: Preference | None = None


class Settings(Nested):
    """What is said of each type."""

    acss_debit: Setting | None = None
    affirm: Setting | None = None
    afterpay_clearpay: Setting | None = None
    alipay: Setting | None = None
    alma: Setting | None = None
    amazon_pay: Setting | None = None
    apple_pay: Setting | None = None
    au_becs_debit: Setting | None = None
    bacs_debit: Setting | None = None
    bancontact: Setting | None = None
    billie: Setting | None = None
    bizum: Setting | None = None
    blik: Setting | None = None
    boleto: Setting | None = None
    card: Setting | None = None
    cartes_bancaires: Setting | None = None
    cashapp: Setting | None = None
    crypto: Setting | None = None
    customer_balance: Setting | None = None
    eps: Setting | None = None
    fpx: Setting | None = None
    giropay: Setting | None = None
    google_pay: Setting | None = None
    grabpay: Setting | None = None
    ideal: Setting | None = None
    jcb: Setting | None = None
    kakao_pay: Setting | None = None
    klarna: Setting | None = None
    konbini: Setting | None = None
    kr_card: Setting | None = None
    link: Setting | None = None
    mb_way: Setting | None = None
    mobilepay: Setting | None = None
    multibanco: Setting | None = None
    naver_pay: Setting | None = None
    nz_bank_account: Setting | None = None
    oxxo: Setting | None = None
    p24: Setting | None = None
    pay_by_bank: Setting | None = None
    payco: Setting | None = None
    paynow: Setting | None = None
    paypal: Setting | None = None
    paypay: Setting | None = None
    payto: Setting | None = None
    pix: Setting | None = None
    promptpay: Setting | None = None
    revolut_pay: Setting | None = None
    samsung_pay: Setting | None = None
    satispay: Setting | None = None
    scalapay: Setting | None = None
    sepa_debit: Setting | None = None
    sequra: Setting | None = None
    sofort: Setting | None = None
    sunbit: Setting | None = None
    swish: Setting | None = None
    twint: Setting | None = None
    upi: Setting | None = None
    us_bank_account: Setting | None = None
    wechat_pay: Setting | None = None
    zip: Setting | None = None

    def preferences(self) -> dict[str, str]:
        """Return what was said, by type."""
        given = {type: getattr(self, type) for type in TYPES}
        return {
            type: each.display_preference.preference
            for type, each in given.items()
            if each is not None and each.display_preference is not None
        }


TYPES: Final = tuple(Settings.model_fields)


class CreateConfiguration(Settings, StripeParams):
    """Parameters of a new configuration."""

    name: str | None = None
    parent: str | None = None


class UpdateConfiguration(Settings, StripeParams):
    """What may change of a configuration."""

    active: bool = True
    name: str = ""


class ListConfigurations(ListParams):
    """Filters of the list."""

    active: bool | None = None
    application: str | None = None


class PaymentMethodConfigurations(StripeResource):
    """What the account offers. The default is there from the start, and kept once it changes."""

    entity, plural = "payment_method_configuration", "payment_method_configurations"
    object, prefix = "payment_method_configuration", "pmc"
    path = "/v1/payment_method_configurations"
    title = "payment_method_configuration"
    blank: ClassVar[Doc] = {
        "active": True,
        "application": None,
        "is_default": False,
        "livemode": False,
        "name": "",
        "parent": None,
        "_preferences": {},
    }

    @route("POST /v1/payment_method_configurations")
    def create(self, params: CreateConfiguration) -> Doc:
        """Make another configuration: one's own by its name, or a child by its parent.

        Source: https://docs.stripe.com/api/payment_method_configurations/create
        """
        if params.name is None and params.parent is None:
            raise errors.invalid("Missing required param: name.", "name", "parameter_missing")
        if params.parent is not None and not (self.stripe.account and params.parent == PARENT):
            raise errors.missing(self.title, params.parent, "parent", status=400)
        doc = self.new(
            application=self.stripe.application if params.parent else None,
            name=params.name or "Default",
            parent=params.parent,
            _preferences=params.preferences(),
        )
        self._check(doc)
        return self.view(self.save(doc))

    @route("GET /v1/payment_method_configurations/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a configuration."""
        return self.view(self.get(id))

    @route("POST /v1/payment_method_configurations/{id}")
    def update(self, id: str, params: UpdateConfiguration) -> Doc:
        """Turn types on or off. No event tells it.

        Source: https://docs.stripe.com/api/payment_method_configurations/update
        """
        doc, given = self.get(id), params.given()
        if doc["is_default"] and given.get("active") is False:
            raise errors.invalid("You cannot deactivate the default configuration.", "active")
        kept: Doc = {name: given[name] for name in ("active", "name") if name in given}
        preferences = {**doc["_preferences"], **params.preferences()}
        doc = self.patched(doc, kept) | {"_preferences": preferences}
        self._check(doc)
        return self.view(self.save(doc))

    @route("GET /v1/payment_method_configurations")
    def index(self, params: ListConfigurations) -> Doc:
        """List configurations; an empty `application` asks for those of none.

        Source: https://docs.stripe.com/api/payment_method_configurations/list
        """
        docs, default = self.find(), self._default()
        if all(doc["id"] != default["id"] for doc in docs):
            docs.append(default)
        if params.active is not None:
            docs = [doc for doc in docs if doc["active"] == params.active]
        if "application" in params.model_fields_set:
            docs = [doc for doc in docs if doc["application"] == params.application]
        return page_of([self.view(doc) for doc in docs], params, self.path, self.title)

    def peek(self, id: str) -> Doc | None:
        """Return a configuration, kept or there from the start."""
        found = super().peek(id)
        return self._default() if found is None and id == self._default_id() else found

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows: of each type what was said, and what comes of it."""
        shown, child = super().view(doc), doc["parent"] is not None
        available = self._available(doc)
        for type in TYPES:
            shown[type] = {
                "available": type in available,
                "display_preference": {
                    "overridable": True if child else None,
                    "preference": self._said(doc, type),
                    "value": _value(doc, type),
                },
            }
        return shown

    def shown(self, doc: Doc) -> Doc:
        """Return what state and log show: what is on, in a few words."""
        return super().shown(doc) | {"on": [type for type in TYPES if _value(doc, type) == "on"]}

    # What other nouns use.

    def check(self, given: Doc) -> None:
        """Refuse a configuration beside the types that it would tell.

        Raises:
            VendorError: both were given.
        """
        if given.get("payment_method_configuration") and given.get("payment_method_types"):
            raise errors.invalid(
                "You may only specify one of these parameters: payment_method_configuration,"
                " payment_method_types."
            )

    def offer(self, given: Doc, title: str, *, currency: str | None = None) -> Doc:
        """Return a new intent's parameters with the types that it offers, if a configuration tells.

        Raises:
            VendorError: as `check` and `offering` do.
        """
        self.check(given)
        kept = {key: value for key, value in given.items() if key != "payment_method_configuration"}
        if given.get("automatic_payment_methods") or len(kept) < len(given):
            once = title == "PaymentIntent" and not given.get("setup_future_usage")
            kept |= self.offering(given, title, currency=currency, once=once)
        elif excluded := given.get("excluded_payment_method_types"):
            types = given.get("payment_method_types") or ["card"]
            kept["payment_method_types"] = [type for type in types if type not in excluded]
        return kept

    def reoffer(self, intent: Doc, given: Doc, title: str) -> Doc:
        """Return what changes of an intent, with its types where they follow from a configuration.

        Raises:
            VendorError: as `check` and `offering` do.
        """
        self.check(given)
        named, automatic = given.get("payment_method_configuration"), intent.get(AUTOMATIC)
        if given.get("payment_method_types") or not (named or (automatic and ASKED & given.keys())):
            return given
        kept = intent["payment_method_configuration_details"] or {}
        asked = {"payment_method_configuration": kept.get("id"), **given}
        currency = given.get("currency") or intent.get("currency")
        asked = {**intent, **asked}
        once = title == "PaymentIntent" and not asked["setup_future_usage"]
        told = self.offering(asked, title, currency=currency, once=once)
        usual = {"allow_redirects": "always", "enabled": True}
        return {**given, **told, AUTOMATIC: automatic or usual}

    def offering(
        self, asked: Doc, title: str, *, currency: str | None = None, once: bool = True
    ) -> Doc:
        """Return the types for a payment that names none, and whose configuration tells them.

        `asked` holds the payment's own parameters, as far as it has them:
        `payment_method_configuration`, `on_behalf_of`, `automatic_payment_methods`, `customer`,
        `allowed_payment_method_types` and `excluded_payment_method_types`. What can't be paid with
        again is left out unless it is paid `once`.

        Source: https://docs.stripe.com/payments/payment-methods/dynamic-payment-methods

        Raises:
            VendorError: there is no such configuration, or nothing of it can be offered.
        """
        behalf = asked.get("on_behalf_of")
        with self.as_account(self.stripe.account or behalf or "own"):
            doc = self._named(asked.get("payment_method_configuration"))
            found = self._available(doc)
        redirects = (asked.get("automatic_payment_methods") or {}).get("allow_redirects")
        types = support.fitting(
            found,
            currency=currency,
            once=once,
            redirects=redirects != "never",
            customer=bool(asked.get("customer")),
        )
        if allowed := asked.get("allowed_payment_method_types"):
            types = list(allowed)
        excluded = asked.get("excluded_payment_method_types") or ()
        types = [type for type in types if type not in excluded]
        if not types:
            raise errors.invalid(NOTHING_VALID.format(title=title), "payment_method_types")
        details = {"id": doc["id"], "parent": doc["parent"]}
        return {"payment_method_types": types, "payment_method_configuration_details": details}

    def _named(self, id: str | None) -> Doc:
        """Return the configuration of an id; a parent's stands for the account's child of it."""
        if id is None or (id == PARENT and self.stripe.account):
            return self._default()
        doc = self.peek(id)
        if doc is None:
            raise errors.missing(self.title, id, "payment_method_configuration", status=400)
        if not doc["active"]:
            raise errors.invalid(
                f"The payment method configuration {id} is not active.",
                "payment_method_configuration",
            )
        return doc

    def _default_id(self) -> str:
        account = self.stripe.account
        return f"pmc_1{account.removeprefix('acct_')}Child000" if account else OWN_DEFAULT

    def _default(self) -> Doc:
        found = super().peek(self._default_id())
        if found is not None:
            return found
        of_child = {"application": self.stripe.application, "parent": PARENT}
        return self.new(
            id=self._default_id(),
            is_default=True,
            name="Default",
            **(of_child if self.stripe.account else {}),
        )

    def _check(self, doc: Doc) -> None:
        """Refuse wallets that hold cards where no cards are taken."""
        wallets = any(_value(doc, type) == "on" for type in ("apple_pay", "google_pay"))
        if wallets and _value(doc, "card") == "off":
            raise errors.invalid(NEEDS_CARD)

    def _said(self, doc: Doc, type: str) -> str:
        """Return a type's preference; a configuration without parent says on or off of all."""
        said = str(doc.get("_preferences", {}).get(type, "none"))
        return said if doc["parent"] is not None or type in doc["_preferences"] else _usual(type)

    def _available(self, doc: Doc) -> list[str]:
        """Return the types that are on, and that the account may take.

        In test mode the session's own account may take every type.
        """
        found = [type for type in TYPES if _value(doc, type) == "on"]
        account = self.stripe.accounts.peek(self.stripe.account) if self.stripe.account else None
        if account is None:
            return found
        active = {name for name, state in account["capabilities"].items() if state == "active"}
        return [type for type in found if not active.isdisjoint(support.capabilities(type))]

    def missing(self, id: str) -> VendorError:
        """Say that there is no such configuration."""
        return errors.missing(self.title, id, "configuration")


def _usual(type: str) -> str:
    return "on" if type in USUALLY_ON else "off"


def _value(doc: Doc, type: str) -> str:
    said = str(doc.get("_preferences", {}).get(type, "none"))
    return _usual(type) if said == "none" else said
