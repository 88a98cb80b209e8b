"""Roles: what the members of an organization are, and which permissions that gives.

Source: https://clerk.com/docs/reference/backend-api (Organization Roles)
"""

import re
from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.local.mirrors.clerk.organizations.defaults import ELEVATED, ROLES
from mirra_mcp.local.mirrors.clerk.organizations.params import CreateRole, Keyed, UpdateRole
from mirra_mcp.local.mirrors.clerk.organizations.permissions import keyed
from mirra_mcp.wire.model import Doc

KEY = re.compile(r"org:[a-z0-9_]+")
Keys = list[str]


class Roles(ClerkResource):
    """The roles of an instance: admin, member, and those that an app adds."""

    entity, plural = "role", "roles"
    object, prefix, title = "role", "role", "role"
    names = ("key", "name")
    indexes = ("key",)
    blank = {
        "object": "role",
        "id": "",
        "name": "",
        "key": "",
        "description": None,
        "is_creator_eligible": False,
        "permissions": [],
        "created_at": None,
        "updated_at": None,
    }

    def install(self) -> None:
        """Lay out the two roles that every instance begins with."""
        ids = {doc["key"]: doc["id"] for doc in self.mirror.permissions.find()}
        for name, key, permissions in ROLES:
            self.save(self.new(name=name, key=key, permissions=[ids[each] for each in permissions]))

    def missing(self, id: str) -> VendorError:
        """Say that there is no such role.

        Source: https://github.com/clerk/clerk-docs (data/api_errors.json,
            `OrganizationRoleNotFound`)
        """
        return errors.not_found("Organization role not found")

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of a role: its permissions in full."""
        permissions = [self.mirror.permissions.get(id) for id in doc["permissions"]]
        keys = {each["key"] for each in permissions}
        return super().view(doc) | {
            "is_creator_eligible": keys >= ELEVATED,
            "permissions": [self.mirror.permissions.view(each) for each in permissions],
        }

    @route("GET /v1/organization_roles")
    def list(self, params: Keyed) -> Doc:
        """List roles.

        Source: https://clerk.com/docs/reference/backend-api (Get a list of organization roles)
        """
        return keyed(self, params)

    @route("POST /v1/organization_roles")
    def create(self, params: CreateRole) -> Doc:
        """Make a role.

        Fires: role.created
        Source: https://clerk.com/docs/reference/backend-api (Create an organization role)
        """
        self._check_key(params.key, None)
        permissions = self._permissions(params.permissions or [])
        most = self.mirror.organizations.settings()["max_allowed_roles"]
        if self.count() >= most:
            raise errors.refusal(
                403,
                "organization_instance_roles_quota_exceeded",
                "organization roles for instance quota exceeded",
                f"You have reached your limit of {most} organization roles per instance.",
            )
        fields = {"name": params.name, "key": params.key, "description": params.description}
        doc = self.save(self.new(**fields, permissions=permissions), event="role.created")
        if params.include_in_initial_role_set is not False:
            self.mirror.role_sets.include(doc)
        return self.view(doc)

    @route("GET /v1/organization_roles/{organization_role_id}")
    def retrieve(self, organization_role_id: str) -> Doc:
        """Return one role.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve an organization role)
        """
        return self.view(self.get(organization_role_id))

    @route("PATCH /v1/organization_roles/{organization_role_id}")
    def update(self, organization_role_id: str, params: UpdateRole) -> Doc:
        """Change a role; members and settings follow a new key.

        Fires: role.updated
        Source: https://clerk.com/docs/reference/backend-api (Update an organization role)
        """
        doc = self.get(organization_role_id)
        if params.key is not None:
            self._check_key(params.key, organization_role_id)
        given = params.model_dump(exclude_none=True)
        names = ("name", "key", "description")
        fields: Doc = {name: given[name] for name in names if name in given}
        if params.permissions is not None:
            fields["permissions"] = self._permissions(params.permissions)
            self._check_creator(doc, fields["permissions"])
        if params.key is not None:
            self._rename(doc["key"], params.key)
        return self.view(self.save(self.touch(doc, **fields), event="role.updated"))

    @route("DELETE /v1/organization_roles/{organization_role_id}")
    def delete(self, organization_role_id: str) -> Doc:
        """Delete a role that nobody has.

        Fires: role.deleted
        Source: https://clerk.com/docs/reference/backend-api (Delete an organization role)
        """
        doc = self.get(organization_role_id)
        if self.mirror.role_sets.uses(doc, "creator_role"):
            raise errors.refusal(
                422,
                "organization_role_default_creator_role",
                "role is used as the creator role",
                "The organization role cannot be deleted as it is currently used as the creator "
                "role.",
            )
        if self.mirror.role_sets.uses(doc, "default_role"):
            raise errors.refusal(
                422,
                "organization_role_domain_default_role",
                "role is used as the domain default role",
                "The organization role cannot be deleted as it is currently used as the default "
                "domain role.",
            )
        if self.mirror.organization_memberships.count(role=doc["key"]):
            raise errors.refusal(
                422,
                "organization_role_assigned_members",
                "role is assigned to organization members",
                "The organization role is currently assigned to one or more organization members.",
            )
        if self.mirror.organization_invitations.count(role=doc["key"], status="pending"):
            raise errors.refusal(
                422,
                "organization_role_exists_in_invitations",
                "role exists in pending organization invitations",
                "The organization role exists in one or more pending organization invitations. "
                "Please revoke these invitations to proceed.",
            )
        self.mirror.role_sets.forget(doc)
        self.drop(doc, event="role.deleted")
        return self.gone(doc)

    @route("POST /v1/organization_roles/{organization_role_id}/permissions/{permission_id}")
    def assign(self, organization_role_id: str, permission_id: str) -> Doc:
        """Give a role another permission.

        Fires: role.updated
        Source: https://clerk.com/docs/reference/backend-api (Assign a permission to an
            organization role)
        """
        doc = self.get(organization_role_id)
        self.mirror.permissions.get(permission_id)
        if permission_id in doc["permissions"]:
            raise errors.refusal(
                409,
                "organization_role_permission_association_exists",
                "permission already assigned to role",
                "This organization permission is already associated to this organization role.",
            )
        return self._with(doc, [*doc["permissions"], permission_id])

    @route("DELETE /v1/organization_roles/{organization_role_id}/permissions/{permission_id}")
    def remove(self, organization_role_id: str, permission_id: str) -> Doc:
        """Take a permission off a role.

        Fires: role.updated
        Source: https://clerk.com/docs/reference/backend-api (Remove a permission from an
            organization role)
        """
        doc = self.get(organization_role_id)
        self.mirror.permissions.get(permission_id)
        if permission_id not in doc["permissions"]:
            raise errors.refusal(
                404,
                "organization_role_permission_association_not_found",
                "permission not assigned to role",
                "This organization permission is not associated with the organization role.",
            )
        left = [id for id in doc["permissions"] if id != permission_id]
        self._check_creator(doc, left)
        return self._with(doc, left)

    # what others ask

    def by_key(self, key: str, param: str = "role") -> Doc:
        """Return the role of a key.

        Raises:
            VendorError: there is none.
        """
        role = self.first(key=key)
        if role is None:
            raise errors.refusal(
                404,
                "resource_not_found",
                "not found",
                "Organization role not found",
                param_name=param,
            )
        return role

    def keys_of(self, role: Doc) -> Keys:
        """Return the keys of a role's permissions."""
        return [self.mirror.permissions.get(id)["key"] for id in role["permissions"]]

    def is_elevated(self, key: str) -> bool:
        """Tell whether a role may do what at least one member must."""
        role = self.first(key=key)
        return role is not None and set(self.keys_of(role)) >= ELEVATED

    def forget_permission(self, id: str) -> None:
        """Take a permission that is being deleted off every role."""
        for doc in self.find():
            if id in doc["permissions"]:
                left = [each for each in doc["permissions"] if each != id]
                self.save(self.touch(doc, permissions=left))

    def event_data(self, event: str, doc: Doc, **extra: Any) -> Doc:
        """Return the `data` of a webhook: the role, or that it is gone."""
        return self.gone(doc) if event.endswith(".deleted") else self.view(doc)

    def _with(self, doc: Doc, permissions: Keys) -> Doc:
        return self.view(self.save(self.touch(doc, permissions=permissions), event="role.updated"))

    def _permissions(self, ids: Keys) -> Keys:
        return [self.mirror.permissions.get(id)["id"] for id in dict.fromkeys(ids)]

    def _check_creator(self, doc: Doc, permissions: Keys) -> None:
        if not self.mirror.role_sets.uses(doc, "creator_role"):
            return
        keys = {self.mirror.permissions.get(id)["key"] for id in permissions}
        if absent := sorted(ELEVATED - keys):
            raise missing_for_creator(absent)

    def _check_key(self, key: str, id: str | None) -> None:
        if not KEY.fullmatch(key):
            raise errors.invalid("key")
        other = self.first(key=key)
        if other is not None and other["id"] != id:
            raise errors.taken("key", "That key")

    def _rename(self, before: str, after: str) -> None:
        """Let members, invitations and settings follow a role's new key."""
        if before == after:
            return
        for noun in (self.mirror.organization_memberships, self.mirror.organization_invitations):
            for doc in noun.find(role=before):
                noun.save(doc | {"role": after})
        settings = self.mirror.organizations.settings()
        names = ("creator_role", "domains_default_role")
        changed = {name: after for name in names if settings[name] == before}
        if changed:
            self.mirror.organizations.set(**changed)


def missing_for_creator(keys: Keys) -> VendorError:
    """Say what a creator's role must have.

    Source: https://github.com/clerk/clerk-docs (data/api_errors.json,
        `OrganizationMissingCreatorRolePermissions`)
    """
    return errors.refusal(
        422,
        "organization_missing_creator_role_permissions",
        "missing permissions for creator role",
        f"The creator role must contain the following permissions: {', '.join(keys)}",
    )
