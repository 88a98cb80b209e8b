"""The texts and calls of a session, as conversations between two numbers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from mirra_mcp.local.page.visits import Visit
from mirra_mcp.local.page.words import instant
from mirra_mcp.wire.model import Doc

VENDOR, CLERK = "twilio", "clerk"
MOST = 500
"""Texts, and calls, that are looked through."""
LIVE = ("queued", "ringing", "in-progress")
GOOD = ("delivered", "received", "sent", "read", "completed", "in-progress")
BAD = ("failed", "undelivered", "busy", "no-answer", "canceled")


@dataclass(frozen=True)
class Item:
    """One text or call in a conversation."""

    kind: Literal["text", "call"]
    doc: Doc = field(repr=False)
    rank: int
    """How recent it is: 0 is the newest of its kind."""
    vendor: str = VENDOR

    @property
    def id(self) -> str:
        """The vendor's SID."""
        return str(self.doc.get("sid") or self.doc.get("id") or "")

    @property
    def inbound(self) -> bool:
        """Whether the other side began it."""
        return str(self.doc.get("direction") or "").startswith("inbound")

    @property
    def ours(self) -> str:
        """The number of the account's, or the service that sent."""
        name = "to" if self.inbound else "from"
        return str(self.doc.get(name) or self.doc.get("messaging_service_sid") or "?")

    @property
    def theirs(self) -> str:
        """The other side's number."""
        return str(self.doc.get("from" if self.inbound else "to") or "?")

    @property
    def status(self) -> str:
        """Where it is in its life."""
        return str(self.doc.get("status") or "")

    @property
    def mood(self) -> str:
        """How its status is coloured: good, bad or neither."""
        return "good" if self.status in GOOD else "bad" if self.status in BAD else "warn"

    @property
    def live(self) -> bool:
        """Whether a call is going on."""
        return self.kind == "call" and self.status in LIVE

    @property
    def body(self) -> str:
        """What a text says."""
        return str(self.doc.get("body") or "")

    @property
    def transcript(self) -> list[Doc]:
        """What was said and pressed in a call: `who`, `what`, `words`, `at`."""
        said: Any = self.doc.get("transcript") or []
        return [each for each in said if isinstance(each, dict)]

    @property
    def at(self) -> datetime | None:
        """When it was made."""
        return moment_of(self.doc.get("date_created") or self.doc.get("created_at"))

    @property
    def trouble(self) -> str:
        """Why it failed, with the vendor's code; empty if it didn't."""
        parts = (self.doc.get("error_code"), self.doc.get("error_message"))
        return " ".join(str(each) for each in parts if each)

    @property
    def segments(self) -> int:
        """How many parts a text was sent in."""
        count = str(self.doc.get("num_segments") or "1")
        return int(count) if count.isdecimal() else 1


@dataclass(frozen=True)
class Conversation:
    """What two numbers said to each other."""

    ours: str
    theirs: str
    items: list[Item]
    """The newest first."""
    opted_out: str | None = None
    """The word by which the other side opted out."""

    @property
    def last(self) -> Item:
        """The newest of it."""
        return self.items[0]

    @property
    def answers(self) -> bool:
        """Whether the other side can text back: Clerk's texts are of one way."""
        return any(each.vendor == VENDOR for each in self.items)

    @property
    def live(self) -> Item | None:
        """The call that is going on."""
        return next((each for each in self.items if each.live), None)


def moment_of(value: object) -> datetime | None:
    """Return an instant as Twilio writes it, in RFC 2822 or ISO 8601."""
    found = instant(value)
    if found is None and isinstance(value, str):
        try:
            found = parsedate_to_datetime(value)
        except ValueError:
            return None
    return found


async def conversations(seeing: Visit, words: str = "") -> list[Conversation]:
    """Return the conversations that have all `words`, the newest first."""
    items = [Item("text", doc, rank) for rank, doc in enumerate(await read(seeing, "messages"))]
    items += [
        Item("call", doc, rank)
        for rank, doc in enumerate(await read(seeing, "calls"))
        if not doc.get("parent_call_sid")
    ]
    items += [
        Item("text", doc, rank, CLERK)
        for rank, doc in enumerate(await read(seeing, "sent_texts", CLERK))
    ]
    items.sort(key=_recent, reverse=True)
    pairs: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        pairs.setdefault((item.ours, item.theirs), []).append(item)
    outs = await read(seeing, "opt_outs")
    found = [
        Conversation(ours, theirs, group, _opted_out(outs, ours, theirs, group))
        for (ours, theirs), group in pairs.items()
    ]
    return [each for each in found if all(_has(each, word) for word in words.lower().split())]


async def numbers(seeing: Visit) -> list[str]:
    """Return the numbers of the account's, those that others can text and call."""
    owned = await read(seeing, "incoming_phone_numbers")
    short = await read(seeing, "short_codes")
    return [str(doc["phone_number"]) for doc in owned] + [str(doc["short_code"]) for doc in short]


async def read(seeing: Visit, entity: str, vendor: str = VENDOR) -> list[Doc]:
    """Return the newest documents of an entity."""
    if vendor not in seeing.vendors:
        return []
    state = await seeing.mirror(vendor).state(entity=entity, limit=MOST)
    return list(state.state.get(entity, ()))


def _recent(item: Item) -> tuple[float, int]:
    return (item.at.timestamp() if item.at else 0.0, -item.rank)


def _opted_out(outs: Iterable[Doc], ours: str, theirs: str, items: Iterable[Item]) -> str | None:
    senders = {ours, *(each.doc.get("messaging_service_sid") for each in items)}
    for doc in outs:
        if doc.get("phone_number") == theirs and doc.get("of") in senders:
            return str(doc.get("keyword") or "STOP")
    return None


def _has(talk: Conversation, word: str) -> bool:
    if word in talk.ours or word in talk.theirs:
        return True
    return any(
        word in each.body.lower()
        or any(word in str(line.get("words", "")).lower() for line in each.transcript)
        for each in talk.items
    )
