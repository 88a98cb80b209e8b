"""A document that a criterion speaks of, as a reader of a verdict sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mirra_mcp.local.scenarios.check.values import at_path
from mirra_mcp.local.scenarios.vocabulary import Noun
from mirra_mcp.wire.model import Doc

LABELS = ("from", "to", "subject", "email", "name", "amount")
"""Fields that help a reader to recognise a document."""
LABEL = 60


@dataclass(frozen=True, slots=True)
class Found:
    """A document that was found, and where the log tells why."""

    noun: Noun
    id: str
    doc: Doc
    entry: int = 0
    at: datetime | None = None
    is_sure: bool = True
    """Whether what is said of it is true; else it only keeps the opposite from being true."""

    def __str__(self) -> str:
        """Name it by its id."""
        return self.id

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from every other document."""
        return self.noun.vendor, self.noun.plural, self.id

    @property
    def shown(self) -> dict[str, Any]:
        """Return the fields that one knows it by."""
        names = (*LABELS, *self.noun.names, self.noun.status_field)
        return {
            name: self.doc[name]
            for name in dict.fromkeys(names)
            if self.doc.get(name) not in (None, "", [], {})
        }

    @property
    def described(self) -> str:
        """Name it with the fields that one knows it by."""
        shown = [f"{name} {_brief(value)}" for name, value in self.shown.items()]
        return f"{self.noun.spoken} {self.id}" + (f" ({', '.join(shown)})" if shown else "")

    def value(self, paths: Sequence[str]) -> Any:
        """Return what the first of the paths holds that has anything."""
        values = [at_path(self.doc, path) for path in paths]
        return next((each for each in values if each not in (None, "", [], {})), values[0])


def _brief(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        text = ", ".join(value)
    else:
        text = value if isinstance(value, str) else str(value)
    return text if len(text) <= LABEL else text[: LABEL - 1] + "…"
