"""The nouns of a document: what its collections and items are, and how one is named."""

from typing import Any

from mirra_mcp.local.openapi.document.spec import Operation
from mirra_mcp.local.openapi.plan import (
    KEY_NAMES,
    STATUS_FIELDS,
    Noun,
    Plan,
    holes,
    is_hole,
    parts,
    shape_of,
    unwrapped,
)
from mirra_mcp.local.openapi.words import plural, singular, snake, words_of


def find(plan: Plan) -> None:
    """Find the nouns of a plan's document."""
    by_path: dict[str, list[Operation]] = {}
    for operation in plan.spec.operations:
        by_path.setdefault(operation.path, []).append(operation)
    seen: dict[str, Noun] = {}
    items: dict[str, Noun] = {}
    for path in sorted(by_path, key=lambda each: (len(parts(each)), each)):
        segments = parts(path)
        if not segments or any("{" in each and not is_hole(each) for each in segments):
            continue
        if is_hole(segments[-1]):
            found = _add_item(plan, seen, items, path, by_path[path])
            if found is not None and found.item:
                items.setdefault(shape_of(found.item), found)
        elif _is_collection(plan, by_path[path]):
            _add(plan, seen, items, path, None, ())
    spellings: dict[str, list[str]] = {}
    for path in by_path:
        spellings.setdefault(shape_of(path), []).append(path)
    for noun in plan.nouns:
        _complete(plan, noun, by_path, spellings)
    _merge(plan)
    names: dict[str, Noun] = {}
    for noun in plan.nouns:
        _name(noun, names)


def _merge(plan: Plan) -> None:
    """Let a list whose documents are another noun's be that noun's: `/user/repos` of `/repos`."""
    named = {
        name: noun
        for noun in reversed(plan.nouns)
        if noun.item and (name := plan.schemas.name(noun.schema))
    }
    called = {noun.plural: noun for noun in reversed(plan.nouns) if noun.item and not noun.scope}
    for noun in list(plan.nouns):
        other = called.get(noun.plural) or named.get(plan.schemas.name(noun.schema) or "")
        if noun.item is None and other is not None:
            plan.nouns.remove(noun)
            plan.elsewhere[shape_of(noun.collection)] = other


def _is_collection(plan: Plan, operations: list[Operation]) -> bool:
    methods = {each.method: each for each in operations}
    if "POST" not in methods or "GET" not in methods:
        return False
    good = methods["GET"].success
    found = plan.schemas.array_in(good.schema) if good and good.schema is not None else None
    return found is not None and "object" in plan.schemas.types(found[1])


def _add_item(
    plan: Plan,
    seen: dict[str, Noun],
    items: dict[str, Noun],
    path: str,
    operations: list[Operation],
) -> Noun | None:
    segments = parts(path)
    count = 0
    while count < len(segments) and is_hole(segments[-1 - count]):
        count += 1
    if count == len(segments):
        return None
    if not any(each.method in ("GET", "PUT", "PATCH", "DELETE") for each in operations):
        return None
    keys = tuple(each[1:-1] for each in segments[len(segments) - count :])
    return _add(plan, seen, items, "/" + "/".join(segments[:-count]), path, keys)


def _add(
    plan: Plan,
    seen: dict[str, Noun],
    items: dict[str, Noun],
    collection: str,
    item: str | None,
    keys: tuple[str, ...],
) -> Noun:
    """Add a noun, or its items' path to a known one; `items` are the nouns by that path's shape."""
    shape = shape_of(collection)
    if shape in seen:
        if item and not seen[shape].item:
            seen[shape].item, seen[shape].keys = item, keys
        return seen[shape]
    word = snake(parts(collection)[-1]) or "item"
    noun = Noun(word, singular(word), collection, item, keys, holes(collection))
    above = parts(collection)
    for length in range(len(above) - 1, 0, -1):
        if found := items.get(shape_of("/".join(above[:length]))):
            noun.parent = found
            break
    seen[shape] = noun
    plan.nouns.append(noun)
    return noun


def _complete(
    plan: Plan,
    noun: Noun,
    by_path: dict[str, list[Operation]],
    spellings: dict[str, list[str]],
) -> None:
    """Find what the documents of a noun look like, and how one is named."""
    schemas = plan.schemas
    operations = {each.method: each for each in by_path.get(noun.item or "", ())}
    lists = {each.method: each for each in by_path.get(noun.collection, ())}
    tries = [
        operations.get("GET"),
        lists.get("POST"),
        operations.get("PATCH"),
        operations.get("PUT"),
    ]
    for operation in [each for each in tries if each]:
        schema = operation.success.schema if operation.success else None
        if schema is not None and "object" in schemas.types(schema):
            noun.schema = unwrapped(plan, schema, noun.entity)[1]
            break
    if noun.schema is None and (index := lists.get("GET")) and index.success:
        found = schemas.array_in(index.success.schema) if index.success.schema else None
        if found and "object" in schemas.types(found[1]):
            noun.schema = found[1]
    if noun.schema is None:
        for operation in [each for each in tries[1:] if each]:
            body = next(iter(operation.bodies.values()), None)
            if body is not None and "object" in schemas.types(body):
                noun.schema = unwrapped(plan, body, noun.entity)[1]
                break
    for path in _spellings(noun, by_path, spellings):
        schemas_of = {
            each.name: each.schema
            for operation in by_path[path]
            for each in operation.parameters
            if each.place == "path"
        }
        keys = holes(path)[-len(noun.keys) :]
        fields = tuple(_key_field(plan, noun, key, schemas_of.get(key)) for key in keys)
        if not noun.key_fields or (None in noun.key_fields and None not in fields):
            noun.item, noun.keys, noun.key_fields = path, keys, fields
    _find_status(plan, noun)


def _spellings(
    noun: Noun, by_path: dict[str, list[Operation]], spellings: dict[str, list[str]]
) -> list[str]:
    """List the paths of a noun's items: one, unless it is spelt in several ways."""
    if noun.item is None or noun.item not in by_path:
        return []
    shape = shape_of(noun.item)
    return [noun.item, *(path for path in spellings[shape] if path != noun.item)]


def _key_field(plan: Plan, noun: Noun, key: str, param: Any) -> str | None:
    """Return the field that a placeholder of the item's path stands for."""
    if noun.schema is None:
        return None
    schemas = plan.schemas
    properties = schemas.shape(noun.schema).properties
    by_snake = schemas.scalars(noun.schema)
    if key in properties and by_snake.get(snake(key)) != key:
        return None  # an object that is called by the key's value
    words = words_of(key)
    entity = set(words_of(noun.entity)) | set(words_of(singular(parts(noun.collection)[-1])))
    stripped = "_".join(word for word in words if word not in entity)
    tries = [snake(key), stripped]
    if words and words[-1] in KEY_NAMES:
        tries.append(words[-1])
    wanted = set(schemas.types(param)) - {"null"} if param is not None else set()
    for name in [*tries, *KEY_NAMES]:
        field = by_snake.get(name)
        if field is None:
            continue
        given = set(schemas.types(properties[field])) - {"null"}
        if name in tries or not wanted or not given or wanted & given:
            return field
    return by_snake.get("id")


def _find_status(plan: Plan, noun: Noun) -> None:
    if noun.schema is None:
        return
    properties = plan.schemas.shape(noun.schema).properties
    for name in sorted(properties, key=lambda each: snake(each) not in STATUS_FIELDS):
        if snake(name) not in STATUS_FIELDS:
            return
        options = plan.schemas.of(properties[name]).get("enum")
        if isinstance(options, list):
            noun.status_field = name
            noun.statuses = tuple(str(each) for each in options if isinstance(each, str))
            return


def _name(noun: Noun, names: dict[str, Noun]) -> None:
    """Give each noun a name of its own: that of its path, with its parent's if it is taken."""
    name = noun.plural if noun.plural != noun.entity else plural(noun.entity)
    entity = noun.entity
    ahead = [each for each in parts(noun.collection)[:-1] if not is_hole(each)]
    while name in names and ahead:
        before = singular(snake(ahead.pop()))
        name, entity = f"{before}_{name}", f"{before}_{entity}"
    while name in names:
        name, entity = f"{name}_too", f"{entity}_too"
    noun.plural, noun.entity = name, entity
    names[name] = noun
