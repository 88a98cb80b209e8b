"""The parameters of sign-ins and sign-ups, as browsers send them.

Source: https://clerk.com/docs/reference/frontend-api (Sign Ins, Sign Ups)
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from mirra_mcp.local.mirrors.clerk.api.params import ClerkParams, FrontendParams

FirstFactor = Literal[
    "password",
    "email_code",
    "email_link",
    "phone_code",
    "ticket",
    "reset_password_email_code",
    "reset_password_phone_code",
    "enterprise_sso",
]
SecondFactor = Literal["totp", "backup_code", "phone_code"]
Code = Literal["email_code", "phone_code"]
Sent = Literal["email_code", "email_link", "phone_code"]
MOST_SECONDS = 315_360_000
"""Ten years, as of the other tokens."""


class Unasked(FrontendParams):
    """What browsers send along, and nobody here asks for: signs that they aren't bots."""

    captcha_token: str | None = None
    captcha_error: str | None = None
    captcha_widget_type: str | None = None
    timezone: str | None = None


class CreateSignIn(Unasked):
    """The form of `POST /v1/client/sign_ins`."""

    strategy: FirstFactor | None = None
    identifier: str | None = None
    password: str | None = None
    ticket: str | None = None
    transfer: bool | None = None
    redirect_url: str | None = None
    locale: str | None = None


class PrepareFirstFactor(FrontendParams):
    """The form of `POST /v1/client/sign_ins/{sign_in_id}/prepare_first_factor`."""

    strategy: FirstFactor
    email_address_id: str | None = None
    phone_number_id: str | None = None
    redirect_url: str | None = None
    channel: Literal["sms"] | None = None


class AttemptFirstFactor(FrontendParams):
    """The form of `POST /v1/client/sign_ins/{sign_in_id}/attempt_first_factor`."""

    strategy: FirstFactor
    code: str | None = None
    password: str | None = None
    ticket: str | None = None


class PrepareSecondFactor(FrontendParams):
    """The form of `POST /v1/client/sign_ins/{sign_in_id}/prepare_second_factor`."""

    strategy: Literal["phone_code"]
    phone_number_id: str | None = None
    channel: Literal["sms"] | None = None


class AttemptSecondFactor(FrontendParams):
    """The form of `POST /v1/client/sign_ins/{sign_in_id}/attempt_second_factor`."""

    strategy: SecondFactor
    code: str


class StartReverification(FrontendParams):
    """The form of `POST /v1/client/sessions/{session_id}/verify`."""

    level: Literal["first_factor", "second_factor", "multi_factor"]


class AttemptReverification(FrontendParams):
    """The form of `POST /v1/client/sessions/{session_id}/verify/attempt_first_factor`."""

    strategy: Literal["password", "email_code", "phone_code"]
    code: str | None = None
    password: str | None = None


class ResetPassword(FrontendParams):
    """The form of `POST /v1/client/sign_ins/{sign_in_id}/reset_password`."""

    password: str
    sign_out_of_other_sessions: bool | None = None


class SignUpFields(Unasked):
    """The form of `POST` and `PATCH /v1/client/sign_ups`."""

    strategy: Literal["ticket"] | None = None
    ticket: str | None = None
    transfer: bool | None = None
    email_address: str | None = None
    phone_number: str | None = None
    username: str | None = None
    password: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    unsafe_metadata: str | None = None
    legal_accepted: bool | None = None
    locale: str | None = None


class PrepareSignUp(FrontendParams):
    """The form of `POST /v1/client/sign_ups/{sign_up_id}/prepare_verification`."""

    strategy: Sent
    redirect_url: str | None = None
    channel: Literal["sms"] | None = None


class AttemptSignUp(FrontendParams):
    """The form of `POST /v1/client/sign_ups/{sign_up_id}/attempt_verification`."""

    strategy: Code
    code: str


class UpdateSignUp(ClerkParams):
    """The body of `PATCH /v1/sign_ups/{id}`."""

    external_id: str | None = None
    custom_action: bool | None = None


class CreateSignInToken(ClerkParams):
    """The body of `POST /v1/sign_in_tokens`."""

    user_id: str
    org_id: str | None = None
    expires_in_seconds: Annotated[int, Field(ge=1)] | None = None


class CreateActorToken(ClerkParams):
    """The body of `POST /v1/actor_tokens`."""

    user_id: str
    actor: dict[str, Any]
    expires_in_seconds: Annotated[int, Field(ge=1, le=MOST_SECONDS)] = 3_600
    session_max_duration_in_seconds: Annotated[int, Field(ge=1, le=MOST_SECONDS)] = 1_800
