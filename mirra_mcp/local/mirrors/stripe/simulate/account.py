"""What happens to the account itself: its keys, its limits, its payouts."""

from typing import Annotated

from pydantic import Field

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.stories import story
from mirra_mcp.local.mirrors.stripe.account.payouts import FailureCode
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.simulate.payments import one_of
from mirra_mcp.wire.model import Doc


@story("restricted_key.created", fires=())
def restricted_key_created(stripe: Peers, permissions: list[str]) -> Doc:
    """Someone makes a restricted key in the dashboard, such as of `rak_customer_read`.

    Source: https://docs.stripe.com/keys/restricted-api-keys
    """
    key = f"rk_test_{stripe.ids.token(24)}"
    stripe.set_setting(f"key:{key}", permissions)
    return {"key": key, "permissions": permissions}


@story("rate_limit.reached", fires=())
def rate_limit_reached(stripe: Peers, calls: int = 1) -> Doc:
    """The next calls meet Stripe's rate limit and get 429.

    Source: https://docs.stripe.com/rate-limits
    """
    stripe.calls_refused = calls
    return {"calls": calls}


@story("payout.created")
def payout_created(stripe: Peers, currency: str = "usd") -> Doc:
    """Stripe pays out all that is available, as it does daily."""
    made = stripe.payouts.automatic(currency.lower())
    if made is None:
        raise SimulateError(
            f"There is nothing available in {currency}.",
            "Advance the clock by some days, or pay with pm_card_bypassPending.",
        )
    return stripe.payouts.view(made)


@story("payout.paid")
def payout_paid(
    stripe: Peers,
    payout: Annotated[str | None, Field(description="The only open one, if left out.")] = None,
) -> Doc:
    """A payout arrives at the bank."""
    doc = one_of(stripe.payouts, payout, "payout", ("pending", "in_transit"))
    return stripe.payouts.view(stripe.payouts.paid(doc))


@story("payout.failed")
def payout_failed(
    stripe: Peers,
    payout: Annotated[str | None, Field(description="The only open one, if left out.")] = None,
    failure_code: FailureCode = "could_not_process",
) -> Doc:
    """The bank sends a payout back: the money returns to the balance."""
    doc = one_of(stripe.payouts, payout, "payout", ("pending", "in_transit", "paid"))
    return stripe.payouts.view(stripe.payouts.failed(doc, failure_code))
