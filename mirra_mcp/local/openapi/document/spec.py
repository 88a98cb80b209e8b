"""What an OpenAPI 3 document says: its operations, their parameters, bodies and answers.

Source: https://spec.openapis.org/oas/v3.1.1.html
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import unquote, urlsplit

from mirra_mcp.wire.model import Doc

VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "query")
FARTHEST = 40
"""References to references that are followed."""
MOST_URLS = 64
"""Of one server, with the values of its variables."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a call takes in its path, query, headers or cookies."""

    name: str
    place: str
    """`path`, `query`, `header` or `cookie`."""
    is_required: bool
    schema: Doc
    style: str
    """OpenAPI's name of it, or `content` where a media type says how it is written."""
    explode: bool
    allows_reserved: bool = False
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """What an operation may answer."""

    status: str
    """`200`, `4XX` or `default`."""
    media: str | None
    """The type of its body, JSON where there is a choice."""
    schema: Doc | None
    example: Any
    headers: dict[str, Doc]


@dataclass(frozen=True)
class Operation:
    """One operation of a document."""

    method: str
    path: str
    name: str
    """Its `operationId`, or method and path."""
    parameters: tuple[Parameter, ...]
    bodies: dict[str, Doc]
    """By media type, the body's schema."""
    is_body_required: bool
    responses: dict[str, Response]
    security: tuple[Doc, ...]
    """Alternatives: each names the schemes that it needs together."""
    callbacks: dict[str, Doc] = field(default_factory=dict)
    deprecated: bool = False
    encodings: dict[str, Doc] = field(default_factory=dict)
    """By media type of the body, how each of its properties is written."""
    servers: tuple[Doc, ...] = ()
    """Where it is to be called, if not where the whole API is."""
    said: str | None = None
    """What it does, in the document's words."""
    tags: tuple[str, ...] = ()
    """What it is about, in the document's words."""

    @property
    def spec(self) -> str:
        """The operation as prose writes it: `POST /pets`."""
        return f"{self.method} {self.path}"

    @cached_property
    def query_names(self) -> frozenset[str]:
        """What its parameters in the query are called."""
        return frozenset(each.name for each in self.parameters if each.place == "query")

    @property
    def success(self) -> Response | None:
        """What it answers when all went well: the lowest 2xx that it names."""
        good = sorted(status for status in self.responses if status[:1] == "2")
        if good:
            return self.responses[good[0]]
        return None if any(each[:1] == "3" for each in self.responses) else self.default

    @property
    def default(self) -> Response | None:
        """What it answers where no status is named."""
        return self.responses.get("default")

    def failure(self, status: int) -> Response | None:
        """Return how it answers a failure with this status, if it says."""
        return (
            self.responses.get(str(status))
            or self.responses.get(f"{status // 100}XX")
            or self.responses.get(f"{status // 100}xx")
            or self.default
        )


class Spec:
    """A document in OpenAPI 3's form, read lazily: `reading` makes it."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.is_old = str(doc["openapi"]).startswith("3.0")
        """Whether its schemas are OpenAPI 3.0's own dialect."""

    @cached_property
    def title(self) -> str:
        """What the API calls itself."""
        return str((self.doc.get("info") or {}).get("title") or "API")

    @cached_property
    def version(self) -> str:
        """The API's own version."""
        return str((self.doc.get("info") or {}).get("version") or "0")

    @cached_property
    def servers(self) -> tuple[str, ...]:
        """Where the API is, with the usual values of variables."""
        return tuple(map(url_of, _servers(self.doc)))

    @cached_property
    def base(self) -> str:
        """The path before all paths, from the first server: `/v2`, or nothing."""
        return _path_of(self.servers[0]) if self.servers else ""

    @cached_property
    def bases(self) -> tuple[str, ...]:
        """The paths before all paths, of each server: the first's first."""
        return tuple(dict.fromkeys([self.base, *bases_of(_servers(self.doc))]))

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """The servers' names, operations' own among them: not this machine, and no address."""
        servers = [*_servers(self.doc), *(each for op in self.operations for each in op.servers)]
        named = (_host_of(url) for server in servers for url in urls_of(server))
        return tuple(dict.fromkeys(each for each in named if each))

    @cached_property
    def operations(self) -> list[Operation]:
        """The operations, in the order of the document."""
        found = []
        for path, item in self.doc["paths"].items():
            item = self.resolve(item)
            if path.startswith("/"):
                found += [self._operation(verb, path, item) for verb in self._verbs(item)]
        return found

    def _verbs(self, item: Doc) -> Iterator[str]:
        return (verb for verb in VERBS if isinstance(item.get(verb), dict))

    def _operation(self, verb: str, path: str, item: Doc) -> Operation:
        doc: Doc = item[verb]
        body = self.resolve(doc.get("requestBody"))
        security = doc.get("security", self.doc.get("security"))
        return Operation(
            verb.upper(),
            path,
            str(doc.get("operationId") or f"{verb.upper()} {path}"),
            tuple(self._parameters(item, doc)),
            {
                str(media).partition(";")[0].strip().lower(): (each or {}).get("schema") or {}
                for media, each in (body.get("content") or {}).items()
            },
            bool(body.get("required")),
            {
                str(status): self._response(str(status), each)
                for status, each in (doc.get("responses") or {}).items()
                if not str(status).startswith("x-")
            },
            tuple(each for each in security or () if isinstance(each, dict)),
            {
                name: self.resolve(each)
                for name, each in (doc.get("callbacks") or {}).items()
                if not name.startswith("x-")
            },
            bool(doc.get("deprecated")),
            {
                str(media).partition(";")[0].strip().lower(): each["encoding"]
                for media, each in (body.get("content") or {}).items()
                if isinstance(each, dict) and isinstance(each.get("encoding"), dict)
            },
            _servers(doc) or _servers(item),
            doc.get("summary") or doc.get("description") or None,
            tuple(map(str, tags)) if isinstance(tags := doc.get("tags"), list) else (),
        )

    def _parameters(self, item: Doc, doc: Doc) -> list[Parameter]:
        found: dict[tuple[str, str], Parameter] = {}
        for each in [*(item.get("parameters") or []), *(doc.get("parameters") or [])]:
            each = self.resolve(each)
            name, place = str(each.get("name") or ""), str(each.get("in") or "")
            if not name or place not in ("path", "query", "header", "cookie"):
                continue
            schema = each.get("schema")
            if schema is None:
                content = each.get("content") or {}
                first: Doc = next(iter(content.values()), {}) or {}
                schema = first.get("schema")
            default = "form" if place in ("query", "cookie") else "simple"
            style = str(each.get("style") or default)
            found[name, place] = Parameter(
                name,
                place,
                bool(each.get("required")) or place == "path",
                schema or {},
                "content" if each.get("schema") is None and each.get("content") else style,
                bool(each.get("explode", style in ("form", "deepObject"))),
                bool(each.get("allowReserved")),
                each.get("description"),
            )
        return list(found.values())

    def _response(self, status: str, doc: Any) -> Response:
        doc = self.resolve(doc)
        content = doc.get("content") or {}
        media = next((each for each in content if "json" in each), next(iter(content), None))
        chosen = (content.get(media) or {}) if media else {}
        example = chosen.get("example")
        if example is None and chosen.get("examples"):
            first = self.resolve(next(iter(chosen["examples"].values())))
            example = first.get("value", first.get("dataValue"))
        headers = {
            str(name).lower(): self.resolve(each)
            for name, each in (doc.get("headers") or {}).items()
        }
        return Response(status, media, chosen.get("schema"), example, headers)

    @cached_property
    def webhooks(self) -> dict[str, Operation]:
        """The webhooks that the document announces, by event, as operations of the receiver."""
        found: dict[str, Operation] = {}
        for section in ("webhooks", "x-webhooks"):
            for name, item in (self.doc.get(section) or {}).items():
                item = self.resolve(item)
                for verb in self._verbs(item):
                    found[str(name)] = self._operation(verb, str(name), item)
        for operation in self.operations:
            for name, callback in operation.callbacks.items():
                for item in callback.values():
                    item = self.resolve(item)
                    for verb in self._verbs(item):
                        found.setdefault(name, self._operation(verb, name, item))
        return found

    @cached_property
    def security_schemes(self) -> dict[str, Doc]:
        """How a caller may say who it is, by name."""
        schemes = (self.doc.get("components") or {}).get("securitySchemes") or {}
        return {str(name): self.resolve(each) for name, each in schemes.items()}

    def resolve(self, node: Any) -> Doc:
        """Return what a node refers to, or the node itself; of nonsense an empty object."""
        for _ in range(FARTHEST):
            if not isinstance(node, dict):
                return {}
            ref = node.get("$ref")
            if not isinstance(ref, str):
                return node
            node = self.pointed(ref)
        return {}

    def pointed(self, ref: str) -> Any:
        """Return what `#/a/b` points to, or None."""
        if ref == "#":
            return self.doc
        if not ref.startswith("#/"):
            return None
        node: Any = self.doc
        for part in ref[2:].split("/"):
            key = unquote(part).replace("~1", "/").replace("~0", "~")
            if isinstance(node, dict) and key in node:
                node = node[key]
            elif isinstance(node, list) and key.isdecimal() and int(key) < len(node):
                node = node[int(key)]
            else:
                return None
        return node


def url_of(server: Doc) -> str:
    """Return a server's URL, with the usual values of its variables."""
    url = str(server.get("url") or "")
    variables = server.get("variables")
    for name, each in variables.items() if isinstance(variables, dict) else ():
        usual = each.get("default") if isinstance(each, dict) else None
        url = url.replace(f"{{{name}}}", str(usual or ""))
    return url


def urls_of(server: Doc) -> list[str]:
    """List a server's URLs, the usual first: one for each value that its variables may have."""
    found, urls = url_of(server), [str(server.get("url") or "")]
    variables = server.get("variables")
    for name, each in variables.items() if isinstance(variables, dict) else ():
        rule = each if isinstance(each, dict) else {}
        values = rule.get("enum") if isinstance(rule.get("enum"), list) else [rule.get("default")]
        urls = [
            url.replace(f"{{{name}}}", str(value or "")) for url in urls for value in values or [""]
        ][:MOST_URLS]
    return list(dict.fromkeys([found, *urls]))


def bases_of(servers: Iterable[Doc]) -> list[str]:
    """List the paths of some servers, each once."""
    return list(dict.fromkeys(_path_of(url) for each in servers for url in urls_of(each)))


def _servers(doc: Doc) -> tuple[Doc, ...]:
    found = doc.get("servers")
    return (
        tuple(each for each in found if isinstance(each, dict)) if isinstance(found, list) else ()
    )


def _path_of(url: str) -> str:
    try:
        path = urlsplit(url).path.rstrip("/")
    except ValueError:
        return ""
    return "" if "{" in path else path


def _host_of(url: str) -> str | None:
    """Return the host of a server out there: a name with a dot that isn't of this machine."""
    try:
        name = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return None
    is_name = _NAME.fullmatch(name) is not None and not name.endswith(".localhost")
    return name if is_name else None


_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
