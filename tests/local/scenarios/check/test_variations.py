"""However a sentence is varied, it keeps its sense: held over all worlds by generated sentences.

A sentence and its denial never both pass, more of a thing never turns "at least" false, and
paraphrases agree.
"""

from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.local.scenarios.worlds.played import played, rows

WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "stripe": {
        "payment": (
            "made",
            "completed",
            "captured",
            "declined",
            "canceled",
            "refunded",
            "received",
        ),
        "charge": ("made", "captured", "declined", "refunded", "fully refunded", "disputed"),
        "refund": ("made", "issued", "created"),
        "invoice": ("issued", "paid", "voided", "finalized", "created"),
        "subscription": ("started", "canceled", "created"),
        "customer": ("created", "deleted", "updated"),
        "payment intent": ("created", "canceled"),
        "card": ("charged", "declined"),
    },
    "resend": {
        "email": ("sent", "delivered", "bounced", "opened", "scheduled", "canceled", "created"),
        "contact": ("created", "updated", "unsubscribed", "deleted"),
        "domain": ("verified", "created"),
    },
    "twilio": {
        "message": ("sent", "delivered", "undelivered", "created"),
        "SMS": ("sent", "delivered"),
        "MMS": ("sent", "delivered"),
        "verification": ("sent", "approved", "canceled", "created"),
        "verification check": ("created", "made"),
    },
}
POSITIVE = (
    "A {one} was {verb}", "At least one {one} was {verb}", "The {one} was {verb}",
    "Exactly 1 {one} was {verb}", "Exactly two {many} were {verb}", "At least 2 {many} were {verb}",
    "More than one {one} was {verb}", "Every {one} was {verb}", "Both {many} were {verb}",
    "Between 1 and 3 {many} were {verb}", "The first {one} was {verb}", "The last {one} was {verb}",
)  # fmt: skip
DENIED = (
    "No {one} was {verb}", "No {many} were {verb}", "0 {many} were {verb}",
    "Zero {many} were {verb}", "The {one} was not {verb}", "The {one} was never {verb}",
    "The {one} wasn't {verb}", "None of the {many} were {verb}", "Not a single {one} was {verb}",
    "Fewer than 1 {many} were {verb}",
)  # fmt: skip
SAME = (
    DENIED[:4] + DENIED[-1:],
    ("A {one} was {verb}", "At least one {one} was {verb}", "At least 1 {one} was {verb}",
     "There was at least one {one} {verb}", "1 or more {many} were {verb}",
     "No fewer than 1 {one} was {verb}"),
    ("Exactly 1 {one} was {verb}", "Exactly one {one} was {verb}", "1 {one} was {verb}",
     "Only one {one} was {verb}", "EXACTLY ONE {one} WAS {verb}", "Exactly 1 {one} was {verb}.",
     "The number of {many} {verb} is 1", "exactly one {one} has been {verb}"),
    ("At most 2 {many} were {verb}", "No more than two {many} were {verb}",
     "Fewer than 3 {many} were {verb}", "2 or fewer {many} were {verb}"),
    ("The {one} was not {verb}", "The {one} was never {verb}", "The {one} wasn't {verb}",
     "The {one} has not been {verb}"),
)  # fmt: skip
MORE = {
    "stripe": (("idle", "paid", "paid_twice"), ("idle", "declined", "declined_then_paid"),
               ("shop", "invoice_drafted", "invoice_open", "invoice_paid", "two_invoices"),
               ("shop", "subscribed"), ("refunded_in_part", "refunded_in_two_parts")),
    "resend": (("quiet", "on_its_way", "delivered", "twice"), ("delivered", "to_both"),
               ("quiet", "contact_made")),
    "twilio": (("quiet", "queued", "delivered", "to_both"),
               ("code_sent", "wrong_code_typed", "wrong_codes_typed")),
}  # fmt: skip
"""Worlds in each of which all that happened in the one before has happened, and more."""
VERBS = [
    (file, one, verb) for file, nouns in WORDS.items() for one, own in nouns.items() for verb in own
]
COUNTS = ("At least {n} {many} were {verb}", "More than {n} {many} were {verb}",
          "No fewer than {n} {many} were {verb}")  # fmt: skip

often = settings(
    max_examples=250, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def said(shape: str, one: str, verb: str, n: int = 0) -> str:
    many = f"{one}s" if not one.endswith("S") else f"{one}es"
    return shape.format(one=one, many=many, verb=verb, n=n)


def worlds(file: str) -> list[str]:
    return sorted({name for row in rows(file) for name in (*row.true, *row.false, *row.nearly)})


@st.composite
def situations(draw: st.DrawFn) -> tuple[str, str, str, str]:
    file, one, verb = draw(st.sampled_from(VERBS))
    return file, draw(st.sampled_from(worlds(file))), one, verb


@often
@given(situations(), st.sampled_from(POSITIVE), st.sampled_from(DENIED))
def test_a_sentence_and_its_denial_never_both_pass(
    situation: tuple[str, str, str, str], positive: str, denied: str
) -> None:
    file, name, one, verb = situation
    world = played(file, name)
    texts = said(positive, one, verb), said(denied, one, verb)
    assert [world.passes(text) for text in texts] != [True, True], (name, *texts)


@often
@given(situations(), st.sampled_from(SAME), st.data())
def test_paraphrases_agree(
    situation: tuple[str, str, str, str], same: tuple[str, ...], data: st.DataObject
) -> None:
    file, name, one, verb = situation
    texts = [said(data.draw(st.sampled_from(same)), one, verb) for _ in range(2)]
    first, other = (played(file, name).passes(text) for text in texts)
    assert first is None or other is None or first == other, (name, *texts)


@often
@given(situations(), st.integers(0, 3), st.sampled_from(COUNTS))
def test_at_least_so_many_is_at_least_fewer(
    situation: tuple[str, str, str, str], n: int, shape: str
) -> None:
    file, name, one, verb = situation
    more, fewer = (played(file, name).passes(said(shape, one, verb, k)) for k in (n + 1, n))
    assert not more or fewer, (name, said(shape, one, verb, n))


@often
@given(st.sampled_from(VERBS), st.integers(1, 2), st.sampled_from(COUNTS), st.data())
def test_more_of_a_thing_never_turns_at_least_false(
    word: tuple[str, str, str], n: int, shape: str, data: st.DataObject
) -> None:
    file, one, verb = word
    ways = [pair for names in MORE[file] for pair in pairwise(names)]
    less, more = data.draw(st.sampled_from(ways))
    text = said(shape, one, verb, n)
    assert not played(file, less).passes(text) or played(file, more).passes(text), (
        less,
        more,
        text,
    )


@often
@given(
    situations(),
    st.sampled_from(POSITIVE + DENIED),
    st.sampled_from(("{}.", "{}!", " {} ", "The app did its work and {}")),
)
def test_punctuation_changes_nothing(
    situation: tuple[str, str, str, str], shape: str, around: str
) -> None:
    file, name, one, verb = situation
    world, text = played(file, name), said(shape, one, verb)
    if "did its work" in around:
        assert world.passes(around.format(text)) is None
    else:
        assert world.passes(around.format(text)) == world.passes(text)
