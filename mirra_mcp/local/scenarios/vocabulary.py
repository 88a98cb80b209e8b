"""The words that a session's mirrors understand: nouns, fields, statuses, webhooks, headers.

All of it is read off the mirrors' own classes, so that a new mirror needs no change here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from mirra_mcp.local.kit.facts import Fact
from mirra_mcp.local.kit.meanings import Alias, Meaning, Sentence, State, Words
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.resource import Resource

Phrase = tuple[str, ...]
"""Words in lower case."""
LEAVES = re.compile(r"[A-Za-z0-9_-]+")
TEXTS = ("name", "title", "subject", "description", "body", "text", "html", "footer", "nickname")
"""The fields with text that people see, where a vendor doesn't say which these are."""


@dataclass(frozen=True)
class Noun:
    """A kind of document, and the words for it."""

    vendor: str
    entity: str
    plural: str
    singulars: frozenset[Phrase]
    plurals: frozenset[Phrase]
    fields: Mapping[Phrase, tuple[str, ...]] = field(hash=False, compare=False)
    """Field words to the paths of what they mean."""
    own_words: frozenset[Phrase]
    """Field words that belong to this noun alone and may stand without it."""
    status_field: str
    statuses: frozenset[str]
    verbs: Mapping[str, tuple[str, Any]] = field(hash=False, compare=False)
    told: frozenset[str] = frozenset()
    """The verbs that tell what happened, though the document may have gone on since."""
    names: tuple[str, ...] = ()
    indexes: frozenset[str] = frozenset()
    reasons: tuple[str, ...] = ()
    """The fields that say why something failed."""
    is_strict: bool = False
    """Whether nothing may be said of it but the words that have a meaning: `the card`."""
    alias: str = ""
    """The word by which only some of the documents are called: `mms`."""
    only: Fact | None = field(default=None, hash=False)
    """Which of the documents that is."""
    loosely: Fact | None = field(default=None, hash=False)
    """Which of them a denial speaks of."""
    means: Mapping[str, Meaning] = field(default_factory=dict, hash=False, compare=False)
    """By participle what must be so."""
    states: Mapping[str, State] = field(default_factory=dict, hash=False, compare=False)
    """By a shape of the grammar what must be so."""
    sentences: Mapping[str, Sentence] = field(default_factory=dict, hash=False, compare=False)
    """By a shape that says all of it what must be so."""
    texts: tuple[str, ...] = ()
    """The fields with text that people see."""
    takes: Mapping[str, str] = field(default_factory=dict, hash=False, compare=False)
    """What becomes of those who own one, and by which participle here."""

    @property
    def spoken(self) -> str:
        """The entity as prose writes it."""
        return self.alias or self.entity.replace("_", " ")

    @property
    def spoken_plural(self) -> str:
        """The plural as prose writes it."""
        if self.alias:
            head, _, last = self.alias.rpartition(" ")
            return f"{head} {plural_of(last)}".strip()
        return self.plural.replace("_", " ")

    @cached_property
    def roots(self) -> frozenset[str]:
        """The top-level fields that are known to exist."""
        return frozenset(path.split(".")[0] for paths in self.fields.values() for path in paths)

    def paths(self, name: str) -> tuple[str, ...]:
        """Return what a field name in code means: `amount`, `metadata.order_id`, `items[0].id`."""
        root = LEAVES.match(name)
        if root is None or root.group() not in self.roots:
            return ()
        return (name,)


class Vocabulary:
    """The words of some mirrors, by vendor."""

    def __init__(self, kinds: Mapping[str, type[Mirror]]) -> None:
        self.kinds = dict(kinds)
        self.nouns: tuple[Noun, ...] = tuple(
            noun
            for vendor, kind in self.kinds.items()
            for each in kind.resources
            for noun in _nouns(vendor, each, kind.meanings.get(each.entity, Words()))
        )

    @classmethod
    def of(cls, kinds: Mapping[str, type[Mirror]], vendors: Iterable[str]) -> "Vocabulary":
        """Return the words of some of the catalog's mirrors."""
        return cls({vendor: kinds[vendor] for vendor in vendors})

    @cached_property
    def by_phrase(self) -> Mapping[Phrase, tuple[tuple[Noun, bool], ...]]:
        """The nouns that a phrase means, and whether it is a plural."""
        found: dict[Phrase, dict[tuple[str, str], tuple[Noun, bool]]] = {}
        for noun in self.nouns:
            for phrases, is_plural in ((noun.singulars, False), (noun.plurals, True)):
                for phrase in phrases:
                    found.setdefault(phrase, {})[noun.vendor, noun.plural] = (noun, is_plural)
        return {phrase: tuple(nouns.values()) for phrase, nouns in found.items()}

    @cached_property
    def loose_fields(self) -> Mapping[Phrase, tuple[Noun, ...]]:
        """The field words that may stand without a noun, and whose they are."""
        found: dict[Phrase, tuple[Noun, ...]] = {}
        for noun in self.nouns:
            for phrase in noun.own_words:
                found[phrase] = (*found.get(phrase, ()), noun)
        return found

    @cached_property
    def longest(self) -> int:
        """The number of words of the longest phrase for a noun or a field."""
        fields = (len(phrase) for noun in self.nouns for phrase in noun.fields)
        return max([1, *map(len, self.by_phrase), *fields])

    @cached_property
    def events(self) -> Mapping[str, tuple[str, ...]]:
        """The webhook types, and the vendors that send them."""
        found: dict[str, tuple[str, ...]] = {}
        for vendor, kind in self.kinds.items():
            for type in kind.webhook_events:
                found[type] = (*found.get(type, ()), vendor)
        return found

    @cached_property
    def statuses(self) -> frozenset[str]:
        """Every status of every noun."""
        return frozenset(status for noun in self.nouns for status in noun.statuses)

    @cached_property
    def foreign(self) -> frozenset[str]:
        """What a vendor has words for, though no document of it is kept: `call`."""
        return frozenset(
            entity
            for kind in self.kinds.values()
            for entity in kind.meanings
            if all(each.entity != entity for each in kind.resources)
        )

    @cached_property
    def participles(self) -> frozenset[str]:
        """Every word that some noun knows what it means for."""
        return frozenset(
            word for noun in self.nouns for word in (*noun.verbs, *noun.means, *noun.statuses)
        )

    @cached_property
    def routes(self) -> frozenset[tuple[str, ...]]:
        """The paths of the endpoints, cut at their slashes."""
        specs = {spec for kind in self.kinds.values() for spec in kind.gaps}
        for kind in self.kinds.values():
            specs |= set(kind.served)
            for each in kind.resources:
                for name in dir(each):
                    specs |= {spec for spec, _ in getattr(getattr(each, name), "routes", ())}
        return frozenset(tuple(spec.partition(" ")[2].split("/")[1:]) for spec in specs)

    def path(self, written: str) -> str | None:
        """Return the path that is meant: as it is written, or the one endpoint's that ends so.

        `/customers` is `/v1/customers` where no endpoint is called `/customers`; None if the
        endpoints that end so begin in several ways.
        """
        steps = written.partition("?")[0].rstrip("/").split("/")[1:]
        found = [route for route in self.routes if _ends_in(route, steps)]
        closest = max((_said_of(route) for route in found), default=0)
        begins = {route[: len(route) - len(steps)] for route in found if _said_of(route) == closest}
        if () in begins or not begins:
            return written
        return "".join(f"/{step}" for step in begins.pop()) + written if len(begins) == 1 else None

    @cached_property
    def headers(self) -> frozenset[str]:
        """The request headers that the log keeps."""
        return frozenset(name for kind in self.kinds.values() for name in kind.logged_headers)


def _nouns(vendor: str, kind: type[Resource], words: Words) -> Iterator[Noun]:
    """Describe a resource, and apart from it what some of its documents are called."""
    noun = _noun(vendor, kind, words)
    if noun is None:
        return
    yield noun
    for each in words.aliases:
        yield _called(noun, each)


def _called(noun: Noun, alias: Alias) -> Noun:
    singular = _phrase(alias.word)
    return replace(
        noun,
        singulars=frozenset({singular}),
        plurals=frozenset({(*singular[:-1], plural_of(singular[-1]))}),
        alias=alias.word,
        only=alias.only,
        loosely=alias.loosely,
        means=alias.means,
        states=noun.states if alias.states is None else alias.states,
        sentences=alias.sentences,
        own_words=frozenset(),
        is_strict=alias.is_strict,
        fields={} if alias.is_strict else noun.fields,
        names=alias.names if alias.is_strict else noun.names,
        verbs={} if alias.is_strict else noun.verbs,
        statuses=frozenset() if alias.is_strict else noun.statuses,
        texts=() if alias.is_strict else noun.texts,
    )


def _noun(vendor: str, kind: type[Resource], words: Words) -> Noun | None:
    """Describe a resource; None if nothing of it is ever stored."""
    shown = [name for name in (*kind.blank, *kind.more_fields) if name[0] != "_"]
    if not set(shown) - {"id", "object"}:
        return None
    spoken = kind.entity.replace("_", " ")
    aliases = {alias.word for alias in words.aliases}
    known = (kind.entity, spoken, *kind.synonyms)
    singulars = {_phrase(each) for each in known if each not in aliases}
    plurals = {_phrase(each) for each in (kind.plural, kind.plural.replace("_", " "))}
    plurals |= {(*each[:-1], plural_of(each[-1])) for each in singulars}
    fields: dict[Phrase, tuple[str, ...]] = {}
    for name in ("id", *shown):
        for spelling in (name, words_of(name)):
            fields[_phrase(spelling)] = (name,)
    own = {_phrase(words): tuple(names.split()) for words, names in kind.words.items()}
    statuses = (
        set(kind.statuses) | set(kind.moves) | {s for each in kind.moves.values() for s in each}
    )
    verbs = {status: (kind.status_field, status) for status in statuses} | dict(kind.verbs)
    return Noun(
        vendor, kind.entity, kind.plural, frozenset(singulars), frozenset(plurals - singulars),
        fields | own, frozenset(own), kind.status_field, frozenset(statuses), verbs,
        frozenset(kind.verbs), tuple(name for name in kind.names if name in shown),
        frozenset(name for name in kind.indexes if name[0] != "_"),
        means=words.means, states=words.states, takes=words.takes, reasons=words.reasons,
        texts=words.texts or tuple(name for name in TEXTS if name in shown),
    )  # fmt: skip


def _ends_in(route: Phrase, steps: list[str]) -> bool:
    """Tell whether a path may end in these steps, the first of which it says by name."""
    end = route[-len(steps) :] if len(steps) <= len(route) else ()
    if not end or (end[0] != steps[0] and end != route):
        return False
    return all(
        said == meant
        or (meant[:1] == "{" and said.endswith(meant.partition("}")[2]))
        or (meant[:1] == "{" and said[:1] in ("{", ":", "<", "*"))
        for said, meant in zip(steps, end, strict=True)
    )


def _said_of(route: Phrase) -> int:
    """Return how much a path's last step says beside its placeholder: `{Sid}.json` says more."""
    return len(route[-1].partition("}")[2]) if route[-1][:1] == "{" else 0


def words_of(name: str) -> str:
    """Write a field's name in words: `first_name` and `firstName` are a first name."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").replace(".", " ")


def plural_of(word: str) -> str:
    """Return a word's regular plural."""
    if re.search(r"(s|x|z|ch|sh)$", word):
        return word + "es"
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + "s"


def _phrase(text: str) -> Phrase:
    return tuple(text.lower().split())
