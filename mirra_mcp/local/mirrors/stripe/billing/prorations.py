"""Prorations: what part of a period's price is owed or given back, to the second.

Source: https://docs.stripe.com/billing/subscriptions/prorations
"""

from decimal import ROUND_HALF_UP, Decimal


def rounded(amount: Decimal) -> int:
    """Round to the smallest unit of the currency, halves away from zero."""
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def share(amount: int | Decimal, start: int, end: int, at: int) -> int:
    """Return the part of a period's price that belongs to what is left of it at `at`.

    Halfway through a period of 10 USD, 5 USD are left.
    """
    if end <= start:
        return 0
    left = min(max(end - at, 0), end - start)
    return rounded(Decimal(amount) * left / (end - start))


def part(amount: int | Decimal, start: int, end: int, at: int, until: int) -> int:
    """Return the part of a period's price that belongs to the time from `at` to `until`."""
    return share(amount, start, end, at) - share(amount, start, end, until)


def change(old: int, new: int, start: int, end: int, at: int) -> tuple[int, int]:
    """Return the two amounts of a change of price at `at`: the credit and the debit.

    From 10 USD to 20 USD halfway: -5 USD for unused time and +10 USD for the time that remains.
    """
    return -share(old, start, end, at), share(new, start, end, at)
