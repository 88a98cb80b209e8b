"""What the types of an official Python SDK say of Stripe's objects, read from its source."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any


@dataclass
class Kind:
    """A class of the SDK: its fields, and the classes inside it."""

    node: ast.ClassDef
    outer: "Kind | None" = None
    inner: dict[str, "Kind"] = field(default_factory=dict)
    fields: dict[str, ast.expr] = field(default_factory=dict)

    def find(self, name: str) -> "Kind | None":
        """Return a class that an annotation names, looking outwards."""
        head, _, rest = name.partition(".")
        kind: Kind | None = self
        while kind is not None and head not in kind.inner and kind.node.name != head:
            kind = kind.outer
        if kind is not None and kind.node.name != head:
            kind = kind.inner[head]
        return kind.find(rest) if kind is not None and rest else kind


@cache
def kinds(folder: Path) -> dict[str, Kind]:
    """Return the classes of an SDK by the `object` of their documents."""
    found: dict[str, Kind] = {}
    for path in sorted(folder.rglob("_*.py")):
        text = path.read_text(encoding="utf-8")
        if "OBJECT_NAME" not in text:
            continue
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef) and (name := _object_name(node)):
                found.setdefault(name, _kind(node))
    return found


def _object_name(node: ast.ClassDef) -> str | None:
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and ast.unparse(each.target) == "OBJECT_NAME":
            return str(ast.literal_eval(each.value)) if each.value else None
    return None


def _kind(node: ast.ClassDef, outer: Kind | None = None) -> Kind:
    kind = Kind(node, outer)
    for each in node.body:
        if isinstance(each, ast.ClassDef):
            kind.inner[each.name] = _kind(each, kind)
        elif isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            name = each.target.id
            if name not in ("OBJECT_NAME", "_inner_class_types", "_inner_class_types_"):
                kind.fields[name] = each.annotation
    return kind


def strangeness(doc: Any, folder: Path, path: str = "") -> Iterator[str]:
    """Tell every way in which a document isn't what the SDK's types say, at whatever depth."""
    if isinstance(doc, list):
        for index, each in enumerate(doc):
            yield from strangeness(each, folder, f"{path}[{index}]")
    elif isinstance(doc, dict) and isinstance(doc.get("object"), str):
        name = doc["object"]
        path = path or name
        if name in ("list", "search_result"):
            yield from strangeness(doc["data"], folder, path)
        elif doc.get("deleted") is True:
            return
        elif (kind := kinds(folder).get(name)) is None:
            yield f"{path}: the SDK knows no object '{name}'"
        else:
            yield from _compare(doc, kind, folder, path)


def _compare(doc: dict[str, Any], kind: Kind, folder: Path, path: str) -> Iterator[str]:
    for name, value in doc.items():
        known = kind.fields.get(name) or kind.fields.get(f"{name}_")
        if known is None:
            yield f"{path}.{name} is no field of {kind.node.name}"
        elif value is None:
            if not _may_be_null(known):
                yield f"{path}.{name} is null"
        else:
            yield from _inside(value, known, kind, folder, f"{path}.{name}")
    for name, known in kind.fields.items():
        if name.rstrip("_") not in doc and name not in doc and not _may_be_null(known):
            yield f"{path}.{name} is not there"


def _inside(value: Any, known: ast.expr, kind: Kind, folder: Path, path: str) -> Iterator[str]:
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _inside(each, known, kind, folder, f"{path}[{index}]")
    elif isinstance(value, str):
        values = _values(known)
        if values and value not in values:
            yield f"{path} is {value!r}, which is none of its values"
    elif isinstance(value, dict) and path.rpartition(".")[2] not in ("metadata", "data"):
        if isinstance(value.get("object"), str):
            yield from strangeness(value, folder, path)
            return
        text = ast.unparse(known)
        inner = next((found for name in _names(known) if (found := kind.find(name))), None)
        if inner is None:
            return
        if "Dict[" in text or "UntypedStripeObject[" in text:
            for key, each in value.items():
                if isinstance(each, dict):
                    yield from _compare(each, inner, folder, f"{path}[{key}]")
        else:
            yield from _compare(value, inner, folder, path)


def _values(known: ast.expr) -> set[str]:
    """Return what a text may be, if the SDK says so."""
    found = set()
    for node in ast.walk(known):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Literal":
            found |= {
                each.value
                for each in ast.walk(node.slice)
                if isinstance(each, ast.Constant) and isinstance(each.value, str)
            }
    return found


def _names(known: ast.expr) -> list[str]:
    found = []
    for node in ast.walk(known):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += _quoted(node.value)
        elif isinstance(node, ast.Name | ast.Attribute):
            found.append(ast.unparse(node))
    return [name for name in found if name[:1].isupper() and name not in ("Optional", "List")]


def _quoted(text: str) -> list[str]:
    try:
        return _names(ast.parse(text, mode="eval").body)
    except SyntaxError:
        return []


def _may_be_null(known: ast.expr) -> bool:
    text = ast.unparse(known).strip("'\"")
    return text.startswith("Optional[") or "None" in text
