"""What a call says, read and checked as its operation declares it.

Source: https://spec.openapis.org/oas/v3.1.1.html#parameter-object (styles)
"""

import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson

from mirra_mcp.local.kit.routes import Call
from mirra_mcp.local.openapi.document.problems import Problem
from mirra_mcp.local.openapi.document.problems import problems as problems_of
from mirra_mcp.local.openapi.document.schemas import ANY, Schemas
from mirra_mcp.local.openapi.document.spec import Operation, Parameter
from mirra_mcp.wire.model import Doc

BRACKETS = re.compile(r"\[([^\[\]]*)\]")
SEPARATORS = {"form": ",", "simple": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
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
    cookies = dict(parse_qsl(call.headers.get("cookie", "").replace("; ", "&")))
    for parameter in operation.parameters:
        found = _found(schemas, parameter, call, cookies)
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


def _found(schemas: Schemas, parameter: Parameter, call: Call, cookies: Doc) -> Any:
    """Return a parameter as texts: one, a list of them, or an object; None where it isn't given."""
    types, name = schemas.types(parameter.schema), parameter.name
    if parameter.place == "query":
        return _in_query(parameter, types, call)
    sources: dict[str, Any] = {
        "path": call.params.get(name),
        "header": call.headers.get(name.lower()),
        "cookie": cookies.get(name),
    }
    text = sources[parameter.place]
    if text is None:
        return None
    if parameter.style == "content":
        return _json_or_text(text)
    text = text.removeprefix("." if parameter.style == "label" else "")
    if parameter.style == "matrix":
        text = text.removeprefix(f";{name}=")
    if "array" in types and "string" not in types:
        return [unquote(each) for each in text.split("." if parameter.style == "label" else ",")]
    if "object" in types and "string" not in types:
        bits = text.split(",")
        if parameter.explode:
            return dict(bit.partition("=")[::2] for bit in bits)
        return dict(zip(bits[::2], bits[1::2], strict=False))
    return text


def _in_query(parameter: Parameter, types: tuple[str, ...], call: Call) -> Any:
    name, pairs = parameter.name, call.query_all
    if parameter.style == "content":
        return next((_json_or_text(value) for key, value in pairs if key == name), None)
    if "object" in types:
        if parameter.style == "deepObject":
            deep = {key[len(name) + 1 : -1]: v for key, v in pairs if key.startswith(f"{name}[")}
            return deep or None
        if not parameter.explode:
            text = next((value for key, value in pairs if key == name), None)
            bits = text.split(",") if text else []
            return dict(zip(bits[::2], bits[1::2], strict=False)) if text is not None else None
        return None
    values = [value for key, value in pairs if key in (name, f"{name}[]", f"{name}[0]")]
    if not values:
        return None
    if "array" in types:
        if not parameter.explode and len(values) == 1:
            return values[0].split(SEPARATORS.get(parameter.style, ","))
        return values
    return values[-1]


def _json_or_text(text: str) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        return text


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
            return orjson.loads(call.body)
        except ValueError as error:
            raise Refused(400, f"the body isn't JSON: {error}") from None
    if media == FORM:
        try:
            text = call.body.decode()
        except UnicodeDecodeError:
            raise Refused(400, "the form isn't UTF-8") from None
        return _typed(
            schemas, schema, nested(parse_qsl(text, keep_blank_values=True), schemas, schema)
        )
    if media == MULTIPART:
        pairs = _multipart(call)
        return _typed(schemas, schema, nested(pairs, schemas, schema))
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


def nested(pairs: list[tuple[str, str]], schemas: Schemas, schema: Any) -> Doc:
    """Return a form's pairs as an object: `a[b]=1`, `c[]=2` and repeated names."""
    found: Doc = {}
    properties = schemas.shape(schema).properties
    for name, value in pairs:
        head, steps = name.partition("[")[0], BRACKETS.findall(name)
        if not steps:
            if "array" in schemas.types(properties.get(head, ANY)):
                found.setdefault(head, [])
                if isinstance(found[head], list):
                    found[head].append(value)
            else:
                found[head] = value
            continue
        _place(found, [head, *steps], value)
    return {name: _listed(value) for name, value in found.items()}


def _place(into: Doc, steps: list[str], value: str) -> None:
    for n, step in enumerate(steps[:-1]):
        key = step if step else str(len(into))
        inner = into.setdefault(key, {})
        if not isinstance(inner, dict) or n > 20:
            return
        into = inner
    last = steps[-1]
    into[last if last else str(len(into))] = value


def _listed(value: Any) -> Any:
    """Turn objects whose keys are 0, 1, 2... into lists."""
    if not isinstance(value, dict):
        return value
    inner = {key: _listed(each) for key, each in value.items()}
    keys = list(inner)
    if keys and keys == [str(n) for n in range(len(keys))]:
        return list(inner.values())
    return inner
