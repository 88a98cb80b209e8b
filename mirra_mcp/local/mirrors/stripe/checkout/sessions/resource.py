"""Checkout sessions: a page where a customer pays, subscribes or saves a card.

Source: https://docs.stripe.com/api/checkout/sessions
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams, merged
from mirra_mcp.local.mirrors.stripe.api.lists.pages import page_of
from mirra_mcp.local.mirrors.stripe.checkout import line_items, pages
from mirra_mcp.local.mirrors.stripe.checkout.line_items import Taxing
from mirra_mcp.local.mirrors.stripe.checkout.sessions.checks import check_discounts, check_session
from mirra_mcp.local.mirrors.stripe.checkout.sessions.completion import CheckoutCompletion
from mirra_mcp.local.mirrors.stripe.checkout.sessions.params import (
    APART,
    KEPT,
    CreateSession,
    ListSessions,
    UpdateSession,
)
from mirra_mcp.wire.model import Doc

LIFE = 24 * 3600
OLD = "2024-12-18"
"""The last version whose sessions say nothing of removing payment methods."""
FRAGMENT = "#fidkdWxOYHwnPyd1blpxYHZxWjA0"
NOT_OPEN = 'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of `{}`.'  # noqa: E501  one sentence of Stripe's


class CheckoutSessions(CheckoutCompletion):
    """The sessions of the account. `_lines` are the lines, `_data` waits for the completion."""

    blank: ClassVar[Doc] = {
        "adaptive_pricing": {"enabled": True},
        "after_expiration": None,
        "allow_promotion_codes": None,
        "amount_subtotal": None,
        "amount_total": None,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": None,
        "branding_settings": None,
        "cancel_url": None,
        "client_reference_id": None,
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": None,
        "created": None,
        "currency": None,
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": pages.NO_TEXT,
        "customer": None,
        "customer_creation": None,
        "customer_details": None,
        "customer_email": None,
        "discounts": [],
        "expires_at": None,
        "invoice": None,
        "invoice_creation": None,
        "livemode": False,
        "locale": None,
        "metadata": {},
        "mode": "payment",
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_details": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": None,
        "subscription": None,
        "success_url": None,
        "total_details": None,
        "ui_mode": "hosted",
        "url": None,
    }

    @route("POST /v1/checkout/sessions")
    def create(self, params: CreateSession) -> Doc:
        """Open a session. In `setup` mode its setup intent is made at once.

        Fires: setup_intent.created (setup mode), and what inline prices fire.
        """
        check_session(self.stripe, params)
        return self.view(self.opened(params))

    def opened(self, params: CreateSession, **more: Any) -> Doc:
        """Save a new session of checked parameters, which expires by itself."""
        given = params.given()
        id = self.new_id()
        fields: Doc = {
            name: given[name] for name in KEPT if given.get(name) is not None and name in given
        }
        fields |= self._kept(params, given)
        fields["_data"] = {name: given[name] for name in APART if given.get(name)}
        if params.mode == "subscription":
            data = fields["_data"].get("subscription_data", {})
            mode = self.stripe.subscriptions.mode_given(data.get("billing_mode"))
            fields["_data"]["subscription_data"] = {**data, "billing_mode": mode}
        if params.mode == "setup":
            fields["currency"] = params.currency
            fields["payment_status"] = "no_payment_required"
            fields |= self._offered(params, params.currency)
            fields["setup_intent"] = self._setup_intent(id, params, fields["payment_method_types"])
        else:
            lines = line_items.laid_out(self.stripe, params.line_items or (), params.currency)
            fields["currency"] = lines[0]["currency"]
            fields |= self._offered(params, fields["currency"])
            fields["shipping_options"] = line_items.shipping_options(
                self.stripe, params.shipping_options, fields["currency"]
            )
            fields["_lines"] = lines
        expires = params.expires_at or self.at + LIFE
        session = self.new(id=id, **fields, **more, expires_at=expires)
        session |= self._reached_by(session)
        if params.mode != "setup":
            session |= self.totals(session, self._trial_discounts(session))
        self.mirror.after(timedelta(seconds=expires - self.at), "checkout_sessions.lapse", id=id)
        return self.save(session)

    @route("GET /v1/checkout/sessions/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a session."""
        return self.view(self.get(id))

    @route("POST /v1/checkout/sessions/{id}")
    def update(self, id: str, params: UpdateSession) -> Doc:
        """Change a session's metadata, or how its goods are delivered."""
        session, given = self.get(id), params.given()
        if "shipping_options" in given:
            given["shipping_options"] = line_items.shipping_options(
                self.stripe, params.shipping_options, session["currency"]
            )
        session = self.patched(session, given)
        if session["mode"] != "setup" and session["status"] == "open":
            session |= self.totals(session, self._trial_discounts(session))
        return self.view(self.save(session))

    @route("GET /v1/checkout/sessions")
    def index(self, params: ListSessions) -> Doc:
        """List sessions."""
        names = ("customer", "payment_intent", "payment_link", "status", "subscription")
        where: dict[str, Any] = {
            name: getattr(params, name) for name in names if getattr(params, name) is not None
        }
        email = params.customer_details.email if params.customer_details else None
        return self.listed(
            params,
            keep=None
            if email is None
            else lambda session: (session["customer_details"] or {}).get("email") == email,
            **where,
        )

    @route("GET /v1/checkout/sessions/{id}/line_items")
    def line_items(self, id: str, params: ListParams) -> Doc:
        """List what a session sells."""
        lines = self.get(id).get("_lines", [])
        rows = [line_items.shown(self.stripe, line) for line in lines]
        return page_of(rows, params, f"/v1/checkout/sessions/{id}/line_items", "item")

    @route("POST /v1/checkout/sessions/{id}/expire")
    def expire(self, id: str) -> Doc:
        """Close an open session. Fires: checkout.session.expired.

        Source: https://docs.stripe.com/api/checkout/sessions/expire
        """
        session = self.get(id)
        if session["status"] != "open":
            raise errors.invalid(NOT_OPEN.format(session["status"]))
        return self.view(self.expired(session))

    def lapse(self, id: str) -> None:
        """Let a session's time run out, unless it is closed by then."""
        session = self.peek(id)
        if session is not None and session["status"] == "open":
            self.expired(session)

    # What quotes use: their lines are these.

    def lines_of(self, items: Sequence[Doc]) -> list[Doc]:
        """Lay out lines of a price, or of data of one, and a quantity.

        Raises:
            VendorError: no price or two, an unknown or inactive one, no quantity.
        """
        given = [pages.LineItem.model_validate(each) for each in items]
        line_items.check_items(self.stripe, given)
        return line_items.laid_out(self.stripe, given, None)

    def priced(
        self, lines: Sequence[Doc], discounts: Sequence[Doc], taxes: Taxing | None
    ) -> list[Doc]:
        """Return lines with what is off and the tax on what is left."""
        return line_items.priced(self.stripe, lines, discounts, taxes)

    def line_shown(self, line: Doc) -> Doc:
        """Return a line as the API shows it."""
        return line_items.shown(self.stripe, line)

    def add_code(self, session: Doc, code: str) -> Doc:
        """Apply a promotion code that the customer typed.

        Raises:
            VendorError: the session takes none, or there is no such code.
        """
        found = self.stripe.promotion_codes.by_code(code)
        if not session["allow_promotion_codes"] or found is None:
            raise errors.invalid("This promotion code is invalid.", "promotion_code")
        given = [{"promotion_code": found["id"]}]
        check_discounts(self.stripe, given, session["customer"], session)
        session["_data"] = {**session["_data"], "discounts": given}
        return self.save(session | self.totals(session, self._trial_discounts(session)))

    def totals(self, session: Doc, discounts: Sequence[Doc]) -> Doc:
        """Return what a session costs, line by line and in all."""
        automatic, taxes = self.taxing(session)
        lines = line_items.priced(self.stripe, session["_lines"], discounts, taxes)
        options = session["shipping_options"]
        wanted = session.get("_delivery")
        chosen = [each for each in options if each["shipping_rate"] == wanted] or options[:1]
        cost = line_items.delivery(self.stripe, chosen[0], taxes) if chosen else None
        due = lines
        if self.trial_of(session):
            due = [line for line in lines if not self._recurs(line)]
        costs = [cost] if cost and due is lines else []
        return {
            "amount_subtotal": sum(line["amount_subtotal"] for line in due),
            "amount_total": sum(row["amount_total"] for row in (*due, *costs)),
            "automatic_tax": automatic,
            "discounts": [
                {"coupon": each["source"]["coupon"], "promotion_code": each["promotion_code"]}
                for each in discounts
            ],
            "shipping_cost": cost,
            "total_details": {
                "amount_discount": sum(line["amount_discount"] for line in lines),
                "amount_shipping": cost["amount_subtotal"] if cost else 0,
                "amount_tax": sum(row["amount_tax"] for row in (*due, *costs)),
            },
            "_lines": lines,
        }

    def _kept(self, params: CreateSession, given: Doc) -> Doc:
        """Return the parameters that a session shows, in the form that it shows them in."""
        fields: Doc = {
            "custom_fields": [pages.field_shown(each) for each in given["custom_fields"]]
            if params.custom_fields
            else [],
            "custom_text": pages.NO_TEXT | (given.get("custom_text") or {}),
            "metadata": merged({}, params.metadata),
        }
        if params.after_expiration is not None:
            recovery = given["after_expiration"].get("recovery")
            if recovery:
                recovery = {"allow_promotion_codes": False, **recovery}
                recovery |= {"expires_at": None, "url": None}
            fields["after_expiration"] = {"recovery": recovery}
        if params.automatic_tax is not None:
            enabled = params.automatic_tax.enabled
            fields["automatic_tax"] = self.stripe.tax_settings.laid_out(enabled)
        if params.consent_collection is not None:
            fields["consent_collection"] = {
                "payment_method_reuse_agreement": None,
                "promotions": None,
                "terms_of_service": None,
            } | given["consent_collection"]
        if params.mode == "payment":
            creation = params.customer_creation or "if_required"
            fields["customer_creation"] = None if params.customer else creation
            fields["invoice_creation"] = pages.invoice_creation_shown(given.get("invoice_creation"))
            fields["payment_method_collection"] = params.payment_method_collection or "if_required"
        elif params.mode == "subscription":
            fields["customer_creation"] = None if params.customer else "always"
            collection = params.payment_method_collection or "always"
            fields["payment_method_collection"] = collection
        if params.customer or params.mode == "subscription":
            fields["saved_payment_method_options"] = {
                "allow_redisplay_filters": ["always"],
                "payment_method_remove": None if self.stripe.call_version <= OLD else "disabled",
                "payment_method_save": None,
            }
        for name in ("phone_number_collection", "shipping_address_collection", "adaptive_pricing"):
            if given.get(name) is not None:
                fields[name] = given[name]
        for name in ("tax_id_collection", "branding_settings"):
            if given.get(name) is not None:
                fields[name] = given[name]
        if params.saved_payment_method_options is not None:
            fields["saved_payment_method_options"] = {
                "allow_redisplay_filters": ["always"],
                "payment_method_remove": None,
                "payment_method_save": None,
            } | given["saved_payment_method_options"]
        if params.payment_method_options:
            fields["payment_method_options"] = {
                **self.blank["payment_method_options"],
                **params.payment_method_options,
            }
        return fields

    def _reached_by(self, session: Doc) -> Doc:
        """Return how the customer gets to the page, and what it knows about them."""
        id, email = session["id"], session["customer_email"]
        details = None
        if session["customer"] is not None:
            owner = self.stripe.customers.get(session["customer"])
            email = owner["email"]
        if email is not None:
            details = {
                "address": None,
                "business_name": None,
                "email": email,
                "individual_name": None,
                "name": None,
                "phone": None,
                "tax_exempt": "none",
                "tax_ids": None,
            }
        if session["ui_mode"] == "hosted":
            url = f"/c/{self.stripe.account or 'pay'}/{id}{FRAGMENT}"
            return {"customer_details": details, "url": url}
        secret = f"{id}_secret_{self.mirror.ids.token(40)}"
        return {"client_secret": secret, "customer_details": details}

    def _offered(self, params: CreateSession, currency: str | None) -> Doc:
        """Return the kinds of payment methods on offer: those named, or a configuration's.

        Source: https://docs.stripe.com/api/checkout/sessions/create
        """
        if params.payment_method_types:
            excluded = params.excluded_payment_method_types or ()
            types = [each for each in params.payment_method_types if each not in excluded]
            return {"payment_method_types": types}
        asked = params.given() | {"on_behalf_of": params.on_behalf_of}
        return self.stripe.payment_method_configurations.offering(
            asked, "Checkout Session", currency=currency, once=params.is_paid_once
        )

    def _setup_intent(self, id: str, params: CreateSession, types: list[str]) -> str:
        data = params.setup_intent_data.given() if params.setup_intent_data else {}
        intent = self.stripe.setup_intents.draft(
            customer=params.customer,
            owner=("checkout_sessions", id),
            payment_method_types=types,
            metadata=merged({}, data.get("metadata") or {}),
            description=data.get("description"),
        )
        return str(intent["id"])
