"""Hundreds of sentences, each graded in worlds in which it is true, false, and nearly true.

The worlds are played by real calls, in `../worlds/`; what is nearly true (a payment declined, held
or undone; another recipient; a fixture's) must not pass.
"""

import pytest

from tests.local.scenarios.worlds.played import MODULES, rows, wrong


@pytest.mark.parametrize("file", MODULES)
def test_sentences_are_true_where_they_should_be_and_nowhere_else(file: str) -> None:
    assert list(wrong(file)) == []


@pytest.mark.parametrize("file", MODULES)
def test_each_sentence_has_a_world_in_which_it_must_fail(file: str) -> None:
    assert [each.text for each in rows(file) if not (each.false or each.nearly)] == []
