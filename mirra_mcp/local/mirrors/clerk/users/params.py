"""The parameters of email addresses and phone numbers.

Source: https://clerk.com/docs/reference/backend-api (Email Addresses, Phone Numbers)
"""

from typing import Literal

from mirra_mcp.local.mirrors.clerk.api.params import ClerkParams, FrontendParams


class AttemptVerification(ClerkParams):
    """The body of `POST /v1/email_addresses/{id}/attempt_verification`, and of phone numbers."""

    verification_id: str
    code: str


class ReplaceEmailAddress(ClerkParams):
    """The body of `PUT /v1/users/{user_id}/email_address`."""

    email_address: str
    identification_status: Literal["verified", "reserved", "unverified"] = "verified"
    notify_primary_email_address_changed: bool | None = None


class ReplacePhoneNumber(ClerkParams):
    """The body of `PUT /v1/users/{user_id}/phone_number`."""

    phone_number: str
    identification_status: Literal["verified", "reserved", "unverified"] = "verified"


class CreateEmailAddress(ClerkParams):
    """The body of `POST /v1/email_addresses`."""

    user_id: str
    email_address: str
    verified: bool | None = None
    primary: bool | None = None
    notify_primary_email_address_changed: bool | None = None


class UpdateEmailAddress(ClerkParams):
    """The body of `PATCH /v1/email_addresses/{email_address_id}`."""

    verified: bool | None = None
    primary: bool | None = None
    notify_primary_email_address_changed: bool | None = None


class CreatePhoneNumber(ClerkParams):
    """The body of `POST /v1/phone_numbers`."""

    user_id: str
    phone_number: str
    verified: bool | None = None
    primary: bool | None = None
    reserved_for_second_factor: bool | None = None


class UpdatePhoneNumber(ClerkParams):
    """The body of `PATCH /v1/phone_numbers/{phone_number_id}`."""

    verified: bool | None = None
    primary: bool | None = None
    reserved_for_second_factor: bool | None = None


class AddMyEmailAddress(FrontendParams):
    """The form of `POST /v1/me/email_addresses`."""

    email_address: str


class PrepareMyEmailAddress(FrontendParams):
    """The form of `POST /v1/me/email_addresses/{email_id}/prepare_verification`."""

    strategy: Literal["email_code", "email_link"]
    redirect_url: str | None = None


class AddMyPhoneNumber(FrontendParams):
    """The form of `POST /v1/me/phone_numbers`."""

    phone_number: str
    reserved_for_second_factor: bool | None = None


class PrepareMyPhoneNumber(FrontendParams):
    """The form of `POST /v1/me/phone_numbers/{phone_number_id}/prepare_verification`."""

    strategy: Literal["phone_code"]
    channel: Literal["sms"] | None = None


class UpdateMyPhoneNumber(FrontendParams):
    """The form of `PATCH /v1/me/phone_numbers/{phone_number_id}`."""

    reserved_for_second_factor: bool | None = None
    default_second_factor: bool | None = None


class AttemptMine(FrontendParams):
    """The form of `attempt_verification` of one's own address or number."""

    code: str
