"""What happens to the account itself: keys, limits, connected accounts."""

from typing import TYPE_CHECKING

from mirra_mcp.local.kit.stories import story
from mirra_mcp.local.mirrors.stripe.connect.accounts import OWN_ACCOUNT
from mirra_mcp.wire.model import Doc

if TYPE_CHECKING:
    from mirra_mcp.local.mirrors.stripe.mirror import Stripe


@story("restricted_key.created", fires=())
def restricted_key_created(stripe: "Stripe", permissions: list[str]) -> Doc:
    """Someone makes a restricted key in the dashboard, such as of `rak_customer_read`.

    Source: https://docs.stripe.com/keys/restricted-api-keys
    """
    key = f"rk_test_{stripe.ids.token(24)}"
    stripe.set_setting(f"key:{key}", permissions)
    return {"key": key, "permissions": permissions}


@story("rate_limit.reached", fires=())
def rate_limit_reached(stripe: "Stripe", calls: int = 1) -> Doc:
    """The next calls meet Stripe's rate limit and get 429.

    Source: https://docs.stripe.com/rate-limits
    """
    stripe.calls_refused = calls
    return {"calls": calls}


@story("account.onboarded", fires=("account.updated",))
def account_onboarded(stripe: "Stripe", account: str) -> Doc:
    """A connected account gives all that Stripe wants to know: it can charge and be paid.

    Fires: account.updated
    """
    doc = stripe.accounts.get(account or OWN_ACCOUNT)
    return stripe.accounts.view(stripe.accounts.onboard(doc))
