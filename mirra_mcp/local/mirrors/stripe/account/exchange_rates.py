"""Exchange rates: what one currency is worth in others, by a table of the mirror's own.

Source: https://docs.stripe.com/api/exchange_rates (deprecated)
"""

from typing import Final

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams
from mirra_mcp.local.mirrors.stripe.api.lists.pages import page_of
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc

PER_DOLLAR: Final = {
    "aud": 1.52, "brl": 5.4, "cad": 1.37, "chf": 0.8, "cny": 7.1, "czk": 21.0, "dkk": 6.4,
    "eur": 0.86, "gbp": 0.75, "hkd": 7.8, "huf": 338.0, "inr": 88.0, "jpy": 150.0, "mxn": 18.5,
    "nok": 10.1, "nzd": 1.74, "pln": 3.65, "ron": 4.4, "sek": 9.5, "sgd": 1.3, "thb": 32.5,
    "usd": 1.0,
}  # fmt: skip
"""Ours, and the same forever: what a dollar buys. Payments settle in their own currency."""


class ExchangeRates(StripeResource):
    """The rates, which nobody can change."""

    entity, plural = "exchange_rate", "exchange_rates"
    object, path, title = "exchange_rate", "/v1/exchange_rates", "exchange rate"
    keeps = False

    @route("GET /v1/exchange_rates")
    def index(self, params: ListParams) -> Doc:
        """List the rates of every currency."""
        return page_of([_rates(each) for each in PER_DOLLAR], params, self.path, self.title)

    @route("GET /v1/exchange_rates/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return what a currency is worth in others."""
        if id.lower() not in PER_DOLLAR:
            raise errors.missing(self.title, id, "rate_id")
        return _rates(id.lower())


def _rates(base: str) -> Doc:
    worth = {name: round(rate / PER_DOLLAR[base], 6) for name, rate in PER_DOLLAR.items()}
    return {"id": base, "object": "exchange_rate", "rates": worth}
