"""Where several people are at once: conferences, queues, and chats between the web and phones."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mirra_mcp.local.page.phone.conversations import Item, moment_of, read
from mirra_mcp.local.page.visits import Visit
from mirra_mcp.wire.model import Doc

MOODS = {"in-progress": "good", "active": "good", "init": "warn", "inactive": "warn"}
GONE = ("complete", "failed")
"""Statuses of those who were in a conference, or never came."""


@dataclass(frozen=True)
class Line:
    """What one of them said or did."""

    who: str
    what: str
    words: str
    at: datetime | None
    ours: bool = False
    """Whether the application did, or one of its chat users."""


@dataclass(frozen=True)
class Room:
    """One of these places."""

    kind: Literal["conference", "queue", "chat"]
    id: str
    name: str
    status: str
    people: list[str]
    """Who is in it or is being called, and as what: `agent, muted`."""
    lines: list[Line]
    """What happened, the oldest first."""
    users: tuple[str, ...] = ()
    """The chat users who can write."""

    @property
    def writers(self) -> tuple[str, ...]:
        """Those who can write by now: nobody can in what is closed."""
        return () if self.status == "closed" else self.users

    @property
    def mood(self) -> str:
        """How its status is coloured."""
        return MOODS.get(self.status, "")

    @property
    def last(self) -> str:
        """What happened last."""
        line = self.lines[-1] if self.lines else None
        return f"{line.who}: {line.words or line.what}" if line else ""

    def fits(self, words: str) -> bool:
        """Tell whether all words are in it."""
        texts = (self.name, *self.people, *(f"{each.who} {each.words}" for each in self.lines))
        lower = [each.lower() for each in texts]
        return all(any(word in each for each in lower) for word in words.lower().split())


async def rooms(seeing: Visit) -> list[Room]:
    """Return the rooms: conferences, queues, then chats, each the newest first."""
    return [*await _conferences(seeing), *await _queues(seeing), *await _chats(seeing)]


async def _conferences(seeing: Visit) -> list[Room]:
    docs = await read(seeing, "conferences")
    people = _by(await read(seeing, "participants") if docs else (), "conference_sid")
    callers = await _callers(seeing) if people else {}
    return [
        Room(
            "conference",
            str(doc["sid"]),
            str(doc["friendly_name"]),
            str(doc["status"]),
            [
                _person(each, callers)
                for each in reversed(people.get(doc["sid"], []))
                if each["status"] not in GONE
            ],
            [
                Line(
                    str(each["who"]),
                    str(each["what"]),
                    str(each["words"]),
                    moment_of(each["at"]),
                    each["who"] == "application",
                )
                for each in doc.get("transcript") or ()
            ],
        )
        for doc in docs
    ]


async def _queues(seeing: Visit) -> list[Room]:
    docs = await read(seeing, "queues")
    members = _by(await read(seeing, "queue_members") if docs else (), "queue_sid")
    callers = await _callers(seeing) if members else {}
    found = []
    for doc in docs:
        own = members.get(doc["sid"], [])[::-1]
        named = [(callers.get(each["call_sid"], str(each["call_sid"])), each) for each in own]
        waiting = [name for name, each in named if each["status"] == "waiting"]
        lines = [
            Line(
                name,
                str(each["status"]),
                f"{each['wait_time']} s" if each["wait_time"] else "",
                moment_of(each["date_enqueued"]),
            )
            for name, each in named
        ]
        status, name = f"{len(waiting)} waiting", str(doc["friendly_name"])
        found.append(Room("queue", str(doc["sid"]), name, status, waiting, lines))
    return found


async def _chats(seeing: Visit) -> list[Room]:
    docs = await read(seeing, "conversations")
    said = _by(await read(seeing, "conversation_messages") if docs else (), "conversation_sid")
    people = _by(
        await read(seeing, "conversation_participants") if docs else (), "conversation_sid"
    )
    found = []
    for doc in docs:
        own = people.get(doc["sid"], [])[::-1]
        users = tuple(str(each["identity"]) for each in own if each["identity"])
        lines = [
            Line(
                str(each["author"]),
                "",
                str(each["body"] or "(media)"),
                moment_of(each["date_created"]),
                each["author"] in users or not each["participant_sid"],
            )
            for each in reversed(said.get(doc["sid"], []))
        ]
        phones = [str(each["messaging_binding"]["address"]) for each in own
                  if (each["messaging_binding"] or {}).get("address")]  # fmt: skip
        name = str(doc["friendly_name"] or doc["sid"])
        state = str(doc["state"])
        found.append(Room("chat", str(doc["sid"]), name, state, [*users, *phones], lines, users))
    return found


async def _callers(seeing: Visit) -> dict[str, str]:
    """Return the number at the other end of each call, by the call's SID."""
    return {str(each["sid"]): Item("call", each, 0).theirs for each in await read(seeing, "calls")}


def _person(doc: Doc, callers: dict[str, str]) -> str:
    """Return who somebody is in a conference, and as what."""
    name = str(doc["label"] or callers.get(doc["call_sid"], doc["call_sid"]))
    state = [] if doc["status"] == "connected" else [str(doc["status"])]
    told = [each for each in ("muted", "hold", "coaching") if doc[each]]
    return ", ".join([name, *state, *told])


def _by(docs: Iterable[Doc], name: str) -> dict[str, list[Doc]]:
    found: dict[str, list[Doc]] = {}
    for doc in docs:
        found.setdefault(str(doc[name]), []).append(doc)
    return found
