"""The parameters of OAuth applications, and of the server that lets people into them.

Source: https://github.com/clerk/openapi-specs (bapi and fapi/2026-05-12.yml, OAuth)
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from mirra_mcp.local.mirrors.clerk.api.params import ClerkParams, FrontendParams, Paging

Name = Annotated[str, Field(min_length=1, max_length=256)]
Text = Annotated[str, Field(max_length=1024)]


class Application(ClerkParams):
    """What creating and updating an application have in common."""

    redirect_uris: list[str] | None = None
    callback_url: Text | None = None
    scopes: Text | None = None
    consent_screen_enabled: bool | None = None
    pkce_required: bool | None = None
    public: bool | None = None


class CreateApplication(Application):
    """The body of `POST /v1/oauth_applications`."""

    name: Name


class UpdateApplication(Application):
    """The body of `PATCH /v1/oauth_applications/{oauth_application_id}`."""

    name: Name | None = None


class ListApplications(Paging):
    """The query of `GET /v1/oauth_applications`."""

    order_by: str = "+created_at"
    name_query: str = ""


class RevokeToken(ClerkParams):
    """The body of `POST /v1/oauth_applications/{oauth_application_id}/revoke_token`."""

    token: str


class VerifyAccessToken(ClerkParams):
    """The body of `POST /v1/oauth_applications/access_tokens/verify`."""

    access_token: str | None = None
    secret: str | None = None


class Asked(FrontendParams):
    """What browsers send in a query or in a form alike, besides `_is_native` and its like."""

    @model_validator(mode="before")
    @classmethod
    def _first_of_each(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        return {
            name: value[0] if isinstance(value, list) and value else value
            for name, value in given.items()
            if not name.startswith("_")
        }


class Authorize(Asked):
    """What an application asks for when it sends somebody to sign in."""

    response_type: str
    client_id: str
    redirect_uri: str | None = None
    scope: str | None = None
    state: str | None = None
    prompt: str | None = None
    code_challenge: str | None = None
    code_challenge_method: Literal["S256"] | None = None
    response_mode: Literal["query"] | None = None
    nonce: str | None = None


class Consent(FrontendParams):
    """The form of `POST /v1/me/oauth/consent/{client_id}`."""

    consented: str
    organization_id: str | None = None
    response_type: str = "code"
    redirect_uri: str | None = None
    scope: str | None = None
    state: str | None = None
    code_challenge: str | None = None
    code_challenge_method: Literal["S256"] | None = None
    nonce: str | None = None


class AskConsent(Asked):
    """The query of `GET /v1/me/oauth/consent/{client_id}`."""

    scope: str | None = None
    redirect_uri: str | None = None


class TokenForm(FrontendParams):
    """The form of `POST /oauth/token`."""

    grant_type: str
    code: str | None = None
    redirect_uri: str | None = None
    code_verifier: str | None = None
    refresh_token: str | None = None
    scope: str | None = None
    client_id: str | None = None
    client_secret: str | None = None


class AboutToken(FrontendParams):
    """The form of `POST /oauth/token_info` and `POST /oauth/token/revoke`."""

    token: str
    token_type_hint: Literal["access_token", "refresh_token"] | None = None
    scope: str | None = None
    client_id: str | None = None
    client_secret: str | None = None


class UpdateSettings(ClerkParams):
    """The body of `PATCH /v1/instance/oauth_application_settings`."""

    oauth_jwt_access_tokens: bool | None = None
    default_scopes: list[str] | None = None
    dynamic_oauth_client_registration: bool | None = None
    client_id_metadata_documents_advertised: bool | None = None
    client_id_metadata_documents_only_allow_pre_registered_clients: bool | None = None
    client_id_metadata_documents_block_implicitly_allowed_clients: bool | None = None
