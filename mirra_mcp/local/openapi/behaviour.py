"""What a document can't say, written beside it in one small YAML file.

orders:
id: ord_{12}
first: pending
moves: {pending: [paid, cancelled], paid: [shipped]}
after: {pending: {cancelled: 30 minutes}}
unique: [reference]
defaults: {currency: eur}
events: {created: order.placed, paid: order.paid}
webhooks:
signing: standard-webhooks
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from mirra_mcp.local.kit.ids import BASE62, Ids
from mirra_mcp.wire.model import Doc

FORM = re.compile(r"\{(uuid|number|\d{1,2})\}")


@dataclass(frozen=True)
class IdForm:
    """How ids of a noun look: text with `{12}` (letters and digits), `{uuid}` or `{number}`."""

    text: str

    def made(self, ids: Ids, count: int) -> str:
        """Make one."""

        def hole(found: re.Match[str]) -> str:
            if found[1] == "uuid":
                return ids.uuid()
            return str(count + 1) if found[1] == "number" else ids.token(int(found[1]), BASE62)

        return FORM.sub(hole, self.text)


@dataclass(frozen=True)
class NounRules:
    """What is said of one noun."""

    id: IdForm | None = None
    first: str | None = None
    moves: dict[str, tuple[str, ...]] = field(default_factory=dict)
    after: dict[str, dict[str, timedelta]] = field(default_factory=dict)
    """By status: to which it goes by itself, and when."""
    unique: tuple[str, ...] = ()
    defaults: Doc = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)
    """By what happened (`created`, `updated`, `deleted`, a status): the webhook's name."""


@dataclass(frozen=True)
class Behaviour:
    """What is said of a whole API."""

    nouns: dict[str, NounRules] = field(default_factory=dict)


class BehaviourError(Exception):
    """A behaviour file that can't be used: where, and why."""


def read(given: Any, known: dict[str, tuple[set[str], tuple[str, ...]]]) -> Behaviour:
    """Read a behaviour file's content; `known` has each noun's fields and statuses.

    Raises:
        BehaviourError: it isn't of this form, or names what the document doesn't have.
    """
    if not isinstance(given, dict):
        raise BehaviourError("a behaviour file is an object of nouns, each with its rules")
    nouns = {}
    for name, rules in given.items():
        if name not in known:
            raise BehaviourError(f"{name}: no such noun; there are {', '.join(sorted(known))}")
        if not isinstance(rules, dict):
            raise BehaviourError(f"{name}: an object of rules is needed")
        nouns[name] = _rules(name, rules, *known[name])
    return Behaviour(nouns)


def _rules(noun: str, given: Doc, fields: set[str], statuses: tuple[str, ...]) -> NounRules:
    takes = ("id", "first", "moves", "after", "unique", "defaults", "events")
    for key in given:
        if key not in takes:
            raise BehaviourError(f"{noun}.{key}: no such rule; there are {', '.join(takes)}")

    def status(where: str, value: Any) -> str:
        if value not in statuses:
            told = ", ".join(statuses) or "none: no field of its schema has them"
            raise BehaviourError(f"{noun}.{where}: no such status '{value}'; there are {told}")
        return str(value)

    def table(where: str, of: Any = None) -> Doc:
        value = given.get(where) or {}
        if not isinstance(value, dict):
            raise BehaviourError(f"{noun}.{where}: an object is needed")
        return value

    moves = {
        status("moves", old): tuple(
            status(f"moves.{old}", new) for new in (each if isinstance(each, list) else [each])
        )
        for old, each in table("moves").items()
    }
    after: dict[str, dict[str, timedelta]] = {}
    for old, steps in table("after").items():
        if not isinstance(steps, dict):
            raise BehaviourError(f"{noun}.after.{old}: an object of statuses and times is needed")
        after[status("after", old)] = {
            status(f"after.{old}", new): _span(f"{noun}.after.{old}.{new}", text)
            for new, text in steps.items()
        }
    for each in [*(given.get("unique") or []), *table("defaults")]:
        if each not in fields:
            told = ", ".join(sorted(fields))
            raise BehaviourError(f"{noun}: no such field '{each}'; there are {told}")
    form = given.get("id")
    if form is not None and not (isinstance(form, str) and FORM.search(form)):
        raise BehaviourError(f"{noun}.id: a text with {{12}}, {{uuid}} or {{number}} is needed")
    happenings = {"created", "updated", "deleted", *statuses}
    for happening, event in table("events").items():
        if happening not in happenings or not isinstance(event, str):
            told = ", ".join(sorted(happenings))
            raise BehaviourError(f"{noun}.events.{happening}: what happens is one of {told}")
    first = given.get("first")
    return NounRules(
        IdForm(form) if form else None,
        status("first", first) if first is not None else None,
        moves,
        after,
        tuple(given.get("unique") or ()),
        table("defaults"),
        table("events"),
    )


def _span(where: str, text: Any) -> timedelta:
    from pytimeparse2 import parse  # type: ignore[import-untyped]  # ships no types

    seconds = parse(str(text))
    if not isinstance(seconds, int | float) or seconds <= 0:
        raise BehaviourError(f"{where}: '{text}' is no length of time, such as '30 minutes'")
    return timedelta(seconds=float(seconds))
