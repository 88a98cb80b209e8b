"""How each criterion of a scenario is going to be graded, and that told in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass

from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.scenarios.check.reading import Reading, read_all
from mirra_mcp.local.scenarios.check.shapes import Doubt
from mirra_mcp.local.scenarios.check.whys import explain
from mirra_mcp.local.scenarios.mishaps import read_mishaps
from mirra_mcp.local.scenarios.model import CriterionDoc, ScenarioDoc, ScenarioError, Tag
from mirra_mcp.local.scenarios.tags import leaning
from mirra_mcp.local.scenarios.vocabulary import Vocabulary
from mirra_mcp.wire.runs import (
    CriterionReading,
    ScenarioConfig,
    ScenarioMistake,
    ScenarioReading,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """A criterion with what grades it: a reading, or without one the judge."""

    criterion: CriterionDoc
    tag: Tag
    reading: Reading | None
    vocabulary: Vocabulary | None = None

    @property
    def doubt(self) -> Doubt | None:
        """Why a check isn't graded by code, and sentences that would be."""
        if not self.escalates or self.vocabulary is None:
            return None
        return explain(self.criterion.text, self.vocabulary)

    @property
    def escalates(self) -> bool:
        """Whether this is a check that no pattern reads."""
        return self.tag == "check" and self.reading is None


def plan(scenario: ScenarioDoc, kinds: Mapping[str, type[Mirror]]) -> tuple[Plan, ...]:
    """Return how each criterion is graded.

    A criterion without a tag, whose wording has no sign of either, is a check if the grammar
    reads it whole: that is exact and costs nothing.
    """
    vocabulary = Vocabulary.of(kinds, scenario.config.mirrors)
    readings = read_all([each.text for each in scenario.criteria], vocabulary)
    plans = []
    for criterion, reading in zip(scenario.criteria, readings, strict=True):
        tag = criterion.tag
        if not criterion.is_explicit and reading and leaning(criterion.text).signal is None:
            tag = "check"
        plans.append(Plan(criterion, tag, reading if tag == "check" else None, vocabulary))
    return tuple(plans)


def told(
    scenario: ScenarioDoc, plans: tuple[Plan, ...], kinds: Mapping[str, type[Mirror]]
) -> ScenarioReading:
    """Return how a scenario was understood."""
    config = scenario.config
    said = read_mishaps(scenario.setup or "", {name: kinds[name] for name in config.mirrors})
    return ScenarioReading(
        title=scenario.title,
        mirrors=list(config.mirrors),
        config=ScenarioConfig(
            mirrors=list(config.mirrors),
            fixture=config.fixture,
            fixture_file=config.fixture_file,
            mirror_version=config.mirror_version,
            timeout=config.timeout,
            runs=config.runs,
            agent=config.agent,
            judge_model=config.judge_model,
            persistent=config.persistent,
            faults=[*config.faults, *said.faults] or None,
        ),
        criteria=[_shown(each) for each in plans],
        warnings=[*scenario.warnings, *said.wrong, *doubts(plans)],
    )


def _shown(plan: Plan) -> CriterionReading:
    criterion, reading, doubt = plan.criterion, plan.reading, plan.doubt
    return CriterionReading(
        index=criterion.index,
        text=criterion.text,
        tag=plan.tag,
        explicit=criterion.is_explicit,
        line=criterion.line,
        pattern=reading.pattern if reading else None,
        reading=reading.plain if reading else None,
        escalates=plan.escalates,
        why=doubt.why if doubt else None,
        instead=list(doubt.instead) if doubt else [],
        warning=criterion.warning,
    )


def doubts(plans: tuple[Plan, ...]) -> list[str]:
    """Return what is odd about the criteria: for after the grading, as it gives them away."""
    found = []
    for each in plans:
        name = f"Criterion {each.criterion.index + 1}"
        if each.criterion.warning:
            found.append(f"{name}: {each.criterion.warning}")
        if each.escalates:
            found.append(f"{name}: no pattern reads this check whole, so the judge gets it.")
    return found


def faulty(error: ScenarioError) -> ScenarioReading:
    """Return what is wrong with a scenario."""
    return ScenarioReading(
        errors=[
            ScenarioMistake(line=each.line, message=each.message, hint=each.hint)
            for each in error.mistakes
        ]
    )
