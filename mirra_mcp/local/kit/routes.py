"""Which verb of which noun answers a request, and what goes in and out."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, TypeVar, get_type_hints
from urllib.parse import unquote

import orjson

from mirra_mcp.local.kit import forms
from mirra_mcp.local.kit.foreign import loads
from mirra_mcp.local.kit.params import Params
from mirra_mcp.local.kit.webhooks import Outcome
from mirra_mcp.wire.model import Doc

F = TypeVar("F", bound=Callable[..., Any])
PLACEHOLDER = re.compile(r"{(\w+)}")
EPOCH = datetime.fromtimestamp(0, UTC)
JSON = "application/json; charset=utf-8"


@dataclass
class Call:
    """One request to a mirror."""

    method: str
    path: str
    query_string: str
    headers: dict[str, str]
    """Lower-case names; the last of a repeated header."""
    body: bytes
    now: datetime = EPOCH
    """The session's time, as of when the call is answered."""
    params: dict[str, str] = field(default_factory=dict)
    """The values of the path's placeholders."""
    caller: Any = None
    """What the mirror's `authenticate` returned."""
    fault: str | None = None
    """The id of the fault rule that the call meets."""
    heard: dict[str, Outcome] = field(default_factory=dict)
    """What receivers of webhooks said that the call had to wait for."""

    @cached_property
    def query_all(self) -> list[tuple[str, str]]:
        """The query's pairs in order."""
        return forms.pairs(self.query_string)

    @cached_property
    def query(self) -> dict[str, str]:
        """The query; of a repeated name the last value."""
        return dict(self.query_all)

    @cached_property
    def json(self) -> Any:
        """The body as JSON; an empty body is an empty object.

        Raises:
            ValueError: the body isn't JSON, or nests too deeply.
        """
        return loads(self.body) if self.body else {}


@dataclass(slots=True)
class Answer:
    """What a mirror answers. `body` as bytes goes out as it is."""

    status: int = 200
    body: Doc | list[Any] | bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    refusal: Doc | None = None
    """What the log keeps of a refusal that goes out as a page."""

    @property
    def has_body(self) -> bool:
        """Whether HTTP lets an answer of this status have a body.

        Source: https://www.rfc-editor.org/rfc/rfc9110#section-6.4.1
        """
        return self.status not in (204, 304)

    def encoded(self) -> bytes:
        """Return the body's bytes; none where the status has no body."""
        if self.body is None or not self.has_body:
            return b""
        return self.body if isinstance(self.body, bytes) else orjson.dumps(self.body)

    def head(self, length: int) -> list[tuple[str, str]]:
        """Return the headers that go out with a body of so many bytes.

        What can't stand in a header, as parts of what was sent may, becomes a space.
        """
        lines = [("content-length", str(length))] if self.has_body else []
        if (
            self.has_body
            and "content-type" not in self.headers
            and "Content-Type" not in self.headers
        ):
            lines.append(("content-type", JSON))
        for name, value in self.headers.items():
            if not value.isprintable():
                value = "".join(each if each.isprintable() else " " for each in value)
            lines.append((name, value))
        return lines

    def start(self, length: int) -> Doc:
        """Return the ASGI message that it begins with."""
        head = [
            (name.lower().encode(), text.encode("latin-1", "replace"))
            for name, text in self.head(length)
        ]
        return {"type": "http.response.start", "status": self.status, "headers": head}


@dataclass(frozen=True, slots=True)
class Route:
    """An endpoint: how it is called and who answers."""

    method: str
    path: str
    status: int
    noun: str
    verb: str
    wants_call: bool
    params: type[Params] | None
    placeholders: tuple[str, ...]

    @property
    def spec(self) -> str:
        """The endpoint as it is written in the code: `POST /emails`."""
        return f"{self.method} {self.path}"


def route(spec: str, *, status: int = 200) -> Callable[[F], F]:
    """Let a resource's method answer `METHOD /path/{placeholder}`; several may be stacked."""

    def mark(verb: F) -> F:
        verb.__dict__.setdefault("routes", []).append((spec, status))
        return verb

    return mark


def routes_of(owner: type, noun: str) -> list[Route]:
    """List the endpoints that a resource class answers, in the order of its code."""
    verbs = {name: verb for base in reversed(owner.__mro__) for name, verb in vars(base).items()}
    found = []
    for name, verb in verbs.items():
        for spec, status in getattr(verb, "routes", ()):
            method, path = spec.split(" ", 1)
            found.append(_bind(verb, name, noun, method, path, status))
    return found


def _bind(
    verb: Callable[..., Any], name: str, noun: str, method: str, path: str, status: int
) -> Route:
    wanted = list(inspect.signature(verb).parameters)[1:]
    placeholders = tuple(PLACEHOLDER.findall(path))
    hints = get_type_hints(verb) if "params" in wanted else {}
    unknown = set(wanted) - {"call", "params", *placeholders}
    if unknown:
        raise TypeError(f"{verb.__qualname__} takes {sorted(unknown)}, which {path} doesn't have")
    named = tuple(part for part in placeholders if part in wanted)
    return Route(method, path, status, noun, name, "call" in wanted, hints.get("params"), named)


class Router:
    """Finds the endpoint of a path; a fixed segment wins over a placeholder.

    A segment may have a suffix after its placeholder: `{id}.json`, which wins over `{id}`.
    """

    def __init__(self) -> None:
        self._root: dict[str, Any] = {}
        self._fixed: dict[str, dict[str, Any]] = {}

    def add(self, method: str, path: str, target: Any) -> None:
        """Let `target` answer `method path`."""
        if "{" not in path:
            self._fixed.setdefault(path, {})[method] = target
        node = self._root
        names = []
        for part in path.strip("/").split("/"):
            if name := PLACEHOLDER.match(part):
                names.append(name[1])
                part = part.replace(name[0], "{}", 1)
            node = node.setdefault(part, {})
        node.setdefault("/", {})[method] = (target, tuple(names))

    def find(self, method: str, path: str) -> tuple[Any, dict[str, str]] | set[str]:
        """Return the target and the placeholders' values, or the methods that would be allowed."""
        fixed = self._fixed.get(path)
        if fixed is not None and method in fixed:
            return fixed[method], {}
        allowed: set[str] = set()
        parts = path.strip("/").split("/")
        values: list[str] = []
        found = self._walk(self._root, parts, 0, method, values, allowed)
        if found is None:
            return allowed
        target, names = found
        return target, {name: unquote(value) for name, value in zip(names, values, strict=True)}

    def _walk(
        self,
        node: dict[str, Any],
        parts: list[str],
        at: int,
        method: str,
        values: list[str],
        allowed: set[str],
    ) -> tuple[Any, tuple[str, ...]] | None:
        """Return what answers, and add the placeholders' values; or add what would be allowed."""
        if at == len(parts):
            methods = node.get("/", {})
            if method not in methods:
                allowed.update(methods)
            return methods.get(method)  # type: ignore[no-any-return]  # put there by `add`
        head = parts[at]
        ways: list[tuple[dict[str, Any] | None, str | None]] = []
        if head not in ("/", "{}"):
            ways.append((node.get(head), None))
        if "." in head:
            stem, dot, suffix = head.rpartition(".")
            ways.append((node.get(f"{{}}{dot}{suffix}") if stem else None, stem))
        if head:
            ways.append((node.get("{}"), head))
        for inner, value in ways:
            if inner is None:
                continue
            if value is not None:
                values.append(value)
            found = self._walk(inner, parts, at + 1, method, values, allowed)
            if found is not None:
                return found
            if value is not None:
                values.pop()
        return None
