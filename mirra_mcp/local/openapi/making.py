"""Making a mirror of a document: `mirror_of` makes a class like a vendor's own."""

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from mirra_mcp.local.kit.errors import VendorError, sentence_of
from mirra_mcp.local.kit.images import build
from mirra_mcp.local.kit.mirror import Fixture, Mirror
from mirra_mcp.local.kit.stories import Story
from mirra_mcp.local.openapi import announcements
from mirra_mcp.local.openapi.answers import Answering
from mirra_mcp.local.openapi.behaviour.reading import API, BehaviourError, Place, fault, read
from mirra_mcp.local.openapi.behaviour.rules import Behaviour, NounRules
from mirra_mcp.local.openapi.document.spec import Spec
from mirra_mcp.local.openapi.documents import Documents
from mirra_mcp.local.openapi.errors import faults
from mirra_mcp.local.openapi.mirror import DocumentMirror
from mirra_mcp.local.openapi.plan import Noun, Plan
from mirra_mcp.local.openapi.roles import make
from mirra_mcp.wire.model import Doc

EXAMPLES = 3
"""Documents of each noun in the fixture `examples`."""


class Told(BaseModel):
    """What a simulated webhook takes: a document that it is about, and what else it says."""

    model_config = ConfigDict(extra="forbid")

    id: str | None = None
    data: dict[str, Any] | None = None


def mirror_of(name: str, doc: Doc, behaviour: Any = None, where: str = "") -> type[DocumentMirror]:
    """Make the mirror of a document; `behaviour` is a behaviour file, its text or what it says.

    Raises:
        BehaviourError: the behaviour file names what the document doesn't have.
    """
    plan = make(Spec(doc))
    rules = read(behaviour, plan, where) if behaviour else Behaviour()
    space: dict[str, Any] = {
        "vendor": name,
        "version": "1.0.0",
        "resources": tuple(_resource(noun, rules, plan) for noun in plan.nouns),
        "__doc__": f"{plan.spec.title}, as its document describes it.",
        "__module__": __name__,
    }
    return type("Mirrored", (DocumentMirror,), space | facts(plan, rules))


def try_seeds(kind: type[Mirror], behaviour: Any, where: str = "") -> None:
    """Lay out each fixture of a behaviour file once.

    Raises:
        BehaviourError: one of its documents can't be among the others.
    """
    for seed in kind.behaviour.api.seeds:  # type: ignore[attr-defined]  # a document's mirror
        try:
            build(kind, seed, datetime(2026, 1, 1, tzinfo=UTC))
        except Unplanted as problem:
            raise fault(behaviour, where, problem.place, problem.message) from None


class Unplanted(Exception):
    """A document of a fixture that can't be among the others."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place, self.message = place, message


def facts(plan: Plan, rules: Behaviour) -> dict[str, Any]:
    """Return what a mirror's class takes from its document and from how it behaves."""
    told = [event for each in rules.nouns.values() for event in each.events.values()]
    events = tuple(dict.fromkeys([*plan.spec.webhooks, *told]))
    found: dict[str, Any] = {
        "api_version": plan.spec.version,
        "hosts": plan.spec.hosts,
        "description": f"{plan.spec.title}, mirrored from its OpenAPI document.",
        "plan": plan,
        "behaviour": rules,
        "answering": {
            operation.spec: Answering(operation, plan.roles[operation.spec])
            for operation in plan.spec.operations
        },
        "webhook_events": events,
        "fixtures": {
            "empty": Fixture("Nothing.", lambda mirror: None),
            "examples": Fixture("A few documents of each noun, made from the schemas.", _examples),
            **{seed: _planted(seed, parts) for seed, parts in rules.api.seeds.items()},
        },
        "limits": tuple(plan.guesses),
        "fault_errors": faults(plan),
        "served": tuple(
            f"{each.method} {plan.spec.base}{each.path}" for each in plan.spec.operations
        ),
        "stories": {event: _story(event) for event in events},
    }
    if rules.api.signing is not None:
        found["webhook_secret"] = rules.api.signing.secret
    return found


def _resource(noun: Noun, rules: Behaviour, plan: Plan) -> type[Documents]:
    said = rules.nouns.get(noun.plural, NounRules())
    space = {
        "__doc__": f"The {noun.plural.replace('_', ' ')} of the API.",
        "__module__": __name__,
        "entity": noun.entity,
        "plural": noun.plural,
        "rules": said,
        "status_field": noun.status_field or "status",
        "statuses": noun.statuses,
    }
    return type("Kept", (Documents,), space | facts_of(noun, said, plan))


def facts_of(noun: Noun, rules: NounRules, plan: Plan) -> dict[str, Any]:
    """Return what a noun's class takes from its document and from how it behaves."""
    properties = plan.schemas.shape(noun.schema).properties
    holds_addresses = noun.entity in announcements.HOOKS
    return {
        "noun": noun,
        "more_fields": tuple(properties),
        "secret_fields": tuple(
            name
            for name, each in properties.items()
            if plan.schemas.of(each).get("format") == "password"
        ),
        "address_fields": (*announcements.URLS, "config") if holds_addresses else (),
        "moves": {old: set(new) for old, new in rules.moves.items()},
    }


def _examples(mirror: DocumentMirror) -> None:
    for noun in mirror.nouns.values():
        if isinstance(noun, Documents) and noun.noun.has_create and not noun.noun.scope:
            for _ in range(EXAMPLES):
                body = mirror.samples.of(noun.noun.schema, mirror.dice, whole=True)
                fixed = {*noun.noun.key_fields, "id"}
                body = {name: each for name, each in body.items() if name not in fixed}
                doc = noun.made(body, {})
                if noun.peek(doc["id"]) is None:
                    noun.keep(doc, None)


def _planted(seed: str, parts: dict[str, list[Doc]]) -> Fixture:
    """Return a fixture of a behaviour file."""

    def plant(mirror: DocumentMirror) -> None:
        for plural, docs in parts.items():
            noun = mirror.nouns[plural]
            if not isinstance(noun, Documents):
                continue
            for number, given in enumerate(docs):
                try:
                    noun.plant(given)
                except VendorError as problem:
                    place = (API, "seeds", seed, plural, number)
                    told = sentence_of(problem.body) or f"it is refused with {problem.body}"
                    raise Unplanted(place, told.rstrip(".")) from problem

    return Fixture(f"What the behaviour file calls '{seed}'.", plant)


def _story(event: str) -> Story:
    def tell(mirror: DocumentMirror, id: str | None = None, data: Doc | None = None) -> Doc | None:
        return announcements.simulated(mirror, event, id, data)

    tell.__doc__ = f"The API sends '{event}', about one of its documents."
    return Story(event, tell, (), (event,), Told)


__all__ = ["BehaviourError", "mirror_of"]
