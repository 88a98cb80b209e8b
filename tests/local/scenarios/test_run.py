"""Runs over HTTP, driven as an agent would.

Sources: https://docs.mirra.run/reference/api and https://docs.mirra.run/cli/run; `finish`, the
phases and how a run ends before its timeout are our choice.
"""

from functools import partial
from typing import Any

import anyio
import httpx
import pytest

from mirra_mcp.client.client import MirraClient
from mirra_mcp.client.errors import MirraError
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.wire.events import Event
from mirra_mcp.wire.runs import CreateRun, FinishRun, Run, RunStarted, Verdict
from mirra_mcp.wire.sessions import CreateSession
from tests.local.scenarios.documents import JSON, WELCOME
from tests.local.scenarios.driving import ANYONE, MAIL, Application, Handler

pytestmark = pytest.mark.anyio

SHORT = """\
# One email
## Prompt
Send one email.
## Expected Behavior
Exactly one.
## Checks
- check: Exactly 1 email is created
- judge: It is polite
## Config
mirrors: resend
"""
CHECKED = SHORT.replace("- judge: It is polite\n", "")


async def begin(mirra: MirraClient, text: str = CHECKED, **fields: Any) -> RunStarted:
    return await mirra.create_run(CreateRun(scenario_markdown=text, **fields))


async def send(mirra: MirraClient, run: RunStarted) -> None:
    await Application.of(mirra, run.mirrors).send(**ANYONE)


async def look(mirra: MirraClient, run: RunStarted) -> None:
    await Application.of(mirra, run.mirrors).look()


async def finish(mirra: MirraClient, run: RunStarted, **fields: Any) -> Run:
    return await mirra.finish_run(run.run_id, FinishRun(**fields))


def outcomes(run: Run, attempt: int = 0) -> list[str]:
    return [each.result for each in run.attempts[attempt].criteria]


async def graded(mirra: MirraClient, session_id: str) -> list[Event]:
    page = await mirra.events_page(session_id, types=["evaluation.criterion_graded"])
    return page.events


def heard(run: Run) -> int | None:
    return run.progress.news if run.progress else None


async def refused(call: Any) -> MirraError:
    with pytest.raises(MirraError) as caught:
        await call
    assert caught.value.hint
    return caught.value


async def test_the_guides_scenario_is_played_through_three_attempts(
    mirra: MirraClient, handler: Handler
) -> None:
    """Source: https://docs.mirra.run/guides/first-scenario; 18 of 21 is its printed result."""
    started = await begin(mirra, WELCOME)
    assert started.run_id.startswith("run_")
    assert (started.status, started.attempt, started.of) == ("running", 1, 3)
    assert started.brief is not None
    assert started.brief.title == "Send Welcome Email on Signup"
    assert (started.timeout_seconds, started.setup_not_applied) == (60, [])
    run = await mirra.get_run(started.run_id)
    for attempt in (1, 2, 3):
        assert run.progress is not None
        assert (run.progress.attempt, run.progress.phase) == (attempt, "waiting_for_driver")
        app = Application.of(mirra, run.mirrors)
        handler.secret = app.secret
        await app.subscribe(handler)
        await app.send()
        run = await mirra.finish_run(started.run_id, FinishRun(attempt=attempt))
        assert run.progress is not None
        assert (run.progress.attempt, run.progress.phase) == (attempt, "judging")
        assert [each.criterion for each in run.judge] == [5, 6]
        verdicts = [
            Verdict(criterion=5, result="pass"),
            Verdict(criterion=6, result="fail", explanation="Nothing handles bounces."),
        ]
        run = await mirra.finish_run(started.run_id, FinishRun(attempt=attempt, verdicts=verdicts))
    assert (run.status, run.satisfaction_score, run.ungraded) == ("complete", 0.86, 0)
    assert [(each.passed, each.total) for each in run.criteria] == [(3, 3)] * 6 + [(0, 3)]
    assert (run.pass_at_k, run.pass_hat_k, run.standard_error) == (0.0, 0.0, 0.0)
    assert run.attempts[0].criteria[6].graded_by == "agent"
    assert (await mirra.get_session(started.session_id)).status == "ended"
    assert await mirra.get_run(started.run_id) == run


async def test_a_handler_that_does_not_verify_fails_that_check_alone(
    mirra: MirraClient, handler: Handler
) -> None:
    started = await begin(mirra, WELCOME, runs=1)
    app = Application.of(mirra, started.mirrors)
    await app.subscribe(handler)
    await app.send()
    run = await finish(mirra, started, verdicts=[])
    assert outcomes(run) == ["pass"] * 4 + ["fail"] + ["ungraded"] * 2
    assert (run.satisfaction_score, run.ungraded, run.pass_hat_k) == (0.8, 2, 0.0)
    assert run.attempts[0].criteria[4].evidence


async def test_the_apis_json_example_starts_a_run(local: LocalMirra, mirra: MirraClient) -> None:
    """Source: https://docs.mirra.run/reference/api"""
    token = {"authorization": f"Bearer {local.token}"}
    async with httpx.AsyncClient(base_url=local.url, headers=token, timeout=10) as http:
        answer = await http.post("/v1/runs", json={"scenario": JSON})
    started = answer.json()
    assert started["runId"].startswith("run_")
    assert started["status"] == "running"
    assert started["sessionId"].startswith("ses_")
    assert f"/runs/{started['runId']}?key=" in started["dashboardUrl"]
    session = await mirra.get_session(started["sessionId"])
    assert session.seeds == {"resend": "transactional-busy"}
    run = await mirra.cancel_run(started["runId"])
    assert (run.scenario and run.scenario.title) == "Send Welcome Email on Signup"


async def test_seeded_documents_do_not_count_as_created(mirra: MirraClient) -> None:
    started = await begin(mirra, CHECKED, fixture="transactional-busy")
    await Application.of(mirra, started.mirrors).send()
    run = await finish(mirra, started)
    assert (run.status, outcomes(run), run.satisfaction_score) == ("complete", ["pass"], 1.0)


async def test_criteria_stay_hidden_until_an_attempt_is_over(mirra: MirraClient) -> None:
    text = SHORT.replace("- judge", "- check: The tone is clear\n- judge")
    started = await begin(mirra, text)
    shown = [started.to_json(), (await mirra.get_run(started.run_id)).to_json()]
    for each in shown:
        assert "polite" not in str(each)
        assert "clear" not in str(each)
        assert "Exactly" not in str(each)
    await look(mirra, started)
    run = await finish(mirra, started)
    assert [each.text for each in run.judge] == ["The tone is clear", "It is polite"]
    assert all(each.text in each.packet for each in run.judge)
    assert "Exactly one." in run.judge[0].packet
    run = await finish(mirra, started, verdicts=[])
    assert [each.escalated for each in run.attempts[0].criteria] == [False, True, False]
    assert len(run.warnings) == 2
    assert all(each.startswith("Criterion 2: ") for each in run.warnings)


async def test_each_grading_is_an_event(mirra: MirraClient) -> None:
    session = await mirra.create_session(CreateSession(mirrors=["resend"]))
    started = await begin(mirra, SHORT, session_id=session.session_id)
    await look(mirra, started)
    await finish(mirra, started)
    verdict = Verdict(criterion=1, result="pass", explanation="Very.")
    await finish(mirra, started, verdicts=[verdict])
    first, second = (each.data for each in await graded(mirra, session.session_id))
    assert {key: first[key] for key in ("runId", "attempt", "index", "label", "kind")} == {
        "runId": started.run_id,
        "attempt": 1,
        "index": 0,
        "label": "Exactly 1 email is created",
        "kind": "check",
    }
    assert (first["result"], first["gradedBy"]) == ("fail", "check")
    assert first["explanation"]
    assert (second["result"], second["gradedBy"], second["explanation"]) == (
        "pass",
        "agent",
        "Very.",
    )


async def test_attempts_begin_on_the_same_ground(mirra: MirraClient) -> None:
    """Between attempts all mirrors are reset to the seed. Source: docs.mirra.run/cli/run"""
    text = CHECKED.replace("## Prompt", "## Setup\nOne verified domain `mail.acme.com`.\n## Prompt")
    started = await begin(mirra, text, runs=2)
    assert started.setup_not_applied == []
    app = Application.of(mirra, started.mirrors)
    before = await app.mirror.state()
    ids = [await app.send()]
    await finish(mirra, started, attempt=1)
    again = await app.mirror.state()
    assert (again.state, again.counts) == (before.state, before.counts)
    ids.append(await app.send())
    run = await finish(mirra, started, attempt=2)
    assert ids[0] == ids[1]
    assert (run.satisfaction_score, run.pass_hat_k, run.standard_error) == (1.0, 1.0, 0.0)


async def test_a_seed_of_ones_own_is_planted_for_each_attempt(mirra: MirraClient) -> None:
    text = CHECKED + "fixture-file: ./seed.json\nruns: 2\n"
    domain = {"name": "mail.acme.com", "status": "verified"}
    seed: dict[str, Any] = {"resend": {"domains": [domain], "emails": [MAIL]}}
    missing = await refused(begin(mirra, text))
    assert missing.code == "mirra.scenario.fixture_file_missing"
    started = await begin(mirra, text, seed_data=seed)
    app = Application.of(mirra, started.mirrors)
    for attempt in (1, 2):
        (seeded,) = (await app.mirror.state(entity="emails")).state["emails"]
        assert (seeded["subject"], seeded["last_event"]) == ("Welcome to Acme", "delivered")
        await app.send()
        run = await finish(mirra, started, attempt=attempt)
    assert run.satisfaction_score == 1.0


async def test_a_seed_that_does_not_fit_leaves_nothing_behind_but_a_failed_run(
    mirra: MirraClient,
) -> None:
    before = len((await mirra.list_sessions(status="ready")).sessions)
    wrong = await refused(begin(mirra, CHECKED, seed_data={"resend": {"domain": [{}]}}))
    assert wrong.code == "mirra.scenario.seed_invalid"
    (run,) = (await mirra.list_runs(limit=1)).runs
    assert (run.status, run.satisfaction_score, run.ended_at is None) == ("failed", None, False)
    assert run.reason == f"It could not be provisioned: {wrong.message}"
    assert f"The run {run.run_id} keeps this failure." in (wrong.hint or "")
    assert len((await mirra.list_sessions(status="ready")).sessions) == before


async def test_two_runs_at_once_do_not_disturb_each_other(mirra: MirraClient) -> None:
    ends: dict[str, Run] = {}

    async def play(name: str, mails: int) -> None:
        started = await begin(mirra)
        for _ in range(mails):
            await send(mirra, started)
        ends[name] = await finish(mirra, started)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(play, "right", 1)
        tasks.start_soon(play, "wrong", 2)
    assert outcomes(ends["right"]) == ["pass"]
    assert outcomes(ends["wrong"]) == ["fail"]
    listed = (await mirra.list_runs(limit=2)).runs
    assert {each.run_id for each in listed} == {each.run_id for each in ends.values()}


async def test_an_attempt_that_runs_out_of_time_is_graded_and_fails(mirra: MirraClient) -> None:
    """A run that exceeds its timeout counts as a failure. Source: reference/scenario-format"""
    started = await begin(mirra, SHORT, timeout=1)
    await send(mirra, started)
    run = await mirra.get_run(started.run_id)
    while run.status == "running":
        run = await mirra.get_run(started.run_id, wait=5, after=heard(run))
    assert (run.status, run.reason, run.timed_out) == (
        "failed",
        "Every attempt ran out of time.",
        1,
    )
    assert (outcomes(run), run.satisfaction_score) == (["fail", "fail"], 0.0)
    assert "ran out of time (1 s)" in (run.attempts[0].criteria[0].explanation or "")
    assert run.attempts[0].timed_out


async def test_after_a_timeout_the_next_attempt_counts(mirra: MirraClient) -> None:
    started = await begin(mirra, CHECKED, timeout=1, runs=2)
    run = await mirra.get_run(started.run_id)
    while run.progress is not None and run.progress.attempt == 1:
        run = await mirra.get_run(started.run_id, wait=5, after=heard(run))
    late = await finish(mirra, started, attempt=1)
    assert late.status == "running"
    await send(mirra, started)
    run = await finish(mirra, started, attempt=2)
    assert (run.status, run.satisfaction_score, run.timed_out) == ("complete", 0.5, 1)
    assert (run.pass_at_k, run.pass_hat_k, run.standard_error) == (1.0, 0.0, 0.5)


async def test_finishing_the_same_attempt_again_closes_nothing_more(mirra: MirraClient) -> None:
    started = await begin(mirra, CHECKED, runs=2)
    await look(mirra, started)
    first = await finish(mirra, started, attempt=1, exit_code=3)
    assert first.attempts[0].exit_code == 3
    again = await finish(mirra, started, attempt=1)
    assert (again.progress and again.progress.attempt, len(again.attempts)) == (2, 1)
    end = await finish(mirra, started)
    assert await finish(mirra, started, attempt=2) == end
    over = await refused(finish(mirra, started))
    assert (over.status, over.code) == (409, "mirra.run.over")


async def test_two_finishes_at_once_close_one_attempt(mirra: MirraClient) -> None:
    started = await begin(mirra, CHECKED, runs=3)
    async with anyio.create_task_group() as tasks:
        for _ in range(2):
            tasks.start_soon(partial(finish, mirra, started, attempt=1))
    run = await mirra.get_run(started.run_id)
    assert len(run.attempts) == 1


async def test_a_run_is_cancelled_while_it_waits(mirra: MirraClient) -> None:
    started = await begin(mirra)
    before = await mirra.get_run(started.run_id)
    waited: list[Run] = []

    async def wait() -> None:
        waited.append(await mirra.get_run(started.run_id, wait=20, after=heard(before)))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(wait)
        run = await mirra.cancel_run(started.run_id)
    assert (run.status, run.reason, run.attempts) == ("cancelled", "Cancelled.", [])
    assert waited == [run]
    assert (await mirra.get_session(started.session_id)).status == "ended"
    assert await mirra.cancel_run(started.run_id) == run
    assert (await refused(finish(mirra, started))).code == "mirra.run.over"


async def test_a_run_that_was_broken_off_has_no_score(mirra: MirraClient) -> None:
    started = await begin(mirra, CHECKED, runs=2)
    await send(mirra, started)
    await finish(mirra, started)
    run = await mirra.cancel_run(started.run_id)
    assert (outcomes(run), run.satisfaction_score) == (["pass"], None)
    assert [(each.passed, each.total) for each in run.criteria] == [(1, 1)]


async def test_a_session_that_is_ended_from_outside_fails_its_run(mirra: MirraClient) -> None:
    started = await begin(mirra)
    await mirra.end_session(started.session_id)
    run = await mirra.get_run(started.run_id)
    while run.status == "running":
        run = await mirra.get_run(started.run_id, wait=5, after=heard(run))
    assert (run.status, run.reason) == ("failed", "The session ended during the run.")


async def test_an_existing_session_is_seeded_used_and_held(mirra: MirraClient) -> None:
    """`--session` shares warm mirrors. Source: https://docs.mirra.run/cli/run"""
    session = await mirra.create_session(CreateSession(mirrors=["resend", "stripe"]))
    where = session.session_id
    app = Application.of(mirra, session.mirrors)
    await app.send(**ANYONE)
    started = await begin(mirra, CHECKED, session_id=where, fixture="transactional-busy")
    assert started.session_id == where
    assert (await app.mirror.state(entity="emails", limit=1)).counts["emails"] == 100
    busy = await refused(begin(mirra, session_id=where))
    assert (busy.status, busy.code) == (409, "mirra.run.session_busy")
    await app.send()
    run = await finish(mirra, started)
    assert run.satisfaction_score == 1.0
    assert (await mirra.get_session(where)).status == "ready"
    again = await begin(mirra, session_id=where)
    assert (await app.mirror.state(entity="emails")).state["emails"] == []
    await mirra.cancel_run(again.run_id)
    lacking = await refused(begin(mirra, CHECKED.replace("resend", "twilio"), session_id=where))
    assert (lacking.status, lacking.code) == (409, "mirra.run.mirror_missing")
    await mirra.end_session(where)
    assert (await refused(begin(mirra, session_id=where))).code == "mirra.session.ended"


async def test_a_persistent_scenarios_session_is_held(mirra: MirraClient) -> None:
    started = await begin(mirra, CHECKED + "persistent: true\n")
    await finish(mirra, started)
    session = await mirra.get_session(started.session_id)
    assert (session.status, session.mode) == ("ready", "persistent")
    assert session.name == f"one-email-{started.run_id}"
    await mirra.end_session(session.session_id)


@pytest.mark.parametrize("verdicts", [[(0, "pass")], [(1, "pass"), (1, "fail")], [(9, "pass")]])
async def test_verdicts_on_nothing_for_a_judge_are_refused_and_close_nothing(
    mirra: MirraClient, verdicts: list[tuple[int, Any]]
) -> None:
    started = await begin(mirra, SHORT)
    given = [Verdict(criterion=index, result=result) for index, result in verdicts]
    error = await refused(finish(mirra, started, verdicts=given))
    assert (error.status, error.code) == (400, "mirra.run.verdict_unknown")
    ahead = await refused(finish(mirra, started, attempt=2))
    assert (ahead.status, ahead.code) == (400, "mirra.run.attempt_unknown")
    run = await mirra.cancel_run(started.run_id)
    assert run.attempts == []


async def test_a_scenario_with_mistakes_starts_nothing(mirra: MirraClient) -> None:
    error = await refused(begin(mirra, "# T\n## Checks\n## Config\nmirrors: resnd\n"))
    assert (error.status, error.code) == (400, "mirra.scenario.invalid")
    assert "The scenario has 2 mistakes." in error.message
    assert "Line 4: Unknown mirror 'resnd'. Not in the current catalog. Did you mean" in str(error)
    unknown = await refused(mirra.get_run("run_nope"))
    assert (unknown.status, unknown.code) == (404, "mirra.run.not_found")
    assert (await refused(mirra.create_run(CreateRun()))).code == "mirra.request.invalid"
