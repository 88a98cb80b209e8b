"""Forks: a new session with the past of another, and a future of its own.

The states are shared until one of the two writes, so that a fork costs nothing at any size.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from mirra_mcp.local.kit.endpoints import addresses
from mirra_mcp.local.kit.entry import Entry
from mirra_mcp.local.kit.errors import Refusal, nearest, one_of
from mirra_mcp.local.kit.forwards import forward
from mirra_mcp.local.kit.host import Host
from mirra_mcp.local.kit.moments import moment
from mirra_mcp.local.kit.reading import invalid
from mirra_mcp.local.kit.session import Session
from mirra_mcp.local.kit.store import Frozen
from mirra_mcp.wire import sessions as wire


async def fork(host: Host, parent: Session, wanted: wire.ForkSession) -> Entry:
    """Start a session that goes on from where another is or was, or from one of its snapshots.

    It doesn't call the webhook endpoints of its past unless it is asked to: two futures must not
    call one app unnoticed. Those that it gets itself are called.

    Raises:
        Refusal: there is no such moment of all mirrors, or no room for another session.
    """
    begins = wanted.snapshot_id if wanted.at is None else str(wanted.at)
    if wanted.at is not None and wanted.snapshot_id is not None:
        raise invalid("Give either 'snapshotId' or 'at'.", "Both say where the fork begins.")
    urls = wanted.webhooks if isinstance(wanted.webhooks, dict) else {}
    for vendor in urls:
        if vendor not in parent.mirrors:
            raise invalid(
                f"The session has no mirror '{vendor[:40]}'.{nearest(vendor, parent.mirrors)}",
                f"It has {one_of(parent.mirrors)}.",
            )
    async with parent.lock:
        if begins is None:
            states: Mapping[str, Frozen] = parent.freeze()
        else:
            states = (await moment(parent, begins)).states
        called = {*parent.deliveries.called, *parent.deliveries.silent}
        stands = parent.clock.standing is not None
    at = max(each.at for each in states.values())
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
            session.inherit(states, parent)
            session.endpoints = [
                (vendor, url)
                for vendor, state in states.items()
                for url in addresses(session.mirrors[vendor], state)
            ]
            session.is_quiet = wanted.webhooks is not True
            if session.is_quiet:
                found = {url for _, url in session.endpoints}
                session.deliveries.silent = called | found
            if urls:
                forward(session, urls)
    except Refusal:
        await host.end(entry)
        raise
    return entry
