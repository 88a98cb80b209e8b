"""How Resend writes instants: one way in documents, another in webhooks."""

from datetime import datetime


def stamp(at: datetime) -> str:
    """Write an instant as Resend's documents do: `2025-11-30 20:39:59.540771+00`.

    Source: https://github.com/resend/resend-node (recorded answers; trailing zeros are not written)
    """
    text = at.isoformat(" ", "microseconds")[:-6]
    return text.rstrip("0").rstrip(".") + "+00"


def unstamp(text: str) -> datetime:
    """Read what `stamp` wrote."""
    return datetime.fromisoformat(text + ":00")


def iso(at: datetime) -> str:
    """Write an instant as Resend's webhooks do: `2023-10-06T23:47:56.678Z`."""
    return at.isoformat(timespec="milliseconds")[:-6] + "Z"


def iso_of(text: str) -> str:
    """Turn what `stamp` wrote into what `iso` writes."""
    day, _, clock = text.partition(" ")
    seconds, _, fraction = clock[:-3].partition(".")
    return f"{day}T{seconds}.{fraction[:3]:0<3}Z"
