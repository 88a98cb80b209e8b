"""Entities, fields, statuses and webhooks come from a mirror's own description.

The toy vendor says nothing about prose: a new mirror is understood as it is.
"""

from collections.abc import Callable

from mirra_mcp.local.scenarios.check.reading import read
from mirra_mcp.local.scenarios.vocabulary import Vocabulary
from tests.local.kit.toy import Hooks, Parcels, Toy
from tests.local.scenarios.check.stage import HOOK, Stage

Play = Callable[..., Stage]


def test_a_new_mirror_is_understood_without_a_word_about_it(play: Play) -> None:
    stage = play("toy")
    stage.call("POST", "/hooks", {"url": HOOK}, vendor="toy")
    stage.begin()
    stage.call("POST", "/parcels", {"to": "alice", "tags": ["gift"], "weight": 3}, vendor="toy")
    stage.pass_time(10)
    expected = {
        "Exactly 1 parcel is created in the Toy mirror": True,
        "Exactly 1 parcel was sent to `alice`": True,
        "No parcels were lost": True,
        "The parcel arrived within 5 seconds": True,
        "The parcel went from packed to sent to arrived": True,
        "The parcel's `tags` includes `gift`": True,
        "The parcel's weight is more than 2": True,
        "The parcel's weight is 4": False,
        "The parcel is arrived": True,
        "The parcel is lost": False,
        "A `parcel.arrived` webhook was received by the handler": True,
        "`parcel.sent` was received before `parcel.arrived`": True,
        "`POST /parcels` was called exactly once": True,
        "No hooks were created": True,
        "Nothing else changed": True,
        "The parcel is heavy": None,
        "Exactly 1 email was sent": None,
    }
    results = stage.results(*expected)
    assert dict(zip(expected, results, strict=True)) == expected


class Boxes(Parcels):
    synonyms = ("box", "package")
    words = {"weight in grams": "weight", "addressee": "to"}


class Shop(Toy):
    resources = (Boxes, Hooks)


def test_a_mirror_can_lend_the_grammar_its_words() -> None:
    words = Vocabulary({"toy": Shop})
    each = "each of parcels that the attempt made (else changed, else any)"
    plain = {
        "2 boxes were sent": "count of parcels sent in this attempt (status is sent) = 2",
        "The package's addressee is `bob`": f'{each}: to = "bob"',
        "Addressee is `bob`": f'{each}: to = "bob"',
        "The box's weight in grams is 5": f"{each}: weight = 5",
    }
    readings = {text: read(text, words) for text in plain}
    assert {text: each and each.plain for text, each in readings.items()} == plain
