"""Billing periods of subscription items: each item renews in the interval of its own price.

A subscription's own period begins with the latest of its items' periods and ends with the first.

Source: https://docs.stripe.com/billing/subscriptions/mixed-interval
"""

from collections.abc import Sequence

from mirra_mcp.local.mirrors.stripe.billing.periods import following, period
from mirra_mcp.wire.model import Doc

Rhythm = tuple[str, int]
"""An interval, and how many of them."""
ALIKE: dict[str, Rhythm] = {"week": ("day", 7), "year": ("month", 12)}
"""Intervals that others make up: 1 week is 7 days, 12 months are 1 year."""
DAYS = {"day": 1.0, "month": 30.436875}


def rhythm_of(item: Doc) -> Rhythm:
    """Return the interval that an item renews in, and how many of them."""
    recurring = item["price"]["recurring"]
    return recurring["interval"], recurring["interval_count"]


def plain(rhythm: Rhythm) -> Rhythm:
    """Return a rhythm in days or months."""
    unit, count = ALIKE.get(rhythm[0], (rhythm[0], 1))
    return unit, count * rhythm[1]


def shortest(items: Sequence[Doc]) -> Rhythm:
    """Return the rhythm of the item that renews most often."""

    def length(item: Doc) -> float:
        unit, count = plain(rhythm_of(item))
        return DAYS[unit] * count

    return rhythm_of(min(items, key=length))


def rhythm(sub: Doc) -> Rhythm:
    """Return how often a subscription renews: as often as the most frequent of its items."""
    return shortest(sub["items"]["data"])


def fits(short: Rhythm, other: Rhythm) -> bool:
    """Tell whether an interval is a multiple of the shortest one; a day goes into all."""
    (unit, count), (own, own_count) = plain(short), plain(other)
    return (unit, count) == ("day", 1) or (own == unit and own_count % count == 0)


def is_mixed(items: Sequence[Doc]) -> bool:
    """Tell whether items renew in different intervals."""
    return len({plain(rhythm_of(item)) for item in items}) > 1


def is_flexible(sub: Doc) -> bool:
    """Tell whether a subscription is billed in flexible mode."""
    return bool(sub["billing_mode"]["type"] == "flexible")


def span_of(sub: Doc, item: Doc) -> tuple[int, int]:
    """Return the current period of an item: its own, but for trials, which all items share."""
    start, end = sub["current_period_start"], sub["current_period_end"]
    trial_end = sub["trial_end"]
    in_trial = trial_end is not None and end <= trial_end
    if in_trial or plain(rhythm_of(item)) == plain(rhythm(sub)):
        return start, end
    whole = period(sub["billing_cycle_anchor"], *rhythm_of(item), start)
    after_trial = trial_end if trial_end is not None and trial_end <= start else whole[0]
    return max(whole[0], sub["start_date"] or whole[0], after_trial), whole[1]


def next_end(sub: Doc, item: Doc, start: int) -> int:
    """Return when the period of an item ends that begins at `start`."""
    return following(sub["billing_cycle_anchor"], *rhythm_of(item), start)


def settled(sub: Doc, at: int) -> Doc:
    """Return a subscription whose period fits its items, the anchor being where it was."""
    whole = period(sub["billing_cycle_anchor"], *rhythm(sub), at)
    start = max(whole[0], sub["start_date"] or whole[0])
    return sub | {"current_period_start": start, "current_period_end": whole[1]}
