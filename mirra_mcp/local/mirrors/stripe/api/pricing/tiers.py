"""What a quantity costs at a price: per unit, graduated or by volume, to the cent.

Source: https://docs.stripe.com/products-prices/pricing-models
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from mirra_mcp.wire.model import Doc


@dataclass(frozen=True, slots=True)
class Part:
    """One row of a bill: Stripe makes a line of each tier of a graduated price."""

    quantity: int
    amount: int
    unit_amount_decimal: str | None
    flat: bool = False
    label: str = ""
    """`Tier 1`, or nothing where there are no tiers."""


def cents(amount: Decimal) -> int:
    """Round to a whole number of the smallest unit, halves up."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def plain(amount: Decimal) -> str:
    """Write a decimal amount as Stripe does: no exponent, no trailing zeros."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def parts(
    unit_amount_decimal: str | None,
    tiers: list[Doc] | None,
    tiers_mode: str | None,
    transform: Doc | None,
    quantity: int | Decimal,
) -> list[Part]:
    """Return the rows that a quantity makes."""
    count = Decimal(quantity)
    if transform:
        rounding = ROUND_CEILING if transform["round"] == "up" else ROUND_FLOOR
        count = (count / transform["divide_by"]).to_integral_value(rounding)
    if tiers is None:
        unit = Decimal(unit_amount_decimal or 0)
        return [Part(int(quantity), cents(unit * count), unit_amount_decimal)]
    if tiers_mode == "volume":
        return _volume(tiers, count)
    return _graduated(tiers, count)


def _volume(tiers: list[Doc], count: Decimal) -> list[Part]:
    """The tier of the whole quantity prices every unit."""
    for number, tier in enumerate(tiers, 1):
        if tier["up_to"] is None or count <= tier["up_to"]:
            return _tier_parts(tier, count, number)
    return []


def _graduated(tiers: list[Doc], count: Decimal) -> list[Part]:
    """Each tier prices the units that fall into it; the first is always entered."""
    found: list[Part] = []
    floor = Decimal(0)
    for number, tier in enumerate(tiers, 1):
        top = count if tier["up_to"] is None else min(count, Decimal(tier["up_to"]))
        if number > 1 and top <= floor:
            break
        found += _tier_parts(tier, top - floor, number)
        floor = top
    return found


def _tier_parts(tier: Doc, count: Decimal, number: int) -> list[Part]:
    found = []
    if tier["unit_amount_decimal"] is not None:
        unit = Decimal(tier["unit_amount_decimal"])
        amount = cents(unit * count)
        found.append(Part(int(count), amount, plain(unit), label=f"Tier {number}"))
    if tier["flat_amount_decimal"] is not None:
        flat = Decimal(tier["flat_amount_decimal"])
        found.append(Part(1, cents(flat), plain(flat), flat=True, label=f"Tier {number}"))
    return found
