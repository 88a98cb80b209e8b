"""SAML connections: the deprecated face of enterprise connections that speak SAML.

Source: https://clerk.com/docs/reference/backend-api (SAML Connections)
"""

from typing import Any

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource, ordered, page_of
from mirra_mcp.local.mirrors.clerk.signing.enterprise import metadata
from mirra_mcp.local.mirrors.clerk.signing.enterprise.params import (
    CreateSaml,
    IdentityProvider,
    ListSaml,
    UpdateSaml,
)
from mirra_mcp.wire.model import Doc

Values = list[str]
ORDERS = ("created_at", "name")
CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
MAPPING: Doc = {
    "user_id": "",
    "email_address": "mail",
    "first_name": "firstName",
    "last_name": "lastName",
}
"""Source: https://clerk.com/docs/guides/configure/auth-strategies/enterprise-connections/saml/custom-provider"""
MICROSOFT: Doc = {
    "user_id": "",
    "email_address": f"{CLAIMS}emailaddress",
    "first_name": f"{CLAIMS}givenname",
    "last_name": f"{CLAIMS}surname",
}
"""Source: https://clerk.com/docs/guides/configure/auth-strategies/enterprise-connections/saml/azure"""
PLAIN = ("idp_entity_id", "idp_sso_url", "idp_certificate", "idp_metadata_url", "idp_metadata")
SWITCHES = ("force_authn", "allow_subdomains", "allow_idp_initiated")
SHARED = (
    "name",
    "active",
    "organization_id",
    "sync_user_attributes",
    "disable_additional_identifications",
    "allow_organization_account_linking",
)
"""What the enterprise connection keeps."""


class SamlConnections(ClerkResource):
    """What enterprise connections know of the identity providers that they trust."""

    entity, plural = "saml_connection", "saml_connections"
    object, prefix, title = "saml_connection", "samlc", "SAML connection"
    names = ("name",)
    indexes = ("enterprise_connection_id",)
    blank = {
        "object": "saml_connection",
        "id": "",
        "name": "",
        "domain": "",
        "domains": [],
        "idp_entity_id": None,
        "idp_sso_url": None,
        "idp_certificate": None,
        "idp_certificate_issued_at": None,
        "idp_certificate_expires_at": None,
        "idp_metadata_url": None,
        "idp_metadata": None,
        "acs_url": "",
        "sp_entity_id": "",
        "sp_metadata_url": "",
        "organization_id": None,
        "attribute_mapping": MAPPING,
        "active": False,
        "provider": "saml_custom",
        "user_count": 0,
        "sync_user_attributes": True,
        "allow_subdomains": False,
        "allow_idp_initiated": False,
        "disable_additional_identifications": True,
        "allow_organization_account_linking": False,
        "force_authn": False,
        "login_hint": {"mode": "off"},
        "enterprise_connection_id": None,
        "created_at": None,
        "updated_at": None,
    }

    @route("POST /v1/saml_connections")
    def create(self, params: CreateSaml) -> Doc:
        """Make a SAML connection, and the enterprise connection that it is part of.

        Source: https://clerk.com/docs/reference/backend-api (Create a SAML Connection)
        """
        domains = self._domains(params)
        if domains is None:
            raise errors.one_of_missing("domain", "domains")
        made = self.mirror.enterprise_connections.add(
            params.provider,
            self.configured({}, params),
            name=params.name,
            domains=domains,
            organization_id=params.organization_id,
        )
        return self.view(self.of(made["id"]))

    @route("GET /v1/saml_connections")
    def list(self, params: ListSaml) -> Doc:
        """List SAML connections, newest first unless another order is asked for.

        Source: https://clerk.com/docs/reference/backend-api (Get a list of SAML Connections)
        """
        signed = [each.lstrip("+") for each in params.organization_id or ()]
        within = {each for each in signed if not each.startswith("-")}
        without = {each[1:] for each in signed if each.startswith("-")}
        found = [
            each
            for each in map(self.view, self.find())
            if params.query.lower() in each["name"].lower()
            and (not within or each["organization_id"] in within)
            and each["organization_id"] not in without
        ]
        return page_of(ordered(found, params.order_by, ORDERS), params, dict)

    @route("GET /v1/saml_connections/{saml_connection_id}")
    def retrieve(self, saml_connection_id: str) -> Doc:
        """Return one SAML connection.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve a SAML Connection by ID)
        """
        return self.view(self.get(saml_connection_id))

    @route("PATCH /v1/saml_connections/{saml_connection_id}")
    def update(self, saml_connection_id: str, params: UpdateSaml) -> Doc:
        """Change a SAML connection: let people in by it, or not.

        Fires: organizationDomain.deleted, of domains that this connection takes over
        Source: https://clerk.com/docs/reference/backend-api (Update a SAML Connection)
        """
        doc = self.get(saml_connection_id)
        fields = {name: getattr(params, name) for name in SHARED} | {
            "domains": self._domains(params)
        }
        self.mirror.enterprise_connections.change(
            doc["enterprise_connection_id"],
            {name: value for name, value in fields.items() if value is not None},
            self.configured(doc, params),
            takes_domains=bool(params.consent_verified_domains_deletion),
        )
        return self.view(self.get(saml_connection_id))

    @route("DELETE /v1/saml_connections/{saml_connection_id}")
    def delete(self, saml_connection_id: str) -> Doc:
        """Delete a SAML connection; who came in by it stays.

        Source: https://clerk.com/docs/reference/backend-api (Delete a SAML Connection)
        """
        doc = self.get(saml_connection_id)
        self.mirror.enterprise_connections.remove(doc["enterprise_connection_id"])
        return self.gone(doc)

    # what enterprise connections ask

    def of(self, enterprise_connection_id: str) -> Doc:
        """Return the SAML connection of an enterprise connection that has one."""
        found = self.first(enterprise_connection_id=enterprise_connection_id)
        if found is None:
            raise LookupError(f"{enterprise_connection_id} has no SAML connection")
        return found

    def configured(self, doc: Doc, params: IdentityProvider) -> Doc:
        """Return what parameters change of an identity provider; metadata outdoes single fields.

        Raises:
            VendorError: the metadata or the certificate can't be read.
        """
        said = params.model_fields_set
        fields: Doc = {name: getattr(params, name) for name in PLAIN if name in said}
        several = getattr(params, "idp_certificates", None)
        if several:
            fields["idp_certificate"] = several[0]
        for name in SWITCHES:
            if getattr(params, name, None) is not None:
                fields[name] = getattr(params, name)
        if params.login_hint is not None:
            hint = params.login_hint.model_dump(exclude_none=True)
            if hint["mode"] == "custom_attribute" and "source" not in hint:
                raise errors.needed_with("source", "login_hint")
            fields["login_hint"] = hint
        if params.attribute_mapping is not None:
            before = doc.get("attribute_mapping", {})
            fields["attribute_mapping"] = before | params.attribute_mapping.model_dump(
                exclude_none=True
            )
        if fields.get("idp_metadata"):
            fields |= metadata.identity_provider(fields["idp_metadata"])
        if "idp_certificate" in fields:
            times: tuple[int | None, int | None] = (None, None)
            if fields["idp_certificate"]:
                times = metadata.validity(fields["idp_certificate"])
            fields |= dict(
                zip(("idp_certificate_issued_at", "idp_certificate_expires_at"), times, strict=True)
            )
        return fields

    def add(self, connection: Doc, fields: Doc) -> Doc:
        """Keep what a new enterprise connection knows of its identity provider."""
        named = connection["provider"] != "saml_custom"
        given = MICROSOFT if connection["provider"] == "saml_microsoft" else MAPPING
        id, base = self.new_id(), self.mirror.frontend_api
        about = {
            "acs_url": f"{base}/v1/saml/acs/{id}",
            "sp_entity_id": f"{base}/saml/{id}",
            "sp_metadata_url": f"{base}/v1/saml/metadata/{id}.xml",
            "login_hint": {"mode": "email_address" if named else "off"},
        } | fields
        about["attribute_mapping"] = given | fields.get("attribute_mapping", {})
        return self.save(self.new(id=id, enterprise_connection_id=connection["id"], **about))

    def missing_for_activation(self, doc: Doc) -> Values:
        """Return what is still to be told of an identity provider before anybody comes in by it."""
        if doc.get("idp_metadata_url"):
            return []
        needed = ("idp_entity_id", "idp_sso_url", "idp_certificate")
        return [name for name in needed if not doc.get(name)]

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows: with what the enterprise connection keeps."""
        connection = self.mirror.enterprise_connections.get(doc["enterprise_connection_id"])
        shared = {name: connection[name] for name in (*SHARED, "domains", "provider")}
        counted = self.mirror.enterprise_accounts.count(enterprise_connection_id=connection["id"])
        return (
            super().view(doc)
            | shared
            | {
                "domain": connection["domains"][0],
                "user_count": counted,
            }
        )

    def part(self, connection: Doc) -> Doc:
        """Return what an enterprise connection shows of its SAML connection."""
        doc = self.of(connection["id"])
        names = (
            "id", "idp_entity_id", "idp_sso_url", "idp_certificate", "idp_certificate_issued_at",
            "idp_certificate_expires_at", "idp_metadata_url", "idp_metadata", "acs_url",
            "sp_entity_id", "sp_metadata_url", *SWITCHES, "login_hint", "attribute_mapping",
        )  # fmt: skip
        about = {name: doc[name] for name in names}
        return about | {"name": doc["name"] or connection["name"], "active": connection["active"]}

    def _domains(self, params: Any) -> Values | None:
        """Return the domains that parameters name, if they name some."""
        if params.domain is not None and params.domains is not None:
            raise errors.not_with("domain", "domains")
        if params.domain is not None:
            return [params.domain]
        domains: Values | None = params.domains
        return domains or None
