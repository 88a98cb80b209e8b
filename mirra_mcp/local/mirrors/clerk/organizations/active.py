"""The organization that is active in a session, and what its tokens tell of it.

Source: https://clerk.com/docs/guides/sessions/session-tokens#organization-claim
"""

from typing import Any

from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.local.mirrors.clerk.organizations.defaults import SYSTEM
from mirra_mcp.wire.model import Doc

SYSTEM_KEYS = frozenset(key for _, key in SYSTEM)


class ActiveOrganizations(ClerkResource):
    """The documents of memberships, and what sessions ask of them."""

    entity, plural = "organization_membership", "organization_memberships"
    object, prefix, title = "organization_membership", "orgmem", "organization membership"
    synonyms = ("membership", "member", "organization member")
    names = ()
    indexes = ("organization_id", "user_id", "role")
    blank = {
        "object": "organization_membership",
        "id": "",
        "role": "",
        "public_metadata": {},
        "private_metadata": {},
        "organization_id": "",
        "user_id": "",
        "created_at": None,
        "updated_at": None,
        "_is_next": True,
    }

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of a membership, with the organization and the user.

        Source: https://github.com/clerk/openapi-specs (OrganizationMembership)
        """
        organizations = self.mirror.organizations
        organization = organizations.peek(doc["organization_id"])
        user = self.mirror.users.peek(doc["user_id"])
        role = self.mirror.roles.first(key=doc["role"])
        return {
            "object": "organization_membership",
            "id": doc["id"],
            "role": doc["role"],
            "role_name": doc["role"] if role is None else role["name"],
            "permissions": self.permissions_of(doc),
            "public_metadata": doc["public_metadata"],
            "private_metadata": doc["private_metadata"],
            "organization": organization and organizations.view(organization),
            "public_user_data": user and self.mirror.users.public(user),
            "created_at": doc["created_at"],
            "updated_at": doc["updated_at"],
        }

    def between(self, organization_id: str, user_id: str) -> Doc | None:
        """Return the membership of a user in an organization, if there is one."""
        found = self.find(user_id=user_id)
        return next((each for each in found if each["organization_id"] == organization_id), None)

    def users_of(self, organization_id: str) -> set[str]:
        """Return the ids of the members of an organization."""
        return {each["user_id"] for each in self.find(organization_id=organization_id)}

    def organizations_of(self, user_id: str) -> set[str | None]:
        """Return the ids of the organizations that a user is a member of."""
        return {each["organization_id"] for each in self.find(user_id=user_id)}

    def permissions_of(self, doc: Doc) -> list[str]:
        """Return the keys of the permissions that a membership gives."""
        role = self.mirror.roles.first(key=doc["role"])
        return [] if role is None else self.mirror.roles.keys_of(role)

    def take_next(self, user_id: str) -> str | None:
        """Return the organization that a user joined last, if no session began since.

        Source: https://clerk.com/docs/reference/backend-api (Create a new organization membership:
            the user's active organization the next time they create a session)
        """
        fresh = [each for each in self.find(user_id=user_id) if each["_is_next"]]
        for each in fresh:
            self.save(each | {"_is_next": False})
        return fresh[0]["organization_id"] if fresh else None

    def claims(self, session: Doc) -> Doc:
        """Return what a token tells of the session's active organization: `o` and `fea`.

        `per` are the names of the permissions, `fpm` a number for each feature of `fea`, whose
        bits are the permissions in their order. Clerk's own permissions aren't told. With Billing
        for organizations the features are those of the plan, `pla`, and a permission of another
        feature isn't told.

        Source: https://clerk.com/docs/guides/sessions/session-tokens#decode-o-fpm-manually and
            https://clerk.com/docs/guides/billing/for-b2b
        """
        found = self._active(session)
        if found is None:
            return {}
        doc, organization = found
        told: Doc = {"id": organization["id"], "rol": doc["role"].removeprefix("org:")}
        if organization["slug"]:
            told["slg"] = organization["slug"]
        pairs = [key.split(":")[1:] for key in self.permissions_of(doc) if key not in SYSTEM_KEYS]
        plan = self.mirror.billing_subscriptions.current("org", organization["id"])
        billed: Doc = {}
        features = sorted({feature for feature, _ in pairs})
        if plan is not None:
            billed = {"pla": f"o:{plan['slug']}"}
            features = sorted(each["slug"] for each in plan["features"])
            pairs = [pair for pair in pairs if pair[0] in features]
        if not features:
            return {"o": dict(sorted(told.items()))} | billed
        names = sorted({name for _, name in pairs})
        bits = [
            sum(1 << at for at, name in enumerate(names) if [feature, name] in pairs)
            for feature in features
        ]
        if pairs:
            told |= {"per": ",".join(names), "fpm": ",".join(map(str, bits))}
        return billed | {
            "o": dict(sorted(told.items())),
            "fea": ",".join(f"o:{feature}" for feature in features),
        }

    def shortcodes(self, session: Doc) -> Doc:
        """Return what the shortcodes of templates stand for, of the active organization.

        Source: https://clerk.com/docs/guides/sessions/jwt-templates#shortcodes
        """
        found = self._active(session)
        if found is None:
            return {}
        doc, organization = found
        names = ("id", "name", "slug", "image_url", "has_image", "public_metadata")
        about: Doc = {name: organization[name] for name in names} | {"role": doc["role"]}
        return {"org": about, "org_membership": {"public_metadata": doc["public_metadata"]}}

    def event_data(self, event: str, doc: Doc, **extra: Any) -> Doc:
        """Return the `data` of a webhook: the membership as the API shows it.

        Source: https://github.com/clerk/openapi-specs (webhooks, organizationMembership.created)
        """
        return self.view(doc)

    def _active(self, session: Doc) -> tuple[Doc, Doc] | None:
        id = session["last_active_organization_id"]
        doc = None if id is None else self.between(id, session["user_id"])
        return None if doc is None else (doc, self.mirror.organizations.get(id))
