"""What a customer may change of an order before paying for it.

Source: https://docs.stripe.com/payments/checkout/adjustable-quantity and
https://docs.stripe.com/payments/during-payment/charge-shipping
"""

from collections.abc import Mapping
from datetime import timedelta

from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.checkout.hosted.forms import address_of
from mirra_mcp.local.mirrors.stripe.checkout.sessions.resource import LIFE, CheckoutSessions
from mirra_mcp.wire.model import Doc

ANEW = (
    "after_expiration", "customer_details", "invoice", "payment_intent", "payment_status",
    "setup_intent", "status", "subscription", "url",
)  # fmt: skip
"""What a session's copy has of its own."""

DETAILS = (
    "address", "business_name", "email", "individual_name", "name", "phone", "tax_exempt",
    "tax_ids",
)  # fmt: skip


class OpenOrders(CheckoutSessions):
    """Sessions whose quantities, amounts, delivery and code the customer chooses."""

    def reckoned(self, session: Doc) -> Doc:
        """Save a session with its sums made anew."""
        if session["mode"] == "setup":
            return session
        return self.save(session | self.totals(session, self._trial_discounts(session)))

    def with_amounts(self, session: Doc, form: Mapping[str, str]) -> Doc:
        """Take over the quantities and amounts that a form holds; others stay.

        Raises:
            VendorError: one is no number, or out of its bounds.
        """
        lines = [self._with_amount(line, form) for line in session.get("_lines", [])]
        return session if lines == session.get("_lines", []) else session | {"_lines": lines}

    def with_place(self, session: Doc, form: Mapping[str, str]) -> Doc:
        """Take over where the customer is, if Stripe Tax asks for it.

        Source: https://docs.stripe.com/tax/checkout
        """
        if not session["automatic_tax"]["enabled"]:
            return session
        details = dict.fromkeys(DETAILS) | (session["customer_details"] or {})
        address = address_of("billing", form)
        if any(address.values()):
            details |= {"address": address, "tax_exempt": details["tax_exempt"] or "none"}
            session = session | {"customer_details": details}
        if session["shipping_address_collection"] is not None and form.get("shipping_country"):
            name = form.get("shipping_name")
            sent = {"address": address_of("shipping", form), "name": name}
            session = session | {"shipping_details": sent}
        return session

    def with_delivery(self, session: Doc, rate: str) -> Doc:
        """Choose one of the ways to have an order delivered.

        Raises:
            VendorError: it isn't offered.
        """
        if rate not in [each["shipping_rate"] for each in session["shipping_options"]]:
            raise errors.invalid("Choose one of the shipping methods.", "shipping")
        return session | {"_delivery": rate}

    def without_code(self, session: Doc) -> Doc:
        """Take a typed promotion code away again."""
        return session | {"_data": {**session["_data"], "discounts": []}}

    def recovered(self, session: Doc) -> Doc:
        """Open an expired session's copy, for who follows its recovery link.

        Source: https://docs.stripe.com/payments/checkout/abandoned-carts
        """
        recovery = session["after_expiration"]["recovery"]
        id, expires = self.new_id(), self.at + LIFE
        anew: Doc = {name: self.blank[name] for name in ANEW} | {
            "created": self.at,
            "expires_at": expires,
            "id": id,
            "recovered_from": session["id"],
            "_pending": None,
        }
        if recovery["allow_promotion_codes"] and not session["_data"].get("discounts"):
            anew["allow_promotion_codes"] = True
        copy = session | anew
        copy |= self._reached_by(copy)
        self.mirror.after(timedelta(seconds=LIFE), "checkout_sessions.lapse", id=id)
        return self.save(copy)

    def _with_amount(self, line: Doc, form: Mapping[str, str]) -> Doc:
        id, price = line["id"], self.stripe.prices.get(line["price"])
        changed = dict(line)
        bounds = line["adjustable_quantity"] or {}
        if bounds.get("enabled") and (said := form.get(f"quantity_{id}")) is not None:
            least, most = bounds.get("minimum") or 0, bounds.get("maximum") or 99
            if not said.strip().isdecimal() or not least <= int(said) <= most:
                raise errors.invalid(
                    f"The quantity must be from {least} to {most}.", f"quantity_{id}"
                )
            changed["quantity"] = int(said)
        quantity = changed["quantity"] or 0
        custom = self.stripe.prices.in_currency(price, line["currency"])["custom_unit_amount"]
        if custom is not None:
            unit = line.get("_unit") or custom["preset"] or custom["minimum"] or 0
            if said := form.get(f"amount_{id}"):
                unit = changed["_unit"] = _minor(said, line["currency"], f"amount_{id}", custom)
            changed["amount_subtotal"] = unit * quantity
        elif quantity != line["quantity"]:
            changed["amount_subtotal"] = self.stripe.prices.total(price, quantity, line["currency"])
        return changed


def _minor(said: str, currency: str, param: str, bounds: Doc) -> int:
    """Return a typed amount in the currency's smallest unit."""
    try:
        amount = int(0.5 + float(said.replace(",", "")) * 10 ** money.decimals(currency))
    except (ValueError, OverflowError):
        raise errors.invalid("Enter an amount.", param) from None
    least, most = bounds["minimum"] or 0, bounds["maximum"] or money.MAXIMUM
    if not least <= amount <= most:
        raise errors.invalid(
            f"The amount must be from {money.show(least, currency)} to"
            f" {money.show(most, currency)}.",
            param,
        )
    return amount
