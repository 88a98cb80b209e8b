"""What a program did with a session's mirrors, in short: calls, refusals, webhooks, gaps."""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mirra_mcp.client.client import MirraClient

PROBLEMS = ("refused-webhook", "gap", "5xx", "live")
"""What a caller may want to fail on."""
GAP = 501
PAGE = 500
COUNTED = ("traffic.request_completed", "webhook.dispatched")
_ID = re.compile(
    r"(?=.*\d)[A-Za-z0-9]+_[A-Za-z0-9_]{4,}|[0-9a-f]{8}-[0-9a-f-]{27}|[A-Z]{2}[0-9a-f]{32}"
    r"|\+?\d{4,}|.*@.*|%2B\d+"
)
"""What a segment of a path looks like that names one document."""


@dataclass
class Endpoint:
    """The calls of one endpoint."""

    mirror: str
    call: str
    """Method and path, with `{id}` where it names a document."""
    count: int = 0
    statuses: Counter[int] = field(default_factory=Counter)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "mirror": self.mirror,
            "call": self.call,
            "count": self.count,
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
        }


@dataclass
class Refused:
    """A webhook that the app didn't take."""

    mirror: str
    type: str
    url: str
    why: str
    delivery_id: str
    count: int = 1

    def told(self) -> str:
        """Return it in a line."""
        told = f"webhook refused: {self.mirror} {self.type} to {self.url}: {self.why}"
        return told + _often(self.count)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "mirror": self.mirror,
            "type": self.type,
            "url": self.url,
            "why": self.why,
            "deliveryId": self.delivery_id,
            "count": self.count,
        }


@dataclass
class Account:
    """What happened in a session since a point of its log, and in the programs that were led."""

    session_id: str
    endpoints: dict[tuple[str, str], Endpoint] = field(default_factory=dict)
    delivered: int = 0
    refused: dict[tuple[str, str, str], Refused] = field(default_factory=dict)
    gaps: dict[str, str] = field(default_factory=dict)
    """What the mirrors don't have, to how they said so."""
    failures: dict[str, int] = field(default_factory=dict)
    """Calls that were answered with a server error, to how often."""
    live: Counter[str] = field(default_factory=Counter)
    """Hosts of vendors that a program would have called live, to how often it was refused."""
    distrusted: Counter[str] = field(default_factory=Counter)
    """Hosts that a program wouldn't take the proxy for, to how often."""
    led: int = 0
    """Programs into which a preload was loaded."""

    @property
    def requests(self) -> int:
        """How many calls the mirrors took."""
        return sum(each.count for each in self.endpoints.values())

    def add(self, kind: str, data: dict[str, Any]) -> None:
        """Take one entry of the log into account."""
        if kind == "traffic.request_completed":
            self._add_request(data)
        elif kind == "webhook.dispatched" and data.get("url"):
            self._add_delivery(data)

    def _add_request(self, data: dict[str, Any]) -> None:
        call = f"{data['method']} {templated(data['path'])}"
        key = (data["mirror"], call)
        found = self.endpoints.setdefault(key, Endpoint(*key))
        found.count += 1
        found.statuses[data["status"]] += 1
        if data["status"] == GAP:
            self.gaps.setdefault(f"{data['mirror']} {call}", sentence_of(data.get("error")))
        elif data["status"] >= 500:
            name = f"{data['mirror']} {call}"
            self.failures[name] = self.failures.get(name, 0) + 1

    def _add_delivery(self, data: dict[str, Any]) -> None:
        status = data.get("responseStatus")
        if status is not None and 200 <= status < 300:
            self.delivered += 1
            return
        if data.get("fault"):
            return  # it was meant to go wrong
        why = data.get("error") or f"answered {status}"
        key = (data["type"], data["url"], why)
        if key in self.refused:
            self.refused[key].count += 1
        else:
            given = (data["mirror"], data["type"], data["url"], why, data["deliveryId"])
            self.refused[key] = Refused(*given)

    def read_report(self, report: Path) -> None:
        """Take what the preloads wrote into account."""
        for line in report.read_text(encoding="utf-8", errors="replace").splitlines():
            what, _, about = line.partition(" ")
            if what == "refused":
                self.live[about.partition(" ")[2]] += 1
            elif what == "distrusted":
                self.distrusted[about.partition(" ")[2]] += 1
            elif what == "loaded":
                self.led += 1

    def problems(self) -> dict[str, list[str]]:
        """Return what of `PROBLEMS` happened: what came of each, a line a case."""
        return {
            "refused-webhook": [each.told() for each in self.refused.values()],
            "gap": [f"gap: {call} is not mirrored. {why}" for call, why in self.gaps.items()],
            "5xx": [f"failed: {call}{_often(count)}" for call, count in self.failures.items()],
            "live": [_told_live(host, count) for host, count in self.live.items()],
        }

    def to_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "sessionId": self.session_id,
            "requests": self.requests,
            "endpoints": [each.to_json() for each in self.endpoints.values()],
            "webhooks": {
                "delivered": self.delivered,
                "refused": [each.to_json() for each in self.refused.values()],
            },
            "gaps": [{"call": call, "why": why} for call, why in self.gaps.items()],
            "failures": [{"call": call, "count": n} for call, n in self.failures.items()],
            "live": [{"host": host, "count": count} for host, count in self.live.items()],
            "distrusted": [{"host": host, "count": n} for host, n in self.distrusted.items()],
        }

    def told(self, most: int = 12) -> list[str]:
        """Return it for a person, a line each; of the endpoints, `most`."""
        lines = []
        shown = sorted(self.endpoints.values(), key=lambda each: -each.count)
        for each in shown[:most]:
            bad = [f"{n} answered {s}" for s, n in sorted(each.statuses.items()) if s >= 400]
            remark = f" ({', '.join(bad)})" if bad else ""
            lines.append(f"{each.count:>5}x {each.mirror} {each.call}{remark}")
        if len(shown) > most:
            lines.append(f"      and {len(shown) - most} more endpoints")
        if self.delivered:
            lines.append(f"{self.delivered:>5} webhook{'s' * (self.delivered > 1)} taken")
        wrong = self.problems()
        lines += [line for name in PROBLEMS for line in wrong[name]]
        return lines + [
            f"not led: {host}: this client doesn't trust the proxy's certificate; nothing was sent"
            for host in self.distrusted
        ]


def _told_live(host: str, count: int) -> str:
    return f"live call refused: {host}{_often(count)}; --allow-live {host} lets it through"


def _often(count: int) -> str:
    return f" ({count} times)" if count > 1 else ""


async def account_of(mirra: MirraClient, session_id: str, *, after: int = 0) -> Account:
    """Read what happened in a session after an entry of its log.

    Raises:
        MirraError: it can't be read.
    """
    account = Account(session_id)
    while True:
        page = await mirra.events_page(session_id, after=after, limit=PAGE, types=COUNTED)
        for event in page.events:
            account.add(event.type, event.data)
        if not page.events or page.next_after <= after:
            return account
        after = page.next_after


async def last_event(mirra: MirraClient, session_id: str) -> int:
    """Return where a session's log stands: what comes after is new."""
    after, rare = 0, ("session.lifecycle",)
    while True:
        page = await mirra.events_page(session_id, after=after, limit=1000, types=rare)
        if page.next_after <= after:
            return after
        after = page.next_after


def templated(path: str) -> str:
    """Return a path with `{id}` for each segment that names one document."""
    parts = path.split("/")
    return "/".join("{id}" if _ID.fullmatch(part.removesuffix(".json")) else part for part in parts)


def sentence_of(error: Any) -> str:
    """Return what a vendor's error says in words."""
    if isinstance(error, dict):
        inner = error.get("error", error)
        if isinstance(inner, dict):
            return str(inner.get("message") or "")
    return ""
