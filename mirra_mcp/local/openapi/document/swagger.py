"""Swagger 2.0 documents, lifted to OpenAPI 3.0, so that nobody else needs to know them.

Source: https://swagger.io/specification/v2/
"""

from typing import Any

from mirra_mcp.wire.model import Doc

PLACES = {
    "#/definitions/": "#/components/schemas/",
    "#/parameters/": "#/components/parameters/",
    "#/responses/": "#/components/responses/",
}
STYLES: dict[str, Doc] = {
    "csv": {"explode": False},
    "ssv": {"style": "spaceDelimited", "explode": False},
    "pipes": {"style": "pipeDelimited", "explode": False},
    "multi": {"style": "form", "explode": True},
}
"""Source: https://swagger.io/specification/v2/ (collectionFormat)"""
FLOWS = {"accessCode": "authorizationCode", "application": "clientCredentials"}
OF_SCHEMAS = (
    "type", "format", "items", "default", "enum", "minimum", "maximum", "exclusiveMinimum",
    "exclusiveMaximum", "minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems",
    "multipleOf",
)  # fmt: skip
VERBS = ("get", "put", "post", "delete", "options", "head", "patch")
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


def lifted(doc: Doc) -> Doc:
    """Return the document as OpenAPI 3.0 would say it."""
    produces, consumes = doc.get("produces") or [], doc.get("consumes") or []
    shared = doc.get("parameters") or {}
    paths: Doc = {}
    for path, item in (doc.get("paths") or {}).items():
        if isinstance(item, dict):
            paths[path] = _item(item, produces, consumes, shared)
    lift: Doc = {
        "openapi": "3.0.4",
        "info": doc.get("info") or {},
        "servers": _servers(doc),
        "paths": paths,
        "components": {
            "schemas": doc.get("definitions") or {},
            "parameters": {
                name: _parameter(each)
                for name, each in shared.items()
                if isinstance(each, dict) and each.get("in") not in ("body", "formData")
            },
            "responses": {
                name: _response(each, produces)
                for name, each in (doc.get("responses") or {}).items()
            },
            "securitySchemes": {
                name: _scheme(each) for name, each in (doc.get("securityDefinitions") or {}).items()
            },
        },
    }
    lift |= {key: value for key, value in doc.items() if key in ("security", "tags")}
    lift |= {key: value for key, value in doc.items() if key.startswith("x-")}
    return _moved(lift)  # type: ignore[no-any-return]  # an object in, an object out


def _servers(doc: Doc) -> list[Doc]:
    host, base = doc.get("host") or "", doc.get("basePath") or "/"
    scheme = (doc.get("schemes") or ["https"])[0]
    return [{"url": f"{scheme}://{host}{base}" if host else base}]


def _item(item: Doc, produces: list[str], consumes: list[str], shared: Doc) -> Doc:
    lift: Doc = {}
    common = [_resolved(each, shared) for each in item.get("parameters") or []]
    for key, value in item.items():
        if key in VERBS and isinstance(value, dict):
            lift[key] = _operation(value, produces, consumes, shared, common)
        elif key != "parameters":
            lift[key] = value
    return lift


def _resolved(parameter: Any, shared: Doc) -> Doc:
    ref = parameter.get("$ref") if isinstance(parameter, dict) else None
    found = shared.get(str(ref).removeprefix("#/parameters/")) if ref else parameter
    return found if isinstance(found, dict) else {}


def _operation(
    doc: Doc, produces: list[str], consumes: list[str], shared: Doc, common: list[Doc]
) -> Doc:
    own = [_resolved(each, shared) for each in doc.get("parameters") or []]
    named = {(each.get("name"), each.get("in")) for each in own}
    given = [each for each in common if (each.get("name"), each.get("in")) not in named] + own
    plain = [_parameter(each) for each in given if each.get("in") not in ("body", "formData")]
    lift = {key: value for key, value in doc.items() if key not in ("parameters", "responses")}
    lift["parameters"] = plain
    if body := _body(given, doc.get("consumes") or consumes):
        lift["requestBody"] = body
    kinds = doc.get("produces") or produces
    lift["responses"] = {
        status: _response(each, kinds) for status, each in (doc.get("responses") or {}).items()
    }
    return lift


def _body(given: list[Doc], consumes: list[str]) -> Doc | None:
    whole = next((each for each in given if each.get("in") == "body"), None)
    if whole is not None:
        kinds = [kind for kind in consumes if kind not in FORMS] or ["application/json"]
        schema = whole.get("schema") or {}
        content = {kind: {"schema": schema} for kind in kinds}
        return {"content": content, "required": bool(whole.get("required"))}
    fields = [each for each in given if each.get("in") == "formData"]
    if not fields:
        return None
    files = any(each.get("type") == "file" for each in fields)
    kinds = [kind for kind in consumes if kind in FORMS] or [FORMS[0] if files else FORMS[1]]
    schema = {
        "type": "object",
        "properties": {each["name"]: _schema(each) for each in fields if "name" in each},
        "required": [each["name"] for each in fields if each.get("required") and "name" in each],
    }
    return {"content": {kind: {"schema": schema} for kind in kinds}}


def _schema(parameter: Doc) -> Doc:
    if parameter.get("type") == "file":
        return {"type": "string", "format": "binary"}
    return {key: parameter[key] for key in OF_SCHEMAS if key in parameter}


def _parameter(doc: Doc) -> Doc:
    if "$ref" in doc:
        return doc
    lift: Doc = {}
    lift |= {key: doc[key] for key in ("name", "in", "description", "required") if key in doc}
    lift["schema"] = _schema(doc)
    if doc.get("type") == "array":
        lift |= STYLES.get(doc.get("collectionFormat") or "csv", {})
    return lift


def _response(doc: Any, produces: list[str]) -> Any:
    if not isinstance(doc, dict) or "$ref" in doc:
        return doc
    lift = {key: value for key, value in doc.items() if key in ("description", "headers")}
    lift["headers"] = {
        name: {"schema": _schema(each)} for name, each in (doc.get("headers") or {}).items()
    }
    examples = doc.get("examples") or {}
    if "schema" in doc or examples:
        lift["content"] = {
            kind: {"schema": doc.get("schema") or {}}
            | ({"example": examples[kind]} if kind in examples else {})
            for kind in (produces or list(examples) or ["application/json"])
        }
    return lift


def _scheme(doc: Doc) -> Doc:
    if doc.get("type") == "basic":
        return {"type": "http", "scheme": "basic"}
    if doc.get("type") == "oauth2":
        flow = str(doc.get("flow"))
        urls = {key: doc[key] for key in ("authorizationUrl", "tokenUrl") if key in doc}
        return {
            "type": "oauth2",
            "flows": {FLOWS.get(flow, flow): urls | {"scopes": doc.get("scopes") or {}}},
        }
    return doc


def _moved(node: Any) -> Any:
    """Return the document with references to where things stand in OpenAPI 3."""
    if isinstance(node, dict):
        moved = {key: _moved(value) for key, value in node.items()}
        ref = node.get("$ref")
        if isinstance(ref, str):
            for old, new in PLACES.items():
                if ref.startswith(old):
                    moved["$ref"] = new + ref.removeprefix(old)
        return moved
    return [_moved(each) for each in node] if isinstance(node, list) else node
