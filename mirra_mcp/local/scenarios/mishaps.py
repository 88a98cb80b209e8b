"""Mishaps of a Setup text: sentences that say which calls and webhooks go wrong, read as rules.

`The first POST /v1/charges loses its answer.` `Every invoice.paid webhook comes twice.` A sentence
that is a rule already, as docs/faults.md writes them, is read as it is.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mirra_mcp.local.kit import faults
from mirra_mcp.local.kit.errors import Refusal
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.phrases import NUMBERS
from mirra_mcp.wire.faults import AddFault

LONGEST = 500
"""Characters of a rule."""
NAMES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
ORDINALS = {name: number for number, name in enumerate(NAMES, 1)}
COUNT = r"\d{1,6}|" + "|".join(sorted(NUMBERS, key=len, reverse=True))
LEAD = (
    rf"(?:the\s+(?P<ordinal>{'|'.join(ORDINALS)}|next)(?:\s+(?P<first>{COUNT}))?\s+"
    r"|(?P<all>every|each|all(?:\s+the)?|any)\s+|(?:an?|the|one)\s+)?"
)
CALL = (
    r"(?:(?:calls?|requests?)\s+(?:of|to)\s+)?`?(?P<call>(?:GET|POST|PUT|PATCH|DELETE)\s+/[^\s`]+)`?"
    r"(?:\s+(?P<calls>calls?|requests?))?"
)
WEBHOOK = (  # a name may stand in several places: see `_compiled`
    r"(?:(?P<whose>[a-z][a-z0-9_]*)(?:'s)?\s+)?(?:`?(?P<type>[a-z][\w.*]*\.[\w.*]+|\*)`?\s+)?"
    r"webhook(?P<many>s)?(?:\s+`(?P<type>[a-z][\w.*]*)`)?(?:\s+(?:of|from)\s+(?P<from>[a-z][a-z0-9_]*))?"
)
OFTEN = rf"(?:,?\s+(?P<often>once|twice|always|every\s+time|(?P<times>{COUNT})\s+times?))?"
SECONDS = r"(?P<seconds>[\d.]+)\s*(?P<unit>ms|milliseconds?|s|seconds?)"
SPAN = rf"(?P<span>(?:{COUNT}|an?)\s*(?:s|m|h|d|seconds?|minutes?|hours?|days?))"
NAME = r"(?:an?\s+)?(?:error\s+)?`?(?P<error>[a-z][a-z0-9_]*[a-z0-9](?:\s+limit)?)`?(?:\s+error)?"

ANSWERS: tuple[tuple[str, str], ...] = (
    (r"is\s+lost|never\s+(?:comes|arrives)|gets\s+lost", "disconnect after"),
    (r"is\s+cut(?:\s+(?:off|short|in\s+the\s+middle))?", "cut answer"),
    (rf"trickles(?:\s+in)?(?:\s+for\s+{SECONDS})?", "slow answer"),
)
CALLS: tuple[tuple[str, str], ...] = (
    (r"los(?:es|e)\s+(?:its|their)\s+answers?", "disconnect after"),
    (
        r"(?:is|are)\s+(?:carried\s+out|done|kept),?\s+(?:but|and)\s+(?:its|their|the)\s+answers?"
        r"\s+(?:is|are|gets?)\s+lost",
        "disconnect after",
    ),
    (r"never\s+arrives?|(?:does|do)(?:n't|\s+not)\s+arrive", "disconnect before"),
    (rf"takes?\s+{SECONDS}|(?:is|are)\s+held\s+back\s+for\s+{SECONDS}", "latency"),
    (
        rf"(?:fails?|(?:is|are)\s+(?:answered|refused|met|rejected))\s+(?:with|by)\s+{NAME}"
        rf"|gets?\s+{NAME}",
        "error",
    ),
    (r"(?:is|are)\s+rate[ -]limited", "rate_limit"),
)
WEBHOOKS: tuple[tuple[str, str], ...] = (
    (r"(?:comes?|arrives?|(?:is|are)\s+(?:sent|delivered))\s+twice", "sent twice"),
    (
        rf"(?:comes?|arrives?)\s+{SPAN}\s+late|(?:comes?|arrives?)\s+late\s+by\s+{SPAN}"
        rf"|(?:is|are)\s+(?:delayed|late)\s+by\s+{SPAN}",
        "late",
    ),
    (r"(?:is|are|gets?)\s+lost|never\s+(?:comes?|arrives?)", "lost"),
    (r"(?:comes?|arrives?|(?:is|are)\s+delivered)\s+out\s+of\s+order", "out of order"),
    (
        r"(?:has|have)\s+an?\s+(?:bad|wrong|invalid)\s+signatures?"
        r"|(?:is|are)\s+(?:wrongly|badly)\s+signed",
        "bad signature",
    ),
)


def _compiled(subject: str, rows: tuple[tuple[str, str], ...]) -> list[tuple[re.Pattern[str], str]]:
    found = []
    for shape, effect in rows:
        seen: dict[str, int] = {}

        def named(match: re.Match[str], seen: dict[str, int] = seen) -> str:
            seen[match[1]] = seen.get(match[1], 0) + 1
            return f"(?P<{match[1]}_{seen[match[1]]}>"

        whole = re.sub(r"\(\?P<(\w+)>", named, f"{subject}\\s+(?:{shape}){OFTEN}")
        found.append((re.compile(whole, re.IGNORECASE), effect))
    return found


SHAPES = (
    *_compiled(rf"(?:the\s+)?answers?\s+(?:of|to)\s+{LEAD}{CALL}", ANSWERS),
    *_compiled(LEAD + CALL, CALLS),
    *_compiled(LEAD + WEBHOOK, WEBHOOKS),
)
RULE = re.compile(
    r"(?:[a-z][a-z0-9_-]*\s+)?(?:(?:GET|POST|PUT|PATCH|DELETE)\s+/\S*?|webhooks?\s+\S+?|any call)"
    r"(?:\s+[\w.\[\]]+=\S+)*:\s+\S.*",
    re.IGNORECASE,
)


SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[A-Z`\"0-9])|\n\s*(?:[-*]\s+|\n)|;\s+")


def rule_of(sentence: str) -> str | None:
    """Return the fault rule that a sentence says, or None if it says none."""
    plain = sentence.strip().rstrip(".;! ")
    if RULE.fullmatch(plain.strip("`")):
        return plain.strip("`")
    for shape, effect in SHAPES:
        if match := shape.fullmatch(plain):
            groups = match.groupdict()
            return _rule({n.rpartition("_")[0]: v for n, v in groups.items() if v}, effect)
    return None


def _rule(said: Mapping[str, str], effect: str) -> str:
    vendor = said.get("whose") or said.get("from") or ""
    call = said.get("call")
    about = " ".join(call.split()) if call else f"webhook {said.get('type', '*')}"
    if effect == "error":
        effect = re.sub(r"\s+", "_", said["error"].lower())
    if "seconds" in said:
        effect += f" {said['seconds']}{'ms' if said['unit'].startswith('m') else 's'}"
    if "span" in said:
        effect += f" {_span(said['span'])}"
    head = f"{vendor.lower()} {about}".strip()
    return f"{head}: {', '.join([effect, *_how_often(said)])}"


def _span(said: str) -> str:
    number, unit = re.fullmatch(r"(.+?)\s*([a-z]+)", said, re.IGNORECASE).groups()  # type: ignore[union-attr]  # it matched
    return f"{_number(number)}{unit[0].lower()}"


def _number(said: str) -> int:
    return int(said) if said.isdecimal() else NUMBERS[" ".join(said.lower().split())]


def _how_often(said: Mapping[str, str]) -> list[str]:
    """Return how often it strikes: as it is said, or else as one or several are spoken of."""
    if often := said.get("often"):
        if "times" in said:
            return [f"{_number(said['times'])} times"]
        return [often.lower() if often.lower() in ("once", "twice") else "always"]
    ordinal = ORDINALS.get(said.get("ordinal", "").lower(), 1)
    if "first" in said:
        return [f"{_number(said['first'])} times"]
    if "ordinal" in said:
        return [f"skip {ordinal - 1}", "once"] if ordinal > 1 else ["once"]
    is_many = "all" in said or "many" in said or said.get("calls", "").lower().endswith("s")
    return ["always" if is_many else "once"]


@dataclass(slots=True)
class Mishaps:
    """What a Setup text says of faults, and the rest of it."""

    rest: str = ""
    faults: list[str] = field(default_factory=list)
    """The rules, checked."""
    wrong: list[str] = field(default_factory=list)
    """Sentences that say a rule which nothing could meet, each with the reason."""


def read_mishaps(text: str, kinds: Mapping[str, type[Mirror]]) -> Mishaps:
    """Take the sentences about faults out of a Setup text."""
    found, rest = Mishaps(), list[str]()
    for sentence in sentences(text):
        rule = rule_of(sentence)
        if rule is None:
            rest.append(sentence)
            continue
        try:
            faults.read(kinds, AddFault(rule=rule[:LONGEST]))
        except Refusal as refusal:
            found.wrong.append(f"{sentence}: {refusal.message}")
        else:
            found.faults.append(rule)
    is_none = not found.faults and not found.wrong
    found.rest = text if is_none else "".join(f"- {each}.\n" for each in rest)
    return found


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a Setup text, without marks."""
    plain = re.sub(r"(?<!\n)\n(?!\s*(?:[-*]\s|\n))", " ", text.replace("\r\n", "\n"))
    for part in SENTENCE.split(plain):
        sentence = " ".join(part.split()).removeprefix("- ").removeprefix("* ").rstrip(".;! ")
        if sentence:
            yield sentence
