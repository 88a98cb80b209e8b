"""The state of all mirrors of a session at once (extension): snapshot, restore, reset.

Each of them happens to all mirrors or to none, and time goes back with the state.
"""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from mirra_mcp.local.api.reading import answer, host_of, read
from mirra_mcp.local.kit import restoring
from mirra_mcp.local.kit.errors import nearest
from mirra_mcp.local.kit.reading import invalid
from mirra_mcp.local.kit.session import Session
from mirra_mcp.wire.admin import ResetDone
from mirra_mcp.wire.states import (
    ResetSession,
    RestoreSession,
    SessionReset,
    SessionRestored,
    SessionSnapshot,
    TakeSessionSnapshot,
)


async def snapshot(request: Request) -> Response:
    """`POST /v1/sessions/{id}/snapshot`: keep the state of all mirrors, and the time."""
    wanted = await read(TakeSessionSnapshot, request)
    session = host_of(request).live(request.path_params["id"])
    async with session.lock:
        session.open()
        restoring.check_name(session, wanted.name, list(session.mirrors))
        id = session.snapshot(wanted.name)
        at = session.clock.now()
    mirrors = list(session.mirrors)
    return answer(SessionSnapshot(snapshot_id=id, name=wanted.name, mirrors=mirrors, at=at))


async def restore(request: Request) -> Response:
    """`POST /v1/sessions/{id}/restore`: bring a snapshot back, or one of each mirror."""
    wanted = await read(RestoreSession, request)
    session = host_of(request).live(request.path_params["id"])
    if (wanted.snapshot_id is None) == (not wanted.snapshots):
        raise invalid(
            "Give either 'snapshotId' or 'snapshots'.", 'For example {"snapshotId": "snap_..."}.'
        )
    _check_mirrors(session, "snapshots", wanted.snapshots)
    async with session.lock:
        session.open()
        ids = wanted.snapshots
        if wanted.snapshot_id is not None:
            known = [
                vendor
                for id, each in session.snapshots.items()
                if wanted.snapshot_id in (id, each.name)
                for vendor in each.states
            ]
            ids = dict.fromkeys(known or session.mirrors, wanted.snapshot_id)
        done = await restoring.restore(session, ids)
        at = session.clock.now()
    return answer(SessionRestored(at=at, mirrors=done))


async def reset(request: Request) -> Response:
    """`POST /v1/sessions/{id}/reset`: put all mirrors back to their fixtures."""
    wanted = await read(ResetSession, request)
    session = host_of(request).live(request.path_params["id"])
    _check_mirrors(session, "seeds", wanted.seeds)
    fixtures = session.seeds | {
        vendor: restoring.fixture_named(session.mirrors[vendor], seed)
        for vendor, seed in wanted.seeds.items()
    }
    async with session.lock:
        session.open()
        await asyncio.to_thread(session.reset, fixtures)
        session.faults.remove()
        at = session.clock.now()
        done = [
            ResetDone(mirror=vendor, seed=fixture, counts=restoring.counts(session.mirrors[vendor]))
            for vendor, fixture in fixtures.items()
        ]
    return answer(SessionReset(at=at, mirrors=done))


def _check_mirrors(session: Session, name: str, given: dict[str, str]) -> None:
    for vendor in given:
        if vendor not in session.mirrors:
            raise invalid(
                f"'{name}': the session has no mirror '{vendor[:40]}'."
                f"{nearest(vendor, session.mirrors)}",
                f"It has {', '.join(session.mirrors)}.",
            )
