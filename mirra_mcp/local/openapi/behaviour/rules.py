"""What a document can't say, written beside it in one small file: its form.

Names are checked by `reading`. The JSON Schema that editors complete by is made of these models.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from mirra_mcp.local.kit.ids import BASE62, Ids
from mirra_mcp.local.openapi.behaviour.expressions import Formula
from mirra_mcp.wire.model import Doc

FORM = re.compile(r"\{(uuid|number|\d{1,2})\}")
RATE = re.compile(r"^\s*(\d{1,9})\s*(?:/|per|every)\s*(.+?)\s*$")

Failure = Literal["missing", "taken", "referred", "moved", "limited", "unauthorized", "invalid"]
"""Why a mirror refuses by itself."""


@dataclass(frozen=True)
class IdForm:
    """How ids of a noun look: text with `{12}` (letters and digits), `{uuid}` or `{number}`."""

    text: str

    def made(self, ids: Ids, count: int) -> str:
        """Make one."""

        def hole(found: re.Match[str]) -> str:
            if found[1] == "uuid":
                return ids.uuid()
            return str(count + 1) if found[1] == "number" else ids.token(int(found[1]), BASE62)

        return FORM.sub(hole, self.text)


@dataclass(frozen=True)
class RateLimit:
    """How many calls are taken in a while."""

    calls: int
    window: timedelta


def _id_form(value: Any) -> Any:
    if isinstance(value, IdForm):
        return value
    if not isinstance(value, str) or not FORM.search(value):
        raise ValueError("a text with {12}, {uuid} or {number} is needed")
    return IdForm(value)


def span(text: Any) -> timedelta:
    """Read a length of time.

    Raises:
        ValueError: it is none.
    """
    from pytimeparse2 import parse  # type: ignore[import-untyped]  # ships no types

    if isinstance(text, timedelta):
        return text
    seconds = parse(str(text))
    if not isinstance(seconds, int | float) or seconds <= 0:
        raise ValueError(f"'{str(text)[:60]}' is no length of time, such as '30 minutes'")
    return timedelta(seconds=float(seconds))


def _rate(value: Any) -> Any:
    if isinstance(value, RateLimit):
        return value
    found = RATE.match(str(value))
    if found is None or not int(found[1]):
        raise ValueError(f"'{str(value)[:60]}' is no rate, such as '100 per minute'")
    window = found[2]
    return RateLimit(int(found[1]), span(window if window[0].isdigit() else f"1 {window}"))


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _text(example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "examples": [example]})


Span = Annotated[timedelta, BeforeValidator(span), _text("30 minutes")]
Id = Annotated[IdForm, BeforeValidator(_id_form), _text("ord_{12}")]
Rate = Annotated[RateLimit, BeforeValidator(_rate), _text("100 per minute")]
Names = Annotated[
    list[str],
    BeforeValidator(_listed),
    WithJsonSchema({"type": ["string", "array"], "items": {"type": "string"}}),
]
Status = Annotated[int, Field(ge=400, le=599)]


class Rules(BaseModel):
    """A part of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Refusing(Rules):
    """How a refusal is told: in the document's own error schema, with these in it."""

    status: Status | None = None
    code: str | None = None
    """What stands where the error schema has a code."""
    message: str | None = None
    """A sentence, in which `{id}`, `{field}`, `{status}` and `{to}` are filled."""


class Declining(Refusing):
    """A call that is refused because of what it says."""

    status: Status = 422
    when: Formula
    """Over the document as it would be; `old` is the one before."""
    on: Names = ["create"]
    """`create`, `update`, `delete`, or the names of actions."""
    field: str | None = None
    """The parameter that is at fault."""


class ActionRules(Rules):
    """What an action does: `POST /orders/{id}/fulfil` is the action `fulfil`."""

    to: str | None = None
    """The status that it leads to."""
    sets: dict[str, Formula] = {}
    """Fields with the expressions that give their values."""


class NounRules(Rules):
    """How the documents of one noun behave."""

    id: Id | None = None
    """How ids look: `{12}` letters and digits, `{uuid}` or `{number}`."""
    first: str | None = None
    """The status of a new one."""
    moves: dict[str, Names] = {}
    """From each status to which; other moves are refused."""
    after: dict[str, dict[str, Span]] = {}
    """From a status to another by itself, on the session's clock."""
    unique: list[str | list[str]] = []
    """Fields whose values are taken once; a list of fields is unique together."""
    defaults: dict[str, Any] = {}
    """What fields are when nothing is sent."""
    computed: dict[str, Formula] = {}
    """Fields that follow from others, whatever is sent."""
    actions: dict[str, ActionRules] = {}
    """What actions do, where their names don't say it."""
    refuse: list[Declining] = []
    """What is refused, with the API's own codes."""
    errors: dict[Failure, Refusing] = {}
    """How the mirror's own refusals are told."""
    events: dict[str, str] = {}
    """By what happened (`created`, `updated`, `deleted`, a status, an action, a field that
    changed) the name of the webhook that tells it."""


class Signing(Rules):
    """How webhooks are signed, where that isn't by Standard Webhooks."""

    header: str = "x-signature"
    """The header of the signature."""
    algorithm: Literal["sha256", "sha512", "sha1"] = "sha256"
    """The hash of the HMAC."""
    form: str = "{hex}"
    """The header's value: text with `{hex}` or `{base64}`, and `{timestamp}` if you like."""
    signs: str = "{body}"
    """What is signed: text with `{body}`, and `{timestamp}` or `{id}` if you like."""
    timestamp_header: str | None = None
    """A header with the time of sending, in seconds."""
    id_header: str | None = None
    """A header with the message's id."""
    secret: str = "whsec_bWlycmEtbWlycm9yLW1pcnJhLW1pcnJv"
    """What signs by default; used as it is, as text."""


class ApiRules(Rules):
    """What holds for the whole API."""

    rates: dict[str, Rate] = {}
    """How many calls are taken: by operation (`POST /orders`), or `*` for all together."""
    signing: Signing | None = None
    """How webhooks are signed; by Standard Webhooks if left out."""
    errors: dict[Failure, Refusing] = {}
    """How the mirror's own refusals are told."""
    seeds: dict[str, dict[str, list[Doc]]] = {}
    """Fixtures that sessions may begin with: by name, documents by noun."""


class Behaviour(Rules):
    """What is said of a whole API."""

    api: ApiRules = ApiRules()
    nouns: dict[str, NounRules] = {}


def schema() -> Doc:
    """Return the JSON Schema of a behaviour file: its nouns stand beside `api`."""
    made = Behaviour.model_json_schema()
    defs = made["$defs"]
    noun = {"$ref": "#/$defs/NounRules"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What an OpenAPI document can't say of a mirror",
        "type": "object",
        "properties": {"api": {"$ref": "#/$defs/ApiRules"}},
        "additionalProperties": noun,
        "$defs": {name: each for name, each in defs.items() if name != "Behaviour"},
    }
