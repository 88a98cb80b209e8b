"""Which tag a criterion's wording speaks for.

Source: https://docs.mirra.run/reference/evaluation-dp
"""

import re
from dataclasses import dataclass

from mirra_mcp.local.scenarios.model import Tag

_NUMBER = (
    r"(?:\d[\d,.]*|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|once|twice)"
)
_QUOTED = re.compile(r"`[^`]*`|\"[^\"]*\"|“[^”]*”")
_PARTICIPLE = (
    r"(?:\w+ed|sent|made|built|kept|left|lost|paid|put|read|run|seen|set|shown|sold|taken|thrown"
    r"|written|given|held|met|done|begun|caught)"
)

SOFT = re.compile(
    r"\b(?:appropriate(?:ly)?|clear(?:ly)?|graceful(?:ly)?|helpful(?:ly)?|polite(?:ly)?"
    r"|friendly|professional(?:ly)?|reasonabl[ey]|sensibl[ey]|readable|concise(?:ly)?|vague(?:ly)?"
    r"|well[- ](?:structured|written|formatted|organi[sz]ed|designed|tested|documented|worded)"
    r"|user[- ]friendly|robust(?:ly)?|idiomatic|elegant(?:ly)?|tasteful(?:ly)?|natural(?:ly)?"
    r"|understandable|meaningful(?:ly)?|high[- ]quality|easy to (?:read|follow|understand))\b",
    re.IGNORECASE,
)
_HANDLING = re.compile(
    r"\berror[- ]handling\b|\b(?:correctly|properly|safely) handle[sd]?\b"
    r"|\bhandle[sd]? .{0,80}?\b(?:correctly|properly|safely|well)\b"
    r"|\bhandling (?:exists|is implemented)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(rf"(?<![\w.@+-]){_NUMBER}(?![\w@])", re.IGNORECASE)
_VALUE = re.compile(
    r"`[^`]+`|\"[^\"]+\"|“[^”]+”|[^\s@`]+@[^\s@`]+\.\w+|\b[a-z]{2,12}_\w{3,}\b"
    r"|https?://\S+|\+\d{6,}|[$€£]\s?\d",
)
_PAST = re.compile(
    rf"\b(?:was|were|has been|have been|had been)\s+(?:\w+ly\s+|not\s+|never\s+)?{_PARTICIPLE}\b",
    re.IGNORECASE,
)
_NONE = re.compile(r"\bno\s+(?:[\w-]+\s+){0,2}(?:errors?|failures?|warnings?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Leaning:
    """The tag that a wording speaks for, and the signal that says so."""

    tag: Tag
    signal: str | None
    """What in the text decides, in plain words; None: nothing does."""


def leaning(text: str) -> Leaning:
    """Return the tag for a criterion without one.

    A subjective word outweighs every sign of a check: no grammar can grade it. What has no sign
    at all is vague, and therefore for the judge.
    """
    bare = _QUOTED.sub("``", text)
    if soft := SOFT.search(bare):
        return Leaning("judge", f"'{soft[0]}' is a matter of judgement")
    count = _COUNT.search(bare)
    if count is None and (handling := _HANDLING.search(bare)):
        return Leaning("judge", f"'{handling[0]}' asks how well something is done")
    if count:
        return Leaning("check", f"'{count[0]}' can be counted")
    for pattern, why in (
        (_VALUE, "is a value that can be compared"),
        (_PAST, "is an event that the trace tells of"),
        (_NONE, "can be counted"),
    ):
        if found := pattern.search(text):
            return Leaning("check", f"'{found[0].strip('`')}' {why}")
    return Leaning("judge", None)


def doubt(text: str, tag: Tag) -> str | None:
    """Return why an explicit tag looks wrong, if it does. The tag still wins."""
    found = leaning(text)
    if found.signal is None or found.tag == tag:
        return None
    if tag == "check":
        return (
            f"Tagged 'check', but {found.signal}. Tag it 'judge:', or name a value to compare with."
        )
    return (
        f"Tagged 'judge', but {found.signal}. Tag it 'check:' for an exact grade without a model."
    )
