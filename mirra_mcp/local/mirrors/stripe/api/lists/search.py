"""Stripe's search query language, its pages, and the index that keeps it fast.

Source: https://docs.stripe.com/search
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import Field as Limited

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import StripeParams
from mirra_mcp.local.mirrors.stripe.api.resource import CHUNK, StripeResource
from mirra_mcp.wire.model import Doc

MOST_CLAUSES = 10
SHORTEST_PART = 3
MOST_COUNTED = 10_000

CLAUSE = re.compile(
    r"""(?P<negated>-)?(?P<field>[A-Za-z_][\w.]*)
    (?:\[\s*(?P<key>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*\])?
    \s*(?P<operator>>=|<=|[:~<>])\s*
    (?:(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<bare>null|-?\d+(?:\.\d+)?)(?=\s|$))""",
    re.X | re.I,
)
JOINT = re.compile(r"\s+(?:(AND|OR)\s+)?", re.I)


@dataclass(frozen=True, slots=True)
class Field:
    """A field that an object can be searched by.

    Texts and metadata are indexed; a token is when `indexed` says that it is worth it. `get` reads
    the value where it isn't simply the field of that name.
    """

    kind: Literal["token", "string", "number", "metadata"]
    indexed: bool = False
    get: Callable[[Doc], Any] | None = None


Fields = Mapping[str, Field]


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition: `-metadata["key"]:"value"`."""

    name: str
    key: str | None
    operator: str
    value: str | None
    """None stands for `null`."""
    negated: bool


class SearchParams(StripeParams):
    """What every search takes. Source: https://docs.stripe.com/api/pagination/search"""

    query: str
    limit: int = Limited(default=10, ge=1, le=100)
    page: str | None = None


class Searchable(StripeResource):
    """A noun with a search: keeps its words in the index `_find`, which `indexes` must name."""

    search_fields: ClassVar[Fields]

    def save(self, doc: Doc, *, event: str | None = None, **event_data: Any) -> Doc:
        """Write a document and what it can be found by."""
        doc["_find"] = sorted(_entries(doc, self.search_fields))
        return super().save(doc, event=event, **event_data)


def searched(noun: StripeResource, params: SearchParams, fields: Fields) -> Doc:
    """Answer a search: the newest documents first that match the query.

    Raises:
        VendorError: the query can't be parsed, or asks for what the object isn't searched by.
    """
    clauses, every = parsed(params.query)
    for clause in clauses:
        _check(noun, fields, clause)
    fits = _matcher(clauses, fields, every)
    word = _best_word(clauses, fields) if every and "_find" in noun.indexes else None
    found: list[Doc] = []
    for doc in _walk(noun, _cursor(params.page), word, params.limit + 1):
        if fits(doc):
            found.append(doc)
            if len(found) > params.limit:
                break
    has_more = len(found) > params.limit
    found = found[: params.limit]
    body: Doc = {
        "object": "search_result",
        "data": [noun.view(doc) for doc in found],
        "has_more": has_more,
        "next_page": _page_after(found[-1]["id"]) if has_more else None,
        "url": f"{noun.path}/search",
    }
    if "total_count" in params.expand:
        every_one = sum(1 for doc in _walk(noun, None, word, CHUNK) if fits(doc))
        body["total_count"] = min(every_one, MOST_COUNTED)
    return body


def parsed(query: str) -> tuple[list[Clause], bool]:
    """Return the clauses of a query, and whether all of them must hold.

    Raises:
        VendorError: it is no query, mixes AND with OR, or has more than ten clauses.
    """
    text, at, joints = query.strip(), 0, set()
    clauses: list[Clause] = []
    while at < len(text) or not clauses:
        match = CLAUSE.match(text, at)
        if match is None:
            raise _unreadable()
        clauses.append(_clause(match))
        at = match.end()
        joint = JOINT.match(text, at)
        if at < len(text):
            if joint is None:
                raise _unreadable()
            joints.add((joint.group(1) or "AND").upper())
            at = joint.end()
            if at >= len(text):
                raise _unreadable()
    if len(joints) > 1 or len(clauses) > MOST_CLAUSES:
        raise _unreadable()
    return clauses, joints != {"OR"}


def _clause(match: re.Match[str]) -> Clause:
    quoted, bare, key = match.group("quoted"), match.group("bare"), match.group("key")
    value = _unquoted(quoted) if quoted else None if bare.lower() == "null" else bare
    return Clause(
        match.group("field"),
        _unquoted(key) if key else None,
        match.group("operator"),
        value,
        match.group("negated") is not None,
    )


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def _check(noun: StripeResource, fields: Fields, clause: Clause) -> None:
    field = fields.get(clause.name)
    if field is None or (field.kind == "metadata") != (clause.key is not None):
        anchor = noun.plural.replace("_", "-")
        raise errors.invalid(
            f"Field `{clause.name}` is an unsupported search field for resource `{noun.plural}`."
            f" See http://stripe.com/docs/search#query-fields-for-{anchor} for a list of supported"
            " fields.",
            "query",
        )
    allowed = {"number": (":", ">", "<", ">=", "<="), "string": (":", "~")}.get(field.kind, (":",))
    if clause.operator not in allowed or (clause.value is None and clause.operator != ":"):
        raise errors.invalid(
            f"Operator `{clause.operator}` is not supported for field `{clause.name}`, which is of"
            f" type `{'numeric' if field.kind == 'number' else field.kind}`.",
            "query",
        )
    if clause.operator == "~" and len(clause.value or "") < SHORTEST_PART:
        raise errors.invalid(
            f"Substring queries must be at least {SHORTEST_PART} characters long.", "query"
        )
    if field.kind == "number" and clause.value is not None:
        try:
            float(clause.value)
        except ValueError:
            raise _unreadable() from None


def _matcher(clauses: list[Clause], fields: Fields, every: bool) -> Callable[[Doc], bool]:
    def fits(doc: Doc) -> bool:
        held = (_holds(doc, clause, fields[clause.name]) for clause in clauses)
        return all(held) if every else any(held)

    return fits


def _holds(doc: Doc, clause: Clause, field: Field) -> bool:
    value = _value(doc, clause, field)
    return _compare(value, clause, field) != clause.negated


def _compare(value: Any, clause: Clause, field: Field) -> bool:
    if clause.value is None:
        return value is None or value == "" or value == []
    if value is None:
        return False
    if field.kind == "number":
        wanted = float(clause.value)
        match clause.operator:
            case ">":
                return bool(value > wanted)
            case "<":
                return bool(value < wanted)
            case ">=":
                return bool(value >= wanted)
            case "<=":
                return bool(value <= wanted)
        return bool(value == wanted)
    have, wanted_text = _text(value), clause.value.lower()
    if field.kind != "string":
        return have == wanted_text
    if clause.operator == "~":
        return wanted_text in have
    return f" {' '.join(wanted_text.split())} " in f" {' '.join(have.split())} "


def _value(doc: Doc, clause: Clause, field: Field) -> Any:
    if field.kind == "metadata":
        return (doc.get("metadata") or {}).get(clause.key)
    return _read(doc, clause.name, field)


def _read(doc: Doc, name: str, field: Field) -> Any:
    if field.get is not None:
        return field.get(doc)
    if "." not in name:
        return doc.get(name)
    value: Any = doc
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).lower()


def _entries(doc: Doc, fields: Fields) -> set[str]:
    """Return what a document is indexed under: `name:word`, `metadata.key:value`."""
    seen: set[str] = set()
    for name, field in fields.items():
        if field.kind == "metadata":
            for key, value in (doc.get("metadata") or {}).items():
                seen.add(f"metadata.{key}:{_text(value)}")
        elif field.kind == "string" or field.indexed:
            value = _read(doc, name, field)
            if value is not None:
                words = _text(value).split() if field.kind == "string" else [_text(value)]
                seen.update(f"{name}:{word}" for word in words)
    return seen


def _best_word(clauses: list[Clause], fields: Fields) -> str | None:
    """Return the index entry that every match must have, the longest for it is the rarest."""
    words = []
    for clause in clauses:
        field = fields[clause.name]
        if clause.negated or not clause.value or clause.operator != ":":
            continue
        if field.kind == "metadata":
            words.append(f"metadata.{clause.key}:{clause.value.lower()}")
        elif field.kind == "string":
            words += [f"{clause.name}:{each}" for each in clause.value.lower().split()]
        elif field.indexed:
            words.append(f"{clause.name}:{clause.value.lower()}")
    return max(words, key=len, default=None)


def _walk(noun: StripeResource, after: str | None, word: str | None, first: int) -> Iterator[Doc]:
    """Yield what may match, newest first: few documents to begin with, then more at a time."""
    where: dict[str, Any] = {"_find": word} if word is not None else {}
    size = first
    while True:
        try:
            page = noun.page(limit=size, after=after, **where)
        except LookupError:
            raise _bad_page() from None
        yield from page.docs
        if not page.has_more:
            return
        after, size = page.docs[-1]["id"], min(size * 4, CHUNK)


def _page_after(id: str) -> str:
    return base64.urlsafe_b64encode(id.encode()).decode()


def _cursor(page: str | None) -> str | None:
    if page is None:
        return None
    try:
        return base64.urlsafe_b64decode(page.encode()).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise _bad_page() from None


def _bad_page() -> VendorError:
    return errors.invalid("Invalid page token.", "page")


def _unreadable() -> VendorError:
    return errors.invalid(
        'We were unable to parse your search query. Try using the format `metadata["key"]:"value"`'
        ' to query for metadata or key:"value" to query for other fields.',
        "query",
    )
