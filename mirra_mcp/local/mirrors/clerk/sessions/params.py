"""The parameters of sessions, their tokens and templates.

Source: https://clerk.com/docs/reference/backend-api (Sessions, Clients, JWT Templates)
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from mirra_mcp.local.mirrors.clerk.api.params import (
    ClerkParams,
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
