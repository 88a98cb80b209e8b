"""Amounts and billing periods, as Clerk Billing writes them.

Source: https://github.com/clerk/openapi-specs (CommerceMoneyResponse)
"""

from calendar import monthrange
from datetime import datetime

from mirra_mcp.wire.model import Doc

CURRENCY, SYMBOL = "USD", "$"
MONTHS = {"month": 1, "annual": 12}
"""How long a billing period is."""


def money(cents: int) -> Doc:
    """Write an amount: `{"amount": 2000, "amount_formatted": "$20.00", ...}`.

    Source: https://github.com/clerk/openapi-specs (CommerceMoneyResponse)
    """
    sign, whole = "-" * (cents < 0), abs(cents)
    return {
        "amount": cents,
        "amount_formatted": f"{sign}{SYMBOL}{whole // 100:,}.{whole % 100:02}",
        "currency": CURRENCY,
        "currency_symbol": SYMBOL,
    }


def period_after(start: datetime, period: str) -> datetime:
    """Return the end of a period that starts then: the same day of a later month, or its last."""
    month = start.month - 1 + MONTHS[period]
    year, month = start.year + month // 12, month % 12 + 1
    return start.replace(year=year, month=month, day=min(start.day, monthrange(year, month)[1]))
