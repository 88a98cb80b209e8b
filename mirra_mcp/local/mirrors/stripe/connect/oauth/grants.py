"""OAuth of standard accounts: an owner's approval, and the keys that it is exchanged for.

Source: https://docs.stripe.com/connect/oauth-reference
"""

from datetime import timedelta
from typing import Any, ClassVar

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Answer, route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.connect.oauth import tokens
from mirra_mcp.local.mirrors.stripe.connect.oauth.params import Disconnect, Exchange
from mirra_mcp.wire.model import Doc

LIFETIME = timedelta(minutes=5)
"""How long a code can be exchanged."""
SCOPES = (tokens.READ_ONLY, tokens.READ_WRITE)
USED = (
    "This authorization code has already been used. All tokens issued with this code have been"
    " revoked."
)


class Grants(StripeResource):
    """What owners approved: an approval's id is its code. The grants are the platform's."""

    entity, plural = "oauth_grant", "oauth_grants"
    object, prefix, id_length = "oauth_grant", "ac", 32
    indexes = ("account", "_refresh_token")
    moves: ClassVar[dict[str, set[str]]] = {"approved": {"exchanged"}, "exchanged": {"revoked"}}
    blank: ClassVar[Doc] = {
        "account": "",
        "created": None,
        "redirect_uri": None,
        "scope": tokens.READ_ONLY,
        "status": "approved",
        "_keys": [],
        "_refresh_token": "",
    }

    @property
    def kind(self) -> str:
        """Approvals are told to the platform."""
        return self.plural

    # What an owner does.

    def approve(self, account: Doc | None, scope: str, **fields: Any) -> Doc:
        """Note that an owner lets the platform in, with an account that there is or a new one."""
        opened = account or self.stripe.accounts.opened_by_owner(fields.pop("user", {}))
        fields.pop("user", None)
        return self.save(self.new(account=opened["id"], scope=scope, **fields))

    def let_go(self, account: Doc) -> None:
        """End what an account allowed: its keys are dead, and the platform reaches it no more.

        Fires: account.application.deauthorized.
        Source: https://docs.stripe.com/connect/oauth-reference#post-deauthorize
        """
        for doc in self.find(account=account["id"]):
            if doc["status"] == "exchanged":
                self._revoke(doc)
        self._tell("account.application.deauthorized", account["id"])
        self.stripe.accounts.save({**account, "_disconnected": True})

    # What the platform asks.

    @route("POST /oauth/token")
    def exchange(self, params: Exchange) -> Doc | Answer:
        """Exchange a code, or a refresh token, for a key of the account.

        A code that comes a second time takes back the keys that it gave.

        Fires: account.application.authorized, when a code connects an account.
        Source: https://docs.stripe.com/connect/oauth-reference#post-token

        Raises:
            VendorError: in OAuth's form, what was sent is no grant, or one of another kind.
        """
        if params.assert_capabilities is not None:
            raise errors.parameter_not_modelled("assert_capabilities")
        self._check_client(params.client_id or self.stripe.application)
        if params.grant_type == "refresh_token":
            doc = self._of_refresh_token(params.refresh_token or params.code or "")
            return self._told(doc, _narrowed(doc, params.scope))
        if params.grant_type != "authorization_code":
            raise _no_grant_type(params.grant_type)
        doc = self._of_code(params)
        if doc["status"] == "exchanged":
            self._revoke(doc)
        if doc["status"] != "approved":
            return Answer(400, errors.oauth("invalid_grant", USED).body)
        return self._told(self._connected(doc), doc["scope"])

    @route("POST /oauth/deauthorize")
    def deauthorize(self, params: Disconnect) -> Doc:
        """Let an account go. Fires: account.application.deauthorized.

        Source: https://docs.stripe.com/connect/oauth-reference#post-deauthorize

        Raises:
            VendorError: `invalid_request` or `invalid_client`, in OAuth's form.
        """
        for name in ("client_id", "stripe_user_id"):
            if not getattr(params, name):
                raise errors.oauth("invalid_request", f"Missing required parameter: {name}")
        self._check_client(params.client_id)
        account = self.stripe.accounts.reached(str(params.stripe_user_id))
        if account is None or account["_own"] or account["type"] != "standard":
            raise errors.oauth(
                "invalid_client",
                "This application is not connected to stripe account"
                f" {params.stripe_user_id}, or that account does not exist.",
                401,
            )
        self.let_go(account)
        return {"stripe_user_id": account["id"]}

    def _check_client(self, id: str | None) -> None:
        if id != self.stripe.application:
            raise errors.oauth("invalid_client", f"No such application: '{id}'", 401)

    def _of_code(self, params: Exchange) -> Doc:
        if not params.code:
            raise errors.oauth("invalid_request", "No authorization code provided")
        doc = self.get(params.code)
        is_late = self.at >= doc["created"] + LIFETIME.total_seconds()
        if doc["status"] == "approved" and is_late:
            raise errors.oauth("invalid_grant", f"Authorization code expired: {params.code}")
        return doc

    def _connected(self, doc: Doc) -> Doc:
        """Let the platform reach the account that a code is of."""
        account = self.stripe.accounts.get(doc["account"])
        reach = {"_disconnected": False, "_scope": doc["scope"]}
        self.stripe.accounts.save({**account, **reach})
        self._tell("account.application.authorized", account["id"])
        refresh = f"rt_{self.mirror.ids.token(48)}"
        return self.save({**doc, "status": "exchanged", "_refresh_token": refresh})

    def _of_refresh_token(self, token: str) -> Doc:
        if not token:
            raise errors.oauth("invalid_request", "No refresh token provided")
        found = self.find(_refresh_token=token)
        if not found or found[0]["status"] != "exchanged":
            raise errors.oauth("invalid_grant", f"Refresh token does not exist: {token}")
        return found[0]

    def _told(self, doc: Doc, scope: str) -> Doc:
        keys = [
            tokens.new_key(self.stripe, kind, doc["account"], scope)
            for kind in ("sk_test", "pk_test")
        ]
        self.save({**doc, "_keys": [*doc["_keys"], *keys]})
        return {
            "access_token": keys[0],
            "livemode": False,
            "refresh_token": doc["_refresh_token"],
            "scope": scope,
            "stripe_publishable_key": keys[1],
            "stripe_user_id": doc["account"],
            "token_type": "bearer",
        }

    def _revoke(self, doc: Doc) -> None:
        tokens.revoke(self.stripe, doc["_keys"])
        self.save({**doc, "status": "revoked"})

    def _tell(self, event: str, account: str) -> None:
        """Tell of the platform, as the account's own event."""
        told = {"id": self.stripe.application, "object": "application", "name": "Mirra"}
        with self.stripe.acting_for(account):
            self.mirror.emit(event, {"object": told})

    def missing(self, id: str) -> VendorError:
        """Say that there is no such code."""
        return errors.oauth("invalid_grant", f"Authorization code does not exist: {id}")


def _narrowed(doc: Doc, asked: str | None) -> str:
    """Return the scope of a refreshed key, which may be a lesser one."""
    scope = asked or str(doc["scope"])
    if scope not in SCOPES or SCOPES.index(scope) > SCOPES.index(doc["scope"]):
        raise errors.oauth(
            "invalid_scope", "The scope requested is greater than that of the refresh token."
        )
    return scope


def _no_grant_type(given: str | None) -> VendorError:
    if not given:
        return errors.oauth("invalid_request", "No grant type specified")
    return errors.oauth("unsupported_grant_type", f"Unsupported grant type: {given}")
