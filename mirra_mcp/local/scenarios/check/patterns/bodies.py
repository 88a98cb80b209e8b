"""Bodies: what calls sent, and what refusals answered."""

from collections.abc import Iterator
from dataclasses import replace

from mirra_mcp.local.scenarios.check.conditions import Condition
from mirra_mcp.local.scenarios.check.patterns.pattern import Pattern
from mirra_mcp.local.scenarios.check.patterns.requests import CountRequests, EachRequest
from mirra_mcp.local.scenarios.check.quantities import NONE, SOME, Quantity
from mirra_mcp.local.scenarios.check.requests import Requests
from mirra_mcp.local.scenarios.check.shapes import Reader, slot
from mirra_mcp.local.scenarios.check.words import Be

SENDING = Requests("POST")
Field = tuple[str, Condition]


@slot("sent_field")
def _sent_field(reader: Reader, at: int) -> Iterator[tuple[Field, int]]:
    """Read `amount 4900`, `the `currency` set to "usd"`: a field of a body and its value."""
    for end, _ in reader.match("[a/an/the] [field/parameter]", at):
        token = reader.token(end)
        if token is None or token.kind not in ("word", "code", "quote"):
            continue
        if token.kind == "word" and not token.text.replace("_", "").replace(".", "").isalnum():
            continue
        for condition, last in reader.slot("own_condition", end + 1):
            if not condition.needs_status and condition.op != "empty":
                yield (token.text, condition), last


@slot("sent_fields")
def _sent_fields(reader: Reader, at: int) -> Iterator[tuple[tuple[Field, ...], int]]:
    for field, end in reader.slot("sent_field", at):
        yield (field,), end
        for after, _ in reader.match("and [with] | , [and] [with]", end):
            for rest, last in reader.slot("sent_fields", after):
                yield (field, *rest), last


def _called_with(
    reader: Reader, requests: Requests, fields: tuple[Field, ...], be: Be | None = None,
    times: Quantity | None = None,
) -> CountRequests | None:  # fmt: skip
    if be is not None and be.is_not:
        if times is not None:
            return None
        times = NONE
    return CountRequests(replace(requests, fields=fields), times or SOME)


def _count_with(
    reader: Reader, quantity: Quantity, requests: Requests, fields: tuple[Field, ...], be: Be
) -> CountRequests | None:
    if be.is_not:
        return None
    return CountRequests(replace(requests, fields=fields), quantity)


def _body(reader: Reader, condition: Condition, requests: Requests = SENDING) -> EachRequest | None:
    if condition.op not in ("contains", "mentions", "matches"):
        return None
    return EachRequest(requests, Requests(says=condition))


def _answer(
    reader: Reader, condition: Condition, requests: Requests | None = None
) -> CountRequests | None:
    if condition.is_not or condition.op not in ("contains", "mentions", "matches"):
        reader.doubt(
            "the log keeps what was answered only where a call was refused",
            "A 402 was returned", "An error with code `card_declined` was returned",
        )  # fmt: skip
        return None
    return CountRequests(replace(requests or Requests(), answers=condition), SOME)


PATTERNS = (
    Pattern(
        "body.called_with",
        (
            "[the] {requests:endpoint} {be} called/made/sent/invoked/requested [{times}] with"
            " {fields:sent_fields}",
        ),
        _called_with,
        ("`POST /v1/refunds` was called with amount 4500",),
    ),
    Pattern(
        "body.count_with",
        ("{quantity} {requests} {be} made/sent with {fields:sent_fields}",),
        _count_with,
        ('Exactly 1 request to `POST /v1/refunds` was made with `reason` "duplicate"',),
    ),
    Pattern(
        "body.sent",
        (
            "[the] body/payload of [the/every/each/all] {requests} {condition}",
            "[the] body/payload of [the] {requests:endpoint} {condition}",
            "[the] request body/payload {condition}",
            "[the] {requests:endpoint} 's [request] body/payload {condition}",
        ),
        _body,
        ('The body of `POST /emails` contains "Welcome"',),
    ),
    Pattern(
        "body.answered",
        (
            "[the/a/an] (response|answer|error|response/error body|error response) {condition}",
            "[the] (response|answer|response body|error) (of|to|from) [the] {requests:endpoint}"
            " {condition}",
        ),
        _answer,
        ('The response body contains "insufficient_funds"',),
    ),
)
