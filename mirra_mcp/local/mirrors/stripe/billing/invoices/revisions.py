"""Revisions: an open invoice drafted anew, which voids the one before when it is finalized.

Source: https://docs.stripe.com/invoicing/invoice-edits
"""

from collections.abc import Sequence

from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.billing.invoices.drafts import InvoiceDrafts
from mirra_mcp.local.mirrors.stripe.billing.invoices.lines import Charge
from mirra_mcp.local.mirrors.stripe.billing.invoices.params import CreateInvoice
from mirra_mcp.wire.model import Doc

COPIED = (
    "account_tax_ids",
    "application_fee_amount",
    "automatic_tax",
    "collection_method",
    "currency",
    "custom_fields",
    "default_payment_method",
    "default_source",
    "default_tax_rates",
    "description",
    "discounts",
    "due_date",
    "footer",
    "issuer",
    "metadata",
    "on_behalf_of",
    "payment_settings",
    "rendering",
    "shipping_cost",
    "shipping_details",
    "statement_descriptor",
    "transfer_data",
)
"""What a revision takes over, besides the lines."""
REVISABLE = ("open", "uncollectible")


class InvoiceRevisions(InvoiceDrafts):
    """Invoices that take the place of others."""

    def to_revise(self, params: CreateInvoice) -> Doc:
        """Return the invoice that a revision is to take the place of.

        Raises:
            VendorError: it isn't there, is a subscription's, is paid or void, or another customer
                or currency is asked for.
        """
        for name in ("currency", "customer", "pending_invoice_items_behavior", "subscription"):
            if getattr(params, name) is not None:
                raise errors.invalid(
                    f"You cannot set `{name}` when you revise an invoice with `from_invoice`.", name
                )
        place = "from_invoice[invoice]"
        doc = self.named(params.from_invoice.invoice if params.from_invoice else "", place)
        if doc["subscription"]:
            raise errors.invalid(
                "You can't revise an invoice that is attached to a subscription.", place
            )
        if doc["status"] not in REVISABLE:
            raise errors.invalid(
                "You can only revise invoices that are open or uncollectible. This invoice's"
                f" status is `{doc['status']}`.",
                place,
            )
        self.stripe.test_clocks.enter(doc)
        return doc

    def revised(self, before: Doc, fields: Doc) -> Doc:
        """Draft an invoice anew, with what is said otherwise. Fires: invoice.created."""
        items, customer = self.stripe.invoice_items, self.stripe.customers.live(before["customer"])
        lines = [
            items.built(each, customer, invoice=fields["id"]) for each in self._lines_of(before)
        ]
        for item in lines:
            items.save(item, event="invoiceitem.created")
        told = {"action": "revision", "invoice": before["id"]}
        fields = self._copied(before) | fields | {"from_invoice": told}
        return self.draft(customer, [items.charge_of(each) for each in lines], **fields)

    def _copied(self, doc: Doc) -> Doc:
        """Return the fields that a revision takes over."""
        automatic = {name: doc["automatic_tax"][name] for name in ("enabled", "liability")}
        taken = {name: doc[name] for name in COPIED}
        return taken | {"automatic_tax": self.blank["automatic_tax"] | automatic}

    def _lines_of(self, doc: Doc) -> Sequence[Charge]:
        """Return what an invoice bills, to be billed again."""
        found = []
        for line in doc["lines"]["data"]:
            inherited = line["tax_rates"] == doc["default_tax_rates"]
            charge = Charge(
                line["amount"],
                line["currency"],
                line["description"],
                line["period"]["start"],
                line["period"]["end"],
                price=line["price"],
                quantity=line["quantity"],
                discountable=line["discountable"],
                discounts=line["discounts"],
                tax_rates=[] if inherited else line["tax_rates"],
                taxed=doc.get("_taxed", {}).get(line["id"], {}),
                metadata=dict(line["metadata"]),
            )
            if charge.price is None and charge.quantity:
                charge.unit = str(line["amount"] // charge.quantity)
            found.append(charge)
        return found

    def take_place(self, doc: Doc) -> None:
        """Void the invoice that a revision takes the place of, as that is finalized.

        Fires: invoice.voided.
        """
        if not doc["from_invoice"]:
            return
        before = self.get(doc["from_invoice"]["invoice"])
        if before["status"] in REVISABLE:
            self.stripe.invoices.void(before | {"latest_revision": doc["id"]})

    def outrun(self, doc: Doc) -> bool:
        """Tell whether a revision comes too late: what it revises is paid or void meanwhile."""
        before = self.peek(doc["from_invoice"]["invoice"]) if doc["from_invoice"] else None
        return before is not None and before["status"] not in REVISABLE
