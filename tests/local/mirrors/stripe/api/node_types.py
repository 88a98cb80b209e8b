"""What the types of an official Node SDK say of Stripe's objects, null by null.

Python's types call a field `Optional` whether it may be absent or null; Node's tell the two apart.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from mirra_mcp.local.mirrors.stripe.api.versions.shapes import Shape

BLOCK = re.compile(
    r"(?:export )?(?:default )?(?:declare )?(interface|namespace|module|class) '?(\w+)'?.*\{(\})?$"
)
ALIAS = re.compile(r"(?:export )?(?:declare )?type (\w+) = (.*);$")
FIELD = re.compile(r"(?:readonly )?['\"]?(\w+)['\"]?(\?)?: (.*);$")
MAP = re.compile(r"\[\w+: string\]: (.*);$")
OPEN = ("metadata", "previous_attributes", "data")
"""Fields whose content is the caller's own, or is of the version in which an event happened."""


@dataclass
class Scope:
    """A file, a namespace or an interface: what is declared inside it, and its fields."""

    outer: "Scope | None" = None
    inner: dict[str, "Scope"] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    fields: dict[str, tuple[bool, str]] = field(default_factory=dict)
    map: str = ""

    def within(self, name: str) -> "Scope":
        """Return what is called so in here, and make it if there is none."""
        return self.inner.setdefault(name, Scope(self))

    def find(self, name: str) -> "tuple[str, Scope] | Scope | None":
        """Return what a type names, looking outwards: an alias with its scope, or an interface."""
        head, _, rest = name.partition(".")
        scope: Scope | None = self
        while scope is not None:
            if not rest and head in scope.aliases:
                return scope.aliases[head], scope
            if head in scope.inner:
                return scope.inner[head]._inside(rest) if rest else scope.inner[head]
            scope = scope.outer
        return None

    def _inside(self, name: str) -> "tuple[str, Scope] | Scope | None":
        head, _, rest = name.partition(".")
        if not rest and head in self.aliases:
            return self.aliases[head], self
        found = self.inner.get(head)
        return found._inside(rest) if found and rest else found


@cache
def objects_of(folder: Path) -> dict[str, Scope]:
    """Return the objects of an SDK by their names in documents."""
    is_one = (folder / "types").is_dir()  # one namespace in all files, or a module a file
    home = folder / "types" if is_one else folder / "cjs" / "resources"
    root = Scope()
    _read(folder / ("types" if is_one else "cjs") / "shared.d.ts", root)
    for path in sorted(home.rglob("*.d.ts")):
        if re.search(r"Resource|EventTypes|index|shared", path.name):
            continue
        scope = root if is_one else Scope(root)
        _read(path, scope)
        if not is_one:
            for name, each in scope.inner.items():
                root.inner.setdefault(name, each)
            for name, text in scope.aliases.items():
                root.aliases.setdefault(name, text)
            root.inner[path.as_posix()] = scope
    return dict(_named(root, set()))


def _named(scope: Scope, seen: set[int]) -> Iterator[tuple[str, Scope]]:
    for each in scope.inner.values():
        if id(each) in seen:
            continue
        seen.add(id(each))
        name = re.fullmatch(r"'([^']+)'", each.fields.get("object", (False, ""))[1])
        if name and each.fields.get("deleted") != (False, "true"):
            yield name[1], each
        yield from _named(each, seen)


def _read(path: Path, scope: Scope) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    _declare([each for each in lines if each.strip()[:1] not in ("", "*", "/")], scope)


def _declare(lines: list[str], scope: Scope) -> None:
    """Take declarations from lines that are indented as the SDKs' are."""
    at = 0
    while at < len(lines):
        line = lines[at].strip()
        if block := BLOCK.match(line):
            indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
            end = at if block[3] else lines.index(f"{indent}}}", at)
            if block[1] == "module" or block[2] == "Stripe":
                _declare(lines[at + 1 : end], scope)
            elif block[1] != "class" and not block[2].endswith("Params"):
                _declare(lines[at + 1 : end], scope.within(block[2]))
            at = end + 1
            continue
        text, at = line, at + 1
        while at < len(lines) and (not text.endswith(";") or text.count("{") > text.count("}")):
            text, at = f"{text} {lines[at].strip()}", at + 1
        if found := ALIAS.match(text):
            scope.aliases[found[1]] = found[2]
        elif found := MAP.match(text):
            scope.map = found[1]
        elif found := FIELD.match(text):
            scope.fields[found[1]] = (bool(found[2]), found[3])


def misfits(doc: Any, folder: Path, path: str = "") -> Iterator[str]:
    """Tell every way in which a document isn't what the SDK's types say, at whatever depth."""
    if isinstance(doc, list):
        for index, each in enumerate(doc):
            yield from misfits(each, folder, f"{path}[{index}]")
        return
    name = doc.get("object") if isinstance(doc, dict) else None
    if name in ("list", "search_result"):
        yield from misfits(doc["data"], folder, path)
    elif isinstance(name, str) and doc.get("deleted") is not True:
        kind = objects_of(folder).get(name)
        path = path or name
        if kind is None:
            yield f"{path}: the SDK knows no object '{name}'"
        else:
            yield from _compare(doc, kind, folder, path)


def _compare(doc: dict[str, Any], kind: Scope, folder: Path, path: str) -> Iterator[str]:
    scope = kind.outer or kind
    for name, value in doc.items():
        if name in kind.fields:
            yield from _fit(value, kind.fields[name][1], scope, folder, f"{path}.{name}")
        elif kind.map:
            yield from _fit(value, kind.map, scope, folder, f"{path}[{name}]")
        else:
            yield f"{path}.{name} is no field"
    for name, (is_optional, _) in kind.fields.items():
        if name not in doc and not is_optional and name != "lastResponse":
            yield f"{path}.{name} is not there"


def _fit(value: Any, text: str, scope: Scope, folder: Path, path: str) -> Iterator[str]:
    parts = list(_parts(text, scope))
    words = [each for each, _ in parts]
    if path.rpartition(".")[2] in OPEN or {"any", "unknown"} & set(words):
        return
    if value is None:
        if "null" not in words:
            yield f"{path} is null"
    elif isinstance(value, bool):
        if not {"boolean", str(value).lower()} & set(words):
            yield f"{path} is {value}"
    elif isinstance(value, int | float):
        if "number" not in words:
            yield f"{path} is a number"
    elif isinstance(value, str):
        if not {"string", "Decimal", f"'{value}'"} & set(words):
            yield f"{path} is {value!r}, which is none of its values"
    elif isinstance(value, list):
        insides = [(each[6:-1], where) for each, where in parts if each.startswith("Array<")]
        for index, each in enumerate(value) if insides else ():
            yield from _fit(each, *insides[0], folder, f"{path}[{index}]")
        if not insides:
            yield f"{path} is a list"
    elif isinstance(value.get("object"), str):
        yield from misfits(value, folder, path)
    else:
        yield from _open(value, parts, folder, path)


def _open(
    value: dict[str, Any], parts: list[tuple[str, Scope]], folder: Path, path: str
) -> Iterator[str]:
    """Tell what is wrong in a hash, by the first of its types that says what is in it."""
    for text, scope in parts:
        if text.startswith("{"):
            inside = Scope(scope)
            _declare([each.strip() + ";" for each in text[1:-1].split(";") if each.strip()], inside)
            yield from _compare(value, inside, folder, path)
            return
        found = scope.find(text)
        if isinstance(found, Scope):
            yield from _compare(value, found, folder, path)
            return
    yield f"{path} is a hash"


def _parts(text: str, scope: Scope) -> Iterator[tuple[str, Scope]]:
    """Yield what a type may be, one by one, with where its names are looked for."""
    for each in _split(text.replace("Stripe.", "")):
        found = None if each[0] in "'{" or "<" in each else scope.find(each)
        if isinstance(found, tuple):
            yield from _parts(*found)
        else:
            yield each, scope


def _split(text: str) -> list[str]:
    parts, depth, quoted = [""], 0, False
    for letter in text:
        quoted ^= letter == "'"
        depth += (letter in "<{(") - (letter in ">})")
        if letter == "|" and not depth and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    return [each.strip() for each in parts if each.strip()]


def unlike(shape: Shape, kind: Scope, path: str, seen: tuple[int, ...] = ()) -> Iterator[str]:
    """Tell how a table of a mirror differs from an interface, and what is inside it."""
    if id(kind) in seen:
        return
    rows = {row[0]: row for row in shape.rows}
    for name, (is_optional, text) in kind.fields.items():
        parts = list(_parts(text, kind.outer or kind))
        words = [each for each, _ in parts]
        row = rows.pop(name, None)
        if name == "lastResponse" or words == ["void"]:
            continue
        if row is None:
            yield f"{path}.{name} isn't in the table"
        elif not is_optional and not row[1]:
            yield f"{path}.{name} must be there"
        elif is_optional and row[2] and "null" not in words:
            yield f"{path}.{name} is never null"
        elif row[3] is not None and (found := _inside(parts)) is not None:
            yield from unlike(row[3], found, f"{path}.{name}", (*seen, id(kind)))
    yield from (f"{path}.{name} is no field" for name in rows)


def _inside(parts: list[tuple[str, Scope]]) -> Scope | None:
    """Return the interface that a type holds, however deep in lists."""
    for text, scope in parts:
        if text.startswith("Array<"):
            return _inside(list(_parts(text[6:-1], scope)))
        found = None if text.startswith(("'", "{")) else scope.find(text)
        if isinstance(found, Scope) and found.fields and "object" not in found.fields:
            return found
    return None
