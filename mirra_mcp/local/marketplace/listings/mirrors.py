"""The embedded mirrors as resources: every endpoint of a vendor's mirror is a method.

All is read off the mirrors' code. What a parameter must be is told, but left to the mirror to
judge: it refuses in the vendor's own words.
"""

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import quote

from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.routes import Route, routes_of
from mirra_mcp.local.marketplace.contents import encoded
from mirra_mcp.local.marketplace.definitions import Definition
from mirra_mcp.local.marketplace.errors import invalid, not_found
from mirra_mcp.local.marketplace.listings import names, schemas
from mirra_mcp.local.marketplace.openapi import PLACEHOLDER
from mirra_mcp.local.marketplace.requests import Filled
from mirra_mcp.local.marketplace.styles import bracketed, text
from mirra_mcp.wire.marketplace import (
    CreateResource,
    EndpointDefinition,
    MethodDefinition,
    ResourceMethod,
)
from mirra_mcp.wire.model import Doc

SCHEME = "mirra://"
"""What the base URL of such a resource begins with; the vendor follows."""
SESSION = "mirraSession"
"""The parameter that names a session, where the newest one isn't meant."""
ABOUT_SESSION = "The session whose mirror is called; by default the newest one that has it."
ACCOUNTS = {"twilio": {"AccountSid", "account"}}
"""Placeholders of a vendor's paths that mean the account that calls."""
CATEGORIES = {
    "clerk": "authentication",
    "stripe": "payments",
    "resend": "email",
    "twilio": "messaging",
}


def id_of(vendor: str) -> str:
    """Return the id of a vendor's mirror in the marketplace."""
    return f"resource_{vendor}_mirror"


def listing(kind: type[Mirror]) -> CreateResource:
    """Return a mirror as a resource."""
    title = kind.vendor.capitalize()
    return CreateResource(
        name=f"{title} mirror",
        description=f"{kind.description.rstrip('.')}. A stateful mirror on this machine, without"
        " an account or side effects. Calls go to its newest session, or to a new one.",
        resource_type="api",
        category=CATEGORIES.get(kind.vendor, "development"),
        tags=["mirror", "mirra", kind.vendor],
        endpoint=EndpointDefinition(
            base_url=f"{SCHEME}{kind.vendor}",
            methods=[
                MethodDefinition(
                    name=name,
                    http_method=route.method,  # type: ignore[arg-type]  # one of the five
                    path=route.path,
                )
                for name, route in _named(kind).items()
            ],
        ),
    )


def _named(kind: type[Mirror]) -> dict[str, Route]:
    routes = [each for noun in kind.resources for each in routes_of(noun, noun.plural)]
    known = [route for route in routes if route.method in ("GET", "POST", "PUT", "PATCH", "DELETE")]
    return names.named(kind.vendor, known)


class MirrorDefinition(Definition):
    """A mirror as a resource, as this process has it."""

    def __init__(self, doc: Doc, kinds: Mapping[str, type[Mirror]]) -> None:
        super().__init__(doc)
        endpoint = self.resource.endpoint
        self.vendor = endpoint.base_url.removeprefix(SCHEME) if endpoint else ""
        self._kinds = kinds
        self._accounts = ACCOUNTS.get(self.vendor, set())

    @property
    def kind(self) -> type[Mirror]:
        """The vendor's mirror.

        Raises:
            Refused: this Mirra doesn't have it.
        """
        if self.vendor not in self._kinds:
            hint = f"This Mirra has {', '.join(self._kinds)}."
            raise not_found("mirror", self.vendor, self._kinds, hint=hint)
        return self._kinds[self.vendor]

    @cached_property
    def routes(self) -> dict[str, Route]:
        """The endpoints by the names of their methods."""
        return _named(self.kind)

    def method(self, name: str) -> tuple[MethodDefinition, Route]:
        """Return a method and the endpoint that answers it.

        Raises:
            Refused: there is no such method.
        """
        found = next((each for each in self.methods if each.name == name), None)
        if found is None or name not in self.routes:
            hint = f"GET /resources/{id_of(self.vendor)} lists its methods."
            raise not_found("method", name, self.routes, hint=hint)
        return found, self.routes[name]

    def shown_method(self, name: str) -> ResourceMethod:
        """Return one method, with the schema of its parameters."""
        return self._shown(name, with_schema=True)

    def _shown(self, name: str, *, with_schema: bool) -> ResourceMethod:
        method, route = self.method(name) if with_schema else (None, None)
        if method is None or route is None:
            return super()._shown(name, with_schema=False)
        shown = super()._shown(name, with_schema=False)
        shown.input_schema = self._schema(route)
        return shown

    def _schema(self, route: Route) -> Doc:
        inside = schemas.of(route)
        needed = [each for each in PLACEHOLDER.findall(route.path) if each not in self._accounts]
        placeholders = {each: {"type": "string"} for each in needed}
        session = {SESSION: {"type": "string", "description": ABOUT_SESSION}}
        return {
            "type": "object",
            "properties": {**placeholders, **inside["properties"], **session},
            "required": needed
            + [each for each in inside.get("required", ()) if each not in needed],
            "additionalProperties": True,
        }

    def spec(self) -> Doc:
        """Return an OpenAPI 3.0 document of the mirror."""
        kind = self.kind
        paths: dict[str, Doc] = {}
        for name, route in self.routes.items():
            verb = route.method.lower()
            paths.setdefault(route.path, {})[verb] = _operation(name, route, kind.encoding)
        return {
            "openapi": "3.0.3",
            "info": {
                "title": self.resource.name,
                "version": kind.version,
                "description": self.resource.description,
            },
            "paths": paths,
        }

    def fill(self, route: Route, given: Doc, account: str | None) -> Filled:
        """Return the request that calls an endpoint with these parameters.

        Raises:
            Refused: a placeholder of the path is missing.
        """
        rest = {name: value for name, value in given.items() if name != SESSION}
        path, wrong = route.path, []
        for name in PLACEHOLDER.findall(route.path):
            value = rest.pop(name, account if name in self._accounts else None)
            if not isinstance(value, str | int) or text(value) in ("", ".", ".."):
                wrong.append((name, "is required: it is part of the path"))
                continue
            path = path.replace(f"{{{name}}}", quote(text(value), safe="~"))
        if wrong:
            raise invalid(wrong)
        if route.method in ("GET", "DELETE"):
            pairs = [pair for name, value in rest.items() for pair in bracketed(name, value)]
            query = [encoded([pair]) for pair in pairs]
            return Filled(route.method, path, query, {}, None)
        encoding = self.kind.encoding
        if encoding == "json":
            content = json.dumps(rest).encode()
            return Filled(route.method, path, [], {"Content-Type": "application/json"}, content)
        form = encoded(_form(rest, repeats=encoding == "form-repeated")).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return Filled(route.method, path, [], headers, form)


def _form(given: Doc, *, repeats: bool) -> list[tuple[str, str]]:
    pairs = []
    for name, value in given.items():
        if repeats and isinstance(value, list):
            pairs += [(name, text(each)) for each in value]
        else:
            pairs += bracketed(name, value)
    return pairs


def _operation(name: str, route: Route, encoding: str) -> Doc:
    inside = schemas.of(route)
    parameters: list[Doc] = [
        {"name": each, "in": "path", "required": True, "schema": {"type": "string"}}
        for each in PLACEHOLDER.findall(route.path)
    ]
    operation: Doc = {"operationId": name, "responses": _responses(route)}
    if route.method in ("GET", "DELETE"):
        parameters += [
            {"name": each, "in": "query", "schema": schema}
            | ({"style": "deepObject", "explode": True} if schema.get("type") == "object" else {})
            for each, schema in inside["properties"].items()
        ]
    elif inside["properties"]:
        kind = "application/json" if encoding == "json" else "application/x-www-form-urlencoded"
        operation["requestBody"] = {"content": {kind: {"schema": inside}}}
    if parameters:
        operation["parameters"] = parameters
    return operation


def _responses(route: Route) -> Doc:
    content: Any = {} if route.status == 204 else {"application/json": {"schema": {}}}
    answer: Doc = {"description": "As the vendor answers."}
    return {str(route.status): answer | ({"content": content} if content else {})}
