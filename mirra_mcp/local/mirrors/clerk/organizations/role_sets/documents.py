"""What role sets are, and who must get another role where one is replaced.

Source: https://clerk.com/docs/guides/organizations/control-access/role-sets
"""

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.local.mirrors.clerk.organizations.defaults import ADMIN, MEMBER, SETTINGS
from mirra_mcp.wire.model import Doc

Keys = list[str]
Docs = list[Doc]
Mappings = dict[str, str]


class RoleSetDocuments(ClerkResource):
    """The documents of role sets."""

    entity, plural = "role_set", "role_sets"
    object, prefix, title = "role_set", "rset", "role set"
    names = ("key", "name")
    indexes = ("key", "type")
    blank = {
        "object": "role_set",
        "id": "",
        "name": "",
        "key": "",
        "description": None,
        "roles": [],
        "default_role": "",
        "creator_role": "",
        "type": "custom",
        "created_at": None,
        "updated_at": None,
    }

    def install(self) -> Doc:
        """Lay out the primary role set, of the roles that every instance begins with."""
        roles = self.mirror.roles
        return self.save(
            self.new(
                name="Primary role set",
                key=SETTINGS["initial_role_set_key"],
                roles=[each["id"] for each in roles.find(newest_first=False)],
                default_role=roles.by_key(MEMBER)["id"],
                creator_role=roles.by_key(ADMIN)["id"],
                type="initial",
            )
        )

    def missing(self, id: str) -> VendorError:
        """Say that there is no such role set."""
        return errors.not_found("Organization role set not found")

    def of(self, organization: Doc) -> Doc:
        """Return the role set of an organization."""
        return self.first(key=organization["role_set_key"]) or self.initial()

    def initial(self) -> Doc:
        """Return the role set that new organizations get."""
        return self.first(type="initial") or self.install()

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of a role set: its roles in full.

        Source: https://github.com/clerk/openapi-specs (RoleSet)
        """
        mine = {each["id"] for each in self._organizations(doc["key"])}
        items = {id: self._item(id, mine) for id in doc["roles"]}
        return super().view(doc) | {
            "roles": [*items.values()],
            "default_role": items[doc["default_role"]],
            "creator_role": items[doc["creator_role"]],
            "role_set_migration": None,
        }

    def _item(self, id: str, organizations: set[str]) -> Doc:
        role = self.mirror.roles.get(id)
        members = self.mirror.organization_memberships.find(role=role["key"])
        count = sum(each["organization_id"] in organizations for each in members)
        names = ("id", "name", "key", "description", "created_at", "updated_at")
        return {"object": "role_set_item", **{name: role[name] for name in names}} | {
            "members_count": count,
            "has_members": count > 0,
        }

    def _organizations(self, key: str) -> Docs:
        return self.mirror.organizations.find(role_set_key=key)

    def _needed(self, organization: Doc, other: Doc, mappings: Mappings) -> Mappings:
        """Return which roles of an organization become which: those that the other set lacks."""
        kept = {self.mirror.roles.get(id)["key"] for id in other["roles"]}
        return {key: mappings.get(key, "") for key in self._held(organization) if key not in kept}

    def _check_mappings(self, organizations: Docs, other: Doc, mappings: Mappings) -> None:
        kept = {self.mirror.roles.get(id)["key"] for id in other["roles"]}
        needed: Mappings = {}
        for each in organizations:
            needed |= self._needed(each, other, mappings)
        absent = sorted(key for key, to in needed.items() if not to)
        if absent:
            raise errors.refusal(
                422,
                "organization_role_set_reassignment_mappings_missing",
                "reassignment mappings missing",
                f"The following roles are missing from the reassignment mappings: "
                f"{', '.join(absent)}",
                role_keys=absent,
            )
        for to in needed.values():
            if to not in kept:
                raise invalid_mapping(to)

    def _held(self, organization: Doc) -> Keys:
        """Return the roles that members have, and that people are invited to."""
        id = organization["id"]
        members = self.mirror.organization_memberships.find(organization_id=id)
        invited = self.mirror.organization_invitations.find(organization_id=id)
        pending = [each for each in invited if each["status"] == "pending"]
        return [*dict.fromkeys(each["role"] for each in (*members, *pending))]

    def _reassign(self, organization: Doc, mappings: Mappings) -> None:
        id = organization["id"]
        members = self.mirror.organization_memberships
        invitations = self.mirror.organization_invitations
        for before, after in mappings.items():
            for doc in members.find(organization_id=id):
                if doc["role"] == before:
                    members.change(doc, role=after)
            for doc in invitations.find(organization_id=id):
                if doc["role"] == before and doc["status"] == "pending":
                    invitations.save(doc | {"role": after})


def invalid_mapping(key: str) -> VendorError:
    """Say that a role can't take another's place: it isn't in the set.

    Source: https://github.com/clerk/clerk-docs (data/api_errors.json,
        `OrganizationRoleSetReassignmentMappingsInvalid`)
    """
    return errors.refusal(
        422,
        "organization_role_set_reassignment_mappings_invalid",
        "reassignment mappings invalid",
        f"The role {key} is invalid in the reassignment mappings. It must be present in the new "
        "role set.",
        role_key=key,
    )
