"""One attempt: graded by checks at once, by a judge as its verdicts come."""

import asyncio
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
from mirra_mcp.local.scenarios.world import Mark, World
from mirra_mcp.wire.runs import AttemptResult, CriterionResult, JudgePacket, Verdict

UNJUDGED = "No judge is configured, and the driver gave no verdict."


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
    timed_out: bool = False
    exit_code: int | None = None
    duration_ms: int | None = None
    results: dict[int, CriterionResult] = field(default_factory=dict)
    packets: dict[int, str] = field(default_factory=dict)

    async def check(self) -> None:
        """Grade what checks read, and pack what a judge must decide.

        Raises:
            SessionOver: there is nothing left to read.
        """
        async with self.session.lock:
            if not self.session.is_open:
                raise SessionOver
            world = World(self.session, self.mark)
            judged = [each for each in self.plans if each.reading is None]
            if self.timed_out:
                for each in judged:
                    self._note(each, "fail", f"{self._late()}, so nobody judged it.")
            else:
                for each in judged:
                    criterion = each.criterion
                    prompt = await whole(partial(packet, self.scenario, criterion, world))
                    self.packets[criterion.index] = prompt
            for each in self.plans:
                if each.reading is not None:
                    self._check(each, world)
                    await asyncio.sleep(0)

    def _check(self, plan: Plan, world: World) -> None:
        assert plan.reading is not None
        grade = plan.reading.grade(world)
        result, explanation = grade.result, grade.explanation
        if self.timed_out:
            result, explanation = "fail", f"{self._late()}. {explanation}"
        self._note(plan, result, explanation, gradedBy="check", evidence=grade.evidence)

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
                        self._note(
                            plan, verdict.result, verdict.explanation or None, gradedBy="provider"
                        )
        finally:
            for each in waiting:
                each.cancel()

    async def take(self, verdicts: Sequence[Verdict]) -> None:
        """Take the driver's own verdicts on what is ungraded yet."""
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
            timed_out=self.timed_out,
            criteria=criteria,
            score=score_attempt(criteria),
            exit_code=self.exit_code,
            duration_ms=self.duration_ms,
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
        if "evidence" in logged:
            logged["evidence"] = cut([str(each) for each in logged["evidence"]])
        with self.session.transaction():
            self.session.log.append(
                "evaluation.criterion_graded",
                None,
                {"runId": self.run_id, "attempt": self.number, **logged},
            )
