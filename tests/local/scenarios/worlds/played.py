"""The worlds, each played once, and the sentences that are graded in them."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

from mirra_mcp.local.scenarios.check.reading import Reading, read_all
from mirra_mcp.local.scenarios.world import World
from tests.local.scenarios.check.stage import Stage
from tests.local.scenarios.worlds import (
    clerk,
    companies,
    faults,
    resend,
    sellers,
    stripe,
    taxes,
    telephony,
    together,
    twilio,
    usage,
    whatsapp,
)

FOLDER = Path(__file__).parent
MODULES: Mapping[str, tuple[ModuleType, tuple[str, ...], str]] = {
    "clerk": (clerk, ("clerk",), "empty"),
    "companies": (companies, ("clerk",), "empty"),
    "resend": (resend, ("resend",), "empty"),
    "sellers": (sellers, ("stripe",), "empty"),
    "stripe": (stripe, ("stripe",), "empty"),
    "taxes": (taxes, ("stripe",), "empty"),
    "usage": (usage, ("stripe",), "empty"),
    "twilio": (twilio, ("twilio",), "verified-numbers"),
    "telephony": (telephony, ("twilio",), "ivr"),
    "whatsapp": (whatsapp, ("twilio",), "whatsapp-approved"),
    "faults": (faults, ("stripe", "resend"), "empty"),
    "together": (together, ("stripe", "resend", "twilio"), "empty"),
}
"""Per file of sentences its worlds, their mirrors, and the fixture."""
NOBODY = "nobody"
"""Stands where no world is."""


@dataclass(frozen=True)
class Played:
    """A world and the ids in it."""

    stage: Stage
    names: Mapping[str, str]
    world: World

    def read(self, text: str) -> Reading | None:
        """Read a sentence with the world's ids filled in."""
        for name, id in self.names.items():
            text = text.replace(f"{{{name}}}", id)
        return read_all([text], self.stage.vocabulary)[0]

    def passes(self, text: str) -> bool | None:
        """Grade a sentence; None if code doesn't."""
        reading = self.read(text)
        return reading.grade(self.world).passed if reading is not None else None


@cache
def played(file: str, name: str) -> Played:
    """Return a world, played at its first use."""
    module, vendors, seed = MODULES[file]
    stage = Stage(*vendors, seed=seed)
    play: Callable[[Stage], Mapping[str, str]] = getattr(module, name)
    names = play(stage)
    return Played(stage, names, stage.world())


@dataclass(frozen=True)
class Row:
    """A sentence, and the names of the worlds in which it is so."""

    text: str
    true: tuple[str, ...]
    false: tuple[str, ...]
    nearly: tuple[str, ...]


@cache
def rows(file: str) -> tuple[Row, ...]:
    """List the sentences of a file."""
    tables = tomllib.loads((FOLDER / f"{file}.toml").read_text(encoding="utf-8"))
    return tuple(
        Row(text, *(_named(part) for part in parts))
        for section in tables.values()
        for text, parts in section.items()
    )


@cache
def judged() -> dict[str, dict[str, str]]:
    """Return the sentences that code doesn't grade, by mirrors, with the reasons."""
    return tomllib.loads((FOLDER / "judged.toml").read_text(encoding="utf-8"))


def _named(part: str) -> tuple[str, ...]:
    return tuple(name for name in part.split() if name != NOBODY)


def wrong(file: str) -> Iterator[str]:
    """List where a sentence isn't graded as it should be."""
    for row in rows(file):
        for names, expected in ((row.true, True), (row.false, False), (row.nearly, False)):
            for name in names:
                passed = played(file, name).passes(row.text)
                if passed is not expected:
                    yield f"{row.text!r} in {name}: {passed}, not {expected}"
