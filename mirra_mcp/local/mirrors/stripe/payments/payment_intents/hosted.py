"""The pages that payers are sent to: 3D Secure's challenge, a bank's or wallet's test page.

Source: https://docs.stripe.com/payments/3d-secure/authentication-flow and
https://docs.stripe.com/testing#regulatory-cards
"""

from typing import Any

from mirra_mcp.local.kit.pages import answers as pages
from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.api.refusals import FOLDER
from mirra_mcp.local.mirrors.stripe.payments.payment_intents.flow import challenge, enter_clock
from mirra_mcp.local.mirrors.stripe.payments.payment_intents.resource import PaymentIntents
from mirra_mcp.wire.model import Doc

NOT_AUTHENTICATED = (
    "We are unable to authenticate your payment method. Please choose a different payment method"
    " and try again."
)
"""What Stripe's own pages tell a payer. Source: https://docs.stripe.com/error-codes"""
TEMPLATE = "own/payments/payment_intents/challenge.html"


class HostedIntents(PaymentIntents):
    """The payments of the account, with the pages on which payers answer for them."""

    @route("GET /3d_secure_2/hosted")
    def challenge_page(self, call: Call) -> Answer:
        """Ask the payer to authenticate. Who knows the address may answer."""
        with self.as_account(call.query.get("merchant", "")):
            return self._ask(call, call.query.get("intent", ""))

    @route("POST /3d_secure_2/hosted")
    def challenge_answer(self, call: Call) -> Answer:
        """Let the payer pass or fail the challenge, and go back to where they came from."""
        with self.as_account(call.query.get("merchant", "")):
            return self._answered(call, call.query.get("intent", ""))

    @route("GET /authorize/{account}/{id}")
    def authorize_page(self, account: str, id: str, call: Call) -> Answer:
        """Show the test page of a redirect-based payment method."""
        with self.as_account(account):
            return self._ask(call, id)

    @route("POST /authorize/{account}/{id}")
    def authorize_answer(self, account: str, id: str, call: Call) -> Answer:
        """Let the payer authorize or refuse a test payment, and go back."""
        with self.as_account(account):
            return self._answered(call, id)

    @route("GET /bank_transfers/{account}/{id}/{reference}")
    def transfer_page(self, account: str, id: str, reference: str) -> Answer:
        """Tell a payer where to send the money, and how much.

        Source: https://docs.stripe.com/payments/bank-transfers/accept-a-payment
        """
        with self.as_account(account):
            intent = self.get(id)
            shown = (intent["next_action"] or {}).get("display_bank_transfer_instructions") or {}
            if shown.get("reference") != reference:
                raise self.missing(id)
            addresses = [
                (name.replace("_", " ").capitalize(), value)
                for each in shown.get("financial_addresses", ())
                for name, value in each[each["type"]].items()
                if isinstance(value, str)
            ]
            sent = money.show(shown["amount_remaining"], shown["currency"])
            lines = [f"Send {sent} with the reference {reference}."]
            return self._notice(
                "Pay by bank transfer", lines + [f"{name}: {value}" for name, value in addresses]
            )

    @route("GET /vouchers/{account}/{id}/{token}")
    def voucher_page(self, account: str, id: str, token: str, call: Call) -> Answer:
        """Show a voucher to its payer. Source: https://docs.stripe.com/payments/vouchers"""
        with self.as_account(account):
            intent = self._at(id, call)
            shown = intent["next_action"][intent["next_action"]["type"]]
            number = shown.get("number") or shown.get("reference") or ""
            lines = [f"Pay {money.show(intent['amount'], intent['currency'])}.", number]
            return self._notice("Your voucher", [line for line in lines if line])

    @route("GET /microdeposits/{account}/{id}/{token}")
    def microdeposits_page(self, account: str, id: str, token: str, call: Call) -> Answer:
        """Tell a payer how their bank account is verified.

        Source: https://docs.stripe.com/payments/ach-direct-debit/accept-a-payment
        """
        with self.as_account(account):
            self._at(id, call)
            lines = [
                "Cents are on their way to your account. Tell the shop what the statement says."
            ]
            return self._notice("Verify your bank account", lines)

    def _at(self, id: str, call: Call) -> Doc:
        """Return the intent that waits at a page.

        Raises:
            VendorError: it doesn't, or not there.
        """
        intent = self._waiting(call, id, call.path)
        if intent is None:
            raise self.missing(id)
        return intent

    def would_ask(self, method: Doc) -> bool:
        """Tell whether a card asks for 3D Secure when its holder is there."""
        if method["type"] != "card":
            return False
        card = self.stripe.payment_methods.card_of(method)
        return challenge(card, method, "automatic", off_session=False) == "asked"

    def challenge_for(self, call: Call, told: Doc, **more: Any) -> Answer:
        """Show the challenge: `told` has `shop`, `amount`, `card`, `kind` and `name`."""
        seal = pages.seal_of(call)
        values = {"refusal": None, **told, **more}
        return pages.shown(FOLDER, TEMPLATE, seal=seal, framed=True, **values)

    def said_of(self, error: Doc) -> str:
        """Return why a payment failed, in the words that Stripe's pages have for payers."""
        unknown = "authentication_failure" in str(error.get("code"))
        return NOT_AUTHENTICATED if unknown else str(error["message"])

    # The steps.

    def _noun(self, id: str) -> Any:
        return self.stripe.setup_intents if id.startswith("seti_") else self

    def _waiting(self, call: Call, id: str, at: str | None = None) -> Doc | None:
        """Return the intent whose page this is, or None if it waits no more.

        Raises:
            VendorError: there is no such intent.
        """
        noun = self._noun(id)
        intent: Doc = noun.get(id)
        place = at or f"{call.path}?{call.query_string}"
        waits = intent["status"] == "requires_action" and noun.page_of(intent) == place
        return intent if waits else None

    def _ask(self, call: Call, id: str, refusal: str | None = None) -> Answer:
        intent = self._waiting(call, id)
        if intent is None:
            return self._over(self._noun(id).get(id))
        method = self.stripe.payment_methods.get(intent["payment_method"])
        amount = None
        if "amount" in intent:
            amount = money.show(intent["amount"], intent["currency"])
        told = {
            "shop": self.stripe.checkout_sessions.shop(),
            "amount": amount,
            "card": self.stripe.payment_methods.described(method),
            "kind": "challenge" if method["type"] == "card" else "authorize",
        }
        back = intent.get("_return_url")
        return self.challenge_for(call, told, leads_to=[back], refusal=refusal)

    def _answered(self, call: Call, id: str) -> Answer:
        intent = self._waiting(call, id)
        if intent is None:
            return self._over(self._noun(id).get(id))
        if not pages.is_own_form(call):
            return self._ask(call, id, "The page was out of date. Please answer once more.")
        enter_clock(self.stripe, intent["customer"])
        noun, passed = self._noun(id), pages.form_of(call).get("do") == "complete"
        intent = noun.authenticated(intent) if passed else noun.not_authenticated(intent)
        noun.tell_owner(intent)
        intent = noun.get(id)
        return pages.led_to(url) if (url := self._way_back(intent)) else self._over(intent)

    def _way_back(self, intent: Doc) -> str | None:
        """Return where a payer goes on who has answered.

        Source: https://docs.stripe.com/payments/accept-a-payment?platform=web (the parameters of
        the `return_url`)
        """
        owner = intent.get("_owner") or ["", ""]
        if owner[0] == "checkout_sessions":
            return self.stripe.checkout_sessions.goes_on_at(owner[1])
        if intent.get("invoice") and not intent.get("_return_url"):
            invoice = self.stripe.invoices.get(intent["invoice"])
            return f"{self.stripe.invoices.view(invoice)['hosted_invoice_url']}&again=1"
        if not (back := intent.get("_return_url")):
            return None
        name = intent["object"]
        failed = intent["status"] == "requires_payment_method"
        told = {name: intent["id"], f"{name}_client_secret": intent["client_secret"]}
        return pages.with_query(back, **told, redirect_status="failed" if failed else "succeeded")

    def _over(self, intent: Doc) -> Answer:
        status = intent["status"]
        if status in ("requires_payment_method", "canceled"):
            lines = ["It wasn't authenticated, or was canceled. You can close this window."]
            return self._notice("The payment didn't go through", lines, mark="bad")
        if status == "requires_action":
            lines = ["Another page has taken the place of this one. You can close it."]
            return self._notice("This page is out of date", lines, mark="plain")
        lines = ["You can close this window and go back to the shop."]
        return self._notice("All done", lines, mark="good")

    def _notice(self, title: str, lines: list[str], mark: str = "plain") -> Answer:
        return pages.shown(
            FOLDER, "kit/notice.html", title=title, lines=lines, mark=mark, link=None, framed=True
        )
