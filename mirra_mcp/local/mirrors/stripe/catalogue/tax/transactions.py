"""Tax transactions: taxes that were really collected, and their reversals.

Source: https://docs.stripe.com/api/tax/transactions and https://docs.stripe.com/tax/custom
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams, merged
from mirra_mcp.local.mirrors.stripe.api.lists.pages import page_of
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.catalogue.tax.params import (
    CreateReversal,
    CreateTransaction,
    ReversedItem,
)
from mirra_mcp.wire.model import Doc

COPIED = (
    "currency", "customer", "customer_details", "ship_from_details", "shipping_cost", "tax_date",
)  # fmt: skip
LINE = (
    "amount", "amount_tax", "livemode", "metadata", "product", "quantity", "reference",
    "tax_behavior", "tax_code",
)  # fmt: skip
SUMS = ("amount", "amount_tax")
ROW = "tax transaction line item"


class TaxTransactions(StripeResource):
    """Transactions; `_lines` are their lines."""

    entity, plural = "tax_transaction", "tax_transactions"
    object, prefix, path = "tax.transaction", "tax", "/v1/tax/transactions"
    title = "tax transaction"
    indexes = ("reference", "_calculation", "_original")
    includes: ClassVar = {
        "line_items": lambda stripe, doc: stripe.tax_transactions.first_lines(doc)
    }
    blank: ClassVar[Doc] = {
        "created": None,
        "currency": "usd",
        "customer": None,
        "customer_details": None,
        "livemode": False,
        "metadata": None,
        "posted_at": 0,
        "reference": "",
        "reversal": None,
        "ship_from_details": None,
        "shipping_cost": None,
        "tax_date": 0,
        "type": "transaction",
    }

    @route("POST /v1/tax/transactions/create_from_calculation")
    def create_from_calculation(self, params: CreateTransaction) -> Doc:
        """Record the taxes of a calculation as collected.

        Source: https://docs.stripe.com/api/tax/transactions/create_from_calculation

        Raises:
            VendorError: the calculation has expired, or the reference is another's.
        """
        calculation = self.stripe.tax_calculations.named(params.calculation, "calculation")
        if calculation["expires_at"] <= self.at:
            raise errors.invalid(
                f"The tax calculation {params.calculation} has expired; calculate once more.",
                "calculation",
                "resource_missing",
            )
        self._check_reference(params.reference)
        return self.view(
            self.record(
                calculation,
                params.reference,
                merged({}, params.metadata) or None,
                params.posted_at or self.at,
            )
        )

    def record(self, calculation: Doc, reference: str, metadata: Doc | None, posted_at: int) -> Doc:
        """Save the transaction of a calculation."""
        lines = [
            {
                "id": f"tax_li_{self.mirror.ids.token(14)}",
                "object": "tax.transaction_line_item",
                **{name: line[name] for name in LINE},
                "reversal": None,
                "type": "transaction",
            }
            for line in calculation["_lines"]
        ]
        copied = {name: calculation[name] for name in COPIED}
        if cost := copied["shipping_cost"]:
            copied["shipping_cost"] = {**cost, "tax_breakdown": None}
        return self.save(
            self.new(
                **copied,
                metadata=metadata,
                posted_at=posted_at,
                reference=reference,
                _calculation=calculation["id"],
                _lines=lines,
            )
        )

    @route("POST /v1/tax/transactions/create_reversal")
    def create_reversal(self, params: CreateReversal) -> Doc:
        """Take taxes back, fully, by lines, or by a flat amount over all lines.

        Source: https://docs.stripe.com/api/tax/transactions/create_reversal

        Raises:
            VendorError: more than is left is reversed; lines in `full` mode, none in `partial`.
        """
        doc = self.named(params.original_transaction, "original_transaction")
        if doc["type"] == "reversal":
            raise errors.invalid("A reversal can't be reversed.", "original_transaction")
        self._check_reference(params.reference)
        return self.view(self.reverse(doc, params))

    def reverse(self, doc: Doc, params: CreateReversal) -> Doc:
        """Save the reversal of a transaction."""
        left = self._left(doc)
        if params.mode == "full":
            for name in ("line_items", "flat_amount", "shipping_cost"):
                if getattr(params, name) is not None:
                    raise errors.invalid(f"`{name}` can only be used in `partial` mode.", name)
            lines = [
                self._back(line, *left[line["id"]], params.reference) for line in doc["_lines"]
            ]
            cost = left.get("shipping")
        elif params.flat_amount is not None:
            lines, cost = self._flat(doc, left, -params.flat_amount, params.reference)
        elif params.line_items or params.shipping_cost:
            lines = self._by_lines(doc, left, params.line_items or ())
            cost = None
            if params.shipping_cost is not None:
                cost = -params.shipping_cost.amount, -params.shipping_cost.amount_tax
                self._check_left(cost, left.get("shipping"), "shipping_cost")
        else:
            raise errors.invalid(
                "One of line_items, shipping_cost or flat_amount must be passed in `partial` mode.",
                "line_items",
            )
        if not any((*(cost or ()), *(line[each] for line in lines for each in SUMS))):
            raise errors.invalid(
                f"The transaction {doc['id']} has been fully reversed.", "original_transaction"
            )
        copied = {name: doc[name] for name in COPIED}
        copied["shipping_cost"] = (
            {**doc["shipping_cost"], "amount": -cost[0], "amount_tax": -cost[1]}
            if cost and any(cost) and doc["shipping_cost"]
            else None
        )
        return self.save(
            self.new(
                **copied,
                metadata=merged({}, params.metadata) or None,
                posted_at=self.at,
                reference=params.reference,
                reversal={"original_transaction": doc["id"]},
                type="reversal",
                _lines=lines,
                _original=doc["id"],
            )
        )

    @route("GET /v1/tax/transactions/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a transaction."""
        return self.view(self.get(id))

    @route("GET /v1/tax/transactions/{id}/line_items")
    def line_items(self, id: str, params: ListParams) -> Doc:
        """List the lines of a transaction."""
        return page_of(self.get(id)["_lines"], params, f"{self.path}/{id}/line_items", ROW)

    def first_lines(self, doc: Doc) -> Doc:
        """Return the first lines of a transaction, as expanding shows them."""
        return self.line_items(doc["id"], ListParams())

    def _check_reference(self, reference: str) -> None:
        if self.first(reference=reference) is not None:
            raise errors.invalid(
                f"A transaction with the reference '{reference}' exists already. References must"
                " be unique across all transactions.",
                "reference",
            )

    def left_of(self, doc: Doc) -> int:
        """Return what can still be reversed of a transaction, taxes included."""
        rows = self._left(doc)
        within = {line["id"]: line["tax_behavior"] == "inclusive" for line in doc["_lines"]}
        if doc["shipping_cost"]:
            within["shipping"] = doc["shipping_cost"]["tax_behavior"] == "inclusive"
        return sum(amount + (0 if within[id] else tax) for id, (amount, tax) in rows.items())

    def _left(self, doc: Doc) -> dict[str, tuple[int, int]]:
        """Return what can still be reversed, by line: an amount and a tax."""
        left = {line["id"]: (line["amount"], line["amount_tax"]) for line in doc["_lines"]}
        if cost := doc["shipping_cost"]:
            left["shipping"] = cost["amount"], cost["amount_tax"]
        for each in self.find(_original=doc["id"]):
            rows: list[tuple[str, Doc]] = [
                (line["reversal"]["original_line_item"], line) for line in each["_lines"]
            ]
            if each["shipping_cost"]:
                rows.append(("shipping", each["shipping_cost"]))
            for id, row in rows:
                amount, tax = left[id]
                left[id] = amount + row["amount"], tax + row["amount_tax"]
        return left

    def _by_lines(
        self, doc: Doc, left: dict[str, tuple[int, int]], given: Sequence[ReversedItem]
    ) -> list[Doc]:
        known = {line["id"]: line for line in doc["_lines"]}
        found = []
        for number, each in enumerate(given):
            where = f"line_items[{number}]"
            id = each.original_line_item
            if id not in known:
                raise errors.missing(ROW, id, f"{where}[original_line_item]", status=400)
            taken = -each.amount, -each.amount_tax
            self._check_left(taken, left[id], where)
            left[id] = left[id][0] - taken[0], left[id][1] - taken[1]
            row = self._back(known[id], *taken, each.reference, each.quantity)
            found.append(row | {"metadata": merged({}, each.metadata) or None})
        return found

    def _check_left(self, taken: tuple[int, int], left: tuple[int, int] | None, param: str) -> None:
        for name, amount, most in zip(("amount", "amount_tax"), taken, left or (0, 0), strict=True):
            if amount > most:
                raise errors.invalid(
                    f"You can't reverse {amount}: only {most} is left.", f"{param}[{name}]"
                )

    def _flat(
        self, doc: Doc, left: dict[str, tuple[int, int]], total: int, reference: str
    ) -> tuple[list[Doc], tuple[int, int] | None]:
        """Spread an amount, taxes included, over what is left; the last row takes the rest."""
        rows: list[tuple[str, bool]] = [
            (line["id"], line["tax_behavior"] == "inclusive") for line in doc["_lines"]
        ]
        if doc["shipping_cost"]:
            rows.append(("shipping", doc["shipping_cost"]["tax_behavior"] == "inclusive"))
        wholes = {id: left[id][0] + (0 if within else left[id][1]) for id, within in rows}
        whole = sum(wholes.values())
        if total > whole:
            raise errors.invalid(f"You can't reverse {total}: only {whole} is left.", "flat_amount")
        parts: dict[str, tuple[int, int]] = {}
        rest = total
        for number, (id, within) in enumerate(rows):
            last = number == len(rows) - 1
            share = rest if last else money.part_of(total, wholes[id], whole)
            rest -= share
            tax = money.part_of(share, left[id][1], wholes[id]) if wholes[id] else 0
            parts[id] = (share if within else share - tax), tax
        lines = [
            self._back(line, *parts[line["id"]], reference)
            for line in doc["_lines"]
            if any(parts[line["id"]])
        ]
        return lines, parts.get("shipping")

    def _back(
        self, line: Doc, amount: int, tax: int, reference: str, quantity: int | None = None
    ) -> Doc:
        more: dict[str, Any] = {
            "id": f"tax_li_{self.mirror.ids.token(14)}",
            "amount": -amount,
            "amount_tax": -tax,
            "quantity": line["quantity"] if quantity is None else quantity,
            "reference": reference,
            "reversal": {"original_line_item": line["id"]},
            "type": "reversal",
        }
        return {**line, **more}
