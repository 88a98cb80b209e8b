"""What gradings come to. Source: https://docs.mirra.run/reference/evaluation-dp"""

import pytest

from mirra_mcp.local.scenarios.scores import (
    Score,
    score_attempt,
    score_criteria,
    score_run,
    share,
    standard_error,
)
from mirra_mcp.wire.runs import AttemptResult, CriterionResult, CriterionScore, Outcome

LETTERS: dict[str, Outcome] = {"p": "pass", "f": "fail", "u": "ungraded"}


def attempts(*rows: str) -> list[AttemptResult]:
    """An attempt a word, a criterion a letter."""
    return [
        AttemptResult(
            attempt=number,
            criteria=[
                CriterionResult(index=at, label=str(at), kind="check", result=LETTERS[letter])
                for at, letter in enumerate(row)
            ],
        )
        for number, row in enumerate(rows, 1)
    ]


@pytest.mark.parametrize(
    ("passed", "total", "score"),
    [
        (26, 30, 0.87),
        (18, 21, 0.86),
        (22, 30, 0.73),
        (15, 18, 0.83),
        (3, 3, 1.0),
        (0, 3, 0.0),
        (299, 300, 0.99),
        (1, 300, 0.01),
        (0, 0, None),
    ],
)
def test_a_score_has_two_decimals_and_is_whole_only_if_all_passed(
    passed: int, total: int, score: float | None
) -> None:
    """The first three are printed in the documents."""
    assert share(passed, total) == score


def test_a_criterion_tells_how_often_how_surely_and_how_reliably_it_passed() -> None:
    scores = score_criteria(attempts("ppu", "pfu", "pfu", "pfu"))
    assert scores == [
        CriterionScore(
            label="0", kind="check", passed=4, total=4, index=0,
            pass_at_k=1.0, pass_hat_k=1.0, standard_error=0.0,
        ),
        CriterionScore(
            label="1", kind="check", passed=1, total=4, index=1,
            pass_at_k=1.0, pass_hat_k=0.0, standard_error=0.25,
        ),
        CriterionScore(label="2", kind="check", passed=0, total=0, index=2, ungraded=4),
    ]  # fmt: skip
    assert score_criteria([]) == []


@pytest.mark.parametrize(
    ("rows", "score"),
    [
        (["pp", "pp"], Score(1.0, 0, 1.0, 1.0, 0.0)),
        (["pp", "pf"], Score(0.75, 0, 1.0, 0.0, 0.25)),
        (["pf", "fp"], Score(0.5, 0, 0.0, 0.0, 0.0)),
        (["pu"], Score(1.0, 1, None, None, None)),
        (["pu", "fu"], Score(0.5, 2, 0.0, 0.0, 0.5)),
        (["uu", "uu"], Score(None, 4, None, None, None)),
        ([], Score(None, 0, None, None, None)),
    ],
)
def test_a_run_is_scored_over_what_was_graded_alone(rows: list[str], score: Score) -> None:
    """What nobody graded passes nothing: it leaves the denominator and is counted apart."""
    assert score_run(attempts(*rows)) == score


def test_an_attempt_is_scored_by_itself() -> None:
    assert [score_attempt(each.criteria) for each in attempts("pfu", "uuu")] == [0.5, None]


def test_the_standard_error_needs_two_values() -> None:
    assert standard_error([1.0]) is None
    assert standard_error([0.0, 1.0, 1.0, 0.0]) == 0.2887
