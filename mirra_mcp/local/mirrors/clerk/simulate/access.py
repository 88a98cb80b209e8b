"""How people come in that were invited, or wait for it.

Source: https://clerk.com/docs/guides/users/inviting
"""

from typing import Annotated

from pydantic import Field

from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.clerk.access.params import CreateWaitlistEntry
from mirra_mcp.local.mirrors.clerk.api.peers import Peers
from mirra_mcp.local.mirrors.clerk.simulate.refusals import refusals_told
from mirra_mcp.wire.model import Doc


@story("invitation.accepted", fires=("user.created", "session.created"))
def invitation_accepted(
    clerk: Peers,
    invitation_id: Annotated[
        str | None, Field(description="The invitation; the only pending one, if left out.")
    ] = None,
    password: Annotated[
        str, Field(description="What is signed up with.")
    ] = "correct-horse-battery-staple",
) -> Doc:
    """Somebody follows the link in an invitation to the application, and signs up."""
    noun = clerk.invitations
    doc = the_one(noun, invitation_id, "invitationId", status="pending")
    ticket = doc["url"].partition("ticket=")[2]
    with refusals_told():
        clerk.sign_ups.walk_through({"strategy": "ticket", "ticket": ticket, "password": password})
    return noun.view(noun.get(doc["id"]))


@story(
    "waitlistEntry.created",
    aliases=("waitlist_entry.created",),
    fires=("waitlistEntry.created", "email.created"),
)
def waitlist_joined(
    clerk: Peers, email: Annotated[str, Field(description="The address that is to be told.")]
) -> Doc:
    """Somebody joins the waitlist."""
    with refusals_told():
        entry = clerk.waitlist_entries.join(CreateWaitlistEntry(email_address=email))
    return clerk.waitlist_entries.view(entry)
