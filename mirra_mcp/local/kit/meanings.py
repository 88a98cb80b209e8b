"""What people's words mean of a vendor's documents: which state of which document makes them true.

`A payment was made` is true when money has moved, and its denial when none has or may yet: the two
are rarely each other's complement. So a word has two tests, `sure` and `may`. A claim that
something happened counts the documents that are `sure`; a claim that it didn't, those that `may`
be. Between the two lies what neither passes: a payment that is still being processed.

A vendor lists its words in `Mirror.meanings`; whoever reads a criterion needs to know no vendor.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from mirra_mcp.local.kit.facts import Fact, all_, either


@dataclass(frozen=True)
class Means:
    """What makes a word true of a document, and what keeps its denial from being true."""

    sure: Fact
    may: Fact
    amount: str = ""
    """The field that holds how much money it was about."""
    stands: bool = True
    """Whether it must still be so at the end: a refund that failed later didn't succeed. What
    can't be undone, as a bounce, stays true though the document went on."""
    turns: bool = False
    """Whether a document that was there must have turned so in this attempt."""
    grows: tuple[str, int] | None = None
    """A path to numbers whose sum must have grown (1) or shrunk (-1) with that."""
    among: Fact | None = None
    """Of which documents alone it can be said: `the message was delivered` passes over those that
    came in."""

    @property
    def plain(self) -> str:
        """What must be so."""
        return self.sure.plain


@dataclass(frozen=True)
class Unclear:
    """A word by which people mean different things: code doesn't grade it."""

    why: str
    instead: tuple[str, ...]
    """Sentences that say one of the things."""


Meaning = Means | Unclear
State = Means | Callable[..., Means]
"""What a phrase means, or what it means with what its shape bound: a number of days."""


@dataclass(frozen=True)
class Sentence:
    """What a sentence says of each of the documents, of one at least, or of none."""

    means: Means
    of: Literal["each", "some", "none"] = "each"


@dataclass(frozen=True)
class Alias:
    """A word for some of a noun's documents, with meanings of its own: an MMS, a payment."""

    word: str
    means: Mapping[str, Meaning] = field(default_factory=dict, hash=False)
    only: Fact | None = None
    """Which of the documents are called so; None: any."""
    loosely: Fact | None = None
    """Which of the documents some call so: a denial speaks of them, too."""
    is_strict: bool = False
    """Whether it is only another way to tell what happened: `the card was declined`."""
    states: Mapping[str, "State"] | None = field(default=None, hash=False)
    """By what may follow the word; None: as of the entity's other documents."""
    sentences: Mapping[str, "Sentence"] = field(default_factory=dict, hash=False)
    """By what says all of it without the word: `nobody answered`."""
    names: tuple[str, ...] = ()
    """The fields by which a strict word's documents are called."""


@dataclass(frozen=True)
class Words:
    """What is said of the documents of one entity."""

    means: Mapping[str, Meaning] = field(default_factory=dict)
    """By participle: `paid`, `sent`."""
    states: Mapping[str, "State"] = field(default_factory=dict)
    """By what may follow the noun, as a shape of the grammar: `will cancel at period end`."""
    aliases: tuple[Alias, ...] = ()
    texts: tuple[str, ...] = ()
    """The fields with text that people see."""
    reasons: tuple[str, ...] = ()
    """The fields that say why something failed."""
    takes: Mapping[str, str] = field(default_factory=dict)
    """What becomes of those who own one, and by which word here: `charged` by `made`."""


def means(
    sure: Fact, may: Fact | None = None, amount: str = "", *, stands: bool = True,
    turns: bool = False, grows: tuple[str, int] | None = None, among: Fact | None = None,
) -> Means:  # fmt: skip
    """Give a word its meaning; without `may` its denial is its complement.

    Of what isn't `among` it is never so.
    """
    may = either(sure, may) if may is not None else sure
    if among is not None:
        sure, may = all_(among, sure), all_(among, may)
    return Means(sure, may, amount, stands, turns, grows, among)


def spoken(rows: Mapping[str, Meaning]) -> dict[str, Meaning]:
    """Give each of several words, written in one text, the same meaning."""
    return {word: meaning for words, meaning in rows.items() for word in words.split()}
