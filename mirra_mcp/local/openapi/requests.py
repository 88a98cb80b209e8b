"""What a call says, read and checked as its operation declares it."""

import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import Any
from urllib.parse import parse_qsl

from mirra_mcp.local.kit.routes import Call
from mirra_mcp.local.openapi.document.problems import Problem
from mirra_mcp.local.openapi.document.problems import problems as problems_of
from mirra_mcp.local.openapi.document.schemas import ANY, Schemas
from mirra_mcp.local.openapi.document.spec import Operation
from mirra_mcp.local.openapi.parameters import Reader, nested
from mirra_mcp.wire.model import Doc

FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


@dataclass
class Given:
    """What a call says."""

    path: Doc = field(default_factory=dict)
    query: Doc = field(default_factory=dict)
    headers: Doc = field(default_factory=dict)
    cookies: Doc = field(default_factory=dict)
    body: Any = None
    has_body: bool = False


@dataclass
class Refused(Exception):
    """A call that its operation doesn't take: the status, and what is wrong with which part."""

    status: int
    message: str
    problems: list[Problem] = field(default_factory=list)


def read(schemas: Schemas, operation: Operation, call: Call) -> Given:
    """Return what a call says.

    Raises:
        Refused: a parameter or the body isn't what the document asks for (400), or comes in a type
            that the operation doesn't take (415).
    """
    given, problems = Given(), []
    places: dict[str, Doc] = {
        "path": given.path, "query": given.query, "header": given.headers, "cookie": given.cookies,
    }  # fmt: skip
    reader = Reader(schemas, call, operation.query_names)
    for parameter in operation.parameters:
        found = reader.found(parameter)
        where = parameter.name
        if found is None:
            if parameter.is_required:
                problems.append((where, f"is required in the {parameter.place}"))
            continue
        value = _typed(schemas, parameter.schema, found)
        places[parameter.place][parameter.name] = value
        problems += _wrong(schemas, parameter.schema, value, where)
    _read_body(schemas, operation, call, given, problems)
    if problems:
        where, told = problems[0]
        raise Refused(422, f"{where} {told}".strip(), problems)
    return given


# Parameters.


def _typed(schemas: Schemas, schema: Any, value: Any) -> Any:
    """Read texts as what the schema calls for; what can't be read stays a text, to be refused."""
    types, doc = schemas.types(schema), schemas.of(schema)
    if isinstance(value, list):
        return [_typed(schemas, doc.get("items") or ANY, each) for each in value]
    if isinstance(value, dict):
        properties = schemas.shape(schema).properties
        return {key: _typed(schemas, properties.get(key, ANY), each) for key, each in value.items()}
    if not isinstance(value, str) or "string" in types or not types:
        return value
    if "array" in types:
        return [_typed(schemas, doc.get("items") or ANY, value)]
    if "boolean" in types and value in ("true", "false", "1", "0"):
        return value in ("true", "1")
    if "integer" in types and re.fullmatch(r"-?\d{1,18}", value):
        return int(value)
    if "number" in types and re.fullmatch(r"-?\d{1,18}(\.\d{1,18})?([eE][+-]?\d{1,3})?", value):
        return float(value)
    if "null" in types and value in ("", "null"):
        return None
    return value


def _wrong(schemas: Schemas, schema: Any, value: Any, where: str) -> list[Problem]:
    """Name what keeps a value from being what its schema asks for."""
    validator = schemas.validator(schema, "request")
    return [] if validator.is_valid(value) else problems_of(validator, value, where)


# Bodies.


def _read_body(
    schemas: Schemas,
    operation: Operation,
    call: Call,
    given: Given,
    problems: list[Problem],
) -> None:
    if not operation.bodies:
        return
    if not call.body:
        if operation.is_body_required:
            problems.append(("body", "is required"))
        return
    media = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    known = _matching(operation.bodies, media)
    if known is None:
        taken = ", ".join(operation.bodies)
        raise Refused(415, f"the body comes as '{media or 'nothing'}'; this takes {taken}")
    schema = operation.bodies[known]
    value = _parsed(schemas, schema, media or known, call)
    if schemas.spec.is_old:
        value = _without_nulls(schemas, schema, value)
    given.body, given.has_body = value, True
    if schema and not isinstance(value, bytes):
        problems += _wrong(schemas, schema, value, "")


def _matching(bodies: dict[str, Doc], media: str) -> str | None:
    """Return which of the declared types a body's type is; without a type, JSON is meant."""
    if not media:
        return next((each for each in bodies if "json" in each), next(iter(bodies)))
    if media in bodies:
        return media
    kind = media.partition("/")[0]
    is_json = media.endswith(("/json", "+json"))
    for each in bodies:
        if each in ("*/*", f"{kind}/*") or (is_json and each.endswith(("/json", "+json"))):
            return each
    return None


def _parsed(schemas: Schemas, schema: Doc, media: str, call: Call) -> Any:
    if "json" in media:
        try:
            return call.json
        except ValueError as error:
            raise Refused(400, f"the body isn't JSON: {error}") from None
    if media == FORM:
        try:
            text = call.body.decode()
        except UnicodeDecodeError:
            raise Refused(400, "the form isn't UTF-8") from None
        pairs = parse_qsl(text, keep_blank_values=True)
        return _typed(schemas, schema, _formed(schemas, schema, pairs))
    if media == MULTIPART:
        return _typed(schemas, schema, _formed(schemas, schema, _multipart(call)))
    if media.startswith("text/"):
        return call.body.decode("utf-8", "replace")
    return call.body


def _multipart(call: Call) -> list[tuple[str, str]]:
    head = (
        b"content-type: " + call.headers["content-type"].encode("latin-1", "replace") + b"\r\n\r\n"
    )
    message = message_from_bytes(head + call.body, policy=policy.HTTP)
    if not message.is_multipart():
        raise Refused(400, "the multipart body can't be read; is its boundary right?")
    pairs = []
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        if name and not part.is_multipart():
            content = part.get_payload(decode=True)
            text = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
            pairs.append((str(name), text))
    return pairs


def _formed(schemas: Schemas, schema: Any, pairs: list[tuple[str, str]]) -> Doc:
    """Return a form's pairs as an object; a list may come as one name, repeated."""
    properties = schemas.shape(schema).properties
    lists: dict[str, list[str]] = {}
    rest = []
    for name, value in pairs:
        if "[" not in name and "array" in schemas.types(properties.get(name, ANY)):
            lists.setdefault(name, []).append(value)
        else:
            rest.append((name, value))
    return {**nested(rest), **lists}


def _without_nulls(schemas: Schemas, schema: Any, value: Any) -> Any:
    """Leave out what is null and may be absent: clients send it so for what wasn't given."""
    if not isinstance(value, dict) or None not in value.values():
        return value
    shape = schemas.shape(schema)
    return {
        name: each
        for name, each in value.items()
        if each is not None
        or name in shape.required
        or "null" in schemas.types(shape.properties.get(name, ANY))
    }
