"""Counting requests in fixed windows of the session's time."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Taken:
    """Where a caller stands after one more request."""

    allowed: bool
    limit: int
    remaining: int
    reset_seconds: int


class RateLimiter:
    """Allows `limit` requests a `window` and key. A reset of the mirror forgets the counts."""

    def __init__(self, limit: int, window: timedelta) -> None:
        self.limit = limit
        self._seconds = window.total_seconds()
        self._counts: dict[str, tuple[float, int]] = {}

    def take(self, now: datetime, key: str = "") -> Taken:
        """Count one request of `key` at `now`; a refused one doesn't count."""
        instant = now.timestamp()
        start, used = self._counts.get(key, (instant, 0))
        if not start <= instant < start + self._seconds:
            start, used = instant, 0
        allowed = used < self.limit
        used += allowed
        self._counts[key] = (start, used)
        reset = max(1, round(start + self._seconds - instant))
        return Taken(allowed, self.limit, self.limit - used, reset)

    def clear(self) -> None:
        """Forget all counts."""
        self._counts.clear()
