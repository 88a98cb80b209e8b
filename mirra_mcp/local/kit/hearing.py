"""What a mirror makes of how its webhooks were taken, and of what comes over its WebSockets."""

from datetime import timedelta
from typing import ClassVar

from mirra_mcp.local.kit.webhooks import Outcome, Parcel


class Hearing:
    """What a mirror hears from an application. Writes, timers and events are allowed."""

    retry_schedule: ClassVar[tuple[timedelta, ...]] = ()
    reads_answers: ClassVar[int] = 0
    """How many bytes of a webhook receiver's answer mean something to the vendor."""

    def retry(self, parcel: Parcel, outcome: Outcome, tries: int) -> timedelta | None:
        """Return how long to wait after `tries` failed attempts, or None to give up."""
        return self.retry_schedule[tries - 1] if tries <= len(self.retry_schedule) else None

    def answered(self, parcel: Parcel, status: int, headers: dict[str, str], body: bytes) -> None:
        """Act on a receiver's answer to a webhook: it was 2xx, or a WebSocket took it."""

    def undelivered(self, parcel: Parcel, outcome: Outcome) -> None:
        """Act on a webhook that its receiver never accepted: no attempt is left."""

    def awaits(self, parcel: Parcel) -> float:
        """Return how many seconds an answer over a WebSocket may take; 0: none is awaited."""
        return 0.0

    def over_wire(self, wire: str, texts: list[str | bytes]) -> bool:
        """Act on what came over a WebSocket; return whether all that was awaited has come."""
        return True

    def wire_closed(self, wire: str, code: int) -> None:
        """Act on a WebSocket that its other end closed: 1006, if that broke off."""
