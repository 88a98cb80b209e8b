"""How `run` works: a Mirra, a run a file, a driver an attempt, and what it all came to."""

import asyncio
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from mirra_mcp.cli.drivers import Driven, drive
from mirra_mcp.cli.embedded import Embedded, standalone
from mirra_mcp.cli.failures import (
    ERRORED,
    FAILED,
    INVALID,
    NOT_PROVISIONED,
    OK,
    TIMED_OUT,
    BadUsage,
    CommandFailed,
)
from mirra_mcp.cli.junit import write_junit
from mirra_mcp.cli.progress import STARTING, working
from mirra_mcp.cli.readings import body_of, read_file, seed_of
from mirra_mcp.cli.reports import (
    Result,
    Teller,
    annotate_result,
    tell_mistakes,
)
from mirra_mcp.cli.signals import Interrupted, unless_asked_to_end
from mirra_mcp.client.client import MirraClient
from mirra_mcp.client.errors import MirraError
from mirra_mcp.reach.environment import led
from mirra_mcp.settings import Settings
from mirra_mcp.wire.runs import CreateRun, FinishRun, Run, RunStarted, ScenarioReading
from mirra_mcp.wire.sessions import MirrorInfo

ANSWER = 600.0
"""Seconds that grading an attempt, judge included, may take."""
SPARE = 1.0
"""Seconds that a driver has less than its attempt: it must be gone when the next one begins."""
LATE = 30.0
"""Seconds within which Mirra notices that an attempt's time is up."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done with each file."""

    driver: str
    session: str | None
    overrides: Mapping[str, Any]
    """`runs`, `timeout`, `fixture` and `agent`, where the command line says them."""
    fail_below: float | None
    junit: Path | None
    html: Path | None
    fails_ungraded: bool
    quiet: bool
    as_json: bool


def run_all(files: Sequence[Path], job: Job, settings: Settings) -> int:
    """Run each file in turn, report, and return the exit code.

    Raises:
        CommandFailed: it can't go on.
    """
    readings = {file: read_file(file, job.overrides) for file in files}
    faulty = {file: reading.errors for file, reading in readings.items() if reading.errors}
    if settings.is_hosted:  # which mirrors it has, only it knows
        readings = {file: each for file, each in readings.items() if file not in faulty}
        faulty = {}
    if faulty:
        for file, mistakes in faulty.items():
            tell_mistakes(file, mistakes)
            if job.as_json:
                errors = [each.to_json() for each in mistakes]
                click.echo(json.dumps({"scenario": str(file), "errors": errors}))
        return INVALID
    results: list[Result] = []
    try:
        with _mirra(settings, job) as (url, token):
            work = _run_files(files, readings, job, url, token, results)
            asyncio.run(unless_asked_to_end(work))
    except Interrupted as asked:
        return asked.exit_code
    finally:
        if job.junit is not None:
            write_junit(job.junit, results)
        if job.html is not None:
            from mirra_mcp.cli.pages import write_html

            write_html(job.html, results)
    return max((_exit_code(each, job) for each in results), default=OK)


@contextmanager
def _mirra(settings: Settings, job: Job) -> Iterator[tuple[str, str | None]]:
    """Give the Mirra to run on: hosted, the one that has the session, or one of our own."""
    if settings.is_hosted:
        yield settings.api_url, settings.token
    elif job.session is None:
        with standalone(settings) as address:
            yield address
    else:
        embedded = Embedded(settings)
        try:
            with working(STARTING):
                address = embedded.start()
            yield address
        except OSError as problem:
            raise CommandFailed(str(problem)) from problem
        finally:
            embedded.end()


async def _run_files(
    files: Sequence[Path],
    readings: Mapping[Path, ScenarioReading],
    job: Job,
    url: str,
    token: str | None,
    results: list[Result],
) -> None:
    """Run the files in turn; `results` has those that are done, also when it is broken off."""
    teller = Teller(quiet=job.quiet, to_stderr=job.as_json)
    async with MirraClient(url, token, timeout=ANSWER) as mirra:
        for file in files:
            one = _OneFile(mirra, token, job, teller, file, readings.get(file))
            results.append(one.result)
            result = await one.run()
            teller.summary(result)
            annotate_result(result, err=job.as_json)
            if job.as_json:
                click.echo(json.dumps(result.to_json()))
            _summarize(result)


class _OneFile:
    """A scenario file on its way through its attempts."""

    def __init__(
        self,
        mirra: MirraClient,
        token: str | None,
        job: Job,
        teller: Teller,
        file: Path,
        reading: ScenarioReading | None,
    ) -> None:
        self._mirra, self._token, self._job = mirra, token, job
        self._teller, self._file, self._reading = teller, file, reading
        lines = {each.index: each.line for each in (reading or ScenarioReading()).criteria}
        self.result = Result(
            file,
            Run(run_id="", status="failed", reason="It was broken off before it began."),
            {index: line for index, line in lines.items() if line},
        )

    async def run(self) -> Result:
        """Start the run, drive each attempt, and return what it came to: failed, if it can't go on.

        Raises:
            BadUsage: it can't be started as it was asked for.
        """
        try:
            await self._run()
        except BadUsage:
            raise
        except CommandFailed as problem:
            problem.show()
            run = self.result.run
            run.status, run.reason = "failed", f"{problem.message} {problem.hint or ''}".strip()
            self.result.exit_code = problem.status
        return self.result

    async def _run(self) -> None:
        mirrors = ", ".join(self._reading.mirrors) if self._reading else "the mirrors"
        self._teller.say(f"\n{click.style(str(self._file), bold=True)}")
        self._teller.step(f"provisioning {mirrors}")
        started = await self._start()
        self._teller.say(f"✓ session {started.session_id} ready", color="green")
        for each in started.setup_not_applied:
            self._teller.say(f"  not set up: {each}", color="yellow")
        for each in started.warnings:
            self._teller.say(f"  {each}", color="yellow")
        self.result.run = Run(run_id=started.run_id, status="running", runs=started.of)
        try:
            await self._attempts(started)
        except MirraError as problem:
            raise CommandFailed(problem.message, problem.hint, exit_code=ERRORED) from problem
        finally:
            if self.result.run.status == "running":
                await self._cancel(started.run_id)

    async def _start(self) -> RunStarted:
        seed = seed_of(self._file, self._reading) if self._reading else None
        body = body_of(self._file) | dict(self._job.overrides)
        wanted = CreateRun.model_validate(body | {"sessionId": self._job.session, "seedData": seed})
        try:
            return await self._mirra.create_run(wanted)
        except MirraError as problem:
            raise _not_started(problem) from problem

    async def _cancel(self, run_id: str) -> None:
        """Cancel a run that was broken off, so that nothing waits for it."""
        run = self.result.run
        run.status, run.reason = "cancelled", "It was broken off."
        with suppress(MirraError, OSError):
            self.result.run = await asyncio.shield(self._mirra.cancel_run(run_id))

    async def _attempts(self, started: RunStarted) -> None:
        result = self.result
        whole = float(started.timeout_seconds or 60)
        number, of = started.attempt, started.of
        clock = asyncio.get_running_loop().time
        began = clock()
        while True:
            self._teller.step(f"run {number}/{of}")
            env = environment(started, number, self._mirra.url, self._token)
            seconds = whole - min(SPARE, whole * 0.05) - (clock() - began)
            with self._teller.working(seconds):
                driven = await drive(self._job.driver, env, seconds, self._teller.heard)
            result.outputs[number], result.exit_codes[number] = driven.output, driven.exit_code
            if driven.timed_out:
                run = await self._timed_out(started.run_id, number)
            else:
                self._tell_of(driven)
                finish = FinishRun(
                    verdicts=[], attempt=number, exit_code=driven.exit_code, error=driven.error
                )
                run = await self._mirra.finish_run(started.run_id, finish)
            result.run, began = run, clock()
            for done in run.attempts:
                if done.attempt == number:
                    self._teller.attempt(done)
            if run.status != "running" or run.progress is None:
                return
            number = max(run.progress.attempt, number + 1)

    async def _timed_out(self, run_id: str, number: int) -> Run:
        """Wait until Mirra, too, sees that an attempt's time is up."""
        self._teller.say("  The driver was still at work; it was ended.", color="yellow")
        news: int | None = None
        async with asyncio.timeout(LATE + ANSWER):
            while True:
                run = await self._mirra.get_run(
                    run_id, wait=5.0 if news is not None else None, after=news
                )
                progress = run.progress
                if run.status != "running" or progress is None or progress.attempt > number:
                    return run
                if progress.phase == "judging":
                    finish = FinishRun(verdicts=[], attempt=number)
                    return await self._mirra.finish_run(run_id, finish)
                news = progress.news
                if not news:  # a Mirra that doesn't wait
                    await asyncio.sleep(1.0)

    def _tell_of(self, driven: Driven) -> None:
        """Say what of a driver's end is worth knowing."""
        if driven.left:
            left = ", ".join(driven.left[:5])
            self._teller.say(f"  The driver left processes running; they were ended: {left}.")
        if driven.exit_code == 0:
            return
        why = driven.error or f"The driver ended with exit code {driven.exit_code}."
        self._teller.say(f"  {why}", color="yellow", always=True)
        if self._job.quiet:
            for line in driven.output.splitlines()[-10:]:
                self._teller.say(f"  │ {line}", always=True)


def environment(started: RunStarted, attempt: int, url: str, token: str | None) -> dict[str, str]:
    """Return a driver's environment: it is led to the mirrors, and told what is to be done."""
    env = led(os.environ, started.mirrors).variables
    brief = started.brief
    told = {
        "MIRRA_SESSION_ID": started.session_id,
        "MIRRA_RUN_ID": started.run_id,
        "MIRRA_ATTEMPT": str(attempt),
        "MIRRA_RUNS": str(started.of),
        "MIRRA_TITLE": brief.title if brief else "",
        "MIRRA_SETUP": (brief.setup if brief else None) or "",
        "MIRRA_PROMPT": (brief.prompt if brief else None) or "",
        "MIRRA_API_URL": url,
        "MIRRA_TOKEN": token or "",
        "MIRRA_MIRRORS": json.dumps(_urls(started.mirrors)),
    }
    return env | {name: value.replace("\0", "") for name, value in told.items()}


def _urls(mirrors: Sequence[MirrorInfo]) -> dict[str, str]:
    return {mirror.vendor: mirror.url for mirror in mirrors}


def _not_started(problem: MirraError) -> CommandFailed:
    code, hint = problem.code, problem.hint
    if code == "mirra.session.not_found":
        hint = "--session takes what 'mirra-mcp up' printed as session, while that is running."
    if code.startswith("mirra.scenario") or code == "mirra.fixture.not_found":
        exit_code = INVALID
    elif code.startswith(("mirra.session.", "mirra.run.")) or (problem.status or 0) >= 502:
        exit_code = NOT_PROVISIONED
    elif problem.status == 400:
        return BadUsage(problem.message, hint)
    else:
        exit_code = FAILED
    return CommandFailed(problem.message, hint, exit_code=exit_code)


def _exit_code(result: Result, job: Job) -> int:
    run = result.run
    if result.exit_code is not None:
        return result.exit_code
    if result.has_errored:
        return ERRORED
    if run.timed_out:
        return TIMED_OUT
    if run.status != "complete" or (job.fails_ungraded and run.ungraded):
        return FAILED
    if job.fail_below is None:
        return FAILED if result.has_failed else OK
    score = run.satisfaction_score
    return FAILED if score is None or score < job.fail_below else OK


def _summarize(result: Result) -> None:
    """Add a table to the summary of a job of GitHub Actions."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path or os.environ.get("GITHUB_ACTIONS") != "true":
        return
    run = result.run
    title = run.scenario.title if run.scenario else result.file.name
    score = "none" if run.satisfaction_score is None else f"{run.satisfaction_score:.2f}"
    if run.errored:
        score += f", {run.errored} errored"
    rows = [
        f"| {each.label.replace('|', '&#124;')} | {each.kind} | {each.passed}/{each.total} |"
        for each in run.criteria
    ]
    head = [f"### {title}: {score}", "", "| criterion | kind | passed |", "|---|---|---|"]
    with suppress(OSError), open(path, "a", encoding="utf-8") as summary:
        summary.write("\n".join([*head, *rows, "", ""]))
