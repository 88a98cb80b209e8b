"""Credit notes: what an invoice is reduced by, before or after it is paid.

Source: https://docs.stripe.com/invoicing/integration/programmatic-credit-notes and
https://docs.stripe.com/api/credit_notes
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams
from mirra_mcp.local.mirrors.stripe.api.resource import Addressed
from mirra_mcp.local.mirrors.stripe.billing.credit_notes.params import (
    CreateNote,
    ListNotes,
    PreviewLines,
    UpdateNote,
)
from mirra_mcp.local.mirrors.stripe.billing.invoices.edits import paged
from mirra_mcp.local.mirrors.stripe.billing.invoices.lines import tax_shapes
from mirra_mcp.local.mirrors.stripe.billing.prorations import rounded
from mirra_mcp.wire.model import Doc


class CreditNotes(Addressed):
    """The notes of the account."""

    entity, plural = "credit_note", "credit_notes"
    object, prefix, path = "credit_note", "cn", "/v1/credit_notes"
    indexes = ("customer", "invoice")
    addresses = ("pdf",)
    blank: ClassVar[Doc] = {
        "amount": 0,
        "amount_shipping": 0,
        "created": None,
        "currency": "usd",
        "customer": None,
        "customer_account": None,
        "customer_balance_transaction": None,
        "discount_amount": 0,
        "discount_amounts": [],
        "effective_at": None,
        "invoice": None,
        "lines": {"object": "list", "data": [], "has_more": False, "url": ""},
        "livemode": False,
        "memo": None,
        "metadata": {},
        "number": "",
        "out_of_band_amount": None,
        "pdf": None,
        "post_payment_amount": 0,
        "pre_payment_amount": 0,
        "pretax_credit_amounts": [],
        "reason": None,
        "refund": None,
        "refunds": [],
        "shipping_cost": None,
        "status": "issued",
        "subtotal": 0,
        "subtotal_excluding_tax": 0,
        "tax_amounts": [],
        "total": 0,
        "total_excluding_tax": 0,
        "total_taxes": [],
        "type": "pre_payment",
        "voided_at": None,
    }

    @route("POST /v1/credit_notes")
    def create(self, params: CreateNote) -> Doc:
        """Credit an invoice: less to pay, or money back, or balance.

        Fires: credit_note.created, charge.refunded or customer.updated, invoice.updated;
            invoice.paid when nothing is left to pay.
        """
        invoice = self.stripe.invoices.named(params.invoice, "invoice")
        self.stripe.test_clocks.enter(invoice)
        doc = self._built(params, invoice)
        if invoice["status"] == "paid":
            doc = self._give_back(doc, params, invoice)
        self.save(doc, event="credit_note.created")
        name = "pre" if doc["type"] == "pre_payment" else "post"
        field = f"{name}_payment_credit_notes_amount"
        invoice = self.stripe.invoices.get(invoice["id"])
        invoice[field] += doc["total"]
        if name == "pre":
            invoice["amount_remaining"] -= doc["total"]
            invoice["amount_due"] -= doc["total"]
            intent = invoice["payment_intent"]
            if intent and invoice["amount_remaining"] > 0:
                self.stripe.payment_intents.amend(
                    self.stripe.payment_intents.get(intent), amount=invoice["amount_remaining"]
                )
        invoice = self.stripe.invoices.save(invoice, event="invoice.updated")
        if name == "pre" and invoice["amount_remaining"] == 0:
            self.stripe.invoices.settle(invoice)
        return self.view(doc)

    @route("GET /v1/credit_notes/preview")
    def preview(self, params: CreateNote) -> Doc:
        """Show a note before it is issued; nothing changes."""
        invoice = self.stripe.invoices.named(params.invoice, "invoice")
        return self.view(self._built(params, invoice))

    @route("GET /v1/credit_notes/preview/lines")
    def preview_lines(self, params: PreviewLines) -> Doc:
        """List the lines of a previewed note."""
        invoice = self.stripe.invoices.named(params.invoice, "invoice")
        lines = self._built(params, invoice)["lines"]["data"]
        return paged(lines, params, "/v1/credit_notes/preview/lines")

    @route("GET /v1/credit_notes/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one note."""
        return self.view(self.get(id))

    @route("POST /v1/credit_notes/{id}")
    def update(self, id: str, params: UpdateNote) -> Doc:
        """Change memo and metadata. Fires: credit_note.updated."""
        doc = self.patched(self.get(id), params.given())
        return self.view(self.save(doc, event="credit_note.updated"))

    @route("GET /v1/credit_notes")
    def index(self, params: ListNotes) -> Doc:
        """List notes."""
        where = {
            name: value
            for name in ("customer", "invoice")
            if (value := getattr(params, name)) is not None
        }
        return self.listed(params, **where)

    @route("GET /v1/credit_notes/{id}/lines")
    def lines(self, id: str, params: ListParams) -> Doc:
        """List the lines of a note."""
        return paged(self.get(id)["lines"]["data"], params, f"/v1/credit_notes/{id}/lines")

    @route("POST /v1/credit_notes/{id}/void")
    def void(self, id: str) -> Doc:
        """Take a note of an open invoice back. Fires: credit_note.voided, invoice.updated."""
        doc = self.get(id)
        if doc["status"] == "void":
            raise errors.invalid("This credit note is already void.")
        invoice = self.stripe.invoices.get(doc["invoice"])
        if doc["type"] == "post_payment" or invoice["status"] != "open":
            raise errors.invalid(
                "You can only void credit notes that reduce the amount due of an open invoice."
            )
        self.save(doc | {"status": "void", "voided_at": self.at})
        doc = self.get(id)
        self.mirror.emit("credit_note.voided", {"object": self.view(doc)})
        back = {
            "amount_due": invoice["amount_due"] + doc["total"],
            "amount_remaining": invoice["amount_remaining"] + doc["total"],
            "pre_payment_credit_notes_amount": invoice["pre_payment_credit_notes_amount"]
            - doc["total"],
        }
        self.stripe.invoices.save(invoice | back, event="invoice.updated")
        if invoice["payment_intent"]:
            self.stripe.payment_intents.amend(
                self.stripe.payment_intents.get(invoice["payment_intent"]),
                amount=back["amount_remaining"],
            )
        return self.view(doc)

    def _built(self, params: CreateNote, invoice: Doc) -> Doc:
        """Lay a note out; nothing is written.

        Raises:
            VendorError: the invoice can't be credited, or not by so much.
        """
        if invoice["status"] not in ("open", "paid", "uncollectible"):
            raise errors.invalid(
                "Credit notes can only be issued for open, paid or uncollectible invoices.",
                "invoice",
            )
        paid = invoice["status"] == "paid"
        notes = self.find(invoice=invoice["id"])
        before = sum(each["total"] for each in notes if each["status"] == "issued")
        amount = params.amount
        if params.lines is None and amount is None:
            parts = (params.credit_amount, params.refund_amount, params.out_of_band_amount)
            amount = sum(each or 0 for each in parts) or None
            if amount is None:
                raise errors.invalid(
                    "You must specify one of `amount`, `lines` or `shipping_cost`.", "amount"
                )
        if params.lines is not None:
            lines = [self._line(each.given(), invoice, n) for n, each in enumerate(params.lines)]
        else:
            lines = [self._custom(amount or 0, None, 1)]
        left = invoice["total"] - before if paid else invoice["amount_remaining"]
        exclusive = sum(
            tax["amount"] for line in lines for tax in line["tax_amounts"] if not tax["inclusive"]
        )
        inclusive = sum(
            tax["amount"] for line in lines for tax in line["tax_amounts"] if tax["inclusive"]
        )
        subtotal = sum(line["amount"] for line in lines)
        discount = sum(line["discount_amount"] for line in lines)
        total = subtotal - discount + exclusive
        if total > left or total <= 0:
            raise errors.invalid(
                f"The sum of credit amount, refund amount and out of band amount ({total}) must be"
                f" at most what is left of the invoice ({left})."
                if total > 0
                else "The total amount of the credit note must be greater than zero.",
                "amount" if params.lines is None else "lines",
            )
        number = f"{invoice['number']}-CN-{len(notes) + 1:02d}"
        id = self.new_id()
        taxes = [tax for line in lines for tax in line["tax_amounts"]]
        return self.new(
            id=id,
            amount=total,
            currency=invoice["currency"],
            customer=invoice["customer"],
            discount_amount=discount,
            discount_amounts=[one for line in lines for one in line["discount_amounts"]],
            effective_at=params.effective_at or self.at,
            invoice=invoice["id"],
            lines={**self.blank["lines"], "data": lines, "url": f"{self.path}/{id}/lines"},
            memo=params.memo,
            metadata=params.given().get("metadata", {}),
            number=number,
            out_of_band_amount=params.out_of_band_amount,
            pdf=f"/credit_notes/{self.whose}/{id}/test_{self.mirror.ids.token(40)}/pdf?s=ap",
            post_payment_amount=total if paid else 0,
            pre_payment_amount=0 if paid else total,
            reason=params.reason,
            subtotal=subtotal,
            subtotal_excluding_tax=subtotal - inclusive,
            tax_amounts=taxes,
            total=total,
            total_excluding_tax=total - exclusive - inclusive,
            total_taxes=tax_shapes(taxes),
            type="post_payment" if paid else "pre_payment",
        )

    def _line(self, given: Doc, invoice: Doc, number: int) -> Doc:
        if given["type"] == "custom_line_item":
            quantity = given.get("quantity") or 1
            amount = given.get("amount")
            amount = given.get("unit_amount", 0) * quantity if amount is None else amount
            return self._custom(amount, given.get("description"), quantity)
        id = given.get("invoice_line_item")
        found = next((each for each in invoice["lines"]["data"] if each["id"] == id), None)
        if found is None:
            raise errors.missing(
                "invoice line item", str(id), f"lines[{number}][invoice_line_item]", status=400
            )
        amount, whole = given.get("amount"), found["amount"]
        quantity = given.get("quantity")
        if amount is None:
            counted = found["quantity"] or 1
            amount = rounded(Decimal(whole) * (quantity or counted) / counted)
        discounts = [
            {**each, "amount": _part(each["amount"], amount, whole)}
            for each in found["discount_amounts"]
        ]
        taxes = [
            {
                **each,
                "amount": _part(each["amount"], amount, whole),
                "taxable_amount": _part(each["taxable_amount"], amount, whole),
            }
            for each in found["tax_amounts"]
        ]
        return self._shown(
            amount,
            found["description"],
            quantity or found["quantity"],
            discounts=discounts,
            taxes=taxes,
            tax_rates=found["tax_rates"],
            line=found["id"],
        )

    def _custom(self, amount: int, description: str | None, quantity: int) -> Doc:
        return self._shown(amount, description, quantity, unit=amount // max(quantity, 1))

    def _shown(
        self,
        amount: int,
        description: str | None,
        quantity: int | None,
        *,
        discounts: Sequence[Doc] = (),
        taxes: Sequence[Doc] = (),
        tax_rates: Sequence[Doc] = (),
        line: str | None = None,
        unit: int | None = None,
    ) -> Doc:
        body: Doc = {
            "id": f"cnli_{self.mirror.ids.token(24)}",
            "object": "credit_note_line_item",
            "amount": amount,
            "amount_excluding_tax": amount
            - sum(each["amount"] for each in taxes if each["inclusive"]),
            "description": description,
            "discount_amount": sum(each["amount"] for each in discounts),
            "discount_amounts": list(discounts),
            "livemode": False,
            "metadata": {},
            "pretax_credit_amounts": [{**each, "type": "discount"} for each in discounts],
            "quantity": quantity,
            "tax_amounts": list(taxes),
            "tax_rates": list(tax_rates),
            "taxes": tax_shapes(taxes),
            "type": "custom_line_item" if line is None else "invoice_line_item",
            "unit_amount": unit,
            "unit_amount_decimal": None if unit is None else str(unit),
            "unit_amount_excluding_tax": None if unit is None else str(unit),
        }
        return body | ({} if line is None else {"invoice_line_item": line})

    def _give_back(self, doc: Doc, params: CreateNote, invoice: Doc) -> Doc:
        """Return what was paid: to the card, to the balance, or elsewhere."""
        credit, refund = params.credit_amount or 0, params.refund_amount or 0
        linked = [each.given() for each in params.refunds or []]
        if params.refund:
            linked.append({"refund": params.refund})
        known = []
        for each in linked:
            found = self.stripe.refunds.named(each["refund"], "refund")
            amount = each.get("amount_refunded") or found["amount"]
            known.append({"amount_refunded": amount, "refund": found["id"]})
        parts = credit + refund + (params.out_of_band_amount or 0)
        parts += sum(each["amount_refunded"] for each in known)
        if parts != doc["total"]:
            raise errors.invalid(
                "The sum of credit amount, refund amount and out of band amount must equal the"
                f" total of the credit note ({doc['total']}).",
                "amount",
            )
        if refund:
            charge = self.stripe.charges.get(invoice["charge"])
            made = self.stripe.refunds.give_back(charge, refund)
            known.append({"amount_refunded": refund, "refund": made["id"]})
        if credit:
            moved = self.stripe.customers.change_balance(
                doc["customer"],
                -credit,
                "credit_note",
                currency=doc["currency"],
                invoice=invoice["id"],
                credit_note=doc["id"],
            )
            doc["customer_balance_transaction"] = moved["id"]
        shape = {"payment_record_refund": None, "type": "refund"}
        doc["refunds"] = [{**each, **shape} for each in known]
        doc["refund"] = known[0]["refund"] if known else None
        return doc


def _part(amount: int, of: int, whole: int) -> int:
    return rounded(Decimal(amount) * of / whole) if whole else 0
