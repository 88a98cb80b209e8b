"""Role sets: which roles the members of an organization can have.

Source: https://clerk.com/docs/guides/organizations/control-access/role-sets
"""

import re
from typing import Any

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.organizations.defaults import ELEVATED
from mirra_mcp.local.mirrors.clerk.organizations.params import (
    AddRoles,
    CreateRoleSet,
    Keyed,
    ReplaceRole,
    ReplaceRoleSet,
    UpdateRoleSet,
)
from mirra_mcp.local.mirrors.clerk.organizations.permissions import keyed
from mirra_mcp.local.mirrors.clerk.organizations.role_sets.documents import (
    Keys,
    RoleSetDocuments,
    invalid_mapping,
)
from mirra_mcp.local.mirrors.clerk.organizations.roles import missing_for_creator
from mirra_mcp.wire.model import Doc

KEY = re.compile(r"role_set:[a-z0-9_]+")
MOST_ROLES = 10
"""Source: https://github.com/clerk/openapi-specs (CreateRoleSet, `roles`)"""


class RoleSets(RoleSetDocuments):
    """The role sets of an instance: the primary one, and those that an app adds."""

    @route("GET /v1/role_sets")
    def list(self, params: Keyed) -> Doc:
        """List role sets, newest first unless another order is asked for.

        Source: https://clerk.com/docs/reference/backend-api (Get a list of role sets)
        """
        return keyed(self, params)

    @route("POST /v1/role_sets")
    def create(self, params: CreateRoleSet) -> Doc:
        """Make a role set of roles that there are.

        Source: https://clerk.com/docs/reference/backend-api (Create a role set) and
            https://github.com/clerk/clerk-docs (data/api_errors.json,
            `OrganizationInstanceRoleSetsQuotaExceeded`)
        """
        slug = re.sub(r"[^a-z0-9]+", "_", params.name.lower()).strip("_")
        key = params.key or f"role_set:{slug}"
        self._check_key(key, None)
        ids = self._ids(params.roles, "roles")
        fields = {
            "default_role": self._one_of(ids, params.default_role_key, "default_role_key"),
            "creator_role": self._creator(ids, params.creator_role_key),
        }
        most = self.mirror.organizations.settings()["max_role_sets_allowed"]
        if self.count() >= most:
            raise errors.refusal(
                403,
                "organization_instance_role_sets_quota_exceeded",
                "organization role sets for instance quota exceeded",
                f"You have reached your limit of {most} organization role sets per instance.",
            )
        about = {"name": params.name, "key": key, "description": params.description}
        doc = self.save(self.new(**about, roles=ids, **fields))
        return self.view(self._made_initial(doc) if params.type == "initial" else doc)

    @route("GET /v1/role_sets/{role_set_key_or_id}")
    def retrieve(self, role_set_key_or_id: str) -> Doc:
        """Return the role set of a key or an id.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve a role set)
        """
        return self.view(self.named(role_set_key_or_id))

    @route("PATCH /v1/role_sets/{role_set_key_or_id}")
    def update(self, role_set_key_or_id: str, params: UpdateRoleSet) -> Doc:
        """Change a role set; its organizations follow a new key.

        Source: https://clerk.com/docs/reference/backend-api (Update a role set)
        """
        doc = self.named(role_set_key_or_id)
        given = params.model_dump(exclude_none=True)
        fields: Doc = {name: given[name] for name in ("name", "description") if name in given}
        if params.key is not None:
            self._check_key(params.key, doc["id"])
            fields["key"] = params.key
        if params.default_role_key is not None:
            key = params.default_role_key
            fields["default_role"] = self._one_of(doc["roles"], key, "default_role_key")
        if params.creator_role_key is not None:
            fields["creator_role"] = self._creator(doc["roles"], params.creator_role_key)
        changed = self._changed(doc, **fields)
        if doc["key"] != changed["key"]:
            for each in self._organizations(doc["key"]):
                self.mirror.organizations.save(each | {"role_set_key": changed["key"]})
        return self.view(self._made_initial(changed) if params.type == "initial" else changed)

    @route("POST /v1/role_sets/{role_set_key_or_id}/roles")
    def add_roles(self, role_set_key_or_id: str, params: AddRoles) -> Doc:
        """Let more roles be in a role set.

        Source: https://clerk.com/docs/reference/backend-api (Add roles to a role set)
        """
        doc = self.named(role_set_key_or_id)
        added = self._ids(params.role_keys, "role_keys")
        ids = [*dict.fromkeys([*doc["roles"], *added])]
        if len(ids) > MOST_ROLES:
            raise errors.too_many("role_keys", MOST_ROLES)
        fields: Doc = {"roles": ids}
        if params.default_role_key is not None:
            key = params.default_role_key
            fields["default_role"] = self._one_of(added, key, "default_role_key")
        if params.creator_role_key is not None:
            fields["creator_role"] = self._creator(added, params.creator_role_key)
        return self.view(self._changed(doc, **fields))

    @route("POST /v1/role_sets/{role_set_key_or_id}/roles/replace")
    def replace_role(self, role_set_key_or_id: str, params: ReplaceRole) -> Doc:
        """Take a role out of a role set; who has it gets another one of the set.

        Fires: organizationMembership.updated of each member who had it
        Source: https://clerk.com/docs/reference/backend-api (Replace a role in a role set)
        """
        doc = self.named(role_set_key_or_id)
        before = self._one_of(doc["roles"], params.role_key, "role_key")
        left = [id for id in doc["roles"] if id != before]
        keys = [self.mirror.roles.get(id)["key"] for id in left]
        if params.to_role_key not in keys:
            raise invalid_mapping(params.to_role_key)
        after = left[keys.index(params.to_role_key)]
        fields: Doc = {"roles": left}
        if doc["default_role"] == before:
            fields["default_role"] = after
        if doc["creator_role"] == before:
            fields["creator_role"] = self._creator(left, params.to_role_key)
        doc = self._changed(doc, **fields)
        for each in self._organizations(doc["key"]):
            self._reassign(each, {params.role_key: params.to_role_key})
        return self.view(doc)

    @route("POST /v1/role_sets/{role_set_key_or_id}/replace")
    def replace(self, role_set_key_or_id: str, params: ReplaceRoleSet) -> Doc:
        """Delete a role set; its organizations get another one.

        Fires: organizationMembership.updated of each member who gets another role
        Source: https://clerk.com/docs/reference/backend-api (Replace a role set) and
            https://github.com/clerk/clerk-docs (data/api_errors.json)
        """
        doc = self.named(role_set_key_or_id)
        other = self.first(key=params.dest_role_set_key)
        if other is None or other["id"] == doc["id"]:
            raise errors.not_allowed("dest_role_set_key", params.dest_role_set_key)
        moved = self._organizations(doc["key"])
        mappings = params.reassignment_mappings or {}
        self._check_mappings(moved, other, mappings)
        for each in moved:
            self.mirror.organizations.save(each | {"role_set_key": other["key"]})
            self._reassign(each, self._needed(each, other, mappings))
        if doc["type"] == "initial":
            self._made_initial(other)
        self.drop(self.get(doc["id"]))
        return self.gone(doc)

    # what others ask

    def named(self, key_or_id: str) -> Doc:
        """Return the role set of a key or an id."""
        return self.first(key=key_or_id) or self.get(key_or_id)

    def role_of(self, organization: Doc, key: str) -> Doc:
        """Return a role that members of an organization can have.

        Raises:
            VendorError: there is none of that key in its role set.
        """
        role = self.mirror.roles.by_key(key)
        if role["id"] not in self.of(organization)["roles"]:
            raise errors.refusal(
                404,
                "resource_not_found",
                "not found",
                "Organization role not found",
                param_name="role",
            )
        return role

    def default_of(self, organization: Doc) -> str:
        """Return the key of the role that people get who come by themselves."""
        return self._key_of(organization, "default_role")

    def creator_of(self, organization: Doc) -> str:
        """Return the key of the role that the creator of an organization gets."""
        return self._key_of(organization, "creator_role")

    def include(self, role: Doc) -> None:
        """Let a new role be in the role set that new organizations get."""
        doc = self.initial()
        self.save(self.touch(doc, roles=[*doc["roles"], role["id"]]))

    def follow(self, fields: Doc) -> None:
        """Let the initial role set have the roles that the instance is set to."""
        doc = self.initial()
        names = {"creator_role": "creator_role", "domains_default_role": "default_role"}
        changed = {
            mine: self.mirror.roles.by_key(fields[name])["id"]
            for name, mine in names.items()
            if name in fields
        }
        if changed:
            ids = [*dict.fromkeys([*doc["roles"], *changed.values()])]
            self.save(self.touch(doc, roles=ids, **changed))

    def uses(self, role: Doc, name: str) -> bool:
        """Tell whether a role is the creator's or the default one of some set."""
        return any(each[name] == role["id"] for each in self.find())

    def forget(self, role: Doc) -> None:
        """Take a role that is being deleted out of every set."""
        for doc in self.find():
            if role["id"] in doc["roles"]:
                left = [id for id in doc["roles"] if id != role["id"]]
                self.save(self.touch(doc, roles=left))

    def check_fits(self, organization: Doc, key: str | None) -> None:
        """Let an organization get a role set that has the roles of all its members.

        Raises:
            VendorError: there is no such set, or members have roles that aren't in it.
        """
        if key is not None:
            other = self.first(key=key)
            if other is None:
                raise self.missing(key)
            self._check_mappings([organization], other, {})

    # the rules

    def _changed(self, doc: Doc, **fields: Any) -> Doc:
        """Save a changed role set; the instance's settings follow its initial one."""
        doc = self.save(self.touch(doc, **fields))
        if doc["type"] == "initial":
            self._tell_settings(doc)
        return doc

    def _made_initial(self, doc: Doc) -> Doc:
        before = self.initial()
        if before["id"] != doc["id"]:
            self.save(self.touch(before, type="custom"))
        return self._changed(doc, type="initial")

    def _tell_settings(self, doc: Doc) -> None:
        roles = self.mirror.roles
        self.mirror.organizations.set(
            initial_role_set_key=doc["key"],
            creator_role=roles.get(doc["creator_role"])["key"],
            domains_default_role=roles.get(doc["default_role"])["key"],
        )

    def _key_of(self, organization: Doc, name: str) -> str:
        return str(self.mirror.roles.get(self.of(organization)[name])["key"])

    def _ids(self, keys: Keys, param: str) -> Keys:
        return [self.mirror.roles.by_key(key, param)["id"] for key in dict.fromkeys(keys)]

    def _one_of(self, ids: Keys, key: str, param: str) -> str:
        role = self.mirror.roles.first(key=key)
        if role is None or role["id"] not in ids:
            raise errors.not_allowed(param, key)
        return str(role["id"])

    def _creator(self, ids: Keys, key: str) -> str:
        id = self._one_of(ids, key, "creator_role_key")
        keys = set(self.mirror.roles.keys_of(self.mirror.roles.get(id)))
        if absent := sorted(ELEVATED - keys):
            raise missing_for_creator(absent)
        return id

    def _check_key(self, key: str, id: str | None) -> None:
        if not KEY.fullmatch(key):
            raise errors.invalid("key")
        other = self.first(key=key)
        if other is not None and other["id"] != id:
            raise errors.taken("key", "That key")
