"""Prorations, to the second.

Source: https://docs.stripe.com/billing/subscriptions/prorations
"""

from decimal import Decimal

import pytest

from mirra_mcp.local.mirrors.stripe.billing.prorations import change, rounded, share

MAY, JUNE = 1777593600, 1780272000


def test_an_upgrade_halfway_from_10_to_20_costs_5_more() -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/prorations#how-prorations-work"""
    credit, debit = change(1000, 2000, MAY, JUNE, (MAY + JUNE) // 2)
    assert (credit, debit, credit + debit) == (-500, 1000, 500)


@pytest.mark.parametrize(
    ("amount", "left", "owed"), [(1000, 1, 0), (1000, 1340, 1), (9999, 864_000, 3225), (7, 1, 0)]
)
def test_every_second_counts(amount: int, left: int, owed: int) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/prorations#how-prorations-work"""
    assert share(amount, MAY, JUNE, JUNE - left) == owed


def test_nothing_is_left_at_the_end_and_all_at_the_beginning() -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/prorations"""
    assert share(1000, MAY, JUNE, JUNE) == share(1000, MAY, JUNE, JUNE + 5) == 0
    assert share(1000, MAY, JUNE, MAY) == share(1000, MAY, JUNE, MAY - 5) == 1000
    assert share(1000, MAY, MAY, MAY) == 0


def test_halves_round_away_from_zero() -> None:
    """Source: https://docs.stripe.com/billing/taxes/tax-rates"""
    assert [rounded(Decimal(each)) for each in ("0.5", "1.5", "2.5", "-0.5")] == [1, 2, 3, -1]
