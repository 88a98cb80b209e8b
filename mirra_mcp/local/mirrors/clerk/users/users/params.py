"""The parameters of users.

Source: https://clerk.com/docs/reference/backend-api (Users)
"""

from typing import ClassVar, Literal

from pydantic import Field

from mirra_mcp.local.mirrors.clerk.api.params import (
    ClerkParams,
    ClerkQuery,
    FrontendParams,
    Metadata,
    OneOrMore,
    Paging,
)

Hasher = Literal[
    "argon2i",
    "argon2id",
    "bcrypt",
    "bcrypt_sha256_django",
    "ldap_ssha",
    "md5",
    "md5_phpass",
    "pbkdf2_sha1",
    "pbkdf2_sha256",
    "pbkdf2_sha256_django",
    "pbkdf2_sha512",
    "pbkdf2_sha512_hex",
    "phpass",
    "scrypt_firebase",
    "scrypt_werkzeug",
    "sha256",
    "sha512_symfony",
]
"""Source: https://github.com/clerk/openapi-specs (PasswordHasher)"""
IdentificationStatus = Literal["verified", "reserved"]


class Credentials(ClerkParams):
    """What creating and updating a user have in common."""

    external_id: str | None = None
    first_name: str | None = Field(default=None, max_length=256)
    last_name: str | None = Field(default=None, max_length=256)
    locale: str | None = None
    username: str | None = None
    password: str | None = None
    password_digest: str | None = None
    password_hasher: Hasher | None = None
    skip_password_checks: bool | None = None
    totp_secret: str | None = None
    backup_codes: list[str] | None = None
    public_metadata: Metadata | None = None
    private_metadata: Metadata | None = None
    unsafe_metadata: Metadata | None = None
    delete_self_enabled: bool | None = None
    create_organization_enabled: bool | None = None
    create_organizations_limit: int | None = Field(default=None, ge=0)
    legal_accepted_at: str | None = None
    skip_legal_checks: bool | None = None
    created_at: str | None = None
    bypass_client_trust: bool | None = None


class CreateUser(Credentials):
    """The body of `POST /v1/users`."""

    email_address: list[str] | None = None
    email_address_identification_status: list[IdentificationStatus] | None = None
    phone_number: list[str] | None = None
    phone_number_identification_status: list[IdentificationStatus] | None = None
    web3_wallet: list[str] | None = None
    skip_password_requirement: bool | None = None
    skip_user_requirement: bool | None = None
    banned: bool | None = None
    locked: bool | None = None


class UpdateUser(Credentials):
    """The body of `PATCH /v1/users/{user_id}`."""

    primary_email_address_id: str | None = None
    notify_primary_email_address_changed: bool | None = None
    primary_phone_number_id: str | None = None
    primary_web3_wallet_id: str | None = None
    profile_image_id: str | None = None
    sign_out_of_other_sessions: bool | None = None


class UpdateMetadata(ClerkParams):
    """The body of `PATCH` and `PUT /v1/users/{user_id}/metadata`."""

    public_metadata: Metadata | None = None
    private_metadata: Metadata | None = None
    unsafe_metadata: Metadata | None = None


class UserFilter(ClerkQuery):
    """Which users are meant."""

    several: ClassVar[frozenset[str]] = frozenset(
        {
            "email_address",
            "external_id",
            "organization_id",
            "phone_number",
            "provider_user_id",
            "user_id",
            "username",
            "web3_wallet",
        }
    )
    email_address: OneOrMore | None = Field(default=None, max_length=100)
    phone_number: OneOrMore | None = Field(default=None, max_length=100)
    external_id: OneOrMore | None = Field(default=None, max_length=100)
    username: OneOrMore | None = Field(default=None, max_length=100)
    web3_wallet: OneOrMore | None = Field(default=None, max_length=100)
    user_id: OneOrMore | None = Field(default=None, max_length=100)
    organization_id: OneOrMore | None = Field(default=None, max_length=100)
    query: str | None = None
    email_address_query: str | None = None
    phone_number_query: str | None = None
    username_query: str | None = None
    name_query: str | None = None
    banned: bool | None = None
    last_active_at_before: int | None = None
    last_active_at_after: int | None = None
    last_active_at_since: int | None = None
    created_at_before: int | None = None
    created_at_after: int | None = None
    last_sign_in_at_before: int | None = None
    last_sign_in_at_after: int | None = None
    provider: str | None = None
    provider_user_id: OneOrMore | None = Field(default=None, max_length=100)


class ListUsers(Paging, UserFilter):
    """The query of `GET /v1/users`."""

    order_by: str = "-created_at"
    starting_after: str | None = None


class VerifyPassword(ClerkParams):
    """The body of `POST /v1/users/{user_id}/verify_password`."""

    password: str


class VerifyTotp(ClerkParams):
    """The body of `POST /v1/users/{user_id}/verify_totp`."""

    code: str


class SetCompromised(ClerkParams):
    """The body of `POST /v1/users/{user_id}/password/set_compromised`."""

    revoke_all_sessions: bool | None = None


class RemovePassword(ClerkParams):
    """The body of `POST /v1/users/{user_id}/remove_password`."""

    sign_out_of_other_sessions: bool | None = None


class ManyUsers(ClerkParams):
    """The body of `POST /v1/users/ban` and `POST /v1/users/unban`."""

    user_ids: list[str] = Field(min_length=1, max_length=50)


class UpdateMe(FrontendParams):
    """The form of `PATCH /v1/me`."""

    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    primary_email_address_id: str | None = None
    primary_phone_number_id: str | None = None
    unsafe_metadata: str | None = None


class UpdateMyMetadata(FrontendParams):
    """The form of `PATCH /v1/me/metadata`."""

    unsafe_metadata: str


class ChangeMyPassword(FrontendParams):
    """The form of `POST /v1/me/change_password`."""

    new_password: str
    current_password: str | None = None
    sign_out_of_other_sessions: bool | None = None


class RemoveMyPassword(FrontendParams):
    """The form of `POST /v1/me/remove_password`."""

    current_password: str | None = None


class AttemptTotp(FrontendParams):
    """The form of `POST /v1/me/totp/attempt_verification`."""

    code: str
