"""Memberships: who belongs to an organization, in which role.

Source: https://clerk.com/docs/reference/backend-api (Organization Memberships)
"""

from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.metadata import check_size, merged
from mirra_mcp.local.mirrors.clerk.api.params import Paging
from mirra_mcp.local.mirrors.clerk.api.resource import page_of
from mirra_mcp.local.mirrors.clerk.organizations.browsed_members import BrowsedMembers
from mirra_mcp.local.mirrors.clerk.organizations.defaults import MANAGE_MEMBERS
from mirra_mcp.local.mirrors.clerk.organizations.params import (
    AllMemberships,
    CreateMembership,
    ListMemberships,
    UpdateMembership,
    UpdateMetadata,
)
from mirra_mcp.wire.model import Doc

Docs = list[Doc]
ORDERS = ("phone_number", "email_address", "created_at", "first_name", "last_name", "username")
OF_MEMBERS = {"role", "order_by", "limit", "offset"}
"""The parameters of a list that aren't about users."""


class OrganizationMemberships(BrowsedMembers):
    """The members of the organizations of an instance."""

    @route("POST /v1/organizations/{organization_id}/memberships")
    def create(self, organization_id: str, params: CreateMembership) -> Doc:
        """Let a user be a member.

        Fires: organizationMembership.created
        Source: https://clerk.com/docs/reference/backend-api (Create a new organization membership)
        """
        organization = self.mirror.organizations.enabled(organization_id)
        user = self.mirror.users.peek(params.user_id)
        if user is None:
            raise errors.resource_missing("user_id")
        fields = params.model_dump(exclude_none=True, include={*UpdateMetadata.model_fields})
        check_size(fields)
        self.check_can_join(organization, user, params.role)
        return self.view(self.join(organization, user, params.role, **fields))

    @route("GET /v1/organizations/{organization_id}/memberships")
    def list(self, organization_id: str, params: ListMemberships) -> Doc:
        """List the members of an organization.

        Source: https://clerk.com/docs/reference/backend-api (Get a list of all members of an
            organization)
        """
        self.mirror.organizations.enabled(organization_id)
        found = self.find(organization_id=organization_id)
        if params.role:
            found = [doc for doc in found if doc["role"] in params.role]
        about = params.model_dump(exclude=OF_MEMBERS, exclude_none=True)
        if about:
            ids = {user["id"] for user in self.mirror.users.chosen(about, "created_at")}
            found = [doc for doc in found if doc["user_id"] in ids]
        return page_of(self._ordered(found, params.order_by), params, self.view)

    @route("GET /v1/organization_memberships")
    def list_all(self, params: AllMemberships) -> Doc:
        """List the members of every organization.

        Source: https://clerk.com/docs/reference/backend-api (Get a list of all organization
            memberships within an instance)
        """
        self.mirror.organizations.check_enabled()
        return page_of(self._ordered(self.find(), params.order_by), params, self.view)

    @route("GET /v1/users/{user_id}/organization_memberships")
    def list_of_user(self, user_id: str, params: Paging) -> Doc:
        """List the organizations that a user is a member of.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve all memberships for a user)
        """
        self.mirror.organizations.check_enabled()
        self.mirror.users.get(user_id)
        return self.counted(params, user_id=user_id)

    @route("PATCH /v1/organizations/{organization_id}/memberships/{user_id}")
    def update(self, organization_id: str, user_id: str, params: UpdateMembership) -> Doc:
        """Give a member another role.

        Fires: organizationMembership.updated
        Source: https://clerk.com/docs/reference/backend-api (Update an organization membership)
        """
        doc = self.member(organization_id, user_id)
        organization = self.mirror.organizations.get(organization_id)
        role = self.mirror.role_sets.role_of(organization, params.role)
        if not self.mirror.roles.is_elevated(role["key"]):
            self._check_others(doc)
        return self.view(self.change(doc, role=role["key"]))

    @route("PATCH /v1/organizations/{organization_id}/memberships/{user_id}/metadata")
    def merge_metadata(self, organization_id: str, user_id: str, params: UpdateMetadata) -> Doc:
        """Merge metadata into what is there, deeply; a null takes a name away.

        Fires: organizationMembership.updated
        Source: https://clerk.com/docs/reference/backend-api (Merge and update organization
            membership metadata)
        """
        doc = self.member(organization_id, user_id)
        given = params.model_dump(exclude_none=True)
        fields = {name: merged(doc[name], value) for name, value in given.items()}
        check_size(fields)
        return self.view(self.change(doc, **fields))

    @route("DELETE /v1/organizations/{organization_id}/memberships/{user_id}")
    def delete(self, organization_id: str, user_id: str) -> Doc:
        """Remove a member; where the organization was active in its sessions, none is now.

        Fires: organizationMembership.deleted
        Source: https://clerk.com/docs/reference/backend-api (Remove a member from an organization)
        """
        doc = self.member(organization_id, user_id)
        self._check_others(doc)
        return self.view(self.leave(doc))

    # the steps

    def join(self, organization: Doc, user: Doc, role: str, **metadata: Any) -> Doc:
        """Make a membership.

        Fires: organizationMembership.created
        """
        doc = self.new(organization_id=organization["id"], user_id=user["id"], role=role)
        return self.save(doc | metadata, event="organizationMembership.created")

    def leave(self, doc: Doc) -> Doc:
        """End a membership.

        Fires: organizationMembership.deleted
        """
        self.mirror.sessions.deactivate(doc["user_id"], doc["organization_id"])
        self.drop(doc, event="organizationMembership.deleted")
        return doc

    def change(self, doc: Doc, **fields: Any) -> Doc:
        """Save changed fields, and tell it: `organizationMembership.updated`."""
        return self.save(self.touch(doc, **fields), event="organizationMembership.updated")

    def forget(self, **where: Any) -> None:
        """Drop the memberships of a user or an organization that is being deleted."""
        for doc in self.find(**where):
            self.mirror.sessions.deactivate(doc["user_id"], doc["organization_id"])
            self.drop(doc)

    # the rules

    def member(self, organization_id: str, user_id: str) -> Doc:
        """Return the membership of a user in an organization.

        Raises:
            VendorError: there is none.
        """
        self.mirror.organizations.enabled(organization_id)
        doc = self.between(organization_id, user_id)
        if doc is None:
            raise errors.not_found()
        return doc

    def check_can_join(self, organization: Doc, user: Doc, role: str) -> None:
        """Refuse somebody who is a member already, a role that there isn't, one member too many."""
        self.mirror.role_sets.role_of(organization, role)
        if self.between(organization["id"], user["id"]) is not None:
            raise errors.refusal(
                400,
                "already_a_member_in_organization",
                "already a member",
                f"{user['id']} is already a member of the organization.",
            )
        self.mirror.organizations.check_room(organization)

    def check_manages(self, organization_id: str, user_id: str) -> None:
        """Refuse somebody who may not manage the members of an organization."""
        self.check_has(organization_id, user_id, MANAGE_MEMBERS)

    def check_has(self, organization_id: str, user_id: str, permission: str | None) -> None:
        """Refuse somebody who isn't a member of an organization, or lacks a permission there.

        Source: https://github.com/clerk/clerk-docs (data/api_errors.json,
            `NotAMemberInOrganization`, `MissingOrganizationPermission`)
        """
        doc = self.between(organization_id, user_id)
        if doc is None:
            raise errors.refusal(
                403,
                "not_a_member_in_organization",
                "not a member",
                "Current user is not a member of the organization. Only organization members can "
                "perform this action.",
            )
        if permission is not None and permission not in self.permissions_of(doc):
            raise errors.refusal(
                403,
                "missing_organization_permission",
                "missing permission",
                "Current user is missing an organization permission.",
                permissions=[permission],
            )

    def _check_others(self, doc: Doc) -> None:
        """Refuse to lose the last member who may manage the organization."""
        roles = self.mirror.roles
        if not roles.is_elevated(doc["role"]):
            return
        others = self.find(organization_id=doc["organization_id"])
        if not any(roles.is_elevated(each["role"]) for each in others if each["id"] != doc["id"]):
            raise minimum_needed()

    def _ordered(self, docs: Docs, order_by: str) -> Docs:
        """Sort memberships, given newest first, by their own time or by something of the user."""
        field = order_by.lstrip("+-")
        if field not in ORDERS:
            raise errors.not_allowed("order_by", order_by)
        if field == "created_at":
            return docs if order_by.startswith("-") else docs[::-1]
        rank = {user["id"]: at for at, user in enumerate(self.mirror.users.chosen({}, order_by))}
        return sorted(docs, key=lambda doc: rank[doc["user_id"]])


def minimum_needed() -> VendorError:
    """Say that somebody must be left who may manage the organization.

    Source: https://github.com/clerk/clerk-docs (data/api_errors.json,
        `OrganizationMinimumPermissionsNeeded`)
    """
    return errors.refusal(
        400,
        "organization_minimum_permissions_needed",
        "minimum organization permissions needed",
        "There has to be at least one organization member with the minimum required permissions",
    )
