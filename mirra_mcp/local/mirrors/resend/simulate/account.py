"""What else the world does to an account: DNS, and Resend's own limits.

Source: https://resend.com/docs/webhooks/event-types
"""

from typing import Annotated, Literal

from pydantic import Field

from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.resend.api.peers import Peers
from mirra_mcp.wire.model import Doc

DomainStatus = Literal["verified", "failed", "pending", "partially_verified", "partially_failed"]


@story("domain.updated", aliases=("domain.verified", "domain.failed"))
def domain_updated(
    resend: Peers,
    domain_id: Annotated[
        str | None, Field(description="The domain's id or name; the only one, if left out.")
    ] = None,
    status: DomainStatus = "verified",
) -> Doc:
    """Resend looks at a domain's DNS and finds its records (`verified`), or doesn't (`failed`)."""
    if domain_id is not None and (named := resend.domains.first(name=domain_id.lower())):
        domain_id = named["id"]
    domain = the_one(resend.domains, domain_id, "domainId")
    resend.cancel_timers("domains.look", id=domain["id"])
    return resend.domains.view(resend.domains.become(domain, status))


@story("account.rate_limited", fires=())
def rate_limited(resend: Peers, enforced: bool = True) -> None:
    """From now on the 11th request in a second gets 429 `rate_limit_exceeded`."""
    resend.quota.set(rate_limited=enforced)
    resend.limiter.clear()


@story("account.over_quota", fires=())
def over_quota(
    resend: Peers, period: Literal["daily", "monthly"] = "monthly", exceeded: bool = True
) -> None:
    """The quota of emails is used up: sending gets 429 until it is not `exceeded` any more."""
    resend.quota.set(exceeded=period if exceeded else None, free=exceeded)


@story("account.suspended", fires=())
def suspended(resend: Peers, suspended: bool = True) -> None:
    """Resend stops the account from sending: 403 `suspended_api_key`."""
    resend.quota.set(suspended=suspended)
