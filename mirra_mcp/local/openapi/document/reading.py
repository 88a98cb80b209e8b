"""An OpenAPI document as it comes, as text: JSON or YAML. `bundles` puts it together."""

import re
from typing import Any

import orjson

from mirra_mcp.local.openapi.document import swagger
from mirra_mcp.wire.model import Doc

LARGEST = 64 * 1024 * 1024
"""Bytes of one file."""
CORE: dict[str, tuple[str, list[str]]] = {
    "bool": (r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    "int": (r"^(?:[-+]?(?:0|[1-9][0-9]*)|0x[0-9a-fA-F]+)$", list("-+0123456789")),
    "float": (
        r"^(?:[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?[0-9]+[eE][-+]?[0-9]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$",
        list("-+0123456789."),
    ),
    "timestamp": ("", []),
}
"""What plain texts are besides texts, with what they begin with.

Source: https://yaml.org/spec/1.2.2/#103-core-schema
"""
VERSIONS = "OpenAPI 3.0, 3.1 and 3.2, and Swagger 2.0"


class DocumentError(Exception):
    """A document that can't be read: what is wrong, where, and what to do."""

    def __init__(self, where: str, message: str, hint: str | None = None) -> None:
        super().__init__(f"{where}: {message}")
        self.where, self.message, self.hint = where, message, hint


def checked(doc: Any, where: str) -> Doc:
    """Return a document in OpenAPI 3's form.

    Raises:
        DocumentError: it is no OpenAPI document, or one that has nothing to call.
    """
    if not isinstance(doc, dict):
        raise DocumentError(where, "this is no OpenAPI document: it isn't an object", _expected())
    if doc.get("swagger") is not None:
        if str(doc["swagger"]) != "2.0":
            told = str(doc["swagger"])[:20]
            raise DocumentError(where, f"'swagger' is '{told}', which isn't known", _expected())
        try:
            doc = swagger.lifted(doc)
        except (AttributeError, TypeError, ValueError):
            told = "a part of it has another form than Swagger 2.0 has there"
            raise DocumentError(where, told, "Validate it with an OpenAPI linter.") from None
    version = str(doc.get("openapi") or "")
    if not version.startswith(("3.0", "3.1", "3.2")):
        told = f"'openapi' is '{version[:20]}'" if version else "it has no 'openapi' field"
        raise DocumentError(where, f"this is no document that can be mirrored: {told}", _expected())
    paths = doc.get("paths")
    if not isinstance(paths, dict) or not any(isinstance(each, dict) for each in paths.values()):
        raise DocumentError(
            where, "it has no paths, so there is nothing to call", "Add 'paths' with operations."
        )
    return doc  # type: ignore[no-any-return]  # an object, as was seen


def parsed(content: bytes, where: str) -> Any:
    """Return what JSON or YAML says; dates stay texts.

    Raises:
        DocumentError: it is neither, with the line where reading ended.
    """
    if len(content) > LARGEST:
        raise DocumentError(where, f"it has {len(content):,} bytes; the most is {LARGEST:,}")
    text = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] in (b"{", b"["):
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError as error:
            if b"\n" not in text or error.pos is None:
                raise DocumentError(where, f"this isn't JSON: {error.msg}") from None
            if text[:1] == b"{" and b'"' in text[:200]:
                told = f"line {error.lineno}, column {error.colno}: {error.msg}"
                raise DocumentError(where, f"this isn't JSON: {told}") from None
    return _yaml(content, where)


def _yaml(content: bytes, where: str) -> Any:
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """Reads plain texts as YAML 1.2 does: `no`, `on`, `12:30` and dates are texts."""

    rules = Loader.yaml_implicit_resolvers
    Loader.yaml_implicit_resolvers = {
        first: [(tag, rule) for tag, rule in known if tag.rpartition(":")[2] not in CORE]
        for first, known in rules.items()
    }
    for kind, (pattern, firsts) in CORE.items():
        if pattern:
            Loader.add_implicit_resolver(f"tag:yaml.org,2002:{kind}", re.compile(pattern), firsts)
    try:
        return _keyed_by_texts(yaml.load(content, Loader))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        told = getattr(error, "problem", None) or type(error).__name__
        raise DocumentError(where, f"this is neither JSON nor YAML: {line}{told}") from None


def _keyed_by_texts(node: Any) -> Any:
    """Return YAML's value with every key a text, as JSON has it: responses' `200` among them."""
    if isinstance(node, dict):
        return {
            key if isinstance(key, str) else str(key): _keyed_by_texts(value)
            for key, value in node.items()
        }
    return [_keyed_by_texts(each) for each in node] if isinstance(node, list) else node


def _expected() -> str:
    return f"{VERSIONS} can be mirrored."


def references(doc: Any) -> list[tuple[str, Doc]]:
    """List what a document refers to, with the objects that do."""
    found, waiting = [], [doc]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if isinstance(ref := node.get("$ref"), str):
                found.append((ref, node))
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return found
