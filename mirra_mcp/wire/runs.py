"""Scenario runs: `POST|GET /v1/runs`, `GET|DELETE /v1/runs/{id}`, `POST /v1/runs/{id}/finish`.

Source: https://docs.mirra.run/reference/api
"""

from datetime import datetime
from typing import Literal

from pydantic import Field

from mirra_mcp.wire.model import Body, Wire

RunStatus = Literal["running", "complete", "failed", "cancelled"]
Tag = Literal["check", "judge"]


class Criterion(Wire):
    """One line of `## Success Criteria`; without a tag, Mirra infers it."""

    text: str
    tag: Tag | None = None


class ScenarioConfig(Wire):
    """`## Config`."""

    mirrors: list[str]
    fixture: str | None = None
    timeout: int = 60
    runs: int = 1


class Scenario(Wire):
    """A parsed scenario."""

    title: str
    criteria: list[Criterion] = Field(min_length=1)
    config: ScenarioConfig
    setup: str | None = None
    prompt: str | None = None
    expected_behavior: str | None = None


class CreateRun(Body):
    """What `POST /v1/runs` takes: `scenario` or `scenarioMarkdown`; the rest are extensions."""

    scenario: Scenario | None = None
    scenario_markdown: str | None = None
    session_id: str | None = None
    agent: str | None = None
    fixture: str | None = None
    runs: int | None = None
    timeout: int | None = None


class RunStarted(Wire):
    """What `POST /v1/runs` answers."""

    run_id: str
    status: RunStatus
    session_id: str
    dashboard_url: str | None = None


class CriterionScore(Wire):
    """How often one criterion passed."""

    label: str
    kind: Tag
    passed: int
    total: int


class RunProgress(Wire):
    """Where a run stands (extension)."""

    attempt: int
    of: int
    phase: Literal["waiting_for_driver", "grading", "judging"]
    graded: int = 0


class RunScenario(Wire):
    """The scenario, as a run names it."""

    title: str


class Run(Wire):
    """`GET /v1/runs/{id}`."""

    run_id: str
    status: RunStatus
    session_id: str | None = None
    scenario: RunScenario | None = None
    satisfaction_score: float | None = None
    runs: int | None = None
    criteria: list[CriterionScore] = []
    duration_ms: int | None = None
    dashboard_url: str | None = None
    progress: RunProgress | None = None
    created_at: datetime | None = None


class RunPage(Wire):
    """One page of runs, newest first (extension)."""

    runs: list[Run]
    next_cursor: str | None = None


class Verdict(Wire):
    """A judgement of one criterion by the driver's own agent."""

    criterion: int
    result: Literal["pass", "fail"]
    explanation: str | None = None


class FinishRun(Body):
    """`POST /v1/runs/{id}/finish` (extension): the driver has done its work."""

    verdicts: list[Verdict] = []
