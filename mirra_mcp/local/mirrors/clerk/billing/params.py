"""The parameters of Clerk Billing.

Source: https://github.com/clerk/openapi-specs (bapi/2026-05-12.yml)
"""

from typing import Annotated, Literal

from pydantic import Field

from mirra_mcp.local.mirrors.clerk.api.params import ClerkParams, ClerkQuery, MaybePaged

PayerType = Literal["user", "org"]
MOST_CENTS = 1_000_000_000_000
"""What a credit can be at most: the sum of many can still be written."""


class ListPlans(MaybePaged):
    """The query of `GET /v1/billing/plans`."""

    payer_type: PayerType | None = None


class ListPrices(MaybePaged):
    """The query of `GET /v1/billing/prices`."""

    plan_id: str | None = None


class ListItems(MaybePaged):
    """The query of `GET /v1/billing/subscription_items`."""

    status: Literal["active", "ended", "past_due", "upcoming", "free_trial"] | None = None
    payer_type: PayerType | None = None
    plan_id: str | None = None
    include_free: bool = False
    query: str | None = None


class CancelItem(ClerkQuery):
    """The query of `DELETE /v1/billing/subscription_items/{subscription_item_id}`."""

    end_now: bool = False


class ExtendTrial(ClerkParams):
    """The body of `POST .../extend_free_trial`."""

    extend_to: str


class AdjustCredits(ClerkParams):
    """The body of `POST .../billing/credits`."""

    amount: Annotated[int, Field(le=MOST_CENTS)]
    action: str
    idempotency_key: str
    currency: str | None = None
    note: str | None = None
