"""How often: the fixture `rate-limited`, polls of a verification, Verify's own rate limits.

Counts are kept in memory, by windows that begin with the first request. A reset forgets them.

Source: https://www.twilio.com/docs/api/errors/20429
    https://www.twilio.com/docs/verify/api/rate-limits-and-timeouts
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.mirrors.twilio.api import errors

SENDS = frozenset(
    (
        "POST /2010-04-01/Accounts/{account}/Messages.json",
        "POST /v2/Services/{ServiceSid}/Verifications",
    )
)
SETTING = "sends_a_minute"
MINUTE, HOUR, DAY = 60, 3600, 86_400
POLLS = ((60, MINUTE), (180, HOUR), (250, DAY))
"""How often the status of a verification may be asked for."""


@dataclass(frozen=True, slots=True)
class Window:
    """So many requests with one key in so many seconds."""

    key: str
    most: int
    seconds: int


class Rates:
    """What has been counted since the last reset."""

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror
        self._counts: dict[str, tuple[float, int]] = {}

    def clear(self) -> None:
        """Forget all counts."""
        self._counts.clear()

    def take(self, windows: Iterable[Window], now: datetime) -> bool:
        """Count one request in every window, or in none if one of them is full."""
        at = now.timestamp()
        taken: dict[str, tuple[float, int]] = {}
        for window in windows:
            name = f"{window.key} {window.seconds}"
            start, used = self._counts.get(name, (at, 0))
            if not start <= at < start + window.seconds:
                start, used = at, 0
            if used >= window.most:
                return False
            taken[name] = (start, used + 1)
        self._counts |= taken
        return True

    def admit(self, spec: str, account: str, now: datetime) -> None:
        """Hold a call against the limit of sends, if the account has one.

        Raises:
            VendorError: there were too many in this minute.
        """
        if spec not in SENDS:
            return
        most = self._mirror.setting(SETTING)
        if most is not None and not self.take([Window(f"sends {account}", most, MINUTE)], now):
            raise errors.refusal(20429)

    def poll(self, sid: str, now: datetime) -> None:
        """Count a look at a verification.

        Raises:
            VendorError: it was looked at too often.
        """
        windows = [Window(f"poll {sid}", most, seconds) for most, seconds in POLLS]
        if not self.take(windows, now):
            raise errors.refusal(20429)
