"""Several hundred criteria as different people phrase them, kept as data in `../corpus/`.

What each must be read as was reviewed by hand; where it has no reading, it must escalate.
"""

import tomllib
from functools import cache
from pathlib import Path

import pytest

from mirra_mcp.local.mirrors import MIRRORS
from mirra_mcp.local.scenarios.check.patterns.pattern import Pattern
from mirra_mcp.local.scenarios.check.patterns.table import PATTERNS
from mirra_mcp.local.scenarios.check.reading import read
from mirra_mcp.local.scenarios.vocabulary import Vocabulary

FILES = sorted((Path(__file__).parent.parent / "corpus").glob("*.toml"))


@cache
def words(mirrors: str) -> Vocabulary:
    return Vocabulary.of(MIRRORS, mirrors.split(" and "))


def rows(path: Path) -> list[tuple[str, str, str | bool]]:
    """Return mirrors, criterion and reading (False: none) of each row."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return [(names, text, plain) for names, kept in tables.items() for text, plain in kept.items()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_criteria_are_read_as_they_are_meant(path: Path) -> None:
    read_as = []
    for mirrors, text, _ in rows(path):
        reading = read(text, words(mirrors))
        read_as.append((mirrors, text, reading.plain if reading else False))
    assert read_as == rows(path)


def test_the_corpus_is_large() -> None:
    assert sum(len(rows(path)) for path in FILES) > 700


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
def test_the_examples_of_a_pattern_are_read_by_it(pattern: Pattern) -> None:
    read_by = {}
    for text in pattern.examples:
        reading = read(text, words("resend and stripe"))
        read_by[text] = reading and reading.pattern.split("+")[-1]
    assert read_by == dict.fromkeys(pattern.examples, pattern.name)


def test_each_pattern_has_a_name_of_its_own() -> None:
    names = [pattern.name for pattern in PATTERNS]
    assert len(set(names)) == len(names)


def test_each_pattern_has_examples() -> None:
    assert [pattern.name for pattern in PATTERNS if not pattern.examples] == []
