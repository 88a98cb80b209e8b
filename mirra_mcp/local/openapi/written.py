"""Mirrors of a document whose nouns somebody has written, as `mirra-mcp mirror eject` begins them.

`from_document` gives a class what its document says; `operation` lets a noun's method answer one of
the document's operations. What nobody has written is answered as the document alone has it.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from mirra_mcp.local.kit.errors import nearest
from mirra_mcp.local.kit.routes import Answer
from mirra_mcp.local.openapi.answers import Answering
from mirra_mcp.local.openapi.asked import Asked
from mirra_mcp.local.openapi.behaviour.rules import Behaviour
from mirra_mcp.local.openapi.document.bundles import read_file
from mirra_mcp.local.openapi.document.spec import Spec
from mirra_mcp.local.openapi.documents import Documents
from mirra_mcp.local.openapi.making import facts, facts_of
from mirra_mcp.local.openapi.mirror import DocumentMirror
from mirra_mcp.local.openapi.plan import Noun, Plan
from mirra_mcp.local.openapi.roles import make

M = TypeVar("M", bound=type[DocumentMirror])
Verb = TypeVar("Verb", bound=Callable[..., Answer])


def operation(spec: str) -> Callable[[Verb], Verb]:
    """Let a noun's method answer an operation of the document, by method and path as it has them.

    The method takes an `Asked`. Several may be stacked.
    """

    def mark(verb: Verb) -> Verb:
        verb.__dict__.setdefault("operations", []).append(spec)
        return verb

    return mark


def from_document(path: Path) -> Callable[[M], M]:
    """Give a mirror's class what its document says; what the class says itself holds.

    Raises:
        DocumentError: the document can't be read.
        ValueError: a method answers an operation, or a class keeps a noun, that isn't there.
    """

    def finish(kind: M) -> M:
        plan = make(Spec(read_file(path)))
        nouns = {noun.plural: noun for noun in plan.nouns}
        own = [each for each in kind.resources if issubclass(each, Documents)]
        for each in own:
            if each.plural not in nouns:
                raise ValueError(
                    f"{each.__name__}: the document has no noun '{each.plural}'."
                    f"{nearest(each.plural, nouns)} There are {', '.join(sorted(nouns))}."
                )
            _fit(each, nouns[each.plural], plan)
        rules = Behaviour(api=kind.behaviour.api, nouns={each.plural: each.rules for each in own})
        found = facts(plan, rules)
        found["stories"] = found["stories"] | dict(kind.stories)
        found["fixtures"] = found["fixtures"] | dict(kind.fixtures)
        for each in own:
            found["answering"] |= _written(each, plan)
        for name, value in found.items():
            if name not in vars(kind) or name in ("behaviour", "stories", "fixtures"):
                setattr(kind, name, value)
        return kind

    return finish


def _fit(kind: type[Documents], noun: Noun, plan: Plan) -> None:
    """Let a noun's class and what is planned of it say the same: the class is right."""
    said = vars(kind)
    if "status_field" in said:
        noun.status_field, noun.statuses = kind.status_field, tuple(kind.statuses)
    for name, value in facts_of(noun, kind.rules, plan).items():
        if name not in said:
            setattr(kind, name, value)


def _written(kind: type[Documents], plan: Plan) -> dict[str, Answering]:
    known = {each.spec: each for each in plan.spec.operations}
    found = {}
    for base in reversed(kind.__mro__):
        for name, verb in vars(base).items():
            for spec in getattr(verb, "operations", ()):
                if spec not in known:
                    guess = nearest(spec, known)
                    raise ValueError(
                        f"{kind.__name__}.{name}: the document has no operation '{spec}'.{guess}"
                    )
                role = replace(plan.roles[spec], noun=kind.noun)
                found[spec] = Answering(known[spec], role, name)
    return found


__all__ = ["Asked", "from_document", "operation"]
