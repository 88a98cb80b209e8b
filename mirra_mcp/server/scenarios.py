"""Toolset `scenarios`: check a scenario, play its driver, have the work graded, draft one."""

import re
from typing import Annotated, Any

import anyio
from pydantic import Field

from mirra_mcp.server.answers import counted, fit, narrowed
from mirra_mcp.server.caller import Caller
from mirra_mcp.server.errors import Refusal
from mirra_mcp.server.portable import VERDICTS
from mirra_mcp.server.runs import RunAnswer, is_passing, place, read_verdicts, told, where
from mirra_mcp.server.texts import read_data, read_text
from mirra_mcp.wire.model import Wire
from mirra_mcp.wire.runs import (
    Brief,
    CheckScenario,
    CreateRun,
    CriterionReading,
    DraftScenario,
    FinishRun,
    ScenarioMistake,
)
from mirra_mcp.wire.sessions import MirrorInfo

POLL = 5.0
"""Seconds that one wait for news takes, so that a client hears that we are still there."""
SCENARIOS = (".md", ".markdown")
CRITERIA = 12_000
"""Bytes of criteria in one answer."""


class Checked(Wire):
    """How a scenario would be graded, and what keeps it from running."""

    summary: str
    title: str | None = None
    mirrors: list[str] = []
    errors: list[ScenarioMistake] = []
    warnings: list[str] = []
    criteria: list[CriterionReading] = []
    next: str


class Begun(Wire):
    """A run whose first attempt waits for its driver: the one who called."""

    summary: str
    run_id: str
    session_id: str
    attempt: int
    of: int
    timeout_seconds: int | None = None
    title: str | None = None
    setup: str | None = None
    prompt: str | None = None
    mirrors: list[MirrorInfo] = []
    setup_not_applied: list[str] = []
    warnings: list[str] = []
    next: str


class Drafted(Wire):
    """A scenario made of what a session has seen."""

    summary: str
    markdown: str
    warnings: list[str] = []
    next: str


async def mirra_scenario_check(
    caller: Caller, markdown: str | None = None, path: str | None = None
) -> Checked:
    """Read a scenario without running it."""
    text, _ = await _scenario(caller, markdown, path)
    reading = await (await caller.mirra()).check_scenario(CheckScenario(scenario_markdown=text))
    judged = sum(each.tag == "judge" or each.escalates for each in reading.criteria)
    if reading.errors:
        summary = f"It can't run: {counted(len(reading.errors), 'mistake')}."
        further = "Correct what `errors` names, and check it again."
    else:
        summary = (
            f"It can run: {counted(len(reading.criteria), 'criterion', 'criteria')}, "
            f"{len(reading.criteria) - judged} checked by pattern, {judged} judged."
        )
        further = (
            "Read each `reading`: is it what you meant? What `escalates` was meant as a check "
            "but code doesn't grade it: `why` says the reason, `instead` what it would grade. "
            "Word it so, or leave it to the judge. Then mirra_scenario_run."
        )
    fitted = fit([each.to_json() for each in reading.criteria], limit=CRITERIA, widest=500)
    return Checked(
        summary=summary,
        title=reading.title,
        mirrors=reading.mirrors,
        errors=reading.errors[:20],
        warnings=reading.warnings[:20],
        criteria=[CriterionReading.model_validate(each) for each in fitted.items],
        next=further,
    )


async def mirra_scenario_run(
    caller: Caller,
    markdown: str | None = None,
    path: str | None = None,
    session: str | None = None,
    runs: Annotated[int | None, Field(ge=1, le=100)] = None,
    fixture: str | None = None,
    timeout_seconds: Annotated[int | None, Field(ge=1, le=86_400)] = None,
) -> Begun:
    """Start a run; the caller is its driver."""
    text, seed_data = await _scenario(caller, markdown, path)
    if session is not None and not session.startswith("ses_"):
        session = (await caller.session(session)).session_id
    await caller.progress(0, 1, "Starting the scenario's mirrors.")
    begun = await (await caller.mirra()).create_run(
        CreateRun(
            scenario_markdown=text,
            session_id=session,
            runs=runs,
            fixture=fixture,
            timeout=timeout_seconds,
            seed_data=seed_data,
        )
    )
    caller.running.access.adopt_run(begun.run_id, caller.token)
    await caller.progress(1, 1, f"{begun.run_id} waits for you.")
    brief = begun.brief or _brief(text)
    limit = f"It ends by itself after {begun.timeout_seconds} s. " if begun.timeout_seconds else ""
    return Begun(
        summary=f"{begun.run_id}: attempt {begun.attempt} of {begun.of} is yours.",
        run_id=begun.run_id,
        session_id=begun.session_id,
        attempt=begun.attempt,
        of=begun.of,
        timeout_seconds=begun.timeout_seconds,
        title=brief.title,
        setup=brief.setup and narrowed(brief.setup, 4_000),
        prompt=brief.prompt and narrowed(brief.prompt, 8_000),
        mirrors=begun.mirrors,
        setup_not_applied=begun.setup_not_applied,
        warnings=begun.warnings[:10],
        next=f"Do what `prompt` asks, against these mirrors, with each one's `env`. {limit}"
        "Then call mirra_run_finish "
        f'{{"run": "{begun.run_id}", "attempt": {begun.attempt}}}; how it is graded you learn '
        "then.",
    )


async def mirra_run_finish(
    caller: Caller,
    run: str,
    verdicts: Annotated[list[dict[str, int | str]] | None, VERDICTS] = None,
    attempt: Annotated[int | None, Field(ge=1)] = None,
) -> RunAnswer:
    """Say that the attempt's work is done."""
    mirra = await caller.mirra()
    await caller.progress(0, 1, "Grading.")
    finish = FinishRun(verdicts=read_verdicts(verdicts), attempt=attempt)
    with anyio.CancelScope(shield=True):
        found = await mirra.finish_run(run, finish)
    if found.status != "running":
        caller.running.access.release_run(run)
    await caller.progress(1, 1, f"{run}: {found.status}.")
    return told(found, is_new=True)


async def mirra_run_get(
    caller: Caller,
    run: str | None = None,
    wait_seconds: Annotated[float, Field(ge=0, le=25)] = 0,
) -> RunAnswer:
    """Show where a run stands, waiting for news if asked to."""
    mirra = await caller.mirra()
    if run is None:
        newest = (await mirra.list_runs(limit=1)).runs
        if not newest:
            raise Refusal(
                "mirra.run.none", "There has been no run yet.", "mirra_scenario_run starts one."
            )
        run = newest[0].run_id
    found = await mirra.get_run(run)
    before, began = place(found), anyio.current_time()
    while place(found) == before or is_passing(found):
        if found.status != "running":
            break
        left = wait_seconds - (anyio.current_time() - began)
        if left <= 0:
            break
        await caller.progress(wait_seconds - left, wait_seconds, where(found))
        asked = anyio.current_time()
        seen = found.progress.news if found.progress else None
        found = await mirra.get_run(run, wait=min(left, POLL), after=seen)
        if anyio.current_time() - asked < 0.05 and place(found) == before:
            await anyio.sleep(min(left, 1.0))  # a Mirra that doesn't know `wait`
    return told(found, is_new=False)


async def mirra_scenario_draft(
    caller: Caller,
    session: str | None = None,
    title: str | None = None,
    after: Annotated[int | None, Field(ge=0)] = None,
) -> Drafted:
    """Make a scenario of a session's trace."""
    if session is None or not session.startswith("ses_"):
        session = (await caller.session(session)).session_id
    draft = await (await caller.mirra()).draft_scenario(
        DraftScenario(session_id=session, title=title, after=after)
    )
    return Drafted(
        summary="This session's trace meets it: "
        f"{counted(len(draft.reading.criteria), 'criterion', 'criteria')}.",
        markdown=draft.markdown,
        warnings=draft.reading.warnings[:10],
        next="Write the Prompt as a person would ask: it lists what was seen. Leave out criteria "
        "that don't matter, save it as scenarios/<name>.md, and try it with mirra_scenario_run.",
    )


def _brief(text: str) -> Brief:
    """Return what a driver may know of a scenario, where Mirra itself doesn't say it."""
    title = re.search(r"^# +(.+)$", text, re.MULTILINE)
    sections = {
        name.strip().lower(): body.strip()
        for name, body in re.findall(
            r"^## +(.+?)$(.*?)(?=^##? |\Z)", text, re.MULTILINE | re.DOTALL
        )
    }
    return Brief(
        title=title[1].strip() if title else "Untitled",
        setup=sections.get("setup"),
        prompt=sections.get("prompt") or sections.get("task"),
    )


async def _scenario(
    caller: Caller, markdown: str | None, path: str | None
) -> tuple[str, dict[str, Any] | None]:
    """Return the scenario's text, and what its `fixture-file` holds.

    Raises:
        Refusal: none or both are given, or a file can't be read.
    """
    if (markdown is None) == (path is None):
        raise Refusal(
            "mirra.request.invalid",
            "Give a scenario either as `markdown` or by its `path`.",
            'As with {"path": "scenarios/welcome-email.md"}.',
        )
    if markdown is not None:
        return markdown, None
    assert path is not None
    file, text = await read_text(
        caller, path, argument="path", instead="markdown", suffixes=SCENARIOS
    )
    if "fixture-file" not in text.lower():
        return text, None
    mirra = await caller.mirra()
    reading = await mirra.check_scenario(CheckScenario(scenario_markdown=text))
    if reading.config is None or reading.config.fixture_file is None:
        return text, None
    return text, await read_data(file, reading.config.fixture_file)
