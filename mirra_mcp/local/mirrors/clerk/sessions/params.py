"""The parameters of sessions, their tokens and templates.

Source: https://clerk.com/docs/reference/backend-api (Sessions, Clients, JWT Templates)
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from mirra_mcp.local.mirrors.clerk.api.params import (
    ClerkParams,
    ClerkQuery,
    FrontendParams,
    Lifetime,
    MaybePaged,
)

Status = Literal["abandoned", "active", "ended", "expired", "removed", "replaced", "revoked"]


class ListSessions(MaybePaged):
    """The query of `GET /v1/sessions`."""

    client_id: str | None = None
    user_id: str | None = None
    status: Status | None = None


class CreateSession(ClerkParams):
    """The body of `POST /v1/sessions`."""

    user_id: str
    active_organization_id: str | None = None


class CreateToken(ClerkParams):
    """The body of `POST /v1/sessions/{session_id}/tokens`."""

    expires_in_seconds: Lifetime | None = None


class TouchSession(FrontendParams):
    """The form of `POST /v1/client/sessions/{session_id}/touch`."""

    active_organization_id: str | None = None
    intent: Literal["focus", "select_session", "select_org"] | None = None


class RefreshToken(FrontendParams):
    """The form of `POST /v1/client/sessions/{session_id}/tokens`."""

    organization_id: str | None = None
    tab_state: str | None = None


class Handshake(ClerkQuery):
    """The query of `GET /v1/client/handshake`."""

    redirect_url: str
    format: Literal["nonce", "token"] = "token"
    organization_id: str | None = None
    suffixed_cookies: bool = False


class HandshakePayload(ClerkQuery):
    """The query of `GET /v1/clients/handshake_payload`."""

    nonce: str


class RefreshSession(ClerkParams):
    """The body of `POST /v1/sessions/{session_id}/refresh`."""

    expired_token: str
    refresh_token: str
    request_origin: str
    request_headers: dict[str, Any] | None = None
    request_originating_ip: str | None = None
    format: Literal["cookie", "token"] | None = "token"
    suffixed_cookies: bool | None = None


class VerifyClient(ClerkParams):
    """The body of `POST /v1/clients/verify`."""

    token: str


class CreateJwtTemplate(ClerkParams):
    """The body of `POST /v1/jwt_templates`."""

    name: str = Field(min_length=1)
    claims: dict[str, Any]
    lifetime: Lifetime | None = None
    allowed_clock_skew: Annotated[int, Field(ge=0, le=300)] | None = None
    custom_signing_key: bool = False
    signing_algorithm: str | None = None
    signing_key: str | None = None


class UpdateJwtTemplate(ClerkParams):
    """The body of `PATCH /v1/jwt_templates/{template_id}`."""

    name: str | None = Field(default=None, min_length=1)
    claims: dict[str, Any] | None = None
    lifetime: Lifetime | None = None
    allowed_clock_skew: Annotated[int, Field(ge=0, le=300)] | None = None
    custom_signing_key: bool | None = None
    signing_algorithm: str | None = None
    signing_key: str | None = None
