"""M2M tokens: by which one machine shows another who it is.

Source: https://clerk.com/docs/guides/development/machine-auth/m2m-tokens
"""

from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.dates import stamp
from mirra_mcp.local.mirrors.clerk.api.identity import jwt
from mirra_mcp.local.mirrors.clerk.machines.credentials import Credentials, shown_of
from mirra_mcp.local.mirrors.clerk.machines.params import (
    CreateM2mToken,
    ListM2mTokens,
    Revoke,
    VerifyM2mToken,
)
from mirra_mcp.wire.model import Doc

CATEGORY = "cl_B7d4PD333AAA"
"""The `cat` in the header of a token that is a JWT.

Source: https://github.com/clerk/javascript (packages/backend/src/tokens/jwtCategories.ts)
"""
RESERVED = ("iss", "sub", "exp", "nbf", "iat", "jti")
"""The claims that every such token has, and nobody else sets.

Source: https://github.com/clerk/javascript (packages/backend/src/api/resources/M2MToken.ts)
"""
SKEW = 5


class M2mTokens(Credentials):
    """The opaque tokens of machines; those that are JWTs are kept nowhere."""

    entity, plural = "m2m_token", "m2m_tokens"
    object, prefix, title, param = "machine_to_machine_token", "mt", "M2M token", "m2m_token_id"
    names = ()
    indexes = ("subject", "_secret", "revoked")
    blank = {
        "object": "machine_to_machine_token",
        "id": "",
        "subject": "",
        "claims": None,
        "scopes": [],
        "revoked": False,
        "revocation_reason": None,
        "expired": False,
        "expiration": None,
        "last_used_at": None,
        "created_at": None,
        "updated_at": None,
        "_secret": "",
    }

    @route("POST /v1/m2m_tokens")
    def create(self, params: CreateM2mToken, call: Call) -> Answer:
        """Give the calling machine a token for those that it may call.

        Source: https://clerk.com/docs/reference/backend/m2m-tokens/create-token

        Raises:
            VendorError: who calls isn't a machine.
        """
        machine = self.mirror.machines.peek(call.caller["id"])
        if machine is None:
            raise errors.invalid_secret_key()
        seconds = params.seconds_until_expiration or machine["default_token_ttl"]
        least = params.min_remaining_ttl_seconds
        if least is not None and least >= seconds:
            raise errors.bad_request(
                "min_remaining_ttl_seconds", "Must be less than the token's lifetime"
            )
        fields = {"subject": machine["id"], "claims": params.claims, "scopes": machine["_scopes"]}
        if params.token_format == "jwt":
            return Answer(201, self._signed(self.new(**fields), seconds))
        doc = None if least is None else self._like(fields, least)
        if doc is None:
            doc = self.new(**fields, _secret=self.new_secret())
            doc = self.save(self.lasting(doc, seconds))
        return Answer(201, self.with_secret(doc, "token"))

    @route("GET /v1/m2m_tokens")
    def list(self, params: ListM2mTokens, call: Call) -> Doc:
        """List the opaque tokens of a machine, newest first.

        Source: https://clerk.com/docs/reference/backend/m2m-tokens/list

        Raises:
            VendorError: another machine asks, or there is no such machine.
        """
        if self._is_another(call, params.subject):
            raise errors.unauthorized()
        self.mirror.machines.get(params.subject)
        found = [
            doc
            for doc in self.find(subject=params.subject)
            if (params.revoked or not doc["revoked"]) and (params.expired or not doc["expired"])
        ]
        shown, total = shown_of(self, found, params.offset, params.limit)
        return {"m2m_tokens": shown, "total_count": total}

    @route("POST /v1/m2m_tokens/verify")
    def verify(self, params: VerifyM2mToken, call: Call) -> Doc:
        """Return what a token says; to a machine, if the token is for it.

        Source: https://clerk.com/docs/reference/backend-api (Verify a M2M Token)

        Raises:
            VendorError: it is no token, revoked, expired, or not for the calling machine.
        """
        doc = self.opened_by(params.token)
        if doc is None:
            raise errors.not_found("M2M token not found")
        if self.mirror.machines.peek(call.caller["id"]) and call.caller["id"] not in doc["scopes"]:
            raise errors.not_found("M2M token not found")
        return self.view(self.used(doc))

    @route("POST /v1/m2m_tokens/{m2m_token_id}/revoke")
    def revoke(self, m2m_token_id: str, params: Revoke, call: Call) -> Doc:
        """Let an opaque token open nothing any more; to a machine, one of its own.

        Source: https://clerk.com/docs/reference/backend/m2m-tokens/revoke-token
        """
        doc = self.get(m2m_token_id)
        if self._is_another(call, doc["subject"]):
            raise self.missing(m2m_token_id)
        return self.view(self.taken_back(doc, params.revocation_reason))

    def forget(self, machine_id: str) -> None:
        """Drop the tokens of a machine that is being deleted."""
        for doc in self.find(subject=machine_id):
            self.remove(doc)

    def _is_another(self, call: Call, machine_id: str) -> bool:
        """Tell whether a machine calls that isn't this one."""
        return call.caller["id"] not in ("backend", machine_id)

    def _like(self, fields: Doc, seconds: int) -> Doc | None:
        """Return a token that is good for some seconds yet, and says the same."""
        until = stamp(self.now) + seconds * 1_000
        for doc in self.find(subject=fields["subject"]):
            same = all(doc[name] == value for name, value in fields.items())
            if same and not (doc["revoked"] or doc["expired"]) and doc["expiration"] >= until:
                return doc
        return None

    def _signed(self, doc: Doc, seconds: float) -> Doc:
        """Return a token that is a JWT, which nothing keeps."""
        claims = {} if doc["claims"] is None else doc["claims"]
        if not isinstance(claims, dict):
            raise errors.bad_request("claims", "Must be an object")
        for name in RESERVED:
            if name in claims:
                raise errors.refusal(
                    400,
                    "machine_token_reserved_claim",
                    "reserved claim used",
                    f"You can't use the reserved claim: '{name}'",
                    param_name="claims",
                )
        now = int(self.mirror.machine_now.timestamp())
        until = now + max(1, int(seconds))
        own = {
            "exp": until,
            "iat": now,
            "iss": self.mirror.frontend_api,
            "jti": doc["id"],
            "nbf": now - SKEW,
            "sub": doc["subject"],
        }
        token = jwt(self.mirror.keep_identity(), claims | own, cat=CATEGORY)
        return self.view(doc) | {"expiration": until * 1_000, "token": token}
