"""Customers. Source: https://docs.stripe.com/api/customers"""

from typing import Any, ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.params import ListParams, Metadata, Nested, StripeParams
from mirra_mcp.local.mirrors.stripe.resource import StripeResource
from mirra_mcp.wire.model import Doc


class Address(Nested):
    """A postal address."""

    city: str | None = None
    country: str | None = None
    line1: str | None = None
    line2: str | None = None
    postal_code: str | None = None
    state: str | None = None


class SaveCustomer(StripeParams):
    """What a create or update takes."""

    address: Address | None = None
    description: str | None = None
    email: str | None = None
    metadata: Metadata = {}
    name: str | None = None
    phone: str | None = None


class ListCustomers(ListParams):
    """Filters of the list."""

    email: str | None = None


class Customers(StripeResource):
    """The people and companies that pay."""

    entity, plural = "customer", "customers"
    object, prefix, path, id_length = "customer", "cus", "/v1/customers", 14
    indexes = ("email",)
    blank: ClassVar[Doc] = {
        "address": None,
        "balance": 0,
        "created": None,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "livemode": False,
        "metadata": {},
        "name": None,
        "phone": None,
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }

    @route("POST /v1/customers")
    def create(self, params: SaveCustomer) -> Doc:
        """Create a customer. Fires: customer.created."""
        fields: dict[str, Any] = params.given()
        return self.view(self.save(self.new(**fields), event="customer.created"))

    @route("GET /v1/customers/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a customer."""
        return self.view(self.get(id))

    @route("POST /v1/customers/{id}")
    def update(self, id: str, params: SaveCustomer) -> Doc:
        """Change a customer. Fires: customer.updated."""
        doc = self.patched(self.get(id), params.given())
        return self.view(self.save(doc, event="customer.updated"))

    @route("GET /v1/customers")
    def index(self, params: ListCustomers) -> Doc:
        """List customers."""
        if params.email:
            return self.listed(params, email=params.email)
        return self.listed(params)
