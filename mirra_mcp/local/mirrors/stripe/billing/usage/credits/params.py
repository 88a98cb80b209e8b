"""What callers say about billing credits.

Source: https://docs.stripe.com/api/billing/credit-grant/create
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from mirra_mcp.local.mirrors.stripe.api.forms.conditions import Conditional, broken, exclusive
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Currency,
    ListParams,
    Metadata,
    Nested,
    StripeParams,
    Timestamp,
)


class Monetary(Nested):
    """An amount of money."""

    currency: Currency
    value: Annotated[int, Field(ge=1)]


class CreditAmount(Nested):
    """How much is granted."""

    type: Literal["monetary"]
    monetary: Monetary


class PriceGiven(Nested):
    """A price, by its id."""

    id: str


def scope_says_something(form: Any) -> None:
    """Refuse a scope of nothing."""
    if form.price_type is None and not form.prices:
        raise broken("You must specify one of `price_type` or `prices`.", "price_type")


class Scope(Conditional):
    """What credits apply to: all metered prices, or some of them."""

    conditions = (exclusive("price_type", "prices"), scope_says_something)

    price_type: Literal["metered"] | None = None
    prices: Annotated[list[PriceGiven], Field(max_length=20)] | None = None


class Applicability(Nested):
    """What credits apply to."""

    scope: Scope


class CreateGrant(StripeParams):
    """Parameters of a new grant."""

    amount: CreditAmount
    applicability_config: Applicability
    customer: str
    category: Literal["paid", "promotional"] = "paid"
    effective_at: Timestamp | None = None
    expires_at: Timestamp | None = None
    metadata: Metadata = {}
    name: Annotated[str, Field(max_length=100)] | None = None
    priority: Annotated[int, Field(ge=0, le=100)] = 50


class UpdateGrant(StripeParams):
    """What may change of a grant."""

    expires_at: Timestamp | None = None
    metadata: Metadata = {}


class ListGrants(ListParams):
    """Whose grants to list."""

    customer: str | None = None


class ListTransactions(ListParams):
    """Whose transactions to list."""

    customer: str
    credit_grant: str | None = None


def filter_says_which(form: Any) -> None:
    """Refuse a filter that lacks what its type names."""
    if getattr(form, form.type) is None:
        raise broken(f"Missing required param: filter[{form.type}].", form.type)


class BalanceFilter(Conditional):
    """Which credits to sum up."""

    conditions = (filter_says_which,)

    type: Literal["applicability_scope", "credit_grant"]
    applicability_scope: Scope | None = None
    credit_grant: str | None = None


class ReadBalance(StripeParams):
    """Whose balance to read."""

    customer: str
    filter: BalanceFilter
