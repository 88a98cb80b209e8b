"""Stories: what the world does to an account, told in the verbs of its resources."""

import inspect
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.alias_generators import to_camel, to_snake

from mirra_mcp.local.kit.errors import Refusal, SimulateError, nearest
from mirra_mcp.wire.admin import Parameter, SimulateEvent
from mirra_mcp.wire.model import Doc
from mirra_mcp.wire.problems import flaw

if TYPE_CHECKING:
    from mirra_mcp.local.kit.resource import Resource

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Story:
    """A simulatable event: its name, parameters and teller."""

    event: str
    tell: Callable[..., Doc | None]
    aliases: tuple[str, ...]
    fires: tuple[str, ...]
    params: type[BaseModel]

    def run(self, mirror: Any, given: Doc) -> Doc | None:
        """Check the parameters and let it happen.

        Raises:
            Refusal: a parameter is unknown, missing or of the wrong kind.
        """
        try:
            params = self.params.model_validate(given)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            path = ".".join(map(str, first["loc"]))
            fields = self.params.model_fields.items()
            known = [field.alias or name for name, field in fields]
            told = f"'{path}' of event '{self.event}' {flaw(first)}."
            if first["type"] == "extra_forbidden":
                told = f"Event '{self.event}' takes no '{path[:80]}'.{nearest(path, known)}"
            hint = f"The event takes: {', '.join(known) or 'nothing'}."
            raise SimulateError(told, hint) from None
        names = list(inspect.signature(self.tell).parameters)[1:]
        return self.tell(mirror, **{name: getattr(params, to_snake(name)) for name in names})

    def describe(self) -> SimulateEvent:
        """Return the event as the catalog shows it."""
        schema = self.params.model_json_schema(by_alias=True)
        required = set(schema.get("required", ()))
        params = {
            name: Parameter(
                type=_type_name(each),
                required=name in required,
                description=each.get("description"),
                default=each.get("default"),
            )
            for name, each in schema.get("properties", {}).items()
        }
        doc = inspect.getdoc(self.tell) or ""
        return SimulateEvent(
            event=self.event,
            description=doc.split("\n\n")[0].replace("\n", " ") or None,
            params=params,
            fires=list(self.fires),
            aliases=list(self.aliases),
        )


def story(
    event: str, *, aliases: tuple[str, ...] = (), fires: tuple[str, ...] | None = None
) -> Callable[[F], F]:
    """Let a function tell what happens on `POST /_mirra/simulate {"event": event, ...}`.

    Its first parameter is the mirror; the others are the event's, in camelCase on the wire.
    It fires the webhook of its own name, unless `fires` names others or none.
    """

    def mark(tell: F) -> F:
        tell.__dict__["story"] = (event, aliases, (event,) if fires is None else fires)
        return tell

    return mark


def stories_of(*modules: types.ModuleType) -> Mapping[str, Story]:
    """Collect the stories of some modules by event name, in the order of their code."""
    found: dict[str, Story] = {}
    for module in modules:
        for tell in vars(module).values():
            if mark := getattr(tell, "__dict__", {}).get("story"):
                event, aliases, fires = mark
                found[event] = Story(event, tell, aliases, fires, _model(event, tell))
    return found


def find_story(stories: Mapping[str, Story], event: str) -> Story | None:
    """Return a story by its event's name or alias."""
    if event in stories:
        return stories[event]
    return next((each for each in stories.values() if event in each.aliases), None)


def the_one(noun: "Resource", id: str | None, name: str, **where: Any) -> Doc:
    """Return the document that a story is about: the given one, or the only one that fits.

    Raises:
        Refusal: there is no such document, or several fit and none was named.
    """
    if id is not None:
        doc = noun.peek(id)
        if doc is None:
            newest = ", ".join(each["id"] for each in noun.find(limit=3, **where))
            hint = f"The newest are: {newest}." if newest else f"There is no {noun.entity} yet."
            raise SimulateError(f"No {noun.entity} has the id '{id}'.", hint)
        return doc
    docs = noun.find(limit=6, **where)
    if not docs:
        raise SimulateError(
            f"There is no {noun.entity} that this could happen to.",
            f"Create one first, then name it as '{name}'.",
        )
    if len(docs) > 1:
        listed = ", ".join(each["id"] for each in docs[:5]) + ("..." if len(docs) > 5 else "")
        raise Refusal(
            400,
            "mirra.simulate.ambiguous",
            f"More than one {noun.entity} could be meant.",
            f"Name one as '{name}': {listed}",
        )
    return docs[0]


def _model(event: str, tell: Callable[..., Any]) -> type[BaseModel]:
    names = list(inspect.signature(tell).parameters.values())[1:]
    scope = inspect.get_annotations(tell, eval_str=False)
    module = inspect.getmodule(tell)
    space = dict(vars(module)) if module else {}
    fields: dict[str, Any] = {}
    for each in names:
        kind = scope[each.name]
        if isinstance(kind, str):
            kind = eval(kind, space)  # annotations of our own code, when postponed
        fields[to_snake(each.name)] = (
            kind,
            Field(... if each.default is each.empty else each.default),
        )
    config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")
    return create_model(f"Simulate[{event}]", __config__=config, **fields)


def _type_name(schema: Doc) -> str:
    options = [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]
    names = []
    for each in options:
        if "enum" in each:
            names.append(" | ".join(f'"{value}"' for value in each["enum"]))
        elif "const" in each:
            names.append(f'"{each["const"]}"')
        else:
            names.append(each.get("type", "object"))
    return " | ".join(names)
