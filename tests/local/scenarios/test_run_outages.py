"""Outages during a run: neither passed nor failed, and never a score. All of it is our choice."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import anyio
import pytest

from mirra_mcp.client.client import MirraClient
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.local.kit.clock import Clock
from mirra_mcp.local.kit.images import Images
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.session import Session
from mirra_mcp.local.scenarios.attempts import UNTOUCHED, Attempt, touches
from mirra_mcp.local.scenarios.check.grades import Clause, Grade, grade
from mirra_mcp.local.scenarios.check.reading import Reading
from mirra_mcp.local.scenarios.model import Config, CriterionDoc, ScenarioDoc
from mirra_mcp.local.scenarios.plans import Plan
from mirra_mcp.local.scenarios.world import Mark, World
from mirra_mcp.settings import JudgeSettings, Provider, Settings
from mirra_mcp.wire.runs import CreateRun, FinishRun, Verdict
from tests.local.kit.toy import Toy
from tests.local.scenarios.driving import ANYONE, Application
from tests.local.scenarios.providers import KEY, Said, Stub, judging

pytestmark = pytest.mark.anyio

TEXT = """\
# Keep quiet
## Checks
- check: No emails bounced
- judge: Nobody was bothered
## Config
mirrors: resend
"""
CHECKED = TEXT.replace("- judge: Nobody was bothered\n", "")
VERDICT = Verdict(criterion=1, result="pass")


@pytest.fixture
def stub() -> Iterator[Stub]:
    with judging() as stub:
        yield stub


@pytest.fixture
async def judged(stub: Stub, tmp_path: Path) -> AsyncIterator[MirraClient]:
    judge = JudgeSettings((Provider("anthropic", stub.url, KEY),), timeout=5)
    settings = Settings(data_dir=tmp_path, judge=judge)
    with anyio.fail_after(30), LocalMirra(settings) as local:
        async with MirraClient(local.url, local.token, retries=0) as client:
            yield client


async def test_an_attempt_without_one_request_is_an_error_whoever_vouches_for_it(
    judged: MirraClient, stub: Stub
) -> None:
    """Its negative criteria hold in a world in which nothing happened, and say nothing of it."""
    started = await judged.create_run(CreateRun(scenario_markdown=TEXT))
    run = await judged.finish_run(started.run_id, FinishRun(verdicts=[VERDICT], exit_code=0))
    assert (run.status, run.satisfaction_score, run.errored) == ("failed", None, 2)
    assert run.reason == f"No attempt could be graded. {UNTOUCHED}"
    (attempt,) = run.attempts
    assert (attempt.error, attempt.score) == (UNTOUCHED, None)
    assert [(each.result, each.error) for each in attempt.criteria] == [("ungraded", UNTOUCHED)] * 2
    assert [(each.passed, each.total, each.errored) for each in run.criteria] == [(0, 0, 1)] * 2
    assert stub.asked == []


async def test_what_a_driver_says_of_itself_is_an_error_too_and_the_next_attempt_counts(
    mirra: MirraClient,
) -> None:
    started = await mirra.create_run(CreateRun(scenario_markdown=CHECKED, runs=2))
    app = Application.of(mirra, started.mirrors)
    await app.send(**ANYONE)
    said = "The driver was killed by signal 9."
    await mirra.finish_run(started.run_id, FinishRun(attempt=1, error=said))
    await app.send(**ANYONE)
    run = await mirra.finish_run(started.run_id, FinishRun(attempt=2))
    assert [each.error for each in run.attempts] == [said, None]
    assert (run.status, run.satisfaction_score, run.errored) == ("complete", 1.0, 1)
    assert (run.criteria[0].passed, run.criteria[0].total) == (1, 1)


async def test_letting_the_world_act_is_enough_of_a_beginning(mirra: MirraClient) -> None:
    """A driver of a webhook handler may make no request of its own."""
    started = await mirra.create_run(CreateRun(scenario_markdown=CHECKED))
    resend = mirra.mirror(started.mirrors[0].url)
    await resend.simulate("email.received", **{"from": "a@example.com", "to": "b@resend.dev"})
    run = await mirra.finish_run(started.run_id, FinishRun())
    assert (run.status, run.errored, run.satisfaction_score) == ("complete", 0, 1.0)


@pytest.mark.parametrize(
    "dead",
    [Said(status=400, error="No credit."), Said("I refuse."), Said(stop="refusal"),
     Said(raw=b"<html>")],
    ids=["refused", "prose", "refusal", "html"],
)  # fmt: skip
async def test_a_judge_that_does_not_decide_leaves_an_error_and_the_checks_count(
    judged: MirraClient, stub: Stub, dead: Said
) -> None:
    stub.reply = lambda _: dead
    started = await judged.create_run(CreateRun(scenario_markdown=TEXT))
    await Application.of(judged, started.mirrors).look()
    run = await judged.finish_run(started.run_id, FinishRun(verdicts=[]))
    check, judge = run.attempts[0].criteria
    assert (check.result, check.error) == ("pass", None)
    assert (judge.result, judge.graded_by) == ("ungraded", "provider")
    assert (judge.error or "").startswith("The judge")
    assert (run.status, run.ungraded, run.errored) == ("complete", 1, 1)


class Says(Clause):
    """A claim that holds, or whose grader is broken."""

    def __init__(self, *, breaks: bool) -> None:
        self.breaks = breaks

    @property
    def plain(self) -> str:
        return "it is so"

    def grade(self, world: World) -> Grade:
        if self.breaks:
            raise KeyError("nothing")
        return grade(True, "it is so")


async def test_a_criterion_whose_grader_raises_leaves_the_others_be() -> None:
    def wall() -> datetime:
        return datetime.now(UTC)

    mirror: Mirror = Toy("http://127.0.0.1:1", "empty")
    session = Session("ses_x", "x", "ephemeral", {"toy": mirror}, Clock(wall), wall, Images())
    session.open()
    plans = [
        Plan(CriterionDoc(index, "It is so", "check", True), "check", Reading("", "", (clause,)))
        for index, clause in enumerate((Says(breaks=True), Says(breaks=False)))
    ]
    doc = ScenarioDoc("T", None, None, None, tuple(p.criterion for p in plans), Config(("toy",)))
    attempt = Attempt("run_x", 1, doc, plans, session, Mark.of(session), 0.0, touches(session))
    session.acts += 1
    await attempt.check()
    session.close()
    broken, whole = attempt.told().criteria
    assert (broken.result, broken.error) == (
        "ungraded",
        "Mirra itself failed to grade this (KeyError); its log says why.",
    )
    assert (whole.result, whole.error) == ("pass", None)
