"""A call and its answer, as plain values: what every other module here speaks of."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["mirra", "mirror", "marketplace"]
"""What a base URL leads to: a control plane, one mirror of a session, or the marketplace."""

SETTING: Mapping[Kind, str] = {
    "mirra": "MIRRA_API_URL",
    "mirror": "The mirror's URL",
    "marketplace": "MIRRA_MARKETPLACE_URL",
}
"""Where a base URL comes from."""

SHORTEST_SECRET = 8
"""Characters below which a token can't be told from ordinary words, and is not looked for."""

Headers = Mapping[str, str | bytes]
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as failures name it."""

    method: str
    path: str
    """What follows the base URL, query included."""
    base: str
    kind: Kind

    @property
    def name(self) -> str:
        """Return method and path without the query."""
        return f"{self.method} {self.path.partition('?')[0]}"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    duration_ms: float


@dataclass(frozen=True, slots=True)
class RateLimit:
    """What the latest answer said about the workspace's calls."""

    limit: int
    remaining: int
    reset: int
    """Epoch seconds."""
