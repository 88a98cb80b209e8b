"""Factors: authenticator apps that people have. Push and passkeys are not mirrored.

The codes are those of the session's clock.

Source: https://www.twilio.com/docs/verify/api/factor and
https://www.twilio.com/docs/verify/quickstarts/totp
"""

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.errors import refusal
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.verify import errors
from mirra_mcp.local.mirrors.twilio.verify.factors import totp
from mirra_mcp.local.mirrors.twilio.verify.params import (
    CreateFactor,
    FactorConfig,
    UpdateFactor,
    choice,
    mapping,
    whole,
)
from mirra_mcp.wire.model import Doc

TYPES = frozenset(("totp", "push", "passkeys"))
MOST_FACTORS, MOST_TRIES = 100, 5
SECRET_LENGTH = 32
OWN = ("binding", "tries")
"""What the state shows of a factor, and the API tells at its making only, or never."""


class VerifyFactors(TwilioResource):
    """Authenticator apps."""

    entity, plural, prefix = "verify_factor", "verify_factors", "YF"
    synonyms, names = ("factor", "authenticator"), ("friendly_name", "identity")
    verbs = {"verified": ("status", "verified")}
    indexes = ("account_sid", "service_sid", "entity_sid")
    moves = {"unverified": {"verified"}}
    statuses = ("verified",)
    blank = {
        "sid": None,
        "account_sid": None,
        "service_sid": None,
        "entity_sid": None,
        "identity": None,
        "binding": None,
        "date_created": None,
        "date_updated": None,
        "friendly_name": None,
        "status": "unverified",
        "factor_type": "totp",
        "config": None,
        "metadata": None,
        "url": None,
        "tries": 0,
    }

    @route("POST /v2/Services/{ServiceSid}/Entities/{Identity}/Factors", status=201)
    def create(self, ServiceSid: str, Identity: str, params: CreateFactor) -> Doc:
        """Begin to set an app up; it counts once a code of it was right."""
        service = self.mirror.verify_services.get(ServiceSid)
        if choice("FactorType", params.factor_type, TYPES) != "totp":
            raise refusal(20501, message="Push and passkeys are not mirrored.")
        name = _named(params.friendly_name)
        config = _config({"alg": "sha1", **service["totp"]}, params)
        secret = params.secret or self.mirror.ids.token(SECRET_LENGTH, totp.BASE32)
        if totp.key_of(secret) is None:
            raise errors.invalid("Binding.Secret")
        metadata = mapping("Metadata", params.metadata) or None
        person = self.mirror.verify_entities.known(ServiceSid, Identity)
        if self.count(entity_sid=person["sid"]) >= MOST_FACTORS:
            raise errors.refuse(60315)
        issuer = service["totp"]["issuer"] or service["friendly_name"]
        uri = totp.uri_of(secret, config, issuer, name)
        doc = self.new(
            service_sid=ServiceSid,
            entity_sid=person["sid"],
            identity=person["identity"],
            binding={"secret": secret, "uri": uri},
            friendly_name=name,
            config=config,
            metadata=metadata,
        )
        told = self.view(self.save(doc))
        return told | {"binding": doc["binding"], "options": None}

    @route("GET /v2/Services/{ServiceSid}/Entities/{Identity}/Factors")
    def list(self, ServiceSid: str, Identity: str, call: Call) -> Doc:
        """List somebody's factors, newest first."""
        person = self.mirror.verify_entities.of(ServiceSid, Identity)
        return self.listed(call, "factors", entity_sid=person["sid"])

    @route("GET /v2/Services/{ServiceSid}/Entities/{Identity}/Factors/{Sid}")
    def fetch(self, ServiceSid: str, Identity: str, Sid: str) -> Doc:
        """Return one factor."""
        return self.view(self.of(ServiceSid, Identity, Sid))

    @route("POST /v2/Services/{ServiceSid}/Entities/{Identity}/Factors/{Sid}")
    def update(self, ServiceSid: str, Identity: str, Sid: str, params: UpdateFactor) -> Doc:
        """Change a factor, or verify it with a code; a wrong code leaves it unverified.

        Source: https://www.twilio.com/docs/verify/quickstarts/
        verify-totp-change-in-api-response-when-authpayload-is-incorrect
        """
        doc = self.of(ServiceSid, Identity, Sid)
        if params.friendly_name is not None:
            doc["friendly_name"] = _named(params.friendly_name)
        doc["config"] = _config(doc["config"], params)
        if params.auth_payload is not None and doc["status"] == "unverified":
            code = _code(params.auth_payload)
            if doc["tries"] >= MOST_TRIES:
                raise errors.refuse(60310)
            if self.is_right(doc, code):
                doc["status"] = "verified"
            else:
                doc["tries"] += 1
        return self.view(self.change(doc))

    @route("DELETE /v2/Services/{ServiceSid}/Entities/{Identity}/Factors/{Sid}", status=204)
    def delete(self, ServiceSid: str, Identity: str, Sid: str) -> None:
        """Remove a factor."""
        self.forget(self.of(ServiceSid, Identity, Sid))

    def of(self, service: str, identity: str, sid: str) -> Doc:
        """Return a factor of somebody.

        Raises:
            VendorError: they have none of this SID.
        """
        person = self.mirror.verify_entities.of(service, identity)
        doc = self.get(sid)
        if doc["entity_sid"] != person["sid"]:
            raise self.missing(sid)
        return doc

    def forget(self, doc: Doc) -> None:
        """Remove a factor with its challenges."""
        for challenge in self.mirror.verify_challenges.find(factor_sid=doc["sid"]):
            self.mirror.verify_challenges.forget(challenge)
        self.drop(doc)

    def is_right(self, doc: Doc, code: str) -> bool:
        """Say whether a code is what the app shows now."""
        return totp.is_right(code, doc["binding"]["secret"], doc["config"], self.now)

    def view(self, doc: Doc) -> Doc:
        """Return what Twilio tells: the secret only at first."""
        return {name: value for name, value in super().view(doc).items() if name not in OWN}

    def path_of(self, doc: Doc) -> str:
        """Return the path of a factor."""
        person = f"/v2/Services/{doc['service_sid']}/Entities/{doc['identity']}"
        return f"{person}/Factors/{doc['sid']}"


def _named(text: str) -> str:
    if not 1 <= len(text) <= 64:
        raise errors.invalid("FriendlyName")
    return text


def _code(text: str) -> str:
    """Return a code that may be one.

    Raises:
        VendorError: it has too few or too many characters.
    """
    if not 3 <= len(text) <= 8:
        raise invalid_payload()
    return text


def invalid_payload() -> VendorError:
    """Refuse what can't be a code."""
    return errors.invalid("AuthPayload")


def _config(before: Doc, params: FactorConfig) -> Doc:
    """Return how an app makes its codes.

    Raises:
        VendorError: in a way that it can't.
    """
    config: Doc = {name: before[name] for name in ("alg", "skew", "code_length", "time_step")}
    for name, told, low, high in (
        ("time_step", "Config.TimeStep", 20, 60),
        ("skew", "Config.Skew", 0, 2),
        ("code_length", "Config.CodeLength", 3, 8),
    ):
        if text := getattr(params, name):
            config[name] = whole(told, text, low, high)
    if params.alg:
        config["alg"] = choice("Config.Alg", params.alg, totp.ALGORITHMS)
    return config
