"""Prices: what a product costs, once or again and again. Source: https://docs.stripe.com/api/prices"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.lists.search import Searchable, SearchParams, searched
from mirra_mcp.local.mirrors.stripe.api.pricing import money, tiers
from mirra_mcp.local.mirrors.stripe.api.pricing.tiers import Part
from mirra_mcp.local.mirrors.stripe.catalogue import includes
from mirra_mcp.local.mirrors.stripe.catalogue.plans.view import plan_of
from mirra_mcp.local.mirrors.stripe.catalogue.prices import rules
from mirra_mcp.local.mirrors.stripe.catalogue.prices.params import (
    CreatePrice,
    ListPrices,
    UpdatePrice,
)
from mirra_mcp.local.mirrors.stripe.catalogue.search import PRICES
from mirra_mcp.wire.model import Doc


class Prices(Searchable):
    """The prices of the account. `_tiers` and `_currency_options` are shown when expanded."""

    entity, plural = "price", "prices"
    verbs = {"archived": ("active", False), "activated": ("active", True)}
    object, prefix, path = "price", "price", "/v1/prices"
    names_itself = True
    includes: ClassVar = {
        "currency_options": includes.price_currencies,
        "tiers": includes.price_tiers,
    }
    indexes = ("product", "active", "type", "lookup_key", "currency", "_find")
    search_fields = PRICES
    _sold: frozenset[str] = frozenset()
    blank: ClassVar[Doc] = {
        "active": True,
        "billing_scheme": "per_unit",
        "created": None,
        "currency": "usd",
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": "",
        "recurring": None,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": None,
        "unit_amount_decimal": None,
    }

    # What other nouns use.

    @contextmanager
    def sold(self, ids: Iterable[str]) -> Iterator[None]:
        """Let these prices be used inside, active or not: an order holds them.

        Prices that were given inline are never active.
        Source: https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-line_items-price_data
        """
        outer, self._sold = self._sold, frozenset(ids)
        try:
            yield
        finally:
            self._sold = outer

    def usable(self, id: str, param: str, *, recurring: bool | None = None) -> Doc:
        """Return an active price that a parameter names.

        Raises:
            VendorError: there is none, it or, for a subscription, its product is inactive, or it
                is of the other type than `recurring` says.

        Source: https://github.com/stripe/stripe-go/issues/1031 (the words of an inactive product)
        """
        price = self.named(id, param)
        if not price["active"] and id not in self._sold:
            raise errors.invalid(
                "The price specified is inactive. This field only accepts active prices.", param
            )
        if recurring is not None and (price["type"] == "recurring") != recurring:
            wanted = "recurring" if recurring else "one_time"
            raise errors.invalid(
                f"The price specified is set to `type={price['type']}` but this field only accepts"
                f" prices with `type={wanted}`.",
                param,
            )
        product = self.stripe.products.peek(price["product"]) if recurring else None
        if product is not None and not product["active"] and id not in self._sold:
            raise errors.invalid(
                f"The product {product['id']} is marked as inactive, and thus no new subscriptions"
                f" can be create to any plans of this product. You provided the plan {id}.",
                param,
            )
        return price

    def inline(self, price_data: Doc, *, param: str, recurring: bool | None = None) -> Doc:
        """Make the price that `price_data` describes, for this one use: it is inactive.

        Source: https://docs.stripe.com/products-prices/manage-prices (inline pricing)

        Raises:
            VendorError: the data makes no price.
        """
        self.check_inline(price_data, param=param, recurring=recurring)
        product = price_data.get("product")
        if product is None:
            product = self.stripe.products.make(price_data["product_data"])["id"]
        fields = rules.laid_out({**price_data, "product": product})
        return self.made(fields | {"active": False})

    def check_inline(self, price_data: Doc, *, param: str, recurring: bool | None = None) -> None:
        """Refuse `price_data` that makes no price; nothing is written."""
        money.check_currency(price_data["currency"], f"{param}[currency]")
        if recurring is not None and (price_data.get("recurring") is not None) != recurring:
            if recurring:
                raise errors.invalid(
                    f"Missing required param: {param}[recurring].",
                    f"{param}[recurring]",
                    "parameter_missing",
                )
            raise errors.invalid(
                "The price specified is set to `type=recurring` but this field only accepts prices"
                " with `type=one_time`.",
                param,
            )
        self._check_product(price_data, f"{param}[product]")
        rules.check_amounts(price_data, self.stripe.call_version, None)

    def amounts(
        self, price: Doc, quantity: int | Decimal, currency: str | None = None
    ) -> list[Part]:
        """Return what a quantity costs, a row for each tier that it enters."""
        option = rules.in_currency(price, currency)
        return tiers.parts(
            option["unit_amount_decimal"],
            option.get("tiers"),
            price["tiers_mode"],
            price["transform_quantity"],
            quantity,
        )

    def in_currency(self, price: Doc, currency: str | None) -> Doc:
        """Return the amounts of a price in one of its currencies; in its own where none is named.

        Raises:
            VendorError: the price has no such currency.
        """
        return rules.in_currency(price, currency)

    def total(self, price: Doc, quantity: int | Decimal, currency: str | None = None) -> int:
        """Return what a quantity costs in all."""
        return sum(part.amount for part in self.amounts(price, quantity, currency))

    def plan_of(self, price: Doc) -> Doc | None:
        """Return a recurring price as the plan that older integrations know."""
        return plan_of(price) if price["type"] == "recurring" else None

    def currencies_of(self, price: Doc) -> Sequence[str]:
        """List the currencies that a price can be billed in."""
        return [price["currency"], *price.get("_currency_options", {})]

    def made(self, fields: Doc) -> Doc:
        """Save a new price. Fires: plan.created (recurring ones), price.created."""
        price = self.new(**fields)
        if price["type"] == "recurring":
            self.mirror.emit("plan.created", {"object": plan_of(price)})
        return self.save(price, event="price.created")

    def changed(self, price: Doc) -> Doc:
        """Save a changed price. Fires: plan.updated (recurring ones), price.updated."""
        before = self.get(price["id"])
        if price["type"] == "recurring":
            old, new = plan_of(before), plan_of(price)
            previous = {name: old[name] for name in old if old[name] != new[name]}
            if previous:
                self.mirror.emit("plan.updated", {"object": new, "previous_attributes": previous})
        return self.save(price, event="price.updated")

    # Endpoints.

    @route("POST /v1/prices")
    def create(self, params: CreatePrice) -> Doc:
        """Create a price, maybe with its product.

        Fires: product.created (with `product_data`), price.updated (when another price loses its
        lookup key), plan.created (recurring ones), price.created.
        """
        given = params.given()
        money.check_currency(params.currency, "currency")
        self._check_product(given, "product")
        rules.check_amounts(given, self.stripe.call_version, self.stripe.meters.peek)
        holder = self._holder(params.lookup_key, transfer=params.transfer_lookup_key)
        if params.product is None:
            given["product"] = self.stripe.products.make(given["product_data"])["id"]
        if holder is not None:
            self.changed(holder | {"lookup_key": None})
        return self.view(self.made(rules.laid_out(given)))

    @route("GET /v1/prices/search")
    def search(self, params: SearchParams) -> Doc:
        """Search prices."""
        return searched(self, params, PRICES)

    @route("GET /v1/prices/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a price."""
        return self.view(self.get(id))

    @route("POST /v1/prices/{id}")
    def update(self, id: str, params: UpdatePrice) -> Doc:
        """Change what isn't the amount. Fires: price.updated."""
        price, given = self.get(id), params.given()
        given.pop("transfer_lookup_key", None)
        if given.get("active") is False:
            product = self.stripe.products.peek(price["product"])
            if product is not None and product["default_price"] == id:
                raise errors.invalid(
                    "This price cannot be archived because it is the default price of its product."
                )
        behavior = given.get("tax_behavior", price["tax_behavior"])
        if price["tax_behavior"] not in ("unspecified", behavior):
            raise errors.invalid(
                "You cannot update the `tax_behavior` of a price once it is set to `inclusive` or"
                " `exclusive`.",
                "tax_behavior",
            )
        if "currency_options" in given:
            given["_currency_options"] = rules.merged_options(price, given.pop("currency_options"))
        holder = self._holder(
            given.get("lookup_key"), transfer=params.transfer_lookup_key, own=price["id"]
        )
        if holder is not None:
            self.changed(holder | {"lookup_key": None})
        return self.view(self.changed(self.patched(price, given)))

    @route("GET /v1/prices")
    def index(self, params: ListPrices) -> Doc:
        """List prices."""
        where: dict[str, Any] = {
            name: getattr(params, name)
            for name in ("active", "currency", "product", "type")
            if getattr(params, name) is not None
        }
        keys, recurring = params.lookup_keys, params.recurring
        if keys is not None and len(keys) == 1:
            where["lookup_key"] = keys[0]
        wanted = {} if recurring is None else recurring.given()

        def keep(price: Doc) -> bool:
            own = price["recurring"] or {}
            return (keys is None or price["lookup_key"] in keys) and all(
                own.get(name) == value for name, value in wanted.items()
            )

        return self.listed(params, keep=keep if keys or wanted else None, **where)

    def _check_product(self, given: Doc, param: str) -> None:
        product = given.get("product")
        if product is None and given.get("product_data") is None:
            raise errors.invalid(
                "You must specify either `product` or `product_data` when creating a price."
            )
        if product is not None and given.get("product_data") is not None:
            raise errors.invalid(
                "You may only specify one of these parameters: product, product_data.", param
            )
        if product is not None:
            self.stripe.products.named(product, param)

    def _holder(self, key: str | None, *, transfer: bool, own: str | None = None) -> Doc | None:
        """Return the other price that has a lookup key, if it may be taken from it."""
        holder = self.first(lookup_key=key) if key is not None else None
        if holder is None or holder["id"] == own:
            return None
        if not transfer:
            raise errors.invalid(
                f"A price (`{holder['id']}`) already uses that lookup key.", "lookup_key"
            )
        return holder
