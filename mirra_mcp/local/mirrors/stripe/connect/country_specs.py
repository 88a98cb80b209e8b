"""Country specs: what an account in a country is paid in, and what must be known of it.

Source: https://docs.stripe.com/api/country_specs
"""

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import BOTH_CURSORS, ListParams, StripeParams
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.connect.accounts import requirements
from mirra_mcp.local.mirrors.stripe.connect.accounts.layout import CURRENCIES
from mirra_mcp.wire.model import Doc

COUNTRIES = [
    "AE", "AT", "AU", "BE", "BG", "BR", "CA", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR",
    "GB", "GI", "GR", "HK", "HR", "HU", "IE", "IT", "JP", "LI", "LT", "LU", "LV", "MT", "MX", "MY",
    "NL", "NO", "NZ", "PL", "PT", "RO", "SE", "SG", "SI", "SK", "TH", "US",
]  # fmt: skip
"""Where Stripe opens accounts. Source: https://stripe.com/global"""


class CountrySpecs(StripeResource):
    """What there is to know of countries; nothing is kept of them."""

    entity, plural = "country_spec", "country_specs"
    object, path = "country_spec", "/v1/country_specs"
    keeps = False

    @route("GET /v1/country_specs")
    def index(self, params: ListParams) -> Doc:
        """List the countries, by their codes. Source: https://docs.stripe.com/api/country_specs/list

        Raises:
            VendorError: a cursor names no country, or there are two.
        """
        after, before = params.starting_after, params.ending_before
        if after and before:
            raise errors.invalid(BOTH_CURSORS)
        for name, code in (("starting_after", after), ("ending_before", before)):
            if code and code not in COUNTRIES:
                raise errors.missing("country_spec", code, name, status=400)
        found = COUNTRIES
        if before:
            found = found[: COUNTRIES.index(before)]
            page = found[-params.limit :]
        else:
            found = found[COUNTRIES.index(after) + 1 :] if after else found
            page = found[: params.limit]
        return {
            "object": "list",
            "data": [spec(code) for code in page],
            "has_more": len(page) < len(found),
            "url": self.path,
        }

    @route("GET /v1/country_specs/{id}")
    def retrieve(self, id: str, params: StripeParams) -> Doc:
        """Return one country, by its code."""
        if id not in COUNTRIES:
            raise errors.missing("country_spec", id, "country")
        return spec(id)


def spec(code: str) -> Doc:
    """Return what an account in a country can do, and what is wanted of it."""
    currency = CURRENCIES.get(code, "eur")
    individual, company = requirements.minimum(code)
    return {
        "id": code,
        "object": "country_spec",
        "default_currency": currency,
        "supported_bank_account_currencies": {currency: [code]},
        "supported_payment_currencies": list(money.CURRENCIES),
        "supported_payment_methods": ["ach", "card", "stripe"]
        if code == "US"
        else ["card", "stripe"],
        "supported_transfer_countries": list(COUNTRIES),
        "verification_fields": {
            "company": {"additional": [], "minimum": company},
            "individual": {
                "additional": ["individual.verification.document"],
                "minimum": individual,
            },
        },
    }
