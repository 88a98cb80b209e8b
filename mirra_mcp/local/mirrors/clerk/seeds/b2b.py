"""The fixture `b2b`: two companies, whose people have roles, and somebody who is invited."""

from mirra_mcp.local.mirrors.clerk.api.peers import Peers
from mirra_mcp.local.mirrors.clerk.organizations.defaults import MEMBER
from mirra_mcp.local.mirrors.clerk.organizations.params import (
    CreateOrganization,
    CreateOrganizationInvitation,
    CreatePermission,
    CreateRole,
)
from mirra_mcp.local.mirrors.clerk.seeds import people

BILLING, INVOICES = "org:billing", "org:invoices:create"
COMPANIES = {"Acme": (0, {1: MEMBER, 2: BILLING}), "Globex": (3, {0: MEMBER})}
"""By name the number of the user who made it, and the roles of the others."""
INVITED = "erin@example.com"


def build(clerk: Peers) -> None:
    """Make Alice, Bob, Carol and Dave, a role of the app's own, Acme and Globex."""
    users = [people.make(clerk, number) for number in range(4)]
    permission = clerk.permissions.create(CreatePermission(name="Create invoices", key=INVOICES))
    clerk.roles.create(CreateRole(name="Billing", key=BILLING, permissions=[permission["id"]]))
    for name, (creator, others) in COMPANIES.items():
        params = CreateOrganization(name=name, created_by=users[creator]["id"])
        made = clerk.organizations.get(clerk.organizations.create(params)["id"])
        for number, role in others.items():
            clerk.organization_memberships.join(made, users[number], role)
        if name == "Acme":
            invitation = CreateOrganizationInvitation(
                email_address=INVITED,
                role=MEMBER,
                inviter_user_id=users[creator]["id"],
                notify=False,
            )
            clerk.organization_invitations.create(made["id"], invitation)
