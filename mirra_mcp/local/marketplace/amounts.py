"""Money, identifiers and instants, as the marketplace stores and shows them."""

import secrets
from datetime import UTC, datetime
from decimal import Decimal

NANO = 1_000_000_000
"""Stored amounts are whole billionths, so that a thousand small prices add up exactly."""
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def stored(amount: float) -> int:
    """Return an amount as it is stored."""
    return int((Decimal(repr(amount)) * NANO).to_integral_value())


def shown(billionths: int) -> float:
    """Return a stored amount as it is shown: the nearest number with these digits."""
    return billionths / NANO


def new_id(prefix: str) -> str:
    """Return an id such as `inst_4k2m9x0q1z7b`."""
    return prefix + "".join(secrets.choice(LETTERS) for _ in range(12))


def text(at: datetime) -> str:
    """Write an instant as the API has it, to the second: `2025-11-15T12:00:00Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(text: str) -> datetime:
    """Read an instant that `text` wrote."""
    return datetime.fromisoformat(text)
