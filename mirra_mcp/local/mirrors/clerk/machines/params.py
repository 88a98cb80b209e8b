"""The parameters of machines, their tokens, and API keys.

Source: https://github.com/clerk/openapi-specs (bapi/2026-05-12.yml, Machines, M2M Tokens, API Keys)
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from mirra_mcp.local.mirrors.clerk.api.params import ClerkParams, ClerkQuery, Paging

MOST_SCOPES = 150
Name = Annotated[str, Field(min_length=1, max_length=255)]
Ttl = Annotated[int, Field(ge=1, le=315_360_000)]
Seconds = Annotated[float, Field(gt=0, le=10_000_000_000)]
"""Until something expires; the most is the mirror's, that the date can be told."""
Subject = Annotated[str, Field(pattern=r"^(user|org|mch|scim)_\w{27}$")]
MachineId = Annotated[str, Field(pattern=r"^mch_\w{27}$")]


class ListMachines(Paging):
    """The query of `GET /v1/machines`."""

    query: str = ""
    order_by: str = "-created_at"


class CreateMachine(ClerkParams):
    """The body of `POST /v1/machines`."""

    name: Name
    scoped_machines: Annotated[list[str], Field(max_length=MOST_SCOPES)] = []
    default_token_ttl: Ttl = 3_600


class UpdateMachine(ClerkParams):
    """The body of `PATCH /v1/machines/{machine_id}`."""

    name: Name | None = None
    default_token_ttl: Ttl | None = None


class CreateScope(ClerkParams):
    """The body of `POST /v1/machines/{machine_id}/scopes`."""

    to_machine_id: str


class RotateSecretKey(ClerkParams):
    """The body of `POST /v1/machines/{machine_id}/secret_key/rotate`."""

    previous_token_ttl: Annotated[int, Field(ge=0, le=28_800)]


class KeyPaging(ClerkQuery):
    """The query of a list of keys or tokens: `limit` 1 to 100."""

    limit: int = Field(default=10, ge=1, le=100)
    offset: int = Field(default=0, ge=0)


class CreateM2mToken(ClerkParams):
    """The body of `POST /v1/m2m_tokens`."""

    token_format: Literal["opaque", "jwt"] = "opaque"
    seconds_until_expiration: Seconds | None = None
    claims: Any = None
    min_remaining_ttl_seconds: Annotated[int, Field(ge=0)] | None = None


class ListM2mTokens(KeyPaging):
    """The query of `GET /v1/m2m_tokens`."""

    subject: MachineId
    revoked: bool = False
    expired: bool = False


class Revoke(ClerkParams):
    """The body of a revocation."""

    revocation_reason: str | None = None


class VerifyM2mToken(ClerkParams):
    """The body of `POST /v1/m2m_tokens/verify`."""

    token: str


class CreateApiKey(ClerkParams):
    """The body of `POST /v1/api_keys`."""

    name: Annotated[str, Field(min_length=3, pattern=r"^\S(.*\S)?$")]
    subject: Subject
    type: Annotated[str, Field(min_length=3, max_length=25)] = "api_key"
    description: Annotated[str, Field(max_length=255)] | None = None
    claims: Any = None
    scopes: list[str] = []
    created_by: Annotated[str, Field(pattern=r"^user_\w{27}$")] | None = None
    seconds_until_expiration: Seconds | None = None


class UpdateApiKey(ClerkParams):
    """The body of `PATCH /v1/api_keys/{api_key_id}`; what isn't there stays."""

    subject: Subject | None = None
    description: Annotated[str, Field(max_length=255)] | None = None
    claims: Any = None
    scopes: list[str] | None = None
    seconds_until_expiration: Seconds | None = None


class ListApiKeys(KeyPaging):
    """The query of `GET /v1/api_keys`."""

    subject: Subject
    type: Annotated[str, Field(min_length=3)] = "api_key"
    include_invalid: Literal["true", "false"] = "false"
    query: str = ""


class VerifyApiKey(ClerkParams):
    """The body of `POST /v1/api_keys/verify`."""

    secret: str
