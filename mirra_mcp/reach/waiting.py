"""Waiting for a webhook: until one that fits was taken, or told what came instead."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from mirra_mcp.client.client import MirraClient
from mirra_mcp.reach.account import last_event
from mirra_mcp.wire.events import Delivery
from mirra_mcp.wire.model import Doc

Match = Callable[[Doc], object] | Mapping[str, Any]
MOST_TOLD = 40


class NotArrived(AssertionError):
    """What was waited for didn't come; the message says what did."""


async def webhook(
    mirra: MirraClient,
    session_id: str,
    type: str,
    match: Match | None = None,
    *,
    seconds: float,
    passed_over: set[str] | frozenset[str] = frozenset(),
) -> Delivery:
    """Wait until a webhook of this type was taken by its receiver, or fired for nobody.

    `match` is a function of the payload, or fields that it must have, dots going deeper. Deliveries
    whose ids are `passed_over` don't count.

    Raises:
        NotArrived: none came in time, or the receiver refused it.
        MirraError: the session can't be read.
    """
    end = time.monotonic() + seconds
    while True:
        seen = await last_event(mirra, session_id)
        for delivery in await webhooks(mirra, session_id, type):
            if delivery.delivery_id in passed_over or not fits(delivery.payload, match):
                continue
            if delivery.status in ("delivered", "unsubscribed"):
                return delivery
            if delivery.attempts:
                arrived = await _arrived(mirra, session_id)
                raise NotArrived(f"The webhook '{type}' was refused.\n{arrived}")
        left = end - time.monotonic()
        if left <= 0:
            fitting = " that fits" if match is not None else ""
            arrived = await _arrived(mirra, session_id)
            raise NotArrived(f"No webhook '{type}'{fitting} came within {seconds:g} s.\n{arrived}")
        await mirra.events_page(session_id, after=seen, limit=1, wait=min(left, 20.0))


async def webhooks(mirra: MirraClient, session_id: str, type: str | None = None) -> list[Delivery]:
    """List a session's webhooks, oldest first."""
    found: list[Delivery] = []
    cursor = None
    while True:
        page = await mirra.webhooks(session_id, type=type, limit=100, cursor=cursor)
        found += page.webhooks
        cursor = page.next_cursor
        if cursor is None:
            return found[::-1]


async def _arrived(mirra: MirraClient, session_id: str) -> str:
    lines = [f"  {told(each)}" for each in (await webhooks(mirra, session_id))[-MOST_TOLD:]]
    return "\n".join(["What did arrive:", *lines]) if lines else "None at all arrived."


def fits(payload: Doc, match: Match | None) -> bool:
    """Tell whether a payload is what is waited for.

    Raises:
        NotArrived: the condition itself raised.
    """
    if match is None:
        return True
    if isinstance(match, Mapping):
        return all(field(payload, path) == value for path, value in match.items())
    try:
        return bool(match(payload))
    except Exception as problem:
        raise NotArrived(
            f"The condition of the wait raised {type(problem).__name__}: {problem}\n"
            f"It was given: {payload}"
        ) from problem


def field(payload: Any, path: str) -> Any:
    """Return what a path of names with dots leads to, or None."""
    for part in path.split("."):
        payload = payload.get(part) if isinstance(payload, dict) else None
    return payload


def told(delivery: Delivery) -> str:
    """Return a webhook in a line: what it was, where it went, and what became of it."""
    if delivery.url is None:
        return f"{delivery.mirror} {delivery.type}: nobody subscribed to it"
    last = delivery.attempts[-1] if delivery.attempts else None
    became = "on its way" if last is None else last.error or f"answered {last.response_status}"
    return f"{delivery.mirror} {delivery.type} to {delivery.url}: {became}"
