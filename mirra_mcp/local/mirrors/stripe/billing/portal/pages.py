"""The customer portal's pages: where customers see to their subscriptions and cards.

Source: https://docs.stripe.com/customer-management
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from mirra_mcp.local.kit.pages import answers as pages
from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.refusals import FOLDER
from mirra_mcp.local.mirrors.stripe.billing.portal.changes import PortalChanges
from mirra_mcp.local.mirrors.stripe.billing.portal.showing import LIVE, values_of
from mirra_mcp.wire.model import Doc

HOME = "own/billing/portal/home.html"
STEPS = {
    "subscription_cancel": "cancel",
    "subscription_update": "update",
    "subscription_update_confirm": "confirm",
    "payment_method_update": "method",
    "customer_update": "details",
}
"""Which step of the portal a flow begins with, and which feature a step needs."""
NEEDS = {step: name.removesuffix("_confirm") for name, step in STEPS.items()}
DETAILS = {"email": "email", "name": "name", "phone": "phone"}
DONE = {
    "cancel": "Your plan has been canceled.",
    "keep": "Your plan goes on.",
    "confirm": "Your plan has been changed.",
    "method": "Your payment method has been added.",
    "prefer": "Your default payment method has been changed.",
    "remove": "Your payment method has been removed.",
    "details": "Your details have been changed.",
}


class PortalPages(PortalChanges):
    """The sessions of the portal, with their pages."""

    @route("GET /p/{account}/{token}")
    def show(self, account: str, token: str, call: Call) -> Answer:
        """Show the portal, or one step in it. Who knows the address may act for the customer."""
        with self.as_account(account):
            session, query = self._of(call), call.query
            at = query.get("at") or self._begins_at(session)
            said = DONE.get(query.get("done", ""))
            if said and (away := self._way_out(session)):
                return pages.led_to(away)
            return self._shown(session, call, at, query, said=said)

    @route("POST /p/{account}/{token}")
    def act(self, account: str, token: str, call: Call) -> Answer:
        """Do what the customer asks for, if the configuration allows it.

        Fires: what the change fires, as the API's own calls do.
        """
        with self.as_account(account):
            session, form = self._of(call), pages.form_of(call)
            step = form.get("do", "")
            if not pages.is_own_form(call):
                said = "The page was out of date. Please look it through and send it once more."
                return self._shown(session, call, call.query.get("at", ""), form, refusal=said)
            done = self._done(session, step, form)
            place = f"{self.absolute(session['url'])}"
            return pages.led_to(f"{place}?{urlencode({'done': done})}")

    @route("GET /p/{account}/login/{token}")
    def login_page(self, account: str, token: str, call: Call) -> Answer:
        """Ask for the customer's e-mail address.

        Source: https://docs.stripe.com/customer-management/activate-no-code-customer-portal
        """
        with self.as_account(account):
            self._login(call)
            return self._asked(call)

    @route("POST /p/{account}/login/{token}")
    def login(self, account: str, token: str, call: Call) -> Answer:
        """Lead the customer of an e-mail address into the portal.

        Stripe sends them a link by mail; here the link is followed at once.
        Fires: billing_portal.session.created.
        """
        with self.as_account(account):
            configuration = self._login(call)
            email = pages.form_of(call).get("email", "").strip()
            if not pages.is_own_form(call):
                return self._asked(call, "The page was out of date. Please send it once more.")
            owner = self.stripe.customers.first(email=email)
            if owner is None:
                return self._asked(call, "There is no customer with this email.")
            session = self.opened(owner["id"], configuration)
            return pages.led_to(str(self.absolute(session["url"])))

    def shown_again(self, call: Call, told: Doc) -> Answer | None:
        """Show the step whose form was refused once more, with why."""
        with self.as_account(call.params.get("account", "")):
            session = self.first(url=call.path)
            if session is None:
                return None
            form = pages.form_of(call)
            at = form.get("do", "")
            said = self.stripe.payment_intents.said_of(told)
            wrong = self.stripe.payment_methods.field_of(told)
            at = at if at in NEEDS else ""
            answer = self._shown(session, call, at, form, refusal=said, wrong=wrong)
            answer.status = 402
            return answer

    # What is done.

    def _done(self, session: Doc, step: str, form: Mapping[str, str]) -> str:
        owner, methods = session["customer"], self.stripe.payment_methods
        if step == "cancel":
            feature, sub = self._feature(session, step), self._sub(session, form)
            names = ("feedback", "comment")
            self.cancel(sub, feature, {name: form[name] for name in names if form.get(name)})
        elif step == "keep":
            self._feature(session, "cancel")
            self.keep(self._sub(session, form))
        elif step == "confirm":
            feature, sub = self._feature(session, step), self._sub(session, form)
            self._confirm(session, sub, feature, form)
        elif step == "method":
            self._feature(session, step)
            self.add_method(owner, methods.typed({**form, "method": "card"}, ["card"], owner))
        elif step in ("prefer", "remove"):
            self._feature(session, "method")
            method = methods.named(form.get("id", ""), "id")
            if method["customer"] != owner:
                raise errors.invalid("Choose one of your payment methods.", "id")
            if step == "prefer":
                self.prefer(owner, method["id"])
            else:
                methods.detach_from(method)
        elif step == "details":
            self._change_details(session, form)
        else:
            raise errors.invalid("Choose what to do.", "do")
        return step

    def _confirm(self, session: Doc, sub: Doc, feature: Doc, form: Mapping[str, str]) -> None:
        wanted = (session["flow"] or {}).get("subscription_update_confirm")
        if wanted:
            item = wanted["items"][0]
            price = item.get("price") or sub["items"]["data"][0]["price"]["id"]
            self.switch(sub, feature, price, item.get("quantity"))
            return
        allowed, quantity = feature["default_allowed_updates"], None
        if "quantity" in allowed and form.get("quantity"):
            if not form["quantity"].isdecimal() or not int(form["quantity"]):
                raise errors.invalid("The quantity must be a whole number from 1.", "quantity")
            quantity = int(form["quantity"])
        price = sub["items"]["data"][0]["price"]["id"]
        if "price" in allowed and form.get("price", price) != price:
            price = self.chosen(feature, form["price"])
        self.switch(sub, feature, price, quantity)

    def _change_details(self, session: Doc, form: Mapping[str, str]) -> None:
        feature = self._feature(session, "details")
        owner = self.stripe.customers.get(session["customer"])
        changed: Doc = {
            name: form[name].strip() or None
            for name in DETAILS
            if name in feature["allowed_updates"] and name in form
        }
        if "email" in changed and "@" not in (changed["email"] or ""):
            raise errors.invalid("Your email is invalid.", "email")
        if "address" in feature["allowed_updates"] and "billing_line1" in form:
            names = ("city", "country", "line1", "line2", "postal_code", "state")
            changed["address"] = {name: form.get(f"billing_{name}") or None for name in names}
        self.stripe.customers.save(owner | changed, event="customer.updated")

    # Who, what and where.

    def _of(self, call: Call) -> Doc:
        session = self.first(url=call.path)
        if session is None:
            raise self.missing(call.path)
        return session

    def _feature(self, session: Doc, step: str) -> Doc:
        """Return how the session's configuration offers a step.

        Raises:
            VendorError: it doesn't.
        """
        configuration = self.stripe.portal_configurations.get(session["configuration"])
        feature: Doc = configuration["features"][NEEDS[step]]
        if not feature["enabled"]:
            raise errors.invalid("This portal doesn't offer that.", "do")
        return feature

    def _sub(self, session: Doc, form: Mapping[str, str]) -> Doc:
        """Return the subscription that is meant: the customer's own, and alive."""
        sub = self.stripe.subscriptions.peek(form.get("subscription", ""))
        if sub is None or sub["customer"] != session["customer"] or sub["status"] not in LIVE:
            raise errors.invalid("Choose one of your plans.", "subscription")
        return sub

    def _begins_at(self, session: Doc) -> str:
        return STEPS.get((session["flow"] or {}).get("type", ""), "")

    def _way_out(self, session: Doc) -> str | None:
        """Return where a customer is sent who has done what a flow was for.

        Source: https://docs.stripe.com/customer-management/portal-deep-links
        """
        after = (session["flow"] or {}).get("after_completion") or {}
        if after.get("type") == "redirect":
            return str((after.get("redirect") or {}).get("return_url") or "") or None
        return None

    # What is shown.

    def _shown(
        self,
        session: Doc,
        call: Call,
        at: str,
        form: Mapping[str, str],
        *,
        refusal: str | None = None,
        said: str | None = None,
        wrong: str | None = None,
    ) -> Answer:
        after = (session["flow"] or {}).get("after_completion") or {}
        if said and after.get("type") == "hosted_confirmation":
            lines = [(after.get("hosted_confirmation") or {}).get("custom_message") or said]
            back = session["return_url"]
            link = ("Back", back) if back else None
            values: dict[str, Any] = {"title": "Done", "lines": lines, "mark": "good", "link": link}
            return pages.shown(FOLDER, "kit/notice.html", **values)
        if said:
            at = ""
        told = values_of(self.stripe, session, at, form)
        return pages.shown(
            FOLDER,
            HOME,
            leads_to=[session["return_url"], self._way_out(session)],
            seal=pages.seal_of(call),
            place=quote(call.path),
            refusal=refusal,
            said=said,
            wrong=wrong,
            form=form,
            **told,
        )

    def _login(self, call: Call) -> str:
        """Return the configuration whose login page this is."""
        for doc in self.stripe.portal_configurations.find(active=True):
            if doc["login_page"]["enabled"] and doc["login_page"]["url"] == call.path:
                return str(doc["id"])
        raise self.missing(call.path)

    def _asked(self, call: Call, refusal: str | None = None) -> Answer:
        shop = self.stripe.checkout_sessions.shop()
        seal, template = pages.seal_of(call), "own/billing/portal/login.html"
        return pages.shown(FOLDER, template, seal=seal, shop=shop, refusal=refusal)
