"""Permissions: what a role lets its members do.

Source: https://clerk.com/docs/reference/backend-api (Organization Permissions)
"""

import re
from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource, ordered, page_of
from mirra_mcp.local.mirrors.clerk.organizations.defaults import SYSTEM
from mirra_mcp.local.mirrors.clerk.organizations.params import (
    CreatePermission,
    Keyed,
    UpdatePermission,
)
from mirra_mcp.wire.model import Doc

KEY = re.compile(r"org:[a-z0-9_]+:[a-z0-9_]+")
SYSTEM_PREFIX = "org:sys_"
ORDERS = ("created_at", "name", "key")


class Permissions(ClerkResource):
    """The permissions of an instance: nine of Clerk's, and those that an app adds."""

    entity, plural = "permission", "permissions"
    object, prefix, title = "permission", "perm", "permission"
    names = ("key", "name")
    indexes = ("key",)
    blank = {
        "object": "permission",
        "id": "",
        "name": "",
        "key": "",
        "description": "",
        "type": "custom",
        "created_at": None,
        "updated_at": None,
    }

    def install(self) -> None:
        """Lay out the system permissions."""
        for name, key in SYSTEM:
            self.save(self.new(name=name, key=key, type="system"))

    def missing(self, id: str) -> VendorError:
        """Say that there is no such permission.

        Source: https://github.com/clerk/clerk-docs (data/api_errors.json,
            `OrganizationPermissionNotFound`)
        """
        return errors.not_found("Organization permission not found")

    @route("GET /v1/organization_permissions")
    def list(self, params: Keyed) -> Doc:
        """List permissions.

        Source: https://clerk.com/docs/reference/backend-api (Get a list of all organization
            permissions)
        """
        return keyed(self, params)

    @route("POST /v1/organization_permissions")
    def create(self, params: CreatePermission) -> Doc:
        """Make a permission of a feature: `org:feature:action`.

        Fires: permission.created
        Source: https://clerk.com/docs/reference/backend-api (Create a new organization permission)
        """
        self._check_key(params.key, None)
        doc = self.new(name=params.name, key=params.key, description=params.description or "")
        return self.view(self.save(doc, event="permission.created"))

    @route("GET /v1/organization_permissions/{permission_id}")
    def retrieve(self, permission_id: str) -> Doc:
        """Return one permission.

        Source: https://clerk.com/docs/reference/backend-api (Get an organization permission)
        """
        return self.view(self.get(permission_id))

    @route("PATCH /v1/organization_permissions/{permission_id}")
    def update(self, permission_id: str, params: UpdatePermission) -> Doc:
        """Change a permission that an app added.

        Fires: permission.updated
        Source: https://clerk.com/docs/reference/backend-api (Update an organization permission)
        """
        doc = self._own(permission_id)
        if params.key is not None:
            self._check_key(params.key, permission_id)
        given = params.model_dump(exclude_none=True)
        names = ("name", "key", "description")
        fields = {name: given[name] for name in names if name in given}
        return self.view(self.save(self.touch(doc, **fields), event="permission.updated"))

    @route("DELETE /v1/organization_permissions/{permission_id}")
    def delete(self, permission_id: str) -> Doc:
        """Delete a permission that an app added, and take it off every role.

        Fires: permission.deleted
        Source: https://clerk.com/docs/reference/backend-api (Delete an organization permission)
        """
        doc = self._own(permission_id)
        self.mirror.roles.forget_permission(permission_id)
        self.drop(doc, event="permission.deleted")
        return self.gone(doc)

    def event_data(self, event: str, doc: Doc, **extra: Any) -> Doc:
        """Return the `data` of a webhook: the permission, or that it is gone."""
        return self.gone(doc) if event.endswith(".deleted") else self.view(doc)

    def _own(self, id: str) -> Doc:
        doc = self.get(id)
        if doc["type"] == "system":
            raise errors.refusal(
                403,
                "organization_system_permission_not_modifiable",
                "organization system permission cannot be modified",
                "This organization permission cannot be modified because it is a system "
                "permission.",
            )
        return doc

    def _check_key(self, key: str, id: str | None) -> None:
        if not KEY.fullmatch(key) or key.startswith(SYSTEM_PREFIX):
            raise errors.invalid("key")
        other = self.first(key=key)
        if other is not None and other["id"] != id:
            raise errors.taken("key", "That key")


def keyed(noun: ClerkResource, params: Keyed) -> Doc:
    """Return a page of what has a key: those with an id, or whose name or key contains a text."""
    found = noun.find()
    if params.query:
        text = params.query.lower()
        found = [
            doc
            for doc in found
            if doc["id"] == params.query
            or text in doc["name"].lower()
            or text in doc["key"].lower()
        ]
    return page_of(ordered(found, params.order_by, ORDERS), params, noun.view)
