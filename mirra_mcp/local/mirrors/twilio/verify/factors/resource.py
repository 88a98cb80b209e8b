"""Factors: authenticator apps and devices that people have. Passkeys are not mirrored.

The codes of apps are those of the session's clock; devices sign with their keys.

Source: https://www.twilio.com/docs/verify/api/factor and
https://www.twilio.com/docs/verify/quickstarts/totp
"""

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.errors import refusal
from mirra_mcp.local.mirrors.twilio.api.params import HEX
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.verify import errors
from mirra_mcp.local.mirrors.twilio.verify.factors import push, totp
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
LONGEST_SIGNATURE = 5456
OWN = ("binding", "tries")
"""What the state shows of a factor, and the API tells at its making only, or never."""


class VerifyFactors(TwilioResource):
    """Authenticator apps, and devices that are pushed to."""

    entity, plural, prefix = "verify_factor", "verify_factors", "YF"
    synonyms, names = ("factor", "authenticator", "device"), ("friendly_name", "identity")
    verbs = {"verified": ("status", "verified")}
    indexes = ("account_sid", "service_sid", "entity_sid", "_credential_sid")
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
        """Begin to set an app or a device up; it counts once its code or signature was right."""
        service = self.mirror.verify_services.get(ServiceSid)
        kind = choice("FactorType", params.factor_type, TYPES)
        if kind == "passkeys":
            raise refusal(20501, message="Passkeys are not mirrored.")
        name = _named(params.friendly_name)
        make = self._made_push if kind == "push" else self._made_totp
        binding, config = make(service, params, name)
        metadata = mapping("Metadata", params.metadata) or None
        doc = self.add(service, Identity, name, binding, config, metadata)
        return self.view(doc) | {"binding": doc["binding"], "options": None}

    def add(
        self,
        service: Doc,
        identity: str,
        name: str,
        binding: Doc,
        config: Doc,
        metadata: Doc | None = None,
    ) -> Doc:
        """Keep a new factor of somebody: an app if it has a secret, a device if it has a key.

        Raises:
            VendorError: they have too many, or can't be called so.
        """
        kind = "push" if "public_key" in binding else "totp"
        person = self.mirror.verify_entities.known(service, identity)
        if self.count(entity_sid=person["sid"]) >= MOST_FACTORS:
            told = errors.CODES[60315][1].replace("totp", kind)
            raise errors.refuse(60315, told)
        doc = self.new(
            account_sid=service["account_sid"],
            service_sid=service["sid"],
            entity_sid=person["sid"],
            identity=person["identity"],
            binding=binding,
            friendly_name=name,
            factor_type=kind,
            config=config,
            metadata=metadata,
            _credential_sid=config.get("credential_sid"),
        )
        self.save(doc)
        self.mirror.verify_webhooks.tell("factor.created", doc)
        return doc

    def _made_totp(self, service: Doc, params: CreateFactor, name: str) -> tuple[Doc, Doc]:
        config = _config({"alg": "sha1", **service["totp"]}, params)
        secret = params.secret or self.mirror.ids.token(SECRET_LENGTH, totp.BASE32)
        if totp.key_of(secret) is None:
            raise errors.invalid("Binding.Secret")
        issuer = service["totp"]["issuer"] or service["friendly_name"]
        return {"secret": secret, "uri": totp.uri_of(secret, config, issuer, name)}, config

    def _made_push(self, service: Doc, params: CreateFactor, name: str) -> tuple[Doc, Doc]:
        alg, key = params.binding_alg or push.ALGORITHM, params.public_key or ""
        if alg != push.ALGORITHM:
            raise errors.invalid("Binding.Alg")
        if push.key_of(key) is None:
            raise errors.invalid("Binding.PublicKey")
        if not params.app_id:
            raise errors.invalid("Config.AppId")
        return {"alg": alg, "public_key": key}, self.push_config(params.app_id, params)

    def push_config(self, app_id: str, params: FactorConfig) -> Doc:
        """Return how a new device is reached, and by which SID it says who it is."""
        config = {"sdk_version": None, "app_id": app_id, "notification_platform": None,
                  "notification_token": None,
                  "credential_sid": f"CR{self.mirror.ids.token(32, HEX)}"}  # fmt: skip
        return _push_config(config, params)

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
        remade = _push_config if doc["factor_type"] == "push" else _config
        doc["config"] = remade(doc["config"], params)
        if params.auth_payload is None or doc["status"] != "unverified":
            return self.view(self.change(doc))
        least, most = (1, LONGEST_SIGNATURE) if doc["factor_type"] == "push" else (3, 8)
        if not least <= len(params.auth_payload) <= most:
            raise errors.invalid("AuthPayload")
        if doc["tries"] >= MOST_TRIES:
            raise errors.refuse(60310)
        if self.is_right(doc, params.auth_payload):
            return self.view(self.verify(doc))
        return self.view(self.change(doc, tries=doc["tries"] + 1))

    def verify(self, doc: Doc) -> Doc:
        """Let a factor count from now on."""
        doc = self.move(doc | {"date_updated": self.stamp()}, "verified")
        self.mirror.verify_webhooks.tell("factor.verified", doc)
        return doc

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
        self.mirror.verify_webhooks.tell("factor.deleted", doc)

    def is_right(self, doc: Doc, code: str) -> bool:
        """Say whether a code is what the app shows now, or how the device signs its SID."""
        if doc["factor_type"] == "push":
            return push.signs(doc["binding"]["public_key"], code, doc["sid"])
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


def _push_config(before: Doc, params: FactorConfig) -> Doc:
    """Return how a device is reached.

    Raises:
        VendorError: in no way, or in one that there isn't.
    """
    names = ("sdk_version", "notification_platform", "notification_token")
    given = {name: value for name in names if (value := getattr(params, name))}
    config = before | given
    needed = {"sdk_version": "Config.SdkVersion",
              "notification_platform": "Config.NotificationPlatform"}  # fmt: skip
    if config["notification_platform"] != "none":
        needed["notification_token"] = "Config.NotificationToken"
    for name, told in needed.items():
        if not config[name]:
            raise errors.invalid(told)
    return config


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
