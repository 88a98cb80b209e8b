"""Checkout's page, on the mirror itself: where a person pays, and is sent back to the app.

Source: https://docs.stripe.com/payments/checkout/how-checkout-works
"""

from collections.abc import Mapping
from typing import Any

from mirra_mcp.local.kit.pages import answers as pages
from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.api.refusals import FOLDER
from mirra_mcp.local.mirrors.stripe.checkout.hosted.forms import answers_of
from mirra_mcp.local.mirrors.stripe.checkout.hosted.orders import OpenOrders
from mirra_mcp.local.mirrors.stripe.checkout.hosted.showing import fixed_email, shop_of, values_of
from mirra_mcp.wire.model import Doc

TEMPLATE = "own/checkout/hosted/page.html"
FILLED = "{CHECKOUT_SESSION_ID}"
STALE = "The page was out of date. Please look it through and send it once more."


class HostedCheckout(OpenOrders):
    """The sessions of the account, with the page on which customers complete them."""

    @route("GET /c/{account}/{id}")
    def show(self, account: str, id: str, call: Call) -> Answer:
        """Show a session. Who knows the address may look, and pay."""
        with self.as_account(account):
            session = self.get(id)
            if session["status"] != "open":
                return self._over(session)
            failed = self._why_failed(session) if "again" in call.query else None
            typed = {"email": call.query.get("prefilled_email", "")}
            return self._shown(session, call, typed, refusal=failed)

    @route("POST /c/{account}/{id}")
    def submit(self, account: str, id: str, call: Call) -> Answer:
        """Do what the customer asks for: change the order, or pay for it.

        Fires: what the payment, subscription or setup fires, then checkout.session.completed.
        """
        with self.as_account(account):
            session, form = self.get(id), pages.form_of(call)
            if session["status"] == "complete":
                return pages.led_to(self._success(session))
            if session["status"] != "open":
                return self._over(session)
            if not pages.is_own_form(call):
                return self._shown(session, call, form, refusal=STALE)
            return self._done(session, form, call)

    @route("GET /c/{account}/{id}/authenticate")
    def authenticate_page(self, account: str, id: str, call: Call) -> Answer:
        """Ask the customer to authenticate before a subscription or an invoice is paid."""
        with self.as_account(account):
            session = self.get(id)
            if session["status"] != "open" or not session.get("_pending"):
                return self._over(session)
            return self._challenge(session, call)

    @route("POST /c/{account}/{id}/authenticate")
    def authenticate(self, account: str, id: str, call: Call) -> Answer:
        """Let the customer pass or fail the challenge: the session is completed, or goes on."""
        with self.as_account(account):
            session = self.get(id)
            pending = session.get("_pending")
            if session["status"] != "open" or not pending:
                return self._over(session)
            if not pages.is_own_form(call):
                return self._challenge(session, call)
            passed = pages.form_of(call).get("do") == "complete"
            session = self.save(session | {"_pending": None, "_unauthenticated": not passed})
            if not passed:
                return pages.led_to(self.goes_on_at(session["id"]))
            done = self.complete(
                session, payment_method=pending["method"], details=pending["details"]
            )
            return pages.led_to(self.goes_on_at(done["id"]))

    @route("GET /c/{account}/{id}/recover/{token}")
    def recover(self, account: str, id: str, token: str, call: Call) -> Answer:
        """Open an expired session's copy for who comes back, and lead there."""
        with self.as_account(account):
            session = self.get(id)
            recovery = (session["after_expiration"] or {}).get("recovery") or {}
            if not str(recovery.get("url") or "").endswith(call.path):
                raise self.missing(id)
            if recovery["expires_at"] <= self.at or session["mode"] == "setup":
                return self._over(session)
            return pages.led_to(str(self.view(self.recovered(session))["url"]))

    def shown_again(self, call: Call, told: Doc) -> Answer | None:
        """Show the page of a form that was refused once more, with why."""
        account, id = call.params.get("account", ""), call.params.get("id", "")
        with self.as_account(account):
            session = self.peek(id)
            if session is None or session["status"] != "open":
                return None
            answer = self._shown(session, call, pages.form_of(call), refused=told)
            answer.status = 402
            return answer

    def goes_on_at(self, id: str) -> str:
        """Return where a customer goes on who has answered to the bank."""
        session = self.get(id)
        if session["status"] == "complete":
            return self._success(session)
        return f"{self._place(session)}?again=1"

    def shop(self) -> str:
        """Return what pages call the account that the call acts for."""
        return shop_of(self.stripe)

    # What the buttons do.

    def _done(self, session: Doc, form: Mapping[str, str], call: Call) -> Answer:
        wanted, code = form.get("do", "pay"), form.get("promotion_code", "").strip()
        before = session["amount_total"]
        if session["mode"] != "setup":
            session = self.with_place(self.with_amounts(session, form), form)
        if wanted.startswith("ship:"):
            session = self.reckoned(self.with_delivery(session, wanted[5:]))
        elif wanted == "uncode":
            session = self.reckoned(self.without_code(session))
        elif wanted == "code" and not code:
            raise errors.invalid("Enter a promotion code.", "promotion_code")
        elif code and session["allow_promotion_codes"]:
            session = self.add_code(self.reckoned(session), code)
            form = {**form, "promotion_code": ""}
        elif session["mode"] != "setup" and session != self.peek(session["id"]):
            session = self.reckoned(session)
        if wanted != "pay" or session["amount_total"] != before:
            said = None
            if wanted == "pay":
                total = money.show(session["amount_total"], session["currency"])
                said = f"The total is {total} now. Pay when you are ready."
            return self._shown(session, call, form, said=said)
        return self._paid(session, form)

    def _paid(self, session: Doc, form: Mapping[str, str]) -> Answer:
        details = answers_of(session, form, fixed_email(self.stripe, session))
        free = session["mode"] == "payment" and session["amount_total"] == 0
        skipped = session["payment_method_collection"] == "if_required"
        if free or (session["amount_total"] == 0 and skipped and session["mode"] != "setup"):
            method = "pm_card_visa"  # nothing is paid with it
        else:
            types = session["payment_method_types"]
            filled = {**form, "email": details["email"] or ""}
            made = self.stripe.payment_methods.typed(filled, types, session["customer"])
            method = made["id"]
            if self._asks_first(session) and self.stripe.payment_intents.would_ask(made):
                pending = {"method": method, "details": details}
                session = self.save(session | {"_pending": pending})
                return pages.led_to(f"{self._place(session)}/authenticate")
        session = self.complete(session, payment_method=method, details=details)
        if session["status"] == "complete":
            return pages.led_to(self._success(session))
        noun: Any = self.stripe.payment_intents
        if session["mode"] == "setup":
            noun = self.stripe.setup_intents
        intent = noun.get(session["setup_intent"] or session["payment_intent"])
        if intent["status"] == "requires_action":
            return pages.led_to(str(self.absolute(noun.page_of(intent))))
        return pages.led_to(self.goes_on_at(session["id"]))

    def _asks_first(self, session: Doc) -> bool:
        """Tell whether the customer authenticates before anything is made."""
        invoiced = (session["invoice_creation"] or {}).get("enabled")
        return session["mode"] == "subscription" or bool(invoiced)

    def _why_failed(self, session: Doc) -> str | None:
        """Return what went wrong with the last attempt to pay, in words for people."""
        noun, error = self.stripe.payment_intents, None
        if session.get("_unauthenticated"):
            return noun.said_of({"code": "authentication_failure"})
        if session["payment_intent"]:
            error = noun.get(session["payment_intent"])["last_payment_error"]
        elif session["setup_intent"]:
            error = self.stripe.setup_intents.get(session["setup_intent"])["last_setup_error"]
        return noun.said_of(error) if error else None

    # What is shown.

    def _shown(
        self,
        session: Doc,
        call: Call,
        form: Mapping[str, str],
        *,
        refusal: str | None = None,
        refused: Doc | None = None,
        said: str | None = None,
    ) -> Answer:
        if refused is not None:
            refusal = self.stripe.payment_intents.said_of(refused)
        return pages.shown(
            FOLDER,
            TEMPLATE,
            leads_to=[session["success_url"]],
            seal=pages.seal_of(call),
            refusal=refusal,
            wrong=self.stripe.payment_methods.field_of(refused or {}),
            said=said,
            **values_of(self.stripe, session, form),
        )

    def _challenge(self, session: Doc, call: Call) -> Answer:
        method = self.stripe.payment_methods.get(session["_pending"]["method"])
        total = session["amount_total"]
        told = {
            "shop": self.shop(),
            "amount": money.show(total, session["currency"]) if total else None,
            "card": self.stripe.payment_methods.described(method),
            "kind": "challenge",
        }
        return self.stripe.payment_intents.challenge_for(
            call, told, leads_to=[session["success_url"]]
        )

    def _over(self, session: Doc) -> Answer:
        """Say of a session that nobody can complete any more why."""
        link, mark = None, "plain"
        if session["status"] == "expired":
            title, lines = "This checkout session has expired", ["Nothing was paid."]
            if session["cancel_url"]:
                link = (f"Return to {self.shop()}", session["cancel_url"])
        elif session["status"] == "complete":
            title, mark = "Thanks for your payment", "good"
            lines = ["This checkout session is complete. There is nothing left to do here."]
            if session["mode"] == "setup":
                title = "Your payment details are saved"
            if session["payment_link"]:
                said = self.stripe.payment_links.thanks(session["payment_link"])
                lines = [said] if said else lines
            elif session["success_url"]:
                link = (f"Return to {self.shop()}", self._success(session))
        else:
            title, lines = "Nothing to authenticate", ["Go back to the page and pay there."]
            link = ("Back to the payment", self._place(session))
        return pages.shown(
            FOLDER, "kit/notice.html", title=title, lines=lines, mark=mark, link=link
        )

    def _success(self, session: Doc) -> str:
        """Return where a customer who paid is sent.

        Source: https://docs.stripe.com/payments/checkout/custom-success-page
        """
        url = session["success_url"]
        if session["payment_link"]:
            url = self.stripe.payment_links.redirect_of(session["payment_link"])
        if not url:
            return self._place(session)
        return str(url).replace(FILLED, session["id"])

    def _place(self, session: Doc) -> str:
        return f"{self.mirror.url}/c/{self.stripe.account or 'pay'}/{session['id']}"
