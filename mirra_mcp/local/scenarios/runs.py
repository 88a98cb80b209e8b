"""All runs of a process: started, found, listed, and what is left of the earlier ones.

Source: https://docs.mirra.run/reference/api
"""

import asyncio
import logging
import re
import secrets
import sqlite3
from datetime import datetime
from functools import cached_property

from mirra_mcp.local.kit.admission import MOST_TIMEOUT
from mirra_mcp.local.kit.clock import Wall
from mirra_mcp.local.kit.entry import Entry
from mirra_mcp.local.kit.errors import Refusal, nearest
from mirra_mcp.local.kit.host import Host
from mirra_mcp.local.kit.ids import LETTERS
from mirra_mcp.local.scenarios.draft import draft
from mirra_mcp.local.scenarios.judge.judge import Judge
from mirra_mcp.local.scenarios.model import ScenarioDoc, ScenarioError
from mirra_mcp.local.scenarios.parse import Overrides, parse_json, parse_markdown
from mirra_mcp.local.scenarios.plans import Plan, faulty, plan, told
from mirra_mcp.local.scenarios.prepare import fixtures_of, prepare
from mirra_mcp.local.scenarios.records import Records
from mirra_mcp.local.scenarios.run import ActiveRun
from mirra_mcp.wire import runs as wire
from mirra_mcp.wire.model import Doc
from mirra_mcp.wire.sessions import CreateSession

log = logging.getLogger("mirra_mcp.local")

SLACK = 600
"""Seconds that a run's own session lives beyond what the attempts may take."""


class Runs:
    """The runs of one control plane."""

    def __init__(self, host: Host, wall: Wall) -> None:
        self._host, self._wall = host, wall
        self._active: dict[str, ActiveRun] = {}
        self._taken: set[str] = set()
        """Sessions that runs are just about to begin in."""
        host.on_close.append(self.close)

    @cached_property
    def records(self) -> Records:
        """The record of all runs, opened when it is first needed."""
        folder = self._host.data_folder
        try:
            return Records(folder)
        except sqlite3.Error as error:
            log.warning("The runs in %s can't be read or kept: %s.", folder, error)
            return Records(None)

    def plan(
        self, scenario: Doc | None, markdown: str | None, given: Overrides
    ) -> tuple[ScenarioDoc, tuple[Plan, ...]]:
        """Return the scenario that a request brings, and how it is graded; any thread may ask.

        Raises:
            ScenarioError: it has mistakes.
            Refusal: there are none or two.
        """
        if (scenario is None) == (markdown is None):
            raise Refusal(
                400,
                "mirra.request.invalid",
                "Give either 'scenario' or 'scenarioMarkdown'.",
                'For example {"scenarioMarkdown": "# Title\\n\\n## Success Criteria\\n..."}.',
            )
        kinds = self._host.kinds
        if markdown is not None:
            doc = parse_markdown(markdown, kinds, given)
        else:
            doc = parse_json(scenario or {}, kinds, given)
        return doc, plan(doc, kinds)

    def read(self, scenario: Doc | None, markdown: str | None) -> wire.ScenarioReading:
        """Tell how a scenario would be graded, or what is wrong with it; any thread may ask.

        Raises:
            Refusal: there are none or two.
        """
        try:
            return told(*self.plan(scenario, markdown, {}), self._host.kinds)
        except ScenarioError as error:
            return faulty(error)

    async def draft(self, wanted: wire.DraftScenario) -> wire.Draft:
        """Make a scenario of what a session has seen, by default since it was last seeded.

        Raises:
            Refusal: there is no such session, it is over, or its trace makes no scenario.
        """
        session = self._host.live(wanted.session_id)
        async with session.lock:
            session.open()
            try:
                return await asyncio.to_thread(
                    draft, session, self._host.kinds, wanted.title, wanted.after
                )
            except ScenarioError as error:
                raise Refusal(
                    409,
                    "mirra.scenario.not_drafted",
                    f"This trace makes no scenario: {error.mistakes[0].message}",
                    "Do only what the scenario is to be about in the session, then draft it;"
                    " 'after' says from which log entry on.",
                ) from None

    async def create(self, wanted: wire.CreateRun, scenario: Doc | None) -> ActiveRun:
        """Start a run: its mirrors are seeded and its first attempt waits when this returns.

        `scenario` is the one of `wanted`, as it came.

        Raises:
            Refusal: the scenario has mistakes, or a session can't be had.
        """
        given = {
            "fixture": wanted.fixture,
            "runs": wanted.runs,
            "timeout": wanted.timeout,
            "agent": wanted.agent,
        }
        try:
            doc, plans = await asyncio.to_thread(
                self.plan, scenario, wanted.scenario_markdown, given
            )
        except ScenarioError as error:
            raise invalid(error) from None
        if doc.config.fixture_file and wanted.seed_data is None:
            raise Refusal(
                400,
                "mirra.scenario.fixture_file_missing",
                f"The scenario's fixture-file, '{doc.config.fixture_file[:200]}', isn't here.",
                "Send what it holds as 'seedData'; `mirra-mcp run` and mirra_scenario_run with a"
                " path do.",
            )
        id = self._new_id()
        created = self._wall()
        shared = self._shared(wanted.session_id, doc) if wanted.session_id is not None else None
        try:
            return await self._begin(id, doc, plans, wanted.seed_data, shared, created)
        except BaseException as problem:
            self._note_failure(id, doc, created, problem)
            raise

    async def _begin(
        self,
        id: str,
        doc: ScenarioDoc,
        plans: tuple[Plan, ...],
        seed_data: Doc | None,
        shared: Entry | None,
        created: datetime,
    ) -> ActiveRun:
        """Provision what a run needs and begin its first attempt; else leave nothing behind."""
        is_own = shared is None
        entry = shared or await self._provision(id, doc)
        self._taken.add(entry.session.id)
        try:
            ground = await prepare(entry, doc, seed_data, self._host.settings, is_fresh=is_own)
            run = ActiveRun(
                id,
                doc,
                plans,
                self._host,
                entry,
                ground,
                Judge.of(self._host.settings.judge, doc.config.judge_model),
                created=created,
                keep=self._keep,
                wall=self._wall,
                ends_session=is_own and not doc.config.persistent,
            )
            self._active[id] = run
            await run.start()
        except BaseException:
            self._active.pop(id, None)
            if is_own:
                await self._host.end(entry)
            raise
        finally:
            self._taken.discard(entry.session.id)
        return run

    def _note_failure(
        self, id: str, doc: ScenarioDoc, created: datetime, problem: BaseException
    ) -> None:
        """Keep a record of a run that couldn't begin, and say where it is."""
        told = problem.message if isinstance(problem, Refusal) else type(problem).__name__
        run = wire.Run(
            run_id=id,
            status="failed",
            scenario=wire.RunScenario(title=doc.title),
            runs=doc.config.runs,
            reason=f"It could not be provisioned: {told}",
            warnings=list(doc.warnings),
            created_at=created,
            ended_at=self._wall(),
        )
        self._keep(run)
        if isinstance(problem, Refusal):
            problem.hint = f"{problem.hint or ''} The run {id} keeps this failure.".strip()

    def _shared(self, session_id: str, doc: ScenarioDoc) -> Entry:
        """Return the existing session to run in.

        Raises:
            Refusal: it is over, lacks a mirror, or another run has it.
        """
        session = self._host.live(session_id)
        missing = [each for each in doc.config.mirrors if each not in session.mirrors]
        if missing:
            raise Refusal(
                409,
                "mirra.run.mirror_missing",
                f"The session '{session_id}' has no mirror of {', '.join(missing)}.",
                "Name a session that has every mirror of the scenario, or leave 'sessionId' out.",
            )
        users = [run.id for run in self._active.values() if run.session is session]
        if users or session_id in self._taken:
            raise Refusal(
                409,
                "mirra.run.session_busy",
                f"Another run{''.join(f', {id},' for id in users)} is using the session"
                f" '{session_id}'.",
                "Finish or cancel that run first, or leave 'sessionId' out.",
            )
        return self._host.entry(session_id)

    async def _provision(self, id: str, doc: ScenarioDoc) -> Entry:
        config = doc.config
        wait = self._host.settings.verdict_wait
        seconds = int(config.runs * (config.timeout + wait)) + SLACK
        slug = re.sub(r"[^a-z0-9]+", "-", doc.title.lower()).strip("-")[:40]
        return await self._host.create(
            CreateSession(
                mirrors=list(config.mirrors),
                seeds=dict(fixtures_of(doc)),
                persistent=config.persistent,
                name=f"{slug}-{id}".strip("-") if config.persistent else None,
                timeout_seconds=None if config.persistent else min(seconds, MOST_TIMEOUT),
            )
        )

    def _new_id(self) -> str:
        while True:
            id = "run_" + "".join(secrets.choice(LETTERS) for _ in range(6))
            if id not in self._active and self.records.find(id) is None:
                return id

    def _keep(self, run: wire.Run) -> None:
        try:
            self.records.save(run)
        except sqlite3.Error as error:
            log.warning("The run %s could not be written down: %s.", run.run_id, error)
        if run.status != "running":
            self._active.pop(run.run_id, None)

    def find(self, id: str) -> ActiveRun | wire.Run:
        """Return a run: under way, or what is left of it.

        Raises:
            Refusal: there is none.
        """
        found = self._active.get(id) or self.records.find(id)
        if found is None:
            raise Refusal(
                404,
                "mirra.run.not_found",
                f"No run '{id[:80]}'.{nearest(id[:80], self.records.ids(100))}",
                "GET /v1/runs lists the runs; POST /v1/runs starts one.",
            )
        return found

    def page(self, status: str | None, limit: int, cursor: str | None) -> wire.RunPage:
        """List runs, newest first, without what single attempts came to.

        Raises:
            LookupError: the cursor names no run.
        """
        found = self.records.page(status, limit + 1, cursor)
        more = found[limit - 1].run_id if len(found) > limit else None
        shown = [
            self._active[run.run_id].show() if run.run_id in self._active else run
            for run in found[:limit]
        ]
        left: Doc = {"attempts": [], "judge": [], "mirrors": [], "brief": None}
        slim = [run.model_copy(update=left) for run in shown]
        return wire.RunPage(runs=slim, next_cursor=more)

    async def close(self) -> None:
        """Fail what is under way: this Mirra is being stopped."""
        for run in list(self._active.values()):
            await run.fail("Mirra was stopped while the run was under way.")
        if "records" in self.__dict__:
            self.records.close()


def invalid(error: ScenarioError) -> Refusal:
    """Say what is wrong with a scenario, all of it."""
    count = len(error.mistakes)
    head = "The scenario has a mistake." if count == 1 else f"The scenario has {count} mistakes."
    return Refusal(
        400,
        "mirra.scenario.invalid",
        "\n".join([head, *(str(each) for each in error.mistakes)]),
        "Correct it; POST /v1/scenarios/check reads a scenario without running it.",
    )
