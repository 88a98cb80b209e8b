"""What contacts do: they unsubscribe, and choose topics.

Source: https://resend.com/docs/webhooks/event-types
"""

from typing import Annotated, Literal

from pydantic import Field

from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.resend.api.peers import Peers
from mirra_mcp.local.mirrors.resend.audience.params import TopicChoice
from mirra_mcp.wire.model import Doc

ContactId = Annotated[
    str | None, Field(description="The contact's id or address; the only one, if left out.")
]


@story("contact.updated", aliases=("contact.unsubscribed",))
def contact_updated(resend: Peers, contact_id: ContactId = None, unsubscribed: bool = True) -> Doc:
    """A contact follows the unsubscribe link of a broadcast, or subscribes again."""
    contact = contact_of(resend, contact_id)
    if unsubscribed:
        return resend.contacts.view(resend.contacts.unsubscribe(contact))
    return resend.contacts.view(resend.contacts.change(contact, {}, unsubscribed=False))


@story("contact.topics.updated")
def contact_topics_updated(
    resend: Peers,
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


def contact_of(resend: Peers, id: str | None) -> Doc:
    """Return the contact that a story is about, by id or address."""
    if id is not None and "@" in id and (known := resend.contacts.at(id)):
        id = known["id"]
    return the_one(resend.contacts, id, "contactId")
