"""What a discount sees of a line."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Discountable:
    """What a discount sees of a line: its amount and product."""

    amount: int
    product: str | None = None
    discountable: bool = True
