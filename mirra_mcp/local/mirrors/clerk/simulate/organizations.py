"""What becomes of organizations: people accept invitations, admins remove members.

Source: https://clerk.com/docs/guides/organizations/overview
"""

from typing import Annotated

from pydantic import Field

from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.clerk.api.peers import Peers
from mirra_mcp.local.mirrors.clerk.organizations.params import CreateOrganization
from mirra_mcp.local.mirrors.clerk.simulate.refusals import refusals_told
from mirra_mcp.local.mirrors.clerk.simulate.users import UserId, user_of
from mirra_mcp.wire.model import Doc

MembershipId = Annotated[
    str | None, Field(description="The membership's id; the only one, if left out.")
]


@story(
    "organizationInvitation.accepted",
    aliases=("organization_invitation.accepted",),
    fires=(
        "user.created",
        "organizationInvitation.accepted",
        "organizationMembership.created",
        "session.created",
    ),
)
def invitation_accepted(
    clerk: Peers,
    invitation_id: Annotated[
        str | None, Field(description="The invitation; the only pending one, if left out.")
    ] = None,
    password: Annotated[
        str, Field(description="What somebody who has no account yet signs up with.")
    ] = "correct-horse-battery-staple",
) -> Doc:
    """Somebody follows the link in an invitation: signs up, or joins with the account it has."""
    noun = clerk.organization_invitations
    doc = the_one(noun, invitation_id, "invitationId", status="pending")
    with refusals_told():
        if clerk.email_addresses.owner(doc["email_address"]) is not None:
            noun.accept(doc["id"])
        else:
            ticket = doc["url"].partition("ticket=")[2]
            clerk.sign_ups.walk_through(
                {"strategy": "ticket", "ticket": ticket, "password": password}
            )
    return noun.view(noun.get(doc["id"]))


@story(
    "organizationSuggestion.accepted",
    aliases=("organization_suggestion.accepted",),
    fires=("organizationMembership.created",),
)
def suggestion_accepted(
    clerk: Peers,
    suggestion_id: Annotated[
        str | None, Field(description="The suggestion; the only pending one, if left out.")
    ] = None,
) -> Doc:
    """Somebody asks to join an organization that was suggested, and an admin approves."""
    noun = clerk.organization_suggestions
    doc = the_one(noun, suggestion_id, "suggestionId", status="pending")
    with refusals_told():
        return noun.view(noun.accept(doc))


@story("organizationMembership.deleted", aliases=("organization_membership.removed",))
def membership_deleted(clerk: Peers, membership_id: MembershipId = None) -> Doc:
    """An admin removes a member from an organization, or a member leaves it."""
    noun = clerk.organization_memberships
    doc = the_one(noun, membership_id, "membershipId")
    shown = noun.view(doc)
    with refusals_told():
        noun.delete(doc["organization_id"], doc["user_id"])
    return shown


@story("organization.created", fires=("organization.created", "organizationMembership.created"))
def organization_created(
    clerk: Peers,
    name: Annotated[str, Field(description="What the organization is called.")],
    user_id: UserId = None,
) -> Doc:
    """A user makes an organization, and is its admin."""
    user = user_of(clerk, user_id)
    with refusals_told():
        return clerk.organizations.create(CreateOrganization(name=name, created_by=user["id"]))
