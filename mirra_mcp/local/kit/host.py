"""All sessions of a process: who lives, on which ports, until when, and what is due."""

import asyncio
import contextlib
import logging
import shutil
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from mirra_mcp.local.kit.admission import MOST_TIMEOUT, check_room, fixtures_of
from mirra_mcp.local.kit.agenda import Fired
from mirra_mcp.local.kit.clock import Clock, Wall, utc
from mirra_mcp.local.kit.entry import Entry, fresh_id
from mirra_mcp.local.kit.errors import Refusal, nearest
from mirra_mcp.local.kit.folder import Folder, Kept
from mirra_mcp.local.kit.forwards import forward
from mirra_mcp.local.kit.http import Site, gone
from mirra_mcp.local.kit.images import Images
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.outbox import Outbox
from mirra_mcp.local.kit.ports import App, Ports
from mirra_mcp.local.kit.session import Session
from mirra_mcp.settings import Settings
from mirra_mcp.wire import sessions as wire

log = logging.getLogger("mirra_mcp.local")

DEFAULT_TIMEOUT = 3600
REMEMBERED = timedelta(hours=1)
"""How long an ended session can still be asked about."""
SLICE = 0.005
"""Seconds of due timers that are fired at a stretch before others get their turn."""
PAUSE = 1.0
"""Seconds until a session whose files can't be written is tried again."""
WALK = 20.0
"""Real seconds that moving a clock waits for webhooks at most."""


class Host:
    """Creates, finds, ends and expires sessions, and does their work when it is due."""

    def __init__(
        self,
        settings: Settings,
        kinds: Mapping[str, type[Mirror]],
        folder: Folder,
        wall: Wall,
        token: str = "",
    ) -> None:
        self.kinds, self._token = kinds, token
        self.settings, self._folder, self._wall = settings, folder, wall
        self._entries: dict[str, Entry] = {}
        self._images = Images()
        self._thread = threading.get_ident()
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self.outbox = Outbox(settings.webhook_hosts)
        self.on_close: list[Callable[[], Awaitable[None]]] = []
        """What else is to be ended before the sessions are."""
        self.ports: Ports

    @property
    def data_folder(self) -> Path | None:
        """Where things may be kept, if this process may keep any."""
        return self._folder.path if self._folder.is_owned else None

    def listen(self, control: App) -> Ports:
        """Make the server that the control plane and all mirrors are served by."""
        self.ports = Ports(self.settings, control, gone)
        return self.ports

    # Finding.

    def entry(self, id: str) -> Entry:
        """Return a session, live or not long ended.

        Raises:
            Refusal: there is none.
        """
        self._forget_old()
        entry = self._entries.get(id)
        if entry is None:
            live = [each.session.id for each in self._entries.values() if each.is_live]
            raise Refusal(
                404,
                "mirra.session.not_found",
                f"No session '{id[:80]}'.{nearest(id, live)}",
                "GET /v1/sessions lists the sessions; POST /v1/sessions starts one.",
            )
        return entry

    def live(self, id: str) -> Session:
        """Return a session that can be worked with.

        Raises:
            Refusal: there is none, or it is over.
        """
        entry = self.entry(id)
        if not entry.is_live:
            raise Refusal(
                409,
                "mirra.session.ended",
                f"The session '{id}' has {entry.status}."
                if entry.status == "expired"
                else f"The session '{id}' is over.",
                "Start a new session.",
            )
        return entry.session

    def entries(self) -> list[Entry]:
        """List all sessions, the newest first."""
        self._forget_old()
        return list(self._entries.values())[::-1]

    # Living.

    async def create(self, wanted: wire.CreateSession) -> Entry:
        """Start a session; everything is checked before anything is begun.

        Raises:
            Refusal: a name, a fixture, a limit or the machine is in the way.
        """
        fixtures = await asyncio.to_thread(fixtures_of, wanted, self.kinds)
        names = {e.session.name: e.session.id for e in self._entries.values() if e.is_live}
        check_room(wanted, names, self.settings.max_sessions)
        id = fresh_id(self._entries)
        folder = self._folder.make(id) if wanted.persistent else None
        clock = Clock(self._wall, standing=wanted.clock and utc(wanted.clock))
        entry = Entry(
            Session(
                id,
                wanted.name or f"session-{id[4:]}",
                "persistent" if wanted.persistent else "ephemeral",
                {vendor: self.kinds[vendor]("", fixture) for vendor, fixture in fixtures.items()},
                clock,
                self._wall,
                self._images,
                folder,
            ),
            "ready",
            self._wall(),
            {},
        )
        try:
            await self._begin(entry)
            if wanted.webhooks:
                async with entry.session.lock:
                    await asyncio.to_thread(entry.session.beginnings)
                    forward(entry.session, wanted.webhooks)
            if folder is None:
                seconds = min(wanted.timeout_seconds or DEFAULT_TIMEOUT, MOST_TIMEOUT)
                entry.expires_at = entry.created_at + timedelta(seconds=seconds)
                entry.expiry = self._loop.call_later(
                    seconds, lambda: self._spawn_end(entry, "expire")
                )
                await entry.session.lock.acquire()
                self._spawn(self._furnish(entry.session))
            else:
                async with entry.session.lock:
                    await asyncio.to_thread(entry.session.open)
                self._folder.keep(self._kept(entry))
        except BaseException:
            self._close_ports(entry)
            entry.session.close()
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
            raise
        self._entries[id] = entry
        return entry

    async def _furnish(self, session: Session) -> None:
        """Build the fixtures of a new session; whoever calls it meanwhile waits for its lock."""
        try:
            await asyncio.to_thread(session.beginnings)
        except Exception:
            log.exception("A fixture of the session %s could not be built.", session.id)
        finally:
            session.lock.release()

    async def _begin(self, entry: Entry) -> None:
        """Open the session's ports, the ones it had before where they are free."""
        session = entry.session
        try:
            for vendor, mirror in session.mirrors.items():
                site = Site(session, mirror, self._token)
                entry.ports[vendor] = await self.ports.open(site, entry.ports.get(vendor, 0))
                mirror.url = self.ports.url(entry.ports[vendor])
        except OSError as error:
            raise Refusal(
                503,
                "mirra.session.no_ports",
                f"No port could be opened for another mirror: {error.strerror or error}.",
                "End sessions that are no longer needed, or raise the limit of open files.",
            ) from None
        session.on_work = partial(self._on_work, entry)
        session.on_long = partial(self._on_long, entry)
        session.archived = self._folder.archived
        session.others = lambda: (e.session for e in self._entries.values() if e.is_live)

    async def revive(self) -> None:
        """Bring back the persistent sessions of the data folder."""
        for kept in self._folder.kept():
            unknown = [vendor for vendor in kept.fixtures if vendor not in self.kinds]
            if unknown:
                log.warning("The session %s has unknown mirrors %s.", kept.id, unknown)
                continue
            session = Session(
                kept.id,
                kept.name,
                "persistent",
                {vendor: self.kinds[vendor]("", seed) for vendor, seed in kept.fixtures.items()},
                Clock(self._wall),
                self._wall,
                self._images,
                self._folder.of(kept.id),
            )
            session.forwards = kept.webhooks
            session.clock.load(kept.clock)
            entry = Entry(session, "ready", kept.created_at, dict(kept.ports))
            try:
                session.open()
                await self._begin(entry)
            except (sqlite3.Error, OSError, ValueError, Refusal) as error:
                log.warning("The session %s could not be brought back: %s.", kept.id, error)
                self._close_ports(entry)
                session.close()
                continue
            self._entries[kept.id] = entry
            self._folder.keep(self._kept(entry))
            self._on_work(entry, session)

    def _kept(self, entry: Entry) -> Kept:
        session = entry.session
        return Kept(
            id=session.id,
            name=session.name,
            created_at=entry.created_at,
            fixtures=session.seeds,
            ports=entry.ports,
            clock=session.clock.save(),
            webhooks=session.forwards,
        )

    # Working.

    def _on_work(self, entry: Entry, session: Session) -> None:
        if threading.get_ident() != self._thread:
            self._loop.call_soon_threadsafe(self._on_work, entry, session)
        elif entry.is_live and not (entry.planned and entry.planned <= session.agenda.next_wake()):
            if entry.work is not None:
                entry.work.cancel()
            entry.planned = -1.0
            entry.work = self._loop.call_soon(self._work, entry)

    def _work(self, entry: Entry) -> None:
        """Fire timers and send webhooks that are due, and see when the next ones are."""
        entry.work = entry.planned = None
        session = entry.session
        if not entry.is_live or not session.is_open or session.is_moving:
            return
        if session.lock.locked():
            entry.planned = -1.0
            entry.work = self._loop.call_later(SLICE, self._work, entry)
            return
        now = session.clock.now()
        try:
            session.agenda.fire_due(now, SLICE)
            self.outbox.kick(session, now)
        except Refusal as refusal:
            log.warning("%s of session %s", refusal.message, session.id)
            entry.planned, entry.work = -1.0, self._loop.call_later(PAUSE, self._work, entry)
            return
        due = session.agenda.next_work()
        if due is None or entry.work is not None:
            return
        wait = 0.0 if due <= now else session.clock.wait_for(due)
        if wait is not None:
            entry.planned = due.timestamp()
            entry.work = self._loop.call_later(min(wait, 86_400.0), self._work, entry)

    def _on_long(self, entry: Entry, session: Session) -> None:
        if threading.get_ident() != self._thread:
            self._loop.call_soon_threadsafe(self._on_long, entry, session)
        elif not entry.is_imaged:
            entry.is_imaged = True
            self._spawn(self._image(entry, session))

    async def _image(self, entry: Entry, session: Session) -> None:
        """Image a persistent session's states, so that its journal can begin anew."""
        try:
            async with session.lock:
                if not session.is_open:
                    return
                write = session.image()
            follow = await asyncio.to_thread(write)
            async with session.lock:
                if session.is_open:
                    follow()
        except (sqlite3.Error, OSError, Refusal) as error:
            log.warning("The session %s could not be imaged: %s", session.id, error)
        finally:
            entry.is_imaged = False

    async def move_clock(self, session: Session, target: datetime) -> list[Fired]:
        """Let the session's time pass until `target`: timers fire and webhooks go out in order."""
        fired: list[Fired] = []
        end = self._loop.time() + WALK
        async with session.lock:
            session.open()
            began = session.clock.now()
        session.is_moving = True
        try:
            while True:
                most = max(end - self._loop.time(), 0.0)
                await self.outbox.settle(session, session.clock.now(), most)
                async with session.lock:
                    due = session.agenda.next_work()
                    if due is None or due > target:
                        session.clock.move_to(target)
                        break
                    session.clock.move_to(due)
                    fired += session.agenda.fire_due(min(session.clock.now(), target), SLICE)
                await asyncio.sleep(0)
        finally:
            session.is_moving = False
            self._entries[session.id].planned = None
            session.on_work(session)
        session.tell(action="clock", seconds=round((target - began).total_seconds()))
        return fired

    # Ending.

    def _spawn_end(self, entry: Entry, action: str) -> None:
        self._spawn(self.end(entry, action))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def end(self, entry: Entry, action: str = "end") -> None:
        """End a session: its ports, timers, memory and files are freed, its readers told."""
        session = entry.session
        async with session.lock:
            if not entry.is_live:
                return
            entry.status = "expired" if action == "expire" else "ended"
            entry.ended_at = self._wall()
            self._close_ports(entry)
            for handle in (entry.expiry, entry.work):
                if handle is not None:
                    handle.cancel()
            self.outbox.forget(session)
            if session.is_open:
                if session.folder is not None:
                    entry.snapshot_ids = await asyncio.to_thread(self._folder.bury, session)
                session.tell(action=action)
        if session.is_open and session.log.readers:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(session.log.deserted(), 2)
        session.close()
        if session.folder is not None:
            await asyncio.to_thread(shutil.rmtree, session.folder, ignore_errors=True)

    def _close_ports(self, entry: Entry) -> None:
        for port in entry.ports.values():
            self.ports.close(port)

    def _forget_old(self) -> None:
        limit = self._wall() - REMEMBERED
        for id, entry in list(self._entries.items()):
            if entry.ended_at is not None and entry.ended_at < limit:
                del self._entries[id]

    async def close(self) -> None:
        """End the ephemeral sessions and put the persistent ones to sleep."""
        for each in self.on_close:
            await each()
        passing = [each for each in self._entries.values() if each.session.mode == "ephemeral"]
        await asyncio.gather(*(self.end(entry) for entry in passing if entry.is_live))
        for entry in self._entries.values():
            if entry.is_live:
                self._close_ports(entry)
                if entry.work is not None:
                    entry.work.cancel()
                entry.status = "ended"
                if entry.session.is_open:
                    self._folder.keep(self._kept(entry))
                entry.session.close()
        await self.outbox.close()
