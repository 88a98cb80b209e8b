"""The parameters of enterprise connections and SAML connections.

Source: https://github.com/clerk/openapi-specs (bapi/2026-05-12.yml, Enterprise Connections, SAML
Connections)
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mirra_mcp.local.mirrors.clerk.api.params import ClerkParams, OneOrMore, Paging

SamlProvider = Literal["saml_custom", "saml_okta", "saml_google", "saml_microsoft"]
Provider = Literal[
    "saml_custom",
    "saml_okta",
    "saml_google",
    "saml_microsoft",
    "oidc_custom",
    "oidc_github_enterprise",
    "oidc_gitlab",
]
Name = Annotated[str, Field(min_length=1)]


class AttributeMapping(ClerkParams):
    """What the identity provider calls the fields of a user."""

    user_id: str | None = None
    email_address: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class LoginHint(ClerkParams):
    """What the identity provider is told of who signs in."""

    mode: Literal["email_address", "custom_attribute", "off"]
    source: str | None = None


class CustomAttribute(ClerkParams):
    """Something that the identity provider knows, kept in a user's public metadata."""

    name: Name
    key: Annotated[str, Field(pattern=r"^[^_][A-Za-z0-9_-]*$")]
    sso_path: str = ""
    scim_path: str = ""
    directory_path: str | None = None
    multi_valued: bool = False


class IdentityProvider(ClerkParams):
    """What is known of a SAML identity provider."""

    idp_entity_id: str | None = None
    idp_sso_url: str | None = None
    idp_certificate: str | None = None
    idp_metadata_url: str | None = None
    idp_metadata: str | None = None
    attribute_mapping: AttributeMapping | None = None
    force_authn: bool | None = None
    login_hint: LoginHint | None = None


class Saml(IdentityProvider):
    """The part of an enterprise connection that is SAML's."""

    name: Name | None = None
    idp_certificates: list[str] | None = None
    allow_subdomains: bool | None = None
    allow_idp_initiated: bool | None = None


class Oidc(ClerkParams):
    """The part of an enterprise connection that is OpenID Connect's."""

    client_id: str | None = None
    client_secret: str | None = None
    discovery_url: str | None = None
    auth_url: str | None = None
    token_url: str | None = None
    user_info_url: str | None = None
    requires_pkce: bool | None = None


class Connection(ClerkParams):
    """What creating and updating an enterprise connection have in common."""

    organization_id: str | None = None
    active: bool | None = None
    allow_organization_account_linking: bool | None = None
    authenticatable: bool | None = None
    disable_jit_provisioning: bool | None = None
    custom_attributes: list[CustomAttribute] | None = None
    saml: Saml | None = None
    oidc: Oidc | None = None


class CreateConnection(Connection):
    """The body of `POST /v1/enterprise_connections`."""

    name: Name
    provider: Provider
    domains: Annotated[list[str], Field(min_length=1)]


class UpdateConnection(Connection):
    """The body of `PATCH /v1/enterprise_connections/{enterprise_connection_id}`."""

    name: Name | None = None
    domains: list[str] | None = None
    sync_user_attributes: bool | None = None
    disable_additional_identifications: bool | None = None


class ListConnections(Paging):
    """The query of `GET /v1/enterprise_connections`."""

    organization_id: str | None = None
    active: bool | None = None


class ListTestRuns(Paging):
    """The query of `GET /v1/enterprise_connections/{enterprise_connection_id}/test_runs`."""

    several: ClassVar[frozenset[str]] = frozenset({"status"})
    status: list[Literal["pending", "success", "failed"]] | None = None


class CreateSaml(IdentityProvider):
    """The body of `POST /v1/saml_connections`."""

    name: Name
    provider: SamlProvider
    domain: str | None = None
    domains: list[str] | None = None
    organization_id: str | None = None


class UpdateSaml(IdentityProvider):
    """The body of `PATCH /v1/saml_connections/{saml_connection_id}`."""

    name: Name | None = None
    domain: str | None = None
    domains: list[str] | None = None
    organization_id: str | None = None
    active: bool | None = None
    sync_user_attributes: bool | None = None
    allow_subdomains: bool | None = None
    allow_idp_initiated: bool | None = None
    disable_additional_identifications: bool | None = None
    allow_organization_account_linking: bool | None = None
    consent_verified_domains_deletion: bool | None = None


class ListSaml(Paging):
    """The query of `GET /v1/saml_connections`."""

    several: ClassVar[frozenset[str]] = frozenset({"organization_id"})
    query: str = ""
    order_by: str = "-created_at"
    organization_id: OneOrMore | None = Field(default=None, max_length=100)
