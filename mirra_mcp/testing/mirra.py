"""What a test holds: its session, how to let the world act in it, and what came of that."""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import anyio.to_thread

from mirra_mcp.reach import waiting
from mirra_mcp.reach.account import PROBLEMS, account_of, last_event
from mirra_mcp.reach.waiting import MOST_TOLD, Match, NotArrived
from mirra_mcp.testing.apps import serving
from mirra_mcp.testing.faults import Faults
from mirra_mcp.testing.messages import Inbox, Texts
from mirra_mcp.wire.admin import Simulated
from mirra_mcp.wire.events import Delivery
from mirra_mcp.wire.model import Doc
from mirra_mcp.wire.runs import DraftScenario
from mirra_mcp.wire.sessions import ClockMoved, MirrorInfo, Session

if TYPE_CHECKING:
    from mirra_mcp.testing.home import Home

__all__ = ["Mirra", "MirrorHandle", "NotArrived"]

T = TypeVar("T")
SETTLING = 2.0
"""Seconds that webhooks on their way get before a test is judged."""


@dataclass(frozen=True)
class MirrorHandle:
    """One mirror of the session."""

    mirra: "Mirra"
    info: MirrorInfo

    @property
    def url(self) -> str:
        """Return its base URL."""
        return self.info.url

    @property
    def env(self) -> dict[str, str]:
        """Return its keys, secrets and addresses by the names of variables."""
        return dict(self.info.env)

    def state(self, entity: str) -> list[Doc]:
        """List what it holds of an entity such as `customers`, newest first."""
        client = self.mirra._home.client.mirror(self.url)
        found = self.mirra._home.ask(partial(client.state, entity=entity, limit=1000))
        return found.state.get(entity, [])

    def simulate(self, event: str, /, **params: Any) -> Simulated:
        """Let the world do something to this account."""
        return self.mirra.simulate(event, mirror=self.info.vendor, **params)


class Clock:
    """The session's time."""

    def __init__(self, mirra: "Mirra") -> None:
        """Make it with the session."""
        self._mirra = mirra

    @property
    def now(self) -> datetime:
        """Return what time it is in the session."""
        found = self._mirra._home.ask(self._mirra._home.client.get_session, self._mirra.id)
        assert found.clock is not None
        return found.clock

    def advance(self, span: str) -> ClockMoved:
        """Let a span such as `3d` or `2 hours` pass; what falls due fires, in order."""
        return self._move(advance=span)

    def move_to(self, instant: datetime) -> ClockMoved:
        """Let time pass until an instant."""
        return self._move(to=instant)

    def _move(self, **how: Any) -> ClockMoved:
        home = self._mirra._home
        return home.ask(partial(home.client.move_clock, self._mirra.id, **how))


class Mirra:
    """The session of a test. Its methods wait; `aio` has the same for `await`."""

    def __init__(
        self, home: "Home", session: Session, report: Path, allow: Collection[str] = ()
    ) -> None:
        """Made by the fixtures."""
        self._home, self._session, self._report = home, session, report
        self._always = set(allow)
        self._allowed = set(allow)
        self._begun = 0
        self._seen: set[str] = set()
        self._stack = ExitStack()
        self._met_in_forks: list[tuple[str, str]] = []
        self.clock = Clock(self)
        self.inbox = Inbox(self)
        self.sms = Texts(self)
        self.faults = Faults(home.ask, home.client, session.session_id)
        self.aio = Awaitables(self)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *exc: object) -> None:
        """End what the test has begun: the apps that it delivers to."""
        self._stack.close()

    @property
    def id(self) -> str:
        """Return the session's id."""
        return self._session.session_id

    @property
    def env(self) -> dict[str, str]:
        """Return all mirrors' keys, secrets and addresses, as they are in the environment."""
        return {name: value for each in self._session.mirrors for name, value in each.env.items()}

    def mirror(self, vendor: str) -> MirrorHandle:
        """Return one of the session's mirrors.

        Raises:
            LookupError: the session doesn't have it.
        """
        for info in self._session.mirrors:
            if info.vendor == vendor:
                return MirrorHandle(self, info)
        there = ", ".join(each.vendor for each in self._session.mirrors)
        raise LookupError(
            f"This test's session has no mirror '{vendor}', only {there}."
            f" Ask for it: @pytest.mark.mirra(mirrors=['{vendor}'])"
        )

    # Letting the world act.

    def simulate(self, event: str, /, *, mirror: str | None = None, **params: Any) -> Simulated:
        """Let something happen that no API call does, such as `email.bounced`.

        Raises:
            MirraError: it can't happen; the message says what can.
            LookupError: no mirror of the session knows the event, or several do.
        """
        vendor = mirror or self._knows(event)
        client = self._home.client.mirror(self.mirror(vendor).url)
        return self._home.ask(partial(client.simulate, event, **params))

    def _knows(self, event: str) -> str:
        mirrors = [each.vendor for each in self._session.mirrors]
        if len(mirrors) == 1:
            return mirrors[0]
        known = {}
        for vendor in mirrors:
            about = self._home.ask(self._home.client.mirror(self.mirror(vendor).url).metadata)
            known[vendor] = {
                name for each in about.simulate_events for name in (each.event, *each.aliases)
            }
        found = [vendor for vendor in mirrors if event in known[vendor]]
        if len(found) != 1:
            what = "Several mirrors know" if found else "No mirror of this session knows"
            raise LookupError(f"{what} the event '{event}': name one with mirror=...")
        return found[0]

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Bring the mirrors back, when the block ends, to the state from before it."""
        states = self._home.client.states(self.id)
        kept = self._home.ask(states.snapshot)
        try:
            yield
        finally:
            self._home.ask(states.restore, kept.snapshot_id)

    @contextmanager
    def fork(self) -> Iterator["Mirra"]:
        """Try another future: a session with the same past, to which calls lead in the block.

        Its webhooks go where this session's go. What goes wrong in it counts for the test.
        """
        with self._home.fork(self.id, self._allowed) as other:
            try:
                yield other
            finally:
                self._met_in_forks += other.met()

    def deliver_to(self, app: Any, path: str | None = None, /, **paths: str) -> str:
        """Let an ASGI or WSGI app of this process take the session's webhooks.

        `path` is its handler's, where the session has one mirror; else name them, as in
        `deliver_to(app, stripe="/webhooks/stripe")`. Signatures verify with the secrets that are
        in the environment. The app is called until the test ends; its lifespan isn't begun.

        Returns:
            The base URL under which the app gets them.
        """
        if path is not None:
            if len(self._session.mirrors) != 1:
                raise ValueError("Name whose webhooks go where: deliver_to(app, stripe='/hooks')")
            paths = {self._session.mirrors[0].vendor: path, **paths}
        if not paths:
            raise ValueError(
                "Say under which path the app takes webhooks: deliver_to(app, '/hooks')"
            )
        for vendor in paths:
            self.mirror(vendor)
        url = self._stack.enter_context(serving(app, self._home.portal))
        urls = {vendor: f"{url}/{each.lstrip('/')}" for vendor, each in paths.items()}
        self._home.ask(self._home.client.forward_webhooks, self.id, urls)
        return url

    # Seeing what came of it.

    def webhooks(self, type: str | None = None) -> list[Delivery]:
        """List the session's webhooks, oldest first."""
        return self._home.ask(waiting.webhooks, self._home.client, self.id, type)

    def wait_for_webhook(
        self,
        type: str,
        match: Match | None = None,
        timeout: float = 5.0,
    ) -> Delivery:
        """Wait until a webhook of this type was taken by its receiver, or fired for nobody.

        Each is returned once, in their order. `match` is a function of the payload, or fields that
        it must have, dots going deeper: `{"data.object.amount": 500}`.

        Raises:
            NotArrived: none came in time, or the receiver refused it; what did come is told.
        """
        came = self._home.ask(
            partial(
                waiting.webhook,
                self._home.client,
                self.id,
                type,
                match,
                seconds=timeout,
                passed_over=self._seen,
            )
        )
        self._seen.add(came.delivery_id)
        return came

    def last_event(self) -> int:
        """Return the number of the newest entry in the session's log."""
        return self._home.ask(last_event, self._home.client, self.id)

    def wait_beyond(self, event: int, seconds: float) -> None:
        """Wait, so many seconds at most, until the log has an entry after number `event`."""
        page = self._home.client.events_page
        self._home.ask(partial(page, self.id, after=event, limit=1, wait=seconds))

    # Judging the test.

    def allow(self, *problems: str) -> None:
        """Let this test pass over these from now on: `refused-webhook`, `gap`, `5xx`, `live`.

        Raises:
            ValueError: there is no such problem.
        """
        for each in problems:
            if each not in PROBLEMS:
                raise ValueError(f"'{each}' is none of {', '.join(PROBLEMS)}.")
        self._allowed |= set(problems)

    def begin(self) -> None:
        """Begin to judge: what came before, a module's preparations, doesn't count."""
        self._allowed = set(self._always)
        self._begun, self._met_in_forks = self.last_event(), []
        self._report.write_text("", encoding="utf-8")

    def problems(self) -> str:
        """Return, a line each, what the test met and didn't allow, once all is delivered."""
        met = [line for name, line in self.met() if name not in self._allowed | {"5xx"}]
        if not met:
            return ""
        hint = "To let a test meet it: @pytest.mark.mirra(allow=[...]), or mirra.allow(...)."
        return "\n".join(["The test passed, but", *(f"  {line}" for line in met), hint])

    def met(self) -> list[tuple[str, str]]:
        """List what went wrong, once all is delivered: which problem, and a line about it."""
        self._settle()
        account = self._home.ask(partial(account_of, self._home.client, self.id, after=self._begun))
        account.read_report(self._report)
        return self._met_in_forks + [
            (name, line) for name, lines in account.problems().items() for line in lines
        ]

    def _settle(self) -> None:
        end = time.monotonic() + SETTLING
        while (left := end - time.monotonic()) > 0:
            seen = self.last_event()
            pending = partial(self._home.client.webhooks, self.id, status="pending", limit=100)
            if all(each.attempts for each in self._home.ask(pending).webhooks):
                return
            self.wait_beyond(seen, left)

    def trace(self) -> str:
        """Return what the mirrors saw of the test, a line each, the last of it."""
        page = self._home.ask(
            partial(self._home.client.events_page, self.id, after=self._begun, limit=1000)
        )
        lines = [line for event in page.events if (line := _line(event.type, event.data))]
        return "\n".join(lines[-MOST_TOLD:])

    def record(self, name: str, folder: Path) -> None:
        """Write what the test saw as a scenario into a folder."""
        body = DraftScenario(session_id=self.id, title=name, after=self._begun)
        draft = self._home.ask(self._home.client.draft_scenario, body)
        folder.mkdir(parents=True, exist_ok=True)
        safe = "".join(each if each.isalnum() else "-" for each in name).strip("-")
        (folder / f"{safe}.md").write_text(draft.markdown, encoding="utf-8")


class Awaitables:
    """The same methods for `await`, which leave the test's loop free meanwhile."""

    def __init__(self, mirra: Mirra) -> None:
        """Made with the session."""
        self._mirra = mirra

    async def wait_for_webhook(
        self,
        type: str,
        match: Match | None = None,
        timeout: float = 5.0,  # noqa: ASYNC109 -- as its twin
    ) -> Delivery:
        """Wait as `Mirra.wait_for_webhook` does."""
        return await self._run(partial(self._mirra.wait_for_webhook, type, match, timeout))

    async def simulate(
        self, event: str, /, *, mirror: str | None = None, **params: Any
    ) -> Simulated:
        """Let something happen, as `Mirra.simulate` does."""
        return await self._run(partial(self._mirra.simulate, event, mirror=mirror, **params))

    async def advance(self, span: str) -> ClockMoved:
        """Let time pass, as `Mirra.clock.advance` does."""
        return await self._run(partial(self._mirra.clock.advance, span))

    async def _run(self, work: Callable[[], T]) -> T:
        return await anyio.to_thread.run_sync(work)


def _line(kind: str, data: Doc) -> str | None:
    if kind == "traffic.request_completed":
        return f"{data['mirror']}: {data['method']} {data['path']} {data['status']}"
    if kind == "webhook.dispatched":
        became = data.get("error") or data.get("responseStatus") or "nobody subscribed to it"
        return f"{data['mirror']}: webhook {data['type']} to {data.get('url')}: {became}"
    return None
