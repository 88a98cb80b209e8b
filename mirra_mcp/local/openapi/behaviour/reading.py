"""Reading a behaviour file: every fault in a sentence, with its line; nothing is half taken."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mirra_mcp.local.kit.errors import nearest
from mirra_mcp.local.openapi.behaviour.expressions import Expression
from mirra_mcp.local.openapi.behaviour.rules import ApiRules, Behaviour, NounRules, schema
from mirra_mcp.local.openapi.document.problems import problems
from mirra_mcp.local.openapi.plan import Noun, Plan
from mirra_mcp.wire.model import Doc
from mirra_mcp.wire.problems import flaw

MOST = 20
"""Faults that are told at once."""
API = "api"

Place = tuple[str | int, ...]
Fault = tuple[Place, str]


class BehaviourError(Exception):
    """A behaviour file that can't be used: a sentence a fault."""


def text_of(path: Path) -> str:
    """Return the text of a behaviour file; of Markdown, what stands in its blocks of YAML."""
    text = path.read_text(encoding="utf-8")
    if path.suffix.lower() != ".md":
        return text
    kept, is_inside = [], False
    for line in text.splitlines():
        fence = line.strip()
        if fence.startswith("```"):
            is_inside = not is_inside and fence[3:].strip().lower() in ("yaml", "yml", "json")
            kept.append("")
        else:
            kept.append(line if is_inside else "")
    return "\n".join(kept)


def said(given: Any) -> Doc:
    """Return what a behaviour file says, as an object.

    Raises:
        BehaviourError: it is no YAML.
    """
    found = _located(given, "")[0] if isinstance(given, str) else given
    return found if isinstance(found, dict) else {}


def read(given: Any, plan: Plan, where: str = "") -> Behaviour:
    """Read a behaviour file, as text or as what it says; `where` is what the file is called.

    Raises:
        BehaviourError: it isn't of this form, or names what the document doesn't have.
    """
    lines: dict[Place, int] = {}
    if isinstance(given, str):
        given, lines = _located(given, where)
    if not isinstance(given, dict):
        raise BehaviourError(_told([((), "a behaviour file is an object of nouns")], where, lines))
    faults: list[Fault] = []
    known = {noun.plural: noun for noun in plan.nouns}
    api = _part(ApiRules, given.get(API) or {}, (API,), faults)
    nouns = {}
    for name, rules in given.items():
        if name == API:
            continue
        if name not in known:
            there = ", ".join(sorted(known))
            faults.append(((name,), f"no such noun; there are {there}"))
            continue
        read = _part(NounRules, rules if rules is not None else {}, (name,), faults)
        if read is not None:
            faults += _noun(read, known[name], plan)
            nouns[name] = read
    if api is not None:
        faults += _api(api, plan)
    if faults or api is None:
        raise BehaviourError(_told(faults, where, lines))
    return Behaviour(api=api, nouns=nouns)


def _part(model: Any, given: Any, place: Place, faults: list[Fault]) -> Any:
    """Return a part of the file as its model, or None with its faults told."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_input=False):
            loc = tuple(part for part in each["loc"] if not _is_branch(part))
            told = flaw(each)
            if each["type"] == "extra_forbidden":
                takes = _taken(model, loc)
                guess = nearest(str(loc[-1]), takes).rstrip("?")
                told = f"no such rule;{guess}{'?' if guess else ''} There are {', '.join(takes)}"
            elif each["type"] == "model_type":
                told = "an object of rules is needed"
            faults.append(((*place, *loc), told[:1].lower() + told[1:]))
    return None


def _is_branch(part: Any) -> bool:
    return isinstance(part, str) and bool(re.match(r"(str|list\[.*\]|function-.*)$", part))


def _taken(model: Any, loc: Place) -> list[str]:
    """Return what may stand in the place of an unknown rule."""
    for part in loc[:-1]:
        field = model.model_fields.get(part) if hasattr(model, "model_fields") else None
        if field is None:
            continue
        inner = list(_models(field.annotation))
        if not inner:
            return list(model.model_fields)
        model = inner[0]
    return list(model.model_fields)


def _models(annotation: Any) -> Iterator[Any]:
    if hasattr(annotation, "model_fields"):
        yield annotation
    for each in getattr(annotation, "__args__", ()):
        yield from _models(each)


# Names.


def _noun(rules: NounRules, noun: Noun, plan: Plan) -> Iterator[Fault]:
    name = noun.plural
    properties = plan.schemas.shape(noun.schema).properties
    fields = set(properties)
    verbs = {
        str(role.detail) for role in plan.roles.values() if role.kind == "act" and role.noun is noun
    }

    def status(place: Place, value: Any) -> Iterator[Fault]:
        if value not in noun.statuses:
            there = ", ".join(noun.statuses) or "none: no field of its schema has them"
            yield (name, *place), f"no such status '{value}'; there are {there}"

    def field(place: Place, value: str) -> Iterator[Fault]:
        if value not in fields:
            there = ", ".join(sorted(fields))
            yield (name, *place), f"no such field '{value}'; there are {there}"

    def names(place: Place, formula: Expression) -> Iterator[Fault]:
        for each in sorted(formula.names - fields):
            there = ", ".join(sorted(fields))
            yield (name, *place), f"'{formula.text[:60]}' uses '{each}'; there are {there}"

    if rules.first is not None:
        yield from status(("first",), rules.first)
    for old, new in rules.moves.items():
        yield from status(("moves", old), old)
        for each in new:
            yield from status(("moves", old), each)
    for old, steps in rules.after.items():
        for each in (old, *steps):
            yield from status(("after", old), each)
    for n, unique in enumerate(rules.unique):
        for each in [unique] if isinstance(unique, str) else unique:
            yield from field(("unique", n), each)
    for each, value in rules.defaults.items():
        yield from field(("defaults", each), each)
        if each in properties:
            yield from _unfit(plan, properties[each], value, (name, "defaults", each))
    for each, formula in rules.computed.items():
        yield from field(("computed", each), each)
        yield from names(("computed", each), formula)
    for verb, action in rules.actions.items():
        if verb not in verbs:
            there = ", ".join(sorted(verbs)) or "none"
            yield (name, "actions", verb), f"no such action; there are {there}"
        if action.to is not None:
            yield from status(("actions", verb, "to"), action.to)
        for each, formula in action.sets.items():
            yield from field(("actions", verb, "sets", each), each)
            yield from names(("actions", verb, "sets", each), formula)
    moments = {"create", "update", "delete", *verbs}
    for n, declining in enumerate(rules.refuse):
        yield from names(("refuse", n, "when"), declining.when)
        for each in set(declining.on) - moments:
            there = ", ".join(sorted(moments))
            yield (name, "refuse", n, "on"), f"nothing like '{each}' happens; there are {there}"
    happenings = {"created", "updated", "deleted", *noun.statuses, *verbs, *fields}
    for each in rules.events:
        if each not in happenings:
            there = ", ".join(sorted(happenings))
            yield (name, "events", each), f"what happens is one of {there}"


def _api(rules: ApiRules, plan: Plan) -> Iterator[Fault]:
    known = {each.spec for each in plan.spec.operations}
    for spec in rules.rates:
        if spec != "*" and spec not in known:
            guess = nearest(spec, known)
            yield (API, "rates", spec), f"no such operation.{guess} Give '*' or 'METHOD /path'"
    nouns = {noun.plural: noun for noun in plan.nouns}
    for seed, parts in rules.seeds.items():
        if not re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", seed) or seed in ("empty", "examples"):
            told = "can't be the name of a fixture: small letters, digits, '_' and '-'"
            yield (API, "seeds", seed), told
        for noun, docs in parts.items():
            if noun not in nouns:
                there = ", ".join(sorted(nouns))
                yield (API, "seeds", seed, noun), f"no such noun; there are {there}"
                continue
            properties = plan.schemas.shape(nouns[noun].schema).properties
            fields = {*properties, *nouns[noun].scope, *nouns[noun].keys}
            for n, doc in enumerate(docs):
                for field in sorted(set(doc) & set(properties)):
                    place = (API, "seeds", seed, noun, n, field)
                    yield from _unfit(plan, properties[field], doc[field], place)
                for field in sorted(set(doc) - fields):
                    there = ", ".join(sorted(fields))
                    place = (API, "seeds", seed, noun, n, field)
                    yield place, f"no such field '{field}'; there are {there}"
    signing = rules.signing
    if signing is not None and "{hex}" not in signing.form and "{base64}" not in signing.form:
        yield (API, "signing", "form"), "the signature goes where {hex} or {base64} stands"
    if signing is not None and "{body}" not in signing.signs:
        yield (API, "signing", "signs"), "the body goes where {body} stands"


def _unfit(plan: Plan, schema: Any, value: Any, place: Place) -> Iterator[Fault]:
    """Tell what keeps a value that the file gives from fitting the document's schema."""
    for where, told in problems(plan.schemas.validator(schema, "response"), value):
        yield place, f"{where} {told}".strip()


# Lines.


def fault(given: Any, where: str, place: Place, message: str) -> BehaviourError:
    """Return the error that tells a fault which showed after reading."""
    lines = _located(given, where)[1] if isinstance(given, str) else {}
    return BehaviourError(_told([(place, message)], where, lines))


def _located(text: str, where: str) -> tuple[Any, dict[Place, int]]:
    """Return what a YAML text says, and the line of each part.

    Raises:
        BehaviourError: it is no YAML.
    """
    import yaml

    from mirra_mcp.local.openapi.document.reading import DocumentError, parsed

    try:
        said = parsed(text.encode(), where or "behavior")
        root = yaml.compose(text, yaml.SafeLoader)
    except DocumentError as error:
        raise BehaviourError(str(error).rstrip(".") + ".") from None
    except (yaml.YAMLError, RecursionError):
        return said, {}
    lines: dict[Place, int] = {}
    waiting: list[tuple[Any, Place]] = [(root, ())]
    while waiting:
        node, place = waiting.pop()
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                inner = (*place, str(key.value))
                lines[inner] = key.start_mark.line + 1
                waiting.append((value, inner))
        elif isinstance(node, yaml.SequenceNode):
            for n, value in enumerate(node.value):
                lines[*place, n] = value.start_mark.line + 1
                waiting.append((value, (*place, n)))
    return said, lines


def _told(faults: list[Fault], where: str, lines: dict[Place, int]) -> str:
    """Return the faults, a sentence each."""
    told = []

    def line_of(place: Place) -> int:
        return next((lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in lines), 0)

    for place, message in sorted(faults, key=lambda each: line_of(each[0]))[:MOST]:
        line = line_of(place)
        ahead = f"{where}:{line}: " if where and line else f"line {line}: " if line else ""
        named = ".".join(map(str, place))
        told.append(f"{ahead}{named}{': ' if named else ''}{message}.")
    if len(faults) > MOST:
        told.append(f"And {len(faults) - MOST} more.")
    return " ".join(told)


def schema_for(plan: Plan) -> Doc:
    """Return the JSON Schema of one document's behaviour file, with its names to choose from."""
    made = schema()
    made["additionalProperties"] = False
    base: Doc = made["$defs"]["NounRules"]
    operations = {"enum": ["*", *(each.spec for each in plan.spec.operations)]}
    made["$defs"]["ApiRules"]["properties"]["rates"]["propertyNames"] = operations
    for noun in plan.nouns:
        fields = sorted(plan.schemas.shape(noun.schema).properties)
        verbs = sorted(
            str(role.detail)
            for role in plan.roles.values()
            if role.kind == "act" and role.noun is noun
        )
        rules = dict(base["properties"])
        statuses: Doc = {"enum": list(noun.statuses)}
        happenings = ["created", "updated", "deleted", *noun.statuses, *verbs, *fields]
        for rule, allowed in (
            ("moves", list(noun.statuses)), ("after", list(noun.statuses)), ("defaults", fields),
            ("computed", fields), ("actions", verbs), ("events", happenings),
        ):  # fmt: skip
            rules[rule] = rules[rule] | {"propertyNames": {"enum": list(dict.fromkeys(allowed))}}
        if noun.statuses:
            rules["first"] = statuses | {"description": rules["first"].get("description", "")}
        made["properties"][noun.plural] = base | {"properties": rules}
    return made
