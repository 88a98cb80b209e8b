"""How much tax a sale bears: what a place imposes, who collects it, and what it comes to.

Source: https://docs.stripe.com/tax/zero-tax and
https://docs.stripe.com/tax/products-prices-tax-categories-tax-behavior
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from mirra_mcp.local.mirrors.stripe.api.pricing.tiers import cents
from mirra_mcp.local.mirrors.stripe.catalogue.tax.jurisdictions import EU, Place, Tax, taxes_at
from mirra_mcp.wire.model import Doc

COLLECTED = ("standard_rated", "reduced_rated", "zero_rated")
ACROSS_EU = ("oss_union", "oss_non_union", "ioss")
ADDED_IN = ("usd", "cad")
"""The currencies in which `inferred_by_currency` adds taxes to prices; others contain them."""


@dataclass(frozen=True)
class Seller:
    """Where a shop is, and where it is registered."""

    office: Place
    registrations: Sequence[Doc]
    tax_code: str
    tax_behavior: str

    def is_inclusive(self, behavior: str | None, currency: str) -> bool:
        """Tell whether a price contains its taxes; one that doesn't say follows the default."""
        if behavior in (None, "unspecified"):
            behavior = self.tax_behavior
        if behavior == "inferred_by_currency":
            return currency not in ADDED_IN
        return behavior == "inclusive"

    def collects(self, tax: Tax) -> bool:
        """Tell whether a registration covers a tax."""
        for each in self.registrations:
            country = each["country"]
            options = each["country_options"].get(country.lower()) or {}
            if country == "US" == tax.country:
                if options.get("state") == tax.state and options.get("type") == "state_sales_tax":
                    return True
            elif country == "CA" == tax.country:
                province = (options.get("province_standard") or {}).get("province")
                if tax.kind in ("gst", "hst") or province == tax.state:
                    return True
            elif country == tax.country or (
                tax.country in EU and options.get("type") in ACROSS_EU and country in EU
            ):
                return True
        return False

    def origin_of(self, place: Place) -> Place:
        """Return where a sale is taxed: a small seller of the EU's own country, else the place."""
        if place.country not in EU:
            return place
        for each in self.registrations:
            options = each["country_options"].get(each["country"].lower()) or {}
            scheme = (options.get("standard") or {}).get("place_of_supply_scheme")
            if scheme == "small_seller" and each["country"] == self.office.country:
                return Place(each["country"], None, place.source)
        return place


@dataclass(frozen=True)
class Buyer:
    """Where a customer is, and why they may pay no tax."""

    place: Place
    exempt: str = "none"
    tax_ids: Sequence[Doc] = ()

    def reason(self, tax: Tax, office: Place) -> str | None:
        """Return why a customer pays none of a tax, if so.

        A business of another country of the EU accounts for the tax itself.
        """
        if self.exempt in ("exempt", "customer_exempt"):
            return "customer_exempt"
        if self.exempt in ("reverse", "reverse_charge"):
            return "reverse_charge" if tax.kind != "sales_tax" else "customer_exempt"
        abroad = office.country != tax.country
        if abroad and tax.country in EU and any(each["type"] == "eu_vat" for each in self.tax_ids):
            return "reverse_charge"
        return None


@dataclass(frozen=True)
class Share:
    """What one tax comes to on one line."""

    tax: Tax
    amount: int
    taxable: int
    inclusive: bool

    @property
    def rate(self) -> Decimal:
        """The percentage that was really taken."""
        return self.tax.percentage if self.tax.reason in COLLECTED else Decimal(0)


def shares(
    seller: Seller, buyer: Buyer, amount: int, code: str | None, *, inclusive: bool
) -> list[Share]:
    """Return what each tax comes to on an amount of the currency's smallest unit."""
    place = seller.origin_of(buyer.place)
    taxes = [_decided(seller, buyer, tax) for tax in taxes_at(place, code or seller.tax_code)]
    rates = [tax.percentage if tax.reason in COLLECTED else Decimal(0) for tax in taxes]
    net = Decimal(amount) / (1 + sum(rates, Decimal(0)) / 100) if inclusive else Decimal(amount)
    return [
        Share(
            tax,
            cents(net * rate / 100),
            cents(net) if tax.reason in COLLECTED else 0,
            inclusive,
        )
        for tax, rate in zip(taxes, rates, strict=True)
    ]


def _decided(seller: Seller, buyer: Buyer, tax: Tax) -> Tax:
    if tax.reason in ("not_supported", "not_subject_to_tax"):
        return tax
    if not seller.collects(tax):
        return replace(tax, reason="not_collecting")
    return replace(tax, reason=buyer.reason(tax, seller.office) or tax.reason)
