"""Entitlements: features of products, and which of them a customer's subscriptions open.

Source: https://docs.stripe.com/billing/entitlements
"""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    ListParams,
    Metadata,
    StripeParams,
    filled,
)
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc

OPENING = ("active", "trialing")
"""The statuses of a subscription that opens its products' features."""
MOST_SHOWN = 10
"""How many entitlements the event of a summary has in it."""


class CreateFeature(StripeParams):
    """Parameters of a new feature."""

    lookup_key: Annotated[str, Field(max_length=80)]
    name: Annotated[str, Field(max_length=80)]
    metadata: Metadata = {}


class UpdateFeature(StripeParams):
    """What may change of a feature."""

    active: bool = True
    metadata: Metadata = {}
    name: Annotated[str, Field(max_length=80)] = ""


class ListFeatures(ListParams):
    """Filters of the list: archived features only when asked for."""

    archived: bool = False
    lookup_key: str | None = None


class AttachFeature(StripeParams):
    """Which feature a product gets."""

    entitlement_feature: str


class ListEntitlements(ListParams):
    """Whose entitlements to list."""

    customer: str


class Features(StripeResource):
    """The features of the account."""

    entity, plural = "feature", "features"
    object, prefix, path = "entitlements.feature", "feat_test", "/v1/entitlements/features"
    title, id_length = "feature", 32
    indexes = ("active", "lookup_key")
    blank: ClassVar[Doc] = {
        "active": True,
        "livemode": False,
        "lookup_key": "",
        "metadata": {},
        "name": "",
    }

    @route("POST /v1/entitlements/features")
    def create(self, params: CreateFeature) -> Doc:
        """Create a feature."""
        if self.first(lookup_key=params.lookup_key) is not None:
            raise errors.invalid(
                f"A feature already uses the lookup key '{params.lookup_key}'.",
                "lookup_key",
                "resource_already_exists",
            )
        return self.view(self.save(self.new(**filled(params.given()), _created=self.at)))

    @route("GET /v1/entitlements/features/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a feature."""
        return self.view(self.get(id))

    @route("POST /v1/entitlements/features/{id}")
    def update(self, id: str, params: UpdateFeature) -> Doc:
        """Rename a feature, or archive it."""
        return self.view(self.save(self.patched(self.get(id), params.given())))

    @route("GET /v1/entitlements/features")
    def index(self, params: ListFeatures) -> Doc:
        """List features."""
        where: dict[str, Any] = {"active": not params.archived}
        if params.lookup_key is not None:
            where["lookup_key"] = params.lookup_key
        return self.listed(params, **where)


class ActiveEntitlements(StripeResource):
    """What customers' subscriptions open, a document for each feature of each customer."""

    entity, plural = "active_entitlement", "active_entitlements"
    object, prefix = "entitlements.active_entitlement", "ent_test"
    title, path = "active entitlement", "/v1/entitlements/active_entitlements"
    id_length = 32
    indexes = ("_customer",)
    blank: ClassVar[Doc] = {"feature": None, "livemode": False, "lookup_key": ""}

    def sync(self, customer: str) -> None:
        """Let a customer have what their subscriptions open now.

        Fires: entitlements.active_entitlement_summary.updated, if that is something else.
        Source: https://docs.stripe.com/billing/entitlements#webhooks
        """
        if self.stripe.product_features.first() is None:
            return
        opened = self._opened(customer)
        known = {each["feature"]: each for each in self.find(_customer=customer)}
        if opened.keys() == known.keys():
            return
        before = self._summary(customer)
        for id, doc in known.items():
            if id not in opened:
                self.drop(doc)
        for id, feature in opened.items():
            if id not in known:
                key = feature["lookup_key"]
                self.save(self.new(feature=id, lookup_key=key, _customer=customer))
        data = {
            "object": self._summary(customer),
            "previous_attributes": {"entitlements": before["entitlements"]},
        }
        self.mirror.emit("entitlements.active_entitlement_summary.updated", data)

    def sync_product(self, product: str) -> None:
        """Let the customers of a product have what it opens now."""
        customers = {
            sub["customer"]: None
            for status in OPENING
            for sub in self.stripe.subscriptions.find(status=status, newest_first=False)
            if product in [item["price"]["product"] for item in sub["items"]["data"]]
        }
        for customer in customers:
            self.sync(customer)

    @route("GET /v1/entitlements/active_entitlements/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one entitlement."""
        return self.view(self.get(id))

    @route("GET /v1/entitlements/active_entitlements")
    def index(self, params: ListEntitlements) -> Doc:
        """List what a customer's subscriptions open.

        Source: https://docs.stripe.com/api/entitlements/active-entitlement/list
        """
        self.stripe.customers.live(params.customer)
        return self.listed(params, _customer=params.customer)

    def _opened(self, customer: str) -> dict[str, Doc]:
        found: dict[str, Doc] = {}
        for sub in self.stripe.subscriptions.find(customer=customer):
            if sub["status"] not in OPENING:
                continue
            for item in sub["items"]["data"]:
                product = item["price"]["product"]
                for attached in self.stripe.product_features.find(_product=product):
                    feature = self.stripe.features.get(attached["entitlement_feature"]["id"])
                    found[feature["id"]] = feature
        return found

    def _summary(self, customer: str) -> Doc:
        rows = [self.view(each) for each in self.find(_customer=customer)]
        listed = {
            "object": "list",
            "data": rows[:MOST_SHOWN],
            "has_more": len(rows) > MOST_SHOWN,
            "url": f"/v1/customer/{customer}/entitlements",
        }
        return {
            "object": "entitlements.active_entitlement_summary",
            "customer": customer,
            "entitlements": listed,
            "livemode": False,
        }


class ProductFeatures(StripeResource):
    """Which features products open. Source: https://docs.stripe.com/api/product-feature"""

    entity, plural = "product_feature", "product_features"
    object, prefix, title = "product_feature", "prodft", "product feature"
    indexes = ("_product",)
    blank: ClassVar[Doc] = {"entitlement_feature": None, "livemode": False}

    def view(self, doc: Doc) -> Doc:
        """Show the feature as it is now."""
        features = self.stripe.features
        feature = features.view(features.get(doc["entitlement_feature"]["id"]))
        return super().view(doc) | {"entitlement_feature": feature}

    @route("POST /v1/products/{product}/features")
    def create(self, product: str, params: AttachFeature) -> Doc:
        """Let a product open a feature."""
        self.stripe.products.get(product)
        feature = self.stripe.features.named(params.entitlement_feature, "entitlement_feature")
        theirs = [each["entitlement_feature"]["id"] for each in self.find(_product=product)]
        if feature["id"] in theirs:
            raise errors.invalid(
                f"The feature {feature['id']} is already attached to the product {product}.",
                "entitlement_feature",
            )
        doc = self.save(self.new(entitlement_feature=feature, _product=product))
        self.stripe.active_entitlements.sync_product(product)
        return self.view(doc)

    @route("GET /v1/products/{product}/features/{id}")
    def retrieve(self, product: str, id: str) -> Doc:
        """Return one feature of a product."""
        return self.view(self._of(product, id))

    @route("GET /v1/products/{product}/features")
    def index(self, product: str, params: ListParams) -> Doc:
        """List the features of a product."""
        self.stripe.products.get(product)
        return self.listed(params, url=f"/v1/products/{product}/features", _product=product)

    @route("DELETE /v1/products/{product}/features/{id}")
    def delete(self, product: str, id: str) -> Doc:
        """Take a feature from a product."""
        doc = self._of(product, id)
        self.drop(doc)
        self.stripe.active_entitlements.sync_product(product)
        return self.deleted(doc)

    def _of(self, product: str, id: str) -> Doc:
        self.stripe.products.get(product)
        doc = self.get(id)
        if doc["_product"] != product:
            raise self.missing(id)
        return doc
