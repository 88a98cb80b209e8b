"""What a fault rule does to a call: an error, a wait, or a connection that ends too soon."""

import asyncio
from collections.abc import Callable
from typing import Any

from mirra_mcp.local.kit.faults import Rule
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.routes import Answer, Call
from mirra_mcp.local.kit.session import Session
from mirra_mcp.wire.model import Doc

PIECES = 10
"""Of a slow answer."""
HEADER = "x-mirra-fault"


async def play(
    rule: Rule,
    session: Session,
    mirror: Mirror,
    call: Call,
    answer: Callable[[], Answer],
    scope: Any,
    receive: Any,
    send: Any,
) -> None:
    """Let a call meet a rule whose turn it is. `answer` lets the vendor's API answer."""
    effect = rule.effect
    if effect == "disconnect_before":
        async with session.lock:
            tell(session, rule, method=call.method, path=call.path)
        await _hang_up(scope, receive)
        return
    if effect == "latency":
        await asyncio.sleep(rule.seconds())
    async with session.lock:
        tell(session, rule, method=call.method, path=call.path)
        call.fault = rule.id
        found = answer()
    found.headers[HEADER] = rule.id
    body = found.encoded()
    if effect == "disconnect_after":
        await _hang_up(scope, receive)
    elif effect == "cut_answer":
        await send(found.start(len(body)))
        await send(
            {"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True}
        )
        await _hang_up(scope, receive, at_once=False)
    elif effect == "slow_answer":
        await send(found.start(len(body)))
        step = max(-(-len(body) // PIECES), 1)
        for place in range(0, len(body), step):
            await asyncio.sleep(rule.seconds() / PIECES)
            piece = body[place : place + step]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    else:
        await send(found.start(len(body)))
        await send({"type": "http.response.body", "body": body})


def tell(session: Session, rule: Rule, **what: Any) -> None:
    """Write into the log that a rule strikes."""
    data: Doc = {"mirror": rule.mirror, "faultId": rule.id, "effect": rule.effect}
    if rule.said.error:
        data["error"] = rule.said.error
    with session.transaction():
        session.log.append("fault.struck", rule.mirror, data | what)


async def _hang_up(scope: Any, receive: Any, *, at_once: bool = True) -> None:
    """Close the connection, with or without what is on its way, and wait until it is closed."""
    connection = scope["state"]["connection"]
    if at_once:
        connection.cut()
    else:
        connection.transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass
