"""Hundreds of sentences, each graded in worlds in which it is true, false, and nearly true.

The worlds are played by real calls, in `../worlds/`; what is nearly true (a payment declined, held
or undone; another recipient; a fixture's) must not pass.
"""

import pytest

from mirra_mcp.local.mirrors import MIRRORS
from mirra_mcp.local.scenarios.check.patterns.table import PATTERNS
from mirra_mcp.local.scenarios.check.reading import read
from mirra_mcp.local.scenarios.check.whys import explain
from mirra_mcp.local.scenarios.vocabulary import Vocabulary
from tests.local.scenarios.worlds.played import MODULES, judged, played, rows, wrong


@pytest.mark.parametrize("file", MODULES)
def test_sentences_are_true_where_they_should_be_and_nowhere_else(file: str) -> None:
    assert list(wrong(file)) == []


@pytest.mark.parametrize("file", MODULES)
def test_each_sentence_has_a_world_in_which_it_must_fail(file: str) -> None:
    assert [each.text for each in rows(file) if not (each.false or each.nearly)] == []


def test_sentences_that_code_does_not_grade_say_why_and_what_it_would() -> None:
    for mirrors, texts in judged().items():
        words = Vocabulary.of(MIRRORS, mirrors.split(" and "))
        for text, why in texts.items():
            doubt = explain(text, words)
            assert read(text, words) is None, text
            assert why in doubt.why
            assert all(read(other, words) for other in doubt.instead), text


def test_code_grades_nine_of_ten_of_the_collected_sentences() -> None:
    graded = sum(len(rows(file)) for file in MODULES)
    left = sum(map(len, judged().values()))
    assert graded > 300
    assert graded / (graded + left) > 0.9


def test_each_pattern_is_held_against_a_world_in_which_it_must_fail() -> None:
    used = set()
    for file in MODULES:
        for row in rows(file):
            world = played(file, next(iter((*row.true, *row.false, *row.nearly))))
            reading = world.read(row.text)
            assert reading is not None, row.text
            used |= set(reading.pattern.split("+"))
    assert [each.name for each in PATTERNS if each.name not in used] == []


@pytest.mark.parametrize("file", MODULES)
def test_every_document_of_every_world_can_be_told(file: str) -> None:
    names = {name for row in rows(file) for name in (*row.true, *row.false, *row.nearly)}
    for view in (view for name in names for view in played(file, name).world.mirrors.values()):
        for plural in view.plurals():
            assert all(doc["id"] for doc in view.documents(plural))
            assert view.newest(plural, 5)
