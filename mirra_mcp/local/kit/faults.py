"""Faults: which calls and webhooks of a session go wrong, how, and how often.

A rule is counted, not drawn by lot, so that a test that met it meets it again. It lives in the
session, not in a mirror's state: a snapshot doesn't have it, a reset of its mirror removes it.
"""

import random
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any, get_args

import orjson

from mirra_mcp.local.kit import sentences
from mirra_mcp.local.kit.clock import duration
from mirra_mcp.local.kit.errors import Refusal, VendorError, nearest, one_of
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.reading import invalid
from mirra_mcp.local.kit.routes import PLACEHOLDER, Call, Route
from mirra_mcp.local.kit.webhooks import Parcel
from mirra_mcp.wire import faults as wire

MOST = 100
"""Rules that a session can have."""
CALLS, WEBHOOKS = get_args(wire.CallEffect), get_args(wire.WebhookEffect)
HIDDEN = re.compile(r":([A-Za-z_]\w*)")


@dataclass
class Rule:
    """One rule, and its counts."""

    id: str
    said: wire.AddFault
    mirror: str
    effect: wire.Effect
    delay: timedelta | None = None
    matched: int = 0
    struck: int = 0
    met: set[str] = field(default_factory=set)
    """The deliveries that it has struck: a webhook meets it once, however often it is tried."""
    dice: random.Random = field(default_factory=random.Random)

    def strikes(self) -> bool:
        """Count one more match; tell whether it is this one's turn."""
        self.matched += 1
        said = self.said
        if self.matched <= said.skip or (said.times != "always" and self.struck >= said.times):
            return False
        if said.probability is not None and self.dice.random() >= said.probability:
            return False
        self.struck += 1
        return True

    def is_about(self, call: Call, spec: str, fields: Mapping[str, Any]) -> bool:
        """Tell whether a call of its mirror is one of those that it names."""
        wanted = self.said.call
        if wanted is not None and wanted not in (spec, f"{call.method} {call.path}"):
            return False
        return all(_text(_at(fields, name)) == _text(v) for name, v in self.said.match.items())

    def seconds(self) -> float:
        """Return how long it takes, in real time."""
        return 1.0 if self.said.seconds is None else self.said.seconds

    def show(self) -> wire.Fault:
        """Return the rule as the API shows it."""
        said = self.said.model_dump(exclude={"rule", "mirror", "effect"})
        sentence = sentences.write(self.said, self.mirror, self.effect)
        return wire.Fault(
            fault_id=self.id,
            rule=sentence,
            mirror=self.mirror,
            effect=self.effect,
            matched=self.matched,
            struck=self.struck,
            **said,
        )


class Faults:
    """The rules of one session."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self._count = 0

    def add(self, mirrors: Mapping[str, Mirror], wanted: wire.AddFault) -> Rule:
        """Add a rule.

        Raises:
            Refusal: it can't be read, or nothing of the session could ever meet it.
        """
        rule = read({name: type(each) for name, each in mirrors.items()}, wanted)
        if len(self.rules) >= MOST:
            raise Refusal(
                409,
                "mirra.fault.limit_reached",
                f"The session has {MOST} fault rules already.",
                "Remove some with DELETE /v1/sessions/{id}/faults.",
            )
        self._count += 1
        rule.id = f"flt_{self._count}"
        self.rules.append(rule)
        return rule

    def remove(self, id: str | None = None, mirror: str | None = None) -> list[str]:
        """Remove one rule, those of one mirror, or all; return their ids.

        Raises:
            Refusal: there is no rule of that id.
        """
        gone = [
            rule for rule in self.rules if id in (None, rule.id) and mirror in (None, rule.mirror)
        ]
        if id is not None and not gone:
            ids = [rule.id for rule in self.rules]
            raise Refusal(
                404,
                "mirra.fault.not_found",
                f"The session has no fault rule '{id[:40]}'.{nearest(id, ids)}",
                f"It has {one_of(ids)}." if ids else "It has none.",
            )
        self.rules = [rule for rule in self.rules if rule not in gone]
        return [rule.id for rule in gone]

    def of_call(self, mirror: Mirror, call: Call) -> Rule | None:
        """Return the first rule whose turn it is with this call. All that match count it."""
        mine = [r for r in self.rules if r.mirror == mirror.vendor and r.effect in CALLS]
        if not mine:
            return None
        found = mirror.router().find(call.method, call.path)
        target = None if isinstance(found, set) else found[0]
        spec = target.spec if isinstance(target, Route) else f"{call.method} {call.path}"
        fields = _fields(mirror, call) if any(rule.said.match for rule in mine) else {}
        striking = [rule for rule in mine if rule.is_about(call, spec, fields) and rule.strikes()]
        for late in striking[1:]:
            late.struck -= 1
        return striking[0] if striking else None

    def of_webhook(self, parcel: Parcel) -> Rule | None:
        """Return the first rule whose turn it is with this attempt to deliver."""
        for rule in self.rules:
            if rule.effect not in WEBHOOKS or rule.mirror != parcel.mirror:
                continue
            if parcel.id in rule.met or not fnmatchcase(parcel.type, rule.said.webhook or "*"):
                continue
            if rule.strikes():
                rule.met.add(parcel.id)
                return rule
        return None


def read(kinds: Mapping[str, type[Mirror]], wanted: wire.AddFault) -> Rule:
    """Return what a rule says, checked against the mirrors that there are; it has no id yet.

    Raises:
        Refusal: it can't be read, or nothing could ever meet it.
    """
    if wanted.rule is not None:
        if wanted.model_copy(update={"rule": None, "mirror": None}) != wire.AddFault():
            raise invalid("Give a rule as the sentence 'rule' or as fields, not both.")
        sentence = sentences.read(wanted.rule, tuple(kinds))
        if wanted.mirror is not None:
            sentence.mirror = sentence.mirror or wanted.mirror
        wanted = sentence
    mirror = _mirror(kinds, wanted.mirror or _only(kinds, wanted))
    kind, effect = kinds[mirror], wanted.effect
    if effect is None:
        raise invalid("'effect' is missing.", f"It is one of {one_of((*CALLS, *WEBHOOKS))}.")
    is_webhook = effect in WEBHOOKS
    if is_webhook != (wanted.webhook is not None) and (is_webhook or wanted.webhook is not None):
        what = "webhooks: name a 'webhook' type, or '*'" if is_webhook else "calls, not webhooks"
        raise invalid(f"'{effect}' happens to {what}.")
    if is_webhook and (wanted.call is not None or wanted.match):
        raise invalid(f"'{effect}' happens to webhooks: 'call' and 'match' don't apply.")
    if wanted.webhook is not None:
        _check_type(kind, wanted.webhook)
    if wanted.call is not None:
        wanted = wanted.model_copy(update={"call": _call(kind, wanted.call)})
    if (effect == "error") != (wanted.error is not None):
        known = _errors(kind)
        raise invalid("'error' and the effect 'error' go together.", f"It is one of {known}.")
    if wanted.error is not None and wanted.error not in (*kind.fault_errors, *kind.declines):
        names = (*kind.fault_errors, *kind.declines)
        raise invalid(
            f"{mirror} has no error '{wanted.error[:40]}'.{nearest(wanted.error, names)}",
            f"It has {_errors(kind)}.",
        )
    if (effect == "late") != (wanted.delay is not None):
        raise invalid("'delay' and the effect 'late' go together.", "As delay: '10m'.")
    if wanted.seconds is not None and effect not in ("latency", "slow_answer"):
        raise invalid("'seconds' belongs to 'latency' and 'slow_answer'.")
    if (wanted.probability is None) != (wanted.seed is None):
        raise invalid("A 'probability' takes a 'seed', so that it can be repeated.")
    delay = duration(wanted.delay) if wanted.delay is not None else None
    return Rule("", wanted, mirror, effect, delay, dice=random.Random(wanted.seed))


@contextmanager
def failing(mirror: Mirror, rule: Rule | None) -> Iterator[None]:
    """Let a call meet the error of a rule: the vendor's answer at once, or a card declined in it.

    Raises:
        VendorError: the vendor's answer.
    """
    name = rule.said.error if rule is not None else None
    if name is not None and (made := mirror.fault_errors.get(name)):
        raise made()
    mirror.declining = name
    try:
        yield
    finally:
        mirror.declining = None


def _only(kinds: Mapping[str, type[Mirror]], wanted: wire.AddFault) -> str | None:
    """Return the one mirror that answers the call or sends the webhook, where only one does."""
    if wanted.call is not None:
        method, _, path = wanted.call.strip().partition(" ")
        path = PLACEHOLDER.sub("x", HIDDEN.sub(r"{\1}", path.strip().partition("?")[0]))
        routes = {name: each.router().find(method.upper(), path) for name, each in kinds.items()}
        holders = [name for name, found in routes.items() if not isinstance(found, set)]
    elif wanted.webhook is not None:
        holders = [
            name
            for name, each in kinds.items()
            if any(fnmatchcase(type, wanted.webhook) for type in each.webhook_events)
        ]
    else:
        return None
    return holders[0] if len(holders) == 1 else None


def _mirror(kinds: Mapping[str, type[Mirror]], name: str | None) -> str:
    if name is None and len(kinds) == 1:
        return next(iter(kinds))
    if name is None:
        raise invalid("'mirror' is missing.", f"The session has {one_of(kinds)}.")
    if name not in kinds:
        raise invalid(
            f"The session has no mirror '{name[:40]}'.{nearest(name, kinds)}",
            f"It has {one_of(kinds)}.",
        )
    return name


def _call(kind: type[Mirror], wanted: str) -> str:
    """Return an endpoint as the mirror writes it, or the one path that was meant."""
    method, _, path = wanted.strip().partition(" ")
    path = HIDDEN.sub(r"{\1}", path.strip().partition("?")[0])
    found = kind.router().find(method.upper(), PLACEHOLDER.sub("x", path))
    if isinstance(found, set) or not isinstance(found[0], Route):
        specs = [each.spec for each in kind.routes()]
        raise invalid(
            f"{kind.vendor} answers no '{wanted[:80]}'.{nearest(wanted, specs)}",
            "Write method and path, as 'POST /v1/things/{id}'.",
        )
    return found[0].spec if "{" in path or "{" not in found[0].path else f"{method.upper()} {path}"


def _check_type(kind: type[Mirror], wanted: str) -> None:
    if not any(fnmatchcase(each, wanted) for each in kind.webhook_events):
        raise invalid(
            f"{kind.vendor} sends no webhook '{wanted[:60]}'."
            f"{nearest(wanted, kind.webhook_events)}",
            "Write a type, or a pattern such as 'invoice.*'.",
        )


def _errors(kind: type[Mirror]) -> str:
    declines = f", or a decline: {', '.join(kind.declines[:5])}, ..." if kind.declines else ""
    return one_of(kind.fault_errors) + declines


def _fields(mirror: Mirror, call: Call) -> Mapping[str, Any]:
    try:
        given = mirror.read_fields(call)
    except (ValueError, VendorError):
        return {}
    return given if isinstance(given, dict) else {}


def _at(fields: Any, name: str) -> Any:
    for part in name.split("."):
        if isinstance(fields, list) and part.isdecimal() and int(part) < len(fields):
            fields = fields[int(part)]
        else:
            fields = fields.get(part) if isinstance(fields, dict) else None
    return fields


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
