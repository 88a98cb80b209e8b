"""What an organization's document is, and what the instance lets organizations do.

Source: https://clerk.com/docs/reference/backend-api (Organizations)
"""

from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.local.mirrors.clerk.organizations.defaults import ELEVATED, SETTINGS
from mirra_mcp.local.mirrors.clerk.organizations.params import UpdateSettings
from mirra_mcp.local.mirrors.clerk.organizations.roles import missing_for_creator
from mirra_mcp.wire.model import Doc


class OrganizationDocuments(ClerkResource):
    """The documents of organizations."""

    entity, plural = "organization", "organizations"
    object = title = "organization"
    prefix = "org"
    synonyms = ("org", "team", "workspace")
    names = ("name", "slug")
    indexes = ("slug", "created_by", "role_set_key")
    blank = {
        "object": "organization",
        "id": "",
        "name": "",
        "slug": "",
        "image_url": "",
        "has_image": False,
        "max_allowed_memberships": 5,
        "admin_delete_enabled": True,
        "public_metadata": {},
        "private_metadata": {},
        "created_by": None,
        "created_at": None,
        "updated_at": None,
        "role_set_key": None,
    }

    def missing(self, id: str) -> VendorError:
        """Say that there is no such organization.

        Source: https://github.com/clerk/clerk-docs (data/api_errors.json, `OrganizationNotFound`)
        """
        return errors.not_found("Given organization not found.")

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of an organization: no creator if there was none."""
        shown = super().view(doc)
        if shown["created_by"] is None:
            del shown["created_by"]
        return shown

    def public(self, doc: Doc) -> Doc:
        """Return what those learn who aren't members.

        Source: https://github.com/clerk/openapi-specs
            (OrganizationInvitationPublicOrganizationData)
        """
        return {name: doc[name] for name in ("id", "name", "slug", "image_url", "has_image")}

    def change(self, doc: Doc, **fields: Any) -> Doc:
        """Save changed fields, and tell it: `organization.updated`."""
        return self.save(self.touch(doc, **fields), event="organization.updated")

    def enabled(self, id: str) -> Doc:
        """Return an organization, where the instance has them.

        Raises:
            VendorError: there is none, or the feature is off.
        """
        self.check_enabled()
        return self.get(id)

    def check_enabled(self) -> None:
        """Refuse every call about organizations where the instance has none."""
        if not self.settings()["enabled"]:
            raise errors.refusal(
                403,
                "organization_not_enabled_in_instance",
                "access denied",
                "The organizations feature is not enabled for this instance. You can enable it at "
                "https://dashboard.clerk.com.",
            )

    def id_of(self, named: str | None) -> str | None:
        """Return the id of an organization that is named by its id or its slug."""
        found = None if named is None else self.first(slug=named)
        return named if found is None else str(found["id"])

    def members_count(self, doc: Doc) -> int:
        """Count the members of an organization."""
        return self.mirror.organization_memberships.count(organization_id=doc["id"])

    def counts(self, doc: Doc) -> Doc:
        """Return how many members an organization has, and how many are invited."""
        pending = self.mirror.organization_invitations.count(
            organization_id=doc["id"], status="pending"
        )
        return {"members_count": self.members_count(doc), "pending_invitations_count": pending}

    def lacks_admin(self, doc: Doc) -> bool:
        """Tell whether no member has the permissions that at least one must have."""
        members = self.mirror.organization_memberships.find(organization_id=doc["id"])
        return not any(self.mirror.roles.is_elevated(each["role"]) for each in members)

    def has_room(self, doc: Doc, wanted: int = 1) -> bool:
        """Tell whether an organization may have more members and invitations; 0 is no limit."""
        most = doc["max_allowed_memberships"]
        return not most or sum(self.counts(doc).values()) + wanted <= most

    def check_room(self, doc: Doc, wanted: int = 1) -> None:
        """Refuse more members and invitations than an organization may have.

        Source: https://clerk.com/docs/guides/organizations/configure (membership limits)
        """
        most = doc["max_allowed_memberships"]
        if not self.has_room(doc, wanted):
            raise errors.refusal(
                403,
                "organization_membership_quota_exceeded",
                "organization membership quota exceeded",
                f"You have reached your limit of {most} organization memberships, including "
                "outstanding invitations.",
            )

    def event_data(self, event: str, doc: Doc, **extra: Any) -> Doc:
        """Return the `data` of a webhook: the organization with counts, or that it is gone.

        Source: https://github.com/clerk/openapi-specs (webhooks, organization.created)
        """
        if event == "organization.deleted":
            return self.gone(doc, slug=doc["slug"])
        return self.view(doc) | self.counts(doc)

    # settings

    def settings(self) -> Doc:
        """Return what the instance is set to about organizations."""
        changed: Doc = self.mirror.setting("organization_settings", {})
        return SETTINGS | changed

    def set(self, **fields: Any) -> None:
        """Change what the instance is set to about organizations."""
        kept = self.mirror.setting("organization_settings", {})
        self.mirror.set_setting("organization_settings", kept | fields)

    @route("GET /v1/instance/organization_settings")
    def retrieve_settings(self) -> Doc:
        """Return what the instance is set to about organizations.

        Source: https://clerk.com/docs/reference/backend-api (Get instance organization settings)
        """
        return {"object": "organization_settings", **self.settings()}

    @route("PATCH /v1/instance/organization_settings")
    def update_settings(self, params: UpdateSettings) -> Doc:
        """Change what the instance is set to about organizations.

        Source: https://clerk.com/docs/reference/backend-api (Update instance organization
            settings)
        """
        given = params.model_dump(exclude_none=True)
        names = ("enabled", "max_allowed_memberships", "admin_delete_enabled", "domains_enabled",
                 "slug_disabled", "domains_enrollment_modes")  # fmt: skip
        fields = {name: given[name] for name in names if name in given}
        if params.creator_role_id:
            role = self.mirror.roles.get(params.creator_role_id)
            if absent := sorted(ELEVATED - set(self.mirror.roles.keys_of(role))):
                raise missing_for_creator(absent)
            fields["creator_role"] = role["key"]
        if params.domains_default_role_id:
            role = self.mirror.roles.get(params.domains_default_role_id)
            fields["domains_default_role"] = role["key"]
        self.set(**fields)
        self.mirror.role_sets.follow(fields)
        return self.retrieve_settings()
