"""A behaviour file at work: fields that follow from others, refusals, the words of failures."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.openapi.behaviour.expressions import Expression
from mirra_mcp.local.openapi.behaviour.rules import Failure, Refusing
from mirra_mcp.wire.model import Doc

if TYPE_CHECKING:
    from mirra_mcp.local.openapi.documents import Documents


def worked_out(noun: "Documents", formula: Expression, doc: Doc, old: Doc | None = None) -> Any:
    """Return an expression's value over a document; None where that can't be worked out."""
    names = noun.view(doc) | {
        "now": noun.now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "today": noun.now.date().isoformat(),
        "timestamp": int(noun.now.timestamp()),
        "old": noun.view(old) if old is not None else None,
    }
    return formula.value(names, _lookups(noun, doc))


def _lookups(noun: "Documents", doc: Doc) -> dict[str, Callable[..., Any]]:
    def children(plural: str) -> list[Doc]:
        found = noun.mirror.nouns.get(str(plural))
        if found is None or found.noun.parent is not noun.noun:
            return []
        return [found.view(each) for each in found.find(newest_first=False, _within=doc["id"])]

    def the(plural: str, id: Any) -> Doc | None:
        found = noun.mirror.nouns.get(str(plural))
        other = found.peek(str(id)) if found is not None else None
        return found.view(other) if found is not None and other is not None else None

    return {"children": children, "count": lambda plural: len(children(plural)), "the": the}


def computed(noun: "Documents", doc: Doc) -> Doc:
    """Return a document with the fields that follow from others."""
    for name, formula in noun.rules.computed.items():
        value = worked_out(noun, formula, doc)
        if value is None:
            doc = {key: each for key, each in doc.items() if key != name}
        else:
            doc = doc | {name: value}
    return doc


def decline(noun: "Documents", doc: Doc, old: Doc | None, happening: str) -> None:
    """Refuse what the behaviour file refuses.

    Raises:
        VendorError: a rule holds for the document as it would be.
    """
    for rule in noun.rules.refuse:
        if happening in rule.on and worked_out(noun, rule.when, doc, old):
            told = rule.message or f"This {noun.said} can't be taken."
            problems = [(rule.field, told)] if rule.field else None
            raise noun.mirror.refusal(rule.status, told, problems, code=rule.code)


def failure(
    noun: "Documents",
    name: Failure,
    status: int,
    message: str,
    problems: list[tuple[str, str]] | None = None,
    /,
    **fields: Any,
) -> VendorError:
    """Return one of the mirror's own refusals, as the behaviour file words it."""
    rule = noun.rules.errors.get(name) or noun.mirror.behaviour.api.errors.get(name)
    status, message, code = worded(rule, status, message, fields)
    refusal: VendorError = noun.mirror.refusal(status, message, problems, code=code)
    return refusal


def worded(
    rule: Refusing | None, status: int, message: str, fields: Doc
) -> tuple[int, str, str | None]:
    """Return status, sentence and code of a refusal, by its rule if there is one."""
    if rule is None:
        return status, message, None
    told = rule.message or message
    for field, value in fields.items():
        told = told.replace(f"{{{field}}}", str(value))
    return rule.status or status, told, rule.code
