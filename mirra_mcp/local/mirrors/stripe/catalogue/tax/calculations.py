"""Tax calculations: what a sale in a flow of one's own would be taxed.

Source: https://docs.stripe.com/api/tax/calculations and https://docs.stripe.com/tax/custom
"""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams, merged
from mirra_mcp.local.mirrors.stripe.api.lists.pages import page_of
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.api.pricing.tiers import plain
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.catalogue.tax.jurisdictions import SHIPPING
from mirra_mcp.local.mirrors.stripe.catalogue.tax.params import CreateCalculation, SoldItem
from mirra_mcp.local.mirrors.stripe.catalogue.tax.places import first_of, place_of, unrecognized
from mirra_mcp.local.mirrors.stripe.catalogue.tax.reckoning import Buyer, Seller, Share, shares
from mirra_mcp.wire.model import Doc

LIFE = 90 * 86400
"""How long a calculation can become a transaction."""
AROUND = 31 * 86400
ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")


def breakdown(found: Iterable[Share]) -> list[Doc]:
    """Return the taxes of a line as calculations tell them."""
    return [
        {
            "amount": each.amount,
            "jurisdiction": {
                "country": each.tax.country,
                "display_name": each.tax.place,
                "level": each.tax.level,
                "state": each.tax.state,
            },
            "sourcing": "destination",
            "tax_rate_details": {
                "display_name": each.tax.name,
                "percentage_decimal": _percentage(each),
                "tax_type": each.tax.kind,
            },
            "taxability_reason": each.tax.reason,
            "taxable_amount": each.taxable,
        }
        for each in found
    ]


def _percentage(share: Share) -> str:
    text = plain(share.rate)
    return text if "." in text else f"{text}.0"


class TaxCalculations(StripeResource):
    """Calculations; `_lines` are their lines."""

    entity, plural = "tax_calculation", "tax_calculations"
    object, prefix, path = "tax.calculation", "taxcalc", "/v1/tax/calculations"
    title = "tax calculation"
    includes: ClassVar = {
        "line_items": lambda stripe, doc: stripe.tax_calculations.first_lines(doc)
    }
    blank: ClassVar[Doc] = {
        "amount_total": 0,
        "currency": "usd",
        "customer": None,
        "customer_details": None,
        "expires_at": None,
        "livemode": False,
        "ship_from_details": None,
        "shipping_cost": None,
        "tax_amount_exclusive": 0,
        "tax_amount_inclusive": 0,
        "tax_breakdown": [],
        "tax_date": 0,
    }

    @route("POST /v1/tax/calculations")
    def create(self, params: CreateCalculation) -> Doc:
        """Calculate the taxes of a sale.

        Source: https://docs.stripe.com/api/tax/calculations/create

        Raises:
            VendorError: `customer_tax_location_invalid`; there is no head office; an unknown
                product or tax code; references that aren't unique.
        """
        money.check_currency(params.currency)
        details, buyer = self._buyer(params)
        seller, id, at = self.stripe.tax_settings.seller(), self.new_id(), self.at
        if params.ship_from_details is not None:
            address = params.ship_from_details.address.model_dump()
            if place_of(address, "ship_from") is None:
                raise unrecognized("ship_from_details[address]")
        when = params.tax_date or at
        if abs(when - at) > AROUND:
            raise errors.invalid(
                "`tax_date` must be within 31 days of the current time.", "tax_date"
            )
        references = [each.reference or f"L{n + 1}" for n, each in enumerate(params.line_items)]
        if len(set(references)) < len(references):
            raise errors.invalid("Each line item's `reference` must be unique.", "line_items")
        lines, everything = [], []
        for number, (item, reference) in enumerate(zip(params.line_items, references, strict=True)):
            line, found = self._line(seller, buyer, item, number, id)
            lines.append(line | {"reference": reference})
            everything += found
        cost = None
        if params.shipping_cost is not None:
            cost, found = self._shipping(seller, buyer, params)
            everything += found
        added = sum(each.amount for each in everything if not each.inclusive)
        amount = sum(line["amount"] for line in lines) + (cost or {"amount": 0})["amount"]
        doc = self.new(
            id=id,
            amount_total=amount + added,
            currency=params.currency,
            customer=params.customer,
            customer_details=details,
            expires_at=at + LIFE,
            ship_from_details=None
            if params.ship_from_details is None
            else {"address": params.ship_from_details.address.model_dump()},
            shipping_cost=cost,
            tax_amount_exclusive=added,
            tax_amount_inclusive=sum(each.amount for each in everything if each.inclusive),
            tax_breakdown=_summed(everything),
            tax_date=when,
            _lines=lines,
        )
        return self.view(self.save(doc))

    @route("GET /v1/tax/calculations/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a calculation that hasn't expired."""
        doc = self.get(id)
        if doc["expires_at"] <= self.at:
            raise self.missing(id)
        return self.view(doc)

    @route("GET /v1/tax/calculations/{id}/line_items")
    def line_items(self, id: str, params: ListParams) -> Doc:
        """List the lines of a calculation."""
        url = f"{self.path}/{id}/line_items"
        return page_of(self.get(id)["_lines"], params, url, "tax calculation line item")

    def first_lines(self, doc: Doc) -> Doc:
        """Return the first lines of a calculation, as expanding shows them."""
        return self.line_items(doc["id"], ListParams())

    def _buyer(self, params: CreateCalculation) -> tuple[Doc, Buyer]:
        """Return who buys, as the calculation shows it and as taxes see it."""
        given = params.customer_details
        details: Doc = {
            "address": None,
            "address_source": None,
            "ip_address": None,
            "tax_ids": [],
            "taxability_override": "none",
        }
        if params.customer is not None:
            if given is not None:
                raise errors.invalid(
                    "You may only specify one of these parameters: customer, customer_details.",
                    "customer",
                )
            customer = self.stripe.customers.live(params.customer)
            place = self.stripe.tax_settings.place(customer)
            ids = self.stripe.tax_ids.find(customer=customer["id"])
            shipped = (customer["shipping"] or {}).get("address")
            exempt = {"exempt": "customer_exempt", "reverse": "reverse_charge"}
            details |= {
                "address": shipped or customer["address"],
                "address_source": "shipping" if shipped else "billing",
                "tax_ids": [{name: each[name] for name in ("type", "value")} for each in ids],
                "taxability_override": exempt.get(customer["tax_exempt"], "none"),
            }
        elif given is None:
            raise errors.invalid(
                "You must provide one of customer or customer_details.", "customer_details"
            )
        else:
            address = given.address.model_dump() if given.address else None
            if address and given.address_source is None:
                raise errors.invalid(
                    "Missing required param: customer_details[address_source].",
                    "customer_details[address_source]",
                    "parameter_missing",
                )
            for number, each in enumerate(given.tax_ids or ()):
                within = f"customer_details[tax_ids][{number}]"
                self.stripe.tax_ids.check(each.type, each.value, within)
            source = f"{given.address_source}_address"
            place = first_of([(address, source)], given.ip_address)
            details |= given.model_dump() | {
                "address": address,
                "tax_ids": [each.model_dump() for each in given.tax_ids or ()],
            }
        if place is None:
            raise unrecognized("customer_details[address]")
        return details, Buyer(place, details["taxability_override"], details["tax_ids"])

    def _line(
        self, seller: Seller, buyer: Buyer, item: SoldItem, number: int, id: str
    ) -> tuple[Doc, list[Share]]:
        where = f"line_items[{number}]"
        self.stripe.tax_codes.check(item.tax_code, f"{where}[tax_code]")
        if item.product is not None:
            self.stripe.products.named(item.product, f"{where}[product]")
        if item.performance_location is not None:
            raise errors.not_modelled(
                "POST", self.path, "Tax locations (performance_location) are not mirrored."
            )
        code = self.stripe.tax_settings.code_of(item.model_dump()) or seller.tax_code
        inclusive = item.tax_behavior == "inclusive"
        found = shares(seller, buyer, item.amount, code, inclusive=inclusive)
        line = {
            "id": f"tax_li_{self.mirror.ids.token(14)}",
            "object": "tax.calculation_line_item",
            "amount": item.amount,
            "amount_tax": sum(each.amount for each in found),
            "livemode": False,
            "metadata": merged({}, item.metadata) or None,
            "performance_location": None,
            "product": item.product,
            "quantity": item.quantity,
            "reference": item.reference,
            "tax_behavior": item.tax_behavior,
            "tax_breakdown": breakdown(found),
            "tax_code": code,
        }
        return line, found

    def _shipping(
        self, seller: Seller, buyer: Buyer, params: CreateCalculation
    ) -> tuple[Doc, list[Share]]:
        given: Any = params.shipping_cost
        amount, behavior, code = given.amount, given.tax_behavior, given.tax_code
        if given.shipping_rate is not None:
            if amount is not None or behavior or code:
                raise errors.invalid(
                    "`shipping_rate` can't be combined with `amount`, `tax_behavior` or"
                    " `tax_code`.",
                    "shipping_cost[shipping_rate]",
                )
            where = "shipping_cost[shipping_rate]"
            rate = self.stripe.shipping_rates.named(given.shipping_rate, where)
            amount, code = rate["fixed_amount"]["amount"], rate["tax_code"]
            behavior = rate["tax_behavior"]
        if amount is None:
            raise errors.invalid(
                "Missing required param: shipping_cost[amount].",
                "shipping_cost[amount]",
                "parameter_missing",
            )
        self.stripe.tax_codes.check(code, "shipping_cost[tax_code]")
        behavior = "inclusive" if behavior == "inclusive" else "exclusive"
        inclusive = behavior == "inclusive"
        found = shares(seller, buyer, amount, code or SHIPPING, inclusive=inclusive)
        cost = {
            "amount": amount,
            "amount_tax": sum(each.amount for each in found),
            "shipping_rate": given.shipping_rate,
            "tax_behavior": behavior,
            "tax_breakdown": breakdown(found),
            "tax_code": code or SHIPPING,
        }
        return cost, found


def _summed(found: Sequence[Share]) -> list[Doc]:
    """Return the taxes of all lines, each tax once."""
    rows: dict[Any, Doc] = {}
    for each in found:
        key = (each.tax, each.inclusive, each.rate)
        row = rows.setdefault(
            key,
            {
                "amount": 0,
                "inclusive": each.inclusive,
                "tax_rate_details": {
                    "country": each.tax.country,
                    "flat_amount": None,
                    "percentage_decimal": _percentage(each),
                    "rate_type": "percentage",
                    "state": each.tax.state,
                    "tax_type": each.tax.kind,
                },
                "taxability_reason": each.tax.reason,
                "taxable_amount": 0,
            },
        )
        row["amount"] += each.amount
        row["taxable_amount"] += each.taxable
    return list(rows.values())
