"""Cards as older integrations keep them on customers: `card_...` sources made of tokens.

Each is a payment method too: it is kept as one, and shown here as a card.

Source: https://docs.stripe.com/api/cards
"""

from typing import Annotated

from pydantic import Field

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams, Metadata, StripeParams
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc

BRANDS = {
    "amex": "American Express",
    "diners": "Diners Club",
    "discover": "Discover",
    "jcb": "JCB",
    "mastercard": "MasterCard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}
ADDRESS = {
    "address_city": "city",
    "address_country": "country",
    "address_line1": "line1",
    "address_line2": "line2",
    "address_state": "state",
    "address_zip": "postal_code",
}


class CreateSource(StripeParams):
    """Parameters of a new source: a token."""

    source: str
    metadata: Metadata = {}


class CreateCard(StripeParams):
    """Parameters of a new card: a token, under either name."""

    card: str = ""
    metadata: Metadata = {}
    source: str = ""


class UpdateCard(StripeParams):
    """What may change of a card."""

    address_city: str | None = None
    address_country: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    address_state: str | None = None
    address_zip: str | None = None
    exp_month: Annotated[int, Field(ge=1, le=12)] | None = None
    exp_year: int | None = None
    metadata: Metadata = {}
    name: str | None = None


class ListSources(ListParams):
    """Filters of the list."""

    object: str | None = None


class Sources(StripeResource):
    """The cards of customers, by their older name."""

    entity, plural = "source", "sources"
    object, prefix, title = "card", "card", "source"

    def peek(self, id: str) -> Doc | None:
        """Return a card; none is kept here."""
        method = self.stripe.payment_methods.peek(id) if id.startswith("card_") else None
        return self.card_of(method) if method is not None else None

    def of(self, customer: str, id: str) -> Doc | None:
        """Return a customer's card, or None."""
        card = self.peek(id)
        return card if card is not None and card["customer"] == customer else None

    def add(self, customer: str, token: str) -> Doc:
        """Turn a token into a card of a customer.

        Fires: payment_method.attached, customer.source.created.

        Raises:
            VendorError: no such token, it was used before, or the bank declines the card.
        """
        if not token.startswith("tok_"):
            raise errors.missing("source", token, "source", status=400)
        method = self.stripe.tokens.spend(token, "source")
        method = method | {"id": f"card_{self.mirror.ids.token(24)}"}
        card = self.card_of(self.stripe.payment_methods.attach_to(method, customer))
        self.mirror.emit("customer.source.created", {"object": card})
        return card

    def card_of(self, method: Doc) -> Doc:
        """Return a payment method as the card that older integrations know."""
        card, owner = method["card"], method["billing_details"]
        checks = card.get("checks") or {}
        address = owner.get("address") or {}
        return {
            "id": method["id"],
            "object": "card",
            **{name: address.get(part) for name, part in ADDRESS.items()},
            "address_line1_check": checks.get("address_line1_check"),
            "address_zip_check": checks.get("address_postal_code_check"),
            "brand": BRANDS.get(card["brand"], "Unknown"),
            "country": card["country"],
            "customer": method["customer"],
            "cvc_check": checks.get("cvc_check"),
            "dynamic_last4": None,
            "exp_month": card["exp_month"],
            "exp_year": card["exp_year"],
            "fingerprint": card["fingerprint"],
            "funding": card["funding"],
            "last4": card["last4"],
            "metadata": method["metadata"],
            "name": owner.get("name"),
            "regulated_status": card.get("regulated_status"),
            "tokenization_method": None,
        }

    @route("POST /v1/customers/{customer}/sources")
    def create(self, customer: str, params: CreateSource) -> Doc:
        """Add a card to a customer, whose default it becomes when it is the first.

        Fires: payment_method.attached, customer.source.created, customer.updated.
        """
        self.stripe.customers.get(customer)
        card = self.add(customer, params.source)
        if params.metadata:
            method = self.stripe.payment_methods.get(card["id"])
            method = self.patched(method, {"metadata": params.metadata})
            card = self.card_of(self.stripe.payment_methods.save(method))
        owner = self.stripe.customers.get(customer)
        if owner["default_source"] is None:
            owner["default_source"] = card["id"]
            self.stripe.customers.save(owner, event="customer.updated")
        return card

    @route("GET /v1/customers/{customer}/sources/{id}")
    def retrieve(self, customer: str, id: str) -> Doc:
        """Return a customer's card."""
        return self._theirs(customer, id)

    @route("POST /v1/customers/{customer}/sources/{id}")
    def update(self, customer: str, id: str, params: UpdateCard) -> Doc:
        """Change a card. Fires: payment_method.updated, customer.source.updated."""
        before = self._theirs(customer, id)
        given, method = params.given(), self.stripe.payment_methods.get(id)
        owner = {**method["billing_details"], "address": {**method["billing_details"]["address"]}}
        for name, part in ADDRESS.items():
            if name in given:
                owner["address"][part] = given[name]
        if "name" in given:
            owner["name"] = given["name"]
        dates = {name: given[name] for name in ("exp_month", "exp_year") if name in given}
        method = method | {"billing_details": owner, "card": {**method["card"], **dates}}
        if "metadata" in given:
            method = self.patched(method, {"metadata": given["metadata"]})
        card = self.card_of(self.stripe.payment_methods.save(method))
        previous = {name: before[name] for name in before if before[name] != card[name]}
        data = {"object": card, "previous_attributes": previous}
        self.mirror.emit("customer.source.updated", data)
        return card

    @route("GET /v1/customers/{customer}/sources")
    def index(self, customer: str, params: ListSources) -> Doc:
        """List a customer's cards."""
        self.stripe.customers.get(customer)
        page: Doc = self.stripe.payment_methods.listed(
            params,
            url=f"/v1/customers/{customer}/sources",
            keep=lambda method: (
                method["id"].startswith("card_") and params.object in (None, "card")
            ),
            customer=customer,
        )
        return page | {"data": [self._theirs(customer, each["id"]) for each in page["data"]]}

    @route("DELETE /v1/customers/{customer}/sources/{id}")
    def delete(self, customer: str, id: str) -> Doc:
        """Remove a card; another becomes the default.

        Fires: payment_method.detached, customer.source.deleted, customer.updated.
        """
        card = self._theirs(customer, id)
        self.stripe.payment_methods.detach_from(self.stripe.payment_methods.get(id))
        self.mirror.emit("customer.source.deleted", {"object": card})
        owner = self.stripe.customers.get(customer)
        if owner["default_source"] == id:
            others = self.stripe.payment_methods.of_customer(customer)
            cards = [each["id"] for each in others if each["id"].startswith("card_")]
            owner["default_source"] = cards[-1] if cards else None
            self.stripe.customers.save(owner, event="customer.updated")
        return self.deleted(card)

    @route("POST /v1/customers/{customer}/cards")
    def create_card(self, customer: str, params: CreateCard) -> Doc:
        """Add a card to a customer, by the older address."""
        made = CreateSource(source=params.card or params.source, metadata=params.metadata)
        return self.create(customer, made)

    @route("GET /v1/customers/{customer}/cards/{id}")
    def retrieve_card(self, customer: str, id: str) -> Doc:
        """Return a customer's card, by the older address."""
        return self.retrieve(customer, id)

    @route("POST /v1/customers/{customer}/cards/{id}")
    def update_card(self, customer: str, id: str, params: UpdateCard) -> Doc:
        """Change a card, by the older address."""
        return self.update(customer, id, params)

    @route("GET /v1/customers/{customer}/cards")
    def index_cards(self, customer: str, params: ListSources) -> Doc:
        """List a customer's cards, by the older address."""
        return self.index(customer, params) | {"url": f"/v1/customers/{customer}/cards"}

    @route("DELETE /v1/customers/{customer}/cards/{id}")
    def delete_card(self, customer: str, id: str) -> Doc:
        """Remove a card, by the older address."""
        return self.delete(customer, id)

    def missing(self, id: str) -> VendorError:
        """Say that there is no such source."""
        return errors.missing("source", id)

    def _theirs(self, customer: str, id: str) -> Doc:
        self.stripe.customers.get(customer)
        card = self.of(customer, id)
        if card is None:
            raise self.missing(id)
        return card
