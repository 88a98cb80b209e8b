"""Which threads a timeline shows: by mirror, kind, outcome and words, as its address says."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import get_args
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from mirra_mcp.local.page.timeline.threads import Kind, Thread

KINDS = {
    "call": "Calls",
    "act": "Simulated",
    "time": "By itself",
    "session": "Session",
    "grade": "Gradings",
}
OUTCOMES = {
    "failed": "Anything failed",
    "error": "Call refused",
    "refused": "Webhook refused",
    "webhook": "Any webhook",
    "fault": "Fault or forgery",
    "ok": "All went well",
}
PAGE = 100
"""Threads on one page."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a timeline is asked to show."""

    mirror: str = ""
    kind: str = ""
    outcome: str = ""
    words: str = ""
    before: int = 0
    """Show what began before this entry."""

    @classmethod
    def of(cls, query: QueryParams) -> "Filter":
        """Read a page's address; what makes no sense there is left out."""
        kind, outcome, before = (query.get(name, "") for name in ("kind", "outcome", "before"))
        return cls(
            query.get("mirror", "")[:60],
            kind if kind in get_args(Kind) else "",
            outcome if outcome in OUTCOMES else "",
            query.get("q", "")[:200].strip(),
            int(before) if before.isdecimal() and len(before) < 16 else 0,
        )

    def query(self, **changed: object) -> str:
        """Return what the address of a page ends with, without what says nothing."""
        told = {
            "mirror": self.mirror,
            "kind": self.kind,
            "outcome": self.outcome,
            "q": self.words,
            "before": self.before,
        } | changed
        found = urlencode({name: value for name, value in told.items() if value})
        return f"?{found}" if found else ""

    @property
    def is_set(self) -> bool:
        """Whether anything is left out."""
        return bool(self.mirror or self.kind or self.outcome or self.words)

    def fits(self, thread: Thread) -> bool:
        """Tell whether a thread is to be shown."""
        if self.mirror and thread.mirror != self.mirror:
            return False
        if self.kind and thread.kind != self.kind:
            return False
        if self.outcome and not _ended_so(thread, self.outcome):
            return False
        return all(word in thread.text for word in self.words.casefold().split())

    def page(self, threads: Iterable[Thread]) -> tuple[list[Thread], int]:
        """Return the first page of threads that fit, and where the next one begins, or 0."""
        fitting = (
            each
            for each in threads
            if (not self.before or each.id < self.before) and self.fits(each)
        )
        found = list(islice(fitting, PAGE + 1))
        return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else 0


def _ended_so(thread: Thread, outcome: str) -> bool:
    if outcome == "failed":
        return thread.has_failed
    if outcome == "error":
        return (thread.status or 0) >= 400
    if outcome == "refused":
        return thread.refused > 0
    if outcome == "webhook":
        return bool(thread.trips)
    if outcome == "fault":
        return bool(thread.faults or thread.forged)
    return not thread.has_failed and not thread.faults
