"""Members as those who are signed in see and manage them in a browser.

Source: https://clerk.com/docs/reference/frontend-api (Members)
"""

from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.clerk.organizations.active import ActiveOrganizations
from mirra_mcp.local.mirrors.clerk.organizations.defaults import MANAGE_MEMBERS
from mirra_mcp.local.mirrors.clerk.organizations.params import (
    AddMember,
    BrowseMembers,
    ChangeRole,
    CreateMembership,
    ListMemberships,
    MyMemberships,
    UpdateMembership,
)
from mirra_mcp.wire.model import Doc

Docs = list[Doc]
READ = "org:sys_memberships:read"


class BrowsedMembers(ActiveOrganizations):
    """What members do about each other."""

    @route("GET /v1/me/organization_memberships")
    def list_mine(self, params: MyMemberships, call: Call) -> Answer:
        """List the organizations that the calling user is a member of.

        Source: https://clerk.com/docs/reference/frontend-api (Get organization memberships)
        """
        user_id = self.mirror.sessions.calling(call)["user_id"]
        self.mirror.organizations.check_enabled()
        rows = [self.seen(each) for each in self.paged(params, user_id=user_id)]
        page = {"data": rows, "total_count": self.count(user_id=user_id)}
        return self.mirror.sessions.wrapped(call, page if params.paginated else rows)

    @route("DELETE /v1/me/organization_memberships/{organization_id}")
    def leave_mine(self, organization_id: str, call: Call) -> Answer:
        """Leave an organization.

        Fires: organizationMembership.deleted
        Source: https://clerk.com/docs/reference/frontend-api (Delete an organization membership)
        """
        organizations, members = self.mirror.organizations, self.mirror.organization_memberships
        id = organizations.allowed(call, organization_id, None)
        user_id = self.mirror.sessions.calling(call)["user_id"]
        doc = members.member(id, user_id)
        members.delete(id, user_id)
        return self.mirror.sessions.wrapped(call, self.gone(doc))

    @route("GET /frontend/v1/organizations/{organization_id}/memberships")
    def browse(self, organization_id: str, params: BrowseMembers, call: Call) -> Answer:
        """List the members of an organization.

        Source: https://clerk.com/docs/reference/frontend-api (Get all members of an organization)
        """
        id = self.mirror.organizations.allowed(call, organization_id, READ)
        given = params.model_dump(exclude={"paginated"}, exclude_none=True)
        found = self.mirror.organization_memberships.list(id, ListMemberships(**given))
        rows = [self.without_private(each) for each in found["data"]]
        shown = found | {"data": rows} if params.paginated else rows
        return self.mirror.sessions.wrapped(call, shown)

    @route("POST /frontend/v1/organizations/{organization_id}/memberships")
    def add(self, organization_id: str, params: AddMember, call: Call) -> Answer:
        """Let a user be a member.

        Fires: organizationMembership.created
        Source: https://clerk.com/docs/reference/frontend-api (Create an organization membership)
        """
        id = self.mirror.organizations.allowed(call, organization_id, MANAGE_MEMBERS)
        given = CreateMembership(user_id=params.user_id, role=params.role)
        made = self.mirror.organization_memberships.create(id, given)
        return self.mirror.sessions.wrapped(call, self.without_private(made))

    @route("PATCH /frontend/v1/organizations/{organization_id}/memberships/{user_id}")
    def change_role(
        self, organization_id: str, user_id: str, params: ChangeRole, call: Call
    ) -> Answer:
        """Give a member another role.

        Fires: organizationMembership.updated
        Source: https://clerk.com/docs/reference/frontend-api (Update an organization membership)
        """
        id = self.mirror.organizations.allowed(call, organization_id, MANAGE_MEMBERS)
        given = UpdateMembership(role=params.role)
        made = self.mirror.organization_memberships.update(id, user_id, given)
        return self.mirror.sessions.wrapped(call, self.without_private(made))

    @route("DELETE /frontend/v1/organizations/{organization_id}/memberships/{user_id}")
    def remove_member(self, organization_id: str, user_id: str, call: Call) -> Answer:
        """Remove a member.

        Fires: organizationMembership.deleted
        Source: https://clerk.com/docs/reference/frontend-api (Remove a member)
        """
        id = self.mirror.organizations.allowed(call, organization_id, MANAGE_MEMBERS)
        gone = self.mirror.organization_memberships.delete(id, user_id)
        return self.mirror.sessions.wrapped(call, self.without_private(gone))

    def seen_of(self, user_id: str) -> Docs:
        """Return the memberships of a user, as its browser gets them."""
        return [self.seen(each) for each in self.find(user_id=user_id)]

    def seen(self, doc: Doc) -> Doc:
        """Return a membership as browsers get it."""
        return self.without_private(self.view(doc))

    def without_private(self, shown: Doc) -> Doc:
        """Return a membership that is shown to a browser, without private metadata."""
        organizations = self.mirror.organizations
        told = {name: value for name, value in shown.items() if name != "private_metadata"}
        return told | {"organization": organizations.for_members(told["organization"])}
