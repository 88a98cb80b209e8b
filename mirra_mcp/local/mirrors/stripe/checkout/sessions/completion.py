"""How a Checkout session ends: paid, subscribed, set up, or expired.

Source: https://docs.stripe.com/payments/checkout/how-checkout-works
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import merged
from mirra_mcp.local.mirrors.stripe.api.resource import Addressed
from mirra_mcp.local.mirrors.stripe.checkout import includes
from mirra_mcp.wire.model import Doc

BUY_BACK = 30 * 86400
"""How long a link to recover an expired session works."""
DONE = ("succeeded", "requires_capture", "processing")
"""The states of a payment in which the customer has done their part."""


class CheckoutCompletion(Addressed):
    """The part of sessions that brings about what they were opened for."""

    entity, plural = "checkout_session", "checkout_sessions"
    synonyms = ("checkout", "stripe checkout session")
    statuses = ("open", "complete", "expired")
    verbs = {"completed": ("status", "complete")}
    object, prefix, path = "checkout.session", "cs_test", "/v1/checkout/sessions"
    title, id_length = "checkout.session", 60
    includes: ClassVar = {"line_items": includes.session_lines}
    indexes = (
        "customer",
        "payment_intent",
        "payment_link",
        "setup_intent",
        "status",
        "subscription",
    )

    def new_id(self) -> str:
        """Make an id in Stripe's form: `cs_test_a1...`."""
        return f"cs_test_a1{self.mirror.ids.token(56)}"

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of a session."""
        shown, after = super().view(doc), doc["after_expiration"]
        if after and (recovery := after.get("recovery")):
            placed = {**recovery, "url": self.absolute(recovery["url"])}
            shown["after_expiration"] = {**after, "recovery": placed}
        return shown

    def complete(self, session: Doc, *, payment_method: str, details: Doc) -> Doc:
        """Let the customer fill the page in and submit it.

        A card that is declined leaves the session open; one that asks for an action in `payment`
        mode does until the action is done.

        Fires: customer.created (a new one), what the payment, subscription or setup fires, then
        checkout.session.completed.
        """
        owner = session["customer"]
        if owner is not None:
            self.stripe.test_clocks.enter(self.stripe.customers.get(owner))
        session = session | self._filled_in(session, details)
        if session["automatic_tax"]["enabled"] and session["mode"] != "setup":
            session |= self.totals(session, self._trial_discounts(session))
            if session["automatic_tax"]["status"] != "complete":
                raise self.stripe.tax_settings.unrecognized()
        if owner is not None:
            self._update_customer(session)
        if session["mode"] == "setup":
            return self._set_up(self.save(session), payment_method)
        with self.stripe.prices.sold(line["price"] for line in session["_lines"]):
            if session["mode"] == "subscription":
                return self._subscribe(session, payment_method)
            return self._pay(session, payment_method)

    def intent_settled(self, intent: Doc) -> None:
        """Follow the payment intent of a session: its action was done, or its debit arrived.

        Fires: checkout.session.completed, .async_payment_succeeded or .async_payment_failed.
        """
        session = self.first(payment_intent=intent["id"])
        if session is None:
            return
        status = intent["status"]
        if session["status"] == "open":
            if status in DONE or self.stripe.payment_intents.leaves(intent):
                self._close_paid(session, status)
            return
        if session["payment_status"] != "unpaid":
            return
        if status == "succeeded":
            captured = intent["capture_method"] == "manual"
            event = None if captured else "checkout.session.async_payment_succeeded"
            self.save(session | {"payment_status": "paid"}, event=event)
        elif status == "requires_payment_method":
            self.save(session, event="checkout.session.async_payment_failed")

    def setup_settled(self, intent: Doc) -> None:
        """Follow the setup intent of a session. Fires: checkout.session.completed."""
        session = self.first(setup_intent=intent["id"])
        if session is not None and session["status"] == "open" and intent["status"] == "succeeded":
            self._close(session, "no_payment_required")

    def expired(self, session: Doc) -> Doc:
        """Close a session that nobody completed. Fires: checkout.session.expired."""
        fields: Doc = {"client_secret": None, "status": "expired", "url": None}
        recovery = (session["after_expiration"] or {}).get("recovery")
        if recovery and recovery["enabled"]:
            token = f"test_{self.mirror.ids.token(40)}"
            url = f"/c/{self.stripe.account or 'pay'}/{session['id']}/recover/{token}"
            recovery = recovery | {"expires_at": self.at + BUY_BACK, "url": url}
            fields["after_expiration"] = {"recovery": recovery}
        return self.save(session | fields, event="checkout.session.expired")

    def trial_of(self, session: Doc) -> Doc:
        """Return the parameters of the trial that a session offers, if it does."""
        data = session["_data"].get("subscription_data") or {}
        names = ("trial_end", "trial_period_days")
        return {name: data[name] for name in names if data.get(name)}

    def totals(self, session: Doc, discounts: Sequence[Doc]) -> Doc:
        """Return what a session costs, line by line and in all."""
        raise NotImplementedError

    def taxing(self, session: Doc) -> tuple[Doc, Any]:
        """Return the state of a session's automatic tax, and how its lines are taxed.

        A customer's own address counts unless the page may write another one over it.

        Source: https://docs.stripe.com/tax/checkout
        """
        automatic, tax = session["automatic_tax"], self.stripe.tax_settings
        if not automatic["enabled"]:
            return automatic, None
        allowed = session["_data"].get("customer_update") or {}
        owner = self.stripe.customers.peek(session["customer"] or "")
        details = session["customer_details"] or {}
        buyer = dict(owner or {"tax_ids": details.get("tax_ids") or []})
        if details.get("address") and (owner is None or allowed.get("address") == "auto"):
            buyer["address"] = details["address"]
        if session["shipping_details"] and (owner is None or allowed.get("shipping") == "auto"):
            buyer["shipping"] = session["shipping_details"]
        taxes = tax.taxing(buyer, session["currency"])
        status = "complete" if taxes else "requires_location_inputs"
        return automatic | {"status": status}, taxes

    # The three modes.

    def _pay(self, session: Doc, payment_method: str) -> Doc:
        data = session["_data"].get("payment_intent_data") or {}
        invoiced = (session["invoice_creation"] or {}).get("enabled")
        needed = session["customer_creation"] == "always" or data.get("setup_future_usage")
        if session["customer"] is None and (needed or invoiced):
            session["customer"] = self._new_customer(session)
        session = self.save(session)
        if session["amount_total"] == 0:
            return self._close(session, "no_payment_required")
        if invoiced:
            return self._pay_invoice(session, payment_method)
        if session["payment_intent"] is None:
            kept = {name: value for name, value in data.items() if value is not None}
            kept["metadata"] = merged({}, kept.get("metadata") or {})
            intent = self.stripe.payment_intents.draft(
                amount=session["amount_total"],
                currency=session["currency"],
                customer=session["customer"],
                owner=(self.plural, session["id"]),
                payment_method_types=session["payment_method_types"],
                **kept,
            )
            session = self.save(session | {"payment_intent": intent["id"]})
        else:
            intent = self.stripe.payment_intents.get(session["payment_intent"])
        intent["_return_url"] = self.mirror.url if self._goes_elsewhere(payment_method) else None
        intent = self.stripe.payment_intents.attempt(intent, payment_method=payment_method)
        if intent["status"] in DONE or self.stripe.payment_intents.leaves(intent):
            return self._close_paid(session, intent["status"])
        return session

    def _pay_invoice(self, session: Doc, payment_method: str) -> Doc:
        """Pay by way of an invoice: what `invoice_creation` asks for."""
        data = session["invoice_creation"]["invoice_data"]
        names = ("custom_fields", "description", "footer", "metadata", "rendering_options")
        taxed = session["automatic_tax"]["enabled"]
        invoice = self.stripe.invoices.bill(
            customer=session["customer"],
            lines=[self._bought(line) for line in session["_lines"]],
            currency=session["currency"],
            auto_advance=False,
            automatic_tax={"enabled": taxed},
            discounts=session["_data"].get("discounts") or [],
            **{name: data[name] for name in names if data[name]},
        )
        invoice = self.stripe.invoices.finalize(invoice)
        method = self.stripe.payment_methods.resolve(payment_method)
        invoice = self.stripe.invoices.collect(
            invoice, payment_method=method["id"], off_session=False
        )
        if invoice["status"] != "paid":
            self._finish_first_payment(invoice)
        session = session | {
            "invoice": invoice["id"],
            "payment_intent": invoice["payment_intent"],
        }
        session["_data"] = {**session["_data"], "discounts": []}
        return self._close(session, "paid")

    def _subscribe(self, session: Doc, payment_method: str) -> Doc:
        if session["customer"] is None:
            session["customer"] = self._new_customer(session)
        customer = session["customer"]
        free = session["amount_total"] == 0
        extra: Doc = {}
        if not (free and session["payment_method_collection"] == "if_required"):
            method = self.stripe.payment_methods.resolve(payment_method)
            if method["customer"] is None:
                method = self.stripe.payment_methods.attach_to(method, customer)
            extra["default_payment_method"] = method["id"]
        data = session["_data"].get("subscription_data") or {}
        extra |= {name: value for name, value in data.items() if value is not None}
        if discounts := session["_data"].get("discounts"):
            extra["discounts"] = discounts
        extra["automatic_tax"] = {"enabled": session["automatic_tax"]["enabled"]}
        lines = session["_lines"]
        once = [self._bought(line) for line in lines if not self._recurs(line)]
        if once:
            extra["add_invoice_items"] = once
        sub = self.stripe.subscriptions.start(
            customer=customer,
            items=[self._bought(line) for line in lines if self._recurs(line)],
            currency=session["currency"],
            payment_behavior="allow_incomplete",
            **extra,
        )
        if sub["status"] == "incomplete":
            self._finish_first_payment(self.stripe.invoices.get(sub["latest_invoice"]))
        fields = {"invoice": sub["latest_invoice"], "subscription": sub["id"]}
        session["_data"] = {**session["_data"], "discounts": []}
        return self._close(session | fields, "no_payment_required" if free else "paid")

    def _finish_first_payment(self, invoice: Doc) -> None:
        """Do what the bank asks for; what a first payment that fails was for isn't made."""
        intent = self.stripe.payment_intents.get(invoice["payment_intent"])
        if intent["status"] == "requires_action":
            intent = self.stripe.payment_intents.authenticated(intent)
            self.stripe.payment_intents.tell_owner(intent)
        if intent["status"] != "succeeded":
            raise errors.error(
                402,
                "card_error",
                (intent["last_payment_error"] or {}).get("message", "Your card was declined."),
                code="card_declined",
            )

    def _set_up(self, session: Doc, payment_method: str) -> Doc:
        intent = self.stripe.setup_intents.get(session["setup_intent"])
        intent = self.stripe.setup_intents.attempt(intent, payment_method=payment_method)
        if intent["status"] == "succeeded":
            return self._close(session, "no_payment_required")
        return session

    def _goes_elsewhere(self, payment_method: str) -> bool:
        """Tell whether a payment method sends the payer away, to come back to this session."""
        method = self.stripe.payment_methods.peek(payment_method)
        offered = self.stripe.payment_methods.offered([method["type"]] if method else [])
        return [kind for _, _, kind in offered] == ["elsewhere"]

    # The end of each.

    def _close_paid(self, session: Doc, status: str) -> Doc:
        return self._close(session, "paid" if status == "succeeded" else "unpaid")

    def _close(self, session: Doc, payment_status: str) -> Doc:
        """Mark a session as complete. Fires: checkout.session.completed."""
        self.mirror.cancel_timers("checkout_sessions.lapse", id=session["id"])
        given = session["_data"].get("discounts") or []
        self.stripe.discounts.redeem(
            given,
            customer=session["customer"],
            currency=session["currency"],
            amount=session["amount_subtotal"],
            checkout_session=session["id"],
        )
        if link := session["payment_link"]:
            self.stripe.payment_links.count_completion(link)
        fields = {"client_secret": None, "payment_status": payment_status, "status": "complete"}
        return self.save(session | fields | {"url": None}, event="checkout.session.completed")

    def _trial_discounts(self, session: Doc) -> list[Doc]:
        return self.stripe.discounts.drafts(session["_data"].get("discounts") or [])

    def _filled_in(self, session: Doc, given: Doc) -> Doc:
        """Return what the customer's answers make of a session."""
        answers = given.get("custom_fields") or {}
        fields = [
            field | {field["type"]: field[field["type"]] | {"value": answers[field["key"]]}}
            if field["key"] in answers
            else field
            for field in session["custom_fields"]
        ]
        details = self._details(session, given)
        filled: Doc = {"custom_fields": fields, "customer_details": details}
        if session["shipping_address_collection"] is not None:
            shipping = {"address": details["address"], "name": details["name"]}
            shipping = given.get("shipping") or shipping
            filled["shipping_details"] = shipping
            filled["collected_information"] = {
                "business_name": None,
                "individual_name": None,
                "shipping_details": shipping,
            }
        if (session["consent_collection"] or {}).get("terms_of_service") == "required":
            filled["consent"] = {"promotions": None, "terms_of_service": "accepted"}
        if (promotions := given.get("promotions")) is not None:
            filled["consent"] = (filled.get("consent") or {"terms_of_service": None}) | {
                "promotions": promotions
            }
        return filled

    def _details(self, session: Doc, given: Doc) -> Doc:
        known = session["customer_details"] or {}
        address = {"city": None, "country": "US", "line1": None, "line2": None}
        address |= {"postal_code": "94107", "state": None}
        if session["shipping_address_collection"] is not None:
            address |= {"city": "San Francisco", "line1": "1 Market St", "state": "CA"}
        empty: Doc = {"address": address, "business_name": None, "individual_name": None}
        empty |= {"email": "jenny.rosen@example.com", "name": "Jenny Rosen", "phone": None}
        if session["phone_number_collection"]["enabled"]:
            empty["phone"] = "+14155550100"
        names = ("address", "email", "name", "phone")
        told = {name: given[name] for name in names if given.get(name) is not None}
        kept = {name: value for name, value in known.items() if value is not None}
        return {**empty, **kept, **told, "tax_exempt": "none", "tax_ids": []}

    def _update_customer(self, session: Doc) -> None:
        """Write to the customer what the session may. Fires: customer.updated.

        Source: https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-customer_update
        """
        allowed = session["_data"].get("customer_update") or {}
        found: Doc = {
            name: session["customer_details"][name]
            for name in ("address", "name")
            if allowed.get(name) == "auto"
        }
        if allowed.get("shipping") == "auto" and session["shipping_details"]:
            found["shipping"] = {**session["shipping_details"], "phone": None}
        if found:
            customer = self.stripe.customers.get(session["customer"])
            self.stripe.customers.save(customer | found, event="customer.updated")

    def _new_customer(self, session: Doc) -> str:
        details = session["customer_details"]
        names = ("address", "email", "name", "phone")
        known = {name: details[name] for name in names}
        if session["automatic_tax"]["enabled"] and (sent := session["shipping_details"]):
            known["shipping"] = {**sent, "phone": None}
        made = self.stripe.customers.make(known)
        return str(made["id"])

    def _bought(self, line: Doc) -> Doc:
        """Return a line as subscriptions and invoices take it."""
        bought: Doc = {"price": line["price"]}
        if line["quantity"] is not None:
            bought["quantity"] = line["quantity"]
        if line["_tax_rates"]:
            bought["tax_rates"] = line["_tax_rates"]
        return bought

    def _recurs(self, line: Doc) -> bool:
        return bool(self.stripe.prices.get(line["price"])["type"] == "recurring")
