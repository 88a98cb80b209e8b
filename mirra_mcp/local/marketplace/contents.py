"""The body of a request: in which type it is sent, and how it is written in that.

JSON, forms, multipart, text and whatever else a document names. What is no text comes as
`{"base64": "..."}`; a part of a multipart body may say `filename` and `contentType` besides.

Source: https://spec.openapis.org/oas/v3.1.1.html#media-type-object
"""

import json
from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from mirra_mcp.local.marketplace.openapi import Document
from mirra_mcp.local.marketplace.styles import bracketed, in_query, text
from mirra_mcp.local.openapi.document.schemas import ANY
from mirra_mcp.wire.model import Doc

JSON, FORM, TEXT = "application/json", "application/x-www-form-urlencoded", "text/plain"
MULTIPART = "multipart/form-data"
FILE = 'A text, or {"base64": "..."} with "filename" and "contentType" if you like.'

Pairs = list[tuple[str, str]]


@dataclass
class Body:
    """The body of a request."""

    type: str
    required: bool
    schemas: list[Any]
    names: set[str]
    """Properties that parameters may be named after."""
    is_open: bool
    """Whether it takes any other property too."""
    encoding: Doc = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    """Properties that are files."""

    @property
    def is_opaque(self) -> bool:
        """Whether it is bytes of which nothing is known."""
        return not (is_json(self.type) or self.type in (FORM, MULTIPART))


def is_json(kind: str) -> bool:
    """Tell whether a media type is JSON's."""
    return kind == JSON or kind.endswith("+json")


def chosen(kinds: dict[str, Any]) -> str:
    """Return which of an operation's types is sent: JSON where that is taken."""
    wanted = (FORM, MULTIPART, TEXT, "*/*")
    usual = next((kind for kind in wanted if kind in kinds), next(iter(kinds)))
    return next((kind for kind in kinds if is_json(kind)), usual)


def body_of(
    document: Document, kinds: dict[str, Any], encodings: dict[str, Any], *, required: bool
) -> Body:
    """Return the body that an operation takes, of its schemas and encodings by media type."""
    kind = chosen(kinds)
    schema = kinds[kind]
    names, is_open = names_of(document, schema)
    made = Body(
        JSON if kind in ("*/*", "application/*") else kind,
        required,
        [schema] if isinstance(schema, dict) else [],
        names,
        is_open,
        encodings.get(kind) or {},
    )
    if made.is_opaque:
        made.names, made.is_open = set(), False
    if made.type == MULTIPART:
        properties = document.schemas.shape(schema).properties
        made.files = {name for name, each in properties.items() if _is_file(document, each)}
    return made


def _is_file(document: Document, schema: Any) -> bool:
    doc = document.schemas.of(schema)
    if "array" in document.schemas.types(schema):
        return _is_file(document, doc.get("items") or ANY)
    return doc.get("format") in ("binary", "byte") or bool(
        {"contentMediaType", "contentEncoding"} & set(doc)
    )


def names_of(document: Document, schema: Any) -> tuple[set[str], bool]:
    """Return an object's properties, of alternatives every one's, and whether it takes others."""
    shape = document.schemas.shape(schema)
    names = set(shape.properties)
    return names, shape.additional is not None or (not shape.is_closed and not names)


def comparable(body: Body, value: Any) -> Any:
    """Return what is held against the body's schema: a file is a text there."""
    if body.is_opaque:
        return "" if _is_bytes(value) else value
    if not body.files or not isinstance(value, dict):
        return value
    return {
        name: _without_bytes(each) if name in body.files else each for name, each in value.items()
    }


def _without_bytes(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_bytes(each) for each in value]
    return "" if _is_bytes(value) else value


def _is_bytes(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("base64"), str)


def unsendable(body: Body, value: Any) -> str | None:
    """Say why a value can't be sent in the body's type, if so."""
    if body.is_opaque:
        if not isinstance(value, str) and not _is_bytes(value) and body.type != TEXT:
            return f'is sent as {body.type}: give a text, or {{"base64": "..."}}'
        return _broken(value)
    if body.type == MULTIPART and isinstance(value, dict):
        for name in body.files & set(value):
            listed = value[name] if isinstance(value[name], list) else [value[name]]
            for each in listed:
                if broken := _broken(each):
                    return f"{name} {broken}"
    return None


def _broken(value: Any) -> str | None:
    if _is_bytes(value):
        try:
            b64decode(value["base64"], validate=True)
        except (Base64Error, ValueError):
            return "isn't base64"
    return None


def encode(body: Body, value: Any) -> tuple[str, bytes]:
    """Return the `Content-Type` and the bytes of a body that can be sent."""
    if is_json(body.type):
        return body.type, _json(value)
    if body.is_opaque:
        return body.type, _bytes(value)
    if not isinstance(value, dict):
        return body.type, _json(value)
    return _multipart(body, value) if body.type == MULTIPART else (body.type, _form(body, value))


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _bytes(value: Any) -> bytes:
    return b64decode(value["base64"]) if _is_bytes(value) else text(value).encode()


def _form(body: Body, value: Doc) -> bytes:
    parts: list[str] = []
    for name, each in value.items():
        rule = body.encoding.get(name) or {}
        style = str(rule.get("style") or "")
        if is_json(str(rule.get("contentType") or "")):
            parts.append(encoded([(name, _json(each).decode())]))
        elif style and style != "deepObject":
            reserved = bool(rule.get("allowReserved"))
            parts += in_query(name, each, style, rule.get("explode"), reserved=reserved)
        elif isinstance(each, list) and not style and not any(isinstance(x, dict) for x in each):
            parts += [encoded([(name, text(x))]) for x in each]
        elif each is not None:
            parts += [encoded([pair]) for pair in bracketed(name, each)]
    return "&".join(parts).encode()


def _multipart(body: Body, value: Doc) -> tuple[str, bytes]:
    import httpx

    parts: list[tuple[str, tuple[str | None, bytes, str | None]]] = []
    for name, given in value.items():
        rule = body.encoding.get(name) or {}
        kind = str(rule.get("contentType") or "").partition(",")[0].strip() or None
        for each in given if isinstance(given, list) else [given]:
            if each is None:
                continue
            if name in body.files or _is_bytes(each):
                told = each if _is_bytes(each) else {}
                filename = str(told.get("filename") or name)
                type = told.get("contentType") or kind or "application/octet-stream"
                parts.append((name, (filename, _bytes(each), str(type))))
            elif isinstance(each, dict | list):
                parts.append((name, (None, _json(each), kind or JSON)))
            else:
                parts.append((name, (None, text(each).encode(), kind)))
    request = httpx.Request("POST", "http://body.invalid", files=parts)
    return request.headers.get("content-type", MULTIPART), request.read()


def encoded(pairs: Pairs) -> str:
    """Write pairs as a query or a form; brackets stay readable."""
    return "&".join(f"{quote(name, safe='[]')}={quote(value, safe='')}" for name, value in pairs)
