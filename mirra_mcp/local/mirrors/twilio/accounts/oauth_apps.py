"""OAuth apps: clients of an account that call the API with short-lived tokens.

Source: https://www.twilio.com/docs/iam/oauth-apps/account-oauth-apps
    https://www.twilio.com/docs/iam/oauth-apps/oauth-access-token
    https://github.com/twilio/twilio-python/blob/main/README.md ("OAuth Feature for Twilio APIs")
"""

from datetime import timedelta
from typing import Any, ClassVar

from pydantic import ConfigDict

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.accounts import jwts
from mirra_mcp.local.mirrors.twilio.api.errors import refusal, wrong
from mirra_mcp.local.mirrors.twilio.api.params import TwilioParams, Values, form_of, text
from mirra_mcp.local.mirrors.twilio.api.resource import Credentials
from mirra_mcp.wire.model import Doc

PATH = "/v1/Account/OAuthApps"
LIFE = 3600
"""Seconds that a token lives unless the app says otherwise."""
SHORTEST, LONGEST = 60, 30 * 86_400
"""A minute to 30 days."""
BASIC = "client_secret_basic"

NAMES = {
    "grant_type": "GrantType",
    "client_id": "ClientId",
    "client_secret": "ClientSecret",
}
"""What is asked of a token, in the newer APIs' words and in the oldest's."""
OTHERS = {
    "code": "Code",
    "code_verifier": "CodeVerifier",
    "redirect_uri": "RedirectUri",
    "refresh_token": "RefreshToken",
    "audience": "Audience",
    "scope": "Scope",
}
"""What belongs to other grants, or narrows a token: refused."""


class AppFields(TwilioParams):
    """What can be changed of an app; JSON."""

    model_config = ConfigDict(alias_generator=None)
    values: ClassVar[Values] = {"friendly_name": text(64)}

    type: str | None = None
    friendly_name: str | None = None
    description: str | None = None
    policy: dict[str, Any] | None = None
    access_token_ttl: int | None = None


class CreateApp(AppFields):
    """A new app."""

    friendly_name: str
    owner_sid: str | None = None
    client_sid: str | None = None
    token_endpoint_auth_method: str | None = None


class OAuthApps(Credentials):
    """The OAuth apps of every account. Their secrets are shown once."""

    entity, plural, prefix = "oauth_app", "oauth_apps", "OQ"
    synonyms, names = ("oauth app", "oauth client"), ("friendly_name",)
    blank: ClassVar[Doc] = {
        "type": "standard",
        "sid": None,
        "friendly_name": None,
        "description": None,
        "date_created": None,
        "created_by": None,
        "creator_sid": None,
        "secret": None,
        "status": "active",
        "policy": None,
        "access_token_ttl": LIFE,
        "account_sid": None,
        "tokens": 0,
    }
    indexes = ("account_sid",)
    secret_fields = ("secret",)

    @route(f"POST {PATH}", status=201)
    def create(self, params: CreateApp) -> Doc:
        """Make an app. Only this answer has its secret.

        Raises:
            VendorError: 20001, it is somebody else's, or a token would live too long.
        """
        account = self.mirror.account_sid
        if params.owner_sid not in (None, account):
            raise wrong("Invalid parameter owner_sid: it is another account's")
        if params.client_sid:
            raise wrong("Invalid parameter client_sid: Twilio gives it")
        if params.token_endpoint_auth_method not in (None, BASIC):
            raise wrong(f"Invalid parameter token_endpoint_auth_method: it is not {BASIC}")
        fields = self._checked(params)
        secret = self.mirror.ids.token(32)
        doc = self.save(self.new(account_sid=account, creator_sid=account, secret=secret, **fields))
        return self.view(doc) | {"secret": secret}

    @route(f"PUT {PATH}/{{Sid}}")
    def update(self, Sid: str, params: AppFields) -> Doc:
        """Change an app: tokens that it has go on living."""
        return self.view(self.save(self.get(Sid) | self._checked(params)))

    @route(f"DELETE {PATH}/{{Sid}}", status=204)
    def delete(self, Sid: str) -> None:
        """Delete an app: all of its tokens are worthless from now on."""
        self.drop(self.get(Sid))

    def _checked(self, params: AppFields) -> Doc:
        names = ("type", "friendly_name", "description", "policy", "access_token_ttl")
        given = {name: getattr(params, name) for name in names}
        found = {name: value for name, value in given.items() if value is not None}
        life = found.get("access_token_ttl", LIFE)
        if not SHORTEST <= life <= LONGEST:
            told = f"{life} is not from {SHORTEST} to {LONGEST}"
            raise wrong(f"Invalid parameter access_token_ttl: {told}")
        if found.get("type", "standard") not in ("standard", "restricted"):
            raise wrong(f"Invalid parameter type: {found['type']} is not standard or restricted")
        return found

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows: no secret."""
        hidden = ("secret", "account_sid", "tokens")
        return {name: value for name, value in super().view(doc).items() if name not in hidden}

    # Tokens.

    @route("POST /v1/token", status=201)
    @route("POST /v2/token")
    def grant(self, call: Call) -> Doc:
        """Give an app a token for its client credentials. No other credentials come with the call.

        Raises:
            VendorError: 20001, another grant, or what narrows one; 20003, there is no such app, or
                it is another secret.
        """
        form = form_of(call.body.decode("utf-8", errors="replace"))
        given = {name: (form.get(name) or form.get(old) or [""])[-1] for name, old in NAMES.items()}
        if given["grant_type"] != "client_credentials":
            raise wrong("Invalid parameter grant_type: only client_credentials is mirrored")
        for name, old in OTHERS.items():
            if any(form.get(name, form.get(old, ()))):
                raise wrong(f"Invalid parameter {name}: tokens are for client credentials, whole")
        app = self.peek(given["client_id"])
        if app is None or app["secret"] != given["client_secret"]:
            raise refusal(20003)
        life: int = app["access_token_ttl"]
        self.save(app | {"tokens": app["tokens"] + 1})
        claims: Doc = {
            "iss": "https://oauth.twilio.com",
            "sub": app["account_sid"],
            "client_id": app["sid"],
            "iat": int(self.now.timestamp()),
            "exp": int((self.now + timedelta(seconds=life)).timestamp()),
            "jti": self.mirror.ids.token(32),
        }
        token = jwts.made(claims, app["secret"])
        return {"access_token": token, "refresh_token": None, "id_token": None,
                "token_type": "Bearer", "expires_in": life}  # fmt: skip

    def account_of(self, text: str) -> str | None:
        """Return whose calls a token makes, or None: it is none, or has ended."""
        token = jwts.read(text)
        app = self.peek(str(token.claims.get("client_id"))) if token else None
        if token is None or app is None or not token.is_of(app["secret"]):
            return None
        end = token.claims.get("exp")
        is_over = not isinstance(end, int) or end <= self.now.timestamp()
        account: str = app["account_sid"]
        return None if is_over else account
