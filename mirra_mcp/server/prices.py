"""What using a resource costs, in words, and the consent that spending takes."""

from datetime import UTC, datetime

from mirra_mcp.server.errors import Refusal
from mirra_mcp.wire.installations import Installation
from mirra_mcp.wire.marketplace import ResourceMethod, ResourcePricing

CURRENCY = "USDC"


def next_call(installed: Installation, method: ResourceMethod) -> float:
    """Return what the next call costs: the first of a subscription's period pays for the period."""
    pricing = installed.pricing
    if pricing is None or pricing.model == "free":
        return 0
    if pricing.model == "pay-per-call":
        return pricing.base_price if method.cost is None else method.cost
    is_paid = installed.paid_until is not None and installed.paid_until > datetime.now(UTC)
    return 0 if is_paid else pricing.base_price


def amount(cost: float, pricing: ResourcePricing | None = None) -> str:
    """Write an amount such as `0.001 USDC`."""
    return f"{cost:.9f}".rstrip("0").rstrip(".") + f" {(pricing and pricing.currency) or CURRENCY}"


def price(pricing: ResourcePricing | None) -> str:
    """Say what a resource costs."""
    if pricing is None:
        return "not told"
    if not pricing.base_price or pricing.model == "free":
        return "free"
    each = {"pay-per-call": "a call", "subscription": "for thirty days"}
    return f"{amount(pricing.base_price, pricing)} {each.get(pricing.model, pricing.model)}"


def consent(
    what: str, cost: float, max_cost: float | None, pricing: ResourcePricing | None
) -> None:
    """Go on only if it costs nothing, or no more than was agreed to.

    Raises:
        Refusal: it costs more; the price is named, and nothing was spent.
    """
    if cost <= (max_cost or 0):
        return
    named = f"{cost:.9f}".rstrip("0").rstrip(".")
    raise Refusal(
        "mirra.marketplace.costs",
        f"{what} costs {amount(cost, pricing)}. Nothing was done and nothing spent.",
        f'To spend it, repeat the call with "max_cost": {named}; ask first if nobody agreed to it.',
    )
