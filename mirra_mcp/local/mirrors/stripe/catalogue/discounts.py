"""Discounts: coupons at work on customers, subscriptions, invoices and sessions.

Source: https://docs.stripe.com/billing/subscriptions/coupons
"""

import calendar
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import ClassVar

from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.pricing.discountable import Discountable
from mirra_mcp.local.mirrors.stripe.api.pricing.tiers import cents
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc


def months_after(at: int, months: int) -> int:
    """Return the instant some months later, on the last day where a month is too short."""
    start = datetime.fromtimestamp(at, UTC)
    year, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + year, month + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    return calendar.timegm(start.replace(year=year, month=month, day=day).utctimetuple())


class Discounts(StripeResource):
    """Every discount that was ever given: invoices still name those that have ended."""

    entity, plural = "discount", "discounts"
    object, prefix = "discount", "di"
    blank: ClassVar[Doc] = {
        "checkout_session": None,
        "coupon": None,
        "customer": None,
        "customer_account": None,
        "end": None,
        "invoice": None,
        "invoice_item": None,
        "promotion_code": None,
        "source": None,
        "start": None,
        "subscription": None,
        "subscription_item": None,
    }

    def view(self, doc: Doc) -> Doc:
        """Show a discount with its coupon as it is now; one that was removed says so."""
        coupon = self.stripe.coupons.peek(doc["source"]["coupon"])
        shown = super().view(doc)
        if coupon is not None:
            shown["coupon"] = self.stripe.coupons.view(coupon)
        return shown | ({"deleted": True} if doc.get("_removed") else {})

    def check(
        self,
        given: Sequence[Doc],
        *,
        customer: str | None,
        currency: str | None,
        amount: int | None = None,
        param: str = "discounts",
    ) -> None:
        """Refuse coupons and promotion codes that can't be redeemed; nothing is written.

        `given` is what a `discounts` parameter says: `{"coupon"|"promotion_code"|"discount": id}`.

        Raises:
            VendorError: one is unknown, expired, used up, or not for this customer or order.
        """
        for number, each in enumerate(given):
            where = f"{param}[{number}]" if param == "discounts" else ""
            if each.get("discount"):
                self.named(each["discount"], f"{where}[discount]" if where else param)
                continue
            coupon = self._coupon(each, where, param, customer, currency, amount)
            if coupon["amount_off"] is not None and currency is not None:
                known = {coupon["currency"], *coupon.get("_currency_options", {})}
                if currency not in known:
                    raise errors.invalid(
                        f"The coupon '{coupon['id']}' is in {coupon['currency']} and cannot be"
                        f" applied to an order in {currency}.",
                        f"{where}[coupon]" if where else param,
                    )

    def redeem(
        self,
        given: Sequence[Doc],
        *,
        customer: str | None,
        currency: str | None,
        amount: int | None = None,
        param: str = "discounts",
        subscription: str | None = None,
        subscription_item: str | None = None,
        invoice: str | None = None,
        invoice_item: str | None = None,
        checkout_session: str | None = None,
        replaced: str | None = None,
    ) -> list[Doc]:
        """Turn coupons and promotion codes into discounts; each counts as a redemption.

        `replaced` is the discount that makes way, silently.

        Fires: customer.discount.created, for a customer's or subscription's, or
        customer.discount.updated where one is replaced.

        Raises:
            VendorError: one can't be redeemed (see `check`).
        """
        self.check(given, customer=customer, currency=currency, amount=amount, param=param)
        made = []
        for each, discount in zip(given, self.drafts(given), strict=True):
            if each.get("discount"):
                made.append(discount)
                continue
            self.stripe.coupons.count_redemption(discount["source"]["coupon"])
            if discount["promotion_code"]:
                self.stripe.promotion_codes.count_redemption(discount["promotion_code"])
            discount |= {
                "checkout_session": checkout_session,
                "customer": customer,
                "invoice": invoice,
                "invoice_item": invoice_item,
                "subscription": subscription,
                "subscription_item": subscription_item,
            }
            elsewhere = invoice or invoice_item or checkout_session
            event = "customer.discount.created" if customer and not elsewhere else None
            if replaced is None:
                made.append(self.save(discount, event=event))
                continue
            made.append(self.save(discount))
            self._tell_switch(self.get(replaced), discount)
        return made

    def _tell_switch(self, old: Doc, new: Doc) -> None:
        """Let one discount make way for another. Fires: customer.discount.updated."""
        before, after = self.view(old), self.view(new)
        self.save(old | {"_removed": True})
        previous = {name: before[name] for name in before if before[name] != after[name]}
        data = {"object": after, "previous_attributes": previous}
        self.mirror.emit("customer.discount.updated", data)

    def drafts(self, given: Sequence[Doc]) -> list[Doc]:
        """Lay out the discounts of checked coupons and codes, to count with; nothing is written."""
        found = []
        for each in given:
            if each.get("discount"):
                found.append(self.get(each["discount"]))
                continue
            code = None
            if each.get("promotion_code"):
                code = self.stripe.promotion_codes.get(each["promotion_code"])
            coupon = self.stripe.coupons.get(code["_coupon"] if code else each["coupon"])
            months = coupon["duration_in_months"]
            found.append(
                self.new(
                    coupon=self.stripe.coupons.view(coupon),
                    end=months_after(self.at, months) if months else None,
                    promotion_code=code["id"] if code else None,
                    source={"coupon": coupon["id"], "type": "coupon"},
                    start=self.at,
                    _applies_to=coupon.get("_applies_to"),
                    _currency_options=coupon.get("_currency_options", {}),
                )
            )
        return found

    def running(self, ids: Sequence[str], at: int) -> list[Doc]:
        """Return those of some discounts that still hold at an instant."""
        found = [self.get(id) for id in ids]
        return [
            each
            for each in found
            if not each.get("_removed")
            and not each.get("_spent")
            and (each["end"] is None or at < each["end"])
        ]

    def spend(self, ids: Sequence[str]) -> list[str]:
        """Note that an invoice took some discounts: those of `once` end here.

        Returns:
            The ids that stay.
        """
        stay = []
        for id in ids:
            discount = self.get(id)
            if discount["coupon"]["duration"] == "once":
                self.save(discount | {"_spent": True})
            else:
                stay.append(id)
        return stay

    def remove(self, id: str) -> Doc:
        """Take a discount away. Fires: customer.discount.deleted.

        Returns:
            The stub of a deleted discount.
        """
        discount = self.get(id)
        self.mirror.emit("customer.discount.deleted", {"object": self.view(discount)})
        return self.view(self.save(discount | {"_removed": True}))

    def split(
        self, discounts: Sequence[Doc], lines: Sequence[Discountable], currency: str
    ) -> list[list[Doc]]:
        """Return what each line gets off, discount by discount: `{"amount", "discount"}`.

        Discounts apply in order, each to what the ones before have left. An amount is shared
        among the lines in proportion, its last cents going to the last of them.

        Source: https://docs.stripe.com/billing/subscriptions/coupons#stacking
        """
        left = [max(line.amount, 0) if line.discountable else 0 for line in lines]
        taken: list[list[Doc]] = [[] for _ in lines]
        for discount in discounts:
            only = (discount.get("_applies_to") or {}).get("products")
            chosen = [
                number
                for number, line in enumerate(lines)
                if line.discountable and (only is None or line.product in only)
            ]
            shares = self._shares(discount, [left[number] for number in chosen], currency)
            for number, share in zip(chosen, shares, strict=True):
                left[number] -= share
                taken[number].append({"amount": share, "discount": discount["id"]})
        return taken

    def _shares(self, discount: Doc, amounts: list[int], currency: str) -> list[int]:
        coupon = discount["coupon"]
        if coupon["percent_off"] is not None:
            rate = Decimal(str(coupon["percent_off"])) / 100
            return [cents(amount * rate) for amount in amounts]
        off = coupon["amount_off"]
        if currency != coupon["currency"]:
            option = discount.get("_currency_options", {}).get(currency)
            off = option["amount_off"] if option else 0
        whole = sum(amounts)
        off = min(off, whole)
        shares = [amount * off // whole if whole else 0 for amount in amounts]
        missing = off - sum(shares)
        for number in reversed(range(len(shares))):
            more = min(missing, amounts[number] - shares[number])
            shares[number] += more
            missing -= more
        return shares

    def _coupon(
        self,
        given: Doc,
        where: str,
        param: str,
        customer: str | None,
        currency: str | None,
        amount: int | None,
    ) -> Doc:
        if given.get("promotion_code"):
            name = f"{where}[promotion_code]" if where else param
            code = self.stripe.promotion_codes.named(given["promotion_code"], name)
            problem = self.stripe.promotion_codes.refusal(
                code, name, customer=customer, currency=currency, amount=amount
            )
            if problem is not None:
                raise problem
            id = code["_coupon"]
        elif given.get("coupon"):
            name = f"{where}[coupon]" if where else param
            id = given["coupon"]
        else:
            raise errors.invalid(
                f"You must specify one of `coupon`, `discount` or `promotion_code` in `{param}`.",
                where or param,
            )
        coupon = self.stripe.coupons.named(id, name)
        if (problem := self.stripe.coupons.refusal(coupon, name)) is not None:
            raise problem
        return coupon
