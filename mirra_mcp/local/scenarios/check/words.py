"""Small words that patterns share: being, doing, who acts, what goes without saying."""

from collections.abc import Iterator
from dataclasses import dataclass

from mirra_mcp.local.scenarios.check.shapes import Reader, shaped, slot

MADE = frozenset(
    [
        "created",
        "made",
        "added",
        "registered",
        "issued",
        "generated",
        "provisioned",
        "inserted",
        "recorded",
        "purchased",
        "bought",
        "placed",
    ]
)
GONE = frozenset(["deleted", "removed", "destroyed", "erased"])
CHANGED = frozenset(["changed", "updated", "modified", "edited", "altered", "mutated"])
TOUCHED = frozenset(["touched", "affected"])

IRREGULAR = {
    "sent": "send sends sending", "made": "make makes making", "paid": "pay pays paying",
    "lost": "lose loses losing", "won": "win wins winning",
}  # fmt: skip
ACTIVE = {form: past for past, forms in IRREGULAR.items() for form in (past, *forms.split())}
"""Active forms of irregular verbs, by participle."""


@dataclass(frozen=True, slots=True)
class Be:
    """A form of to be: whether it denies, and whether it tells of the past."""

    is_not: bool
    is_past: bool


@slot("be")
def _be(reader: Reader, at: int) -> Iterator[tuple[Be, int]]:
    shapes: tuple[tuple[str, bool], ...] = (
        ("is/are/get/gets/be [not|never]", False),
        ("was/were/got [not|never|successfully|actually] [ever]", True),
        ("has/have/had [not|never] been", True),
        ("should/must/will/shall/may/can [not|never] be", False),
        ("should/must/will [not|never] have been", True),
        ("does/do/did not get", True),
    )
    for shape, is_past in shapes:
        for end, _ in reader.match(shape, at):
            words = {reader.low(each) for each in range(at, end)}
            yield Be(bool(words & {"not", "never"}), is_past), end


@slot("was")
def _was(reader: Reader, at: int) -> Iterator[tuple[bool, int]]:
    """Read a form of to be that doesn't deny; it only has to be there."""
    for be, end in reader.slot("be", at):
        if not be.is_not:
            yield True, end


@slot("open")
def _open(reader: Reader, at: int) -> Iterator[tuple[bool, int]]:
    if reader.low(at) == "(":
        yield True, at + 1


@slot("close")
def _close(reader: Reader, at: int) -> Iterator[tuple[bool, int]]:
    if reader.low(at) == ")":
        yield True, at + 1


shaped(
    "actor",
    {
        "[the/our/my/your] (app|application|agent|code|service|integration|driver|script|server"
        "|backend|client|system|program|implementation|worker|function|sdk|solution|handler)": True,
        "it | we": True,
    },
)
shaped(
    "when",
    {
        "in/during/within/over/throughout/by [the/this/each/that] [whole/entire]"
        " (run|attempt|session|scenario|test|trace|end [of the (run|attempt|test|session)])": True,
        "in total | overall | in all | altogether": True,
    },
)
shaped("noise", {"{when}": True, "by {actor}": True})
shaped("sure", {"successfully | actually | now": True})


@slot("participle")
def _participle(reader: Reader, at: int) -> Iterator[tuple[str, int]]:
    """Read a word that may be a past participle; the noun tells whether it is one."""
    token = reader.token(at)
    if token is None or token.kind not in ("word", "code"):
        return
    word = token.text.lower()
    if word == "set" and reader.low(at + 1) == "up":
        yield "created", at + 2
    if word.isidentifier() or "-" in word:
        yield word, at + 1
    for length in (2, 3):
        words = [reader.low(each) for each in range(at, at + length)]
        if all(words) and "_".join(words) in reader.vocabulary.participles:
            yield "_".join(words), at + length


@slot("deed")
def _deed(reader: Reader, at: int) -> Iterator[tuple[str, int]]:
    """Read a verb in an active form and return its participle: `creates`, `sent`."""
    word = reader.low(at)
    if not word.isalpha():
        return
    known = MADE | GONE | CHANGED | reader.vocabulary.participles
    if word in ACTIVE:
        yield ACTIVE[word], at + 1
    else:
        for past in _participles(word):
            if past in known:
                yield past, at + 1
                return


def _participles(word: str) -> Iterator[str]:
    stems = [word]
    if word.endswith("s"):
        stems.append(word[:-1])
    if word.endswith("es"):
        stems.append(word[:-2])
    if word.endswith("ing"):
        stems += [word[:-3], word[:-3] + "e"]
    for stem in stems:
        yield from (stem, stem + "ed", stem + "d", stem + stem[-1:] + "ed", stem + "led")
        if stem.endswith("y"):
            yield stem[:-1] + "ied"
