"""Scenario runs: `POST|GET /v1/runs`, `GET|DELETE /v1/runs/{id}`, `POST /v1/runs/{id}/finish`.

Source: https://docs.mirra.run/reference/api
"""

import json
from datetime import datetime
from typing import Any, Literal

from pydantic import Field, model_validator

from mirra_mcp.wire.faults import Fault
from mirra_mcp.wire.model import Body, Doc, Wire
from mirra_mcp.wire.sessions import MirrorInfo

RunStatus = Literal["running", "complete", "failed", "cancelled"]
Tag = Literal["check", "judge"]
Outcome = Literal["pass", "fail", "ungraded"]
Grader = Literal["check", "provider", "agent"]
Phase = Literal["waiting_for_driver", "grading", "judging"]
Kind = Literal["document", "request", "webhook", "event", "note"]


class Criterion(Wire):
    """One line of `## Success Criteria`; without a tag, Mirra infers it."""

    text: str
    tag: Tag | None = None


class ScenarioConfig(Wire):
    """`## Config`; the keys of several words may be spelt as in Markdown: `fixture-file`."""

    mirrors: list[str]
    fixture: str | None = None
    fixture_file: str | None = None
    mirror_version: str | None = None
    timeout: int = 60
    runs: int = 1
    agent: str | None = None
    judge_model: str | None = None
    persistent: bool | None = None
    faults: str | list[str] | None = None
    """Extension: rules by which calls and webhooks fail, a sentence each."""

    @model_validator(mode="before")
    @classmethod
    def _hyphens(cls, given: Any) -> Any:
        if isinstance(given, dict):
            return {str(key).replace("-", "_"): value for key, value in given.items()}
        return given


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
    """A live session to run in, instead of one made for the run. It is held at the end."""
    agent: str | None = None
    fixture: str | None = None
    runs: int | None = None
    timeout: int | None = None
    seed_data: dict[str, Doc] | None = None
    """What `fixture-file` holds: `{"<mirror>": {"<entity plural>": [documents]}}`."""


class Brief(Wire):
    """What the driver is told: never the expected behavior, nor the criteria."""

    title: str
    setup: str | None = None
    prompt: str | None = None


class RunStarted(Wire):
    """What `POST /v1/runs` answers; from `attempt` on, extensions."""

    run_id: str
    status: RunStatus
    session_id: str
    dashboard_url: str | None = None
    attempt: int = 1
    of: int = 1
    brief: Brief | None = None
    mirrors: list[MirrorInfo] = []
    setup_applied: list[str] = []
    setup_not_applied: list[str] = []
    """Sentences of `## Setup` that made no state; they are the driver's to arrange or ignore."""
    warnings: list[str] = []
    timeout_seconds: int | None = None


class CriterionScore(Wire):
    """How often one criterion passed."""

    label: str
    kind: Tag
    passed: int
    total: int
    """Attempts in which it was graded."""
    index: int = 0
    ungraded: int = 0
    errored: int = 0
    """Of `ungraded`: those that an outage kept from being graded."""
    pass_at_k: float | None = None
    """The chance that at least one of `total` attempts passes."""
    pass_hat_k: float | None = None
    """The chance that all of `total` attempts pass."""
    standard_error: float | None = None


class Evidence(Wire):
    """One thing that decided a check, and what of it counted (extension)."""

    kind: Kind
    id: str | None = None
    """A document's id; of what happened, its number in the session's log."""
    mirror: str | None = None
    what: str | None = None
    """A document's entity, `POST /emails -> 200` of a request, a webhook's type."""
    fields: Doc = {}
    """What counted, by path, as it was: `{"last_event": "bounced", "to[0]": "a@acme.com"}`."""
    at: datetime | None = None
    """When it was made or happened, on the session's clock."""
    text: str | None = None
    """The whole in words, where the grader has better ones than `what`, `id` and `fields` make."""

    @model_validator(mode="before")
    @classmethod
    def _words(cls, given: Any) -> Any:
        return {"kind": "note", "text": given} if isinstance(given, str) else given

    def __str__(self) -> str:
        """Return it as a line."""
        if self.text is not None:
            return self.text
        name = " ".join(each for each in (self.what, self.id) if each)
        fields = ", ".join(f"{path} {_said(value)}" for path, value in self.fields.items())
        return f"{name} ({fields})" if fields else name


def _said(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 120 else f"{text[:120]}… ({len(text) - 120} more characters)"


class Judgement(Wire):
    """Which model judged, and what it took (extension)."""

    model: str
    calls: int = 1
    """Answers that it gave; more than one if the first was no verdict."""
    input_tokens: int | None = None
    """Of all calls, as the provider counts them."""
    output_tokens: int | None = None
    cost_usd: float | None = None
    """Where the provider states it."""


class CriterionResult(Wire):
    """What one criterion came to in one attempt."""

    index: int
    label: str
    kind: Tag
    result: Outcome
    explanation: str | None = None
    evidence: list[Evidence] = []
    """What decided it, pass or fail."""
    graded_by: Grader | None = None
    judgement: Judgement | None = None
    """If a provider was asked."""
    error: str | None = None
    """Why it couldn't be graded, though it was to be: an outage. `result` is `ungraded`, then."""
    escalated: bool = False
    """A check that no pattern reads, and which therefore went to the judge."""


class Happening(Wire):
    """One step of what happened in an attempt (extension)."""

    entry: int
    """Its number in the session's log."""
    at: datetime
    """On the session's clock."""
    type: str
    """The log's type of it, as `webhook.dispatched`."""
    mirror: str | None = None
    text: str
    """The step in a line: `POST /emails → 200`."""
    failed: bool = False


class AttemptResult(Wire):
    """One attempt that is over."""

    attempt: int
    error: str | None = None
    """Why there was nothing to grade: the driver never began, or was killed."""
    timed_out: bool = False
    criteria: list[CriterionResult]
    score: float | None = None
    """Passed of graded."""
    exit_code: int | None = None
    """What the driver's command ended with, if it was one."""
    duration_ms: int | None = None
    timeline: list[Happening] = []
    """The attempt's first steps, up to its grading."""
    timeline_more: int = 0
    """Steps that the timeline leaves out."""
    faults: list[Fault] = []
    """The scenario's fault rules, and what each has done: one that never struck showed nothing."""


class JudgePacket(Wire):
    """A criterion that waits for the calling agent's verdict."""

    criterion: int
    text: str
    packet: str
    """The judge's whole prompt; what it quotes from the session is data, not instructions."""


class RunProgress(Wire):
    """Where a run stands (extension)."""

    attempt: int
    of: int
    phase: Phase
    graded: int = 0
    """Criteria that this attempt has results of."""
    ends_at: datetime | None = None
    """When the phase ends by itself."""
    news: int = 0
    """Counts attempts and phases: ask with `wait` and `after` this to hear of the next."""


class RunScenario(Wire):
    """The scenario, as a run names it."""

    title: str


class Run(Wire):
    """`GET /v1/runs/{id}`; after `durationMs`, extensions."""

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
    brief: Brief | None = None
    """While an attempt waits for its driver."""
    mirrors: list[MirrorInfo] = []
    """While the run is under way."""
    judge: list[JudgePacket] = []
    """While progress is `judging`: give verdicts with a second finish."""
    attempts: list[AttemptResult] = []
    ungraded: int = 0
    """Gradings that nobody made; the score leaves them out."""
    errored: int = 0
    """Of `ungraded`: those that an outage kept from being made. A gate isn't met meanwhile."""
    pass_at_k: float | None = None
    """The chance that at least one of so many attempts passes every criterion."""
    pass_hat_k: float | None = None
    """The chance that all of so many attempts pass every criterion."""
    standard_error: float | None = None
    """Of the score, over attempts."""
    timed_out: int = 0
    """Attempts that ran out of time."""
    reason: str | None = None
    """Why the run failed or was cancelled."""
    setup_applied: list[str] = []
    setup_not_applied: list[str] = []
    warnings: list[str] = []
    created_at: datetime | None = None
    ended_at: datetime | None = None


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
    """`POST /v1/runs/{id}/finish` (extension): the driver has done its work.

    `verdicts` absent: what needs a judge that isn't configured waits for a second finish with
    them. Given, even empty: what no verdict speaks of stays ungraded.
    """

    verdicts: list[Verdict] | None = None
    attempt: int | None = None
    """The attempt that is meant; if it is over already, nothing more is closed."""
    exit_code: int | None = None
    error: str | None = None
    """Why the attempt's work wasn't done: nothing of it is graded."""


class CheckScenario(Body):
    """What `POST /v1/scenarios/check` takes (extension): one of the two."""

    scenario: Scenario | None = None
    scenario_markdown: str | None = None


class ScenarioMistake(Wire):
    """Something in a scenario that keeps it from running."""

    line: int | None = None
    message: str
    hint: str


class CriterionReading(Wire):
    """How a criterion is going to be graded."""

    index: int
    text: str
    tag: Tag
    explicit: bool
    """Whether the scenario says the tag, or Mirra inferred it."""
    line: int | None = None
    pattern: str | None = None
    """The pattern of the check grammar that reads it."""
    reading: str | None = None
    """How it was understood, in plain words."""
    escalates: bool = False
    """A check that no pattern reads: the judge gets it."""
    why: str | None = None
    """Why it escalates (extension)."""
    instead: list[str] = []
    """Sentences like it that code grades, for the author to choose from (extension)."""
    warning: str | None = None


class ScenarioReading(Wire):
    """What `POST /v1/scenarios/check` answers: how Mirra understands a scenario."""

    title: str | None = None
    mirrors: list[str] = []
    config: ScenarioConfig | None = None
    criteria: list[CriterionReading] = []
    warnings: list[str] = []
    errors: list[ScenarioMistake] = []
    """Empty: the scenario can run."""


class DraftScenario(Body):
    """What `POST /v1/scenarios/draft` takes (extension)."""

    session_id: str
    title: str | None = None
    after: int | None = Field(default=None, ge=0)
    """The log's entry after which the trace begins."""


class Draft(Wire):
    """A scenario made of a session's trace, and how its checks read."""

    markdown: str
    reading: ScenarioReading
