"""What happens to connected accounts."""

from typing import Annotated, Literal

from pydantic import Field

from mirra_mcp.local.kit.errors import SimulateError
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


@story("account.restricted", fires=("account.updated", "capability.updated"))
def account_restricted(
    stripe: Peers,
    account: str,
    requirement: Annotated[
        str | None, Field(description="What Stripe wants; an identity document, if left out.")
    ] = None,
    days: Annotated[int, Field(ge=0, description="Until it is past due; at once, if 0.")] = 14,
) -> Doc:
    """Stripe wants to know more: currently due at first, and past due after some days.

    An account that is past due can't charge and isn't paid out until it tells.

    Fires: account.updated; once it is past due capability.updated, account.updated
    Source: https://docs.stripe.com/connect/handling-api-verification
    """
    doc = stripe.accounts.get(account)
    return stripe.accounts.view(stripe.accounts.wanted_of(doc, requirement, days))


@story("capability.updated", fires=("account.updated", "capability.updated"))
def capability_updated(
    stripe: Peers,
    account: str,
    capability: str = "card_payments",
    status: Literal["active", "inactive", "pending"] = "inactive",
) -> Doc:
    """Stripe turns a capability off after a review of its own, or on again.

    Fires: capability.updated, account.updated
    Source: https://docs.stripe.com/connect/account-capabilities
    """
    doc = stripe.accounts.get(account)
    if capability not in doc["capabilities"]:
        asked = ", ".join(sorted(doc["capabilities"])) or "none"
        raise SimulateError(
            f"The account {account} has no capability '{capability}'.", f"It has {asked}."
        )
    stripe.accounts.reviewed(doc, capability, status)
    return stripe.capabilities.told_of(stripe.accounts.get(account), capability)


@story("oauth.approved", fires=())
def oauth_approved(
    stripe: Peers,
    account: Annotated[
        str | None, Field(description="One that let the platform go; a new one, if left out.")
    ] = None,
    scope: Literal["read_only", "read_write"] = "read_write",
    state: str | None = None,
    redirect_uri: str | None = None,
    email: str | None = None,
) -> Doc:
    """The owner of a standard account approves on OAuth's page: the `code` that the app is told.

    The browser is led to `url`. The account is connected once the app has exchanged the code at
    `/oauth/token`.

    Source: https://docs.stripe.com/connect/oauth-standard-accounts
    """
    chosen = None
    if account is not None:
        chosen = stripe.accounts.get(account)
        if chosen["_own"] or chosen["controller"].get("type") != "account":
            raise SimulateError(
                f"The account {account} is the platform's to manage: nobody connects it by OAuth.",
                "Leave `account` out for a new one.",
            )
    asked = {"scope": scope, "state": state, "redirect_uri": redirect_uri}
    told = stripe.oauth_grants.approved(asked, chosen, {"email": email} if email else {})
    return {**told, "url": stripe.oauth_grants.place(asked, **told)}


@story(
    "account.application.deauthorized",
    aliases=("account.disconnected",),
    fires=("account.application.deauthorized",),
)
def account_application_deauthorized(stripe: Peers, account: str) -> Doc:
    """The owner of a standard account disconnects the platform: its keys are dead.

    Fires: account.application.deauthorized
    Source: https://docs.stripe.com/connect/webhooks
    """
    found = stripe.accounts.reached(account)
    if found is None or found["type"] != "standard":
        raise SimulateError(
            f"The account {account} is no standard account that is connected.",
            "Only owners with a dashboard of their own can disconnect.",
        )
    stripe.oauth_grants.let_go(found)
    return {"id": account, "object": "account"}
