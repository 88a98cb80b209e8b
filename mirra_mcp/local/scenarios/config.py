"""`## Config`: its keys, their values, and what can be wrong with them.

Source: https://docs.mirra.run/reference/scenario-format
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mirra_mcp.local.kit import faults
from mirra_mcp.local.kit.errors import Refusal, nearest
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.scenarios.model import JUDGE_MODEL, TIMEOUT, Config, Mistake
from mirra_mcp.wire.faults import AddFault

Kinds = Mapping[str, type[Mirror]]

KEYS = (
    "mirrors",
    "fixture",
    "fixture-file",
    "mirror-version",
    "timeout",
    "runs",
    "agent",
    "judge-model",
    "persistent",
    "faults",
)
AGENTS = ("claude-code", "cursor", "copilot", "cline", "custom")
JUDGES = (JUDGE_MODEL, "gpt-4o-mini", "claude-sonnet-4-6")
MOST_RUNS = 100
LONGEST_RULE = 500
MOST_TIMEOUT = 86_400
_BOOLS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One key's value, as it was given, and where."""

    value: Any
    line: int | None = None


def key_of(name: str) -> str:
    """Return a key as Markdown spells it: `fixtureFile` and `fixture_file` are `fixture-file`."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name.strip())
    return re.sub(r"[\s_-]+", "-", spaced).lower()


def read_config(
    entries: Mapping[str, Entry], kinds: Kinds, mistakes: list[Mistake], line: int | None = None
) -> Config:
    """Return the configuration; what is wrong with it goes to `mistakes`.

    `line` is where the section begins, for what is missing from it.
    """
    return _Reading(entries, kinds, mistakes, line).config()


class _Reading:
    def __init__(
        self,
        entries: Mapping[str, Entry],
        kinds: Kinds,
        mistakes: list[Mistake],
        line: int | None,
    ) -> None:
        self._entries, self._kinds, self._mistakes, self._line = entries, kinds, mistakes, line
        lists = ("mirrors", "fixture", "mirror-version")
        self._words = {key: self._split(key) for key in lists}

    def config(self) -> Config:
        for key, entry in self._entries.items():
            if key not in KEYS:
                self._wrong(
                    entry,
                    f"Unknown config key '{key[:_SHOWN]}'.{nearest(key[:_SHOWN], KEYS)}",
                    f"The keys are {', '.join(KEYS)}.",
                )
        mirrors = self._mirrors()
        fixtures = self._fixtures(mirrors)
        self._versions(mirrors)
        return Config(
            mirrors=tuple(mirrors or fixtures),
            fixtures=fixtures,
            fixture=self._text("fixture"),
            fixture_file=self._text("fixture-file"),
            mirror_version=self._text("mirror-version"),
            timeout=self._whole("timeout", TIMEOUT, MOST_TIMEOUT, "seconds"),
            runs=self._whole("runs", 1, MOST_RUNS, "attempts"),
            agent=self._choice("agent", AGENTS, "custom"),
            judge_model=self._choice("judge-model", JUDGES, JUDGE_MODEL),
            persistent=self._bool("persistent"),
            faults=self._faults(mirrors or list(fixtures)),
        )

    def _wrong(self, entry: Entry | None, message: str, hint: str) -> None:
        self._mistakes.append(Mistake(entry.line if entry else self._line, message, hint))

    def _given(self, key: str) -> Entry | None:
        entry = self._entries.get(key)
        return None if entry is None or entry.value is None else entry

    def _split(self, key: str) -> list[str] | None:
        """Return a comma list's words, or None if it is nothing of the kind."""
        entry = self._given(key)
        if entry is None:
            return []
        value = entry.value
        if isinstance(value, str):
            value = re.split(r"[,\n]", value.strip().removeprefix("[").removesuffix("]"))
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self._wrong(entry, f"'{key}' can't be {_show(entry.value)}.", "Give a list of names.")
            return None
        return [bare for each in value if (bare := each.strip().strip("'\"`").strip())]

    def _mirrors(self) -> list[str]:
        entry, found = self._given("mirrors"), []
        for name in dict.fromkeys(each.lower() for each in self._words["mirrors"] or ()):
            if name in self._kinds:
                found.append(name)
            else:
                self._wrong(
                    entry,
                    f"Unknown mirror '{name[:_SHOWN]}'. Not in the current catalog."
                    f"{nearest(name[:_SHOWN], self._kinds)}",
                    f"The catalog has {', '.join(self._kinds)}.",
                )
        if self._words["mirrors"] == [] == self._words["fixture"]:
            self._wrong(
                entry,
                "'mirrors' is missing.",
                f"Say under '## Config' what to start, as 'mirrors: {next(iter(self._kinds))}'."
                f" The catalog has {', '.join(self._kinds)}.",
            )
        return found

    def _fixtures(self, mirrors: list[str]) -> dict[str, str]:
        entry, found = self._given("fixture"), dict[str, str]()
        for word in self._words["fixture"] or ():
            vendor, colon, name = (part.strip() for part in word.rpartition(":"))
            if not colon:
                vendor = self._owner(entry, name, mirrors)
            vendor = vendor.lower()
            if not vendor or not self._is_known(entry, vendor, name, mirrors):
                continue
            if found.setdefault(vendor, name) != name:
                self._wrong(entry, f"'{vendor}' has two fixtures.", "Give one fixture a mirror.")
        return found

    def _owner(self, entry: Entry | None, name: str, mirrors: list[str]) -> str:
        """Return whose a bare fixture is."""
        if len(self._words["mirrors"] or ()) == 1:
            return mirrors[0] if mirrors else ""
        named = [each for each in mirrors or self._kinds if name in self._kinds[each].fixtures]
        example = f"{(named or mirrors or list(self._kinds))[0]}:{name[:_SHOWN]}"
        if mirrors:
            what = f"The fixture '{name[:_SHOWN]}' may be of any of {', '.join(mirrors)}."
            self._wrong(entry, what, f"Say whose it is: 'fixture: {example}'.")
        elif self._words["mirrors"] == []:
            self._wrong(
                entry,
                f"The fixture '{name[:_SHOWN]}' has no mirror.",
                f"Use the qualified form 'fixture: {example}', or add 'mirrors:'.",
            )
        return ""

    def _is_known(self, entry: Entry | None, vendor: str, name: str, mirrors: list[str]) -> bool:
        if vendor not in self._kinds:
            self._wrong(
                entry,
                f"The fixture '{name[:_SHOWN]}' is of an unknown mirror, '{vendor[:_SHOWN]}'."
                f"{nearest(vendor[:_SHOWN], self._kinds)}",
                f"The catalog has {', '.join(self._kinds)}.",
            )
            return False
        fixtures = self._kinds[vendor].fixtures
        if name not in fixtures:
            self._wrong(
                entry,
                f"Unknown fixture '{vendor}:{name[:_SHOWN]}'.{nearest(name[:_SHOWN], fixtures)}",
                f"{vendor} has {', '.join(fixtures)}.",
            )
            return False
        if self._words["mirrors"] and vendor not in mirrors:
            self._wrong(
                entry,
                f"The fixture is of '{vendor}', which is not among 'mirrors'.",
                f"Add '{vendor}' to 'mirrors', or drop the fixture.",
            )
            return False
        return True

    def _versions(self, mirrors: list[str]) -> None:
        entry = self._given("mirror-version")
        for word in self._words["mirror-version"] or ():
            vendor, at, version = (part.strip() for part in word.rpartition("@"))
            if not at and len(mirrors) == 1:
                vendor = mirrors[0]
            here = self._kinds[vendor].version if vendor in self._kinds else None
            if vendor not in mirrors:
                self._wrong(
                    entry,
                    f"'mirror-version' can't be '{word[:_SHOWN]}'.",
                    "Write <mirror>@<version> for one of 'mirrors'"
                    + (
                        f", as '{mirrors[0]}@{self._kinds[mirrors[0]].version}'."
                        if mirrors
                        else "."
                    ),
                )
            elif version != here:
                self._wrong(
                    entry,
                    f"This Mirra has {vendor}@{here}, not {word[:_SHOWN]}.",
                    f"Pin {vendor}@{here}, or leave 'mirror-version' out.",
                )

    def _faults(self, mirrors: list[str]) -> tuple[str, ...]:
        """Return the fault rules, each a sentence that can be read."""
        entry = self._given("faults")
        if entry is None:
            return ()
        value = entry.value
        if isinstance(value, str):
            value = re.split(r";|\n\s*(?:[-*]\s+)?", value)
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self._wrong(entry, f"'faults' can't be {_show(entry.value)}.", "Give rules as text.")
            return ()
        rules = [bare for each in value if (bare := each.strip().strip("-* ").strip())]
        kinds = {name: self._kinds[name] for name in mirrors}
        for rule in rules:
            try:
                faults.read(kinds, AddFault(rule=rule[:LONGEST_RULE]))
            except Refusal as refusal:
                self._wrong(entry, refusal.message, refusal.hint or "See docs/faults.md.")
        return tuple(rules)

    def _text(self, key: str) -> str | None:
        entry = self._given(key)
        if entry is None:
            return None
        if isinstance(entry.value, list):
            return ", ".join(str(each) for each in entry.value)
        if not isinstance(entry.value, str) or not entry.value.strip():
            if key in ("fixture-file",) or not isinstance(entry.value, str):
                self._wrong(entry, f"'{key}' can't be {_show(entry.value)}.", "Give text.")
            return None
        return _unquoted(entry.value)

    def _whole(self, key: str, default: int, most: int, unit: str) -> int:
        entry = self._given(key)
        if entry is None:
            return default
        value = entry.value
        if isinstance(value, str):
            digits = re.fullmatch(r"([0-9]{1,9})\s*s?", _unquoted(value))
            value = int(digits[1]) if digits and (key == "timeout" or "s" not in value) else None
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            self._wrong(
                entry,
                f"'{key}' can't be {_show(entry.value)}.",
                f"Give a whole number of {unit} from 1 to {most}.",
            )
            return default
        return value

    def _choice(self, key: str, known: Iterable[str], default: str) -> str:
        entry = self._given(key)
        if entry is None:
            return default
        value = _unquoted(entry.value).lower() if isinstance(entry.value, str) else None
        if value is None or value not in known:
            guess = nearest((value or "")[:_SHOWN], known)
            self._wrong(
                entry,
                f"'{key}' can't be {_show(entry.value)}.{guess}",
                f"It is one of {', '.join(known)}."
                + (" MIRRA_JUDGE_MODEL chooses any other." if key == "judge-model" else ""),
            )
            return default
        return value

    def _bool(self, key: str) -> bool:
        entry = self._given(key)
        if entry is None:
            return False
        value = entry.value
        if isinstance(value, str):
            value = _BOOLS.get(_unquoted(value).lower())
        if not isinstance(value, bool):
            self._wrong(entry, f"'{key}' can't be {_show(entry.value)}.", "It is true or false.")
            return False
        return value


def _unquoted(text: str) -> str:
    return text.strip().strip("'\"`").strip()


def _show(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    return f"'{text[:_SHOWN]}'"
