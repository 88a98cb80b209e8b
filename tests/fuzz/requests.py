"""Requests that nobody would send, near enough to those that somebody does."""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, get_args
from urllib.parse import quote, urlencode

from hypothesis import strategies as st
from pydantic import BaseModel

from mirra_mcp.client import forms

SCALE = float(os.environ.get("MIRRA_FUZZ") or 1)
"""How many times the usual number of requests are made; other than 1, they differ each time."""

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, -(2**63), 10**30, 1e308, -0.0, 0.1,
    "", " ", "\n", "a\r\nb: c", "\x00", "é", "\U0001f600", "x" * 300, "9" * 40, "-1", "1e400",
    "NaN", "null", "true", "1970-01-01", "9999-12-31T23:59:59Z", "http://[", "a@b", "+1", "'", '"',
    "../..", "%", "%00", "{}", "[", "<script>", "now", "max", "auto", "usd", "card", "en",
    [], {}, [[]], [{}], [None], [""], {"": ""}, {"0": 0}, {"a": {"a": {}}}, ["a", "a"],
)  # fmt: skip
DEEP = json.loads("[" * 120 + "]" * 120)
NAMES = ("id", "limit", "cursor", "after", "before", "status", "expand", "created", "metadata")
HEADERS = (
    "idempotency-key", "content-type", "authorization", "stripe-version", "stripe-account",
    "accept", "user-agent", "x-group-id", "x-scope", "last-event-id", "range", "expect-ct",
)  # fmt: skip
TYPES = (
    "application/json", "application/x-www-form-urlencoded", "text/plain", "",
    "multipart/form-data", "application/json; charset=utf-16",
)  # fmt: skip


@dataclass(frozen=True)
class Sent:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None


def values(known: Sequence[str], names: Sequence[str]) -> st.SearchStrategy[Any]:
    """Values of fields: odd ones, ids that exist, and shapes made of both."""
    leaf = st.one_of(st.sampled_from(ODD), st.sampled_from(known or ("x",)), st.text(max_size=8))
    keys = st.one_of(st.sampled_from(names or ("a",)), st.text(max_size=4))
    shape = st.recursive(
        leaf,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
        max_leaves=6,
    )
    return st.one_of(leaf, shape, st.just(DEEP))


def requests(
    endpoints: Sequence[tuple[str, str, Sequence[str]]],
    known: Sequence[str],
    headers: dict[str, str],
    encoding: str = "json",
) -> st.SearchStrategy[Sent]:
    """Requests to endpoints: method, path with placeholders, names of parameters."""

    @st.composite
    def request(draw: st.DrawFn) -> Sent:
        method, path, names = draw(st.sampled_from(endpoints))
        odd = draw(st.integers(0, 9))
        if odd == 0:
            method = draw(st.sampled_from(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")))
        filled = "/".join(_segment(draw, part, known) for part in path.split("/"))
        value = values(known, names)
        fields = st.dictionaries(st.sampled_from((*names, *NAMES)), value, max_size=5)
        given = draw(fields)
        sent = dict(headers)
        if odd < 3:
            name = draw(st.sampled_from(HEADERS))
            said = draw(st.one_of(st.sampled_from(TYPES), st.sampled_from(known or ("x",))))
            sent[name] = said
        if odd == 4:
            sent.pop("authorization", None)
        body: bytes | None = None
        if method in ("GET", "HEAD", "DELETE"):
            query = forms.encode(given) if odd else urlencode({k: str(v) for k, v in given.items()})
            filled += f"?{query}" if query else ""
        elif odd == 5:
            body = draw(
                st.sampled_from((b"", b"[]", b"{", b"\xff", b"=", b"&&=&", b"a[=1&a]=2", b"null"))
            )
        elif encoding == "json" or odd == 6:
            body = json.dumps(given).encode()
            sent.setdefault("content-type", "application/json")
        else:
            body = forms.encode(given, repeats=encoding == "form-repeated").encode()
            sent.setdefault("content-type", "application/x-www-form-urlencoded")
        return Sent(method, filled, sent, body)

    return request()


def _segment(draw: st.DrawFn, part: str, known: Sequence[str]) -> str:
    if "{" not in part:
        return part
    head, _, rest = part.partition("{")
    tail = rest.partition("}")[2]
    value = draw(
        st.one_of(st.sampled_from(known or ("x",)), st.sampled_from(known or ("x",)), _odd_text)
    )
    return head + quote(str(value), safe="") + tail


_odd_text = st.one_of(
    st.sampled_from([str(each) for each in ODD if each != ""]), st.text(max_size=6)
)


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
