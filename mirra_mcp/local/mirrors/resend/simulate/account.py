"""What else the world does to an account: DNS, people who unsubscribe, Resend's own limits.

Source: https://resend.com/docs/webhooks/event-types
"""

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.resend.addresses import parse
from mirra_mcp.local.mirrors.resend.wire_account import Origin
from mirra_mcp.local.mirrors.resend.wire_marketing import TopicChoice
from mirra_mcp.wire.model import Doc

if TYPE_CHECKING:
    from mirra_mcp.local.mirrors.resend.mirror import Resend

DomainStatus = Literal["verified", "failed", "pending", "partially_verified", "partially_failed"]
ContactId = Annotated[
    str | None, Field(description="The contact's id or address; the only one, if left out.")
]


@story("domain.updated", aliases=("domain.verified", "domain.failed"))
def domain_updated(
    resend: "Resend",
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


@story("contact.updated", aliases=("contact.unsubscribed",))
def contact_updated(
    resend: "Resend", contact_id: ContactId = None, unsubscribed: bool = True
) -> Doc:
    """A contact follows the unsubscribe link of a broadcast, or subscribes again."""
    contact = contact_of(resend, contact_id)
    if unsubscribed:
        return resend.contacts.view(resend.contacts.unsubscribe(contact))
    return resend.contacts.view(resend.contacts.change(contact, {}, unsubscribed=False))


@story("contact.topics.updated")
def contact_topics_updated(
    resend: "Resend",
    contact_id: ContactId = None,
    topic_id: Annotated[
        str | None, Field(description="The topic; the only one, if left out.")
    ] = None,
    subscription: Literal["opt_in", "opt_out"] = "opt_out",
) -> Doc:
    """A contact chooses on the preference page what to hear about."""
    contact = contact_of(resend, contact_id)
    topic = the_one(resend.topics, topic_id, "topicId")
    choice = TopicChoice(id=topic["id"], subscription=subscription)
    chosen = resend.contacts.choose_topics(contact, [choice])
    return resend.contacts.view(chosen)


@story("suppression.added")
def suppression_added(resend: "Resend", email: str, origin: Origin = "manual") -> Doc:
    """An address gets onto the suppression list: somebody adds it in the dashboard."""
    address = parse(email)
    if address is None:
        raise SimulateError(f"'{email}' isn't an email address.", "Write it as user@example.com.")
    return resend.suppressions.view(resend.suppressions.add(address.email, origin=origin))


@story("suppression.removed")
def suppression_removed(resend: "Resend", email: str | None = None) -> Doc:
    """An address leaves the suppression list: somebody removes it in the dashboard."""
    known = resend.suppressions.of(email) if email else None
    if email and known is None:
        raise SimulateError(f"'{email}' isn't suppressed.", "List the suppressions first.")
    doc = known or the_one(resend.suppressions, None, "email")
    resend.suppressions.drop(doc, event="suppression.removed")
    return resend.suppressions.view(doc)


@story("account.rate_limited", fires=())
def rate_limited(resend: "Resend", enforced: bool = True) -> None:
    """From now on the 11th request in a second gets 429 `rate_limit_exceeded`."""
    resend.quota.set(rate_limited=enforced)
    resend.limiter.clear()


@story("account.over_quota", fires=())
def over_quota(
    resend: "Resend", period: Literal["daily", "monthly"] = "monthly", exceeded: bool = True
) -> None:
    """The quota of emails is used up: sending gets 429 until it is not `exceeded` any more."""
    resend.quota.set(exceeded=period if exceeded else None, free=exceeded)


@story("account.suspended", fires=())
def suspended(resend: "Resend", suspended: bool = True) -> None:
    """Resend stops the account from sending: 403 `suspended_api_key`."""
    resend.quota.set(suspended=suspended)


def contact_of(resend: "Resend", id: str | None) -> Doc:
    """Return the contact that a story is about, by id or address."""
    if id is not None and "@" in id and (known := resend.contacts.first(email=id.lower())):
        id = known["id"]
    return the_one(resend.contacts, id, "contactId")
