"""Moments of a session: its state as of an entry of the log, as a snapshot kept it, or now.

Each write noted what was there before, so the state of then is the state of now with the writes
since taken back. It is a value of its own: the session goes on meanwhile.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from mirra_mcp.local.kit.clock import utc
from mirra_mcp.local.kit.errors import Refusal
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.reading import invalid
from mirra_mcp.local.kit.restoring import kept
from mirra_mcp.local.kit.session import Session
from mirra_mcp.local.kit.store import ALL, Frozen, Store, Write
from mirra_mcp.wire import states as wire


@dataclass(frozen=True, slots=True)
class Moment:
    """The states of mirrors at one moment, by vendor."""

    session: Session
    at: datetime
    states: Mapping[str, Frozen]
    event: int | None = None
    """The entry of the log as of which this is."""
    snapshot: str | None = None

    def mirror(self, vendor: str) -> Mirror:
        """Return a mirror that holds the state of this moment; nobody else sees what it does."""
        now = self.session.mirrors[vendor]
        then, store = type(now)(now.url, now.fixture), Store()
        store.thaw(self.states[vendor])
        then.seed = now.seed
        then.bind(store, None)
        then.now = self.at
        return then

    def show(self) -> wire.Moment:
        """Return the moment as the API tells it."""
        return wire.Moment(
            session_id=self.session.id, event=self.event, snapshot_id=self.snapshot, at=self.at
        )


async def moment(
    session: Session, wanted: str | None, vendors: Iterable[str] | None = None
) -> Moment:
    """Return a moment of mirrors, or of all: an entry's number, a snapshot, or None for now.

    The session must be locked.

    Raises:
        Refusal: there is no such entry or snapshot, or it is longer ago than is known.
    """
    session.open()
    chosen = list(vendors or session.mirrors)
    now, last = session.clock.now(), session.log.last
    if wanted is None:
        return Moment(session, now, _states(session, chosen, now), event=last)
    text = wanted.strip()
    if not text:
        raise invalid("The moment is empty.", "Give an entry of the log, or a snapshot.")
    if not text.lstrip("+-").isdigit():
        return await _snapshot(session, wanted, chosen)
    event = _number(session, text)
    states = _states(session, chosen, now)
    since: list[tuple[Write, ...]] = []
    for before, writes in reversed(session.history):
        if before < event:
            break
        since.append(writes)
    at = _instant(session, event)
    stores = {id(session.mirrors[vendor].store): vendor for vendor in chosen}
    then = await asyncio.to_thread(_taken_back, states, since, stores) if since else states
    states = {vendor: replace(each, at=at.timestamp()) for vendor, each in then.items()}
    return Moment(session, at, states, event=event)


def _states(session: Session, vendors: list[str], now: datetime) -> dict[str, Frozen]:
    at = now.timestamp()
    return {vendor: session.mirrors[vendor].store.freeze(at) for vendor in vendors}


def _number(session: Session, text: str) -> int:
    """Return the number of an entry that is in the log, and whose state is known."""
    last = session.log.last
    if not text.isascii() or not text.isdigit():
        raise invalid(
            f"'{text[:20]}' is no entry of the log: they count up from 1.",
            f"The newest is {last}; 0 is how the session began.",
        )
    if len(text) > 15 or int(text) > last:
        raise invalid(
            f"The log of session {session.id} has no entry {text[:20]} yet.",
            f"The newest is {last}. Of another session, ask that one.",
        )
    event, earliest = int(text), session.remembered
    if event < earliest:
        raise Refusal(
            410,
            "mirra.history.forgotten",
            f"The state as of entry {event} isn't known any more: the session's history reaches"
            f" back to entry {earliest}.",
            "The log itself still tells each change. To keep a moment for good, take a snapshot.",
        )
    return event


def _instant(session: Session, event: int) -> datetime:
    """Return when an entry was written, by the session's clock."""
    found, _ = session.log.entries(max(event - 1, 0), 1)
    if not event or not found:
        return session.started
    return utc(datetime.fromisoformat(session.log.data(found[0][1])["at"]))


async def _snapshot(session: Session, wanted: str, vendors: list[str]) -> Moment:
    try:
        found = {vendor: await kept(session, vendor, wanted) for vendor in vendors}
    except Refusal as refusal:
        refusal.hint = f"{refusal.hint} A moment can also be an entry of the log: a whole number."
        raise
    states = {vendor: state for vendor, (_, state) in found.items()}
    at = max(state.at for state in states.values())
    id = next(iter(found.values()))[0]
    return Moment(session, datetime.fromtimestamp(at, UTC), states, snapshot=id)


def _taken_back(
    states: Mapping[str, Frozen], since: Iterable[tuple[Write, ...]], vendors: Mapping[int, str]
) -> dict[str, Frozen]:
    """Return states as they were before some writes, the newest transaction of which is first."""
    began = dict(states)
    rows: dict[str, dict[tuple[str, object], object]] = {vendor: {} for vendor in states}
    for writes in since:
        for store, table, key, row in reversed(writes):
            vendor = vendors.get(id(store))
            if vendor is None:
                continue
            if table == ALL:
                began[vendor] = row
                rows[vendor].clear()
            else:
                rows[vendor][table, key] = row
    for vendor, each in rows.items():
        if each:
            store = Store()
            store.thaw(began[vendor])
            for (table, key), row in each.items():
                store.back(table, key, row)
            began[vendor] = store.freeze(began[vendor].at)
    return began
