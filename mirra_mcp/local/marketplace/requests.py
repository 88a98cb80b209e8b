"""Filling a request: parameters checked, then put into path, query, header and body.

Source: https://spec.openapis.org/oas/v3.0.3.html#style-values
"""

from dataclasses import dataclass
from typing import Any

from mirra_mcp.local.kit.errors import nearest
from mirra_mcp.local.marketplace.contents import comparable, encode, unsendable
from mirra_mcp.local.marketplace.errors import invalid
from mirra_mcp.local.marketplace.openapi import Problem
from mirra_mcp.local.marketplace.plans import Plan, Slot
from mirra_mcp.local.marketplace.schemas import mistakes
from mirra_mcp.local.marketplace.styles import in_cookie, in_header, in_path, in_query, text
from mirra_mcp.wire.model import Doc


@dataclass
class Filled:
    """A request that is ready but for its host and credentials."""

    method: str
    path: str
    query: list[str]
    """Its parts, `name=value` each, encoded."""
    headers: dict[str, str]
    content: bytes | None
    server: Doc | None = None
    """Where it is sent, if not to the resource's base URL."""
    template: str = ""
    """The path before it was filled."""


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
    cookies: list[str] = []
    for called, slot in plan.slots.items():
        value, name = given.get(called), slot.name
        if value is None:
            continue
        if slot.place == "path":
            path = path.replace(f"{{{name}}}", in_path(name, value, slot.style, slot.explode))
        elif slot.place == "query":
            reserved = slot.allows_reserved
            query += in_query(name, value, slot.style, slot.explode, reserved=reserved)
        elif slot.place == "cookie":
            cookies += in_cookie(name, value, slot.style, slot.explode)
        else:
            headers[name] = in_header(value, slot.style, slot.explode)
    if cookies:
        headers["Cookie"] = "; ".join(cookies)
    content = None
    if body is not None and plan.body is not None:
        headers["Content-Type"], content = encode(plan.body, body)
    return Filled(
        plan.method.http_method, path, query, headers, content, plan.server, plan.method.path
    )


def _described(plan: Plan) -> list[str]:
    needed = {name for name, slot in plan.slots.items() if slot.required}
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
        found += _unsendable(name, slot, given[name])
    body, wrong = _gather(plan, given)
    found += wrong
    if plan.body is not None and not wrong:
        if body is None:
            if plan.body.required:
                found.append(("body", "is required"))
        else:
            if (why := unsendable(plan.body, body)) is not None:
                return [*found, ("body", why)], body
            for schema in plan.body.schemas:
                shown = comparable(plan.body, body)
                for where, message in mistakes(schema, plan.document, shown, "body"):
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


def _unsendable(name: str, slot: Slot, value: Any) -> list[Problem]:
    texts = [text(each) for each in (value if isinstance(value, list) else [value])]
    if slot.place == "path" and any(each in ("", ".", "..") for each in texts):
        return [(name, "can't be empty or dots: it is part of the path")]
    if slot.place == "header" and any(
        not each.isascii() or any(ord(c) < 32 or ord(c) == 127 for c in each) for each in texts
    ):
        return [(name, "has characters that a header can't carry")]
    return []
