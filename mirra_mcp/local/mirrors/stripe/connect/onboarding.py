"""Account links, and the page that they lead to: where an account tells what Stripe wants to know.

Source: https://docs.stripe.com/connect/hosted-onboarding and
https://docs.stripe.com/api/account_links
"""

from typing import Any

from mirra_mcp.local.kit.pages import answers as pages
from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import StripeParams
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.api.refusals import FOLDER
from mirra_mcp.local.mirrors.stripe.connect.accounts.links import AccountLinks, LoginLinks
from mirra_mcp.local.mirrors.stripe.connect.accounts.params import CreateLink
from mirra_mcp.wire.model import Doc

TYPES = ("individual", "company", "non_profit", "government_entity")


class HostedOnboarding(AccountLinks):
    """Links to onboardings, and their page. An account keeps its newest one, as `_link`."""

    @route("POST /v1/account_links")
    def create(self, params: CreateLink) -> Doc:
        """Make the address of an onboarding, good for one visit.

        Source: https://docs.stripe.com/api/account_links/create

        Raises:
            VendorError: an address to return to is missing, or the account may not be updated so.
        """
        for name in ("refresh_url", "return_url"):
            if getattr(params, name) is None:
                message = f"Missing required param: {name}."
                raise errors.invalid(message, name, "parameter_missing")
        return self.made(params)

    def made(self, params: CreateLink) -> Doc:
        """Make an address, whichever API asked for it; the v2 API needs no `return_url`."""
        made = self.described(params)
        doc = self.stripe.accounts.get(params.account)
        place = f"/setup/s/{doc['id']}/{self.mirror.ids.token(12)}"
        kept = {
            "expires_at": made["expires_at"],
            "refresh_url": params.refresh_url,
            "return_url": params.return_url,
            "url": place,
            "visited": False,
        }
        self.stripe.accounts.save(doc | {"_link": kept})
        return made | {"url": self.absolute(place)}

    @route("GET /setup/s/{account}/{token}")
    def onboarding(self, account: str, token: str, call: Call) -> Answer:
        """Ask an account for what is missing; a second visit leads to the `refresh_url`."""
        doc, link = self._linked(account, call)
        if link["visited"] or link["expires_at"] <= self.at:
            return self._refreshed(link)
        self.stripe.accounts.save(doc | {"_link": link | {"visited": True}})
        return self._asked(doc, link, call)

    @route("POST /setup/s/{account}/{token}")
    def onboarded(self, account: str, token: str, call: Call) -> Answer:
        """Take what an account tells, and lead it to the `return_url`. Fires: account.updated."""
        doc, link = self._linked(account, call)
        if link.get("done"):
            return self._refreshed(link)
        if not pages.is_own_form(call):
            return self._asked(doc, link, call, refusal="Please send the form once more.")
        form = pages.form_of(call)
        doc |= {"_link": link | {"done": True, "visited": True}}
        if form.get("do") == "submit":
            given: Doc = {name: form[name] for name in ("email",) if "@" in form.get(name, "")}
            if form.get("business_type") in TYPES:
                given["business_type"] = form["business_type"]
            if name := form.get("business_name", "").strip():
                given["business_profile"] = {**doc["business_profile"], "name": name}
            self.stripe.accounts.onboard(doc | given)
        else:
            self.stripe.accounts.save(doc)
        if back := link.get("return_url"):
            return pages.led_to(back)
        return _noticed("Thank you", ["You can close this window."], "good")

    def _linked(self, account: str, call: Call) -> tuple[Doc, Doc]:
        doc = self.stripe.accounts.peek(account)
        link: Doc = (doc or {}).get("_link") or {}
        if doc is None or link.get("url") != call.path:
            raise self.stripe.unknown_path(call)
        return doc, link

    def _refreshed(self, link: Doc) -> Answer:
        """Send on who comes too late. Source: https://docs.stripe.com/api/account_links/create"""
        if url := link.get("refresh_url"):
            return pages.led_to(url)
        return _noticed("This link has expired", ["Ask for another one."], "plain")

    def _asked(self, doc: Doc, link: Doc, call: Call, **more: Any) -> Answer:
        values: dict[str, Any] = {
            "refusal": None,
            "seal": pages.seal_of(call),
            "shop": self.stripe.checkout_sessions.shop(),
            "account": doc,
            "types": [(each, each.replace("_", " ").capitalize()) for each in TYPES],
            **more,
        }
        template = "own/connect/onboarding.html"
        return pages.shown(FOLDER, template, leads_to=[link.get("return_url")], **values)


class HostedDashboards(LoginLinks):
    """Links to Express dashboards, and what is on them. An account keeps its newest one."""

    @route("POST /v1/accounts/{account}/login_links")
    def create(self, account: str, params: StripeParams) -> Doc:
        """Make the address of an account's Express dashboard.

        Source: https://docs.stripe.com/api/accounts/login_link/create
        """
        made = self.described(account)
        place = f"/express/{account}/{self.mirror.ids.token(12)}"
        self.stripe.accounts.save(self.stripe.accounts.get(account) | {"_dashboard": place})
        return made | {"url": self.absolute(place)}

    @route("GET /express/{account}/{token}")
    def dashboard(self, account: str, token: str, call: Call) -> Answer:
        """Show an account's balance. Source: https://docs.stripe.com/connect/express-dashboard"""
        doc = self.stripe.accounts.peek(account)
        if doc is None or doc.get("_dashboard") != call.path:
            raise self.stripe.unknown_path(call)
        with self.as_account(account):
            balance = self.stripe.balances.shown_now()
        lines = [
            f"{name.capitalize()}: {money.show(each['amount'], each['currency'])}"
            for name in ("available", "pending")
            for each in balance[name]
        ]
        title = doc["business_profile"]["name"] or doc["email"] or doc["id"]
        return _noticed(str(title), lines, "plain")


def _noticed(title: str, lines: list[str], mark: str) -> Answer:
    values: dict[str, Any] = {"title": title, "lines": lines, "mark": mark, "link": None}
    return pages.shown(FOLDER, "kit/notice.html", **values)
