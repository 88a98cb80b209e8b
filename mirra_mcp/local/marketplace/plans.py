"""How a method is called: where each parameter goes, what it must be, what the body is.

A plan is read off the method's own definition and the operation of the OpenAPI document that it
stands for; where both speak of a parameter, both must be satisfied.
"""

from dataclasses import dataclass, field
from typing import Any

from mirra_mcp.local.marketplace import schemas
from mirra_mcp.local.marketplace.openapi import PLACEHOLDER, Document, Operation, Problem
from mirra_mcp.local.marketplace.styles import KNOWN
from mirra_mcp.wire.marketplace import MethodDefinition, MethodParameter
from mirra_mcp.wire.model import Doc

JSON, FORM, TEXT = "application/json", "application/x-www-form-urlencoded", "text/plain"
BODIED = {"POST", "PUT", "PATCH"}
OURS = {
    "host", "connection", "content-length", "transfer-encoding", "upgrade", "te", "trailer",
    "keep-alive", "proxy-authorization", "proxy-connection", "authorization", "cookie",
    "content-type", "accept", "accept-encoding", "expect",
}  # fmt: skip
"""Headers that no parameter can set."""


@dataclass
class Slot:
    """One parameter of a request's path, query or header."""

    name: str
    place: str
    required: bool
    schemas: list[Any] = field(default_factory=list)
    style: str = ""
    explode: bool | None = None
    allows_reserved: bool = False
    description: str | None = None


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


@dataclass
class Plan:
    """How one method is called."""

    method: MethodDefinition
    document: Document | None
    slots: dict[str, Slot]
    body: Body | None
    description: str | None
    unfit: list[Problem] = field(default_factory=list)
    """Why it can't be called, if so."""
    own: list[tuple[str, Any]] = field(default_factory=list)
    """The schemas that its method has besides the document's, with what they are of."""

    @property
    def names(self) -> set[str]:
        """The parameters that a caller may name."""
        return set(self.slots) | (self.body.names | {"body"} if self.body else set())

    def schema(self) -> Doc:
        """Return one JSON Schema of all parameters, for whoever wants to call."""
        properties: Doc = {}
        required = []
        for slot in self.slots.values():
            properties[slot.name] = self._shown(slot.schemas, slot.description)
            if slot.required:
                required.append(slot.name)
        body = self.body
        if body is not None:
            shown = self._shown(body.schemas, None)
            inner = shown.get("properties") if isinstance(shown.get("properties"), dict) else None
            if body.names and inner:
                properties = {**inner, **properties}
                needed = shown.get("required")
                required += [
                    each for each in needed or [] if body.required and each not in required
                ]
            else:
                properties["body"] = shown
                required += ["body"] if body.required else []
        is_open = bool(body and body.is_open and body.names)
        return {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": is_open,
        }

    def _shown(self, given: list[Any], description: str | None) -> Doc:
        shown: Doc = {}
        for each in given:
            if isinstance(each, dict):
                shown |= self.document.inlined(each) if self.document else each
        return shown | ({"description": description} if description else {})


def plan(method: MethodDefinition, document: Document | None) -> Plan:
    """Return how a method is called."""
    operation = document.find(method.http_method, method.path) if document else None
    made = Plan(method, document, {}, None, method.description)
    if operation is not None and document is not None:
        made.description = made.description or _said(operation.doc)
        _take_operation(made, document, operation)
    _take_method(made)
    for name in PLACEHOLDER.findall(method.path):
        if name not in made.slots:
            made.slots[name] = Slot(name, "path", True, [{"type": "string"}])
        elif made.slots[name].place != "path":
            made.unfit.append((name, "is in the path but declared elsewhere"))
    for name, slot in made.slots.items():
        if slot.place == "path" and f"{{{name}}}" not in method.path:
            made.unfit.append(
                (name, f"is declared as part of the path, and {method.path} lacks it")
            )
    return made


def _said(doc: Doc) -> str | None:
    return doc.get("summary") or doc.get("description") or None


def _take_operation(made: Plan, document: Document, operation: Operation) -> None:
    renamed = dict(
        zip(
            PLACEHOLDER.findall(operation.path),
            PLACEHOLDER.findall(made.method.path),
            strict=False,
        )
    )
    for each in [*operation.shared, *(operation.doc.get("parameters") or [])]:
        doc = document.resolve(each)
        name, place = str(doc.get("name", "")), str(doc.get("in", ""))
        if place == "header" and name.lower() in OURS:
            continue
        if place == "cookie" or not name:
            if doc.get("required"):
                made.unfit.append((name, "is a required cookie, which can't be sent"))
            continue
        if place == "path":
            name = renamed.get(name, name)
        content = doc.get("content") if isinstance(doc.get("content"), dict) else None
        schema = next(iter(content.values())).get("schema") if content else doc.get("schema")
        style = str(doc.get("style") or KNOWN.get(place, ("simple",))[0])
        if not content and style not in KNOWN.get(place, (style,)):
            made.unfit.append((name, f"has the style {style}, which isn't one of a {place}"))
        if name in made.slots and made.slots[name].place != place:
            made.unfit.append((name, f"is declared in {made.slots[name].place} and {place}"))
        made.slots[name] = Slot(
            name,
            place,
            bool(doc.get("required")),
            [schema] if isinstance(schema, dict) else [],
            "json" if content else style,
            doc.get("explode"),
            bool(doc.get("allowReserved")),
            doc.get("description"),
        )
    wanted = document.resolve(operation.doc.get("requestBody") or {})
    if wanted.get("content"):
        made.body = _body(made, document, wanted)


def _body(made: Plan, document: Document, wanted: Doc) -> Body | None:
    content: Doc = wanted["content"]
    types = {kind.split(";")[0].strip().lower(): kind for kind in content}
    chosen = next(
        (kind for kind in types if kind == JSON or kind.endswith("+json")),
        next((kind for kind in (FORM, TEXT, "*/*") if kind in types), None),
    )
    if chosen is None:
        made.unfit.append(("body", f"is sent as {', '.join(list(types)[:3])}: only JSON and forms"))
        return None
    media = content[types[chosen]]
    schema = media.get("schema") if isinstance(media, dict) else None
    names, is_open = _names(document, schema)
    return Body(
        JSON if chosen == "*/*" else chosen,
        bool(wanted.get("required")),
        [schema] if isinstance(schema, dict) else [],
        names,
        is_open,
        media.get("encoding") or {} if isinstance(media, dict) else {},
    )


def _names(document: Document | None, schema: Any, depth: int = 8) -> tuple[set[str], bool]:
    """Return an object's properties, and whether it may have others."""
    node = document.resolve(schema) if document else schema
    if not isinstance(node, dict) or depth == 0:
        return set(), True
    found = set(node.get("properties") or {})
    more = node.get("additionalProperties")
    is_open = bool(more) or (more is None and not found)
    parts = [each for key in ("allOf", "oneOf", "anyOf") for each in node.get(key) or []]
    for part in parts:
        names, part_is_open = _names(document, part, depth - 1)
        found |= names
        is_open = bool(more) or (part_is_open and not found)
    return found, is_open


def _take_method(made: Plan) -> None:
    method = made.method
    if method.request_body is not None:
        given = method.request_body
        content = given.get("content")
        if isinstance(content, dict):
            body = _body(made, made.document or Document({}), given)
        else:
            names, is_open = _names(made.document, given)
            body = Body(JSON, bool(given.get("required")), [given], names, is_open)
        made.own += [("body", each) for each in body.schemas] if body else []
        if body is not None and made.body is not None:
            made.body.schemas += body.schemas
            made.body.names |= body.names
        else:
            made.body = body
    loose: dict[str, MethodParameter] = {}
    for name, parameter in method.parameters.items():
        place = parameter.place or _place(made, name)
        made.own.append((name, schema_of(parameter)))
        if place == "body":
            loose[name] = parameter
            continue
        if place == "header" and name.lower() in OURS:
            made.unfit.append((name, "is a header that can't be set by a parameter"))
            continue
        slot = made.slots.setdefault(name, Slot(name, place, place == "path"))
        slot.schemas.append(schema_of(parameter))
        slot.required = slot.required or parameter.required is True
        slot.description = parameter.description or slot.description
    if loose:
        _loose(made, loose)


def _place(made: Plan, name: str) -> str:
    if name in made.slots:
        return made.slots[name].place
    if f"{{{name}}}" in made.method.path:
        return "path"
    return "body" if made.method.http_method in BODIED else "query"


def _loose(made: Plan, loose: dict[str, MethodParameter]) -> None:
    """Put parameters that the method alone declares into the body."""
    required = [name for name, each in loose.items() if each.required is True]
    schema: Doc = {
        "type": "object",
        "properties": {name: schema_of(each) for name, each in loose.items()},
    } | ({"required": required} if required else {})
    if made.body is None:
        made.body = Body(JSON, bool(required), [schema], set(loose), False)
    else:
        made.body.schemas.append(schema)
        made.body.names |= set(loose)
        made.body.required = made.body.required or bool(required)


def schema_of(parameter: MethodParameter) -> Doc:
    """Return a parameter's JSON Schema: what it says besides being a parameter."""
    given: Doc = dict(parameter.model_extra or {})
    inner = given.pop("schema", None)
    for word in ("example", "examples", "style", "explode"):
        given.pop(word, None)
    if isinstance(inner, dict):
        given = {**inner, **given}
    if isinstance(parameter.required, list):
        given["required"] = parameter.required
    kind = parameter.type
    if kind is not None:
        if kind.endswith("[]"):
            given |= {"type": "array", "items": {"type": kind[:-2]}}
        elif kind != "any":
            given["type"] = {"float": "number", "int": "integer", "bool": "boolean"}.get(kind, kind)
    return given


def mistakes(made: Plan) -> list[Problem]:
    """Name what is wrong with a method's definition."""
    wrong = [
        (name, schemas.unusable(made.document.inlined(each) if made.document else each))
        for name, each in made.own
    ]
    return made.unfit + [(name, why) for name, why in wrong if why]
