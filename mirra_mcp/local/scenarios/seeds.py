"""Seeds: state given as JSON, planted through the verbs of a mirror's own API.

    {"<mirror>": {"<entity plural>": [parameters of its create call, or fields of its documents]}}

Everything is checked before anything is planted. What the create call takes goes to it; further
fields of the document, such as a status or an id, are put in afterwards.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from pydantic import ValidationError

from mirra_mcp.local.kit.errors import VendorError, nearest
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.phrases import naming
from mirra_mcp.local.kit.resource import Resource
from mirra_mcp.local.kit.routes import Answer, Call, Route, routes_of
from mirra_mcp.local.kit.session import Session
from mirra_mcp.wire.model import Doc
from mirra_mcp.wire.problems import flaw

log = logging.getLogger("mirra_mcp.local")

MOST_DOCUMENTS = 10_000
"""Documents that one seed may plant."""
AGE = timedelta(minutes=1)
"""How long ago it is planted: what follows at once, as an email's delivery, has happened."""


class SeedError(Exception):
    """A seed that can't be planted; `mistakes` says all that is wrong with it."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Seed:
    """A seed that fits its mirrors."""

    items: tuple[tuple[str, str, Doc], ...]
    """Mirror, plural and fields, in the order of planting."""

    def plant(self, session: Session) -> list[str]:
        """Put it into a session's mirrors, all or nothing for each; tell what was planted.

        Raises:
            SeedError: a mirror refused something.
        """
        told = []
        for vendor in dict.fromkeys(vendor for vendor, _, _ in self.items):
            mirror = session.mirrors[vendor]
            counts: dict[str, int] = {}
            with quietly(session, mirror):
                now, mirror.now = mirror.now, mirror.now - AGE
                for of, plural, fields in self.items:
                    if of == vendor:
                        index = counts.get(plural, 0)
                        plant(mirror, plural, fields, f"{vendor}.{plural}[{index}]")
                        counts[plural] = index + 1
                catch_up(mirror, now)
            told += [f"{vendor}: {count} {plural}" for plural, count in counts.items()]
        return told


def read_seed(given: Any, mirrors: Mapping[str, Mirror]) -> Seed:
    """Check a seed against what its mirrors take.

    Raises:
        SeedError: it doesn't fit.
    """
    items: list[tuple[str, str, Doc]] = []
    mistakes: list[str] = []
    if not isinstance(given, dict):
        raise SeedError(["A seed is an object: {'<mirror>': {'<entity plural>': [...]}}."])
    for vendor, nouns in given.items():
        mirror = mirrors.get(vendor)
        if mirror is None:
            has = ", ".join(mirrors)
            mistakes.append(f"The session has no mirror '{vendor}'; it has {has}.")
        elif not isinstance(nouns, dict):
            mistakes.append(f"'{vendor}' isn't an object of entities.")
        else:
            for plural, documents in nouns.items():
                mistakes += _read_noun(mirror, plural, documents, items)
    if len(items) > MOST_DOCUMENTS:
        mistakes.append(f"A seed may hold {MOST_DOCUMENTS} documents, not {len(items)}.")
    if mistakes:
        raise SeedError(mistakes)
    return Seed(tuple(items))


def _read_noun(
    mirror: Mirror, plural: str, documents: Any, items: list[tuple[str, str, Doc]]
) -> list[str]:
    where = f"{mirror.vendor}.{plural}"
    noun = mirror.nouns.get(plural)
    if noun is None:
        return [f"'{where}': there is no such entity.{nearest(plural, mirror.nouns)}"]
    if isinstance(documents, dict):
        documents = [documents]
    if not isinstance(documents, list):
        return [f"'{where}' isn't a list."]
    mistakes = []
    for index, fields in enumerate(documents):
        problem = _problem(noun, fields)
        if problem:
            mistakes.append(f"'{where}[{index}]': {problem}")
        items.append((mirror.vendor, plural, fields))
    return mistakes


def _problem(noun: Resource, fields: Any) -> str | None:
    """Say what is wrong with one document's fields."""
    if not isinstance(fields, dict):
        return "it isn't an object."
    route, known = create_route(noun), set(fields_of(noun))
    unknown = [name for name in fields if name not in known]
    if unknown:
        return f"there is no field '{unknown[0]}'.{nearest(unknown[0], known)}"
    status = fields.get(noun.status_field)
    statuses = {*noun.moves, *noun.statuses, *(to for each in noun.moves.values() for to in each)}
    if status is not None and statuses and status not in statuses:
        known_ones = ", ".join(sorted(statuses))
        return f"'{noun.status_field}' can't be '{status}': it is one of {known_ones}."
    if route is None or is_document(noun, fields):
        return None
    try:
        route.params.model_validate(_parameters(route, fields))  # type: ignore[union-attr]
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return f"'{'.'.join(map(str, first['loc']))}' {flaw(first)}."
    except VendorError as error:
        return orjson.dumps(error.body).decode()
    return None


def create_route(noun: Resource) -> Route | None:
    """Return the verb that makes one such document from parameters, if there is one."""
    for route in routes_of(type(noun), noun.plural):
        if (route.method, route.verb) == ("POST", "create") and not route.placeholders:
            return route if route.params is not None else None
    return None


def fields_of(noun: Resource) -> list[str]:
    """List the fields that a seed may give: parameters first, then those of the document."""
    route = create_route(noun)
    names = ["id", *noun.blank, *noun.more_fields]
    if route is not None and route.params is not None:
        taken = route.params.model_fields.items()
        names = [field.alias or name for name, field in taken] + names
    return list(dict.fromkeys(names))


def is_document(noun: Resource, fields: Doc) -> bool:
    """Tell a whole document from parameters: it has an id and most of the fields."""
    return "id" in fields and len(set(fields) & set(noun.blank)) * 2 > len(noun.blank)


def _parameters(route: Route, fields: Doc) -> Doc:
    assert route.params is not None
    names = {field.alias or name for name, field in route.params.model_fields.items()}
    names |= set(route.params.model_fields)
    return {name: value for name, value in fields.items() if name in names}


def plant(mirror: Mirror, plural: str, fields: Doc, where: str) -> Doc:
    """Make one document.

    Raises:
        SeedError: the mirror refused it.
    """
    noun = mirror.nouns[plural]
    own = getattr(noun, "plant", None)
    try:
        if own is not None:
            return own(dict(fields))  # type: ignore[no-any-return]  # a vendor's hook
        route = create_route(noun)
        if route is None or is_document(noun, fields):
            return noun.save(noun.new(**fields))
        given = _parameters(route, fields)
        with naming(noun, fields.get("id")):
            made = _create(mirror, route, given)
        rest = {name: value for name, value in fields.items() if name not in given and name != "id"}
        doc = noun.peek(str(made.get("id", ""))) or noun.find(limit=1)[0]
        return noun.save({**doc, **rest}) if rest else doc
    except VendorError as refused:
        said = orjson.dumps(refused.body).decode()
        raise SeedError([f"'{where}': the mirror refuses it: {said}"]) from None
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        log.exception("The mirror %s failed over a seed's %s.", mirror.vendor, where)
        raise SeedError([f"'{where}': the mirror failed over it: {error}"]) from error


def _create(mirror: Mirror, route: Route, given: Doc) -> Doc:
    assert route.params is not None
    args: dict[str, Any] = {"params": route.params.model_validate(given)}
    if route.wants_call:
        path = route.spec.split(" ", 1)[1]
        args["call"] = Call("POST", path, "", {}, orjson.dumps(given), mirror.now)
    told = getattr(mirror.nouns[route.noun], route.verb)(**args)
    body: Any = told.body if isinstance(told, Answer) else told
    if not isinstance(body, dict):
        raise SeedError([f"{route.spec} made nothing: {body}"])
    return body


def catch_up(mirror: Mirror, now: datetime) -> None:
    """Let what has fallen due happen, in order, and make it `now`."""
    while (timer := mirror.next_timer()) is not None and timer[0] <= now.timestamp():
        due, id, verb, args = timer
        mirror.drop_timer(id)
        mirror.now = datetime.fromtimestamp(due, UTC)
        mirror.call_verb(verb, args)
    mirror.now = now


@contextmanager
def quietly(session: Session, mirror: Mirror) -> Iterator[None]:
    """Let a mirror act all or nothing, unseen by log and webhooks, as a fixture is made."""
    with session.unit(mirror, session.clock.now()):
        mirror.session = None
        try:
            yield
        finally:
            mirror.session = session
