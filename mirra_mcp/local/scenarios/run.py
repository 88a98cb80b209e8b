"""A run under way: attempts that a driver makes and finishes, each on freshly seeded mirrors.

Phases of an attempt: it waits for its driver, is graded, and, where no provider judges, waits for
the driver's verdicts. Time ends each of the waits.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import datetime, timedelta

from mirra_mcp.local.kit.entry import Entry
from mirra_mcp.local.kit.errors import Refusal
from mirra_mcp.local.kit.host import Host
from mirra_mcp.local.scenarios.attempts import Attempt, SessionOver, touches
from mirra_mcp.local.scenarios.judge.judge import Judge
from mirra_mcp.local.scenarios.model import ScenarioDoc
from mirra_mcp.local.scenarios.plans import Plan, doubts
from mirra_mcp.local.scenarios.prepare import Ground
from mirra_mcp.local.scenarios.scores import score_criteria, score_run
from mirra_mcp.local.scenarios.world import Mark
from mirra_mcp.wire import runs as wire

log = logging.getLogger("mirra_mcp.local")

PATIENCE = 5.0
"""Seconds that webhooks which are due get before an attempt is graded."""
FOREVER = 2**62
ENDED = "The session ended during the run."
LATE = "Every attempt ran out of time."


class ActiveRun:
    """One run; everything about it happens on the event loop."""

    def __init__(
        self,
        id: str,
        scenario: ScenarioDoc,
        plans: tuple[Plan, ...],
        host: Host,
        entry: Entry,
        ground: Ground,
        judge: Judge | None,
        *,
        created: datetime,
        keep: Callable[[wire.Run], None],
        wall: Callable[[], datetime],
        ends_session: bool,
    ) -> None:
        self.id, self.scenario, self.plans, self.host = id, scenario, plans, host
        self.entry, self.session, self.ground, self.judge = entry, entry.session, ground, judge
        self.created = created
        self.status: wire.RunStatus = "running"
        self.reason: str | None = None
        self.attempts: list[wire.AttemptResult] = []
        self.attempt: Attempt
        self.phase: wire.Phase = "waiting_for_driver"
        self.ends_at: datetime | None = None
        self.ended: datetime | None = None
        self._duration: int | None = None
        self._keep, self._wall, self._ends_session = keep, wall, ends_session
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._work: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None
        self.news = 0
        """Counts what there was to tell."""
        self._heard = asyncio.Event()

    # What callers do.

    async def start(self) -> None:
        """Begin the first attempt."""
        await self._next()
        self._watch = asyncio.ensure_future(self._watch_session())

    async def finish(self, wanted: wire.FinishRun) -> None:
        """Close the attempt that is meant, or take verdicts on it, and wait for what follows.

        Raises:
            Refusal: the run is over, or a verdict is about nothing that a judge decides.
        """
        meant = wanted.attempt or self.number
        if meant > self.number or (self.status != "running" and wanted.attempt is None):
            raise self._not_that(meant)
        self._check_verdicts(wanted.verdicts or [])
        while self._is_at(meant) and self.phase == "grading":
            await self._settled()
        if not self._is_at(meant):
            return
        if self.phase == "waiting_for_driver":
            self.attempt.exit_code, self.attempt.error = wanted.exit_code, wanted.error
            self._begin_work(self._close(wanted.verdicts))
        elif wanted.verdicts is not None:
            self._begin_work(self._conclude(wanted.verdicts))
        await self._settled()

    async def cancel(self, reason: str = "Cancelled.") -> None:
        """Stop the run, if it hasn't ended."""
        await self._break_off("cancelled", reason)

    async def fail(self, reason: str) -> None:
        """Give the run up, if it hasn't ended."""
        await self._break_off("failed", reason)

    async def _break_off(self, status: wire.RunStatus, reason: str) -> None:
        if self.status == "running":
            if self._work is not None:
                self._work.cancel()
            await self._end(status, reason)

    async def hear(self, seconds: float, after: int | None = None) -> None:
        """Wait for a new attempt, a new phase or the end, unless there was one `after`."""
        if self.status == "running" and seconds and after in (None, self.news):
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._heard.wait()

    @property
    def number(self) -> int:
        """The attempt's number, from 1."""
        return self.attempt.number

    def _is_at(self, attempt: int) -> bool:
        return self.status == "running" and self.number == attempt

    async def _settled(self) -> None:
        if self._work is not None:
            await asyncio.wait({self._work})

    def _not_that(self, meant: int) -> Refusal:
        if self.status != "running":
            return over(self.id, self.status, self.reason)
        return Refusal(
            400,
            "mirra.run.attempt_unknown",
            f"Attempt {meant} hasn't begun: the run is at attempt {self.number}.",
            f"Finish attempt {self.number}.",
        )

    def _check_verdicts(self, verdicts: list[wire.Verdict]) -> None:
        judged = {each.criterion.index for each in self.plans if each.reading is None}
        seen = set[int]()
        for each in verdicts:
            if each.criterion not in judged or each.criterion in seen:
                what = "has two verdicts" if each.criterion in seen else "isn't for a judge"
                listed = ", ".join(map(str, sorted(judged))) or "none"
                raise Refusal(
                    400,
                    "mirra.run.verdict_unknown",
                    f"Criterion {each.criterion} {what}.",
                    f"Criteria for a judge: {listed}. Give one verdict on each.",
                )
            seen.add(each.criterion)

    # An attempt.

    async def _next(self) -> None:
        """Seed the mirrors afresh and let the driver begin."""
        number = len(self.attempts) + 1
        async with self.session.lock:
            if not self.session.is_open:
                raise SessionOver
            if number > 1:
                await self.ground.lay(self.session)
            self.session.forging = any(each.reading and each.reading.forges for each in self.plans)
            self.attempt = Attempt(
                self.id,
                number,
                self.scenario,
                self.plans,
                self.session,
                Mark.of(self.session),
                self._loop.time(),
                touches(self.session),
            )
        self._enter("waiting_for_driver", self.scenario.config.timeout, self._time_out)

    async def _time_out(self) -> None:
        self.attempt.timed_out = True
        await self._close(None)

    async def _close(self, verdicts: list[wire.Verdict] | None) -> None:
        """Grade an attempt that is over."""
        attempt = self.attempt
        attempt.duration_ms = int((self._loop.time() - attempt.began) * 1000)
        self._enter("grading")
        if self.session.is_open:
            await self.host.outbox.settle(self.session, self.session.clock.now(), PATIENCE)
        await attempt.check()
        self.session.forging = False
        if attempt.packets and self.judge is not None:
            await attempt.ask(self.judge)
        elif attempt.packets and verdicts is None:
            wait = self.host.settings.verdict_wait
            self._enter("judging", wait, lambda: self._conclude([]))
            return
        await self._conclude(verdicts or [])

    async def _conclude(self, verdicts: list[wire.Verdict]) -> None:
        """Complete an attempt's grading, and go on to the next or to the end."""
        self._enter("grading")
        await self.attempt.take(verdicts)
        await self.attempt.give_up()
        self.attempts.append(self.attempt.told())
        if len(self.attempts) < self.scenario.config.runs:
            await self._next()
        elif all(each.timed_out for each in self.attempts):
            await self._end("failed", LATE)
        elif all(each.error for each in self.attempts):
            await self._end("failed", f"No attempt could be graded. {self.attempts[0].error}")
        else:
            await self._end("complete")

    def _enter(
        self,
        phase: wire.Phase,
        seconds: float | None = None,
        then: Callable[[], Coroutine[None, None, None]] | None = None,
    ) -> None:
        """Begin a phase, which ends by itself after some seconds."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.phase, self.ends_at = phase, None
        if seconds is not None and then is not None:
            self.ends_at = self._wall() + timedelta(seconds=seconds)
            self._timer = self._loop.call_later(seconds, self._begin_later, then)
        self._tell()

    def _begin_later(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        self._begin_work(work())

    def _begin_work(self, work: Coroutine[None, None, None]) -> None:
        """Do something that no one else may do meanwhile: phases are left only here."""
        if self._timer is not None:
            self._timer.cancel()
        self.phase = "grading"
        self._work = asyncio.ensure_future(self._do(work))

    async def _do(self, work: Awaitable[None]) -> None:
        try:
            await work
        except SessionOver:
            await self._end("failed", ENDED)
        except Exception:
            if not self.entry.is_live:
                await self._end("failed", ENDED)
                return
            log.exception("The run %s failed.", self.id)
            await self._end("failed", "Mirra itself failed on this run; its log says why.")

    async def _watch_session(self) -> None:
        await self.session.log.wait_beyond(FOREVER)
        await self.fail(ENDED)

    # The end.

    async def _end(self, status: wire.RunStatus, reason: str | None = None) -> None:
        if self.status != "running":
            return
        self.status, self.reason, self.ended = status, reason, self._wall()
        self._duration = int((self._loop.time() - self._began) * 1000)
        if self._timer is not None:
            self._timer.cancel()
        self.session.forging = False
        self._tell()
        if self._watch is not None and self._watch is not asyncio.current_task():
            self._watch.cancel()
        if self.judge is not None:
            await self.judge.aclose()
        if self._ends_session:
            await self.host.end(self.entry)

    def _tell(self) -> None:
        """Write the run down, and wake who waits for news."""
        self.news += 1
        self._keep(self.show())
        self._heard.set()
        self._heard = asyncio.Event()

    # What is seen.

    def brief(self) -> wire.Brief:
        """Return what the driver is told."""
        return wire.Brief(
            title=self.scenario.title, setup=self.scenario.setup, prompt=self.scenario.prompt
        )

    def show_started(self) -> wire.RunStarted:
        """Return what starting the run answers."""
        return wire.RunStarted(
            run_id=self.id,
            status=self.status,
            session_id=self.session.id,
            attempt=self.number,
            of=self.scenario.config.runs,
            brief=self.brief(),
            mirrors=self.entry.show().mirrors,
            setup_applied=self.ground.applied,
            setup_not_applied=self.ground.not_applied,
            warnings=list(self.scenario.warnings),
            timeout_seconds=self.scenario.config.timeout,
        )

    def show(self) -> wire.Run:
        """Return the run as it stands: of the criteria, only what is graded."""
        runs, under_way = score_run(self.attempts), self.status == "running"
        doubted = doubts(self.plans) if self.attempts else []
        scores = score_criteria(self.attempts)
        run = wire.Run(
            run_id=self.id,
            status=self.status,
            session_id=self.session.id,
            scenario=wire.RunScenario(title=self.scenario.title),
            runs=self.scenario.config.runs,
            criteria=scores,
            duration_ms=self._duration,
            attempts=list(self.attempts),
            ungraded=runs.ungraded,
            errored=sum(each.errored for each in scores),
            timed_out=sum(each.timed_out for each in self.attempts),
            reason=self.reason,
            setup_applied=self.ground.applied,
            setup_not_applied=self.ground.not_applied,
            warnings=[*self.scenario.warnings, *doubted],
            created_at=self.created,
            ended_at=self.ended,
        )
        if len(self.attempts) == self.scenario.config.runs:
            run.satisfaction_score = runs.satisfaction
        if not under_way:
            run.pass_at_k, run.pass_hat_k = runs.pass_at_k, runs.pass_hat_k
            run.standard_error = runs.standard_error
            return run
        run.mirrors = self.entry.show().mirrors
        run.progress = wire.RunProgress(
            attempt=self.number,
            of=self.scenario.config.runs,
            phase=self.phase,
            graded=len(self.attempt.results),
            ends_at=self.ends_at,
            news=self.news,
        )
        if self.phase == "waiting_for_driver":
            run.brief = self.brief()
        elif self.phase == "judging":
            run.judge = self.attempt.waiting
        return run


def over(id: str, status: str, reason: str | None) -> Refusal:
    """Say that nothing can be done to a run any more."""
    return Refusal(
        409,
        "mirra.run.over",
        f"The run '{id}' is {status}: {reason or 'every attempt is graded.'}",
        "GET /v1/runs/{id} tells its result; POST /v1/runs starts another.",
    )
