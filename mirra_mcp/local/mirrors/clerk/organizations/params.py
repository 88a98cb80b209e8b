"""The parameters of organizations, their members, invitations and domains.

Source: https://clerk.com/docs/reference/backend-api (Organizations)
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mirra_mcp.local.mirrors.clerk.api.params import (
    ClerkParams,
    FrontendParams,
    MaybePaged,
    Metadata,
    OneOrMore,
    Paging,
)

Status = Literal["pending", "accepted", "revoked", "expired"]
Mode = Literal["manual_invitation", "automatic_invitation", "automatic_suggestion"]
DomainMode = Literal[
    "manual_invitation", "automatic_invitation", "automatic_suggestion", "enterprise_sso"
]
DomainFilter = Literal[
    "manual_invitation",
    "automatic_invitation",
    "automatic_suggestion",
    "enterprise_sso",
    "-manual_invitation",
    "-automatic_invitation",
    "-automatic_suggestion",
    "-enterprise_sso",
]
Name = Annotated[str, Field(min_length=1, max_length=256)]


class UpdateMetadata(ClerkParams):
    """The body of `PATCH` and `PUT /v1/organizations/{organization_id}/metadata`."""

    public_metadata: Metadata | None = None
    private_metadata: Metadata | None = None


class CreateOrganization(UpdateMetadata):
    """The body of `POST /v1/organizations`."""

    name: Name
    created_by: str | None = None
    slug: str | None = None
    max_allowed_memberships: Annotated[int, Field(ge=0)] | None = None
    created_at: str | None = None
    role_set_key: str | None = None


class UpdateOrganization(UpdateMetadata):
    """The body of `PATCH /v1/organizations/{organization_id}`."""

    name: Name | None = None
    slug: str | None = None
    max_allowed_memberships: Annotated[int, Field(ge=0)] | None = None
    admin_delete_enabled: bool | None = None
    created_at: str | None = None
    role_set_key: str | None = None


class ShowOrganization(Paging):
    """The query of `GET /v1/organizations/{organization_id}`."""

    include_members_count: bool = False
    include_missing_member_with_elevated_permissions: bool = False


class ListOrganizations(ShowOrganization):
    """The query of `GET /v1/organizations`."""

    several: ClassVar[frozenset[str]] = frozenset({"user_id", "organization_id"})
    query: str | None = None
    user_id: OneOrMore | None = Field(default=None, max_length=100)
    organization_id: OneOrMore | None = Field(default=None, max_length=100)
    order_by: str = "-created_at"


class CreateMembership(UpdateMetadata):
    """The body of `POST /v1/organizations/{organization_id}/memberships`."""

    user_id: str
    role: str


class UpdateMembership(ClerkParams):
    """The body of `PATCH /v1/organizations/{organization_id}/memberships/{user_id}`."""

    role: str


class AllMemberships(Paging):
    """The query of `GET /v1/organization_memberships`."""

    order_by: str = "-created_at"


class ListMemberships(AllMemberships):
    """The query of `GET /v1/organizations/{organization_id}/memberships`."""

    several: ClassVar[frozenset[str]] = frozenset(
        {"user_id", "email_address", "phone_number", "username", "web3_wallet", "role"}
    )
    user_id: OneOrMore | None = Field(default=None, max_length=100)
    email_address: OneOrMore | None = Field(default=None, max_length=100)
    phone_number: OneOrMore | None = Field(default=None, max_length=100)
    username: OneOrMore | None = Field(default=None, max_length=100)
    web3_wallet: OneOrMore | None = Field(default=None, max_length=100)
    role: OneOrMore | None = Field(default=None, max_length=100)
    query: str | None = None
    email_address_query: str | None = None
    phone_number_query: str | None = None
    username_query: str | None = None
    name_query: str | None = None
    last_active_at_before: int | None = None
    last_active_at_after: int | None = None
    created_at_before: int | None = None
    created_at_after: int | None = None


class Keyed(Paging):
    """The query of `GET /v1/organization_roles` and `GET /v1/organization_permissions`."""

    query: str | None = None
    order_by: str = "-created_at"


class CreateRole(ClerkParams):
    """The body of `POST /v1/organization_roles`."""

    name: str = Field(min_length=1)
    key: str
    description: str | None = None
    permissions: list[str] | None = None
    include_in_initial_role_set: bool | None = None


class UpdateRole(ClerkParams):
    """The body of `PATCH /v1/organization_roles/{organization_role_id}`."""

    name: str | None = Field(default=None, min_length=1)
    key: str | None = None
    description: str | None = None
    permissions: list[str] | None = None


class CreatePermission(ClerkParams):
    """The body of `POST /v1/organization_permissions`."""

    name: str = Field(min_length=1)
    key: str
    description: str | None = None


class UpdatePermission(ClerkParams):
    """The body of `PATCH /v1/organization_permissions/{permission_id}`."""

    name: str | None = Field(default=None, min_length=1)
    key: str | None = None
    description: str | None = None


class CreateOrganizationInvitation(UpdateMetadata):
    """The body of `POST /v1/organizations/{organization_id}/invitations`."""

    email_address: str
    role: str
    inviter_user_id: str | None = None
    redirect_url: str | None = None
    expires_in_days: Annotated[int, Field(ge=1, le=365)] | None = None
    notify: bool | None = None


class ListUserInvitations(Paging):
    """The query of `GET /v1/users/{user_id}/organization_invitations`."""

    several: ClassVar[frozenset[str]] = frozenset({"status"})
    status: list[Status] | None = None


class ListInvitations(ListUserInvitations):
    """The query of `GET /v1/organizations/{organization_id}/invitations`."""

    email_address: str | None = None
    order_by: str = "-created_at"


class AllInvitations(ListUserInvitations):
    """The query of `GET /v1/organization_invitations`."""

    query: str | None = None
    order_by: str = "-created_at"


class RevokeInvitation(ClerkParams):
    """The body of `POST /v1/organizations/{organization_id}/invitations/{id}/revoke`."""

    requesting_user_id: str | None = None


class CreateDomain(ClerkParams):
    """The body of `POST /v1/organizations/{organization_id}/domains`."""

    name: str
    enrollment_mode: DomainMode | None = None
    verified: bool | None = None


class UpdateDomain(ClerkParams):
    """The body of `PATCH /v1/organizations/{organization_id}/domains/{domain_id}`."""

    enrollment_mode: DomainMode | None = None
    verified: bool | None = None


class ListDomains(Paging):
    """The query of `GET /v1/organizations/{organization_id}/domains`."""

    several: ClassVar[frozenset[str]] = frozenset({"enrollment_mode", "domains"})
    verified: bool | None = None
    enrollment_mode: list[DomainFilter] | None = None


class AllDomains(ListDomains):
    """The query of `GET /v1/organization_domains`."""

    organization_id: str | None = None
    query: str | None = None
    domains: list[str] | None = None
    order_by: str = "-created_at"


class UpdateSettings(ClerkParams):
    """The body of `PATCH /v1/instance/organization_settings`."""

    enabled: bool | None = None
    max_allowed_memberships: Annotated[int, Field(ge=0)] | None = None
    admin_delete_enabled: bool | None = None
    domains_enabled: bool | None = None
    slug_disabled: bool | None = None
    domains_enrollment_modes: list[Mode] | None = None
    creator_role_id: str | None = None
    domains_default_role_id: str | None = None


class NameOrganization(FrontendParams):
    """The form of `POST /v1/organizations`, as browsers send it."""

    name: Name
    slug: str | None = None


class RenameOrganization(FrontendParams):
    """The form of `PATCH /v1/organizations/{organization_id}`, as browsers send it."""

    name: Name | None = None
    slug: str | None = None


class MyMemberships(MaybePaged):
    """The query of `GET /v1/me/organization_memberships`."""


class BrowseMembers(MaybePaged):
    """The query of `GET /v1/organizations/{organization_id}/memberships`, of browsers."""

    several: ClassVar[frozenset[str]] = frozenset({"role"})
    query: str | None = None
    role: OneOrMore | None = None


class AddMember(FrontendParams):
    """The form of `POST /v1/organizations/{organization_id}/memberships`, of browsers."""

    user_id: str
    role: str


class ChangeRole(FrontendParams):
    """The form of `PATCH /v1/organizations/{organization_id}/memberships/{user_id}`."""

    role: str


class Invite(FrontendParams):
    """The form of `POST /v1/organizations/{organization_id}/invitations`, and of `bulk`.

    Several addresses come as one name that is repeated.
    """

    email_address: str
    role: str
    notify: bool | None = None


RoleKeys = Annotated[list[str], Field(min_length=1, max_length=10)]


class CreateRoleSet(ClerkParams):
    """The body of `POST /v1/role_sets`."""

    name: str = Field(min_length=1)
    default_role_key: str
    creator_role_key: str
    roles: RoleKeys
    key: str | None = None
    description: str | None = None
    type: Literal["initial", "custom"] | None = None


class UpdateRoleSet(ClerkParams):
    """The body of `PATCH /v1/role_sets/{role_set_key_or_id}`."""

    name: str | None = Field(default=None, min_length=1)
    key: str | None = None
    description: str | None = None
    type: Literal["initial"] | None = None
    default_role_key: str | None = None
    creator_role_key: str | None = None


class AddRoles(ClerkParams):
    """The body of `POST /v1/role_sets/{role_set_key_or_id}/roles`."""

    role_keys: RoleKeys
    default_role_key: str | None = None
    creator_role_key: str | None = None


class ReplaceRole(ClerkParams):
    """The body of `POST /v1/role_sets/{role_set_key_or_id}/roles/replace`."""

    role_key: str
    to_role_key: str


class ReplaceRoleSet(ClerkParams):
    """The body of `POST /v1/role_sets/{role_set_key_or_id}/replace`."""

    dest_role_set_key: str
    reassignment_mappings: dict[str, str] | None = None
