"""What an answer means: the model that was asked for, or a `MirraError` that says why not."""

import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from mirra_mcp.client.calls import SETTING, SHORTEST_SECRET, Answer, Call
from mirra_mcp.client.errors import MirraError, Outcome
from mirra_mcp.client.extensions import Extension
from mirra_mcp.wire.errors import ErrorBody, ErrorDetail
from mirra_mcp.wire.problems import flaw

M = TypeVar("M", bound=BaseModel)

LONGEST_MESSAGE = 1000
_UNKNOWN_PATH = {"mirra.request.not_found", "mirra.request.method_not_allowed", None}
_OUTCOMES: Mapping[int, Outcome] = {429: "not_done", 503: "not_done", 502: "unknown"}
_PROXY = "A proxy or a sign-in page may stand between: open the address in a browser."
_HINTS = {
    401: "Set MIRRA_TOKEN to a valid token of app.mirra.run/settings/tokens, or unset it to use"
    " the embedded Mirra.",
    402: "Allow overage in the workspace's plan, or unset MIRRA_TOKEN to use the embedded Mirra.",
    403: "Use a token of the workspace that owns this: MIRRA_TOKEN holds the current one.",
    404: "Check the id: list what there is. It may have ended or expired.",
    409: "Choose another name, or end what holds this one.",
    500: "This is a fault inside Mirra: report it with the time and the request.",
    502: "Mirra could not reach the mirror's host: try again in a moment.",
    503: "Mirra is under maintenance: try again in a few minutes.",
}
_SAYS = {
    401: "did not accept the Mirra token",
    402: "refused: the workspace's monthly minutes are used up and overage is off",
    403: "refused: the token has no permission for this workspace",
    404: "has nothing there",
    409: "refused: it conflicts with what is there",
    429: "refused: too many requests",
    502: "could not reach the mirror behind it",
    503: "is under maintenance",
}


def read(model: type[M], answer: Answer, call: Call, *, token: str | None) -> M:
    """Return the answer's body as the model that was asked for.

    Raises:
        MirraError: the body is no JSON, cut short, or of another shape.
    """
    said = f"{call.base} answered {call.name}"
    if not answer.content.strip():
        streamed = answer.headers.get("content-type", "").startswith("text/event-stream")
        raise _malformed(
            call,
            answer,
            f"{said} with an event stream." if streamed else f"{said} with nothing.",
            code="mirra.client.event_stream" if streamed else "mirra.client.empty_answer",
            hint="Follow the event stream instead." if streamed else _PROXY,
        )
    if _is_html(answer):
        raise _malformed(
            call, answer, f"{said} with an HTML page.", code="mirra.client.html", hint=_PROXY
        )
    try:
        return model.model_validate_json(answer.content)
    except ValidationError as error:
        failure = _unfit(error, model, answer, call)
        failure.message = _clean(failure.message, token)
        raise failure from None


def refusal(
    answer: Answer, call: Call, *, extension: Extension | None, token: str | None
) -> MirraError:
    """Return what an answer outside 2xx means."""
    if 300 <= answer.status < 400:
        return _redirect(answer, call)
    detail = _detail(answer)
    code = detail.code if detail else None
    if extension and answer.status in (404, 405, 501) and code in _UNKNOWN_PATH:
        return MirraError(
            f"The Mirra at {call.base} doesn't offer {extension.what}.",
            code="mirra.not_offered",
            request=call.name,
            status=answer.status,
            hint=extension.instead,
        )
    if detail is None:
        detail = _unexplained(answer, call)
    return MirraError(
        _clean(_told(detail), token),
        code=_clean(detail.code, token),
        request=call.name,
        status=answer.status,
        hint=_clean(detail.hint, token) if detail.hint else _hint(answer),
        outcome=_OUTCOMES.get(answer.status, "refused"),
        retry_after=asked_wait(answer.headers) if answer.status in (429, 503) else None,
        details=detail.details if call.kind == "marketplace" else None,
    )


def _detail(answer: Answer) -> ErrorDetail | None:
    try:
        return ErrorBody.model_validate_json(answer.content).error
    except ValidationError:
        return None


def _told(detail: ErrorDetail) -> str:
    """Return the message, with each failing field that it doesn't name itself."""
    fields = detail.details if isinstance(detail.details, list) else []
    more = [
        f"{each['field']}: {each['message']}"
        for each in fields
        if isinstance(each, dict) and {"field", "message"} <= each.keys()
        if str(each["message"]) not in detail.message
    ]
    return " ".join((detail.message, "; ".join(more))).strip()


def _unexplained(answer: Answer, call: Call) -> ErrorDetail:
    phrase = HTTPStatus(answer.status).phrase if answer.status in set(HTTPStatus) else ""
    says = _SAYS.get(answer.status, "gave no reason")
    page = " in an HTML page, not in Mirra's words" if _is_html(answer) else ""
    return ErrorDetail(
        code=f"mirra.client.http_{answer.status}",
        message=f"{call.base} answered {call.name} with {answer.status} {phrase}".rstrip()
        + f"{page}: it {says}.",
        hint=_PROXY
        if page and answer.status not in (401, 429)
        else _hint(answer) or f"Check that a Mirra runs at {call.base}.",
    )


def _hint(answer: Answer) -> str | None:
    if answer.status == 429:
        wait = asked_wait(answer.headers)
        return f"Call again in {wait:.0f} s." if wait else "Call again in a moment."
    return _HINTS.get(answer.status)


def _redirect(answer: Answer, call: Call) -> MirraError:
    target = urlsplit(answer.headers.get("location", ""))
    to = f"{target.scheme}://{target.hostname}" if target.hostname else "another path"
    return MirraError(
        f"{call.base} redirects {call.name} to {to}, and redirects are not followed:"
        " the token would go along.",
        code="mirra.client.redirected",
        request=call.name,
        status=answer.status,
        hint="List the session again for its mirrors' current URLs."
        if call.kind == "mirror"
        else f"If that address is right, set {SETTING[call.kind]} to it.",
    )


def _unfit(
    error: ValidationError, model: type[BaseModel], answer: Answer, call: Call
) -> MirraError:
    first = error.errors(include_url=False, include_input=False)[0]
    said = f"{call.base} answered {call.name}"
    if first["type"] != "json_invalid":
        where = ".".join(str(part) for part in first["loc"])
        at = f" (`{where}` {flaw(first)})" if where else f" (it {flaw(first)})"
        return _malformed(
            call,
            answer,
            f"{said} with JSON that is no {model.__name__}{at}.",
            code="mirra.client.unexpected_shape",
            hint="That Mirra may be newer than this client: update mirra-mcp.",
        )
    if "EOF" in first["msg"]:
        return _malformed(
            call,
            answer,
            f"{said} with JSON that breaks off after {len(answer.content)} bytes.",
            code="mirra.client.truncated",
            hint="The connection was cut: try again.",
            outcome="unknown",
        )
    return _malformed(
        call,
        answer,
        f"{said} with something that isn't JSON.",
        code="mirra.client.not_json",
        hint=_PROXY,
    )


def _malformed(
    call: Call,
    answer: Answer,
    message: str,
    *,
    code: str,
    hint: str,
    outcome: Outcome = "refused",
) -> MirraError:
    return MirraError(
        message, code=code, request=call.name, status=answer.status, hint=hint, outcome=outcome
    )


def _is_html(answer: Answer) -> bool:
    kind = answer.headers.get("content-type", "")
    return "html" in kind or answer.content.lstrip()[:1] == b"<"


def _clean(text: str, token: str | None) -> str:
    if token and len(token) >= SHORTEST_SECRET:
        text = text.replace(token, "[token]")
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text)[:LONGEST_MESSAGE]


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """Return the seconds after which an answer asks to be called again, if it does.

    The answer's own `Date` is the clock, when it has one: ours may be wrong.
    """
    asked = headers.get("retry-after", "").strip()
    if asked.isdecimal():
        return float(asked)
    now = _instant(headers.get("date")) or time.time()
    reset = headers.get("x-mirra-ratelimit-reset", "").strip()
    until = _instant(asked) or (float(reset) if reset.isdecimal() else None)
    return None if until is None else max(0.0, until - now)


def _instant(date: str | None) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp() if date else None
    except ValueError:
        return None
