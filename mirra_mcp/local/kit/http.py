"""A mirror on the wire: one ASGI app, from the bytes of a request to the bytes of its answer."""

import logging
from contextlib import nullcontext
from functools import partial
from time import perf_counter
from typing import Any

from pydantic import ValidationError

from mirra_mcp.local.kit import admin, elsewhere, guard, strikes, waiting
from mirra_mcp.local.kit.connections import Pairs
from mirra_mcp.local.kit.errors import Refusal, VendorError, internal
from mirra_mcp.local.kit.events import CALL
from mirra_mcp.local.kit.faults import Rule, failing
from mirra_mcp.local.kit.idempotency import Idempotency
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.params import problems_of
from mirra_mcp.local.kit.routes import Answer, Call, Route
from mirra_mcp.local.kit.session import Session
from mirra_mcp.local.kit.traffic import traffic_of
from mirra_mcp.local.kit.webhooks import Held
from mirra_mcp.wire.model import Doc

log = logging.getLogger("mirra_mcp.local")


class Site:
    """A mirror on the wire. Who has Mirra's `token` may do everything."""

    def __init__(self, session: Session, mirror: Mirror, token: str) -> None:
        self._session, self._mirror, self._token = session, mirror, token

    def at_once(self, method: str, target: str, headers: Pairs, body: bytes) -> Answer | None:
        """Answer a call of the vendor's API, if nobody has to be waited for."""
        session, mirror = self._session, self._mirror
        if (
            not session.is_open
            or session.lock.locked()
            or session.faults.rules
            or len(body) > mirror.max_body
            or target.startswith("/_mirra")
        ):
            return None
        start = perf_counter()
        path, _, query = target.partition("?")
        try:
            call = self._called(method, path, query, headers)
            call.body = body
            return answer_vendor(session, mirror, call, start)
        except Held:
            return None
        except Refusal as refusal:
            return Answer(refusal.status, refusal.body())
        except Exception:
            return _failed(call_of=f"{method} {path}")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        session, mirror, start = self._session, self._mirror, perf_counter()
        path: str = scope["raw_path"].decode("latin-1").partition("?")[0]
        method, query = scope["method"], scope["query_string"].decode("latin-1")
        try:
            call = self._called(method, path, query, scope["headers"])
            is_admin = path.startswith("/_mirra")
            if is_admin:
                connection = scope["state"].get("connection")
                is_stranger = connection is not None and connection.is_of_another_user()
                guard.check_admin(method, call.headers, is_stranger=is_stranger, token=self._token)
            body = await read_body(receive, mirror.max_body, call.headers.get("content-length"))
            call.body = body or b""
            if is_admin:
                answer = await admin.answer(session, mirror, call)
            else:
                async with session.lock:
                    session.open()
                    rule = session.faults.of_call(mirror, call) if session.faults.rules else None
                answering = partial(
                    answer_vendor, session, mirror, call, start, rule, is_too_large=body is None
                )
                if rule is not None:
                    await strikes.play(rule, session, mirror, call, answering, scope, receive, send)
                    return
                answer = await waiting.answer(session, mirror, call, answering)
        except Refusal as refusal:
            answer = Answer(refusal.status, refusal.body())
        except Disconnected:
            return
        except Exception:
            answer = _failed(call_of=f"{method} {path}")
        await send_answer(send, answer)

    def _called(self, method: str, path: str, query: str, pairs: Pairs) -> Call:
        """Return a call without its body, if whoever makes it may speak to this machine.

        Raises:
            Refusal: it may not.
        """
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in pairs}
        host = headers.get("host")
        mirror, is_admin = self._mirror, path.startswith("/_mirra")
        named = None if is_admin else guard.host_named(host, mirror.vendor, mirror.hosts)
        guard.check(host, headers.get("origin"), named=named)
        if named is not None:
            headers["x-mirra-host"] = named
        return Call(method, path, query, headers, b"")


def _failed(call_of: str) -> Answer:
    log.exception("%s failed.", call_of)
    return Answer(500, internal().body())


class Disconnected(Exception):
    """The client went away before its request was complete."""


async def read_body(receive: Any, limit: int, length: str | None) -> bytes | None:
    """Return a request's body, or None if it is over `limit` bytes.

    Raises:
        Disconnected: the client went away.
    """
    if length is not None and length.isdecimal() and int(length) > limit:
        return None
    message = await receive()
    if message["type"] == "http.disconnect":
        raise Disconnected
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return body if len(body) <= limit else None
    parts, size = [body], len(body)
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            return None
        parts.append(part)
    return b"".join(parts)


async def send_answer(send: Any, answer: Answer) -> None:
    """Write an answer out."""
    body = answer.encoded()
    await send(answer.start(len(body)))
    await send({"type": "http.response.body", "body": body})


def answer_vendor(
    session: Session,
    mirror: Mirror,
    call: Call,
    start: float,
    rule: Rule | None = None,
    *,
    is_too_large: bool = False,
) -> Answer:
    """Let the vendor's API answer a call, and log it. Refused calls change nothing.

    Raises:
        Held: a webhook's receiver must be heard first; nothing was changed or logged.
    """
    session.open()
    now = call.now = session.clock.now()  # others may have had their turn since it came
    session.agenda.fire_due(now)
    first = session.log.last + 1
    error: Doc | None = None
    kept: str | None = None
    session.begin(mirror, now)
    try:
        with nullcontext() if rule is None else failing(mirror, rule):
            answer = _handle(mirror, call, is_too_large=is_too_large)
            _finish(session, mirror, call, answer, start)
    except Held:
        session.rollback()
        if rule is None:
            raise
        gap = mirror.gap(call, "A call that waits for a webhook can't meet a fault.")
        answer, error = Answer(gap.status, gap.body), gap.body
    except VendorError as refused:
        session.rollback()
        answer = Answer(refused.status, refused.body, dict(refused.headers))
        mirror.refused(call, answer)
        error, kept = refused.body, refused.key
    except Exception:
        session.rollback()
        log.exception("%s %s of the %s mirror failed.", call.method, call.path, mirror.vendor)
        crash = mirror.crashed(call)
        answer, error = Answer(crash.status, crash.body), crash.body
    if error is not None:
        session.begin()
        if kept is not None and mirror.idempotency is not None:
            _keep(mirror, mirror.idempotency, kept, call, answer)
        _finish(session, mirror, call, answer, start)
    session.commit()
    answer.headers["x-mirra-events"] = f"{first}-{session.log.last}"
    return answer


def _handle(mirror: Mirror, call: Call, *, is_too_large: bool) -> Answer:
    found = mirror.find(call)
    if isinstance(found, set):
        call.caller = mirror.authenticate(call)
        raise mirror.wrong_method(call, found) if found else mirror.unknown_path(call)
    target, call.params = found
    if is_too_large:
        raise mirror.too_large(call)
    call.caller = mirror.authenticate(call)
    if isinstance(target, str):
        raise mirror.gap(call, target)
    route: Route = target
    mirror.admit(call, route.spec)
    rules = mirror.idempotency
    key = rules.key_of(call) if rules else None
    if rules is None or key is None:
        return _invoke(mirror, route, call)
    if invalid := mirror.idempotency_invalid(key):
        raise invalid
    seen = mirror.replays.find(key, call, rules.asked(call))
    if seen is not None:
        same, answer = seen
        if not same:
            raise mirror.idempotency_conflict(call)
        if rules.replay_header:
            answer.headers = answer.headers | dict([rules.replay_header])
        return answer
    try:
        answer = _invoke(mirror, route, call)
    except VendorError as refused:
        refused.key = key if rules.keeps(refused) else None
        raise
    if answer.status < 400 or rules.keep_errors:
        _keep(mirror, rules, key, call, answer)
    return answer


def _keep(mirror: Mirror, rules: Idempotency, key: str, call: Call, answer: Answer) -> None:
    mirror.replays.keep(key, call, rules.asked(call), answer, rules.ttl)


def _invoke(mirror: Mirror, route: Route, call: Call) -> Answer:
    args: dict[str, Any] = {name: call.params[name] for name in route.placeholders}
    if route.params is not None:
        args["params"] = _validated(mirror, route, call)
    if route.wants_call:
        args["call"] = call
    result = mirror.invoke(route, args)
    answer = result if isinstance(result, Answer) else Answer(route.status, result)
    return mirror.shape(call, answer)


def _validated(mirror: Mirror, route: Route, call: Call) -> Any:
    given: Any
    if call.method in ("POST", "PUT", "PATCH"):
        try:
            given = mirror.read_body(call)
        except ValueError:
            raise mirror.malformed(call) from None
    else:
        given = mirror.read_query(call)
    try:
        return route.params.model_validate(given)  # type: ignore[union-attr]  # checked by the caller
    except ValidationError as error:
        raise mirror.invalid(problems_of(error), call) from None


def _finish(session: Session, mirror: Mirror, call: Call, answer: Answer, start: float) -> None:
    """Add the headers of every answer, and write the call into the log."""
    answer.headers |= mirror.decorate(call, answer.status)
    answer.headers["x-mirra-version"] = mirror.version_told
    where: Doc = {}
    if answer.status >= 400:
        session.errors += 1
        if answer.status < 500 and answer.status not in elsewhere.ASIDE:
            where = elsewhere.look(session.others(), session, mirror.vendor, call, answer.body)
    first = session.first_entry() if session.log.last >= session.first_entry() else 0
    seconds = perf_counter() - start
    told = traffic_of(mirror, call, answer, seconds, first, where)
    session.log.append(CALL, mirror.vendor, told)


async def gone(scope: object, receive: object, send: Any) -> None:
    """Answer on a port whose session is over."""
    refusal = Refusal(
        404,
        "mirra.session.ended",
        "The session of this mirror has ended.",
        "Start a new session and use its URLs.",
    )
    await send_answer(send, Answer(404, refusal.body(), {"connection": "close"}))
