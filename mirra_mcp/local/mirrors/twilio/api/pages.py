"""Lists: the pages of the 2010 API, and those of all the others.

Source: https://www.twilio.com/docs/usage/twilios-response#response-formats-list-paging-information
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Call
from mirra_mcp.local.mirrors.twilio.api.errors import refusal
from mirra_mcp.wire.model import Doc

DEFAULT, MOST = 50, 1000


@dataclass(frozen=True, slots=True)
class Cut:
    """Which part of a list was asked for."""

    size: int
    number: int
    after: str | None = None
    """What the page token names: the document ahead of the page, or a position."""
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The documents of a page, and the tokens of its neighbours."""

    docs: list[Any]
    next: str | None
    previous: str | None


def cut(call: Call, default: int = DEFAULT) -> Cut:
    """Read `PageSize`, `Page` and `PageToken` off a query.

    Raises:
        VendorError: one of them can't be read.
    """
    size = min(_whole(call.query.get("PageSize"), default, least=1), MOST)
    number = _whole(call.query.get("Page"), 0, least=0)
    token = call.query.get("PageToken")
    if not token:
        return Cut(size, number)
    if token.startswith("PA"):
        return Cut(size, number, after=token[2:])
    if token.startswith("PB"):
        return Cut(size, number, before=token[2:])
    raise bad_token()


def bad_token() -> VendorError:
    """Say that a page token is none that was given out."""
    return refusal(20400, message="Invalid PageToken.")


def slice_of(docs: Sequence[Any], at: Cut) -> Found:
    """Cut a page out of a list that is made on the spot: positions are its tokens.

    Raises:
        VendorError: the token is none of this list's.
    """
    start = at.number * at.size
    if at.after is not None:
        if not (at.after.isascii() and at.after.isdecimal() and len(at.after) < 10):
            raise bad_token()
        start = int(at.after)
    end = start + at.size
    more = f"PA{end}" if len(docs) > end else None
    back = f"PA{max(start - at.size, 0)}" if start else None
    return Found(list(docs[start:end]), more, back)


def page_2010(call: Call, noun: str, at: Cut, found: Found) -> Doc:
    """Return a page as the 2010 API lists documents, under the name `noun`."""
    start = at.number * at.size
    query = f"?{call.query_string}" if call.query_string else _query(call, at.size, 0, None)
    return {
        noun: found.docs,
        "first_page_uri": call.path + _query(call, at.size, 0, None),
        "end": start + max(len(found.docs) - 1, 0),
        "previous_page_uri": _neighbour(call, at, -1, found.previous),
        "uri": call.path + query,
        "page_size": at.size,
        "start": start,
        "next_page_uri": _neighbour(call, at, 1, found.next),
        "page": at.number,
    }


def page_v1(call: Call, noun: str, at: Cut, found: Found, base: str) -> Doc:
    """Return a page as all other APIs list documents; `base` comes before paths."""
    onward, back = _neighbour(call, at, 1, found.next), _neighbour(call, at, -1, found.previous)
    token = call.query.get("PageToken")
    return {
        "meta": {
            "page": at.number,
            "page_size": at.size,
            "first_page_url": base + call.path + _query(call, at.size, 0, None),
            "previous_page_url": base + back if back else None,
            "url": base + call.path + _query(call, at.size, at.number, token),
            "next_page_url": base + onward if onward else None,
            "key": noun,
        },
        noun: found.docs,
    }


def _neighbour(call: Call, at: Cut, step: int, token: str | None) -> str | None:
    if token is None:
        return None
    return call.path + _query(call, at.size, max(at.number + step, 0), token)


def _query(call: Call, size: int, number: int, token: str | None) -> str:
    own = ("Page", "PageSize", "PageToken")
    query = [(name, value) for name, value in call.query_all if name not in own]
    query += [("PageSize", str(size)), ("Page", str(number))]
    if token is not None:
        query.append(("PageToken", token))
    return f"?{urlencode(query)}"


def _whole(text: str | None, default: int, *, least: int) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and int(text[:9]) >= least):
        raise refusal(20400, message="Page and PageSize must be whole numbers.")
    return int(text[:9])
