"""Verify's services: how codes are made and told.

Source: https://www.twilio.com/docs/verify/api/service
"""

import copy

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.verify import errors
from mirra_mcp.local.mirrors.twilio.verify.params import (
    CreateService,
    ServiceFields,
    UpdateService,
    choice,
    flag,
    whole,
)
from mirra_mcp.wire.model import Doc

LONGEST_NAME = 32
FLAGS = {
    "lookup_enabled": "LookupEnabled",
    "psd2_enabled": "Psd2Enabled",
    "skip_sms_to_landlines": "SkipSmsToLandlines",
    "dtmf_input_required": "DtmfInputRequired",
    "do_not_share_warning_enabled": "DoNotShareWarningEnabled",
    "custom_code_enabled": "CustomCodeEnabled",
    "verify_event_subscription_enabled": "VerifyEventSubscriptionEnabled",
}
LINKS = {
    "verification_checks": "VerificationCheck",
    "verifications": "Verifications",
    "rate_limits": "RateLimits",
    "messaging_configurations": "MessagingConfigurations",
    "entities": "Entities",
    "webhooks": "Webhooks",
    "access_tokens": "AccessTokens",
}
ATTACHMENTS = {"", "platform", "cross-platform", "any"}
HOW_MUCH = {"", "required", "preferred", "discouraged"}
CHILDREN = (
    "verifications",
    "verify_rate_limits",
    "verify_buckets",
    "verify_messaging_configurations",
    "verify_webhooks",
    "verify_entities",
    "verify_factors",
    "verify_access_tokens",
)


class VerifyServices(TwilioResource):
    """Sets of rules by which codes are sent and checked."""

    entity, plural, prefix = "verify_service", "verify_services", "VA"
    synonyms, names = ("verification service", "verify service"), ("friendly_name",)
    blank = {
        "sid": None,
        "account_sid": None,
        "friendly_name": None,
        "code_length": 6,
        "lookup_enabled": False,
        "psd2_enabled": False,
        "skip_sms_to_landlines": False,
        "dtmf_input_required": True,
        "tts_name": None,
        "do_not_share_warning_enabled": False,
        "custom_code_enabled": False,
        "push": {"include_date": False, "apn_credential_sid": None, "fcm_credential_sid": None},
        "totp": {"issuer": None, "time_step": 30, "code_length": 6, "skew": 1},
        "whatsapp": {"msg_service_sid": None, "from": None},
        "passkeys": {
            "relying_party": {"id": None, "name": None, "origins": None},
            "authenticator_attachment": None,
            "discoverable_credentials": None,
            "user_verification": None,
        },
        "default_template_sid": None,
        "verify_event_subscription_enabled": False,
        "date_created": None,
        "date_updated": None,
        "url": None,
        "links": None,
    }

    @route("POST /v2/Services", status=201)
    def create(self, params: CreateService) -> Doc:
        """Make a service."""
        return self.view(self.add(params))

    @route("GET /v2/Services")
    def list(self, call: Call) -> Doc:
        """List the services, newest first."""
        return self.listed(call, "services")

    @route("GET /v2/Services/{Sid}")
    def fetch(self, Sid: str) -> Doc:
        """Return one service."""
        return self.view(self.get(Sid))

    @route("POST /v2/Services/{Sid}")
    def update(self, Sid: str, params: UpdateService) -> Doc:
        """Change a service."""
        doc = self.get(Sid)
        self._take(doc, params)
        return self.view(self.change(doc))

    @route("DELETE /v2/Services/{Sid}", status=204)
    def delete(self, Sid: str) -> None:
        """Remove a service with all that belongs to it."""
        doc = self.get(Sid)
        self.mirror.cancel_timers("verifications.expire", service=Sid)
        for challenge in self.mirror.verify_challenges.find(service_sid=Sid):
            self.mirror.verify_challenges.forget(challenge)
        for noun in CHILDREN:
            for child in self.mirror.nouns[noun].find(service_sid=Sid):
                self.mirror.nouns[noun].drop(child)
        self.drop(doc)

    def add(self, params: CreateService, sid: str = "") -> Doc:
        """Put a service into the account: a caller's, or a fixture's with a SID of its own."""
        doc = self.new(id=sid, **copy.deepcopy(NESTED))
        self._take(doc, params)
        return self.save(doc)

    def path_of(self, doc: Doc) -> str:
        """Return the path of a service."""
        return f"/v2/Services/{doc['sid']}"

    def links_of(self, doc: Doc) -> dict[str, str]:
        """Return the paths of what belongs to a service."""
        return {name: f"{self.path_of(doc)}/{path}" for name, path in LINKS.items()}

    def _take(self, doc: Doc, params: ServiceFields) -> None:
        """Write what was asked for into a service.

        Raises:
            VendorError: a value is none that Verify takes.
        """
        for field, name in FLAGS.items():
            if (text := getattr(params, field)) is not None:
                doc[field] = flag(name, text)
        if params.friendly_name is not None:  # type: ignore[attr-defined]  # both kinds have it
            doc["friendly_name"] = named(params.friendly_name)  # type: ignore[attr-defined]
        if params.code_length is not None:
            doc["code_length"] = whole("CodeLength", params.code_length, 4, 10)
        for field in ("tts_name", "default_template_sid"):
            if (text := getattr(params, field)) is not None:
                doc[field] = text or None
        if doc["default_template_sid"] and not self.mirror.verify_templates.has(
            doc["default_template_sid"]
        ):
            raise errors.refuse(60228)
        self._take_nested(doc, params)

    def _take_nested(self, doc: Doc, params: ServiceFields) -> None:
        push, totp, whatsapp = doc["push"], doc["totp"], doc["whatsapp"]
        if params.include_date is not None:
            push["include_date"] = flag("Push.IncludeDate", params.include_date)
        for field in ("apn_credential_sid", "fcm_credential_sid"):
            _set(push, field, getattr(params, field))
        _set(totp, "issuer", params.issuer)
        for field, name, text, low, high in (
            ("time_step", "Totp.TimeStep", params.time_step, 20, 60),
            ("code_length", "Totp.CodeLength", params.totp_code_length, 3, 8),
            ("skew", "Totp.Skew", params.skew, 0, 2),
        ):
            if text is not None:
                totp[field] = whole(name, text, low, high)
        _set(whatsapp, "msg_service_sid", params.msg_service_sid)
        _set(whatsapp, "from", params.whatsapp_from)
        passkeys = doc["passkeys"]
        _set(passkeys["relying_party"], "id", params.party_id)
        _set(passkeys["relying_party"], "name", params.party_name)
        if params.party_origins is not None:
            passkeys["relying_party"]["origins"] = params.party_origins.split(",")
        for field, name, choices in (
            ("authenticator_attachment", "Passkeys.AuthenticatorAttachment", ATTACHMENTS),
            ("discoverable_credentials", "Passkeys.DiscoverableCredentials", HOW_MUCH),
            ("user_verification", "Passkeys.UserVerification", HOW_MUCH),
        ):
            if (text := getattr(params, field)) is not None:
                passkeys[field] = choice(name, text, choices)


NESTED = {name: value for name, value in VerifyServices.blank.items() if isinstance(value, dict)}
"""What a service may not share with the next one."""


def named(text: str) -> str:
    """Return a service's name.

    Raises:
        VendorError: it is empty or too long for a text message.
    """
    if not 1 <= len(text) <= LONGEST_NAME:
        raise errors.invalid("FriendlyName")
    return text


def _set(part: Doc, field: str, text: str | None) -> None:
    if text is not None:
        part[field] = text or None
