"""One-time keys: who holds one may open the page in one browser.

A key stands in the links that Mirra gives out, so that a person needs no password. The first
browser that follows one gets a cookie, and the key is used up.
"""

import hmac
import secrets
import time
from collections.abc import Callable

LASTING = 12 * 3600.0
"""Seconds that a link that nobody followed stays good."""


class Keys:
    """The keys that are out; they live in memory, so none survives its process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: dict[str, float] = {}
        self._current = ""
        self.cookie = secrets.token_urlsafe(32)
        """What a browser shows once it has been let in."""

    def current(self) -> str:
        """Return the key that links carry now; a new one once it has been used."""
        now = self._clock()
        self._open = {key: end for key, end in self._open.items() if end > now}
        if self._current not in self._open:
            self._current = secrets.token_urlsafe(12)
        self._open[self._current] = now + LASTING
        return self._current

    def inbox(self, session: str) -> str:
        """Return what opens the newest mail of a session, and nothing else, as often as wanted."""
        return hmac.new(self.cookie.encode(), session.encode(), "sha256").hexdigest()[:16]

    def use(self, key: str) -> bool:
        """Use a key up; tell whether it was good."""
        return self._open.pop(key, 0.0) > self._clock()
