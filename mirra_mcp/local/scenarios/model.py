"""A scenario as the engine knows it, and what can be wrong with one.

Source: https://docs.mirra.run/reference/scenario-format
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Tag = Literal["check", "judge"]

TIMEOUT = 60
JUDGE_MODEL = "claude-haiku-4-5"


@dataclass(frozen=True, slots=True)
class CriterionDoc:
    """One bullet of `## Success Criteria`."""

    index: int
    """From 0, in the scenario's order."""
    text: str
    """Without bullet and tag."""
    tag: Tag
    is_explicit: bool
    """Whether the scenario says the tag."""
    line: int | None = None
    warning: str | None = None
    """Why the tag looks wrong."""


@dataclass(frozen=True, slots=True)
class Config:
    """`## Config`, checked and with its defaults."""

    mirrors: tuple[str, ...]
    fixtures: Mapping[str, str] = field(default_factory=dict)
    """Per mirror that has one, its fixture's bare name."""
    fixture: str | None = None
    """As it was written."""
    fixture_file: str | None = None
    mirror_version: str | None = None
    timeout: int = TIMEOUT
    """Seconds that an attempt may take."""
    runs: int = 1
    agent: str = "custom"
    judge_model: str = JUDGE_MODEL
    persistent: bool = False
    faults: tuple[str, ...] = ()
    """Rules by which calls and webhooks fail, from the start of each attempt."""


@dataclass(frozen=True, slots=True)
class ScenarioDoc:
    """A scenario that can run."""

    title: str
    setup: str | None
    prompt: str | None
    expected_behavior: str | None
    criteria: tuple[CriterionDoc, ...]
    config: Config
    warnings: tuple[str, ...] = ()
    """Of the whole; a criterion has its own."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something that keeps a scenario from running, and the way out."""

    line: int | None
    message: str
    hint: str

    def __str__(self) -> str:
        """Return it as a line of a report."""
        where = f"Line {self.line}: " if self.line else ""
        return f"{where}{self.message} {self.hint}"


class ScenarioError(Exception):
    """A scenario with mistakes: all of them, in the document's order."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(str(each) for each in mistakes))
        self.mistakes = mistakes
