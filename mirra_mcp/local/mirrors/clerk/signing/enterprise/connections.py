"""Enterprise connections: through which the people of a company sign in at its identity provider.

Source: https://clerk.com/docs/reference/backend-api (Enterprise Connections)
"""

from typing import Any

from mirra_mcp.local.kit.routes import Answer, route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.params import DOMAIN
from mirra_mcp.local.mirrors.clerk.api.resource import page_of
from mirra_mcp.local.mirrors.clerk.signing.enterprise.arrivals import Arrivals
from mirra_mcp.local.mirrors.clerk.signing.enterprise.params import (
    Connection,
    CreateConnection,
    ListConnections,
    Oidc,
    UpdateConnection,
)
from mirra_mcp.wire.model import Doc

Values = list[str]
SWITCHES = (
    "name",
    "sync_user_attributes",
    "disable_additional_identifications",
    "allow_organization_account_linking",
    "authenticatable",
    "disable_jit_provisioning",
)
"""What is kept as it is given."""
URLS = ("auth_url", "token_url", "user_info_url")


class EnterpriseConnections(Arrivals):
    """The connections of an instance to identity providers, by SAML or OpenID Connect."""

    @route("POST /v1/enterprise_connections")
    def create(self, params: CreateConnection) -> Answer:
        """Make a connection; it lets people in once it is active.

        Fires: organizationDomain.deleted, of domains that this connection takes over
        Source: https://clerk.com/docs/reference/backend-api (Create an enterprise connection)
        """
        is_saml = params.provider.startswith("saml_")
        fields = self._given(params) | {"name": params.name, "domains": params.domains}
        self._check_protocol(params, is_saml=is_saml)
        saml = self.mirror.saml_connections.configured({}, params.saml) if params.saml else {}
        if params.saml and params.saml.name:
            saml["name"] = params.saml.name
        if is_saml:
            made = self.add(params.provider, saml, **fields)
        else:
            made = self.add(params.provider, None, oidc=_oidc({}, params.oidc), **fields)
        return Answer(201, self.view(made))

    @route("GET /v1/enterprise_connections")
    def list(self, params: ListConnections) -> Doc:
        """List connections, newest first.

        Source: https://clerk.com/docs/reference/backend-api (List enterprise connections)
        """
        found = [
            each
            for each in self.find()
            if params.organization_id in (None, each["organization_id"])
            and params.active in (None, each["active"])
        ]
        return page_of(found, params, self.view)

    @route("GET /v1/enterprise_connections/{enterprise_connection_id}")
    def retrieve(self, enterprise_connection_id: str) -> Doc:
        """Return one connection.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve an enterprise connection)
        """
        return self.view(self.get(enterprise_connection_id))

    @route("PATCH /v1/enterprise_connections/{enterprise_connection_id}")
    def update(self, enterprise_connection_id: str, params: UpdateConnection) -> Doc:
        """Change a connection: let people in by it, or not.

        Fires: organizationDomain.deleted, of domains that this connection takes over
        Source: https://clerk.com/docs/reference/backend-api (Update an enterprise connection)
        """
        doc = self.get(enterprise_connection_id)
        self._check_protocol(params, is_saml=self.protocol(doc) == "saml")
        fields = self._given(params)
        if params.domains:
            fields["domains"] = params.domains
        saml: Doc = {}
        if params.saml is not None:
            known = self.mirror.saml_connections
            saml = known.configured(known.of(doc["id"]), params.saml)
            if params.saml.name:
                saml["name"] = params.saml.name
        if params.oidc is not None:
            fields["_oidc"] = self._dated(_oidc(doc["_oidc"], params.oidc))
        return self.view(self.change(doc["id"], fields, saml, takes_domains=True))

    @route("DELETE /v1/enterprise_connections/{enterprise_connection_id}")
    def delete(self, enterprise_connection_id: str) -> Doc:
        """Delete a connection; who came in by it stays, and signs in otherwise.

        Source: https://clerk.com/docs/guides/configure/auth-strategies/enterprise-connections/overview
        """
        return self.gone(self.remove(enterprise_connection_id))

    # the steps

    def add(
        self,
        provider: str,
        saml: Doc | None,
        *,
        domains: Values,
        oidc: Doc | None = None,
        active: bool = False,
        **fields: Any,
    ) -> Doc:
        """Make a connection, of SAML or of OpenID Connect.

        Raises:
            VendorError: a domain can't be one, or something is missing that an active one needs.
        """
        names = self._domains(domains)
        self._check_organization(fields.get("organization_id"))
        doc = self.new(provider=provider, domains=names, active=active, **fields)
        if oidc is not None:
            doc["_oidc"] = self._dated({"id": f"eaoc_3{self.mirror.ids.token(26)}", **oidc})
        if active:
            self._check_complete(doc, saml)
        self.save(doc)
        if saml is not None:
            self.mirror.saml_connections.add(doc, saml)
        if active:
            self.mirror.organization_domains.yield_to(names)
        return doc

    def change(self, id: str, fields: Doc, saml: Doc, *, takes_domains: bool) -> Doc:
        """Save changed fields of a connection, and of what it knows of its identity provider.

        Raises:
            VendorError: it can't be so, or domains of organizations stand against it.
        """
        doc = self.get(id)
        if "domains" in fields:
            fields["domains"] = self._domains(fields["domains"])
        self._check_organization(fields.get("organization_id"))
        changed = self.touch(doc, **fields)
        known = self.mirror.saml_connections
        part = known.of(id) | saml if self.protocol(doc) == "saml" else None
        if changed["active"]:
            self._check_complete(changed, part)
        opens = changed["active"] and (not doc["active"] or changed["domains"] != doc["domains"])
        if opens and not takes_domains:
            self.mirror.organization_domains.check_unclaimed(changed["domains"])
        if part is not None:
            known.save(known.touch(part))
        if opens:
            self.mirror.organization_domains.yield_to(changed["domains"])
        return self.save(changed)

    def remove(self, id: str) -> Doc:
        """Drop a connection with the accounts at it."""
        doc = self.get(id)
        self.mirror.enterprise_accounts.forget(enterprise_connection_id=id)
        self.mirror.enterprise_test_runs.forget(id)
        if self.protocol(doc) == "saml":
            self.mirror.saml_connections.drop(self.mirror.saml_connections.of(id))
        self.drop(doc)
        return doc

    # what it is made of

    def _given(self, params: Connection) -> Doc:
        """Return the fields that are kept as they are given.

        Raises:
            VendorError: a custom attribute has two paths.
        """
        fields = {name: getattr(params, name, None) for name in SWITCHES}
        fields |= {"active": params.active, "organization_id": params.organization_id}
        if params.custom_attributes is not None:
            fields["custom_attributes"] = [_attribute(each) for each in params.custom_attributes]
        return {name: value for name, value in fields.items() if value is not None}

    def _dated(self, oidc: Doc) -> Doc:
        now = self.new()["created_at"]
        return {"created_at": now, **oidc, "updated_at": now}

    def _domains(self, domains: Values) -> Values:
        names = list(dict.fromkeys(each.strip().lower() for each in domains))
        if not all(DOMAIN.fullmatch(each) for each in names):
            raise errors.invalid("domains")
        return names

    def _check_organization(self, id: str | None) -> None:
        if id is not None:
            self.mirror.organizations.enabled(id)

    def _check_protocol(self, params: Connection, *, is_saml: bool) -> None:
        """Refuse what another protocol's connections are configured with."""
        other, provider = ("oidc", "SAML") if is_saml else ("saml", "OIDC")
        if getattr(params, other) is not None:
            raise errors.refusal(
                422,
                "form_param_unknown",
                "is unknown",
                f"{other} is not a valid parameter for this request: it speaks {provider}.",
                param_name=other,
            )

    def _check_complete(self, doc: Doc, saml: Doc | None) -> None:
        """Refuse to let people in by a connection that doesn't know where to send them."""
        if saml is not None:
            missing = self.mirror.saml_connections.missing_for_activation(saml)
        else:
            oidc = doc["_oidc"] or {}
            missing = [] if oidc.get("client_id") else ["client_id"]
            if not (oidc.get("client_secret") or oidc.get("requires_pkce")):
                missing.append("client_secret")
            if not (oidc.get("discovery_url") or all(oidc.get(name) for name in URLS)):
                missing.append("discovery_url")
        if missing:
            raise errors.refusal(
                422,
                "saml_connection_cant_be_activated",
                "SAML Connection can't be activated",
                f"You have to provide the {', '.join(missing)} before you are able to activate "
                "this connection.",
            )


def _oidc(before: Doc, params: Oidc | None) -> Doc:
    """Return what is known of an OpenID Connect provider."""
    said = {} if params is None else params.model_dump(exclude_unset=True)
    if said.get("requires_pkce", False) is None:
        del said["requires_pkce"]
    return before | said


def _attribute(given: Any) -> Doc:
    """Return a custom attribute; its path in directories has two names.

    Raises:
        VendorError: the two say different things.
    """
    attribute: Doc = given.model_dump()
    old, new = attribute["scim_path"], attribute["directory_path"]
    if old and new is not None and old != new:
        raise errors.not_with("scim_path", "directory_path")
    path = old if new is None else new
    return attribute | {"scim_path": path, "directory_path": path}
