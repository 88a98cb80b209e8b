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
from mirra_mcp.local.mirrors.stripe.api.lists.pages import page_of
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc

OPENING = ("active", "trialing")
"""The statuses of a subscription that opens its products' features."""


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

    @route("GET /v1/entitlements/active_entitlements")
    def entitlements(self, params: ListEntitlements) -> Doc:
        """List what a customer's subscriptions open.

        Source: https://docs.stripe.com/api/entitlements/active-entitlement/list
        """
        self.stripe.customers.live(params.customer)
        opened: dict[str, Doc] = {}
        for sub in self.stripe.subscriptions.find(customer=params.customer):
            if sub["status"] not in OPENING:
                continue
            for item in sub["items"]["data"]:
                for attached in self.stripe.product_features.find(
                    _product=item["price"]["product"]
                ):
                    feature = self.get(attached["entitlement_feature"]["id"])
                    opened[feature["id"]] = feature
        rows = [
            {
                "id": f"ent_test_{params.customer[-8:]}{id[-24:]}",
                "object": "entitlements.active_entitlement",
                "feature": id,
                "livemode": False,
                "lookup_key": feature["lookup_key"],
            }
            for id, feature in opened.items()
        ]
        return page_of(rows, params, "/v1/entitlements/active_entitlements", "active entitlement")


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
        doc = self.new(entitlement_feature=feature, _product=product)
        return self.view(self.save(doc))

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
        return self.deleted(doc)

    def _of(self, product: str, id: str) -> Doc:
        self.stripe.products.get(product)
        doc = self.get(id)
        if doc["_product"] != product:
            raise self.missing(id)
        return doc
