"""What happens to connected accounts."""

from mirra_mcp.local.kit.stories import story
from mirra_mcp.local.mirrors.stripe.api.access import OWN_ACCOUNT
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.wire.model import Doc


@story("account.onboarded", fires=("account.updated", "capability.updated"))
def account_onboarded(stripe: Peers, account: str) -> Doc:
    """A connected account gives all that Stripe wants to know: it can charge and be paid.

    Fires: capability.updated, account.updated
    """
    doc = stripe.accounts.get(account or OWN_ACCOUNT)
    return stripe.accounts.view(stripe.accounts.onboard(doc))
