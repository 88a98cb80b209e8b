"""Cards: `tools/*.md`, the words an agent reads, each tied to the function of the same name.

Types belong to Python, words belong to the card. A card without its function, an argument without
its words, a misspelt hint: each is an error when the server is built.
"""

import inspect
import json
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from mcp.server.mcpserver.tools import Tool
from mcp.types import CallToolResult, InputRequiredResult, ToolAnnotations

from mirra_mcp.client.errors import MirraError
from mirra_mcp.server.errors import from_mirra
from mirra_mcp.server.late import LateTool, Schemas
from mirra_mcp.server.sdk import result
from mirra_mcp.server.visits import InputNeeded
from mirra_mcp.shipped import folder
from mirra_mcp.wire.model import Wire

HINTS = ("read_only", "destructive", "idempotent", "open_world")
_ARGUMENT = re.compile(r"- `(\w+)`: (.+?)(?=\n- `|\Z)", re.DOTALL)
_EXAMPLE = re.compile(r"```json\n(.*?)```", re.DOTALL)

ToolFunction = Callable[..., Awaitable[Wire]]


class CardError(Exception):
    """A card doesn't say what it must, or doesn't match its function."""


@dataclass(frozen=True)
class Card:
    """One tool, as its card describes it."""

    name: str
    title: str
    toolset: str
    hints: dict[str, bool]
    description: str
    arguments: dict[str, str]
    examples: tuple[dict[str, Any], ...]

    @property
    def is_read_only(self) -> bool:
        """Whether the tool changes nothing."""
        return self.hints["read_only"]


def pages(name: str) -> dict[str, str]:
    """Return the text of each Markdown file of a folder, by its name without `.md`."""
    found = sorted(folder(name).iterdir(), key=lambda page: page.name)
    return {
        page.name.removesuffix(".md"): page.read_text(encoding="utf-8")
        for page in found
        if page.name.endswith(".md")
    }


def front_matter(name: str, text: str, keys: Iterable[str]) -> tuple[dict[str, str], str]:
    """Return the `key: value` lines between the two `---`, and the text below them.

    Raises:
        CardError: a key is missing, unknown or twice there.
    """
    if not text.startswith("---\n") or "\n---\n" not in text:
        raise CardError(f"{name}.md must begin with front matter between two lines of ---.")
    head, body = text[4:].split("\n---\n", 1)
    lines = [line.partition(": ") for line in head.splitlines()]
    found = {key: value.strip() for key, _, value in lines}
    if sorted(key for key, _, _ in lines) != sorted(keys):
        raise CardError(f"{name}.md must set {', '.join(keys)}, not {', '.join(found)}.")
    return found, body.strip()


def parse(name: str, text: str) -> Card:
    """Read one tool's card.

    Raises:
        CardError: something is missing or misspelt; the message names it.
    """
    head, body = front_matter(name, text, ("title", "toolset", *HINTS))
    if wrong := [key for key in HINTS if head[key] not in ("yes", "no")]:
        raise CardError(f"{name}.md: {wrong[0]} must be yes or no.")
    description, *sections = re.split(r"^## ", body, flags=re.MULTILINE)
    by_title = {title: rest for title, _, rest in (part.partition("\n") for part in sections)}
    if unknown := set(by_title) - {"Arguments", "Example"}:
        raise CardError(f"{name}.md: unknown section '{unknown.pop()}'.")
    arguments = dict(_ARGUMENT.findall(by_title.get("Arguments", "").strip()))
    try:
        examples = tuple(json.loads(text) for text in _EXAMPLE.findall(by_title.get("Example", "")))
    except ValueError as error:
        raise CardError(f"{name}.md: an example is no JSON: {error}") from error
    if not description.strip() or not examples:
        raise CardError(f"{name}.md needs a description and an example.")
    return Card(
        name=name,
        title=head["title"],
        toolset=head["toolset"],
        hints={key: head[key] == "yes" for key in HINTS},
        description=description.strip(),
        arguments={key: " ".join(words.split()) for key, words in arguments.items()},
        examples=examples,
    )


def schemas() -> dict[str, Schemas]:
    """Return the schemas that are kept for the tools, by their names.

    A test sees to it that they are what the functions say.
    """
    file = folder("tools") / "schemas.json"
    kept: dict[str, Schemas] = (
        json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    )
    return kept


def tie(
    card: Card,
    function: ToolFunction,
    caller: Callable[[], Any],
    known: Schemas | None = None,
) -> Tool:
    """Make a tool of a card and its function, whose first parameter is the caller.

    With `known` schemas the rest is made when the tool is first called.

    Raises:
        CardError: the card's arguments are not the function's.
    """
    signature = inspect.signature(function)
    _, *parameters = signature.parameters.values()
    if [parameter.name for parameter in parameters] != list(card.arguments):
        raise CardError(
            f"{card.name}.md describes {list(card.arguments)}, "
            f"but the function takes {[parameter.name for parameter in parameters]}."
        )

    async def call(**arguments: Any) -> CallToolResult | InputRequiredResult:
        called_by = caller()
        try:
            answer = await function(called_by, **arguments)
        except InputNeeded as needed:
            return needed.result
        except MirraError as error:
            if error.code == "mirra.client.unreachable":
                called_by.running.access.lose(called_by.token)
            raise from_mirra(error) from error
        return result(answer.to_json())

    call.__name__ = card.name
    call.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]  # what `inspect` documents
    if known is None or known["input"]["properties"].keys() != card.arguments.keys():
        return _made(card, call)
    return LateTool.model_construct(
        name=card.name,
        title=card.title,
        description=card.description,
        annotations=_annotations(card),
        parameters=_worded(known["input"], card.arguments),
        answers=known["output"],
        make=lambda: _made(card, call),
    )


def reading(card: Card, function: ToolFunction, changing: str) -> tuple[Card, ToolFunction]:
    """Return a tool without the argument that lets it change something."""
    kept = {name: words for name, words in card.arguments.items() if name != changing}
    hints = {**card.hints, "read_only": True, "destructive": False, "idempotent": True}

    async def read(*args: Any, **arguments: Any) -> Wire:
        return await function(*args, **arguments)

    signature = inspect.signature(function)
    left = [each for name, each in signature.parameters.items() if name != changing]
    read.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]  # what `inspect` documents
    return replace(card, arguments=kept, hints=hints), read


def _annotations(card: Card) -> ToolAnnotations:
    return ToolAnnotations(
        title=card.title,
        read_only_hint=card.hints["read_only"],
        destructive_hint=card.hints["destructive"],
        idempotent_hint=card.hints["idempotent"],
        open_world_hint=card.hints["open_world"],
    )


def _made(card: Card, call: Callable[..., Any]) -> Tool:
    """Make the tool itself.

    Raises:
        CardError: the function doesn't say what it returns.
    """
    tool = Tool.from_function(
        call,
        name=card.name,
        title=card.title,
        description=card.description,
        annotations=_annotations(card),
    )
    tool.parameters = _worded(_plain_schema(tool.parameters), card.arguments)
    if tool.fn_metadata.output_schema is None:
        raise CardError(f"{card.name} must say what it returns.")
    tool.fn_metadata.output_schema = _untitled(tool.fn_metadata.output_schema)
    return tool


def _plain_schema(schema: dict[str, Any]) -> dict[str, Any]:
    properties = schema.get("properties", {})
    required = {"required": schema["required"]} if "required" in schema else {}
    return {
        "type": "object",
        "properties": {name: _plain(_untitled(field)) for name, field in properties.items()},
        **required,
        "additionalProperties": False,
    }


def _worded(schema: dict[str, Any], words: dict[str, str]) -> dict[str, Any]:
    """Return what a tool takes, with the card's words for each argument."""
    properties = {
        name: {**field, "description": words[name]} for name, field in schema["properties"].items()
    }
    return {**schema, "properties": properties}


def bare(tool: Tool) -> Schemas:
    """Return a tool's schemas, to be kept."""
    properties = {
        name: {key: value for key, value in field.items() if key != "description"}
        for name, field in tool.parameters["properties"].items()
    }
    return {
        "input": {**tool.parameters, "properties": properties},
        "output": tool.output_schema or {},
    }


def _plain(field: dict[str, Any]) -> dict[str, Any]:
    """Say `string` for "a string or null, by default null": an absent argument says it as well."""
    options = [option for option in field.get("anyOf", []) if option != {"type": "null"}]
    rest = {key: value for key, value in field.items() if key != "anyOf"}
    if rest.get("default", ...) in (None, [], {}):
        del rest["default"]
    if len(options) == 1:
        return {**options[0], **rest}
    return {**rest, "anyOf": options} if options else rest


def _untitled(schema: Any) -> Any:
    """Drop the titles that pydantic makes of names, and the docstrings of our models."""
    if isinstance(schema, list):
        return [_untitled(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: {name: _untitled(part) for name, part in value.items()}
        if key in ("properties", "$defs")
        else _untitled(value)
        for key, value in schema.items()
        if not (key in ("title", "description") and isinstance(value, str))
    }
