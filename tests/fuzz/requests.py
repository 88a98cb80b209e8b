"""Requests that nobody would send, near enough to those that somebody does.

A request is thrown with dice of its own, which one number seeds: the same number, the same request.
"""

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, get_args
from urllib.parse import quote, urlencode

from pydantic import BaseModel

from mirra_mcp.client import forms

SCALE = float(os.environ.get("MIRRA_FUZZ") or 1)
"""How many times the usual number of requests are made; other than 1, they differ each time."""

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, -(2**63), 10**30, 1e308, -0.0, 0.1,
    "", " ", "\n", "a\r\nb: c", "\x00", "é", "\U0001f600", "\ud800", "x" * 300, "9" * 40, "-1",
    "1e400", "NaN", "null", "true", "1970-01-01", "9999-12-31T23:59:59Z", "http://[", "a@b", "+1",
    "'", '"', "../..", "%", "%00", "{}", "[", "<script>", "now", "max", "auto", "usd", "card", "en",
    [], {}, [[]], [{}], [None], [""], {"": ""}, {"0": 0}, {"a": {"a": {}}}, ["a", "a"],
)  # fmt: skip
DEEP = json.loads("[" * 120 + "]" * 120)
NAMES = ("id", "limit", "cursor", "after", "before", "status", "expand", "created", "metadata")
HEADERS = (
    "idempotency-key", "content-type", "authorization", "stripe-version", "stripe-account",
    "accept", "user-agent", "x-group-id", "x-scope", "last-event-id", "range", "expect-ct",
    "x-mirra-host",
)  # fmt: skip
TYPES = (
    "application/json", "application/x-www-form-urlencoded", "text/plain", "",
    "multipart/form-data", "application/json; charset=utf-16",
)  # fmt: skip
BROKEN = (b"", b"[]", b"{", b"\xff", b"=", b"&&=&", b"a[=1&a]=2", b"null", b"[" * 2000)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")


@dataclass(frozen=True)
class Sent:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None


Throw = Callable[[Random], Sent]
"""Makes a request of dice."""
Endpoint = tuple[str, str, Sequence[str]]
"""Method, path with placeholders, names of parameters."""


def text(dice: Random, most: int = 8) -> str:
    """Throw a text of any characters."""
    return "".join(
        chr(dice.choice((dice.randrange(32, 127), dice.randrange(0xD7FF))))
        for _ in range(dice.randrange(most))
    )


def value(dice: Random, known: Sequence[str], names: Sequence[str], depth: int = 2) -> Any:
    """Throw a value: an odd one, an id that exists, or a shape made of both."""
    kind = dice.randrange(12)
    if kind == 0:
        return DEEP
    if kind < 3 and depth:
        return [value(dice, known, names, depth - 1) for _ in range(dice.randrange(4))]
    if kind < 5 and depth:
        keys = [dice.choice(names) if names else text(dice, 4) for _ in range(dice.randrange(4))]
        return {key: value(dice, known, names, depth - 1) for key in keys}
    if kind < 8:
        return dice.choice(known)
    return text(dice) if kind == 8 else dice.choice(ODD)


def requests(
    endpoints: Sequence[Endpoint],
    known: Sequence[str],
    headers: dict[str, str],
    encoding: str = "json",
) -> Throw:
    """Return what throws requests to endpoints."""
    known = known or ("x",)

    def throw(dice: Random) -> Sent:
        method, path, names = dice.choice(endpoints)
        odd = dice.randrange(10)
        if odd == 0:
            method = dice.choice(METHODS)
        filled = "/".join(_segment(dice, part, known) for part in path.split("/"))
        told = (*names, *NAMES)
        given = {dice.choice(told): value(dice, known, names) for _ in range(dice.randrange(6))}
        sent = dict(headers)
        if odd < 3:
            said = dice.choice((*TYPES, *known[:6], *map(str, ODD)))
            sent[dice.choice(HEADERS)] = "".join(each for each in said if each.isprintable())
        if odd == 4:
            sent.pop("authorization", None)
        body: bytes | None = None
        if method in ("GET", "HEAD", "DELETE"):
            query = forms.encode(given) if odd else urlencode(_texts(given), errors="replace")
            filled += f"?{query}" if query else ""
        elif odd == 5:
            body = dice.choice(BROKEN)
        elif encoding == "json" or odd == 6:
            body = json.dumps(given).encode()
            sent.setdefault("content-type", "application/json")
        else:
            body = forms.encode(given, repeats=encoding == "form-repeated").encode()
            sent.setdefault("content-type", "application/x-www-form-urlencoded")
        return Sent(method, filled, sent, body)

    return throw


def _texts(given: dict[str, Any]) -> dict[str, str]:
    return {name: str(each) for name, each in given.items()}


def _segment(dice: Random, part: str, known: Sequence[str]) -> str:
    if "{" not in part:
        return part
    head, _, rest = part.partition("{")
    tail = rest.partition("}")[2]
    kind = dice.randrange(6)
    told = dice.choice(known) if kind < 4 else str(dice.choice(ODD)) if kind < 5 else text(dice, 6)
    return head + quote(told or "x", safe="", errors="replace") + tail


def names_of(model: type[BaseModel] | None) -> list[str]:
    """The names of a model's fields, and of those within, as callers write them."""
    found: dict[str, None] = {}
    seen: set[type] = set()

    def look(kind: Any) -> None:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            if kind in seen:
                return
            seen.add(kind)
            for name, field in kind.model_fields.items():
                found[field.alias or name] = None
                look(field.annotation)
        for inner in get_args(kind):
            look(inner)

    look(model)
    return list(found)


def ids_in(value: Any) -> Iterable[str]:
    """The ids of all documents within a state."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name in ("id", "sid") and isinstance(each, str):
                yield each
            else:
                yield from ids_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from ids_in(each)
