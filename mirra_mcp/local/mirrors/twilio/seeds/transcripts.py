"""Facts about what was said, pressed and heard in a call, and for how long it lasted."""

from dataclasses import dataclass

from mirra_mcp.local.kit.facts import Look, value_at
from mirra_mcp.wire.model import Doc

CALLER = "other side"


@dataclass(frozen=True)
class InTranscript:
    """A line of the transcript tells of something, by one side of the call."""

    what: tuple[str, ...]
    words: str | None = None
    """What the line must say; None: anything."""
    is_whole: bool = False
    """Whether the line must say nothing else."""
    by_caller: bool = True

    @property
    def plain(self) -> str:
        """The claim."""
        who = "the other side" if self.by_caller else "this side"
        told = f"{who} {' or '.join(self.what)}"
        if self.words is None:
            return told
        return f'{told} {"exactly " if self.is_whole else ""}"{self.words}"'

    fields, entities = ("transcript",), ()

    def holds(self, doc: Doc, look: Look) -> bool:
        """Look for the line."""
        return any(
            line["what"] in self.what
            and (line["who"] == CALLER) == self.by_caller
            and self._says(str(line["words"]))
            for line in doc.get("transcript") or ()
        )

    def _says(self, words: str) -> bool:
        if self.words is None:
            return True
        if self.is_whole:
            return self.words in (words, words.removesuffix("#"))
        return " ".join(self.words.lower().split()) in " ".join(words.lower().split())


@dataclass(frozen=True)
class Between:
    """A field's number, or its text of digits, is between two, both of which may be it."""

    name: str
    low: int
    high: int

    @property
    def plain(self) -> str:
        """The claim."""
        return f"{self.name} is from {self.low} to {self.high}"

    @property
    def fields(self) -> tuple[str, ...]:
        """The field."""
        return (self.name,)

    entities = ()

    def holds(self, doc: Doc, look: Look) -> bool:
        """Compare."""
        value = str(value_at(doc, self.name) or "")
        return value.isdecimal() and self.low <= int(value) <= self.high
