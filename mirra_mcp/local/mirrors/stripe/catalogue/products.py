"""Products: what is sold. Source: https://docs.stripe.com/api/products"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Descriptor,
    ListParams,
    Metadata,
    Nested,
    StripeParams,
    filled,
)
from mirra_mcp.local.mirrors.stripe.api.forms.price_data import ProductTaxDetails
from mirra_mcp.local.mirrors.stripe.api.lists.search import Searchable, SearchParams, searched
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.catalogue.prices import rules
from mirra_mcp.local.mirrors.stripe.catalogue.prices.params import PriceAmounts
from mirra_mcp.local.mirrors.stripe.catalogue.search import PRODUCTS
from mirra_mcp.wire.model import Doc


class MarketingFeature(Nested):
    """One line of a pricing table."""

    name: Annotated[str, Field(max_length=80)]


class PackageDimensions(Nested):
    """How large the goods are, in inches and ounces."""

    height: float
    length: float
    weight: float
    width: float


class ProductFields(StripeParams):
    """What a create and an update both take."""

    active: bool = True
    description: str | None = None
    images: Annotated[list[str], Field(max_length=8)] | None = None
    marketing_features: Annotated[list[MarketingFeature], Field(max_length=15)] | None = None
    metadata: Metadata = {}
    package_dimensions: PackageDimensions | None = None
    shippable: bool | None = None
    statement_descriptor: Descriptor | None = None
    tax_code: str | None = None
    tax_details: ProductTaxDetails | None = None
    unit_label: str | None = None
    url: str | None = None


class CreateProduct(ProductFields):
    """Parameters of a new product."""

    name: str
    default_price_data: PriceAmounts | None = None
    id: str | None = None
    type: Literal["good", "service"] = "service"


class UpdateProduct(ProductFields):
    """Parameters of a changed product."""

    name: str = ""
    default_price: str | None = None


class ListProducts(ListParams):
    """Filters of the list."""

    active: bool | None = None
    ids: list[str] | None = None
    shippable: bool | None = None
    type: Literal["good", "service"] | None = None
    url: str | None = None


class Products(Searchable):
    """The goods and services of the account."""

    entity, plural = "product", "products"
    verbs = {"archived": ("active", False), "activated": ("active", True)}
    object, prefix, path, id_length = "product", "prod", "/v1/products", 14
    names_itself = True
    indexes = ("active", "_find")
    search_fields = PRODUCTS
    blank: ClassVar[Doc] = {
        "active": True,
        "created": None,
        "default_price": None,
        "description": None,
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": {},
        "name": "",
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "tax_details": None,
        "type": "service",
        "unit_label": None,
        "updated": None,
        "url": None,
    }

    def make(self, given: Doc) -> Doc:
        """Save a new product from what was sent. Fires: product.created."""
        doc = self.new(**filled(given), updated=self.at)
        return self.save(doc, event="product.created")

    def missing(self, id: str) -> VendorError:
        """Say that there is no such product."""
        return errors.missing("product", id)

    @route("POST /v1/products")
    def create(self, params: CreateProduct) -> Doc:
        """Create a product, maybe with its default price.

        Fires: product.created, then plan.created (recurring) and price.created.
        """
        given = params.given()
        self.stripe.tax_codes.check(params.tax_code, "tax_code")
        if params.id is not None and self.peek(params.id) is not None:
            raise errors.invalid("Product already exists.", "id", "resource_already_exists")
        data: Doc | None = given.pop("default_price_data", None)
        if data is None:
            return self.view(self.make(given))
        money.check_currency(data["currency"], "default_price_data[currency]")
        rules.check_amounts(data, self.stripe.call_version, self.stripe.meters.peek)
        price_id = self.stripe.prices.new_id()
        product = self.make(given | {"default_price": price_id})
        fields = rules.laid_out({**data, "product": product["id"]})
        self.stripe.prices.made(fields | {"id": price_id})
        return self.view(product)

    @route("GET /v1/products/search")
    def search(self, params: SearchParams) -> Doc:
        """Search products."""
        return searched(self, params, PRODUCTS)

    @route("GET /v1/products/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a product."""
        return self.view(self.get(id))

    @route("POST /v1/products/{id}")
    def update(self, id: str, params: UpdateProduct) -> Doc:
        """Change a product. Fires: product.updated."""
        product, given = self.get(id), params.given()
        self.stripe.tax_codes.check(params.tax_code, "tax_code")
        if given.get("default_price") is not None:
            price = self.stripe.prices.named(given["default_price"], "default_price")
            if price["product"] != id:
                raise errors.invalid(
                    f"The price `{price['id']}` does not belong to the product `{id}`.",
                    "default_price",
                )
            if not price["active"]:
                raise errors.invalid(
                    "The price specified is inactive. This field only accepts active prices.",
                    "default_price",
                )
        for name in ("images", "marketing_features"):
            if name in given and given[name] is None:
                given[name] = []
        changed = self.patched(product, given) | {"updated": self.at}
        return self.view(self.save(changed, event="product.updated"))

    @route("GET /v1/products")
    def index(self, params: ListProducts) -> Doc:
        """List products."""
        where: dict[str, Any] = {} if params.active is None else {"active": params.active}
        wanted = {
            name: getattr(params, name)
            for name in ("shippable", "type", "url")
            if getattr(params, name) is not None
        }
        ids = params.ids

        def keep(product: Doc) -> bool:
            return (ids is None or product["id"] in ids) and all(
                product[name] == value for name, value in wanted.items()
            )

        return self.listed(params, keep=keep if wanted or ids is not None else None, **where)

    @route("DELETE /v1/products/{id}")
    def delete(self, id: str) -> Doc:
        """Delete a product that has no prices. Fires: product.deleted."""
        product = self.get(id)
        if self.stripe.prices.count(product=id):
            raise errors.invalid(
                "This product cannot be deleted because it has one or more user-created prices."
            )
        self.drop(product, event="product.deleted")
        return self.deleted(product)
