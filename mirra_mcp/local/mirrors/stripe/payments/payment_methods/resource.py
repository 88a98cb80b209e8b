"""Payment methods: cards and bank accounts, alone or attached to a customer.

Source: https://docs.stripe.com/api/payment_methods
"""

from typing import Any, ClassVar

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import merged
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.payments.banks import accounts
from mirra_mcp.local.mirrors.stripe.payments.cards import numbers
from mirra_mcp.local.mirrors.stripe.payments.cards.details import (
    NOBODY,
    card_error,
    card_hash,
    checked,
    checks_of,
)
from mirra_mcp.local.mirrors.stripe.payments.payment_methods.params import (
    AttachMethod,
    CreateMethod,
    ListMethods,
    MethodData,
    UpdateMethod,
)
from mirra_mcp.wire.model import Doc

SPENT = (
    "The provided PaymentMethod was previously used with a PaymentIntent without Customer"
    " attachment, shared with a connected account without Customer attachment, or was detached"
    " from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must"
    " attach it to a Customer first."
)
SPENT_ATTACH = (
    "This PaymentMethod was previously used without being attached to a Customer or was detached"
    " from a Customer, and may not be used again."
)


class PaymentMethods(StripeResource):
    """How customers pay."""

    entity, plural = "payment_method", "payment_methods"
    synonyms = ("paymentmethod",)
    verbs = {"attached": ("customer", ...), "detached": ("customer", None)}
    object, prefix, path, title = "payment_method", "pm", "/v1/payment_methods", "PaymentMethod"
    indexes = ("customer",)
    blank: ClassVar[Doc] = {
        "allow_redisplay": "unspecified",
        "billing_details": NOBODY,
        "created": None,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
    }

    @route("POST /v1/payment_methods")
    def create(self, params: CreateMethod) -> Doc:
        """Make a payment method of a card's or bank account's data.

        Source: https://docs.stripe.com/api/payment_methods/create
        """
        if params.payment_method:
            return self.view(self._copied(params.payment_method))
        if params.type is None:
            raise errors.invalid("Missing required param: type.", "type", "parameter_missing")
        data = MethodData.model_validate(params.given())
        return self.view(self.save(self.made(data)))

    @route("GET /v1/payment_methods/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a payment method."""
        return self.view(self.get(id))

    @route("POST /v1/payment_methods/{id}")
    def update(self, id: str, params: UpdateMethod) -> Doc:
        """Change an attached payment method. Fires: payment_method.updated.

        Source: https://docs.stripe.com/api/payment_methods/update
        """
        doc, given = self.get(id), params.given()
        if doc["customer"] is None:
            raise errors.invalid(
                "You must save this PaymentMethod to a customer before you can update it."
            )
        if owner := given.pop("billing_details", None):
            doc["billing_details"] = _owner(owner, doc["billing_details"])
        if card := given.pop("card", None):
            networks = card.pop("networks", None)
            doc["card"] = {**doc["card"], **card}
            if networks:
                doc["card"]["networks"] = {**doc["card"]["networks"], **networks}
        return self.view(self.save(self.patched(doc, given), event="payment_method.updated"))

    @route("GET /v1/payment_methods")
    def index(self, params: ListMethods) -> Doc:
        """List a customer's payment methods, or all.

        Source: https://docs.stripe.com/api/payment_methods/list
        """
        if params.customer:
            self.stripe.customers.named(params.customer, "customer")
        return self._of(params.customer, params, self.path)

    @route("GET /v1/customers/{customer}/payment_methods")
    def index_of_customer(self, customer: str, params: ListMethods) -> Doc:
        """List the payment methods of the customer in the path."""
        self.stripe.customers.get(customer)
        return self._of(customer, params, f"/v1/customers/{customer}/payment_methods")

    @route("GET /v1/customers/{customer}/payment_methods/{id}")
    def retrieve_of_customer(self, customer: str, id: str) -> Doc:
        """Return one of a customer's payment methods."""
        self.stripe.customers.get(customer)
        doc = self.get(id)
        if doc["customer"] != customer:
            raise self.missing(id)
        return self.view(doc)

    @route("POST /v1/payment_methods/{id}/attach")
    def attach(self, id: str, params: AttachMethod) -> Doc:
        """Attach a payment method to a customer. Fires: payment_method.attached.

        Source: https://docs.stripe.com/api/payment_methods/attach
        """
        self.stripe.customers.named(params.customer, "customer")
        if not numbers.by_name(id) and not accounts.by_name(id):
            self.get(id)
        return self.view(self.attach_to(id, params.customer))

    @route("POST /v1/payment_methods/{id}/detach")
    def detach(self, id: str) -> Doc:
        """Detach a payment method; it can't be used again. Fires: payment_method.detached.

        Source: https://docs.stripe.com/api/payment_methods/detach
        """
        doc = self.get(id)
        if doc["customer"] is None:
            raise errors.invalid(
                "The payment method you provided is not attached to a customer so detachment is"
                " impossible.",
                "payment_method",
            )
        return self.view(self.detach_from(doc))

    # What other nouns use.

    def card_of(self, method: Doc) -> numbers.Card:
        """Return the test card behind a payment method."""
        name = method.get("_name")
        if name and (card := numbers.NAMED.get(name)):
            return card
        return numbers.BY_NUMBER.get(method.get("_number", ""), numbers.VISA)

    def made(self, data: MethodData, **fields: Any) -> Doc:
        """Lay out a payment method of given data; it isn't saved yet.

        Raises:
            VendorError: the data can't be a card's.
        """
        if data.type == "card" and data.card and data.card.token:
            token = self.stripe.tokens.spend(data.card.token, "card[token]")
            given = data.billing_details.model_dump() if data.billing_details else {}
            owner = _owner(given, token["billing_details"])
            return {**token, "billing_details": owner, "metadata": merged({}, data.metadata)}
        owner = data.billing_details.model_dump() if data.billing_details else {}
        base: Doc = {
            "allow_redisplay": data.allow_redisplay,
            "billing_details": _owner(owner, NOBODY),
            "metadata": merged({}, data.metadata),
            "type": data.type,
        } | fields
        if data.type == "card":
            sent = data.card
            if sent is None:
                raise errors.invalid("Missing required param: card.", "card", "parameter_missing")
            for name in ("number", "exp_month", "exp_year"):
                if not getattr(sent, name):
                    raise errors.invalid(
                        f"Missing required param: card[{name}].",
                        f"card[{name}]",
                        "parameter_missing",
                    )
            card = checked(sent.number, sent.exp_month, sent.exp_year, sent.cvc, self.now)
            year = sent.exp_year or 0
            base["card"] = card_hash(
                card,
                sent.exp_month or 0,
                year + 2000 if year < 100 else year,
                cvc=bool(sent.cvc),
            )
            if sent.networks:
                base["card"]["networks"]["preferred"] = sent.networks.preferred
            return self.new(**base, _number=card.number, _cvc=bool(sent.cvc))
        return self.new(**base, **accounts.hashes(data))

    def of_kind(self, kind: str, data: Doc) -> Doc:
        """Lay out a payment method of a kind's own data; it isn't saved yet.

        Raises:
            VendorError: the data can't be a card's.
        """
        return self.made(MethodData.model_validate({"type": kind, kind: data}))

    def named_card(self, name: str, **fields: Any) -> Doc:
        """Lay out the payment method of a test name such as `visa_chargeDeclined`."""
        card = numbers.NAMED[name]
        shown = card_hash(card, self.now.month, self.now.year + 1, cvc=False)
        return self.new(card=shown, _number=card.number, _name=name, _cvc=True, **fields)

    def resolve(self, id: str, param: str = "payment_method") -> Doc:
        """Return a saved payment method, or make one of a test name or token.

        Source: https://docs.stripe.com/testing (each use of a test name makes a new one)

        Raises:
            VendorError: there is none.
        """
        if numbers.by_name(id):
            return self.save(self.named_card(numbers.name_of(id)))
        if account := accounts.by_name(id):
            return self.save(self.new(**account))
        if id.startswith("tok_"):
            return self.save(self.stripe.tokens.spend(id, param))
        doc = self.peek(id)
        if doc is None:
            raise errors.missing(self.title, id, param, status=400)
        return doc

    def usable(
        self,
        id: str,
        customer: str | None,
        param: str = "payment_method",
        *,
        what: str = "PaymentIntent",
        **inside: Any,
    ) -> Doc:
        """Return a payment method that may be used for a customer, or for nobody.

        What is `inside` goes into the error of a refusal.

        Raises:
            VendorError: it is another customer's, or was used up.
        """
        doc = self.resolve(id, param)
        if doc["customer"] and doc["customer"] != customer:
            owner = doc["customer"]
            if customer is not None:
                raise errors.invalid(
                    f"The PaymentMethod {id} does not belong to the Customer you supplied"
                    f" {customer}. Please use this PaymentMethod with the Customer that it belongs"
                    " to instead.",
                    param,
                    **inside,
                )
            if what == "SetupIntent":
                raise errors.invalid(
                    f"The payment method supplied ({id}) belongs to the Customer {owner}. Please"
                    " include the Customer in the `customer` parameter on the SetupIntent.",
                    param,
                    **inside,
                )
            raise errors.invalid(
                f"The `payment_method` parameter supplied {id} belongs to the Customer {owner}."
                " Please include the Customer in the `customer` parameter on the PaymentIntent.",
                "source",
                "parameter_missing",
                **inside,
            )
        if doc["customer"] is None and doc.get("_spent"):
            raise errors.invalid(SPENT, param, **inside)
        return doc

    def attach_to(self, method: Doc | str, customer: str) -> Doc:
        """Attach a payment method, by document, id or test name.

        Fires: payment_method.attached. Source: https://docs.stripe.com/testing (declined cards
        can't be attached)

        Raises:
            VendorError: it has a customer already, was used up, or the bank declines it.
        """
        doc = self.resolve(method) if isinstance(method, str) else method
        if doc["customer"]:
            raise errors.invalid(
                "The payment method you provided has already been attached to a customer.",
                "payment_method",
            )
        if doc.get("_spent"):
            raise errors.invalid(SPENT_ATTACH, "payment_method")
        if doc["type"] == "card":
            card = self.card_of(doc)
            if refusal := self.refusal_to_save(doc):
                raise refusal
            doc = {**doc, "card": {**doc["card"], "checks": checks_of(doc, card)}}
        return self.save({**doc, "customer": customer}, event="payment_method.attached")

    def refusal_to_save(self, method: Doc) -> VendorError | None:
        """Return why a card can't be attached or set up, if it can't."""
        card = self.card_of(method)
        if card.declines and (card.declines != "incorrect_cvc" or method.get("_cvc")):
            return card_error(card.declines)
        return None

    def detach_from(self, method: Doc) -> Doc:
        """Take a payment method from its customer, who no longer has it as default.

        Fires: payment_method.detached, and customer.updated when it was the default.
        """
        id, owner = method["id"], method["customer"]
        saved = self.save(
            {**method, "customer": None, "_spent": True}, event="payment_method.detached"
        )
        customer = self.stripe.customers.peek(owner) if owner else None
        settings = (customer or {}).get("invoice_settings") or {}
        if customer and settings.get("default_payment_method") == id:
            settings = {**settings, "default_payment_method": None}
            self.stripe.customers.save(
                {**customer, "invoice_settings": settings}, event="customer.updated"
            )
        return saved

    def detach_all(self, customer: str) -> None:
        """Take all payment methods from a customer who is being deleted."""
        for doc in self.of_customer(customer):
            self.save({**doc, "customer": None, "_spent": True}, event="payment_method.detached")

    def of_customer(self, customer: str, type: str | None = None) -> list[Doc]:
        """List a customer's payment methods, newest first."""
        found = self.find(customer=customer)
        return [doc for doc in found if type in (None, doc["type"])]

    def _copied(self, id: str) -> Doc:
        doc = self.resolve(id)
        copy = {name: value for name, value in doc.items() if name not in ("id", "_spent")}
        return self.save({**copy, "id": self.new_id(), "customer": None, "created": self.at})

    def _of(self, customer: str | None, params: ListMethods, url: str) -> Doc:
        def wanted(doc: Doc) -> bool:
            return params.type in (None, doc["type"]) and (
                params.allow_redisplay in (None, doc["allow_redisplay"])
            )

        narrow = params.type or params.allow_redisplay
        where = {"customer": customer} if customer else {}
        return self.listed(params, url=url, keep=wanted if narrow else None, **where)


def _owner(given: Doc, old: Doc) -> Doc:
    """Return billing details after some were given."""
    address = {**old["address"], **(given.get("address") or {})}
    return {**old, **given, "address": address}
