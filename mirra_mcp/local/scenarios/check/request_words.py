"""How criteria call requests, endpoints, answers and headers."""

from collections.abc import Iterator
from dataclasses import replace

from mirra_mcp.local.scenarios.check.conditions import EMPTY, PRESENT
from mirra_mcp.local.scenarios.check.requests import Requests, Statuses
from mirra_mcp.local.scenarios.check.shapes import Reader, shaped, slot

METHODS = {"get", "post", "put", "patch", "delete"}
KEY = "idempotency-key"


@slot("method")
def _method(reader: Reader, at: int) -> Iterator[tuple[str, int]]:
    token = reader.token(at)
    if token is not None and token.kind in ("word", "code") and token.text.lower() in METHODS:
        yield token.text.upper(), at + 1


@slot("path")
def _path(reader: Reader, at: int) -> Iterator[tuple[str, int]]:
    token = reader.token(at)
    if token is not None and token.kind in ("word", "code", "quote"):
        text = token.text
        if text.startswith("/") and " " not in text and len(text) > 1:
            known = reader.vocabulary.path(text)
            if known is not None:
                yield known, at + 1


@slot("endpoint")
def _endpoint(reader: Reader, at: int) -> Iterator[tuple[Requests, int]]:
    """Read `POST /emails`, in backticks or not, or a path alone."""
    token = reader.token(at)
    if token is not None and token.kind in ("code", "quote"):
        method, space, path = token.text.partition(" ")
        if space and method.lower() in METHODS and path.startswith("/") and " " not in path:
            known = reader.vocabulary.path(path)
            if known is not None:
                yield Requests(method.upper(), known), at + 1
    for end, bound in reader.match(
        "{method} [to] [the] {path} [endpoint] | [the] {path} [endpoint]", at
    ):
        yield Requests(bound.get("method", ""), bound["path"]), end


@slot("bare_call")
def _bare_call(reader: Reader, at: int) -> Iterator[tuple[bool, int]]:
    """Read `call`, where it can't be a telephone call."""
    if reader.low(at) not in ("call", "calls"):
        return
    known = reader.vocabulary
    may_ring = "call" in known.foreign or ("call",) in known.by_phrase
    if may_ring and reader.low(at + 1) not in ("to", "against"):
        reader.doubt(
            "a 'call' may be one of a telephone, or of an API", "Exactly 1 API call was made",
            "`POST /Messages.json` was called once",
        )  # fmt: skip
        return
    yield True, at + 1


@slot("statuses")
def _statuses(reader: Reader, at: int) -> Iterator[tuple[Statuses, int]]:
    """Read `422`, `4xx`, `a 5xx`, `an error`, `2xx`."""
    token = reader.token(at)
    if token is None:
        return
    text = token.text.lower()
    if text.isdecimal() and len(text) == 3 and 100 <= int(text) <= 599:
        yield (int(text), int(text)), at + 1
    elif len(text) == 3 and text[0] in "12345" and text[1:] in ("xx", "00s"):
        yield (int(text[0]) * 100, int(text[0]) * 100 + 99), at + 1
    for end, _ in reader.match("success/successful | a success", at):
        yield (200, 299), end
    for end, _ in reader.match("an/any error/errors | error/errors | failure/failures", at):
        yield (400, 599), end


@slot("bare_statuses")
def _bare(reader: Reader, at: int) -> Iterator[tuple[Requests, int]]:
    """Read `402`, `4xx status`: answers, called by their status alone."""
    token = reader.token(at)
    for statuses, end in reader.slot("statuses", at):
        if token is not None and token.text[:1].isdecimal():
            for last, _ in reader.match("[http] [status] [code/response/error/answer]", end):
                yield Requests(statuses=statuses), last


@slot("header")
def _header(reader: Reader, at: int) -> Iterator[tuple[str, int]]:
    """Read the name of a header that the log keeps."""
    for end, _ in reader.match("idempotency key/keys/header | `idempotency-key` [header]", at):
        yield KEY, end
    token = reader.token(at)
    if token is not None and token.text.lower() in reader.vocabulary.headers:
        for end, _ in reader.match("[header] [key/value/set]", at + 1):
            yield token.text.lower(), end


shaped(
    "answered",
    {
        "(answered|rejected|refused|met|responded [to]) with [a/an] [status/http]"
        " [code/status] {statuses}"
        " [status/response/error/answer]": lambda statuses: statuses,
        "rejected/refused/failed/unsuccessful": (400, 599),
        "successful/accepted | answered successfully": (200, 299),
        "rate limited | rate-limited/throttled": (429, 429),
    },
)
shaped(
    "returned",
    {
        "(return|returns|returned|answer|answers|answered|give|gives|gave|get|gets|got|receive|receive"
        "s"
        "|received|respond|responds|responded) [with] [a/an] [status/http] [code/status] {statuses}"
        " [status/response/error/answer]": lambda statuses: statuses,
        "has/have/had [a/an] [http] {statuses} [status] response/answer/status": (
            lambda statuses: statuses
        ),
        "has/have/had [a/an] [http] status [code] [of] {statuses}": lambda statuses: statuses,
        "failed/fail/fails": (400, 599),
        "succeeded/succeed/succeeds": (200, 299),
    },
)
shaped(
    "request_noun",
    {
        "{method} request/requests/call/calls": lambda method: Requests(method),
        "request/requests | api request/requests/call/calls"
        " | http request/requests/call/calls | {bare_call}": Requests(),
        "failed/failing/unsuccessful request/requests/call/calls": Requests(statuses=(400, 599)),
        "successful request/requests/call/calls": Requests(statuses=(200, 299)),
        "{vendor} [api] request/requests/call/calls": lambda vendor: Requests(vendor=vendor),
        "{vendor} {method} request/requests/call/calls": lambda vendor, method: Requests(
            method, vendor=vendor
        ),
        "{statuses} response/responses/answer/answers/error/errors": lambda statuses: Requests(
            statuses=statuses
        ),
    },
)  # fmt: skip


def joined(
    request_noun: Requests, endpoint: Requests | None = None, vendor: str = ""
) -> Requests | None:
    """Return requests of a kind to an endpoint; None if both name a method."""
    requests = request_noun
    if endpoint is not None:
        if requests.method and endpoint.method:
            return None
        requests = replace(requests, method=requests.method or endpoint.method, path=endpoint.path)
    return replace(requests, vendor=vendor) if vendor else requests


shaped(
    "requests_base",
    {
        "{request_noun} to/for/of/on/against [the] {endpoint}": joined,
        "{request_noun} to/against/from [the] {vendor} [api/mirror]": joined,
        "{request_noun}": joined,
        "{method} to/against [the] {path} [endpoint]": Requests,
        "{endpoint} request/requests/call/calls": lambda endpoint: endpoint,
    },
)


@slot("requests")
def _requests(reader: Reader, at: int) -> Iterator[tuple[Requests, int]]:
    for requests, end in reader.slot("requests_base", at):
        for last, bound in reader.match("(with/carrying/including/using) {kept:own_header}", end):
            yield replace(requests, headers=(bound["kept"],)), last
        for last, bound in reader.match("without [an/a/any/the] {header}", end):
            yield replace(requests, headers=((bound["header"], EMPTY),)), last
        for last, bound in reader.match(
            "(that [{was}]|which [{was}]|{was}) (answered/rejected with|returned|with) [a/an]"
            " {statuses}",
            end,
        ):
            yield replace(requests, statuses=bound["statuses"]), last
        for last, bound in reader.match("with [a/an] [status] {statuses} [status/response]", end):
            yield replace(requests, statuses=bound["statuses"]), last
        yield requests, end


shaped(
    "own_header",
    {
        "[an/a/the/its] {header} {condition:own_condition}": lambda header, condition: (
            header, condition,
        ),
        "[an/a/the/any] {header}": lambda header: (header, PRESENT),
    },
)  # fmt: skip
shaped(
    "called",
    {
        "called/made/sent/issued/hit/requested/invoked/received/seen/used/returned"
        " [by {actor}]": True
    },
)
