"""Invoice items: what waits to be billed, prorations among it.

Source: https://docs.stripe.com/api/invoiceitems
"""

from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import Field

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.conditions import Conditional, exclusive
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Currency,
    ListParams,
    Metadata,
    StripeParams,
)
from mirra_mcp.local.mirrors.stripe.api.forms.price_data import InlinePrice
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.billing.invoices.lines import Charge
from mirra_mcp.local.mirrors.stripe.billing.params import Discounts, Period, Pricing, TaxRates
from mirra_mcp.wire.model import Doc


class EditItem(StripeParams, Conditional):
    """What creates and updates have in common."""

    conditions = (
        exclusive("amount", "price_data", "pricing", "price", "unit_amount", "unit_amount_decimal"),
        exclusive("quantity", "quantity_decimal"),
    )

    amount: int | None = None
    description: str | None = None
    discountable: bool | None = None
    discounts: Discounts | None = None
    metadata: Metadata = {}
    period: Period | None = None
    price: str | None = None
    price_data: InlinePrice | None = None
    pricing: Pricing | None = None
    quantity: Annotated[int, Field(ge=0)] | None = None
    quantity_decimal: Decimal | None = None
    tax_behavior: str | None = None
    tax_code: str | None = None
    tax_rates: TaxRates | None = None
    unit_amount: int | None = None
    unit_amount_decimal: str | None = None


class CreateItem(EditItem):
    """What a new item takes."""

    customer: str
    currency: Currency | None = None
    invoice: str | None = None
    subscription: str | None = None


class ListItems(ListParams):
    """Filters of the list."""

    customer: str | None = None
    invoice: str | None = None
    pending: bool | None = None


class InvoiceItems(StripeResource):
    """Items of a customer; an item is pending until an invoice takes it."""

    entity, plural = "invoice_item", "invoice_items"
    object, prefix, path = "invoiceitem", "ii", "/v1/invoiceitems"
    title = "invoiceitem"
    indexes = ("customer", "invoice", "subscription", "test_clock")
    blank: ClassVar[Doc] = {
        "amount": 0,
        "currency": "usd",
        "customer": None,
        "customer_account": None,
        "date": None,
        "description": None,
        "discountable": True,
        "discounts": [],
        "frozen_fields": None,
        "invoice": None,
        "invoicing_rules": None,
        "livemode": False,
        "metadata": {},
        "net_amount": 0,
        "parent": None,
        "period": None,
        "plan": None,
        "price": None,
        "pricing": None,
        "proration": False,
        "proration_details": None,
        "quantity": 1,
        "quantity_decimal": "1",
        "subscription": None,
        "tax_rates": [],
        "test_clock": None,
        "unit_amount": None,
        "unit_amount_decimal": None,
    }

    def pending(
        self, customer: str, currency: str, *, subscription: str | None, also_free: bool = True
    ) -> list[Doc]:
        """List what the next invoice takes, newest first: a subscription's own, and nobody's."""
        found = self.find(customer=customer, invoice=None, newest_first=False)
        found.sort(key=lambda item: -item["date"])
        wanted = {subscription, None} if also_free else {subscription}
        return [
            item
            for item in found
            if item["currency"] == currency and item["subscription"] in wanted
        ]

    def add(self, charge: Charge, customer: Doc, *, invoice: str | None = None, **more: Any) -> Doc:
        """Let a charge wait for an invoice. Fires: invoiceitem.created."""
        return self.save(
            self.built(charge, customer, invoice=invoice, **more), event="invoiceitem.created"
        )

    def built(
        self, charge: Charge, customer: Doc, *, invoice: str | None = None, **more: Any
    ) -> Doc:
        """Lay out an item; nothing is written."""
        parent: Doc | None = None
        if charge.subscription:
            details = {"subscription": charge.subscription}
            if charge.item:
                details["subscription_item"] = charge.item
            parent = {"subscription_details": details, "type": "subscription_details"}
        price, unit = charge.price, charge.unit
        if unit is None and price is not None:
            unit = price.get("unit_amount_decimal")
        doc = self.new(
            amount=charge.amount,
            currency=charge.currency,
            customer=customer["id"],
            date=self.at,
            description=charge.description,
            discountable=charge.discountable,
            discounts=charge.discounts,
            invoice=invoice,
            metadata=charge.metadata,
            net_amount=charge.amount - sum(each["amount"] for each in charge.taken),
            parent=parent,
            period={"end": charge.end, "start": charge.start},
            plan=self.stripe.prices.plan_of(price) if price and price.get("recurring") else None,
            price=self.stripe.prices.view(price) if price else None,
            proration=charge.proration,
            proration_details={"credited_items": charge.credited, "discount_amounts": charge.taken}
            if charge.proration
            else None,
            quantity=charge.quantity,
            quantity_decimal=str(charge.quantity),
            subscription=charge.subscription,
            tax_rates=charge.tax_rates,
            test_clock=customer.get("test_clock"),
            unit_amount=int(unit) if unit is not None and str(unit).isdigit() else None,
            unit_amount_decimal=unit,
            **more,
        )
        if charge.item:
            doc["subscription_item"] = charge.item
        if charge.taxed:
            doc["_taxed"] = charge.taxed
        if price is not None:
            doc["pricing"] = {
                "price_details": {"price": price["id"], "product": price["product"]},
                "type": "price_details",
                "unit_amount_decimal": unit,
            }
        return doc

    def charge_of(self, item: Doc) -> Charge:
        """Return an item as a line's charge."""
        details = item["proration_details"] or {}
        return Charge(
            item["amount"],
            item["currency"],
            item["description"],
            item["period"]["start"],
            item["period"]["end"],
            price=item["price"],
            quantity=item["quantity"],
            unit=item["unit_amount_decimal"],
            subscription=item["subscription"],
            item=item.get("subscription_item"),
            invoice_item=item["id"],
            proration=item["proration"],
            credited=details.get("credited_items"),
            taken=details.get("discount_amounts", []),
            discountable=item["discountable"],
            discounts=item["discounts"],
            tax_rates=item["tax_rates"],
            taxed=item.get("_taxed", {}),
            metadata=dict(item["metadata"]),
        )

    def put_on(self, item: Doc, invoice: str | None) -> None:
        """Let an invoice take an item, or give it back."""
        self.save(item | {"invoice": invoice})

    def owner_of(self, item: Doc) -> Doc | None:
        """Return the draft that an item is on; None while it is pending.

        Raises:
            VendorError: the invoice is no draft any more.
        """
        if item["invoice"] is None:
            return None
        invoice = self.stripe.invoices.get(item["invoice"])
        if invoice["status"] != "draft":
            raise errors.invalid(
                "This invoice item is attached to an invoice that is no longer editable.",
                code="invoice_not_editable",
            )
        return invoice

    @route("POST /v1/invoiceitems")
    def create(self, params: CreateItem) -> Doc:
        """Bill something once. Fires: invoiceitem.created, invoice.updated if it is on a draft."""
        stripe, given = self.stripe, params.given()
        customer = stripe.customers.live(params.customer)
        stripe.test_clocks.enter(customer)
        invoice = stripe.invoices.named(params.invoice, "invoice") if params.invoice else None
        sub = None
        if params.subscription:
            sub = stripe.subscriptions.named(params.subscription, "subscription")
        if invoice is not None and invoice["status"] != "draft":
            raise errors.invalid(
                "This invoice is no longer editable", "invoice", "invoice_not_editable"
            )
        price_id = given.get("price") or (given.get("pricing") or {}).get("price")
        priced = stripe.prices.usable(price_id, "price", recurring=False) if price_id else None
        currency = params.currency or (given.get("price_data") or {}).get("currency")
        currency = currency or (invoice or sub or priced or {}).get("currency")
        currency = currency or customer["currency"]
        if currency is None:
            raise errors.invalid(
                "Missing required param: currency.", "currency", "parameter_missing"
            )
        if (invoice or {}).get("currency", currency) != currency:
            raise errors.invalid(
                f"The currency of the invoice item ({currency}) must match the currency of the"
                f" invoice ({invoice and invoice['currency']}).",
                "currency",
            )
        stripe.customers.take_currency(customer["id"], currency)
        charge = stripe.invoices.one_time(given, currency, "price")
        charge.subscription = params.subscription
        doc = self.built(charge, customer, invoice=params.invoice)
        if given.get("discounts"):
            redeemed = stripe.discounts.redeem(
                given["discounts"],
                customer=customer["id"],
                currency=currency,
                invoice_item=doc["id"],
            )
            doc["discounts"] = [each["id"] for each in redeemed]
        self.save(doc, event="invoiceitem.created")
        if invoice is not None:
            stripe.invoices.append(invoice, [self.charge_of(doc)])
        return self.view(doc)

    @route("GET /v1/invoiceitems/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one item."""
        return self.view(self.get(id))

    @route("POST /v1/invoiceitems/{id}")
    def update(self, id: str, params: EditItem) -> Doc:
        """Change an item that isn't billed yet. Fires: invoice.updated if it is on a draft."""
        doc, given = self.get(id), params.given()
        invoice = self.owner_of(doc)
        self.stripe.test_clocks.enter(doc)
        priced = {"amount", "price", "price_data", "pricing", "quantity"} & set(given)
        priced |= {"unit_amount", "unit_amount_decimal"} & set(given)
        if priced:
            base: Doc = {"quantity": doc["quantity"], "period": doc["period"]}
            known = None
            if priced == {"quantity"} and doc["price"]:
                known = self.stripe.prices.get(doc["price"]["id"])
            elif priced == {"quantity"}:
                base["unit_amount_decimal"] = doc["unit_amount_decimal"]
            base |= {"metadata": doc["metadata"], "description": doc["description"]}
            charge = self.stripe.invoices.one_time(
                base | given, doc["currency"], "price", known=known
            )
            customer = self.stripe.customers.get(doc["customer"])
            fresh = self.built(charge, customer, invoice=doc["invoice"], id=id)
            kept = (
                "date",
                "discounts",
                "subscription",
                "metadata",
                "parent",
                "tax_rates",
                "_taxed",
            )
            doc = fresh | {name: doc[name] for name in kept if name in doc}
        if "tax_rates" in given:
            doc["tax_rates"] = [
                self.stripe.tax_rates.view(self.stripe.tax_rates.usable(each, "tax_rates"))
                for each in given["tax_rates"] or ()
            ]
        if "discounts" in given:
            redeemed = self.stripe.discounts.redeem(
                given["discounts"] or [],
                customer=doc["customer"],
                currency=doc["currency"],
                invoice_item=id,
            )
            doc["discounts"] = [each["id"] for each in redeemed]
        taxed = {name: given[name] for name in ("tax_behavior", "tax_code") if given.get(name)}
        if taxed or doc.get("_taxed"):
            doc["_taxed"] = doc.get("_taxed", {}) | taxed
        plain = ("description", "discountable", "metadata", "period")
        doc = self.patched(doc, {name: given[name] for name in plain if name in given})
        self.save(doc)
        if invoice is not None:
            self.stripe.invoices.replace_item(invoice, id, self.charge_of(doc))
        return self.view(doc)

    @route("DELETE /v1/invoiceitems/{id}")
    def delete(self, id: str) -> Doc:
        """Take an item back before it is billed. Fires: invoiceitem.deleted."""
        doc = self.get(id)
        invoice = self.owner_of(doc)
        self.drop(doc, event="invoiceitem.deleted")
        if invoice is not None:
            self.stripe.invoices.replace_item(invoice, id, None)
        return self.deleted(doc)

    @route("GET /v1/invoiceitems")
    def index(self, params: ListItems) -> Doc:
        """List items."""
        where: dict[str, Any] = {}
        if params.customer:
            where["customer"] = params.customer
        if params.invoice:
            where["invoice"] = params.invoice
        if params.pending and not params.invoice:
            where["invoice"] = None
        keep = (lambda doc: doc["invoice"] is not None) if params.pending is False else None
        return self.listed(params, keep=keep, **where)
