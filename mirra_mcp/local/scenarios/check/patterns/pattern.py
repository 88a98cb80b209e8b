"""A row of the grammar: what is written, and what claim is made of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mirra_mcp.local.scenarios.check.grades import Clause
from mirra_mcp.local.scenarios.check.shapes import Reader

Build = Callable[..., Clause | None]


@dataclass(frozen=True)
class Pattern:
    """One kind of criterion. Its examples are tests."""

    name: str
    shapes: tuple[str, ...]
    build: Build
    """Makes the claim of the reader and what the shape bound; None if it makes no sense."""
    examples: tuple[str, ...]

    def read(self, reader: Reader) -> Iterator[Clause]:
        """List the claims that a whole text makes by this pattern."""
        for shape in self.shapes:
            for bound in reader.whole(shape):
                clause = self.build(reader, **bound)
                if clause is not None:
                    yield clause
