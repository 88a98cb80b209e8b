"""How invoices come to be: their documents, their lines and their sums.

Source: https://docs.stripe.com/api/invoices/object and
https://docs.stripe.com/invoicing/integration/workflow-transitions
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.pricing.tiers import Part
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.billing import includes
from mirra_mcp.local.mirrors.stripe.billing.invoices.lines import Charge, described, document
from mirra_mcp.local.mirrors.stripe.billing.invoices.totals import added_up
from mirra_mcp.local.mirrors.stripe.billing.periods import DAY, HOUR, within
from mirra_mcp.wire.model import Doc

SHOWN_LINES = 10


class InvoiceDrafts(StripeResource):
    """Drafts, before anything is due."""

    entity, plural = "invoice", "invoices"
    statuses = ("draft", "open", "paid", "uncollectible", "void")
    verbs = {"voided": ("status", "void"), "finalized": ("status", "open")}
    object, prefix, path = "invoice", "in", "/v1/invoices"
    includes: ClassVar = {
        "confirmation_secret": includes.confirmation_secret,
        "payments": includes.payments,
    }
    indexes: ClassVar[tuple[str, ...]] = (
        "customer",
        "status",
        "subscription",
        "test_clock",
        "_find",
    )
    blank: ClassVar[Doc] = {
        "account_country": "US",
        "account_name": None,
        "account_tax_ids": None,
        "amount_due": 0,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_paid_off_stripe": 0,
        "amount_remaining": 0,
        "amount_shipping": 0,
        "application": None,
        "application_fee_amount": None,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": False,
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": False,
            "liability": None,
            "provider": None,
            "status": None,
        },
        "automatically_finalizes_at": None,
        "billing_reason": "manual",
        "charge": None,
        "collection_method": "charge_automatically",
        "created": None,
        "currency": "usd",
        "custom_fields": None,
        "customer": None,
        "customer_account": None,
        "customer_address": None,
        "customer_email": None,
        "customer_name": None,
        "customer_phone": None,
        "customer_shipping": None,
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discount": None,
        "discounts": [],
        "due_date": None,
        "effective_at": None,
        "ending_balance": None,
        "footer": None,
        "from_invoice": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "lines": {"object": "list", "data": [], "has_more": False, "url": ""},
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": None,
        "number": None,
        "on_behalf_of": None,
        "paid": False,
        "paid_out_of_band": False,
        "parent": None,
        "payment_intent": None,
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "period_end": None,
        "period_start": None,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "quote": None,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": 0,
        "statement_descriptor": None,
        "status": "draft",
        "status_details": None,
        "status_transitions": {
            "finalized_at": None,
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
        "subscription": None,
        "subscription_details": {"metadata": None},
        "subtotal": 0,
        "subtotal_excluding_tax": 0,
        "tax": None,
        "test_clock": None,
        "total": 0,
        "total_discount_amounts": [],
        "total_excluding_tax": 0,
        "total_pretax_credit_amounts": [],
        "total_tax_amounts": [],
        "total_taxes": [],
        "transfer_data": None,
        "webhooks_delivered_at": None,
    }

    def view(self, doc: Doc) -> Doc:
        """Show the first lines; the rest are in the list of lines."""
        shown = super().view(doc) | self.pages_of(doc)
        lines = shown["lines"]
        if len(lines["data"]) > SHOWN_LINES:
            shown["lines"] = {**lines, "data": lines["data"][:SHOWN_LINES], "has_more": True}
        return shown

    def pages_of(self, doc: Doc) -> Doc:
        """Return the addresses of a finalized invoice's pages; who knows one may look.

        Source: https://docs.stripe.com/invoicing/hosted-invoice-page
        """
        token = doc.get("_page")
        if token is None:
            return {}
        place = f"{self.mirror.url}/{{}}/{self.whose}/{doc['id']}/{token}"
        return {
            "hosted_invoice_url": f"{place.format('i')}?s=ap",
            "invoice_pdf": f"{place.format('invoice')}/pdf?s=ap",
        }

    def built(
        self, customer: Doc, charges: Sequence[Charge], *, sub: Doc | None = None, **fields: Any
    ) -> Doc:
        """Lay out an invoice with its lines and sums; nothing is written."""
        doc = self.new(**self._from_customer(customer) | self._from_subscription(sub))
        doc |= fields
        if doc["period_start"] is None:
            doc |= {"period_start": doc["created"], "period_end": doc["created"]}
        if doc["collection_method"] == "send_invoice" and doc["due_date"] is None:
            days = doc.pop("_days_until_due", None)
            doc["due_date"] = None if days is None else doc["created"] + days * DAY
        doc["lines"] = {**doc["lines"], "url": f"/v1/invoices/{doc['id']}/lines"}
        if not doc["discounts"] and "discounts" not in fields:
            doc["discounts"] = self._inherited_discounts(customer, sub)
        return self.summed(doc, [self.line(doc, each) for each in charges], customer)

    def line(self, doc: Doc, charge: Charge, id: str | None = None) -> Doc:
        """Return a new line for an invoice, or one that takes an older one's place."""
        id = id or f"il_{self.mirror.ids.token(self.id_length)}"
        if charge.taxed:
            doc["_taxed"] = {**doc.get("_taxed", {}), id: charge.taxed}
        return document(self.stripe, doc["id"], charge, id)

    def summed(self, doc: Doc, lines: list[Doc], customer: Doc | None = None) -> Doc:
        """Return an invoice with other lines, summed up again."""
        customer = customer or self.stripe.customers.get(doc["customer"])
        at = doc["created"]
        temporary = doc.get("_discounts") or []
        running = [*self.stripe.discounts.running(doc["discounts"], at), *temporary]
        first = next(iter(running), None)
        doc = doc | {"discount": self.stripe.discounts.view(first) if first else None}
        balance = customer["balance"] if doc["status"] == "draft" else doc["starting_balance"]
        return added_up(self.stripe, doc, lines, running, balance)

    def draft(
        self,
        customer: Doc,
        charges: Sequence[Charge],
        *,
        sub: Doc | None = None,
        pending: Sequence[Doc] = (),
        finalizes: bool = True,
        **fields: Any,
    ) -> Doc:
        """Write a draft with pending invoice items and other charges on it.

        It advances by itself an hour later when `auto_advance` is set.

        Fires: invoice.created.
        Source: https://docs.stripe.com/invoicing/integration/automatic-advancement-collection
        """
        taken = [self.stripe.invoice_items.charge_of(item) for item in pending]
        doc = self.built(customer, [*taken, *charges], sub=sub, **fields)
        if doc["auto_advance"] and finalizes:
            doc["automatically_finalizes_at"] = doc["automatically_finalizes_at"] or (
                self.at + HOUR
            )
        doc["webhooks_delivered_at"] = self.at
        for item in pending:
            self.stripe.invoice_items.put_on(item, doc["id"])
        doc = self.save(doc, event="invoice.created")
        self.plan_advance(doc)
        return doc

    def plan_advance(self, doc: Doc) -> None:
        """Let a draft be finalized when its time comes."""
        self.mirror.cancel_timers("invoices.advance", id=doc["id"])
        at = doc["automatically_finalizes_at"]
        if doc["status"] == "draft" and doc["auto_advance"] and at is not None:
            self.mirror.after(within(at - self.at), "invoices.advance", id=doc["id"])

    def one_time(
        self, given: Doc, currency: str, param: str, *, known: Doc | None = None
    ) -> Charge:
        """Read a line, or invoice item, that a caller gave: an amount, or a price and a quantity.

        `known` is the price that it has already, which may be inactive.

        Raises:
            VendorError: neither, or a price that isn't there or isn't one-time.
        """
        prices, quantity = self.stripe.prices, given.get("quantity")
        price_id = given.get("price") or (given.get("pricing") or {}).get("price")
        price = prices.usable(price_id, f"{param}[price]") if price_id else known
        if given.get("price_data"):
            price = prices.inline(given["price_data"], param=f"{param}[price_data]", recurring=None)
        unit = given.get("unit_amount_decimal") or given.get("unit_amount")
        amount = given.get("amount")
        count = 1 if quantity is None else quantity
        text = given.get("description")
        if price is not None:
            amount = prices.total(price, count, currency)
            part = Part(count, amount, price.get("unit_amount_decimal"))
            text = text or described(self.stripe, price, part, currency).split(" (at ")[0][4:]
            unit = price.get("unit_amount_decimal")
        elif unit is not None:
            amount = int(float(unit) * count + 0.5)
        if amount is None:
            raise errors.invalid(
                "One of the following params should be provided for this request: amount, price,"
                " price_data or unit_amount_decimal."
            )
        span = given.get("period") or {}
        rates = [
            self.stripe.tax_rates.view(self.stripe.tax_rates.usable(id, f"{param}[tax_rates]"))
            for id in given.get("tax_rates") or []
        ]
        discountable = given.get("discountable")
        return Charge(
            amount,
            currency,
            text,
            span.get("start", self.at),
            span.get("end", self.at),
            price=price,
            quantity=count,
            unit=None if unit is None and count != 1 else str(unit if unit is not None else amount),
            discountable=amount >= 0 if discountable is None else discountable,
            tax_rates=rates,
            taxed={name: given[name] for name in ("tax_behavior", "tax_code") if given.get(name)},
            metadata=dict(given.get("metadata") or {}),
        )

    def _from_customer(self, customer: Doc) -> Doc:
        tax_ids = self.stripe.nouns.get("tax_ids")
        found = tax_ids.find(customer=customer["id"]) if tax_ids else []
        fields = ("address", "email", "name", "phone", "shipping", "tax_exempt")
        return {
            "customer": customer["id"],
            **{f"customer_{name}": customer.get(name) for name in fields},
            "customer_tax_ids": [
                {"type": each["type"], "value": each["value"]}
                for each in (*customer.get("_tax_ids", ()), *reversed(found))
            ],
            "currency": customer["currency"] or "usd",
            "test_clock": customer.get("test_clock"),
        }

    def _from_subscription(self, sub: Doc | None) -> Doc:
        if sub is None:
            return {}
        metadata = dict(sub["metadata"])
        return {
            "currency": sub["currency"],
            "subscription": sub["id"],
            "subscription_details": {"metadata": metadata},
            "parent": {
                "quote_details": None,
                "subscription_details": {"metadata": metadata, "subscription": sub["id"]},
                "type": "subscription_details",
            },
            "collection_method": sub["collection_method"],
            "default_payment_method": None,
            "default_tax_rates": sub["default_tax_rates"],
            "description": sub["description"],
            "_days_until_due": sub["days_until_due"],
            "auto_advance": True,
        }

    def _inherited_discounts(self, customer: Doc, sub: Doc | None) -> list[str]:
        if sub is not None and (sub["discounts"] or sub.get("_bare")):
            return list(sub["discounts"])
        own = customer.get("_discount")
        return [own] if own else []
