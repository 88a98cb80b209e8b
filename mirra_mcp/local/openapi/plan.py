"""What a document means: which nouns its paths speak of, and what each operation does to them.

All of it is a guess, made by the same rules every time; each is kept in words, to be shown.
"""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Literal

from mirra_mcp.local.openapi.document.schemas import Schemas
from mirra_mcp.local.openapi.document.spec import Operation, Spec
from mirra_mcp.local.openapi.words import snake

RoleKind = Literal[
    "create", "list", "read", "replace", "update", "delete", "clear", "act", "read_part",
    "write_part", "example",
]  # fmt: skip
WRAPPERS = ("data", "result", "item", "object", "response", "payload")
BESIDE = {
    "meta",
    "links",
    "success",
    "status",
    "errors",
    "message",
    "included",
    "request_id",
    "code",
}
STATUS_FIELDS = ("status", "state", "stage", "phase", "lifecycle", "availability")
KEY_NAMES = ("id", "uuid", "uid", "key", "slug", "name", "login", "username", "number", "code")


@dataclass
class Noun:
    """One kind of documents that the API keeps."""

    plural: str
    entity: str
    collection: str
    item: str | None
    keys: tuple[str, ...]
    """The placeholders that name one, at the end of its path: one, rarely more."""
    scope: tuple[str, ...]
    """The placeholders before: a document belongs to what they name."""
    schema: Any = None
    key_fields: tuple[str | None, ...] = ()
    """The fields whose values the keys are; None where none has it."""
    parent: "Noun | None" = None
    status_field: str | None = None
    statuses: tuple[str, ...] = ()
    has_create: bool = False

    def __hash__(self) -> int:
        """A noun is itself."""
        return id(self)


@dataclass
class Role:
    """What an operation does."""

    kind: RoleKind
    noun: Noun | None = None
    detail: str | None = None
    """The verb of an action, the name of a part."""
    wrapper: str | None = None
    """The property of the answer that holds the document, or the list."""
    body_wrapper: str | None = None
    """The property of the body that holds what is sent."""
    moves_to: str | None = None
    """The status that an action leads to."""


@dataclass
class Plan:
    """Nouns and roles of a document, with the guesses in words."""

    spec: Spec
    schemas: Schemas
    nouns: list[Noun] = field(default_factory=list)
    roles: dict[str, Role] = field(default_factory=dict)
    guesses: list[str] = field(default_factory=list)
    elsewhere: dict[str, Noun] = field(default_factory=dict)
    """Collections beside a noun's own, by the shape of their path."""

    @cached_property
    def by_collection(self) -> dict[str, Noun]:
        """The nouns by the shape of their collection's path."""
        own = {shape_of(noun.collection): noun for noun in self.nouns}
        return self.elsewhere | own

    @cached_property
    def by_path(self) -> dict[str, dict[str, Operation]]:
        """The operations by path and method."""
        found: dict[str, dict[str, Operation]] = {}
        for each in self.spec.operations:
            found.setdefault(each.path, {})[each.method] = each
        return found

    @cached_property
    def by_plural(self) -> dict[str, "Noun"]:
        """The nouns that have items, by what they are called."""
        return {noun.plural: noun for noun in reversed(self.nouns) if noun.item}

    @cached_property
    def by_item(self) -> dict[str, Noun]:
        """The nouns by the shape of their items' path."""
        return {shape_of(noun.item): noun for noun in self.nouns if noun.item}

    @cached_property
    def by_schema(self) -> dict[str, Noun]:
        """The nouns by what the document calls their schema; the first wins."""
        found: dict[str, Noun] = {}
        for noun in self.nouns:
            if name := self.schemas.name(noun.schema):
                found.setdefault(name, noun)
        return found


def parts(path: str) -> list[str]:
    """Return a path's segments."""
    return [each for each in path.split("/") if each]


def is_hole(segment: str) -> bool:
    """Tell whether a segment is a placeholder, whole."""
    return segment.startswith("{") and segment.endswith("}") and segment.count("{") == 1


@lru_cache(20_000)
def shape_of(path: str) -> str:
    """Return a path whose placeholders have no names."""
    return "/" + "/".join("{}" if is_hole(each) else each for each in parts(path))


def holes(path: str) -> tuple[str, ...]:
    """Return the names of a path's placeholders."""
    return tuple(each[1:-1] for each in parts(path) if is_hole(each))


def unwrapped(plan: Plan, schema: Any, entity: str) -> tuple[str | None, Any]:
    """Find the document in an answer: the property that holds it (None: all of it), its schema."""
    properties = plan.schemas.shape(schema).properties
    if "id" in properties:
        return None, schema
    for name, each in properties.items():
        others = {snake(other) for other in properties} - {snake(name)}
        is_one = snake(name) in WRAPPERS or snake(name) == entity
        if is_one and "object" in plan.schemas.types(each) and others <= BESIDE:
            return name, each
    return None, schema
