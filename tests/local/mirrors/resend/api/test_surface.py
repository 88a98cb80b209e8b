"""The mirror has every route of Resend's SDK, as itself or as a told gap, and reads what it sends.

Source: https://github.com/resend/resend-python
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import resend

from mirra_mcp.local.kit.routes import Route
from mirra_mcp.local.mirrors import MIRRORS
from tests.fuzz.requests import names_of

KIT = Path(resend.__file__).parent
ROUTER = MIRRORS["resend"].router()
IN_PATH = frozenset(("id", "audience_id", "broadcast_id", "contact_id", "email", "webhook_id"))
"""Fields of the SDK's parameters that it puts into the path."""


class Sending(NamedTuple):
    """A call that the SDK makes: `x` stands for each id in the path."""

    method: str
    path: str
    fields: frozenset[str]


@cache
def calls() -> tuple[Sending, ...]:
    """Every call of the SDK."""
    return tuple(each for file in sorted(KIT.rglob("*.py")) for each in _calls(file))


def _calls(file: Path) -> Iterator[Sending]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    shapes = {each.name: each for each in ast.walk(tree) if isinstance(each, ast.ClassDef)}
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        inner = list(ast.walk(function))
        paths = {
            text
            for each in inner
            if isinstance(each, ast.Assign) and "path" in ast.unparse(each.targets[0])
            if (text := _text(each.value)) and text.startswith("/")
        }
        verbs = {
            str(each.value.value).upper()
            for each in inner
            if isinstance(each, ast.keyword) and each.arg == "verb"
            if isinstance(each.value, ast.Constant)
        }
        fields = frozenset(
            name
            for argument in function.args.args
            if argument.arg == "params" and argument.annotation
            for name in _fields(ast.unparse(argument.annotation).rpartition(".")[2], shapes)
        )
        for path in paths:
            for verb in verbs:
                yield Sending(verb, path, fields)


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = node.values
        return "".join(str(each.value) if isinstance(each, ast.Constant) else "x" for each in parts)
    if isinstance(node, ast.BinOp):
        return (_text(node.left) or "x") + (_text(node.right) or "x")
    return ""


def _fields(name: str, shapes: dict[str, ast.ClassDef]) -> Iterator[str]:
    shape = shapes.get(name)
    if shape is None:
        return
    for base in shape.bases:
        yield from _fields(ast.unparse(base).rpartition(".")[2], shapes)
    for each in shape.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            yield each.target.id


def test_every_route_of_the_sdk_is_mirrored_or_told_as_a_gap() -> None:
    """Source: https://github.com/resend/resend-python"""
    found = {(each.method, each.path) for each in calls()}
    assert len(found) > 100, "the sweep no longer sees the SDK's calls"
    assert [each for each in sorted(found) if isinstance(ROUTER.find(*each), set)] == []


def test_every_parameter_of_the_sdk_is_read() -> None:
    """Source: https://github.com/resend/resend-python"""
    unread: dict[tuple[str, str], set[str]] = {}
    seen = 0
    for each in calls():
        target = ROUTER.find(each.method, each.path)
        route = target[0] if isinstance(target, tuple) else None
        if not isinstance(route, Route) or route.params is None or each.method == "GET":
            continue
        seen += len(each.fields)
        more = each.fields - set(names_of(route.params)) - IN_PATH
        if more:
            unread.setdefault((each.method, each.path), set()).update(more)
    assert seen > 50, "the sweep no longer sees the SDK's parameters"
    assert unread == {}


def test_what_nobody_has_is_found_by_the_sweep() -> None:
    """A guard that never fires guards nothing."""
    assert isinstance(ROUTER.find("POST", "/nothing/of/the/sort"), set)
