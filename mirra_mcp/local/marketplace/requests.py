"""Filling a request: parameters checked, then put into path, query, header and body.

Source: https://spec.openapis.org/oas/v3.0.3.html#style-values
"""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from mirra_mcp.local.kit.errors import nearest
from mirra_mcp.local.marketplace.errors import invalid
from mirra_mcp.local.marketplace.openapi import Problem
from mirra_mcp.local.marketplace.plans import FORM, TEXT, Body, Plan, Slot
from mirra_mcp.local.marketplace.schemas import mistakes
from mirra_mcp.local.marketplace.styles import bracketed, in_header, in_path, in_query, text
from mirra_mcp.wire.model import Doc

Pairs = list[tuple[str, str]]


@dataclass
class Filled:
    """A request that is ready but for its host and credentials."""

    method: str
    path: str
    query: list[str]
    """Its parts, `name=value` each, encoded."""
    headers: dict[str, str]
    content: bytes | None


def fill(plan: Plan, given: Doc) -> Filled:
    """Return the request that calls a method with these parameters.

    Raises:
        Refused: some are missing, unknown or wrong; all of them are named.
    """
    found, body = _check(plan, given)
    if found:
        takes = ", ".join(_described(plan)) or "none"
        what = f"'{plan.method.name}' can't be called so: "
        raise invalid([*found, ("parameters", f"it takes {takes}")], what=what)
    path = plan.method.path
    query: list[str] = []
    headers: dict[str, str] = {}
    for name, slot in plan.slots.items():
        if given.get(name) is None:
            continue
        if slot.place == "path":
            written = in_path(name, given[name], slot.style, slot.explode)
            path = path.replace(f"{{{name}}}", written)
        elif slot.place == "query":
            query += in_query(
                name, given[name], slot.style, slot.explode, reserved=slot.allows_reserved
            )
        else:
            headers[name] = in_header(given[name], slot.explode)
    content = None
    if body is not None and plan.body is not None:
        headers["Content-Type"] = plan.body.type
        content = _encode(plan.body, body)
    return Filled(plan.method.http_method, path, query, headers, content)


def _described(plan: Plan) -> list[str]:
    needed = {slot.name for slot in plan.slots.values() if slot.required}
    return [f"{name} (required)" if name in needed else name for name in sorted(plan.names)][:40]


def _check(plan: Plan, given: Doc) -> tuple[list[Problem], Any]:
    found: list[Problem] = []
    for name, slot in plan.slots.items():
        if given.get(name) is None:
            if slot.required:
                found.append((name, "is required"))
            continue
        for schema in slot.schemas:
            found += mistakes(schema, plan.document, given[name], name)
        found += _unsendable(slot, given[name])
    body, wrong = _gather(plan, given)
    found += wrong
    if plan.body is not None and not wrong:
        if body is None:
            if plan.body.required:
                found.append(("body", "is required"))
        else:
            for schema in plan.body.schemas:
                for where, message in mistakes(schema, plan.document, body, "body"):
                    found.append((where.removeprefix("body.") or "body", message))
    return found, body


def _gather(plan: Plan, given: Doc) -> tuple[Any, list[Problem]]:
    """Return the body that the parameters make, and what is left over."""
    rest = {name: value for name, value in given.items() if name not in plan.slots}
    body = plan.body
    if body is None:
        return None, [_unknown(plan, name) for name in rest]
    whole = rest.pop("body") if "body" in rest and "body" not in body.names else None
    if whole is not None and (not isinstance(whole, dict) or not (body.names or body.is_open)):
        return whole, [_unknown(plan, name) for name in rest]
    strange = [] if body.is_open else [name for name in rest if name not in body.names]
    if strange:
        return None, [_unknown(plan, name) for name in strange]
    if whole is None and not rest:
        return ({} if body.required and body.names else None), []
    return {**(whole or {}), **rest}, []


def _unknown(plan: Plan, name: str) -> Problem:
    guess = nearest(name, plan.names).rstrip("?")
    return name[:80], f"is no parameter of '{plan.method.name}'{f'.{guess}?' if guess else ''}"


def _unsendable(slot: Slot, value: Any) -> list[Problem]:
    texts = [text(each) for each in (value if isinstance(value, list) else [value])]
    if slot.place == "path" and any(each in ("", ".", "..") for each in texts):
        return [(slot.name, "can't be empty or dots: it is part of the path")]
    if slot.place == "header" and any(
        not each.isascii() or any(ord(c) < 32 or ord(c) == 127 for c in each) for each in texts
    ):
        return [(slot.name, "has characters that a header can't carry")]
    return []


def _encode(body: Body, value: Any) -> bytes:
    if body.type == TEXT or (isinstance(value, str) and body.type != FORM and not body.schemas):
        return text(value).encode()
    if body.type != FORM or not isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    pairs: Pairs = []
    for name, each in value.items():
        encoding = body.encoding.get(name) or {}
        deep = encoding.get("style") == "deepObject"
        if isinstance(each, list) and not deep and all(not isinstance(x, dict) for x in each):
            pairs += [(name, text(x)) for x in each]
        elif each is not None:
            pairs += bracketed(name, each)
    return encoded(pairs).encode()


def encoded(pairs: Pairs) -> str:
    """Write pairs as a query or a form; brackets stay readable."""
    return "&".join(f"{quote(name, safe='[]')}={quote(value, safe='')}" for name, value in pairs)
