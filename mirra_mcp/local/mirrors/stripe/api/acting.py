"""Events that are told later, and writes that are taken back."""

from collections.abc import Iterator
from contextlib import contextmanager

from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.wire.model import Doc


class Rehearsals(Mirror):
    """A mirror that can hold its tongue."""

    kept_back: list[tuple[str, Doc]] | None = None

    @contextmanager
    def held(self) -> Iterator[list[tuple[str, Doc]]]:
        """Keep back the events that are told inside: what caused them must be told first.

        Whoever holds them emits them afterwards, one by one.
        """
        outer, self.kept_back = self.kept_back, []
        try:
            yield self.kept_back
        finally:
            self.kept_back = outer

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Take back what is written inside, and tell nobody of it: what previews are made in."""
        session, self.session = self.session, None
        try:
            with self.store.rehearsal():
                yield
        finally:
            self.session = session
