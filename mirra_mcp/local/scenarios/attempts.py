"""One attempt: graded by checks at once, by a judge as its verdicts come.

What couldn't be graded for an outage is told apart from what passed and failed: as an error.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from mirra_mcp.local.kit.session import Session
from mirra_mcp.local.scenarios.check.grades import cut
from mirra_mcp.local.scenarios.judge.judge import Judge
from mirra_mcp.local.scenarios.judge.packets import packet
from mirra_mcp.local.scenarios.model import ScenarioDoc
from mirra_mcp.local.scenarios.plans import Plan
from mirra_mcp.local.scenarios.scores import score_attempt
from mirra_mcp.local.scenarios.threads import whole
from mirra_mcp.local.scenarios.timelines import timeline
from mirra_mcp.local.scenarios.world import Mark, World
from mirra_mcp.wire.faults import Fault
from mirra_mcp.wire.runs import AttemptResult, CriterionResult, Happening, JudgePacket, Verdict

log = logging.getLogger("mirra_mcp.local")

UNJUDGED = "No judge is configured, and the driver gave no verdict."
UNTOUCHED = (
    "The attempt ended without one request to a mirror. If doing nothing was right, read something"
    " first, so that it shows that the work could reach the mirrors."
)


class SessionOver(Exception):
    """The session has ended under a run."""


@dataclass
class Attempt:
    """What becomes of one attempt."""

    run_id: str
    number: int
    scenario: ScenarioDoc
    plans: Sequence[Plan]
    session: Session
    mark: Mark
    began: float
    """On the event loop's clock."""
    touched: int
    """How often the session had been called when the attempt began."""
    error: str | None = None
    """Why there is nothing to grade."""
    timed_out: bool = False
    exit_code: int | None = None
    duration_ms: int | None = None
    results: dict[int, CriterionResult] = field(default_factory=dict)
    packets: dict[int, str] = field(default_factory=dict)
    timeline: list[Happening] = field(default_factory=list)
    timeline_more: int = 0
    faults: list[Fault] = field(default_factory=list)
    """The rules, and what each had done when it was graded."""

    async def check(self) -> None:
        """Grade what checks read, and pack what a judge must decide; nothing, if it never began.

        Raises:
            SessionOver: there is nothing left to read.
        """
        async with self.session.lock:
            if not self.session.is_open:
                raise SessionOver
            self.timeline, self.timeline_more = timeline(self.session, self.mark)
            self.faults = [rule.show() for rule in self.session.faults.rules]
            if not self.timed_out and self.error is None and self.touched == touches(self.session):
                self.error = UNTOUCHED
            if self.error is not None:
                for each in self.plans:
                    self._note(each, "ungraded", None, error=self.error)
                return
            world = World(self.session, self.mark)
            judged = [each for each in self.plans if each.reading is None]
            if self.timed_out:
                for each in judged:
                    self._note(each, "fail", f"{self._late()}, so nobody judged it.")
            else:
                for each in judged:
                    await self._pack(each, world)
            for each in self.plans:
                if each.reading is not None:
                    self._check(each, world)
                    await asyncio.sleep(0)

    async def _pack(self, plan: Plan, world: World) -> None:
        criterion = plan.criterion
        try:
            prompt = await whole(partial(packet, self.scenario, criterion, world))
        except Exception as problem:
            self._crashed(plan, problem)
        else:
            self.packets[criterion.index] = prompt

    def _check(self, plan: Plan, world: World) -> None:
        assert plan.reading is not None
        try:
            grade = plan.reading.grade(world)
        except Exception as problem:  # one criterion that can't be graded leaves the others be
            self._crashed(plan, problem)
            return
        result, explanation = grade.result, grade.explanation
        if self.timed_out:
            result, explanation = "fail", f"{self._late()}. {explanation}"
        self._note(plan, result, explanation, gradedBy="check", evidence=grade.evidence)

    def _crashed(self, plan: Plan, problem: Exception) -> None:
        log.exception("The run %s failed to grade '%s'.", self.run_id, plan.criterion.text)
        told = f"Mirra itself failed to grade this ({type(problem).__name__}); its log says why."
        self._note(plan, "ungraded", None, error=told)

    async def ask(self, judge: Judge) -> None:
        """Let a judge decide on the packets, side by side."""
        waiting = {
            asyncio.ensure_future(judge.judge(prompt)): index
            for index, prompt in self.packets.items()
        }
        try:
            while waiting:
                done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                async with self.session.lock:
                    for each in done:
                        plan, verdict = self._plan(waiting.pop(each)), each.result()
                        is_open = verdict.result == "ungraded"
                        self._note(
                            plan,
                            verdict.result,
                            None if is_open else verdict.explanation or None,
                            gradedBy="provider",
                            judgement=verdict.judgement,
                            error=verdict.explanation if is_open else None,
                        )
        finally:
            for each in waiting:
                each.cancel()

    async def take(self, verdicts: Sequence[Verdict]) -> None:
        """Take the driver's own verdicts on what is ungraded yet, if there was anything to see."""
        if self.error is not None:
            return
        async with self.session.lock:
            for verdict in verdicts:
                known = self.results.get(verdict.criterion)
                if known is None or known.result == "ungraded":
                    plan = self._plan(verdict.criterion)
                    self._note(plan, verdict.result, verdict.explanation, gradedBy="agent")

    async def give_up(self) -> None:
        """Leave ungraded what nobody has judged."""
        async with self.session.lock:
            for index in self.packets:
                if index not in self.results:
                    self._note(self._plan(index), "ungraded", UNJUDGED)

    @property
    def waiting(self) -> list[JudgePacket]:
        """The packets that nobody has judged."""
        return [
            JudgePacket(criterion=index, text=self._plan(index).criterion.text, packet=prompt)
            for index, prompt in self.packets.items()
            if index not in self.results
        ]

    def told(self) -> AttemptResult:
        """Return the attempt as the API shows it."""
        criteria = [self.results[index] for index in sorted(self.results)]
        return AttemptResult(
            attempt=self.number,
            error=self.error,
            timed_out=self.timed_out,
            criteria=criteria,
            score=score_attempt(criteria),
            exit_code=self.exit_code,
            duration_ms=self.duration_ms,
            timeline=self.timeline,
            timeline_more=self.timeline_more,
            faults=self.faults,
        )

    def _plan(self, index: int) -> Plan:
        return next(each for each in self.plans if each.criterion.index == index)

    def _late(self) -> str:
        return f"The attempt ran out of time ({self.scenario.config.timeout} s)"

    def _note(self, plan: Plan, result: str, explanation: str | None, **more: Any) -> None:
        """Keep a result, and log it while there is a log. The session must be locked."""
        data: Mapping[str, Any] = {
            "index": plan.criterion.index,
            "label": plan.criterion.text,
            "kind": plan.tag,
            "result": result,
            "explanation": explanation,
            "escalated": plan.escalates,
            **more,
        }
        index = plan.criterion.index
        self.results[index] = CriterionResult.model_validate(data)
        if not self.session.is_open:
            return
        logged = {key: value for key, value in data.items() if value or key == "index"}
        logged.pop("judgement", None)
        if "evidence" in logged:
            logged["evidence"] = cut([str(each) for each in logged["evidence"]])
        with self.session.transaction():
            self.session.log.append(
                "evaluation.criterion_graded",
                None,
                {"runId": self.run_id, "attempt": self.number, **logged},
            )


def touches(session: Session) -> int:
    """Count how often somebody has called a session's mirrors, or let its world go on."""
    return session.requests + session.acts
