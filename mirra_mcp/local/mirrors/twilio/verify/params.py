"""What callers send to Verify, and how its values are read."""

import re
from typing import Any, ClassVar

import orjson
from pydantic import Field

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.twilio.api.params import (
    FLAG,
    MAPPING,
    TwilioParams,
    Values,
    any_of,
    sid,
    text,
)
from mirra_mcp.local.mirrors.twilio.verify import errors
from mirra_mcp.wire.model import Doc

LOCALES = frozenset(
    (
        "af",
        "ar",
        "ca",
        "zh",
        "zh-CN",
        "zh-HK",
        "hr",
        "cs",
        "da",
        "nl",
        "en",
        "en-GB",
        "et",
        "fi",
        "fr",
        "de",
        "el",
        "he",
        "hi",
        "hu",
        "id",
        "it",
        "ja",
        "kn",
        "ko",
        "lt",
        "ms",
        "mr",
        "nb",
        "pl",
        "pt",
        "pt-BR",
        "ro",
        "ru",
        "sk",
        "es",
        "sv",
        "tl",
        "te",
        "th",
        "tr",
        "uk",
        "vi",
    )
)
"""Source: https://www.twilio.com/docs/verify/supported-languages"""
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")


class VerifyParams(TwilioParams):
    """The parameters of one of Verify's endpoints.

    Source: https://www.twilio.com/docs/api/errors/60200
    """

    @classmethod
    def refuse(cls, name: str, problem: str) -> VendorError:
        """Refuse a value as Verify does."""
        return errors.refuse_value(name, problem)


class ServiceFields(VerifyParams):
    """Everything of a service but its name. Values are read by `service_fields`."""

    values: ClassVar[Values] = {
        "Push.ApnCredentialSid": sid("CR"),
        "Push.FcmCredentialSid": sid("CR"),
        "Whatsapp.MsgServiceSid": sid("MG"),
    }

    code_length: str | None = None
    lookup_enabled: str | None = None
    skip_sms_to_landlines: str | None = None
    dtmf_input_required: str | None = None
    tts_name: str | None = None
    psd2_enabled: str | None = None
    do_not_share_warning_enabled: str | None = None
    custom_code_enabled: str | None = None
    include_date: str | None = Field(None, alias="Push.IncludeDate")
    apn_credential_sid: str | None = Field(None, alias="Push.ApnCredentialSid")
    fcm_credential_sid: str | None = Field(None, alias="Push.FcmCredentialSid")
    issuer: str | None = Field(None, alias="Totp.Issuer")
    time_step: str | None = Field(None, alias="Totp.TimeStep")
    totp_code_length: str | None = Field(None, alias="Totp.CodeLength")
    skew: str | None = Field(None, alias="Totp.Skew")
    default_template_sid: str | None = None
    msg_service_sid: str | None = Field(None, alias="Whatsapp.MsgServiceSid")
    whatsapp_from: str | None = Field(None, alias="Whatsapp.From")
    party_id: str | None = Field(None, alias="Passkeys.RelyingParty.Id")
    party_name: str | None = Field(None, alias="Passkeys.RelyingParty.Name")
    party_origins: str | None = Field(None, alias="Passkeys.RelyingParty.Origins")
    authenticator_attachment: str | None = Field(None, alias="Passkeys.AuthenticatorAttachment")
    discoverable_credentials: str | None = Field(None, alias="Passkeys.DiscoverableCredentials")
    user_verification: str | None = Field(None, alias="Passkeys.UserVerification")
    verify_event_subscription_enabled: str | None = None


class CreateService(ServiceFields):
    """A new service."""

    friendly_name: str


class UpdateService(ServiceFields):
    """A change to a service."""

    friendly_name: str | None = None


class StartVerification(VerifyParams):
    """A code is to be sent.

    Source: https://www.twilio.com/docs/verify/api/verification#start-new-verification
    """

    values: ClassVar[Values] = {"EnableSnaClientToken": FLAG}

    to: str
    channel: str
    custom_friendly_name: str | None = None
    custom_message: str | None = None
    locale: str | None = None
    custom_code: str | None = None
    amount: str | None = None
    payee: str | None = None
    rate_limits: str | None = None
    channel_configuration: str | None = None
    app_hash: str | None = None
    template_sid: str | None = None
    template_custom_substitutions: str | None = None
    device_ip: str | None = None
    risk_check: str | None = None
    tags: str | None = None


class UpdateVerification(VerifyParams):
    """A verification is called off, or approved by other means."""

    status: str


class CheckVerification(VerifyParams):
    """A code that somebody typed."""

    code: str | None = None
    to: str | None = None
    verification_sid: str | None = None
    amount: str | None = None
    payee: str | None = None


class CreateRateLimit(VerifyParams):
    """A new key to count by."""

    unique_name: str
    description: str | None = None


class UpdateRateLimit(VerifyParams):
    """A change to a rate limit."""

    description: str | None = None


class CreateBucket(VerifyParams):
    """How many in how many seconds."""

    max: str
    interval: str


class UpdateBucket(VerifyParams):
    """A change to a bucket."""

    max: str | None = None
    interval: str | None = None


class CreateMessagingConfiguration(VerifyParams):
    """The messaging service that sends to one country, or to `all`."""

    country: str
    messaging_service_sid: str


class UpdateMessagingConfiguration(VerifyParams):
    """Another messaging service for a country."""

    messaging_service_sid: str


class CreateWebhook(VerifyParams):
    """A webhook for factors and challenges."""

    friendly_name: str
    event_types: list[str]
    webhook_url: str
    status: str = "enabled"
    version: str = "v2"


class UpdateWebhook(VerifyParams):
    """A change to a webhook."""

    friendly_name: str | None = None
    event_types: list[str] | None = None
    webhook_url: str | None = None
    status: str | None = None
    version: str | None = None


class CreateEntity(VerifyParams):
    """Somebody who will have factors."""

    identity: str


class FactorConfig(VerifyParams):
    """How an app makes its codes, or a device is pushed to."""

    values: ClassVar[Values] = {
        "Config.AppId": text(100),
        "Config.NotificationPlatform": any_of("apn", "fcm", "none"),
        "Config.NotificationToken": text(255, 32),
    }

    time_step: str | None = Field(None, alias="Config.TimeStep")
    skew: str | None = Field(None, alias="Config.Skew")
    code_length: str | None = Field(None, alias="Config.CodeLength")
    alg: str | None = Field(None, alias="Config.Alg")
    notification_platform: str | None = Field(None, alias="Config.NotificationPlatform")
    notification_token: str | None = Field(None, alias="Config.NotificationToken")
    sdk_version: str | None = Field(None, alias="Config.SdkVersion")


class CreateFactor(FactorConfig):
    """A new app, or a device with its key."""

    friendly_name: str
    factor_type: str
    secret: str | None = Field(None, alias="Binding.Secret")
    binding_alg: str | None = Field(None, alias="Binding.Alg")
    public_key: str | None = Field(None, alias="Binding.PublicKey")
    app_id: str | None = Field(None, alias="Config.AppId")
    metadata: str | None = None


class UpdateFactor(FactorConfig):
    """A change to a factor, its first code, or its SID as a device signs it."""

    auth_payload: str | None = None
    friendly_name: str | None = None


class CreateChallenge(VerifyParams):
    """Somebody is asked for a code, which may come along."""

    values: ClassVar[Values] = {
        "AuthPayload": text(8, 3),
        "Details.Fields": MAPPING,
        "Details.Message": text(256),
        "FactorSid": sid("YF"),
        "HiddenDetails": text(1024),
    }

    factor_sid: str
    expiration_date: str | None = None
    hidden_details: str | None = None
    auth_payload: str | None = None
    message: str | None = Field(None, alias="Details.Message")
    fields: list[str] | None = Field(None, alias="Details.Fields")


class UpdateChallenge(VerifyParams):
    """A code for a challenge, or what a device decided."""

    values: ClassVar[Values] = {"AuthPayload": text(5456, 3), "Metadata": text(1024)}

    auth_payload: str | None = None
    metadata: str | None = None


class CreateNotification(VerifyParams):
    """A device is told once more."""

    ttl: str | None = None


class CreateAccessToken(VerifyParams):
    """A device may register."""

    values: ClassVar[Values] = {"FactorFriendlyName": text(64)}

    identity: str
    factor_type: str
    factor_friendly_name: str | None = None
    ttl: str | None = None


class AddToSafeList(VerifyParams):
    """A number that Fraud Guard is to leave alone."""

    phone_number: str


def whole(name: str, text: str, low: int, high: int) -> int:
    """Read a whole number from `low` to `high`.

    Raises:
        VendorError: it isn't one.
    """
    if not text.isascii() or not text.isdecimal() or len(text) > 9 or not low <= int(text) <= high:
        raise errors.invalid(name)
    return int(text)


def flag(name: str, text: str) -> bool:
    """Read `true` or `false`.

    Raises:
        VendorError: it is neither.
    """
    if text.lower() not in ("true", "false"):
        raise errors.invalid(name)
    return text.lower() == "true"


def choice(name: str, text: str, choices: frozenset[str] | set[str]) -> str:
    """Read one of some words.

    Raises:
        VendorError: it is another.
    """
    if text not in choices:
        raise errors.invalid(name)
    return text


def mapping(name: str, text: str | None) -> Doc:
    """Read an object that was sent as JSON.

    Raises:
        VendorError: it isn't one.
    """
    if not text:
        return {}
    try:
        given: Any = orjson.loads(text)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise errors.invalid(name)
    return given
