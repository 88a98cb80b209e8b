"""Grants: somebody let an application in, by a code that the application changes into tokens.

Source: https://clerk.com/docs/guides/configure/auth-strategies/oauth/how-clerk-implements-oauth
"""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.dates import stamp
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.local.mirrors.clerk.machines.oauth import refusals
from mirra_mcp.local.mirrors.clerk.machines.oauth.applications import known_scopes
from mirra_mcp.local.mirrors.clerk.machines.oauth.params import AskConsent, Authorize, Consent
from mirra_mcp.wire.model import Doc

CODE_LIFETIME = timedelta(minutes=10)
"""Source: https://clerk.com/docs/guides/configure/auth-strategies/oauth/how-clerk-implements-oauth"""
SHORTEST_STATE = 8
PAGES = "https://mirra.accounts.dev"
"""Where the account portal is, on whose pages people sign in and consent."""
DESCRIPTIONS = {
    "profile": "View your profile information, including name, username, and picture",
    "email": "View your email address",
    "public_metadata": "View your public metadata",
    "private_metadata": "View your private metadata",
    "user:org:read": "View your organization",
}


class OauthGrants(ClerkResource):
    """What people let applications do."""

    entity, plural = "oauth_grant", "oauth_grants"
    object, prefix, title = "oauth_grant", "oag", "OAuth grant"
    names = ()
    indexes = ("client_id", "user_id", "_code", "_refresh_token")
    blank = {
        "object": "oauth_grant",
        "id": "",
        "client_id": "",
        "user_id": "",
        "scopes": [],
        "organization_id": None,
        "redirect_uri": "",
        "is_exchanged": False,
        "is_revoked": False,
        "created_at": None,
        "updated_at": None,
        "_code": "",
        "_code_until": 0,
        "_refresh_token": "",
        "_challenge": None,
        "_nonce": None,
    }

    @route("GET /oauth/authorize")
    @route("POST /oauth/authorize")
    def authorize(self, params: Authorize, call: Call) -> Answer:
        """Send who is signed in back to an application with a code; else to sign in or consent.

        Source: https://clerk.com/docs/reference/frontend-api (Request OAuth2 authorization)
        """
        application, uri = self._application(params.client_id, params.redirect_uri)
        if refusal := self._refusal(application, params):
            return _back(uri, params.state, error=refusal[0], error_description=refusal[1])
        session = self._session(call)
        prompts = (params.prompt or "").split()
        if session is None or "login" in prompts:
            if "none" in prompts:
                return _back(uri, params.state, error="login_required",
                             error_description="The user is not signed in.")  # fmt: skip
            return _page("sign-in", redirect_url=self._here(params))
        scopes = self._scopes(application, params.scope)
        if "consent" in prompts or self._must_consent(application, session["user_id"], scopes):
            if "none" in prompts:
                return _back(uri, params.state, error="consent_required",
                             error_description="The user has not consented.")  # fmt: skip
            return _page("oauth-consent", **params.model_dump(exclude_none=True))
        return self._granted(application, session, params, uri)

    @route("GET /v1/me/oauth/consent/{client_id}")
    def ask(self, client_id: str, params: AskConsent, call: Call) -> Doc:
        """Return what an application asks of who is signed in.

        Source: https://clerk.com/docs/reference/frontend-api (Get consent information)
        """
        self._signed_in(call)
        application = self._consenting(client_id)
        scopes = self._scopes(application, params.scope)
        known = params.redirect_uri in application["redirect_uris"]
        host = str(params.redirect_uri).partition("://")[2].partition("/")[0].partition(":")[0]
        domain = ".".join(host.split(".")[-2:])
        is_named = known and "." in host and not host.replace(".", "").isdigit()
        return {
            "oauth_application_name": application["name"],
            "oauth_application_logo_url": application["client_image_url"],
            "oauth_application_url": application["client_uri"],
            "client_id": client_id,
            "redirect_domain": domain if is_named else None,
            "scopes": [
                {
                    "scope": each,
                    "description": DESCRIPTIONS.get(each),
                    "requires_consent": each in DESCRIPTIONS,
                }
                for each in scopes
            ],
        }

    @route("POST /v1/me/oauth/consent/{client_id}")
    def decide(self, client_id: str, params: Consent, call: Call) -> Answer:
        """Let an application in, or not, and send the browser back to it.

        Source: https://clerk.com/docs/reference/frontend-api (Submit OAuth2 consent decision)
        """
        session = self._signed_in(call)
        self._consenting(client_id)
        given = params.model_dump(exclude={"consented", "organization_id"})
        asked = Authorize(client_id=client_id, **given)
        application, uri = self._application(client_id, params.redirect_uri)
        if refusal := self._refusal(application, asked):
            return _back(uri, params.state, error=refusal[0], error_description=refusal[1])
        if params.consented != "true":
            return _back(uri, params.state, error="access_denied",
                         error_description="The user denied the request.")  # fmt: skip
        if params.organization_id is not None:
            members = self.mirror.organization_memberships
            if members.between(params.organization_id, session["user_id"]) is None:
                raise errors.unauthorized()
            session = session | {"last_active_organization_id": params.organization_id}
        return self._granted(application, session, asked, uri)

    # what stories tell

    def consented(self, params: Authorize, session: Doc) -> str:
        """Let an application in for somebody who consents; return where that leads.

        Raises:
            VendorError: the application, or what it asks for, can't be.
        """
        application, uri = self._application(params.client_id, params.redirect_uri)
        if refusal := self._refusal(application, params):
            raise refusals.refused(400, *refusal)
        return self._granted(application, session, params, uri).headers["location"]

    # what tokens ask

    def exchanged(self, doc: Doc) -> Doc:
        """Use up the code of a grant."""
        return self.save(self.touch(doc, is_exchanged=True))

    def revoke(self, doc: Doc) -> None:
        """Take back a grant with every token of it."""
        self.mirror.oauth_access_tokens.revoke_all(doc["id"])
        self.save(self.touch(doc, is_revoked=True))

    def by_code(self, code: str) -> Doc | None:
        """Return the grant of a code, if it isn't over."""
        doc = self.first(_code=code)
        return doc if doc is not None and doc["_code_until"] > stamp(self.now) else None

    def by_refresh_token(self, token: str) -> Doc | None:
        """Return the grant of a refresh token, if it is good yet."""
        doc = self.first(_refresh_token=token)
        return None if doc is None or doc["is_revoked"] or not doc["is_exchanged"] else doc

    def forget(self, **where: Any) -> None:
        """Drop the grants of an application or a user that is being deleted."""
        for doc in self.find(**where):
            self.mirror.oauth_access_tokens.forget(doc["id"])
            self.drop(doc)

    # the steps

    def _application(self, client_id: str, redirect_uri: str | None) -> tuple[Doc, str]:
        """Return the application of a client, and where it wants people to come back to.

        Raises:
            VendorError: nobody knows the client, or the address isn't one of its own.
        """
        application = self.mirror.oauth_applications.by_client(client_id)
        if application is None:
            raise refusals.invalid_client()
        uris = application["redirect_uris"]
        if redirect_uri is None and len(uris) == 1:
            return application, uris[0]
        if redirect_uri not in uris:
            raise refusals.invalid_request(
                "The 'redirect_uri' parameter does not match any of the OAuth 2.0 Client's "
                "pre-registered redirect urls."
            )
        return application, str(redirect_uri)

    def _refusal(self, application: Doc, params: Authorize) -> tuple[str, str] | None:
        """Return why an application's request is refused, which its own address is told."""
        if params.response_type != "code":
            return "unsupported_response_type", "The response_type must be 'code'."
        allowed = application["scopes"].split()
        if any(each not in allowed for each in self._scopes(application, params.scope)):
            return "invalid_scope", "The requested scope is invalid, unknown, or malformed."
        needs_pkce = application["public"] or application["pkce_required"]
        if params.code_challenge is None:
            if needs_pkce:
                return "invalid_request", "Clients must include a code_challenge."
            if len(params.state or "") < SHORTEST_STATE:
                return "invalid_state", "The state is missing or has less than 8 characters."
        elif params.code_challenge_method != "S256":
            return "invalid_request", "The code_challenge_method must be 'S256'."
        return None

    def _scopes(self, application: Doc, text: str | None) -> list[str]:
        default = self.mirror.oauth_applications.settings()["default_scopes"]
        return known_scopes(text, application, default)

    def _session(self, call: Call) -> Doc | None:
        """Return the session that is active at the calling browser."""
        client = self.mirror.clients.calling(call)
        id = None if client is None else client["last_active_session_id"]
        session = None if id is None else self.mirror.sessions.peek(id)
        return session if session is not None and session["status"] == "active" else None

    def _signed_in(self, call: Call) -> Doc:
        session = self._session(call)
        if session is None:
            raise errors.signed_out()
        return session

    def _consenting(self, client_id: str) -> Doc:
        application = self.mirror.oauth_applications.by_client(client_id)
        if application is None or not application["consent_screen_enabled"]:
            raise errors.not_found()
        return application

    def _must_consent(self, application: Doc, user_id: str, scopes: list[str]) -> bool:
        if not application["consent_screen_enabled"]:
            return False
        return not any(
            set(scopes) <= set(each["scopes"])
            for each in self.find(user_id=user_id, client_id=application["client_id"])
            if not each["is_revoked"]
        )

    def _granted(self, application: Doc, session: Doc, params: Authorize, uri: str) -> Answer:
        ids = self.mirror.ids
        scopes = self._scopes(application, params.scope)
        organization_id = None
        if "user:org:read" in scopes:
            organization_id = session["last_active_organization_id"]
        doc = self.new(
            client_id=application["client_id"],
            user_id=session["user_id"],
            scopes=scopes,
            organization_id=organization_id,
            redirect_uri=uri,
            _code=ids.token(40),
            _code_until=stamp(self.now + CODE_LIFETIME),
            _refresh_token=f"clk_refresh_{ids.token(40)}",
            _challenge=params.code_challenge,
            _nonce=params.nonce,
        )
        self.save(doc)
        return _back(uri, params.state, code=doc["_code"], scope=" ".join(scopes))

    def _here(self, params: Authorize) -> str:
        asked = urlencode(params.model_dump(exclude_none=True, exclude={"prompt"}))
        return f"{self.mirror.frontend_api}/oauth/authorize?{asked}"


def _back(uri: str, state: str | None, **told: str) -> Answer:
    query = urlencode(told | ({"state": state} if state else {}))
    return Answer(302, None, {"location": f"{uri}{'&' if '?' in uri else '?'}{query}"})


def _page(name: str, **query: str) -> Answer:
    return Answer(302, None, {"location": f"{PAGES}/{name}?{urlencode(query)}"})


def is_proven(challenge: str, verifier: str | None) -> bool:
    """Tell whether a verifier is what a challenge was made of.

    Source: https://www.rfc-editor.org/rfc/rfc7636#section-4.6
    """
    from hashlib import sha256
    from hmac import compare_digest

    from mirra_mcp.local.mirrors.clerk.api.identity import base64url

    made = base64url(sha256((verifier or "").encode()).digest())
    return compare_digest(made.encode(), challenge.encode())


def no_such(token: str) -> VendorError:
    """Say that a code or a refresh token is none, was used, or is over."""
    return refusals.invalid_grant(f"The {token} is invalid, expired, revoked or already used.")
