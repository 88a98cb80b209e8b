"""Timers of one mirror: verbs that are called when their time has come."""

from bisect import insort
from typing import Any

import orjson

from mirra_mcp.local.kit.tables import take_out

Timer = tuple[float, int, str, str]
"""When it is due, in epoch seconds, its id, the verb, the arguments as JSON."""
Row = tuple[str, float, str, str]
"""A timer as it is kept: lane, when it is due, verb, arguments."""


class Timers:
    """A table of timers, in lanes: the session's clock is ''; a vendor's own has a name."""

    __slots__ = ("about", "lanes", "owner", "rows", "subjects")

    def __init__(self, owner: object) -> None:
        self.owner = owner
        self.rows: dict[int, Row] = {}
        self.lanes: dict[str, list[tuple[float, int]]] = {}
        self.about: dict[int, tuple[tuple[str, Any], ...]] = {}
        """What each is about: the names and values of its arguments."""
        self.subjects: dict[Any, tuple[int, ...]] = {}
        """The timers that have an argument: by its name and value."""

    def copy(self, owner: object) -> "Timers":
        """Return a table of the same timers that `owner` may write."""
        other = Timers(owner)
        other.rows, other.subjects = self.rows.copy(), self.subjects.copy()
        other.about = self.about.copy()
        other.lanes = {lane: each.copy() for lane, each in self.lanes.items()}
        return other

    def get(self, key: int) -> Row | None:
        """Return a timer, or None."""
        return self.rows.get(key)

    def set(self, key: int, row: Row | None) -> None:
        """Make a timer what it should be; None: gone."""
        before = self.rows.pop(key, None)
        if before is not None:
            lane = self.lanes[before[0]]
            take_out(lane, (before[1], key))
            if not lane:
                del self.lanes[before[0]]
            for subject in self.about.pop(key):
                left = tuple(each for each in self.subjects[subject] if each != key)
                if left:
                    self.subjects[subject] = left
                else:
                    del self.subjects[subject]
        if row is not None:
            self.add(key, row, orjson.loads(row[3]))

    def add(self, key: int, row: Row, args: dict[str, Any]) -> None:
        """Set a timer whose id is new; `args` are the arguments of its row."""
        self.rows[key] = row
        insort(self.lanes.setdefault(row[0], []), (row[1], key))
        self.about[key] = about = tuple([_subject(*each) for each in args.items()])
        for subject in about:
            self.subjects[subject] = (*self.subjects.get(subject, ()), key)

    def next(self, lane: str) -> Timer | None:
        """Return the timer of a lane that falls due first."""
        waiting = self.lanes.get(lane)
        if not waiting:
            return None
        due, id = waiting[0]
        return due, id, *self.rows[id][2:]

    def matching(self, verb: str | None, args: dict[str, Any]) -> list[int]:
        """List the timers of a verb, or of all, whose arguments include the given ones."""
        if args:
            found = [set(self.subjects.get(_subject(*each), ())) for each in args.items()]
            ids = sorted(set.intersection(*found))
        else:
            ids = sorted(self.rows)
        return [id for id in ids if verb is None or self.rows[id][2] == verb]


def _subject(name: str, value: Any) -> tuple[str, Any]:
    return name, orjson.dumps(value) if isinstance(value, list | dict) else value
