"""Toolset `sessions`: start, find, reset, keep, bring back, move in time and end sessions."""

import asyncio
import itertools
from datetime import datetime
from pathlib import PurePath
from typing import Annotated
from urllib.parse import urlsplit

import anyio
from pydantic import Field

from mirra_mcp.client.client import MirraClient
from mirra_mcp.client.documents import ENDINGS
from mirra_mcp.client.urls import is_loopback
from mirra_mcp.server.answers import fit, joined, present
from mirra_mcp.server.caller import Caller, pick
from mirra_mcp.server.errors import Refusal, listed
from mirra_mcp.server.portable import TEXT
from mirra_mcp.server.snapshots import handle_of, if_offered, parts_of, restore_each
from mirra_mcp.wire.admin import ResetDone, Restored
from mirra_mcp.wire.model import Wire
from mirra_mcp.wire.sessions import (
    CreateSession,
    Fired,
    ForkSession,
    Session,
    SessionMode,
    SessionStatus,
    Tried,
)

PROVISIONING = 60.0
"""Seconds that provisioning may take."""
FIRED_SHOWN = 50


class Started(Session):
    """A session that is ready to be used."""

    next: str


class SessionList(Wire):
    """Sessions, newest first."""

    sessions: list[Session]
    next_cursor: str | None = None
    note: str | None = None


class Ended(Session):
    """A session that has ended."""

    snapshot: str | None = None
    next: str | None = None


class Reset(Wire):
    """What a reset left."""

    session_id: str
    mirrors: list[ResetDone]
    at: datetime | None = None
    """The session's time now."""


class Kept(Wire):
    """A snapshot of a session's mirrors."""

    session_id: str
    snapshot: str
    next: str


class BroughtBack(Wire):
    """What a restore brought back."""

    session_id: str
    mirrors: list[Restored]
    at: datetime | None = None
    """The session's time now."""


class Moved(Wire):
    """Where the clock stands, and what fell due on the way."""

    session_id: str
    at: datetime
    fired: list[Fired] = []
    fired_count: int = 0
    deliveries: list[str] = []
    """Webhooks on the way, a line each: what it was, which try, what its receiver answered."""
    delivery_count: int = 0
    note: str | None = None


async def mirra_session_start(
    caller: Caller,
    mirrors: list[str] = [],  # noqa: B006 -- the schema's default, never changed
    seeds: dict[str, str] = {},  # noqa: B006 -- the schema's default, never changed
    webhooks: dict[str, str] = {},  # noqa: B006 -- the same
    name: str | None = None,
    persistent: bool = False,
    timeout_seconds: Annotated[int | None, Field(ge=1, le=86_400)] = None,
    fork: str | None = None,
    snapshot: Annotated[str | int | None, TEXT] = None,
) -> Started:
    """Start a session; if the call is cancelled, the session ends again."""
    mirra = await caller.mirra()
    if fork is not None:
        if mirrors or seeds or persistent:
            raise Refusal(
                "mirra.request.invalid",
                "A fork has the mirrors and the state of its parent, and isn't persistent.",
                'Beside "fork" say "name", "snapshot", "webhooks", "timeout_seconds" if you like.',
            )
        future = ForkSession(name=name, webhooks=webhooks or False, timeout_seconds=timeout_seconds)
        return await _forked(caller, fork, snapshot, future)
    if not mirrors or snapshot is not None:
        raise Refusal(
            "mirra.request.invalid",
            "`mirrors` says what to start; `snapshot` goes with `fork`.",
            'For example {"mirrors": ["resend"]}; mirra_catalog lists them.',
        )
    await caller.progress(0, 2, f"Starting {listed(mirrors)}.")
    wanted = CreateSession(
        mirrors=mirrors,
        seeds=seeds,
        webhooks=webhooks or None,
        name=name,
        persistent=persistent,
        timeout_seconds=timeout_seconds,
    )
    with anyio.CancelScope(shield=True):
        session = await _created(caller, mirra, wanted)
        if not persistent:
            caller.running.access.adopt(session, caller.token)
    try:
        await caller.progress(1, 2, f"{session.session_id} is {session.status}.")
        if session.status == "provisioning":
            session = await mirra.wait_until_ready(session.session_id, timeout=PROVISIONING)
        await anyio.lowlevel.checkpoint()
    except BaseException:
        with anyio.move_on_after(5, shield=True):
            await _end(caller, session.session_id)
        raise
    await caller.progress(2, 2, f"{session.session_id} is ready.")
    return Started(
        **dict(session),
        next=_use(session, webhooks),
    )


async def _created(caller: Caller, mirra: MirraClient, wanted: CreateSession) -> Session:
    """Create a session, and tell how long its documents are being read: that can take a while.

    Raises:
        MirraError: something that was asked for can't be had.
    """
    documents = [each for each in wanted.mirrors if each.lower().endswith(ENDINGS)]
    if not documents:
        return await mirra.create_session(wanted)
    names = listed([PurePath(each).name for each in documents])

    async def tell() -> None:
        for seconds in itertools.count():
            told = f" for {seconds} s" if seconds else ""
            await caller.progress(1 - 1 / (seconds + 1.1), 2, f"Reading {names}{told}.")
            await anyio.sleep(1)

    telling = asyncio.ensure_future(tell())
    try:
        return await mirra.create_session(wanted)
    finally:
        telling.cancel()


async def _forked(
    caller: Caller, fork: str, begins: str | int | None, wanted: ForkSession
) -> Started:
    parent = await caller.session(fork)
    is_entry = begins is not None and str(begins).strip().isdecimal()
    wanted = wanted.model_copy(update={"at" if is_entry else "snapshot_id": begins})
    with anyio.CancelScope(shield=True):
        session = await (await caller.mirra()).states(parent.session_id).fork(wanted)
        caller.running.access.adopt(session, caller.token)
    quiet = [each.url for each in session.inherited_endpoints or [] if not each.is_called]
    silent = f"Its parent's webhook endpoints get nothing from it: {listed(quiet)}. "
    return Started(
        **dict(session),
        next=f"It has the past of {parent.session_id} and a future of its own. "
        f"{silent if quiet else ''}{_use(session, {})} Compare the two with mirra_session_state,"
        f' "session": "{session.session_id}", "against": "{parent.session_id}".',
    )


def _use(session: Session, webhooks: dict[str, str]) -> str:
    """Say how the code under test is brought to the session's mirrors."""
    register = "Register webhook endpoints as with the real vendor; loopback URLs work."
    told = f"{listed(webhooks)}'s webhooks go to your URL." if webhooks else register
    if session.dashboard_url is not None:
        told += " To watch: `dashboardUrl`."
    if not all(is_loopback(urlsplit(each.url).hostname or "") for each in session.mirrors):
        return f"Set each mirror's `env` where the code runs, or follow its `setup`. {told}"
    line = f"mirra-mcp exec --session {session.session_id} -- COMMAND"
    return f"Run the code, unchanged, by `{line}`; or set each mirror's `env` and `setup`. {told}"


async def mirra_session_list(
    caller: Caller,
    session: str | None = None,
    status: SessionStatus | None = None,
    mode: SessionMode | None = None,
    limit: Annotated[int, Field(ge=1, le=30)] = 20,
    cursor: str | None = None,
) -> SessionList:
    """List sessions, or show one in full."""
    mirra = await caller.mirra()
    if session is not None:
        if not session.startswith("ses_"):
            session = (await caller.session(session)).session_id
        return SessionList(sessions=[await mirra.get_session(session)])
    page = await mirra.list_sessions(status=status, mode=mode, limit=limit, cursor=cursor)
    return SessionList(
        sessions=[_brief(each) for each in page.sessions],
        next_cursor=page.next_cursor,
        note="Name one with `session` to see its `env`, `setup` and stats."
        if page.sessions
        else None,
    )


async def mirra_session_end(caller: Caller, session: str | None = None) -> Ended:
    """End a session; ending it again changes nothing."""
    if session is None or not session.startswith("ses_"):
        session = (await caller.session(session)).session_id
    ended = await _end(caller, session)
    snapshot = handle_of(ended.snapshot_ids) if ended.snapshot_ids else None
    return Ended(
        **dict(_brief(ended)),
        snapshot=snapshot,
        next=f"Its final state is archived as {snapshot}." if snapshot else None,
    )


async def mirra_session_reset(
    caller: Caller,
    session: str | None = None,
    mirror: str | None = None,
    seed: str | None = None,
) -> Reset:
    """Put mirrors back to a fixture."""
    found = await caller.session(session)
    if seed is not None and ":" in seed:
        mirror, seed = _qualified(seed, mirror)
    if seed is not None and mirror is None and len(found.mirrors) > 1:
        raise Refusal(
            "mirra.request.invalid",
            f"{found.session_id} has several mirrors: which one has the fixture '{seed}'?",
            f'Say it as with "seed": "{found.mirrors[0].vendor}:{seed}".',
        )
    chosen = [pick(found, mirror)] if mirror is not None else found.mirrors
    mirra = await caller.mirra()
    with anyio.CancelScope(shield=True):
        whole = None
        if len(chosen) == len(found.mirrors):
            seeds = {chosen[0].vendor: seed} if seed else None
            whole = await if_offered(mirra.states(found.session_id).reset(seeds))
        done = (
            whole.mirrors
            if whole
            else [await mirra.mirror(info.url).reset(seed) for info in chosen]
        )
    shown = [each.model_copy(update={"counts": present(each.counts)}) for each in done]
    return Reset(session_id=found.session_id, mirrors=shown, at=whole.at if whole else None)


async def mirra_session_snapshot(
    caller: Caller, session: str | None = None, mirror: str | None = None
) -> Kept:
    """Keep the state of all mirrors, or of one."""
    found = await caller.session(session)
    chosen = [pick(found, mirror)] if mirror is not None else found.mirrors
    mirra = await caller.mirra()
    with anyio.CancelScope(shield=True):
        whole = None
        if len(chosen) == len(found.mirrors):
            whole = await if_offered(mirra.states(found.session_id).snapshot())
        if whole is not None:
            handle = whole.snapshot_id
        else:
            handle = handle_of(
                {
                    info.vendor: (await mirra.mirror(info.url).snapshot()).snapshot_id
                    for info in chosen
                }
            )
    return Kept(
        session_id=found.session_id,
        snapshot=handle,
        next=f'Bring it back with mirra_session_restore {{"snapshot": "{handle}"}}.',
    )


async def mirra_session_restore(
    caller: Caller, snapshot: str, session: str | None = None
) -> BroughtBack:
    """Bring back the state that a snapshot kept."""
    found = await caller.session(session)
    is_whole = "=" not in snapshot and "," not in snapshot
    parts = {} if is_whole else parts_of(snapshot, found)
    mirra = await caller.mirra()
    with anyio.CancelScope(shield=True):
        whole = await if_offered(
            mirra.states(found.session_id).restore(snapshot if is_whole else None, parts)
        )
        if whole is not None:
            done, at = whole.mirrors, whole.at
        else:
            done, at = await restore_each(mirra, found, parts or parts_of(snapshot, found)), None
    shown = [each.model_copy(update={"counts": present(each.counts)}) for each in done]
    return BroughtBack(session_id=found.session_id, mirrors=shown, at=at)


async def mirra_session_clock(
    caller: Caller,
    advance: str | None = None,
    to: datetime | None = None,
    session: str | None = None,
) -> Moved:
    """Move a session's time forward, or tell it."""
    if advance is not None and to is not None:
        raise Refusal(
            "mirra.request.invalid",
            "`advance` and `to` exclude each other.",
            'Say one of them, as with "advance": "3 days".',
        )
    found = await caller.session(session)
    mirra = await caller.mirra()
    if advance is None and to is None:
        now = (await mirra.get_session(found.session_id)).clock
        if now is None:
            raise Refusal(
                "mirra.not_offered",
                "This Mirra doesn't tell a session's time.",
                "The embedded Mirra does: unset MIRRA_TOKEN to use that one.",
            )
        return Moved(session_id=found.session_id, at=now)
    moved = await mirra.move_clock(found.session_id, advance=advance, to=to)
    fitted = fit([each.to_json() for each in moved.fired[:FIRED_SHOWN]])
    fired = [Fired.model_validate(each) for each in fitted.items]
    count = moved.fired_count or len(moved.fired)
    sent = moved.delivery_count or len(moved.deliveries)
    deliveries = [_tried(each) for each in moved.deliveries[:FIRED_SHOWN]]
    return Moved(
        session_id=found.session_id,
        at=moved.at,
        fired=fired,
        fired_count=count,
        deliveries=deliveries,
        delivery_count=sent,
        note=joined(
            f"Only the first {len(fired)} timers are shown; mirra_events_read has all."
            if count > len(fired)
            else None,
            f"Only the first {len(deliveries)} tries are shown; mirra_session_webhooks has all."
            if sent > len(deliveries)
            else None,
        ),
    )


def _tried(each: Tried) -> str:
    said = each.error or each.response_status
    return f"{each.mirror} {each.type} {each.delivery_id} try {each.attempt}: {said}"


async def _end(caller: Caller, session_id: str) -> Session:
    with anyio.CancelScope(shield=True):
        ended = await (await caller.mirra()).end_session(session_id)
        caller.running.access.release(session_id)
    return ended


def _brief(session: Session) -> Session:
    mirrors = [info.model_copy(update={"env": {}, "setup": {}}) for info in session.mirrors]
    return session.model_copy(update={"mirrors": mirrors})


def _qualified(seed: str, mirror: str | None) -> tuple[str, str]:
    vendor, _, fixture = seed.partition(":")
    if mirror not in (None, vendor):
        raise Refusal(
            "mirra.request.invalid",
            f"'{seed}' is a fixture of {vendor}, not of {mirror}.",
            "Leave out `mirror`, or name a fixture of it: mirra_catalog lists them.",
        )
    return vendor, fixture
