"""Phrases: how the Setup text of a scenario speaks of a vendor's state, and what makes it so.

A vendor lists its phrases in `Mirror.phrases`; whoever reads the text needs to know no vendor. A
phrase is a pattern in plain words with placeholders, and a function that builds what it says:

    @phrase("{count} verified domains?( {values})?")
    def verified(resend: Resend, said: Said) -> str: ...

| placeholder | what it stands for |
|---|---|
| `{count}` | `a`, `three`, `12`, `1,000` |
| `{value}`, `{values}` | something in backticks or quotes, an address, an id; one or a list |
| `{name}` | `named Alice`, `called "Pro plan"` |
| `{money}` | `$45.00`, `45 EUR`, `4500 cents` |
| `{span}` | `10 days`, `an hour` |
| `{percent}` | `5%` |

`{money:price}` gives it a name of its own; a blank stands for any blanks.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from mirra_mcp.local.kit.resource import Resource

_NAMES = """
a, an, one, single | two, a couple of | three, a few | four | five, several | six | seven | eight |
nine | ten | eleven | twelve, a dozen | thirteen | fourteen | fifteen | sixteen | seventeen |
eighteen | nineteen | twenty
"""
NUMBERS = {
    name: value
    for value, names in enumerate(_NAMES.split("|"), 1)
    for name in (each.strip() for each in names.split(","))
} | {"thirty": 30, "forty": 40, "fifty": 50, "a hundred": 100, "one hundred": 100}
CURRENCIES = {"$": "usd", "€": "eur", "£": "gbp", "dollar": "usd", "euro": "eur", "pound": "gbp"}
UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
MONTH = 30 * 86_400

_VALUE = (
    r"`[^`\n]+`|\"[^\"\n]+\"|“[^”\n]+”|'[^'\n]+'|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\+\d{7,15}"
    r"|https?://[^\s,`]+[^\s,`.]|[a-z]{2,8}_[A-Za-z0-9_]+|(?:[a-z0-9-]+\.)+[a-z]{2,}"
    r"|(?-i:[A-Z][A-Z0-9]{3,})(?!\w)"
)
_COUNT = r"(?:exactly )?(?:\d[\d,]*|" + "|".join(sorted(NUMBERS, key=len, reverse=True)) + ")"
_PROPER = r"[A-Z]\w*(?: [A-Z]\w*)*"
_KINDS = {
    "count": _COUNT,
    "value": _VALUE,
    "values": rf"(?:{_VALUE})(?:(?:, and |,? and |, )(?:{_VALUE}))*",
    "name": rf"(?:named|called|titled) (?:{_VALUE}|(?-i:{_PROPER}))",
    "money": r"(?:[$€£] ?\d[\d,]*(?:\.\d\d)?|\d[\d,]*(?:\.\d\d)? ?(?:dollars?|euros?|pounds?|cents|"
    r"(?-i:[A-Z]{3})))(?: \w{3}(?![\w]))??",
    "span": rf"(?:\d+|{'|'.join(sorted(NUMBERS, key=len, reverse=True))}) "
    r"(?:second|minute|hour|day|week|month|year)s?",
    "percent": r"\d+(?:\.\d+)? ?%",
}
_HOLE = re.compile(r"{(\w+)(?::(\w+))?}")


@dataclass(frozen=True, slots=True)
class Said:
    """What a phrase's placeholders stand for."""

    groups: dict[str, str | None]
    text: str

    def has(self, name: str) -> bool:
        """Tell whether an optional part was said."""
        return self.groups.get(name) is not None

    def word(self, name: str) -> str | None:
        """Return a group of the pattern as it was said, in lower case."""
        found = self.groups.get(name)
        return found.lower() if found else None

    def count(self, name: str = "count") -> int:
        """Return a number; 1 if none was said."""
        text = (self.groups.get(name) or "one").lower().removeprefix("exactly ")
        plain = text.replace(",", "")
        return int(plain) if plain.isdecimal() else NUMBERS[text]

    def values(self, name: str = "values") -> list[str]:
        """Return the values of a list, without quotes."""
        found = re.findall(_VALUE, self.groups.get(name) or "", re.IGNORECASE)
        return [bare(each) for each in found]

    def value(self, name: str = "value") -> str | None:
        """Return one value, without quotes, or None."""
        found = self.groups.get(name)
        return bare(found) if found else None

    def name(self, name: str = "name") -> str | None:
        """Return what something is called, or None."""
        found = self.groups.get(name)
        return bare(found.split(" ", 1)[1]) if found else None

    def money(self, name: str = "money") -> tuple[int, str]:
        """Return an amount in the currency's smallest unit, and the currency."""
        text = self.groups.get(name) or "$0"
        digits = re.sub(r"[^\d.]", "", text).rstrip(".")
        whole, _, part = digits.partition(".")
        if "cent" in text.lower():
            return int(whole), "usd"
        code = re.search(r"\b([A-Z]{3})\b", text)
        found = next((code for sign, code in CURRENCIES.items() if sign in text.lower()), "usd")
        amount = int(whole) * 100 + int(part.ljust(2, "0") or 0)
        return amount, code[1].lower() if code else found

    def span(self, name: str = "span") -> timedelta | None:
        """Return a length of time, or None."""
        text = (self.groups.get(name) or "").lower()
        if not text:
            return None
        number, unit = text.rsplit(" ", 1)
        count = int(number) if number.isdecimal() else NUMBERS[number]
        unit = unit.removesuffix("s")
        seconds = {"month": MONTH, "year": 365 * 86_400}.get(unit) or UNITS[unit]
        return timedelta(seconds=count * seconds)

    def percent(self, name: str = "percent") -> float | None:
        """Return a share from 0 to 1, or None."""
        found = self.groups.get(name)
        return float(found.rstrip("% ")) / 100 if found else None


@dataclass(frozen=True, slots=True)
class Phrase:
    """A way to speak of state, and what builds that state."""

    pattern: str
    build: Callable[[Any, Said], str]
    """Makes it so, and tells what was made."""

    def match(self, text: str, at: int) -> Said | None:
        """Read the phrase at a place of a text, if it stands there."""
        found = _compiled(self.pattern).match(text, at)
        return Said(found.groupdict(), found[0]) if found else None


def phrase(*patterns: str) -> Callable[[Callable[[Any, Said], str]], tuple[Phrase, ...]]:
    """Make phrases that build the same."""

    def made(build: Callable[[Any, Said], str]) -> tuple[Phrase, ...]:
        return tuple(Phrase(pattern, build) for pattern in patterns)

    return made


def phrases_of(module: Any) -> tuple[Phrase, ...]:
    """Collect the phrases of a module, in their order."""
    found = [each for each in vars(module).values() if isinstance(each, tuple)]
    return tuple(each for group in found for each in group if isinstance(each, Phrase))


def bare(text: str) -> str:
    """Take the quotes off a value."""
    return text[1:-1] if text[:1] in "`\"“'" else text


@contextmanager
def naming(noun: Resource, *ids: str | None) -> Iterator[None]:
    """Let the next documents of a noun have these ids."""
    wanted = [id for id in ids if id]

    def new_id() -> str:
        return wanted.pop(0) if wanted else type(noun).new_id(noun)

    noun.new_id = new_id  # type: ignore[method-assign]  # of this instance, for the while
    try:
        yield
    finally:
        del noun.new_id


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    def hole(found: re.Match[str]) -> str:
        return f"(?P<{found[2] or found[1]}>{_KINDS[found[1]]})"

    plain = pattern.replace(" ?", r"\s*").replace(" ", r"\s+")
    return re.compile(_HOLE.sub(hole, plain) + r"(?![\w@])", re.IGNORECASE)
