"""How people of a company come in: found, made or linked, and made members of its organization.

Source: https://clerk.com/docs/guides/configure/auth-strategies/enterprise-connections/account-linking
"""

from typing import Any
from urllib.parse import urlencode

from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.local.mirrors.clerk.signing import attempts
from mirra_mcp.local.mirrors.clerk.signing.enterprise import metadata
from mirra_mcp.wire.model import Doc

Docs = list[Doc]
METADATA_CLAIM = "public_metadata_"
"""Source: https://clerk.com/docs/guides/configure/auth-strategies/enterprise-connections/saml/okta"""
STANDARD = ("user_id", "email_address", "first_name", "last_name")
OIDC: Doc = {"user_id": "sub", "email_address": "email", "first_name": "given_name",
             "last_name": "family_name"}  # fmt: skip
"""Source: https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims"""


class Arrivals(ClerkResource):
    """The documents of enterprise connections, and who comes in by them."""

    entity, plural = "enterprise_connection", "enterprise_connections"
    object, prefix, title = "enterprise_connection", "entconn", "enterprise connection"
    names = ("name",)
    indexes = ("organization_id",)
    synonyms = ("sso connection",)
    blank = {
        "object": "enterprise_connection",
        "id": "",
        "name": "",
        "provider": "",
        "logo_public_url": None,
        "active": False,
        "domains": [],
        "organization_id": None,
        "sync_user_attributes": True,
        "disable_additional_identifications": True,
        "allow_organization_account_linking": False,
        "authenticatable": True,
        "disable_jit_provisioning": False,
        "custom_attributes": [],
        "saml_connection": None,
        "oauth_config": None,
        "created_at": None,
        "updated_at": None,
        "_oidc": None,
    }

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows: a client's secret it never does."""
        shown = super().view(doc)
        if self.protocol(doc) == "saml":
            return shown | {"saml_connection": self.mirror.saml_connections.part(doc)}
        oidc: Doc = dict.fromkeys(
            ("client_id", "discovery_url", "auth_url", "token_url", "user_info_url")
        )
        oidc |= {"requires_pkce": False} | (doc["_oidc"] or {})
        oidc.pop("client_secret", None)
        about = {"name": doc["name"], "provider_key": doc["provider"], "logo_public_url": None}
        return shown | {"oauth_config": about | oidc}

    def brief(self, doc: Doc) -> Doc:
        """Return what users show of the connections that they came in by."""
        saml = self.mirror.saml_connections.of(doc["id"]) if self.protocol(doc) == "saml" else {}
        names = ("id", "provider", "name", "logo_public_url", "domains", "active",
                 "sync_user_attributes", "disable_additional_identifications", "created_at",
                 "updated_at")  # fmt: skip
        return {name: doc[name] for name in names} | {
            "protocol": self.protocol(doc),
            "domain": doc["domains"][0],
            "allow_subdomains": saml.get("allow_subdomains", False),
            "allow_idp_initiated": saml.get("allow_idp_initiated", False),
        }

    def protocol(self, doc: Doc) -> str:
        """Return what a connection speaks: `saml` or `oauth`."""
        return "saml" if doc["provider"].startswith("saml_") else "oauth"

    def strategy(self, doc: Doc) -> str:
        """Return how verifications call a connection that isn't SAML's."""
        return f"oauth_custom_{doc['provider'].removeprefix('oidc_').replace('_', '')}"

    # whom it is for

    def for_email(self, identifier: str) -> Doc | None:
        """Return the active connection of an email address's domain, if there is one.

        Source: https://clerk.com/docs/guides/configure/auth-strategies/enterprise-connections/overview
        """
        _, at, domain = identifier.strip().lower().rpartition("@")
        if not at or not self.count():
            return None
        found = (each for each in self._open() if self.covers(each, domain))
        return next(found, None)

    def covers(self, doc: Doc, domain: str) -> bool:
        """Tell whether a connection is for a domain: its own, or maybe one below it."""
        if domain in doc["domains"]:
            return True
        if self.protocol(doc) != "saml":
            return False
        wide = self.mirror.saml_connections.of(doc["id"])["allow_subdomains"]
        return wide and any(domain.endswith(f".{each}") for each in doc["domains"])

    def _open(self) -> Docs:
        found = self.find(newest_first=False)
        return [each for each in found if each["active"] and each["authenticatable"]]

    # the way there

    def way(self, doc: Doc, attempt_id: str, email: str, redirect_url: str | None) -> str:
        """Return where somebody is sent to sign in: the identity provider, and how to come back."""
        state = redirect_url or attempt_id
        if self.protocol(doc) == "saml":
            saml = self.mirror.saml_connections.of(doc["id"])
            where = saml["idp_sso_url"] or saml["idp_metadata_url"]
            request = metadata.request_of(
                where, saml["sp_entity_id"], saml["acs_url"], attempt_id, force=saml["force_authn"]
            )
            query = {"SAMLRequest": request, "RelayState": state}
            hint = self._hint(saml["login_hint"], email)
        else:
            oidc = doc["_oidc"]
            where = oidc.get("auth_url") or oidc["discovery_url"]
            query = {
                "client_id": oidc["client_id"],
                "redirect_uri": f"{self.mirror.frontend_api}/v1/oauth_callback",
                "response_type": "code",
                "scope": "openid profile email",
                "state": state,
            }
            hint = email
        if hint:
            query["login_hint"] = hint
        return f"{where}{'&' if '?' in where else '?'}{urlencode(query)}"

    def _hint(self, rule: Doc, email: str) -> str | None:
        if rule["mode"] == "email_address":
            return email
        if rule["mode"] == "off":
            return None
        user = self.mirror.email_addresses.owner(email)
        value = None if user is None else user["public_metadata"].get(rule["source"])
        return value if isinstance(value, str) else None

    # the way back

    def asserted(
        self, doc: Doc, email: str, first_name: str | None, last_name: str | None, more: Doc
    ) -> Doc:
        """Return what an identity provider tells of somebody, by its own names."""
        mapping = self._mapping(doc)
        told = {"email_address": email, "first_name": first_name, "last_name": last_name}
        named = {mapping[name] or name: value for name, value in told.items() if value}
        return named | more

    def identity(self, doc: Doc, attributes: Doc) -> Doc:
        """Read what an identity provider says of somebody.

        Raises:
            VendorError: it tells no email address.
        """
        mapping = self._mapping(doc)
        told: Doc = {name: attributes.get(mapping.get(name) or name) for name in STANDARD}
        email = told["email_address"]
        if not isinstance(email, str) or not email:
            raise _no_address(mapping["email_address"], is_saml=self.protocol(doc) == "saml")
        kept = {
            name.removeprefix(METADATA_CLAIM): value
            for name, value in attributes.items()
            if name.startswith(METADATA_CLAIM)
        }
        for each in doc["custom_attributes"]:
            if each["sso_path"] in attributes:
                kept[each["key"]] = _shaped(attributes[each["sso_path"]], each["multi_valued"])
        return {
            "email_address": self.mirror.email_addresses.normal(email),
            "first_name": told["first_name"],
            "last_name": told["last_name"],
            "provider_user_id": told["user_id"],
            "public_metadata": kept,
        }

    def arrive(self, doc: Doc, identity: Doc) -> Doc:
        """Let somebody in whom an identity provider vouches for, and sign it in.

        Fires: user.created or user.updated, organizationMembership.created, session.created
        """
        user = self.admit(doc, identity)
        email = identity["email_address"]
        if self.mirror.sign_ups.vouched_for(user, email) is None:
            self.mirror.sign_ins.returned(doc, user, email)
        return self.mirror.users.get(user["id"])

    def _mapping(self, doc: Doc) -> Doc:
        if self.protocol(doc) != "saml":
            return OIDC
        mapping: Doc = self.mirror.saml_connections.of(doc["id"])["attribute_mapping"]
        return mapping

    def admit(self, doc: Doc, identity: Doc) -> Doc:
        """Return the user that an identity provider vouches for: linked, or made.

        Fires: user.created or user.updated, organizationMembership.created
        Source: https://clerk.com/docs/guides/organizations/add-members/sso

        Raises:
            VendorError: the connection lets nobody in, or not this one.
        """
        if not (doc["active"] and doc["authenticatable"]):
            raise errors.refusal(
                404,
                "saml_connection_active_not_found",
                "not found",
                f"No active SAML Connection found with id {doc['id']}.",
            )
        email = identity["email_address"]
        user = self.mirror.email_addresses.proven_owner(email)
        if not self.covers(doc, email.partition("@")[2]) and not self._is_colleague(doc, user):
            raise self._other_domain(doc, email)
        self._check_room(doc, user)
        if user is None:
            if doc["disable_jit_provisioning"]:
                raise errors.refusal(
                    404,
                    "saml_jit_provisioning_disabled",
                    "JIT provisioning disabled",
                    "Just-in-time provisioning is disabled for this SAML connection and no "
                    "matching user exists for the provided email address.",
                    email_address=email,
                )
            user = self._made(doc, identity)
        else:
            if user["banned"]:
                raise attempts.banned()
            user = self._linked(doc, identity, user)
        self._join(doc, user)
        return self.mirror.users.get(user["id"])

    def _made(self, doc: Doc, identity: Doc) -> Doc:
        """Make the user on its first arrival.

        Fires: user.created
        """
        users = self.mirror.users
        id = users.new_id()
        account = self.mirror.enterprise_accounts.link(id, doc, identity)
        names = ("email_address", "first_name", "last_name", "public_metadata")
        attempt = self.mirror.sign_ups.blank | {name: identity[name] for name in names}
        return users.signed_up(attempt, id=id, linked_to=[self._link(doc, account)])

    def _linked(self, doc: Doc, identity: Doc, user: Doc) -> Doc:
        """Link a user to its account, and take over what the identity provider says of it.

        Fires: user.updated
        """
        account = self.mirror.enterprise_accounts.link(user["id"], doc, identity)
        emails = self.mirror.email_addresses
        link = self._link(doc, account)
        for known in emails.find(user_id=user["id"], _value=identity["email_address"]):
            if link not in known["linked_to"]:
                emails.save(emails.touch(known, linked_to=[*known["linked_to"], link]))
        fields: Doc = {}
        if doc["sync_user_attributes"]:
            fields = {
                name: identity[name] for name in ("first_name", "last_name") if identity[name]
            }
            fields["public_metadata"] = user["public_metadata"] | identity["public_metadata"]
        return self.mirror.users.refresh(user["id"], **fields)

    def _join(self, doc: Doc, user: Doc) -> None:
        """Make somebody a member of the organization that the connection is for.

        Fires: organizationMembership.created
        """
        if doc["organization_id"] is None:
            return
        organization = self.mirror.organizations.get(doc["organization_id"])
        members = self.mirror.organization_memberships
        if members.between(organization["id"], user["id"]) is None:
            role = self.mirror.role_sets.default_of(organization)
            members.join(organization, user, role)

    def _check_room(self, doc: Doc, user: Doc | None) -> None:
        if doc["organization_id"] is not None:
            organization = self.mirror.organizations.get(doc["organization_id"])
            members = self.mirror.organization_memberships
            if user is None or members.between(organization["id"], user["id"]) is None:
                self.mirror.organizations.check_room(organization)

    def _is_colleague(self, doc: Doc, user: Doc | None) -> bool:
        """Tell whether a user of another domain may be linked: as a member of the organization."""
        if user is None or not doc["allow_organization_account_linking"]:
            return False
        members = self.mirror.organization_memberships
        organization_id = doc["organization_id"]
        return organization_id is not None and (
            members.between(organization_id, user["id"]) is not None
        )

    def _link(self, doc: Doc, account: Doc) -> Doc:
        kind = "saml" if self.protocol(doc) == "saml" else self.strategy(doc)
        return {"type": kind, "id": account["id"]}

    def _other_domain(self, doc: Doc, email: str) -> Any:
        wanted, received = doc["domains"][0], email.partition("@")[2]
        if self.protocol(doc) == "saml":
            return errors.refusal(
                400,
                "saml_email_address_domain_mismatch",
                "Email address domain mismatch",
                "The email address domain of the provider's account does not match the domain of "
                "the connection.",
                expected_domain=wanted,
                received_domain=received,
            )
        return errors.refusal(
            400,
            "enterprise_sso_email_address_domain_mismatch",
            "Enterprise Connection email address domain mismatch",
            f"The email address returned by the provider {received} does not match the domain of "
            f"the enterprise connection {wanted} that initiated the authentication.",
            expected_domain=wanted,
            received_domain=received,
        )


def _no_address(attribute: str, *, is_saml: bool) -> Any:
    if is_saml:
        return errors.refusal(
            400,
            "saml_user_attribute_missing",
            f"This account does not have an associated '{attribute}' attribute. Contact the IdP "
            "administrator for resolution.",
            missing_attribute=attribute,
        )
    return errors.refusal(
        400,
        "enterprise_sso_user_attribute_missing",
        "Enterprise Connection email address missing",
        f"The Enterprise Connection did not return the required '{attribute}' attribute. Contact "
        "the IdP administrator to ensure it is included in the identity response.",
        missing_attribute=attribute,
    )


def _shaped(value: Any, several: bool) -> Any:
    """Return a custom attribute's value as metadata keeps it.

    Source: https://clerk.com/docs/guides/configure/auth-strategies/enterprise-connections/custom-attribute-mapping
    """
    values = value if isinstance(value, list) else [value]
    if several:
        return [each for each in values if each]
    return values[0] if values else ""
