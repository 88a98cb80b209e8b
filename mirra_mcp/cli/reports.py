"""What `run` tells: lines for people, JSON for programs, JUnit and annotations for CI."""

import asyncio
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from mirra_mcp.cli.terminal import harmless
from mirra_mcp.wire.faults import Fault
from mirra_mcp.wire.runs import AttemptResult, CriterionResult, Run, ScenarioMistake

MARKS = {"pass": ("✓", "green"), "fail": ("✗", "red"), "ungraded": ("?", "yellow")}


@dataclass
class Result:
    """What became of one scenario file."""

    file: Path
    run: Run
    lines: dict[int, int] = field(default_factory=dict)
    """Per criterion, its line in the file."""
    outputs: dict[int, str] = field(default_factory=dict)
    """Per attempt, the end of what the driver said."""
    exit_codes: dict[int, int | None] = field(default_factory=dict)
    """Per attempt, what the driver ended with; None: it was killed."""
    exit_code: int | None = None
    """What the command exits with, if the run couldn't even go on."""

    @property
    def has_errored(self) -> bool:
        """Whether an outage kept something from being graded: then no score means anything."""
        run = self.run
        ended_early = run.status == "failed" and not run.timed_out
        return bool(run.errored or ended_early or any(each.error for each in run.attempts))

    @property
    def has_failed(self) -> bool:
        """Whether a criterion failed, or none could be graded."""
        failed = any(each.passed < each.total for each in self.run.criteria)
        return failed or self.run.status != "complete" or self.run.satisfaction_score is None

    def to_json(self) -> dict[str, Any]:
        """Return the result as programs read it: the documented fields, and the run's others."""
        run = self.run.to_json()
        first = {
            "runId": run.pop("runId"),
            "scenario": str(self.file),
            "sessionId": run.pop("sessionId", None),
            "runs": run.pop("runs", None),
            "satisfactionScore": run.pop("satisfactionScore", None),
        }
        for name in ("scenario", "mirrors", "judge", "brief", "progress"):
            run.pop(name, None)
        for attempt in run["attempts"]:
            for name in ("timeline", "timelineMore"):
                attempt.pop(name, None)  # told at length by GET /v1/runs/{id} and the page
        codes = [self.exit_codes.get(number) for number in sorted(self.exit_codes)]
        return first | run | {"driverExitCodes": codes}


class Teller:
    """Says on a terminal, or in a log, what happens."""

    def __init__(self, *, quiet: bool, to_stderr: bool) -> None:
        self._quiet, self._err = quiet, to_stderr
        self._is_live = not quiet and (sys.stderr if to_stderr else sys.stdout).isatty()

    @contextmanager
    def working(self, seconds: float) -> Iterator[None]:
        """On a terminal, show how long a driver has been at work and may be."""
        if not self._is_live:
            yield
            return
        ticking = asyncio.ensure_future(self._tick(seconds))
        try:
            yield
        finally:
            ticking.cancel()
            self._wipe()

    async def _tick(self, seconds: float) -> None:
        for passed in range(1, int(seconds) + 2):
            await asyncio.sleep(1)
            click.echo(f"\r  ... {passed} of {seconds:.0f} s", nl=False, err=self._err)

    def _wipe(self) -> None:
        if self._is_live:
            click.echo("\r\x1b[K", nl=False, err=self._err)

    def say(self, text: str = "", *, color: str | None = None, always: bool = False) -> None:
        """Write a line, unless told to be quiet."""
        if always or not self._quiet:
            self._wipe()
            click.echo(click.style(text, fg=color) if color else text, err=self._err)

    def step(self, text: str) -> None:
        """Say what begins."""
        self.say(f"→ {text}")

    def heard(self, line: str) -> None:
        """Repeat a line that a driver said, so that it can't be taken for one of ours."""
        self.say(f"  │ {harmless(line)}")

    def attempt(self, done: AttemptResult) -> None:
        """Tell an attempt's verdicts."""
        if done.error:
            self.say(f"  {click.style('!', fg='red')} The attempt errored. {done.error}")
            return
        for each in done.criteria:
            mark, color = mark_of(each)
            self.say(f"  {click.style(mark, fg=color)} {each.label}")
            if each.result != "pass":
                for line in reasons(each):
                    self.say(f"      {harmless(line)}")
        for rule in done.faults:
            self.say(f"  {'⚡' if rule.struck else '-'} {harmless(struck(rule))}")
        if done.timed_out:
            self.say("  The attempt ran out of time.", color="red")

    def summary(self, result: Result) -> None:
        """Tell a run's score, by criterion and whole."""
        run = result.run
        self.say()
        self.say(score_line(run), always=True)
        if run.status != "complete" and result.exit_code is None:
            self.say(f"The run is {run.status}: {run.reason or 'no reason is given'}", always=True)
        if (run.runs or 1) > 1:
            if run.pass_at_k is not None and run.pass_hat_k is not None:
                self.say(
                    f"at least one of {run.runs} attempts passes whole: {run.pass_at_k:.0%};"
                    f" all of them: {run.pass_hat_k:.0%}; standard error of the score:"
                    f" {run.standard_error or 0:.2f}"
                )
            self.say("\nper criterion:")
            width = max((len(each.label) for each in run.criteria), default=0)
            for each in run.criteria:
                whole = each.total > 0 and each.passed == each.total
                mark, color = MARKS["pass" if whole else "fail" if each.total else "ungraded"]
                mark = click.style(mark, fg=color)
                self.say(f"  {mark} {each.label.ljust(width)}  {each.passed}/{each.total}")
        if run.errored:
            errored = "1 grading" if run.errored == 1 else f"{run.errored} gradings"
            self.say(
                f"{errored} errored, so the run doesn't pass: {first_error(run)}",
                color="red",
                always=True,
            )
        if left := run.ungraded - run.errored:
            missing = "1 grading is" if left == 1 else f"{left} gradings are"
            self.say(
                f"{missing} missing: no judge is set up. Set MIRRA_JUDGE_PROVIDER or"
                " MIRRA_JUDGE_URL to have one.",
                color="yellow",
            )


def struck(rule: Fault) -> str:
    """Say what became of a fault rule in an attempt."""
    times = {0: "never struck, so it showed nothing", 1: "struck once", 2: "struck twice"}
    return f"fault {rule.rule}: {times.get(rule.struck, f'struck {rule.struck} times')}"


def mark_of(result: CriterionResult) -> tuple[str, str]:
    """Return the mark of a result, and its colour."""
    return ("!", "red") if result.error else MARKS[result.result]


def first_error(run: Run) -> str:
    """Return the first outage that a run tells of."""
    for attempt in run.attempts:
        for error in (attempt.error, *(each.error for each in attempt.criteria)):
            if error:
                return error
    return "no reason is given."


def reasons(result: CriterionResult) -> Iterable[str]:
    """Say why a criterion didn't pass."""
    if result.error:
        yield result.error
    if result.explanation:
        yield result.explanation
    for each in map(str, result.evidence[:5]):
        if each not in (result.explanation or ""):
            yield each


def score_line(run: Run) -> str:
    """Return the documented line about the score."""
    passed = sum(each.passed for each in run.criteria)
    total = sum(each.total for each in run.criteria)
    errored = f", {run.errored} errored" if run.errored else ""
    if run.satisfaction_score is None:
        graded = f"{passed}/{total} criteria passed" if total else "nothing was graded"
        return f"satisfaction score: none ({graded}{errored})"
    runs = f"{run.runs or 1} run{'s' if run.runs != 1 else ''}"
    return (
        f"satisfaction score: {run.satisfaction_score:.0%}"
        f" ({passed}/{total} criteria passed across {runs}{errored})"
    )


# Mistakes in a scenario.


def tell_mistakes(file: Path, mistakes: Sequence[ScenarioMistake], *, err: bool = True) -> None:
    """List what is wrong with a scenario, one line each, as compilers do."""
    for each in mistakes:
        where = f"{file}:{each.line}" if each.line else str(file)
        click.echo(f"{where}: {each.message} {each.hint}", err=err)
        annotate("error", file, each.line, "Invalid scenario", f"{each.message} {each.hint}", err)


# GitHub Actions. Source: https://docs.github.com/actions/reference/workflow-commands


def in_actions() -> bool:
    """Whether this is a job of GitHub Actions."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def annotate(
    kind: str, file: Path, line: int | None, title: str, message: str, err: bool = False
) -> None:
    """Leave a remark at a line of a file, where the pull request shows it."""
    if not in_actions():
        return
    where = f"file={_property(str(file))}" + (f",line={line}" if line else "")
    click.echo(f"::{kind} {where},title={_property(title)}::{_message(message)}", err=err)


def annotate_result(result: Result, *, err: bool) -> None:
    """Leave a remark at each criterion that failed or was left ungraded."""
    for each in result.run.criteria:
        if each.total and each.passed == each.total and not each.ungraded:
            continue
        kind = "error" if each.passed < each.total or each.errored else "warning"
        why = [
            reason
            for attempt in result.run.attempts
            for graded in attempt.criteria
            if graded.index == each.index and graded.result != "pass"
            for reason in reasons(graded)
        ]
        title = f"{each.passed}/{each.total} passed" if each.total else "Not graded"
        if each.errored:
            title += f", {each.errored} errored"
        message = "\n".join([each.label, *dict.fromkeys(why)])
        annotate(kind, result.file, result.lines.get(each.index), title, message, err)


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
