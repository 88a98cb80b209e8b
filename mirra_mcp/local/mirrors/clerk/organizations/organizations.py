"""Organizations: the teams and companies that users are members of.

Source: https://clerk.com/docs/reference/backend-api (Organizations)
"""

import re
from collections.abc import Callable
from typing import Any

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.clerk.api import errors, versions
from mirra_mcp.local.mirrors.clerk.api.dates import given
from mirra_mcp.local.mirrors.clerk.api.metadata import check_size, merged
from mirra_mcp.local.mirrors.clerk.api.resource import ordered, page_of
from mirra_mcp.local.mirrors.clerk.organizations.browsing import BrowsedOrganizations
from mirra_mcp.local.mirrors.clerk.organizations.defaults import MOST_CREATED
from mirra_mcp.local.mirrors.clerk.organizations.params import (
    CreateOrganization,
    ListOrganizations,
    ShowOrganization,
    UpdateMetadata,
    UpdateOrganization,
)
from mirra_mcp.wire.model import Doc

Test = Callable[[Doc], bool]
Tests = list[Test]
SLUG = re.compile(r"[a-z0-9-]+")
FORBIDDEN_IN_NAMES = re.compile(r"https?://|www\.|<[^>]+>", re.IGNORECASE)
METADATA = ("public_metadata", "private_metadata")
ORDERS = ("created_at", "name", "members_count")


class Organizations(BrowsedOrganizations):
    """The organizations of an instance."""

    @route("POST /v1/organizations")
    def create(self, params: CreateOrganization) -> Doc:
        """Make an organization; its creator becomes the first member, with the creator's role.

        Fires: organization.created, organizationMembership.created
        Source: https://clerk.com/docs/reference/backend-api (Create an organization)
        """
        self.check_enabled()
        settings = self.settings()
        fields = self._checked(params, None)
        creator = None
        if params.created_by is not None:
            creator = self._creator(params.created_by)
        most = params.max_allowed_memberships
        doc = self.new(
            **fields,
            created_by=params.created_by,
            max_allowed_memberships=settings["max_allowed_memberships"] if most is None else most,
            admin_delete_enabled=settings["admin_delete_enabled"],
            role_set_key=params.role_set_key or settings["initial_role_set_key"],
        )
        doc["image_url"] = self.mirror.users.picture(doc["id"], doc["name"], None)
        if params.created_at is not None:
            doc["created_at"] = given(params.created_at, "created_at")
        self.save(doc, event="organization.created")
        self.mirror.billing_subscriptions.begin("org", doc["id"])
        if creator is not None:
            self.mirror.organization_memberships.join(
                doc, creator, self.mirror.role_sets.creator_of(doc)
            )
        return self.view(doc)

    @route("GET /v1/organizations")
    def list(self, params: ListOrganizations) -> Doc:
        """List organizations.

        Source: https://clerk.com/docs/reference/backend-api (Get a list of organizations for an
            instance)
        """
        self.check_enabled()
        members = self.mirror.organization_memberships
        tests: Tests = []
        if params.query:
            tests.append(_mentioning(params.query))
        if params.organization_id:
            tests.append(_signed(params.organization_id, lambda doc: {doc["id"]}))
        if params.user_id:
            tests.append(_signed(params.user_id, lambda doc: members.users_of(doc["id"])))
        found = [doc for doc in self.find() if all(test(doc) for test in tests)]
        if params.order_by.lstrip("+-") == "members_count":
            found = [doc | {"members_count": self.members_count(doc)} for doc in found]
        found = ordered(found, params.order_by, ORDERS)
        return page_of(found, params, lambda doc: self._shown(doc, params))

    @route("GET /v1/organizations/{organization_id}")
    def retrieve(self, organization_id: str, params: ShowOrganization) -> Doc:
        """Return the organization of an id or a slug.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve an organization by ID or
            slug)
        """
        self.check_enabled()
        doc = self.peek(organization_id) or self.first(slug=organization_id)
        if doc is None:
            raise self.missing(organization_id)
        return self._shown(doc, params)

    @route("PATCH /v1/organizations/{organization_id}")
    def update(self, organization_id: str, params: UpdateOrganization) -> Doc:
        """Change an organization.

        Fires: organization.updated
        Source: https://clerk.com/docs/reference/backend-api (Update an organization)
        """
        doc = self.enabled(organization_id)
        if self.mirror.asked_version >= versions.METADATA_APART:
            for name in METADATA:
                if name in params.model_fields_set:
                    raise errors.unknown(name)
        fields = self._checked(params, organization_id)
        if params.admin_delete_enabled is not None:
            fields["admin_delete_enabled"] = params.admin_delete_enabled
        if params.role_set_key is not None:
            fields["role_set_key"] = params.role_set_key
        if params.max_allowed_memberships is not None:
            fields["max_allowed_memberships"] = params.max_allowed_memberships
        if params.created_at is not None:
            fields["created_at"] = given(params.created_at, "created_at")
        if "name" in fields and not doc["has_image"]:
            fields["image_url"] = self.mirror.users.picture(doc["id"], fields["name"], None)
        return self.view(self.change(doc, **fields))

    @route("DELETE /v1/organizations/{organization_id}")
    def delete(self, organization_id: str) -> Doc:
        """Delete an organization with its memberships, invitations and domains.

        Fires: organization.deleted
        Source: https://clerk.com/docs/reference/backend-api (Delete an organization)
        """
        doc = self.enabled(organization_id)
        self.mirror.organization_memberships.forget(organization_id=organization_id)
        self.mirror.organization_invitations.forget(organization_id)
        self.mirror.organization_domains.forget(organization_id)
        self.mirror.billing_subscriptions.forget("org", organization_id)
        self.mirror.organization_suggestions.forget(organization_id=organization_id)
        self.drop(doc, event="organization.deleted")
        return self.gone(doc, slug=doc["slug"])

    @route("PATCH /v1/organizations/{organization_id}/metadata")
    def merge_metadata(self, organization_id: str, params: UpdateMetadata) -> Doc:
        """Merge metadata into what is there, deeply; a null takes a name away.

        Fires: organization.updated
        Source: https://clerk.com/docs/reference/backend-api (Merge and update metadata for an
            organization)
        """
        doc = self.enabled(organization_id)
        given = params.model_dump(exclude_none=True)
        fields = {name: merged(doc[name], value) for name, value in given.items()}
        check_size(fields)
        return self.view(self.change(doc, **fields))

    @route("PUT /v1/organizations/{organization_id}/metadata")
    def replace_metadata(self, organization_id: str, params: UpdateMetadata) -> Doc:
        """Put other metadata in the place of what is there; what isn't given stays.

        Fires: organization.updated
        Source: https://clerk.com/docs/reference/backend-api (Replace metadata for an organization)
        """
        doc = self.enabled(organization_id)
        fields = params.model_dump(exclude_none=True)
        check_size(fields)
        return self.view(self.change(doc, **fields))

    @route("PUT /v1/organizations/{organization_id}/logo")
    def set_logo(self, organization_id: str, call: Call) -> Doc:
        """Let an organization show a logo. It is looked at only for its size.

        Fires: organization.updated
        Source: https://clerk.com/docs/reference/backend-api (Upload a logo for the organization)
        """
        doc = self.enabled(organization_id)
        url = self.mirror.users.uploaded(call)
        shown = self.view(self.change(doc, image_url=url, has_image=True))
        return shown | {"logo_url": url}

    @route("DELETE /v1/organizations/{organization_id}/logo")
    def delete_logo(self, organization_id: str) -> Doc:
        """Let an organization show its initial again.

        Fires: organization.updated
        Source: https://clerk.com/docs/reference/backend-api (Delete the organization's logo)
        """
        doc = self.enabled(organization_id)
        url = self.mirror.users.picture(doc["id"], doc["name"], None)
        return self.view(self.change(doc, image_url=url, has_image=False))

    # the rules

    def _shown(self, doc: Doc, params: ShowOrganization) -> Doc:
        shown = self.view(doc)
        shown.pop("members_count", None)
        if params.include_members_count:
            shown |= self.counts(doc)
        if params.include_missing_member_with_elevated_permissions:
            shown["missing_member_with_elevated_permissions"] = self.lacks_admin(doc)
        return shown

    def _creator(self, id: str) -> Doc:
        """Return the user who makes an organization.

        Raises:
            VendorError: there is no such user, or it made as many as it may.
        """
        user = self.mirror.users.peek(id)
        if user is None:
            raise errors.refusal(
                400,
                "organization_creator_not_found",
                "creator not found",
                f"No users found with id {id}.",
            )
        most = user["create_organizations_limit"]
        most = MOST_CREATED if most is None else most
        if most and self.count(created_by=id) >= most:
            raise errors.refusal(
                403,
                "org_creation_limit_exceeded",
                "Organization Creation Limit Exceeded",
                "You have exceeded the maximum number of organizations you can create.",
            )
        return user

    def _checked(self, params: CreateOrganization | UpdateOrganization, id: str | None) -> Doc:
        """Return the name, the slug and the metadata that are given, each checked."""
        self.mirror.role_sets.check_fits({"id": id or ""}, params.role_set_key)
        fields: Doc = {}
        if params.name is not None:
            if FORBIDDEN_IN_NAMES.search(params.name):
                raise errors.invalid("name")
            fields["name"] = params.name
        if params.slug is not None:
            fields["slug"] = self._slug(params.slug, id)
        elif id is None:
            fields["slug"] = self._slug_of(fields["name"])
        for name in METADATA:
            value = getattr(params, name)
            if value is not None:
                fields[name] = value
        check_size(fields)
        return fields

    def _slug(self, slug: str, id: str | None) -> str:
        if self.settings()["slug_disabled"]:
            raise errors.refusal(
                403,
                "organization_slugs_disabled",
                "organization slugs not enabled",
                "This instance does not have slugs enabled for organizations.",
            )
        if not SLUG.fullmatch(slug):
            raise errors.invalid("slug")
        other = self.first(slug=slug)
        if other is not None and other["id"] != id:
            raise errors.taken("slug", "That slug")
        return slug

    def _slug_of(self, name: str) -> str:
        """Make a slug of a name, with digits after it if another organization has that."""
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "organization"
        while self.first(slug=slug) is not None:
            slug = f"{slug}-{self.mirror.ids.token(10, '0123456789')}"
        return slug


def _mentioning(text: str) -> Test:
    wanted = text.lower()
    return lambda doc: (
        doc["id"] == text or wanted in doc["name"].lower() or wanted in (doc["slug"] or "")
    )


def _signed(values: list[str], of: Callable[[Doc], set[Any]]) -> Test:
    """Let values be included, or with a `-` before them excluded."""
    without = {each[1:] for each in values if each[0] == "-"}
    within = {each.removeprefix("+") for each in values if each[0] != "-"}
    return lambda doc: (not within or bool(of(doc) & within)) and not of(doc) & without
