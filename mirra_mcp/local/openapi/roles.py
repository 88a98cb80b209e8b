"""What each operation of a document does to its nouns."""

from mirra_mcp.local.openapi import listing, nouns
from mirra_mcp.local.openapi.document.schemas import ANY, Schemas
from mirra_mcp.local.openapi.document.spec import Operation, Spec
from mirra_mcp.local.openapi.plan import (
    Noun,
    Plan,
    Role,
    RoleKind,
    is_hole,
    parts,
    shape_of,
    unwrapped,
)
from mirra_mcp.local.openapi.words import participles, snake, words_of


def make(spec: Spec) -> Plan:
    """Read a document's nouns and roles."""
    plan = Plan(spec, Schemas(spec))
    nouns.find(plan)
    for operation in spec.operations:
        plan.roles[operation.spec] = _role(plan, operation)
    for operation in spec.operations:
        role = plan.roles[operation.spec]
        is_made = role.kind == "replace" and "201" in operation.responses
        if role.noun is not None and (role.kind == "create" or is_made):
            role.noun.has_create = True
    _tell(plan)
    return plan


def _role(plan: Plan, operation: Operation) -> Role:
    shape, method = shape_of(operation.path), operation.method
    last = parts(operation.path)[-1:] or [""]
    if "{" in last[0] and ":" in last[0]:
        stem, _, verb = operation.path.rpartition(":")
        return _action(plan, operation, plan.by_item.get(shape_of(stem)), snake(verb))
    if (noun := plan.by_item.get(shape)) is not None:
        kinds: dict[str, RoleKind] = {
            "GET": "read", "PUT": "replace", "PATCH": "update", "POST": "update",
            "DELETE": "delete",
        }  # fmt: skip
        if method in kinds:
            return _wrapped(plan, operation, Role(kinds[method], noun))
    if (noun := plan.by_collection.get(shape)) is not None:
        if method == "POST":
            return _wrapped(plan, operation, Role("create", noun))
        if method == "GET" and (role := _listing(plan, operation, noun)):
            return role
        if method == "DELETE" and not operation.bodies:
            return Role("clear", noun)
        if method in ("PUT", "PATCH") and noun.item and _names_one(plan, operation, noun):
            kind: RoleKind = "replace" if method == "PUT" else "update"
            return _wrapped(plan, operation, Role(kind, noun))
    return _beyond(plan, operation)


def _listing(plan: Plan, operation: Operation, noun: Noun | None) -> Role | None:
    good = operation.success
    if good is None or good.schema is None:
        return None
    found = plan.schemas.array_in(good.schema)
    if found is None or "object" not in plan.schemas.types(found[1]):
        return None
    noun = noun or plan.by_schema.get(plan.schemas.name(found[1]) or "")
    return Role("list", noun, wrapper=found[0]) if noun else None


def _names_one(plan: Plan, operation: Operation, noun: Noun) -> bool:
    """Tell whether a body names the document that it is about."""
    body = next(iter(operation.bodies.values()), None)
    names = plan.schemas.shape(body).properties if body is not None else {}
    return all(each in names for each in noun.key_fields)


def _beyond(plan: Plan, operation: Operation) -> Role:
    """Read an operation that is neither on a collection nor on an item."""
    segments, method = parts(operation.path), operation.method
    owner = plan.by_item.get(shape_of("/".join(segments[:-1]))) if segments else None
    tail = snake(segments[-1]) if segments and not is_hole(segments[-1]) else ""
    if method == "GET" and (role := _listing(plan, operation, None)):
        return role
    good = operation.success
    named = plan.schemas.name(good.schema) if good and good.schema is not None else None
    if owner and tail:
        siblings = plan.by_path[operation.path]
        if "GET" in siblings and method in ("GET", "PUT", "PATCH", "DELETE"):
            kind: RoleKind = "read_part" if method == "GET" else "write_part"
            return _wrapped(plan, operation, Role(kind, owner, tail))
        if method in ("POST", "PUT", "PATCH"):
            return _action(plan, operation, owner, tail)
    same = plan.by_plural.get(tail)
    if method == "POST" and named and (noun := same or plan.by_schema.get(named)):
        body = next(iter(operation.bodies.values()), None)
        if body is not None and "array" not in plan.schemas.types(body):
            return _wrapped(plan, operation, Role("create", noun))
    return Role("example")


def _action(plan: Plan, operation: Operation, noun: Noun | None, verb: str) -> Role:
    if noun is None:
        return Role("example")
    role = Role("act", noun, verb)
    for word in [verb, *words_of(verb)]:
        wanted = participles(word)
        role.moves_to = role.moves_to or next(
            (each for each in noun.statuses if snake(each) in wanted), None
        )
    return _wrapped(plan, operation, role)


def _wrapped(plan: Plan, operation: Operation, role: Role) -> Role:
    assert role.noun is not None
    entity = role.noun.entity
    good = operation.success
    if good is not None and good.schema is not None and "object" in plan.schemas.types(good.schema):
        role.wrapper = unwrapped(plan, good.schema, entity)[0]
    body = next(iter(operation.bodies.values()), None)
    if body is not None and "object" in plan.schemas.types(body):
        role.body_wrapper = unwrapped(plan, body, entity)[0]
    return role


def _tell(plan: Plan) -> None:
    for noun in plan.nouns:
        named = " and ".join(
            f"'{{{key}}}' is its field '{field}'" if field else f"'{{{key}}}' is kept beside it"
            for key, field in zip(noun.keys, noun.key_fields, strict=True)
        )
        told = f"{noun.plural}: one {noun.entity.replace('_', ' ')} of {noun.collection}"
        told += f"; {named}" if named else "; none can be asked for by itself"
        if noun.keys and not noun.has_create and noun.schema is not None:
            told += "; no operation makes one, so there is one for every key that is asked for"
        if noun.parent:
            told += f"; each belongs to one of {noun.parent.plural}"
        if noun.statuses:
            told += f"; its state is '{noun.status_field}' ({', '.join(noun.statuses)})"
        plan.guesses.append(told)
    seen: dict[tuple[str, str], str] = {}
    for operation in plan.spec.operations:
        role = plan.roles[operation.spec]
        first = seen.setdefault((operation.method, shape_of(operation.path)), operation.spec)
        if first != operation.spec:
            told = f"{operation.spec}: is never called, as its path can't be told from {first}"
            plan.guesses.append(told)
        elif role.kind == "clear" and role.noun:
            plan.guesses.append(f"{operation.spec}: deletes all {role.noun.plural} that it lists")
        elif role.kind == "example":
            plan.guesses.append(f"{operation.spec}: answers an example; it changes nothing")
        elif role.kind == "act" and role.noun:
            told = f"{operation.spec}: acts on one of {role.noun.plural}"
            if role.moves_to:
                told += f"; its '{role.noun.status_field}' becomes '{role.moves_to}'"
            else:
                told += "; what the body says is kept, no state follows from the name"
            plan.guesses.append(told)
    for operation in plan.spec.operations:
        if unread := _unread(plan, operation):
            plan.guesses.append(f"{operation.spec}: takes {', '.join(unread)} without effect")


def _unread(plan: Plan, operation: Operation) -> list[str]:
    """List the parameters that are checked, and change nothing of what an operation does."""
    role = plan.roles[operation.spec]
    named = [each.name for each in operation.parameters if each.place == "query"]
    if role.kind in ("list", "clear") and role.noun is not None:
        named = listing.paging(plan.schemas, operation, role.noun.schema or ANY).unread
    elsewhere = [e.name for e in operation.parameters if e.place in ("header", "cookie")]
    return [f"'{name}'" for name in [*named, *elsewhere]]
