"""Access tokens with which a device registers a push factor, and who a device is afterwards.

A device calls with the user name `token`: at first with such a token as its password, then with a
JWT that it signs with its factor's key.

Source: https://www.twilio.com/docs/verify/api/access-token
    https://github.com/twilio/twilio-verify-android (FactorAPIClient, AuthenticationProvider)
"""

from datetime import datetime, timedelta

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.verify.factors import push
from mirra_mcp.local.mirrors.twilio.verify.params import CreateAccessToken, choice, whole
from mirra_mcp.wire.model import Doc

PATH = "/v2/Services/{ServiceSid}/AccessTokens"
SHORTEST, LONGEST = 60, 300
"""Seconds that a token lives."""
CONTENT = "twilio-pba;v=1"
"""How the JWT of a device says what it is."""


class VerifyAccessTokens(TwilioResource):
    """What lets a device register."""

    entity, plural, prefix = "verify_access_token", "verify_access_tokens", "YK"
    synonyms, names = (), ("entity_identity",)
    indexes = ("account_sid", "service_sid")
    secret_fields = ("token",)
    blank = {
        "sid": None,
        "account_sid": None,
        "service_sid": None,
        "entity_identity": None,
        "factor_type": "push",
        "factor_friendly_name": None,
        "token": None,
        "url": None,
        "ttl": SHORTEST,
        "date_created": None,
    }

    @route(f"POST {PATH}", status=201)
    def create(self, ServiceSid: str, params: CreateAccessToken) -> Doc:
        """Make a token for somebody's device."""
        service = self.mirror.verify_services.get(ServiceSid)
        choice("FactorType", params.factor_type, {"push"})
        ttl = whole("Ttl", params.ttl, SHORTEST, LONGEST) if params.ttl else SHORTEST
        identity = self.mirror.verify_entities.named(params.identity)
        doc = self.new(
            account_sid=service["account_sid"],
            service_sid=ServiceSid,
            entity_identity=identity,
            factor_friendly_name=params.factor_friendly_name,
            ttl=ttl,
        )
        doc["token"] = f"{doc['sid']}.{self.mirror.ids.token(64)}"
        return self.view(self.save(doc))

    @route(f"GET {PATH}/{{Sid}}")
    def fetch(self, ServiceSid: str, Sid: str) -> Doc:
        """Return one token."""
        doc = self.get(Sid)
        if doc["service_sid"] != ServiceSid:
            raise self.missing(Sid)
        return self.view(doc)

    def living(self, token: str) -> Doc | None:
        """Return a token that hasn't ended, or None: it has, or there is none."""
        doc = self.peek(token.partition(".")[0])
        if doc is None or doc["token"] != token:
            return None
        end = datetime.fromisoformat(doc["date_created"]) + timedelta(seconds=doc["ttl"])
        return doc if self.now < end else None

    def account_of(self, token: str, path: str) -> str | None:
        """Return for whom a device may call a path, or None: it may not.

        When the JWT of a device ends isn't looked at: that is by its own clock.
        """
        account: str | None = None
        if doc := self.living(token):
            home = f"/v2/Services/{doc['service_sid']}/Entities/{doc['entity_identity']}/Factors"
            account = doc["account_sid"] if path == home else None
        elif factor := self._signer(token):
            own = self.mirror.verify_factors.path_of(factor)
            person = own.rpartition("/Factors/")[0]
            is_own = path == own or path.startswith(f"{person}/Challenges")
            account = factor["account_sid"] if is_own else None
        return account

    def _signer(self, token: str) -> Doc | None:
        parts = push.read(token)
        if parts is None or parts[0].get("cty") != CONTENT:
            return None
        factor = self.mirror.verify_factors.first(_credential_sid=str(parts[0].get("kid")))
        if factor is None or parts[1].get("sub") != factor["account_sid"]:
            return None
        is_signed = push.claims_of(factor["binding"]["public_key"], token)
        return factor if is_signed is not None else None

    def path_of(self, doc: Doc) -> str:
        """Return the path of a token."""
        return f"/v2/Services/{doc['service_sid']}/AccessTokens/{doc['sid']}"
