"""One thread whole: the call as it came, what it changed, each webhook and each try."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mirra_mcp.client.errors import MirraError
from mirra_mcp.client.refused import why
from mirra_mcp.local.page.timeline.chronicles import Chronicle
from mirra_mcp.local.page.timeline.code import Snippet, params_of, snippets
from mirra_mcp.local.page.timeline.threads import Thread, Trip
from mirra_mcp.local.page.visits import Visit
from mirra_mcp.local.page.words import pretty
from mirra_mcp.wire.events import Delivery, Event
from mirra_mcp.wire.model import Doc

DEEPEST = 8
"""Levels of nested objects that a difference looks into."""
SHOWN = 50
"""Changes and webhooks of a thread that are shown whole; of a larger one the first."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field that a change touched."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One document that changed."""

    entry: int
    mirror: str
    entity: str
    id: str
    verb: str
    fields: list[Field]


@dataclass(frozen=True, slots=True)
class Parcel:
    """One webhook: what the log says, and what the delivery itself knows."""

    trip: Trip
    delivery: Delivery | None
    why: str | None
    verdicts: list[Doc] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Detail:
    """A thread, read whole."""

    thread: Thread
    head: Doc
    changes: list[Change]
    changes_more: int
    parcels: list[Parcel]
    parcels_more: int
    faults: list[Doc]
    snippets: list[Snippet]
    request: Any
    """The body as nested values, where it was a form."""


async def detail(seeing: Visit, told: Chronicle, thread: Thread) -> Detail:
    """Read all that a thread is made of.

    Raises:
        MirraError: it can't be read any more.
    """
    assert seeing.session is not None
    id = seeing.session.session_id
    first = min(thread.first, *(_struck(thread) or [thread.first]))
    events = await told.entries(first, thread.last)
    trips = list(thread.trips.values())[:SHOWN]
    deliveries = await asyncio.gather(*(_delivery(seeing, id, each) for each in trips))
    verdicts = await _verdicts(told, thread)
    head = next((each.data for each in events if each.id == thread.id), {})
    changed = [each for each in events if each.type == "state.changed"]
    return Detail(
        thread=thread,
        head=head,
        changes=[change(each) for each in changed[:SHOWN]],
        changes_more=max(thread.changes - min(len(changed), SHOWN), 0),
        parcels=[
            Parcel(
                trip,
                known,
                why(known) if known and trip.state == "refused" else None,
                [each for each in verdicts if each.get("deliveryId") == trip.id],
            )
            for trip, known in zip(trips, deliveries, strict=True)
        ],
        parcels_more=max(len(thread.trips) - SHOWN, 0),
        faults=[each.data for each in events if each.type == "fault.struck"],
        snippets=snippets(seeing, head) if thread.kind == "call" and head else [],
        request=params_of(head) if isinstance(head.get("request"), str) else None,
    )


def _struck(thread: Thread) -> list[int]:
    """A call's faults are told just before what it caused."""
    return [max(thread.first - len(thread.faults), 1)] if thread.kind == "call" else []


async def _delivery(seeing: Visit, id: str, trip: Trip) -> Delivery | None:
    try:
        page = await seeing.mirra.webhooks(id, delivery=trip.id, limit=1)
    except MirraError as error:
        if error.code != "mirra.not_offered":
            raise
        return None
    return page.webhooks[0] if page.webhooks else None


async def _verdicts(told: Chronicle, thread: Thread) -> list[Doc]:
    """Read how receivers took forged copies: what is told after the thread's own entries."""
    if not thread.forged:
        return []
    found = await told.entries(thread.last, thread.touched, ["webhook.verification"])
    return [each.data for each in found]


def change(event: Event) -> Change:
    """Return what an entry says that changed."""
    data = event.data
    before, after = data.get("before"), data.get("after")
    verb = "created" if before is None else "deleted" if after is None else "changed"
    return Change(
        event.id,
        str(data.get("mirror", "")),
        str(data.get("entity", "")),
        str(data.get("entityId", "")),
        verb,
        fields_of(before, after),
    )


def fields_of(before: Any, after: Any) -> list[Field]:
    """Return the fields of two states of a document; those that hold nothing are left out.

    Of nested objects only what differs: `card.checks.cvc_check`.
    """
    old = before if isinstance(before, dict) else {}
    new = after if isinstance(after, dict) else {}
    if old and new:
        return list(_differing(old, new, ""))
    return [
        Field(name, pretty(old[name]) if old else None, pretty(new[name]) if new else None)
        for name in (old or new)
        if (old or new)[name] not in (None, [], {}, "")
    ]


def _differing(old: Doc, new: Doc, path: str) -> Iterator[Field]:
    for name in dict.fromkeys([*old, *new]):
        before, after = old.get(name, _ABSENT), new.get(name, _ABSENT)
        if before == after and type(before) is type(after):
            continue
        if isinstance(before, dict) and isinstance(after, dict) and path.count(".") < DEEPEST:
            yield from _differing(before, after, f"{path}{name}.")
        else:
            yield Field(f"{path}{name}", _shown(before), _shown(after))


def _shown(value: Any) -> str | None:
    return None if value is _ABSENT else pretty(value)


_ABSENT: Any = object()
