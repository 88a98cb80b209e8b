"""Lists: which documents, in which order, which page of them, in which envelope."""

import operator
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from mirra_mcp.local.openapi.document.schemas import Schemas
from mirra_mcp.local.openapi.document.spec import Operation
from mirra_mcp.local.openapi.words import snake
from mirra_mcp.wire.model import Doc

LIMITS = (
    "limit",
    "per_page",
    "page_size",
    "size",
    "max_results",
    "take",
    "count",
    "first",
    "pagesize",
)
PAGES = ("page", "page_number", "p", "pagenumber")
OFFSETS = ("offset", "skip", "start", "start_index")
AFTER = (
    "cursor", "after", "starting_after", "page_token", "next_token", "continuation_token", "marker",
    "next", "start_cursor", "next_cursor", "page_cursor", "continuation",
)  # fmt: skip
BEFORE = ("before", "ending_before")
SORTS = ("sort", "sort_by", "order_by", "orderby", "sortby")
DIRECTIONS = ("order", "direction", "sort_order", "sort_direction", "dir", "sort_dir")
SEARCHES = ("q", "search", "query", "filter", "keyword", "term")
BOUND = re.compile(r"^(?:(min|max)_(.+)|(.+?)_?(gte|gt|lte|lt|after|before|since|until|from|to))$")
RELATIONS = {"next": "next", "previous": "prev", "prev": "prev", "first": "first", "last": "last",
             "self": "self", "url": "self", "": "self"}  # fmt: skip
"""What fields that lead to pages are called, with the relation that they have."""
USUAL = 20
"""How many documents a page has where nothing is said."""


@dataclass
class Paging:
    """Which of an operation's parameters mean what, by their own names."""

    limit: str | None = None
    page: str | None = None
    offset: str | None = None
    after: str | None = None
    before: str | None = None
    sort: str | None = None
    direction: str | None = None
    search: str | None = None
    filters: dict[str, str] = field(default_factory=dict)
    """Parameters that ask for a field's value, with the field."""
    bounds: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Parameters that bound a field, with the field and the side: `gte`, `lt`..."""
    unread: list[str] = field(default_factory=list)
    """Parameters whose meaning couldn't be guessed."""
    default: int = USUAL
    most: int = 1000


def paging(schemas: Schemas, operation: Operation, item: Any) -> Paging:
    """Read what a list's query parameters mean."""
    found = Paging()
    fields = {snake(name): name for name in schemas.shape(item).properties}
    names = {
        "limit": LIMITS, "page": PAGES, "offset": OFFSETS, "after": AFTER, "before": BEFORE,
        "sort": SORTS, "direction": DIRECTIONS, "search": SEARCHES,
    }  # fmt: skip
    for parameter in operation.parameters:
        if parameter.place != "query":
            continue
        name = snake(parameter.name)
        plain = (
            name.removeprefix("filter_").removeprefix("page_") if "[" in parameter.name else name
        )
        use = next(
            (use for use, known in names.items() if plain in known and not getattr(found, use)),
            None,
        )
        if plain in fields and use not in ("limit", "page", "offset", "after", "before"):
            found.filters[parameter.name] = fields[plain]
        elif use:
            setattr(found, use, parameter.name)
            if use == "limit":
                schema = schemas.of(parameter.schema)
                if isinstance(schema.get("default"), int):
                    found.default = schema["default"]
                if isinstance(schema.get("maximum"), int):
                    found.most = schema["maximum"]
        elif (bound := BOUND.match(plain)) and (pair := _bound(bound, fields)):
            found.bounds[parameter.name] = pair
        else:
            singular = plain.removesuffix("s")
            if singular in fields:
                found.filters[parameter.name] = fields[singular]
            else:
                found.unread.append(parameter.name)
    return found


def _bound(found: "re.Match[str]", fields: dict[str, str]) -> tuple[str, str] | None:
    name, side = found[2] or found[3], found[1] or found[4]
    sides = {
        "min": "gte", "max": "lte", "after": "gt", "before": "lt", "since": "gte", "until": "lte",
        "from": "gte", "to": "lte",
    }  # fmt: skip
    for each in (name, f"{name}_at", f"{name}_on", f"{name}_date", f"{name}ed_at"):
        if each in fields:
            return fields[each], sides.get(side, side)
    return None


def chosen(docs: list[Doc], how: Paging, query: Doc) -> list[Doc]:
    """Return the documents that a query asks for, in its order."""
    for name, field_name in how.filters.items():
        if name in query:
            docs = [doc for doc in docs if _is(doc.get(field_name), query[name])]
    for name, (field_name, side) in how.bounds.items():
        if name in query:
            docs = [doc for doc in docs if _within(doc.get(field_name), side, query[name])]
    if how.search and query.get(how.search):
        word = str(query[how.search]).lower()
        docs = [doc for doc in docs if _mentions(doc, word)]
    if how.sort and query.get(how.sort):
        docs = _sorted(docs, query[how.sort], query.get(how.direction or ""))
    elif how.direction and str(query.get(how.direction, "")).lower().startswith("desc"):
        docs = docs[::-1]
    return docs


def _is(value: Any, wanted: Any) -> bool:
    options = wanted if isinstance(wanted, list) else [wanted]
    values = value if isinstance(value, list) else [value]
    plain = {str(each).lower() if isinstance(each, bool) else str(each) for each in options}
    return any(
        (str(each).lower() if isinstance(each, bool) else str(each)) in plain for each in values
    )


def _within(value: Any, side: str, bound: Any) -> bool:
    if value is None:
        return False
    compare = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}
    try:
        return bool(compare[side](value, bound))
    except TypeError:
        return False


def _mentions(doc: Doc, word: str) -> bool:
    return any(
        isinstance(value, str) and word in value.lower()
        for name, value in doc.items()
        if name[0] != "_" and value != doc["id"]
    )


def _sorted(docs: list[Doc], wanted: Any, direction: Any) -> list[Doc]:
    for each in reversed(wanted if isinstance(wanted, list) else str(wanted).split(",")):
        name, _, way = str(each).strip().partition(":")
        down = name.startswith("-") or (way or str(direction or "")).lower().startswith("desc")
        name = snake(name.lstrip("+-"))
        real = next((key for doc in docs for key in doc if snake(key) == name), None)
        if real is None:
            if down:
                docs = docs[::-1]
            continue
        has = [doc for doc in docs if isinstance(doc.get(real), str | int | float)]
        rest = [doc for doc in docs if not isinstance(doc.get(real), str | int | float)]
        has.sort(key=lambda doc: (isinstance(doc[real], str), doc[real]), reverse=down)
        docs = has + rest
    return docs


@dataclass
class Slice:
    """One page."""

    docs: list[Doc]
    total: int
    start: int
    limit: int
    number: int
    """The page's number, from 1."""
    has_more: bool
    next: str | None
    """What the cursor parameter takes to go on."""


def page(docs: list[Doc], how: Paging, query: Doc) -> Slice:
    """Cut the page that a query asks for.

    Raises:
        LookupError: a cursor names nothing; the parameter's name is the argument.
    """
    total = len(docs)
    wanted = int(query.get(how.limit or "") or 0)
    size = min(wanted if wanted > 0 else how.default, how.most)
    if not any((how.limit, how.page, how.offset, how.after)):
        size = max(total, 1)
    start, number = 0, 1
    if how.after and query.get(how.after):
        start = _position(docs, str(query[how.after]), how.after) + 1
    elif how.before and query.get(how.before):
        start = max(_position(docs, str(query[how.before]), how.before) - size, 0)
    elif how.offset:
        start = max(int(query.get(how.offset) or 0), 0)
    elif how.page:
        first = 0 if query.get(how.page) == 0 else 1
        number = max(int(query.get(how.page) or first), first)
        start = (number - first) * size
    cut = docs[start : start + size]
    has_more = start + size < total
    cursor = _cursor(how.after, cut[-1]) if how.after and cut and has_more else None
    return Slice(cut, total, start, size, number, has_more, cursor)


def _cursor(name: str, doc: Doc) -> str:
    """Return a cursor: an id where the parameter asks for one, else an opaque text."""
    if snake(name) in ("starting_after", "after", "ending_before", "before"):
        return str(doc.get("_id", doc["id"]))
    return urlsafe_b64encode(str(doc["id"]).encode()).decode().rstrip("=")


def _position(docs: list[Doc], cursor: str, name: str) -> int:
    wanted = {cursor}
    with suppress(ValueError):
        wanted.add(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode())
    for at, doc in enumerate(docs):
        if doc["id"] in wanted or str(doc.get("_id")) in wanted:
            return at
    raise LookupError(name)


def envelope(
    schemas: Schemas,
    schema: Any,
    wrapper: str | None,
    cut: Slice,
    items: list[Doc],
    urls: dict[str, str],
) -> Any:
    """Return the list as the answer's schema has it; `urls` lead to other pages, by relation."""
    if wrapper is None:
        return items
    body: Doc = {}
    for name, each in schemas.shape(schema).properties.items():
        if name == wrapper:
            body[name] = items
        elif (found := _told(schemas, snake(name), each, cut, wrapper, urls)) is not None:
            body[name] = found
    return body


def _told(
    schemas: Schemas, name: str, schema: Any, cut: Slice, wrapper: str, urls: dict[str, str]
) -> Any:
    types, doc = schemas.types(schema), schemas.of(schema)
    if "object" in types and name in ("meta", "pagination", "paging", "page", "page_info", "links"):
        inner = {
            key: found
            for key, each in schemas.shape(schema).properties.items()
            if (found := _told(schemas, snake(key), each, cut, wrapper, urls)) is not None
        }
        return inner
    pages = -(-cut.total // cut.limit) if cut.limit else 0
    if "boolean" in types:
        known = {"has_more": cut.has_more, "more": cut.has_more, "has_next": cut.has_more,
                 "has_next_page": cut.has_more, "has_previous_page": cut.start > 0,
                 "has_previous": cut.start > 0, "incomplete_results": False}  # fmt: skip
        return known.get(name)
    if {"integer", "number"} & set(types):
        numbers = {
            "total": cut.total, "total_count": cut.total, "count": cut.total,
            "total_items": cut.total,
            "total_results": cut.total, "results": cut.total, "total_records": cut.total,
            "num_results": cut.total, "filter_count": cut.total, "page": cut.number,
            "current_page": cut.number, "limit": cut.limit, "per_page": cut.limit,
            "page_size": cut.limit, "offset": cut.start, "total_pages": pages, "pages": pages,
            "last_page": pages, "size": len(cut.docs),
            "next_page": cut.number + 1 if cut.has_more else None,
        }  # fmt: skip
        return numbers.get(name)
    if "string" in types:
        led = urls.get(RELATIONS.get(name.removesuffix("_url").removesuffix("_page"), ""))
        if doc.get("format") in ("uri", "url", "uri-reference") or name.endswith("url"):
            return led
        if name in (*AFTER, "next_page", "next_page_token", "end_cursor"):
            return cut.next or (led if name in RELATIONS else None)
        if name in ("previous", "prev"):
            return led
        if name == "key":
            return wrapper
    return doc.get("const") if "const" in doc else None


def links(url: str, query_string: str, how: Paging, cut: Slice) -> dict[str, str]:
    """Return where the other pages are, by relation: next, prev, first, last, and self."""
    pairs = dict(parse_qsl(query_string, keep_blank_values=True))

    def link(**changed: Any) -> str:
        given = {key: value for key, value in changed.items() if value is not None}
        query = urlencode(pairs | given)
        return f"{url}?{query}" if query else url

    found: dict[str, str] = {"self": link()}
    if how.page:
        last = max(-(-cut.total // cut.limit), 1)
        if cut.number > 1:
            found |= {"prev": link(**{how.page: cut.number - 1}), "first": link(**{how.page: 1})}
        if cut.has_more:
            found["next"] = link(**{how.page: cut.number + 1})
            found["last"] = link(**{how.page: last})
    elif how.after and cut.next:
        found["next"] = link(**{how.after: cut.next})
    elif how.offset:
        if cut.start > 0:
            found["prev"] = link(**{how.offset: max(cut.start - cut.limit, 0)})
        if cut.has_more:
            found["next"] = link(**{how.offset: cut.start + cut.limit})
    return found


def header(urls: dict[str, str]) -> str:
    """Return a `Link` header.

    Source: https://www.rfc-editor.org/rfc/rfc8288
    """
    return ", ".join(f'<{url}>; rel="{name}"' for name, url in urls.items() if name != "self")
