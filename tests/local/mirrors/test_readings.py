"""What the log, the state and checks read of documents: one that lacks a field ends nothing."""

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from mirra_mcp.local.kit.resource import Resource
from mirra_mcp.local.kit.store import Store
from mirra_mcp.local.mirrors import MIRRORS


def nouns(vendor: str) -> Iterable[Resource]:
    """Return the nouns of a mirror that holds nothing."""
    mirror = MIRRORS[vendor]("http://127.0.0.1", "empty")
    mirror.store, mirror.now = Store(), datetime(2026, 1, 1, tzinfo=UTC)
    return mirror.nouns.values()


NOUNS = [
    pytest.param(noun, id=f"{vendor}-{noun.plural}") for vendor in MIRRORS for noun in nouns(vendor)
]


@pytest.mark.parametrize("noun", NOUNS)
def test_every_noun_is_shown_and_told_whatever_its_document_has(noun: Resource) -> None:
    """A document of today, one of another version that lacks a field, and one with nothing."""
    whole = {"id": "x", **noun.blank, "_own": 1}
    lacking = [{k: v for k, v in whole.items() if k != name} for name in noun.blank]
    for doc in (whole, *lacking, {"id": "x"}):
        for read in (noun.shown, noun.told):
            got = read(dict(doc))
            assert not any(name.startswith("_") for name in got), got
