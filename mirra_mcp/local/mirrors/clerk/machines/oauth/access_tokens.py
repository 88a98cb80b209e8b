"""Access tokens: what an application shows, who was let in by somebody.

Source: https://clerk.com/docs/guides/configure/auth-strategies/oauth/verify-oauth-tokens
"""

from base64 import b64decode
from typing import Any
from urllib.parse import unquote_plus

from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.identity import claims_of, jwt
from mirra_mcp.local.mirrors.clerk.machines.credentials import Credentials
from mirra_mcp.local.mirrors.clerk.machines.oauth import refusals
from mirra_mcp.local.mirrors.clerk.machines.oauth.grants import is_proven, no_such
from mirra_mcp.local.mirrors.clerk.machines.oauth.params import (
    AboutToken,
    RevokeToken,
    TokenForm,
    VerifyAccessToken,
)
from mirra_mcp.wire.model import Doc

LIFETIME = 86_400
"""Seconds: a day, of access tokens and ID tokens alike."""
ACCESS_TOKEN = "at+jwt"
"""The type of a JWT that is an access token.

Source: https://www.rfc-editor.org/rfc/rfc9068#section-2.1
"""
NOT_FOUND = "OAuth token not found"


class OauthAccessTokens(Credentials):
    """The access tokens of applications; those that are JWTs are kept nowhere."""

    entity, plural = "oauth_access_token", "oauth_access_tokens"
    object, prefix, title, param = "clerk_idp_oauth_access_token", "oat", "OAuth token", "id"
    names = ()
    indexes = ("_secret", "_grant_id")
    blank = {
        "object": "clerk_idp_oauth_access_token",
        "id": "",
        "client_id": "",
        "type": "oauth_token",
        "subject": "",
        "scopes": [],
        "revoked": False,
        "revocation_reason": None,
        "expired": False,
        "expiration": None,
        "created_at": None,
        "updated_at": None,
        "_secret": "",
        "_grant_id": "",
        "_organization_id": None,
    }

    @route("POST /oauth/token")
    def exchange(self, params: TokenForm, call: Call) -> Answer:
        """Change a code, or a refresh token, into an access token.

        Source: https://clerk.com/docs/reference/frontend-api (Get OAuth2 token)
        """
        application = self._client(call, params.client_id, params.client_secret)
        if params.grant_type == "authorization_code":
            grant = self._of_code(application, params)
        elif params.grant_type == "refresh_token":
            found = self.mirror.oauth_grants.by_refresh_token(params.refresh_token or "")
            if found is None or found["client_id"] != application["client_id"]:
                raise no_such("refresh token")
            grant = found
        else:
            raise refusals.refused(
                401, "unsupported_grant_type", "The grant type is not supported."
            )
        scopes = (params.scope or "").split() or grant["scopes"]
        if not set(scopes) <= set(grant["scopes"]):
            raise refusals.refused(400, "invalid_scope", "The scope was not granted.")
        told = {
            "access_token": self._made(grant, scopes),
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "refresh_token": grant["_refresh_token"],
            "scope": " ".join(scopes),
        }
        if "openid" in scopes:
            told["id_token"] = self._id_token(grant, scopes)
        return Answer(200, told, {"cache-control": "no-store"})

    @route("GET /oauth/userinfo")
    @route("POST /oauth/userinfo")
    def user_info(self, call: Call) -> Doc:
        """Return what the scopes of an access token let know of its user.

        Source: https://clerk.com/docs/guides/configure/auth-strategies/oauth/single-sign-on
        """
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        found = self._opened(token.strip()) if scheme.lower() == "bearer" else None
        user = None if found is None else self.mirror.users.peek(found["subject"])
        if found is None or user is None:
            raise errors.invalid_authentication()
        about = self._claims(user, found["scopes"], found["_organization_id"])
        return {
            "object": "oauth_user_info",
            "instance_id": self.mirror.keep_identity().id,
            "user_id": user["id"],
            "sub": user["id"],
        } | about

    @route("POST /oauth/token_info")
    def introspect(self, params: AboutToken, call: Call) -> Doc:
        """Return whether a token opens anything, and for whom.

        Source: https://clerk.com/docs/reference/frontend-api (Get information for an access or
            refresh token)
        """
        application = self._client(call, params.client_id, params.client_secret, secret=True)
        found = self._opened(params.token)
        grant = self.mirror.oauth_grants.by_refresh_token(params.token)
        if found is None and grant is not None:
            found = {
                "client_id": grant["client_id"],
                "created_at": grant["created_at"],
                "scopes": grant["scopes"],
                "subject": grant["user_id"],
                "_organization_id": grant["organization_id"],
            }
        wanted = set((params.scope or "").split())
        if found is None or found["client_id"] != application["client_id"]:
            return {"active": False}
        if not wanted <= set(found["scopes"]):
            return {"active": False}
        told = {
            "active": True,
            "client_id": found["client_id"],
            "iat": found["created_at"] // 1_000,
            "scope": " ".join(found["scopes"]),
            "sub": found["subject"],
        }
        organization_id = found["_organization_id"]
        return told | ({"org_id": organization_id} if organization_id else {})

    @route("POST /oauth/token/revoke")
    def revoke_own(self, params: AboutToken, call: Call) -> Answer:
        """Let a token of the calling application open nothing any more.

        Source: https://clerk.com/docs/reference/frontend-api (Revoke OAuth2 token)
        """
        application = self._client(call, params.client_id, params.client_secret)
        self._revoke(application, params.token)
        return Answer(200, {})

    @route("POST /v1/oauth_applications/{oauth_application_id}/revoke_token", status=204)
    def revoke(self, oauth_application_id: str, params: RevokeToken) -> Answer:
        """Let a token, and all of the same grant, open nothing any more.

        Source: https://clerk.com/docs/reference/backend-api (Revoke an OAuth application token)
        """
        application = self.mirror.oauth_applications.get(oauth_application_id)
        if not self._revoke(application, params.token):
            raise errors.not_found(NOT_FOUND)
        return Answer(204)

    @route("POST /v1/oauth_applications/access_tokens/verify")
    def verify(self, params: VerifyAccessToken) -> Doc:
        """Return the access token that a secret is: kept, or a JWT.

        Source: https://clerk.com/docs/reference/backend-api (Verify an OAuth Access Token)

        Raises:
            VendorError: it is none, revoked or expired.
        """
        token = params.access_token or params.secret
        if token is None:
            raise errors.bad_request("access_token", "access_token must be included.")
        claims = claims_of(self.mirror.identity, token)
        if claims is not None and "client_id" in claims:
            found = self._of_claims(claims)
            return {"active": False} if found is None else self.view(found)
        kept = self.opened_by(token)
        if kept is None:
            raise errors.not_found(NOT_FOUND)
        return self.view(kept)

    # what grants ask

    def revoke_all(self, grant_id: str) -> None:
        """Revoke the tokens of a grant."""
        for doc in self.find(_grant_id=grant_id):
            self.taken_back(doc, None)

    def forget(self, grant_id: str) -> None:
        """Drop the tokens of a grant that is being dropped."""
        for doc in self.find(_grant_id=grant_id):
            self.remove(doc)

    # the steps

    def _client(
        self, call: Call, id: str | None, given: str | None, *, secret: bool = False
    ) -> Doc:
        """Return the application that calls.

        Raises:
            VendorError: nobody knows it, or its secret is wrong; a public one needs none, unless
                it is asked for.
        """
        scheme, _, sent = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                name, _, word = b64decode(sent.strip(), validate=True).decode().partition(":")
            except ValueError:
                raise refusals.invalid_client() from None
            id, given = unquote_plus(name), unquote_plus(word)
        application = self.mirror.oauth_applications.by_client(id or "")
        if application is None or (application["public"] and secret):
            raise refusals.invalid_client()
        if not application["public"] and given != application["_secret"]:
            raise refusals.invalid_client()
        return application

    def _of_code(self, application: Doc, params: TokenForm) -> Doc:
        """Return the grant of a code, which is used up now.

        Source: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2
        """
        if params.code is None:
            raise refusals.invalid_request("The code is missing.")
        grants = self.mirror.oauth_grants
        grant = grants.by_code(params.code)
        if grant is None or grant["client_id"] != application["client_id"] or grant["is_exchanged"]:
            raise no_such("authorization code")
        if params.redirect_uri not in (None, grant["redirect_uri"]):
            raise refusals.invalid_grant("The redirect_uri is another than the code was asked by.")
        challenge = grant["_challenge"]
        if challenge is not None and not is_proven(challenge, params.code_verifier):
            raise refusals.refused(401, "invalid_grant", "The code_verifier is wrong.")
        return grants.exchanged(grant)

    def _made(self, grant: Doc, scopes: list[str]) -> str:
        """Make an access token, as the instance makes them."""
        fields: Doc = {
            "client_id": grant["client_id"],
            "subject": grant["user_id"],
            "scopes": scopes,
            "_grant_id": grant["id"],
            "_organization_id": grant["organization_id"],
        }
        doc = self.new(**fields)
        if not self.mirror.oauth_applications.settings()["oauth_jwt_access_tokens"]:
            doc["_secret"] = self.new_secret()
            self.save(self.lasting(doc, LIFETIME))
            return str(doc["_secret"])
        claims = self._times() | {
            "client_id": doc["client_id"],
            "jti": doc["id"],
            "scope": " ".join(scopes),
            "sub": doc["subject"],
        }
        if grant["organization_id"]:
            claims["org_id"] = grant["organization_id"]
        return jwt(self.mirror.keep_identity(), claims, typ=ACCESS_TOKEN)

    def _times(self) -> Doc:
        now = int(self.mirror.machine_now.timestamp())
        return {"iss": self.mirror.frontend_api, "iat": now, "nbf": now, "exp": now + LIFETIME}

    def _id_token(self, grant: Doc, scopes: list[str]) -> str:
        user = self.mirror.users.get(grant["user_id"])
        claims = self._times() | {"aud": grant["client_id"], "sub": user["id"]}
        if grant["_nonce"]:
            claims["nonce"] = grant["_nonce"]
        claims |= self._claims(user, scopes, grant["organization_id"])
        return jwt(self.mirror.keep_identity(), claims)

    def _claims(self, user: Doc, scopes: list[str], organization_id: str | None) -> Doc:
        """Return what scopes let know of a user."""
        told: Doc = {}
        public = self.mirror.users.shortcodes_of(user)
        if "email" in scopes:
            told |= {
                "email": public["primary_email_address"],
                "email_verified": public["email_verified"],
            }
        if "profile" in scopes:
            told |= {
                "family_name": user["last_name"],
                "given_name": user["first_name"],
                "name": public["full_name"],
                "username": user["username"],
                "preferred_username": user["username"],
                "picture": user["image_url"],
            }
        for kind in ("public", "private"):
            if f"{kind}_metadata" in scopes:
                told[f"{kind}_metadata"] = user[f"{kind}_metadata"]
        organization = self.mirror.organizations.peek(organization_id or "")
        if organization is not None:
            told |= {f"org_{name}": organization[name] for name in ("id", "name", "slug")}
        return told

    def _opened(self, token: str) -> Doc | None:
        """Return the access token that a text is, if it opens anything."""
        claims = claims_of(self.mirror.identity, token)
        if claims is not None and "client_id" in claims:
            return self._of_claims(claims)
        return self.opened_by(token) if token else None

    def _of_claims(self, claims: Doc) -> Doc | None:
        if claims["exp"] <= self.mirror.machine_now.timestamp():
            return None
        made = claims["iat"] * 1_000
        return self.new(
            id=claims["jti"],
            client_id=claims["client_id"],
            subject=claims["sub"],
            scopes=claims["scope"].split(),
            expiration=claims["exp"] * 1_000,
            created_at=made,
            updated_at=made,
            _organization_id=claims.get("org_id"),
        )

    def _revoke(self, application: Doc, token: str) -> bool:
        """Revoke the grant that a token is of; tell whether there was one.

        Raises:
            VendorError: a JWT can't be revoked.
        """
        grants = self.mirror.oauth_grants
        if claims_of(self.mirror.identity, token) is not None:
            raise refusals.refused(
                400, "unsupported_token_type", "JWT access tokens can't be revoked."
            )
        kept: Any = self.first(_secret=token) if token else None
        grant = grants.peek(kept["_grant_id"]) if kept else grants.by_refresh_token(token)
        if grant is None or grant["client_id"] != application["client_id"]:
            return False
        grants.revoke(grant)
        return True
