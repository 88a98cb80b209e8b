"""The page on which the owner of an account lets a platform in, or doesn't.

Source: https://docs.stripe.com/connect/oauth-standard-accounts and
https://docs.stripe.com/connect/oauth-reference
"""

from typing import Any
from urllib.parse import urlsplit

from mirra_mcp.local.kit.pages import answers as pages
from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms import encoding
from mirra_mcp.local.mirrors.stripe.api.refusals import FOLDER
from mirra_mcp.local.mirrors.stripe.connect.oauth.grants import SCOPES, Grants
from mirra_mcp.local.mirrors.stripe.connect.oauth.tokens import READ_ONLY
from mirra_mcp.wire.model import Doc

DEFAULT_PLACE = "/connect/default/oauth/test"
"""Where an answer goes when no `redirect_uri` says otherwise."""
DENIED = "The user denied your request"
MOST_OFFERED = 20
"""Accounts that can be chosen on the page."""


class HostedGrants(Grants):
    """Approvals, and the page that they are given on."""

    @route("GET /oauth/authorize")
    def asked(self, call: Call) -> Answer:
        """Ask the owner of an account whether the platform may act for it."""
        return self._refusal(self._request(call)) or self._page(call)

    @route("POST /oauth/authorize")
    def answered(self, call: Call) -> Answer:
        """Take the owner's answer, and lead back to the platform with a code or an error."""
        asked = self._request(call)
        if refusal := self._refusal(asked):
            return refusal
        form = pages.form_of(call)
        if not pages.is_own_form(call):
            return self._page(call, refusal="Please send the form once more.")
        if form.get("do") != "approve":
            return self._back(asked, error="access_denied", error_description=DENIED)
        chosen = self.stripe.accounts.peek(form.get("account", ""))
        if chosen is not None and not _governs_itself(chosen):
            return self._page(call, refusal="That account is the platform's own.")
        return self._back(asked, **self.approved(asked, chosen, form))

    @route("GET /express/oauth/authorize")
    def asked_of_express(self, call: Call) -> Answer:
        """Say that Express accounts are made by the API here."""
        raise errors.not_modelled("GET", call.path, "Create Express accounts by the API.")

    @route("GET /connect/default/oauth/test")
    def landed(self, call: Call) -> Answer:
        """Show an answer that was led nowhere else."""
        lines = [f"{name}: {value}" for name, value in call.query.items()]
        title = "Not connected" if "error" in call.query else "The account said yes"
        values: dict[str, Any] = {"title": title, "lines": lines, "mark": "plain", "link": None}
        return pages.shown(FOLDER, "kit/notice.html", **values)

    def approved(self, asked: Doc, account: Doc | None, typed: Doc) -> dict[str, str]:
        """Note an approval, and return what the platform is told of it."""
        scope = str(asked.get("scope") or READ_ONLY)
        given = asked.get("stripe_user")
        doc = self.approve(
            account,
            scope,
            redirect_uri=asked.get("redirect_uri"),
            user=_owner(given if isinstance(given, dict) else {}, typed),
        )
        return {"scope": scope, "code": doc["id"]}

    def place(self, asked: Doc, **told: str) -> str:
        """Return where the owner's answer leads."""
        if state := asked.get("state"):
            told["state"] = str(state)
        return pages.with_query(
            str(asked.get("redirect_uri") or f"{self.mirror.url}{DEFAULT_PLACE}"), **told
        )

    def _request(self, call: Call) -> Doc:
        return encoding.parse(call.query_string)

    def _back(self, asked: Doc, **told: str) -> Answer:
        return pages.led_to(self.place(asked, **told))

    def _refusal(self, asked: Doc) -> Answer | None:
        """Refuse what asks wrongly: with a page as long as nobody can be led back.

        Source: https://docs.stripe.com/connect/oauth-reference#get-authorize (error codes)
        """
        if asked.get("client_id") != self.stripe.application:
            raise errors.invalid("No application matches the supplied client identifier")
        place = asked.get("redirect_uri")
        if place and (urlsplit(str(place)).scheme not in ("http", "https")):
            raise errors.invalid(
                "Provided redirect_uri parameter is either an invalid URL or is not allowed by your"
                " application settings."
            )
        kind = asked.get("response_type")
        if not kind:
            return self._back(
                asked,
                error="invalid_request",
                error_description="Missing response_type parameter.",
            )
        if kind != "code":
            return self._back(
                asked,
                error="unsupported_response_type",
                error_description="Unsupported response_type parameter.",
            )
        if str(asked.get("scope") or READ_ONLY) not in SCOPES:
            return self._back(
                asked, error="invalid_scope", error_description="Invalid scope parameter provided."
            )
        return None

    def _page(self, call: Call, *, refusal: str | None = None) -> Answer:
        asked = self._request(call)
        given = asked.get("stripe_user")
        values: dict[str, Any] = {
            "refusal": refusal,
            "seal": pages.seal_of(call),
            "shop": self.stripe.checkout_sessions.shop(),
            "writes": asked.get("scope") == SCOPES[1],
            "user": given if isinstance(given, dict) else {},
            "accounts": [
                (doc["id"], doc["business_profile"]["name"] or doc["email"] or doc["id"])
                for doc in self.stripe.accounts.page(limit=MOST_OFFERED, _own=False).docs
                if _governs_itself(doc)
            ],
        }
        place = str(asked.get("redirect_uri") or "") or None
        return pages.shown(FOLDER, "own/connect/oauth/page.html", leads_to=[place], **values)


def _governs_itself(account: Doc) -> bool:
    """Tell whether an account is its owner's own, or has let the platform go."""
    own = account["controller"].get("type") == "account"
    return not account["_own"] and (own or bool(account.get("_disconnected")))


def _owner(prefilled: Doc, typed: Doc) -> Doc:
    """Return what is known of a new account's owner: what was typed, or told beforehand."""
    given: Doc = {}
    email = typed.get("email") or prefilled.get("email")
    if isinstance(email, str) and "@" in email:
        given["email"] = email
    country = prefilled.get("country")
    if isinstance(country, str) and len(country) == 2 and country.isalpha():
        given["country"] = country
    name = typed.get("business_name") or prefilled.get("business_name")
    profile = {"name": name, "url": prefilled.get("url")}
    profile["product_description"] = prefilled.get("product_description")
    given["business_profile"] = {key: str(each) for key, each in profile.items() if each}
    return given
