"""OAuth applications: other people's apps, into which an instance's users sign in.

Source: https://clerk.com/docs/reference/backend-api (OAuth Applications)
"""

from typing import Any
from urllib.parse import urlsplit

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource, ordered, page_of
from mirra_mcp.local.mirrors.clerk.machines.oauth.params import (
    Application,
    CreateApplication,
    ListApplications,
    UpdateApplication,
    UpdateSettings,
)
from mirra_mcp.wire.model import Doc

Values = list[str]
SCOPES = (
    "openid",
    "profile",
    "email",
    "public_metadata",
    "private_metadata",
    "offline_access",
    "user:org:read",
)
"""Source: https://clerk.com/docs/guides/configure/auth-strategies/oauth/how-clerk-implements-oauth#scopes"""
DEFAULT_SCOPES = "profile email"
ORDERS = ("created_at", "name")
SETTINGS = "oauth_settings"
SETTINGS_BLANK: Doc = {
    "oauth_jwt_access_tokens": True,
    "default_scopes": None,
}


class OauthApplications(ClerkResource):
    """The applications of an instance."""

    entity, plural = "oauth_application", "oauth_applications"
    object, prefix, title = "oauth_application", "oa", "OAuth application"
    names = ("name",)
    indexes = ("client_id",)
    blank = {
        "object": "oauth_application",
        "id": "",
        "instance_id": "",
        "name": "",
        "client_id": "",
        "client_uri": None,
        "client_image_url": None,
        "dynamically_registered": False,
        "consent_screen_enabled": True,
        "pkce_required": False,
        "public": False,
        "scopes": DEFAULT_SCOPES,
        "redirect_uris": [],
        "callback_url": "",
        "authorize_url": "",
        "token_fetch_url": "",
        "user_info_url": "",
        "discovery_url": "",
        "token_introspection_url": "",
        "created_at": None,
        "updated_at": None,
        "_secret": "",
    }

    @route("POST /v1/oauth_applications")
    def create(self, params: CreateApplication) -> Doc:
        """Make an application; its secret is in this answer alone.

        Source: https://clerk.com/docs/reference/backend-api (Create an OAuth application)
        """
        fields = self._given(params)
        base = self.mirror.frontend_api
        doc = self.new(
            **fields,
            name=params.name,
            instance_id=self.mirror.keep_identity().id,
            client_id=self.mirror.ids.token(16),
            authorize_url=f"{base}/oauth/authorize",
            token_fetch_url=f"{base}/oauth/token",
            user_info_url=f"{base}/oauth/userinfo",
            discovery_url=f"{base}/.well-known/openid-configuration",
            token_introspection_url=f"{base}/oauth/token_info",
        )
        return self._with_secret(doc)

    @route("GET /v1/oauth_applications")
    def list(self, params: ListApplications) -> Doc:
        """List applications; by `name_query` those of a name, or of just this client id.

        Source: https://clerk.com/docs/reference/backend-api (Get a list of OAuth applications)
        """
        text = params.name_query
        found = [
            each
            for each in self.find()
            if text.lower() in each["name"].lower() or each["client_id"] == text
        ]
        return page_of(ordered(found, params.order_by, ORDERS), params, self.view)

    @route("GET /v1/oauth_applications/{oauth_application_id}")
    def retrieve(self, oauth_application_id: str) -> Doc:
        """Return one application, without its secret.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve an OAuth application by ID)
        """
        return self.view(self.get(oauth_application_id))

    @route("PATCH /v1/oauth_applications/{oauth_application_id}")
    def update(self, oauth_application_id: str, params: UpdateApplication) -> Doc:
        """Change an application.

        Source: https://clerk.com/docs/reference/backend-api (Update an OAuth application)
        """
        doc = self.get(oauth_application_id)
        fields = self._given(params)
        if params.name is not None:
            fields["name"] = params.name
        return self.view(self.save(self.touch(doc, **fields)))

    @route("DELETE /v1/oauth_applications/{oauth_application_id}")
    def delete(self, oauth_application_id: str) -> Doc:
        """Delete an application with all that people granted it.

        Source: https://clerk.com/docs/reference/backend-api (Delete an OAuth application)
        """
        doc = self.get(oauth_application_id)
        self.mirror.oauth_grants.forget(client_id=doc["client_id"])
        self.drop(doc)
        return self.gone(doc)

    @route("POST /v1/oauth_applications/{oauth_application_id}/rotate_secret")
    def rotate_secret(self, oauth_application_id: str) -> Doc:
        """Give an application another secret; the former opens nothing any more.

        Source: https://clerk.com/docs/reference/backend-api (Rotate the client secret)
        """
        return self._with_secret(self.touch(self.get(oauth_application_id)))

    @route("PUT /v1/oauth_applications/{oauth_application_id}/logo")
    def set_logo(self, oauth_application_id: str, call: Call) -> Doc:
        """Let an application show a picture.

        Source: https://clerk.com/docs/reference/backend-api (Upload a logo)
        """
        doc = self.get(oauth_application_id)
        url = self.mirror.users.uploaded(call)
        return self.view(self.save(self.touch(doc, client_image_url=url)))

    @route("GET /v1/instance/oauth_application_settings")
    def settings(self) -> Doc:
        """Return how the instance makes access tokens: JWTs, unless it is told otherwise.

        Source: https://clerk.com/docs/guides/development/machine-auth/token-formats
        """
        kept = SETTINGS_BLANK | (self.mirror.setting(SETTINGS) or {})
        return {
            "object": "oauth_application_settings",
            "dynamic_oauth_client_registration": False,
            **kept,
            "client_id_metadata_documents_advertised": False,
            "client_id_metadata_documents_only_allow_pre_registered_clients": False,
            "client_id_metadata_documents_block_implicitly_allowed_clients": False,
        }

    @route("PATCH /v1/instance/oauth_application_settings")
    def change_settings(self, params: UpdateSettings) -> Doc:
        """Change how the instance makes access tokens.

        Source: https://clerk.com/docs/reference/backend-api (Update OAuth application settings)

        Raises:
            VendorError: clients shall register themselves, which they can't here.
        """
        if any(
            (
                params.dynamic_oauth_client_registration,
                params.client_id_metadata_documents_advertised,
                params.client_id_metadata_documents_only_allow_pre_registered_clients,
                params.client_id_metadata_documents_block_implicitly_allowed_clients,
            )
        ):
            raise errors.not_implemented("OAuth clients don't register themselves here.")
        kept = SETTINGS_BLANK | (self.mirror.setting(SETTINGS) or {})
        if params.oauth_jwt_access_tokens is not None:
            kept["oauth_jwt_access_tokens"] = params.oauth_jwt_access_tokens
        if "default_scopes" in params.model_fields_set:
            if params.default_scopes is not None:
                _check_scopes(params.default_scopes)
            kept["default_scopes"] = params.default_scopes
        self.mirror.set_setting(SETTINGS, kept)
        return self.settings()

    @route("GET /.well-known/openid-configuration")
    def openid_configuration(self) -> Doc:
        """Return where the instance's OpenID provider is reached.

        Source: https://clerk.com/docs/reference/frontend-api (OpenID Configuration)
        """
        base = self.mirror.frontend_api
        return self.oauth_server() | {
            "introspection_endpoint": f"{base}/oauth/token_info",
            "userinfo_endpoint": f"{base}/oauth/userinfo",
            "response_modes_supported": ["query"],
            "backchannel_logout_supported": False,
            "frontchannel_logout_supported": False,
        }

    @route("GET /.well-known/oauth-authorization-server")
    def oauth_server(self) -> Doc:
        """Return where the instance's OAuth server is reached.

        Source: https://clerk.com/docs/guides/configure/auth-strategies/oauth/how-clerk-implements-oauth
        """
        base = self.mirror.frontend_api
        return {
            "issuer": base,
            "authorization_endpoint": f"{base}/oauth/authorize",
            "token_endpoint": f"{base}/oauth/token",
            "revocation_endpoint": f"{base}/oauth/token/revoke",
            "jwks_uri": f"{base}/.well-known/jwks.json",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": [
                "client_secret_basic",
                "client_secret_post",
                "none",
            ],
            "scopes_supported": [*SCOPES],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "claims_supported": ["sub", "iss", "aud", "exp", "iat", "email", "name", "org_id"],
            "code_challenge_methods_supported": ["S256"],
        }

    def by_client(self, client_id: str) -> Doc | None:
        """Return the application of a client id, if there is one."""
        return self.first(client_id=client_id)

    def _given(self, params: Application) -> Doc:
        """Return the fields that are kept.

        Raises:
            VendorError: an address can't be one, comes twice, or a scope is none.
        """
        names = ("consent_screen_enabled", "pkce_required", "public", "scopes")
        fields = {name: getattr(params, name) for name in names}
        if params.scopes is not None:
            _check_scopes(params.scopes.split())
        if params.redirect_uris is not None and params.callback_url is not None:
            raise errors.not_with("callback_url", "redirect_uris")
        uris = params.redirect_uris
        if params.callback_url is not None:
            uris = [params.callback_url]
        if uris is not None:
            _check_addresses(
                uris, "redirect_uris" if params.callback_url is None else "callback_url"
            )
            fields |= {"redirect_uris": uris, "callback_url": uris[0] if uris else ""}
        return {name: value for name, value in fields.items() if value is not None}

    def _with_secret(self, doc: Doc) -> Doc:
        secret = "" if doc["public"] else self.mirror.ids.token(32)
        return self.view(self.save(doc | {"_secret": secret})) | {"client_secret": secret}


def _check_scopes(scopes: Values) -> None:
    if any(each not in SCOPES for each in scopes):
        raise errors.refusal(
            400,
            "oauth_invalid_scope",
            "Invalid scope.",
            "An invalid scope was used. Specify a different scope and try again.",
        )


def _check_addresses(uris: Values, param: str) -> None:
    for each in uris:
        parts = urlsplit(each)
        if not parts.scheme or not (parts.netloc or parts.path.strip("/")):
            raise errors.invalid(param)
    if len(set(uris)) < len(uris):
        raise errors.refusal(
            400, "duplicate_record", "duplicate redirect URI", "the redirect URI already exists"
        )


def known_scopes(text: str | None, application: Doc, default: Any) -> Values:
    """Return the scopes that are asked for; without any, the instance's default, else Clerk's."""
    if text:
        return list(dict.fromkeys(text.split()))
    allowed = application["scopes"].split()
    return [each for each in default or DEFAULT_SCOPES.split() if each in allowed]
