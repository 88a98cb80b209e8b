"""How a method is called: where each parameter goes, what it must be, what the body is.

A plan is read off the method's own definition and the operation of the OpenAPI document that it
stands for; where both speak of a parameter, both must be satisfied.
"""

from dataclasses import dataclass, field
from typing import Any

from mirra_mcp.local.marketplace import schemas
from mirra_mcp.local.marketplace.contents import FILE, JSON, Body, body_of, names_of
from mirra_mcp.local.marketplace.openapi import PLACEHOLDER, Document, Problem
from mirra_mcp.local.marketplace.styles import KNOWN
from mirra_mcp.local.openapi.document.spec import Operation
from mirra_mcp.wire.marketplace import MethodDefinition, MethodParameter
from mirra_mcp.wire.model import Doc

BODIED = {"POST", "PUT", "PATCH"}
OURS = {
    "host", "connection", "content-length", "transfer-encoding", "upgrade", "te", "trailer",
    "keep-alive", "proxy-authorization", "proxy-connection", "authorization", "cookie",
    "content-type", "accept", "accept-encoding", "expect",
}  # fmt: skip
"""Headers that no parameter can set."""


@dataclass
class Slot:
    """One parameter of a request's path, query, headers or cookies."""

    name: str
    """What the API calls it; callers may have to call it otherwise."""
    place: str
    required: bool
    schemas: list[Any] = field(default_factory=list)
    style: str = ""
    explode: bool | None = None
    allows_reserved: bool = False
    description: str | None = None


@dataclass
class Plan:
    """How one method is called."""

    method: MethodDefinition
    document: Document
    slots: dict[str, Slot]
    body: Body | None
    description: str | None
    server: Doc | None = None
    """Where the operation is to be called, if not at the resource's base URL."""
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
        for name, slot in self.slots.items():
            properties[name] = self._shown(slot.schemas, slot.description)
            if slot.required:
                required.append(name)
        body = self.body
        if body is not None:
            shown = self._shown(body.schemas, None)
            inner = shown.get("properties") if isinstance(shown.get("properties"), dict) else None
            if inner and body.files:
                inner = inner | {name: {"description": FILE} for name in body.files & set(inner)}
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
                shown |= self.document.inlined(each)
        return shown | ({"description": description} if description else {})


def plan(method: MethodDefinition, document: Document | None) -> Plan:
    """Return how a method is called."""
    operation = document.find(method.http_method, method.path) if document else None
    made = Plan(method, document or Document({}), {}, None, method.description)
    if operation is not None:
        made.description = made.description or operation.said
        made.server = operation.servers[0] if operation.servers else None
        _take_operation(made, operation)
    _take_method(made)
    in_path = {slot.name for slot in made.slots.values() if slot.place == "path"}
    for name in PLACEHOLDER.findall(method.path):
        if name not in made.slots:
            made.slots[name] = Slot(name, "path", True, [{"type": "string"}])
        elif name not in in_path:
            made.unfit.append((name, "is in the path but declared elsewhere"))
    for name in in_path:
        if f"{{{name}}}" not in method.path:
            made.unfit.append(
                (name, f"is declared as part of the path, and {method.path} lacks it")
            )
    return made


def _take_operation(made: Plan, operation: Operation) -> None:
    renamed = dict(
        zip(
            PLACEHOLDER.findall(operation.path),
            PLACEHOLDER.findall(made.method.path),
            strict=False,
        )
    )
    for each in sorted(operation.parameters, key=lambda each: each.place != "path"):
        if each.place == "header" and each.name.lower() in OURS:
            continue
        name = renamed.get(each.name, each.name) if each.place == "path" else each.name
        style = "json" if each.style == "content" else each.style
        if style != "json" and style not in KNOWN[each.place]:
            made.unfit.append((name, f"has the style {style}, which isn't one of a {each.place}"))
        called = name if name not in made.slots else f"{name}_in_{each.place}"
        made.slots[called] = Slot(
            name,
            each.place,
            each.is_required,
            [each.schema] if each.schema else [],
            style,
            each.explode,
            each.allows_reserved,
            each.description,
        )
    if operation.bodies:
        made.body = body_of(
            made.document,
            operation.bodies,
            operation.encodings,
            required=operation.is_body_required,
        )


def _take_method(made: Plan) -> None:
    method = made.method
    if method.request_body is not None:
        given = method.request_body
        content, required = given.get("content"), given.get("required") is True
        if isinstance(content, dict) and content:
            kinds = {kind: (each or {}).get("schema") for kind, each in content.items()}
            encodings = {kind: (each or {}).get("encoding") for kind, each in content.items()}
            body = body_of(made.document, kinds, encodings, required=required)
        else:
            names, is_open = names_of(made.document, given)
            body = Body(JSON, bool(given.get("required")), [given], names, is_open)
        made.own += [("body", each) for each in body.schemas]
        if made.body is not None:
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
    wrong = [(name, schemas.unusable(made.document.inlined(each))) for name, each in made.own]
    return made.unfit + [(name, why) for name, why in wrong if why]
