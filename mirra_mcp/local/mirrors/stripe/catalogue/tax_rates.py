"""Tax rates: percentages that are added to, or contained in, what is sold.

Source: https://docs.stripe.com/api/tax_rates
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    ListParams,
    Metadata,
    StripeParams,
    filled,
)
from mirra_mcp.local.mirrors.stripe.api.pricing.tiers import cents
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc

TaxType = Literal[
    "admissions_tax",
    "amusement_tax",
    "attendance_tax",
    "communications_tax",
    "digital_excise_tax",
    "entertainment_tax",
    "get_fund",
    "gross_receipts_tax",
    "gst",
    "hospitality_tax",
    "hst",
    "igst",
    "jct",
    "lease_tax",
    "luxury_tax",
    "mass_transit_parking_tax",
    "nhil",
    "parking_tax",
    "pst",
    "qst",
    "resort_tax",
    "retail_delivery_fee",
    "rst",
    "sales_tax",
    "service_tax",
    "tourism_tax",
    "utility_users_tax",
    "vat",
]


class TaxRateFields(StripeParams):
    """What a create and an update both take."""

    active: bool = True
    country: str | None = None
    description: str | None = None
    jurisdiction: str | None = None
    metadata: Metadata = {}
    state: str | None = None
    tax_type: TaxType | None = None


def _four_places(percentage: float) -> float:
    if round(percentage, 4) != percentage:
        raise PydanticCustomError("places", "Invalid decimal: at most 4 decimal places are allowed")
    return percentage


class CreateTaxRate(TaxRateFields):
    """Parameters of a new rate."""

    display_name: Annotated[str, Field(max_length=50)]
    inclusive: bool
    percentage: Annotated[float, Field(ge=0, le=100), AfterValidator(_four_places)]


class UpdateTaxRate(TaxRateFields):
    """What may change of a rate: never the percentage."""

    display_name: Annotated[str, Field(max_length=50)] = ""


class ListTaxRates(ListParams):
    """Filters of the list."""

    active: bool | None = None
    inclusive: bool | None = None


class TaxRates(StripeResource):
    """The rates of the account."""

    entity, plural = "tax_rate", "tax_rates"
    object, prefix, path = "tax_rate", "txr", "/v1/tax_rates"
    title = "tax rate"
    indexes = ("active", "inclusive", "_tax")
    blank: ClassVar[Doc] = {
        "active": True,
        "country": None,
        "created": None,
        "description": None,
        "display_name": "",
        "effective_percentage": None,
        "flat_amount": None,
        "inclusive": False,
        "jurisdiction": None,
        "jurisdiction_level": None,
        "livemode": False,
        "metadata": {},
        "percentage": 0,
        "rate_type": "percentage",
        "state": None,
        "tax_type": None,
    }

    def usable(self, id: str, param: str) -> Doc:
        """Return an active rate that a parameter names.

        Raises:
            VendorError: there is none, or it is archived.
        """
        rate = self.named(id, param)
        if not rate["active"]:
            raise errors.invalid(
                f"The tax rate {id} is inactive and cannot be used.", param, "tax_rate_inactive"
            )
        return rate

    def of(self, amount: int, rates: Sequence[Doc]) -> list[Doc]:
        """Return the tax of each rate on an amount.

        Inclusive rates are contained in the amount together; exclusive ones are added to what is
        left without them.

        Source: https://docs.stripe.com/billing/taxes/tax-rates
        """
        inclusive = [Decimal(str(rate["percentage"])) for rate in rates if rate["inclusive"]]
        net = Decimal(amount) / (1 + sum(inclusive, Decimal(0)) / 100)
        return [
            {
                "amount": cents(net * Decimal(str(rate["percentage"])) / 100),
                "inclusive": rate["inclusive"],
                "tax_rate": rate["id"],
                "taxability_reason": "standard_rated" if rate["percentage"] else "zero_rated",
                "taxable_amount": cents(net),
            }
            for rate in rates
        ]

    def imposed(self, share: Any) -> Doc:
        """Return the rate of a tax that Stripe Tax found; it makes one when there is none yet.

        Source: https://docs.stripe.com/tax/zero-tax (inactive, and of the percentage taken)
        """
        tax, rate = share.tax, float(share.rate)
        key = f"{tax.country} {tax.state} {tax.kind} {rate} {share.inclusive}"
        found = self.first(_tax=key)
        if found is not None:
            return found
        return self.save(
            self.new(
                active=False,
                country=tax.country,
                display_name=tax.name,
                effective_percentage=rate,
                inclusive=share.inclusive,
                jurisdiction=tax.place,
                jurisdiction_level=tax.level,
                percentage=rate,
                state=tax.state,
                tax_type=tax.kind,
                _tax=key,
            )
        )

    @route("POST /v1/tax_rates")
    def create(self, params: CreateTaxRate) -> Doc:
        """Create a rate. Fires: tax_rate.created."""
        doc = self.new(**filled(params.given()))
        return self.view(self.save(doc, event="tax_rate.created"))

    @route("GET /v1/tax_rates/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a rate."""
        return self.view(self.get(id))

    @route("POST /v1/tax_rates/{id}")
    def update(self, id: str, params: UpdateTaxRate) -> Doc:
        """Change a rate, or archive it. Fires: tax_rate.updated."""
        doc = self.patched(self.get(id), params.given())
        return self.view(self.save(doc, event="tax_rate.updated"))

    @route("GET /v1/tax_rates")
    def index(self, params: ListTaxRates) -> Doc:
        """List rates."""
        where: dict[str, Any] = {
            name: getattr(params, name)
            for name in ("active", "inclusive")
            if getattr(params, name) is not None
        }
        return self.listed(params, **where)
