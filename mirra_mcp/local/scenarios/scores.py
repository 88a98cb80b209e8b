"""What a run's gradings come to.

With k attempts, pass@k is the chance that at least one of them passes, and pass^k that all do,
estimated without bias from the attempts that were graded.
Source: https://docs.mirra.run/reference/evaluation-dp
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from mirra_mcp.wire.runs import AttemptResult, CriterionResult, CriterionScore


@dataclass(frozen=True, slots=True)
class Score:
    """A whole run's score; None where nothing was graded."""

    satisfaction: float | None
    ungraded: int
    pass_at_k: float | None
    pass_hat_k: float | None
    standard_error: float | None


def share(passed: int, total: int) -> float | None:
    """Return passed of total to two decimals: 1 and 0 only if it was all or none."""
    if not total:
        return None
    near = (200 * passed + total) // (2 * total) / 100  # a half goes up
    return near if passed in (0, total) else min(max(near, 0.01), 0.99)


def score_attempt(criteria: Sequence[CriterionResult]) -> float | None:
    """Return an attempt's share of criteria that passed, of those that were graded."""
    graded = [each for each in criteria if each.result != "ungraded"]
    return share(sum(each.result == "pass" for each in graded), len(graded))


def score_criteria(attempts: Sequence[AttemptResult]) -> list[CriterionScore]:
    """Return how often each criterion passed."""
    if not attempts:
        return []
    found = []
    for row in zip(*(attempt.criteria for attempt in attempts), strict=True):
        marks = [float(each.result == "pass") for each in row if each.result != "ungraded"]
        found.append(
            CriterionScore(
                label=row[0].label,
                kind=row[0].kind,
                passed=int(sum(marks)),
                total=len(marks),
                index=row[0].index,
                ungraded=len(row) - len(marks),
                errored=sum(each.error is not None for each in row),
                pass_at_k=max(marks) if marks else None,
                pass_hat_k=min(marks) if marks else None,
                standard_error=standard_error(marks),
            )
        )
    return found


def score_run(attempts: Sequence[AttemptResult]) -> Score:
    """Return the run's score.

    An attempt passes whole if every criterion did; one that can't be told, for something is
    ungraded and nothing failed, doesn't count there.
    """
    results = [each.result for attempt in attempts for each in attempt.criteria]
    ungraded = results.count("ungraded")
    wholes, means = list[float](), list[float]()
    for attempt in attempts:
        marks = [each.result for each in attempt.criteria]
        if "fail" in marks or "ungraded" not in marks:
            wholes.append(float(all(mark == "pass" for mark in marks)))
        if graded := len(marks) - marks.count("ungraded"):
            means.append(marks.count("pass") / graded)
    return Score(
        share(results.count("pass"), len(results) - ungraded),
        ungraded,
        max(wholes, default=None),
        min(wholes, default=None),
        standard_error(means),
    )


def standard_error(values: Sequence[float]) -> float | None:
    """Return the standard error of the mean, or None for fewer than two values."""
    if len(values) < 2:
        return None
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    return round(sqrt(variance / len(values)), 4)
