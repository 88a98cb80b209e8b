"""What the SDK declares of each parameter: its type, its values, its bounds.

Source: https://github.com/twilio/twilio-python
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

SPEC = find_spec("twilio.rest")
FOLDER = Path(next(iter((SPEC and SPEC.submodule_search_locations) or ())))
PREFIXES = {
    "api/v2010": "/2010-04-01",
    "accounts/v1": "/v1",
    "conversations/v1": "/conversations.twilio.com/v1",
    "iam/v1": "/v1",
    "lookups/v2": "/v2",
    "messaging/v1": "/v1",
    "trusthub/v1": "/v1",
    "verify/v2": "/v2",
}
"""By API of the SDK how its paths begin on the mirror."""
LONGEST = re.compile(
    r"(?:up to|max(?:imum)?(?: length(?: for each sample)?)?(?: of| is|:)?|no longer than"
    r"|limited to|length of) `?([\d,]+)`?(?: char|$)|([\d,]+) character maximum",
    re.I,
)
SHORTEST = re.compile(r"min length(?: for each sample)?: (\d+) char|(\d+) character minimum", re.I)
BETWEEN = re.compile(
    r"(?:between|from)\s+`?(\d[\d,]*)`?\s+(?:and|to|through)\s+`?(\d[\d,]*)`?"
    r"|possible values: (\d+)-(\d+)",
    re.I,
)
WORDS = re.compile(
    r"(?:can be|one of|possible values are|valid values are|can have the values?|supported values"
    r" are)[^.`]{0,30}((?:`[^`]+`(?:,? (?:or|and) |, ?| \| ?)?){2,})",
    re.I,
)


@dataclass(frozen=True)
class Parameter:
    """A parameter of an endpoint, as the SDK declares it."""

    method: str
    path: str
    name: str
    kind: str
    """`bool`, `int`, `float`, `datetime`, `date`, `sid`, `url`, `method`, `words` or `str`."""
    values: tuple[str, ...] = ()
    """The words that it may be."""
    longest: int | None = None
    """How many characters it may have."""
    bounds: tuple[int, int] | None = None
    """The least and the most that it may be, or may have of characters."""
    told: str = ""
    """The SDK's description."""


def parameters(wanted: Callable[[str], bool]) -> Iterator[Parameter]:
    """Yield every parameter of the endpoints whose paths are wanted."""
    for api, prefix in PREFIXES.items():
        for file in sorted((FOLDER / api).rglob("*.py")):
            text = file.read_text(encoding="utf-8")
            if any(wanted(prefix + path) for path in re.findall(r'self\._uri = "([^"]+)"', text)):
                yield from _of(ast.parse(text), prefix)


def _of(tree: ast.Module, prefix: str) -> Iterator[Parameter]:
    words = dict(_enums(tree))
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        uris = list(_paths(node))
        verbs = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
        for verb in verbs.values() if uris else ():
            method = _method(verb)
            if method is None:
                continue
            told = _told(verbs.get(verb.name.lstrip("_"), verb))
            types = {each.arg: each.annotation for each in verb.args.args}
            for name, argument in _sent(verb):
                annotation = types.get(argument)
                kind = ast.unparse(annotation) if annotation else "str"
                yield _parameter(
                    method, prefix + uris[0], name, kind, words, told.get(argument, "")
                )


def _enums(tree: ast.Module) -> Iterator[tuple[str, tuple[str, ...]]]:
    for outer in tree.body:
        if not isinstance(outer, ast.ClassDef):
            continue
        for node in outer.body:
            if isinstance(node, ast.ClassDef):
                values = tuple(
                    each.value.value
                    for each in node.body
                    if isinstance(each, ast.Assign)
                    and isinstance(each.value, ast.Constant)
                    and isinstance(each.value.value, str)
                )
                yield f"{outer.name}.{node.name}", values


def _paths(node: ast.ClassDef) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "self._uri":
            yield from (
                text.value
                for text in ast.walk(each.value)
                if isinstance(text, ast.Constant) and isinstance(text.value, str)
            )


def _method(verb: ast.FunctionDef) -> str | None:
    found = (
        each.value.value
        for each in ast.walk(verb)
        if isinstance(each, ast.keyword)
        and each.arg == "method"
        and isinstance(each.value, ast.Constant)
    )
    return next((each for each in found if isinstance(each, str)), None)


def _told(verb: ast.FunctionDef) -> dict[str, str]:
    doc = ast.get_docstring(verb) or ""
    return dict(re.findall(r":param (?:[\w.\[\]\" ]+ )?(\w+): *([^\n]*)", doc))


def _sent(verb: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """Yield each parameter's name with the argument that it comes from."""
    names = {each.arg for each in verb.args.args}
    for call in ast.walk(verb):
        if (
            isinstance(call, ast.Call)
            and ast.unparse(call.func) == "values.of"
            and isinstance(call.args[0], ast.Dict)
        ):
            for key, value in zip(call.args[0].keys, call.args[0].values, strict=True):
                used = {each.id for each in ast.walk(value) if isinstance(each, ast.Name)} & names
                if isinstance(key, ast.Constant) and used:
                    yield str(key.value), used.pop()


def _parameter(
    method: str,
    path: str,
    name: str,
    annotation: str,
    words: dict[str, tuple[str, ...]],
    told: str,
) -> Parameter:
    named = re.search(r"'(\w+Instance\.\w+)'", annotation)
    values = words.get(named[1], ()) if named else ()
    last = name.rpartition(".")[2]
    kind = "str"
    for each in ("bool", "int", "float", "datetime", "date"):
        if re.search(rf"\b{each}\b", annotation):
            kind = each
            break
    if values:
        kind = "words"
    elif kind == "str" and last.endswith("Sid") and last != "Sid":
        kind = "sid"
    elif kind == "str" and (last.endswith(("Url", "StatusCallback"))):
        kind = "url"
    elif kind == "str" and last.endswith("Method"):
        kind, values = "method", ("GET", "POST")
    elif kind == "str" and (found := WORDS.search(told)):
        kind, values = "words", tuple(re.findall("`([^`]+)`", found[1]))
    between = _number(BETWEEN, told, 2)
    longest, shortest = _number(LONGEST, told), _number(SHORTEST, told)
    bounds = (between[0], between[1]) if between else None
    if longest and shortest:
        bounds = (shortest[0], longest[0])
    return Parameter(
        method, path, name, kind, values, longest[0] if longest else None, bounds, told
    )


def _number(pattern: re.Pattern[str], told: str, count: int = 1) -> list[int]:
    """Return the numbers that a pattern finds in a description."""
    found = pattern.search(told)
    texts = [each for each in found.groups() if each] if found else []
    return [int(each.replace(",", "")) for each in texts[:count]]
