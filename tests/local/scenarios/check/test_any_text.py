"""Whatever is written, reading and grading end soon and never raise."""

import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mirra_mcp.local.scenarios.check.expressions import Expression, Unsupported
from mirra_mcp.local.scenarios.check.reading import read, read_all
from mirra_mcp.local.scenarios.check.tokens import LONGEST, tokenize
from tests.local.scenarios.check.apps import pay, subscribe, welcome
from tests.local.scenarios.check.stage import Stage

CORPUS = Path(__file__).parent.parent / "corpus"
TEXTS = [
    text
    for path in sorted(CORPUS.glob("*.toml"))
    for kept in tomllib.loads(path.read_text(encoding="utf-8")).values()
    for text in kept
]
WORDS = sorted({word for text in TEXTS for word in text.split()})


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """A session in which a bit of everything has happened."""
    stage = Stage("resend", "stripe")
    stage.forge()
    subscribe(stage, "email.sent", "email.delivered")
    stage.begin()
    welcome(stage)
    welcome(stage, to=["bounced@resend.dev"], subject="Again")
    customer, payment = pay(stage, "alice@example.com")
    stage.stripe("refunds", payment_intent=payment)
    stage.stripe("refunds", payment_intent=payment, status=400)
    stage.call("POST", "/contacts", {"email": "bob@example.com"})
    stage.call("DELETE", f"/v1/customers/{customer}", vendor="stripe")
    stage.pass_time(60)
    yield stage
    stage.session.close()


def settle(stage: Stage, text: str) -> None:
    """Read a text, alone and beside a criterion, and grade what comes of it."""
    for reading in read_all([text, "Exactly 1 email is created"], stage.vocabulary):
        if reading is not None:
            grade = reading.grade(stage.world())
            assert grade.result in ("pass", "fail")
            assert grade.explanation
            assert all(str(each) for each in grade.evidence)
            assert reading.plain


@given(text=st.text(max_size=LONGEST + 50))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(text="`" * 400)
@example(text="(" * 400)
@example(text="and " * 150)
@example(text="\0 \u2028 \ud7ff \U0001d7d9 emails were sent")
def test_any_text_is_read_or_left_to_the_judge(stage: Stage, text: str) -> None:
    settle(stage, text)


@given(words=st.lists(st.sampled_from(WORDS), max_size=40))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_words_of_the_language_are_read_or_left_to_the_judge(
    stage: Stage, words: list[str]
) -> None:
    settle(stage, " ".join(words))


@given(
    parts=st.lists(st.sampled_from(TEXTS), min_size=2, max_size=5),
    joint=st.sampled_from([" and ", ", and ", "; ", ". ", " before ", " but "]),
)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_criteria_in_a_row_are_read_or_left_to_the_judge(
    stage: Stage, parts: list[str], joint: str
) -> None:
    settle(stage, joint.join(part.rstrip(".") for part in parts))


def test_every_criterion_of_the_corpus_can_be_graded_on_any_world(stage: Stage) -> None:
    for text in TEXTS:
        settle(stage, text)


def test_what_is_too_long_is_left_to_the_judge(stage: Stage) -> None:
    assert tokenize("x" * (LONGEST + 1)) == ()
    assert read("An email was sent " + "to a@b.co " * 100, stage.vocabulary) is None


@given(source=st.text(alphabet="ab.*+?|()[]{}^$\\dw1,-", max_size=30), text=st.text(max_size=300))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_expression_is_refused_or_found_in_linear_time(source: str, text: str) -> None:
    with suppress(Unsupported):
        Expression(source).found_in(text)


@pytest.mark.parametrize(
    "source", ["(a+)+$", "(a|a)*b", "(a*)*b", "(.*)*x", "(a|aa)+$", "([a-z]+)*1"]
)
def test_no_expression_backtracks(source: str) -> None:
    assert not Expression(source).found_in("a" * 20_000 + "!")


@pytest.mark.parametrize(
    ("source", "text", "found"),
    [
        ("^Welcome", "Welcome, Bob", True),
        ("^Welcome", "You are Welcome", False),
        ("Bob!?$", "Hi Bob!", True),
        (r"\d{3}-\d{4}", "call 555-1234", True),
        (r"\d{3}-\d{4}", "call 55-1234", False),
        (r"[^@ ]+@acme\.(com|org)", "x hello@acme.org", True),
        (r"a{2,3}b", "ab", False),
        (r"(?:ab)+c?d", "ababd", True),
        (r"\S+\s\S+", "one", False),
        (r"[A-Z]\w*", "nothing here", False),
        (r"a.c", "a\nc", False),
    ],
)
def test_expressions_find_what_they_should(source: str, text: str, found: bool) -> None:
    assert Expression(source).found_in(text) is found


@pytest.mark.parametrize(
    "source", ["", "(", "a)", "*a", "a**", "(?=a)", r"(a)\1", "[a", "a{5,2}", "a{999}", "x" * 300]
)
def test_expressions_that_need_more_than_an_automaton_are_refused(source: str) -> None:
    with pytest.raises(Unsupported):
        Expression(source)
