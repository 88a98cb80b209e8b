"""Forks: a new session with the past of another, and a future of its own.

The states are shared until one of the two writes, so that a fork costs nothing at any size.
"""

from datetime import UTC, datetime

from mirra_mcp.local.kit.entry import Entry
from mirra_mcp.local.kit.errors import Refusal
from mirra_mcp.local.kit.host import Host
from mirra_mcp.local.kit.restoring import kept
from mirra_mcp.local.kit.session import Session
from mirra_mcp.wire import sessions as wire


async def fork(host: Host, parent: Session, wanted: wire.ForkSession) -> Entry:
    """Start a session that goes on from where another is, or from one of its snapshots.

    It sends no webhooks unless it is asked to: two futures must not call one app unnoticed.

    Raises:
        Refusal: there is no such snapshot of all mirrors, or no room for another session.
    """
    async with parent.lock:
        if wanted.snapshot_id is None:
            states = parent.freeze()
        else:
            found = {v: await kept(parent, v, wanted.snapshot_id) for v in parent.mirrors}
            states = {vendor: state for vendor, (_, state) in found.items()}
        at = max(each.at for each in states.values())
        stands = parent.clock.standing is not None
    entry = await host.create(
        wire.CreateSession(
            mirrors=list(parent.mirrors),
            seeds=parent.seeds,
            name=wanted.name,
            timeout_seconds=wanted.timeout_seconds,
            clock=datetime.fromtimestamp(at, UTC) if stands else None,
        )
    )
    session = entry.session
    try:
        async with session.lock:
            session.inherit(states, parent, sends=wanted.webhooks)
    except Refusal:
        await host.end(entry)
        raise
    return entry
