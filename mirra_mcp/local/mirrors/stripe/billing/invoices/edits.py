"""Lines of drafts: listed, added, changed and taken away.

Source: https://docs.stripe.com/api/invoice-line-item
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams, merged
from mirra_mcp.local.mirrors.stripe.billing.invoices.collection import InvoiceCollection
from mirra_mcp.local.mirrors.stripe.billing.invoices.lines import Charge
from mirra_mcp.local.mirrors.stripe.billing.invoices.params import AddLines, ChangeLines, UpdateLine
from mirra_mcp.wire.model import Doc

PRICED = {"amount", "price", "price_data", "pricing", "quantity", "quantity_decimal"}

TAXED = ("tax_behavior", "tax_code")
"""What a line says for Stripe Tax."""


def paged(lines: Sequence[Doc], params: ListParams, url: str) -> Doc:
    """Return a page of an array that is kept inside a document.

    Raises:
        VendorError: a cursor names none of them.
    """
    ids = [line["id"] for line in lines]
    cursor = params.starting_after or params.ending_before
    if cursor is not None and cursor not in ids:
        name = "starting_after" if params.starting_after else "ending_before"
        raise errors.missing("line item", cursor, name, status=400)
    if params.ending_before:
        before = list(lines[: ids.index(params.ending_before)])
        page, more = before[-params.limit :], len(before) > params.limit
    else:
        start = ids.index(params.starting_after) + 1 if params.starting_after else 0
        page = list(lines[start : start + params.limit])
        more = len(lines) > start + params.limit
    return {"object": "list", "data": page, "has_more": more, "url": url}


class InvoiceEdits(InvoiceCollection):
    """Drafts and their lines."""

    def append(self, doc: Doc, charges: Sequence[Charge], metadata: Doc | None = None) -> Doc:
        """Put more lines on a draft. Fires: invoice.updated."""
        lines = [*doc["lines"]["data"], *(self.line(doc, each) for each in charges)]
        if metadata is not None:
            doc = doc | {"metadata": merged(doc["metadata"], metadata)}
        return self.save(self.summed(doc, lines), event="invoice.updated")

    def replace_item(self, doc: Doc, item: str, charge: Charge | None) -> Doc:
        """Change the line of an invoice item, or take it away. Fires: invoice.updated."""
        lines = []
        for line in doc["lines"]["data"]:
            if line["invoice_item"] != item:
                lines.append(line)
            elif charge is not None:
                lines.append(self.line(doc, charge, line["id"]))
        return self.save(self.summed(doc, lines), event="invoice.updated")

    @route("GET /v1/invoices/{id}/lines")
    def lines(self, id: str, params: ListParams) -> Doc:
        """List all lines of an invoice."""
        return paged(self.get(id)["lines"]["data"], params, f"/v1/invoices/{id}/lines")

    @route("POST /v1/invoices/{id}/add_lines")
    def add_lines(self, id: str, params: AddLines) -> Doc:
        """Put lines on a draft: new ones, or pending invoice items. Fires: invoice.updated."""
        doc = self._editable(id)
        customer = self.stripe.customers.get(doc["customer"])
        charges = []
        for number, each in enumerate(params.given()["lines"]):
            if each.get("invoice_item"):
                item = self.stripe.invoice_items.named(
                    each["invoice_item"], f"lines[{number}][invoice_item]"
                )
                if item["invoice"] not in (None, id):
                    raise errors.invalid(
                        "The invoice item is already attached to another invoice.",
                        f"lines[{number}][invoice_item]",
                    )
                self.stripe.invoice_items.put_on(item, id)
            else:
                charge = self.one_time(each, doc["currency"], f"lines[{number}]")
                item = self.stripe.invoice_items.built(charge, customer, invoice=id)
                if each.get("discounts"):
                    redeemed = self.stripe.discounts.redeem(
                        each["discounts"],
                        customer=doc["customer"],
                        currency=doc["currency"],
                        invoice_item=item["id"],
                    )
                    item["discounts"] = [one["id"] for one in redeemed]
                self.stripe.invoice_items.save(item, event="invoiceitem.created")
            charges.append(self.stripe.invoice_items.charge_of(item))
        given = params.given().get("invoice_metadata")
        return self.view(self.append(doc, charges, given))

    @route("POST /v1/invoices/{id}/update_lines")
    def update_lines(self, id: str, params: ChangeLines) -> Doc:
        """Change lines of a draft. Fires: invoice.updated."""
        doc = self._editable(id)
        changes = {each["id"]: each for each in params.given()["lines"]}
        for line in changes:
            self._line(doc, line)
        return self.view(
            self._edited(doc, lambda line: self._changed(line, changes.get(line["id"]), doc))
        )

    @route("POST /v1/invoices/{id}/remove_lines")
    def remove_lines(self, id: str, params: ChangeLines) -> Doc:
        """Take lines off a draft: deleted, or pending again. Fires: invoice.updated."""
        doc = self._editable(id)
        going = {each["id"]: each.get("behavior", "delete") for each in params.given()["lines"]}
        for line_id, behavior in going.items():
            line = self._line(doc, line_id)
            item = line["invoice_item"] and self.stripe.invoice_items.peek(line["invoice_item"])
            if item and behavior == "unassign":
                self.stripe.invoice_items.put_on(item, None)
            elif item:
                self.stripe.invoice_items.drop(item, event="invoiceitem.deleted")
        return self.view(self._edited(doc, lambda line: None if line["id"] in going else line))

    @route("POST /v1/invoices/{id}/lines/{line}")
    def update_line(self, id: str, line: str, params: UpdateLine) -> Doc:
        """Change one line of a draft. Fires: invoice.updated."""
        doc = self._editable(id)
        self._line(doc, line)
        given = params.given()
        doc = self._edited(
            doc, lambda each: self._changed(each, given, doc) if each["id"] == line else each
        )
        return self._line(doc, line)

    def _edited(self, doc: Doc, change: Callable[[Doc], Doc | None]) -> Doc:
        lines = [after for line in doc["lines"]["data"] if (after := change(line)) is not None]
        return self.save(self.summed(doc, lines), event="invoice.updated")

    def _changed(self, line: Doc, given: Doc | None, doc: Doc) -> Doc:
        if given is None:
            return line
        line = dict(line)
        if PRICED & set(given):
            base = {"quantity": line["quantity"], "description": line["description"]}
            known = None
            if "amount" not in given and line["price"]:
                known = self.stripe.prices.get(line["price"]["id"])
            charge = self.one_time(base | given, doc["currency"], "price", known=known)
            charge = replace(
                charge, subscription=line["subscription"], invoice_item=line["invoice_item"]
            )
            fresh = self.line(doc, charge, line["id"])
            kept = ("id", "metadata", "period", "discounts", "tax_rates", "invoice_item")
            line = fresh | {name: line[name] for name in kept}
        if "tax_rates" in given:
            rates = self.stripe.tax_rates
            line["tax_rates"] = [
                rates.view(rates.usable(id, "tax_rates")) for id in given["tax_rates"] or ()
            ]
        if "discounts" in given:
            redeemed = self.stripe.discounts.redeem(
                given["discounts"] or [],
                customer=doc["customer"],
                currency=doc["currency"],
                invoice_item=line["invoice_item"],
            )
            line["discounts"] = [each["id"] for each in redeemed]
        if taxed := {name: given[name] for name in TAXED if given.get(name)}:
            before = doc.get("_taxed", {})
            doc["_taxed"] = before | {line["id"]: before.get(line["id"], {}) | taxed}
        if "metadata" in given:
            line["metadata"] = merged(line["metadata"], given["metadata"])
        for name in ("description", "discountable", "period"):
            if given.get(name) is not None:
                line[name] = given[name]
        return line

    def _line(self, doc: Doc, id: str) -> Doc:
        for line in doc["lines"]["data"]:
            if line["id"] == id:
                return dict(line)
        raise errors.missing("line item", id, "line_item_id")

    def _editable(self, id: str) -> Doc:
        doc = self.get(id)
        self.stripe.test_clocks.enter(doc)
        if doc["status"] != "draft":
            raise errors.invalid("This invoice is no longer editable", code="invoice_not_editable")
        return doc
