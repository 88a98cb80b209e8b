"""docs/checks.md says what the grammar reads, docs/words.md what it looks at.

`UPDATE_DOCS=1` rewrites them.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from mirra_mcp.local.kit.meanings import Meaning, Means
from mirra_mcp.local.mirrors import MIRRORS
from mirra_mcp.local.scenarios.check.patterns import (
    bodies,
    collateral,
    counts,
    errors,
    faults,
    happenings,
    ids,
    order,
    owners,
    properties,
    recipients,
    requests,
    signatures,
    states,
    statuses,
    sums,
    times,
    twins,
    webhooks,
)
from mirra_mcp.local.scenarios.check.patterns.pattern import Pattern
from mirra_mcp.local.scenarios.check.reading import read
from mirra_mcp.local.scenarios.vocabulary import Vocabulary
from tests.local.scenarios.worlds.played import MODULES, judged
from tests.local.scenarios.worlds.played import rows as collected
from tests.standing.project import ROOT

PAGE, WORDS = ROOT / "docs" / "checks.md", ROOT / "docs" / "words.md"
FAMILIES = (
    counts, owners, sums, twins, recipients, properties, happenings, statuses, states, ids,
    webhooks, signatures, requests, bodies, errors, faults, order, times, collateral,
)  # fmt: skip
HEAD = """\
# What a check can say

Written by `tests/standing/test_checks_page.py` from the grammar in
`mirra_mcp/local/scenarios/check/patterns/` and from the vendors' own descriptions. Several claims
may be joined by "and", commas or semicolons; nouns, fields, statuses and webhook types are those
of the scenario's mirrors. What no pattern reads whole goes to the judge. `mirra-mcp check FILE`
shows how your own criteria are read, and of a check that code doesn't grade why, with sentences
that it would grade.

[What each word looks at](words.md), scope, money, people and text, is a page of its own.
"""
LOOKED_AT = """\
# What a check looks at

Written by `tests/standing/test_checks_page.py`. The other half: [what a check can say](checks.md).

## What is looked at

**Scope.** Past tenses and "is created" speak of this attempt: what Setup or a fixture made
doesn't count. "Exists", "has", "there are", "is canceled" speak of the world as it is at the end,
fixtures included, and so do "every", "each", "all" and "no ... has". "The email" is each that the
attempt made; if it made none, each that it changed; else each that there is. "Both" and "all
three" must be so many. Each reading says its scope in words.

**Yes, no, and neither.** A word such as "paid" has two tests: what makes it surely true, and what
keeps its denial from being true. "A payment was made" counts what is sure; "no payment was made",
"exactly" and "at most" count what may be, too. A payment on hold is between the two: neither
passes, and the explanation names it. What was undone later, as a refund that failed, isn't sure
any more.

**Money** such as `$45.00` is compared in the document's own unit and currency: with what truly
moved (a payment's `amount_received`), and in denials with what was asked for, too. Sums take one
currency.

**People.** "Sent to" counts `to`, `cc` and `bcc`, whatever the display name says; "addressed to"
counts `to` alone. Who "got" or "received" something was reached by it; who got nothing was sent
nothing either.

**Text.** "Mentions" and "contains" look at what people see: subject, text, and of HTML the
visible text and where links lead; never ids, class names, comments or metadata. "Mentions" wants
whole words; a denial fails on any trace of them, in either case.

**References.** "For", "on" and "of" follow the fields that name other documents (`customer`,
`price`, `payment_intent`), never metadata or descriptions.

**Order.** "The first", "the last" choose first, then compare: "the last message was sent to X"
looks at the very last. "Before", "after", "only after" and "within" compare moments on the
session's clock, over all mirrors; "updated twice" counts calls, not documents.

**Webhooks** are "dispatched" when the vendor tells them, "received" when the handler answered
2xx. "No failures" fails on any try that wasn't answered 2xx, taken later or not. Of answers to
calls, the log keeps the body only where a call was refused. A path may leave out how it begins
where only one endpoint ends so: `POST /Messages.json`.
"""


def test_the_page_of_checks_is_current() -> None:
    words = Vocabulary.of(MIRRORS, ["resend", "stripe"])
    parts = [HEAD]
    for family in FAMILIES:
        title, _, rest = (family.__doc__ or "").partition("\n")
        parts.append(f"## {title.partition(':')[0].rstrip('.')}\n")
        told = title.partition(":")[2].strip() or rest.strip()
        parts.append(f"{told[:1].upper()}{told[1:]}\n" if told else "")
        parts.append("| check | read as |\n|---|---|")
        parts += rows(family.PATTERNS, words)
        parts.append("")
    parts += left_to_the_judge()
    text = "\n".join(part for part in parts if part is not None).rstrip() + "\n"
    keep(PAGE, text)


def test_the_page_of_words_is_current() -> None:
    keep(WORDS, "\n".join([LOOKED_AT, *meanings()]).rstrip() + "\n")


def keep(page: Path, text: str) -> None:
    if os.environ.get("UPDATE_DOCS"):
        page.write_text(text, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == text, (
        f"{page.name} is out of date: run with UPDATE_DOCS=1 and review the difference"
    )


def rows(patterns: Iterable[Pattern], words: Vocabulary) -> list[str]:
    found = []
    for pattern in patterns:
        for text in pattern.examples:
            reading = read(text, words)
            assert reading is not None, text
            found.append(f"| {text} | {reading.plain} |".replace("|W", "\\|W"))
    return found


def meanings() -> list[str]:
    """Write down what each vendor says that people's words mean."""
    found = [
        "## Words, and what makes them true\n",
        "Alone, a word speaks of this attempt: it must have become true in it, and still be so"
        " at the end. Where the last column is empty, the denial is its opposite.\n",
    ]
    for vendor, kind in MIRRORS.items():
        found += [f"### {vendor.capitalize()}\n", "| of | words | true if | a denial fails if |"]
        found.append("|---|---|---|---|")
        for entity, words in kind.meanings.items():
            found += rows_of(entity.replace("_", " "), words.means)
            for alias in words.aliases:
                found += rows_of(alias.word, alias.means)
        found.append("")
    return found


def rows_of(name: str, means: Mapping[str, Meaning]) -> list[str]:
    grouped: dict[Meaning, list[str]] = {}
    for word, meaning in means.items():
        grouped.setdefault(meaning, []).append(word.replace("_", " "))
    found = []
    for meaning, words in grouped.items():
        if isinstance(meaning, Means):
            may = "" if meaning.may == meaning.sure else meaning.may.plain
            found.append(f"| {name} | {', '.join(words)} | {meaning.sure.plain} | {may} |")
        else:
            found.append(f"| {name} | {', '.join(words)} | *judged*: {meaning.why} | |")
    return found


def left_to_the_judge() -> list[str]:
    """Write down what code doesn't grade of the sentences that were collected, and why."""
    graded = sum(len(collected(file)) for file in MODULES)
    left = sum(map(len, judged().values()))
    found = [
        "## What code doesn't grade\n",
        f"Of {graded + left} sentences that were collected, code grades {graded}, each held against"
        " worlds in which it is true, false and nearly true. These go to the judge:\n",
        "| sentence | why |\n|---|---|",
    ]
    found += [f"| {text} | {why} |" for texts in judged().values() for text, why in texts.items()]
    return found
