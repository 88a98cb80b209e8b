"""Organizations as their members use them in a browser: made, changed, left, deleted.

Source: https://clerk.com/docs/reference/frontend-api (Organizations)
"""

from typing import Any

from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.params import Paging
from mirra_mcp.local.mirrors.clerk.api.resource import page_of
from mirra_mcp.local.mirrors.clerk.organizations.documents import OrganizationDocuments
from mirra_mcp.local.mirrors.clerk.organizations.params import (
    CreateOrganization,
    NameOrganization,
    RenameOrganization,
    UpdateOrganization,
)
from mirra_mcp.wire.model import Doc

MANAGE, DELETE = "org:sys_profile:manage", "org:sys_profile:delete"
READ_MEMBERS = "org:sys_memberships:read"


class BrowsedOrganizations(OrganizationDocuments):
    """What members do with their organizations."""

    @route("POST /frontend/v1/organizations")
    def create_mine(self, params: NameOrganization, call: Call) -> Answer:
        """Make an organization; the calling user is its first member.

        Fires: organization.created, organizationMembership.created
        Source: https://clerk.com/docs/reference/frontend-api (Create an organization)
        """
        user = self.mirror.sessions.user_calling(call)
        if not user["create_organization_enabled"]:
            raise errors.refusal(
                403,
                "user_create_organization_not_enabled",
                "create organization not enabled",
                "Organization creation is not enabled for this user",
            )
        given = CreateOrganization(name=params.name, slug=params.slug, created_by=user["id"])
        made = self.mirror.organizations.create(given)
        return self._told(call, made["id"])

    @route("GET /frontend/v1/organizations/{organization_id}")
    def show_mine(self, organization_id: str, call: Call) -> Answer:
        """Return an organization that the calling user is a member of.

        Source: https://clerk.com/docs/reference/frontend-api (Get an organization)
        """
        return self._told(call, self.allowed(call, organization_id, None))

    @route("PATCH /frontend/v1/organizations/{organization_id}")
    def update_mine(self, organization_id: str, params: RenameOrganization, call: Call) -> Answer:
        """Change an organization's name or slug.

        Fires: organization.updated
        Source: https://clerk.com/docs/reference/frontend-api (Update an organization)
        """
        id = self.allowed(call, organization_id, MANAGE)
        given = UpdateOrganization.model_validate(params.model_dump(exclude_unset=True))
        self.mirror.organizations.update(id, given)
        return self._told(call, id)

    @route("DELETE /frontend/v1/organizations/{organization_id}")
    def delete_mine(self, organization_id: str, call: Call) -> Answer:
        """Delete an organization, if its admins may.

        Fires: organization.deleted
        Source: https://clerk.com/docs/reference/frontend-api (Delete an organization)
        """
        id = self.allowed(call, organization_id, DELETE)
        if not self.get(id)["admin_delete_enabled"]:
            raise errors.refusal(
                403,
                "organization_admin_delete_not_enabled",
                "admin delete not enabled",
                "Deletion by admin is not enabled for this organization.",
            )
        return self.mirror.sessions.wrapped(call, self.mirror.organizations.delete(id))

    @route("PUT /frontend/v1/organizations/{organization_id}/logo")
    def set_my_logo(self, organization_id: str, call: Call) -> Answer:
        """Let an organization show a logo.

        Fires: organization.updated
        Source: https://clerk.com/docs/reference/frontend-api (Update the organization's logo)
        """
        id = self.allowed(call, organization_id, MANAGE)
        self.mirror.organizations.set_logo(id, call)
        return self._told(call, id)

    @route("DELETE /frontend/v1/organizations/{organization_id}/logo")
    def delete_my_logo(self, organization_id: str, call: Call) -> Answer:
        """Let an organization show its initial again.

        Fires: organization.updated
        Source: https://clerk.com/docs/reference/frontend-api (Delete the organization's logo)
        """
        id = self.allowed(call, organization_id, MANAGE)
        self.mirror.organizations.delete_logo(id)
        return self._told(call, id)

    @route("GET /frontend/v1/organizations/{organization_id}/roles")
    def list_roles(self, organization_id: str, params: Paging, call: Call) -> Answer:
        """List the roles that members can have.

        Source: https://clerk.com/docs/reference/frontend-api (Get organization roles)
        """
        id = self.allowed(call, organization_id, READ_MEMBERS)
        allowed = self.mirror.role_sets.of(self.get(id))["roles"]
        roles = [self.mirror.roles.get(each) for each in allowed]
        found = page_of(roles, params, self.mirror.roles.view) | {"has_role_set_migration": False}
        return self.mirror.sessions.wrapped(call, found)

    def allowed(self, call: Call, named: str, permission: str | None) -> str:
        """Return the id of an organization in which the calling user has a permission.

        Raises:
            VendorError: it isn't a member, or lacks the permission.
        """
        user_id = self.mirror.sessions.calling(call)["user_id"]
        self.check_enabled()
        id = self.id_of(named) or named
        doc = self.mirror.organization_memberships.between(id, user_id)
        if doc is None:
            raise errors.refusal(
                404,
                "organization_not_found_or_unauthorized",
                "not found or unauthorized",
                "Given organization not found, or you don't have permission to access the "
                "organization",
            )
        self.mirror.organization_memberships.check_has(id, user_id, permission)
        return id

    def _told(self, call: Call, id: str) -> Answer:
        organization = self.get(id)
        shown: Any = self.mirror.organizations.view(organization) | self.counts(organization)
        return self.mirror.sessions.wrapped(call, self.for_members(shown))

    def for_members(self, shown: Doc) -> Doc:
        """Return what members see of an organization: none of its private metadata."""
        return {name: value for name, value in shown.items() if name != "private_metadata"}
