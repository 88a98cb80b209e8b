"""What quantities cost, to the cent.

Source: https://docs.stripe.com/products-prices/pricing-models
"""

from decimal import Decimal

import pytest

from mirra_mcp.local.mirrors.stripe.api.pricing.tiers import Part, parts
from mirra_mcp.wire.model import Doc


def step(up_to: int | None, unit: str | None, flat: str | None = None) -> Doc:
    return {"up_to": up_to, "unit_amount_decimal": unit, "flat_amount_decimal": flat}


SEATS = [step(5, "700"), step(10, "650"), step(None, "600")]
FLAT = [step(5, "500", "1000"), step(10, "400", "2000"), step(None, "300", "3000")]


def cost(tiers: list[Doc], mode: str, quantity: int) -> int:
    return sum(part.amount for part in parts(None, tiers, mode, None, quantity))


@pytest.mark.parametrize(
    ("quantity", "volume", "graduated"),
    [
        (1, 700, 700),
        (5, 3500, 3500),
        (6, 3900, 4150),
        (10, 6500, 6750),
        (20, 12000, 12750),
        (25, 15000, 15750),
    ],
)
def test_volume_prices_all_units_alike_and_graduated_tier_by_tier(
    quantity: int, volume: int, graduated: int
) -> None:
    """Source: https://docs.stripe.com/products-prices/pricing-models#tiered-pricing"""
    assert cost(SEATS, "volume", quantity) == volume
    assert cost(SEATS, "graduated", quantity) == graduated


@pytest.mark.parametrize(
    ("quantity", "volume", "graduated"), [(0, 1000, 1000), (5, 3500, 3500), (12, 6600, 11100)]
)
def test_a_flat_amount_is_added_for_each_tier_that_is_entered(
    quantity: int, volume: int, graduated: int
) -> None:
    """Source: https://docs.stripe.com/products-prices/pricing-models#flat-fees"""
    assert cost(FLAT, "volume", quantity) == volume
    assert cost(FLAT, "graduated", quantity) == graduated


def test_each_graduated_tier_is_a_part_of_its_own() -> None:
    """Source: https://docs.stripe.com/products-prices/pricing-models#graduated-pricing"""
    assert parts(None, SEATS, "graduated", None, 7) == [
        Part(5, 3500, "700", label="Tier 1"),
        Part(2, 1300, "650", label="Tier 2"),
    ]


@pytest.mark.parametrize(
    ("quantity", "round_to", "amount"),
    [(1, "up", 1000), (5, "up", 1000), (6, "up", 2000), (4, "down", 0), (9, "down", 1000)],
)
def test_packages_are_counted_whole(quantity: int, round_to: str, amount: int) -> None:
    """Source: https://docs.stripe.com/products-prices/pricing-models#package-pricing"""
    package = {"divide_by": 5, "round": round_to}
    assert parts("1000", None, None, package, quantity)[0].amount == amount


def test_fractions_of_a_cent_are_rounded_at_the_end() -> None:
    """Source: https://docs.stripe.com/api/prices/object#price_object-unit_amount_decimal"""
    assert parts("0.05", None, None, None, 250)[0].amount == 13
    assert parts("0.05", None, None, None, Decimal("249"))[0].amount == 12
