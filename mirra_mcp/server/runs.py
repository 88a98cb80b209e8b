"""A run as an agent is told of it: where it stands first, what comes next last, small between."""

from datetime import datetime
from typing import Any

from pydantic import ValidationError

from mirra_mcp.server.answers import LIMIT, counted, fit, narrowed, size
from mirra_mcp.server.errors import Refusal
from mirra_mcp.server.packets import fitted as fitted_packets
from mirra_mcp.wire.model import Doc, Wire
from mirra_mcp.wire.problems import flaw
from mirra_mcp.wire.runs import (
    AttemptResult,
    CriterionResult,
    CriterionScore,
    JudgePacket,
    Phase,
    Run,
    RunStatus,
    Verdict,
)
from mirra_mcp.wire.sessions import MirrorInfo

RESULTS = 9_000
"""Bytes of criteria and their results in one answer."""
PIECES = 8
"""Pieces of evidence that are shown of one result; the record has them all."""
MARGIN = 500


class RunAnswer(Wire):
    """Where a run stands; in `judge`, what waits for the caller's verdict."""

    summary: str
    run_id: str
    status: RunStatus
    session_id: str | None = None
    attempt: int | None = None
    of: int | None = None
    phase: Phase | None = None
    ends_at: datetime | None = None
    title: str | None = None
    setup: str | None = None
    prompt: str | None = None
    mirrors: list[MirrorInfo] | None = None
    satisfaction_score: float | None = None
    ungraded: int = 0
    errored: int = 0
    pass_at_k: float | None = None
    pass_hat_k: float | None = None
    standard_error: float | None = None
    criteria: list[CriterionScore] | None = None
    attempts: list[Doc] | None = None
    judge: list[JudgePacket] | None = None
    note: str | None = None
    next: str


def read_verdicts(given: list[dict[str, Any]] | None) -> list[Verdict] | None:
    """Return the verdicts that an agent gives.

    Raises:
        Refusal: one of them has another shape.
    """
    if given is None:
        return None
    try:
        return [Verdict.model_validate(each) for each in given]
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise Refusal(
            "mirra.request.invalid",
            f"A verdict makes no sense: {'.'.join(map(str, first['loc']))} {flaw(first)}.",
            'Give each as {"criterion": 3, "result": "fail", "explanation": "..."}, with the '
            "`criterion` that `judge` names.",
        ) from None


def place(run: Run) -> tuple[Any, ...]:
    """Return what changes when there is news."""
    progress = run.progress
    return (run.status, progress and (progress.attempt, progress.phase))


def is_passing(run: Run) -> bool:
    """Whether a run is in a phase that ends by itself, and soon."""
    phase = run.progress.phase if run.status == "running" and run.progress else None
    return phase == "grading" or (phase == "judging" and not run.judge)


def where(run: Run) -> str:
    """Say in a sentence where a run stands."""
    progress = run.progress
    if run.status == "running" and progress:
        attempt = f"Attempt {progress.attempt} of {progress.of}"
        return {
            "waiting_for_driver": f"{attempt} waits for its driver.",
            "grading": f"{attempt} is being graded.",
            "judging": f"{attempt} is being judged.",
        }[progress.phase]
    if run.status == "complete" and run.satisfaction_score is not None:
        return f"Score {run.satisfaction_score:.0%}: {_passed(run)}."
    why = f": {run.reason}" if run.reason else ""
    return f"The run is {run.status}{why}"


def told(run: Run, *, is_new: bool) -> RunAnswer:
    """Return the answer; with `is_new`, only what finishing an attempt brought about."""
    waits = run.progress is not None and run.progress.phase == "waiting_for_driver"
    shows_brief = waits and not is_new and run.brief is not None
    brief = run.brief if shows_brief else None
    attempts = run.attempts[-1:] if is_new and run.status == "running" else run.attempts
    rows = [_row(each, whole=len(attempts) == 1) for each in attempts]
    kept = fit(rows, limit=RESULTS, widest=500)
    scores = run.criteria if run.status != "running" else []
    answer = RunAnswer(
        summary=_summary(run, is_new=is_new),
        run_id=run.run_id,
        status=run.status,
        session_id=run.session_id,
        attempt=run.progress.attempt if run.progress else None,
        of=run.progress.of if run.progress else run.runs,
        phase=run.progress.phase if run.progress else None,
        ends_at=run.progress.ends_at if run.progress else None,
        title=run.scenario.title if run.scenario else None,
        setup=narrowed(brief.setup, 4_000) if brief and brief.setup else None,
        prompt=narrowed(brief.prompt, 8_000) if brief and brief.prompt else None,
        mirrors=run.mirrors if shows_brief else None,
        satisfaction_score=run.satisfaction_score,
        ungraded=run.ungraded,
        errored=run.errored,
        pass_at_k=run.pass_at_k,
        pass_hat_k=run.pass_hat_k,
        standard_error=run.standard_error,
        criteria=[_brief_score(each) for each in scores[:50]] or None,
        attempts=kept.items or None,
        note=kept.note(f"mirra://runs/{run.run_id} has it whole."),
        next=_next(run),
    )
    if run.judge:
        answer.judge = fitted_packets(run.judge, LIMIT - MARGIN - size(answer.to_json()))
        if answer.judge != run.judge:
            answer.note = f"The packets are cut: mirra://runs/{run.run_id} has them whole."
    return answer


def _summary(run: Run, *, is_new: bool) -> str:
    if run.judge and run.progress:
        return (
            f"Attempt {run.progress.attempt} of {run.progress.of} is over; to be judged by you: "
            f"{counted(len(run.judge), 'criterion', 'criteria')}."
        )
    if is_new and run.status == "running" and run.attempts and run.progress:
        last = run.attempts[-1]
        if last.error:
            return f"Attempt {last.attempt} errored, and is not graded: {last.error} {where(run)}"
        graded = [each for each in last.criteria if each.result != "ungraded"]
        passed = sum(each.result == "pass" for each in graded)
        return f"Attempt {last.attempt}: {passed} of {len(graded)} criteria passed. {where(run)}"
    return where(run)


def _next(run: Run) -> str:
    if run.judge:
        return (
            "Judge each packet by what it quotes, as a stranger to this work would; then "
            f'mirra_run_finish {{"run": "{run.run_id}", "verdicts": [{{"criterion": '
            f'{run.judge[0].criterion}, "result": "pass"}}, ...]}}. What you leave out stays '
            "ungraded."
        )
    if run.status == "running" and run.progress:
        if run.progress.phase == "waiting_for_driver":
            again = "The mirrors are reset. " if run.progress.attempt > 1 else ""
            return (
                f"{again}Do what the prompt asks, in the same session and from the beginning, then "
                f'mirra_run_finish {{"run": "{run.run_id}", "attempt": {run.progress.attempt}}}.'
            )
        return f'mirra_run_get {{"run": "{run.run_id}", "wait_seconds": 20}} tells the result.'
    if run.status == "complete" and run.satisfaction_score == 1 and not run.ungraded:
        return "Everything passed: keep the scenario, and run it in CI with `mirra-mcp run`."
    if run.errored and any(not each.error for each in run.attempts):
        return (
            "What errored is neither passed nor failed: see to each `error`, mend what failed, and "
            "run the scenario again."
        )
    if run.status == "complete":
        return "Read each failure's explanation, mend the work, and run the scenario again."
    return "Mend what the summary says, and start another with mirra_scenario_run."


def _passed(run: Run) -> str:
    passed = sum(each.passed for each in run.criteria)
    total = sum(each.total for each in run.criteria)
    open_ = run.ungraded - run.errored
    left = f", {run.errored} errored" if run.errored else ""
    left += f", {open_} ungraded" if open_ else ""
    late = f", {run.timed_out} attempts timed out" if run.timed_out else ""
    return f"{passed} of {total} gradings passed{left}{late}"


def _row(attempt: AttemptResult, *, whole: bool) -> Doc:
    """Return one attempt; of several, only what didn't pass."""
    row = attempt.model_copy(update={"timeline": [], "timeline_more": 0}).to_json()
    row.pop("timelineMore")
    shown = [each for each in attempt.criteria if whole or each.result != "pass"]
    if attempt.error:
        shown = []  # each says the same
    rules = [f"{each.rule} (struck {each.struck} of {each.matched})" for each in attempt.faults]
    told = {**_filled(row), "criteria": [_criterion(each) for each in shown]}
    return {**told, "faults": rules} if rules else told


def _criterion(result: CriterionResult) -> Doc:
    """Return a result with its evidence in a few lines."""
    row = _filled(result.to_json())
    lines = [narrowed(str(each), 200) for each in result.evidence]
    if lines:
        more = len(lines) - PIECES
        row["evidence"] = lines[:PIECES] + ([f"and {more} more"] if more > 0 else [])
    return row


def _filled(row: Doc) -> Doc:
    """Return what a row says: no `false`, no empty list."""
    return {name: value for name, value in row.items() if value is not False and value != []}


def _brief_score(score: CriterionScore) -> CriterionScore:
    return score.model_copy(update={"label": narrowed(score.label, 200)})
