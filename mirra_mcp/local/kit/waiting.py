"""Calls that are answered only when the receiver of a webhook has had its say."""

import asyncio
from collections.abc import Callable

from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.routes import Answer, Call
from mirra_mcp.local.kit.session import Session
from mirra_mcp.local.kit.webhooks import Held, Outcome

PATIENCE = 40.0
"""Seconds for a receiver to answer, after all tries."""


async def answer(
    session: Session, mirror: Mirror, call: Call, answering: Callable[[], Answer]
) -> Answer:
    """Let a call be answered, as often anew as it has to wait for a webhook."""
    while True:
        async with session.lock:
            try:
                return answering()
            except Held as held:
                key, id = held.key, _send(session, mirror, held)
        try:
            async with asyncio.timeout(PATIENCE):
                call.heard[key] = await session.awaited[id]
        except TimeoutError:
            call.heard[key] = Outcome(None, "The receiver did not answer.", PATIENCE * 1000)
        finally:
            session.awaited.pop(id, None)


def tell(session: Session, id: str, outcome: Outcome) -> None:
    """Let whoever waits for a delivery know how it went, once no try is left."""
    found = session.awaited.get(id)
    if found is None or found.done():
        return
    parcel = session.deliveries.find(id)
    if parcel is None or parcel.status != "pending":
        found.set_result(outcome)


def _send(session: Session, mirror: Mirror, held: Held) -> str:
    """Send the webhook that a call waits for, and return its delivery's id."""
    with session.unit(mirror, session.clock.now()):
        mirror.send(held.event, held.data, [held.target])
        id = session.deliveries.id_of(session.deliveries.newest())
        session.awaited[id] = asyncio.get_running_loop().create_future()
    return id
