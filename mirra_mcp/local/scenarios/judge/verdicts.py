"""Verdicts: what a judge answered, read strictly.

An answer counts if it *is* one JSON object, fenced or not, that says each thing once. A verdict
that stands in prose or beside another may be a quotation of what a stranger wrote.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any, Literal

from mirra_mcp.wire.runs import Judgement

MOST = 600
"""Characters of an explanation that are kept."""
_FENCE = re.compile(r"```(?:json)?\s*(.*?)\s*```", re.DOTALL | re.IGNORECASE)
_THOUGHT = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judgement; `ungraded` when there is none, with the reason."""

    result: Literal["pass", "fail", "ungraded"]
    explanation: str
    judgement: Judgement | None = field(default=None, compare=False)
    """Who gave it, and what it took."""


class Malformed(ValueError):
    """An answer that is no verdict."""


def read_verdict(text: str) -> Verdict:
    """Read the verdict that an answer is.

    Raises:
        Malformed: it is anything else.
    """
    said = _THOUGHT.sub("", text).strip()
    fenced = _FENCE.fullmatch(said)
    try:
        found = json.loads(fenced[1] if fenced else said, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        found = None
    result = found.get("result") if isinstance(found, dict) else None
    if not isinstance(result, str) or result.strip().lower() not in ("pass", "fail"):
        raise Malformed(f"The judge answered no verdict but {_start_of(text)}")
    explanation = found.get("explanation")
    told = " ".join(explanation.split())[:MOST] if isinstance(explanation, str) else ""
    return Verdict("pass" if result.strip().lower() == "pass" else "fail", told)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


def _start_of(text: str) -> str:
    start = " ".join(text.split())[:120]
    return f"'{start}'." if start else "nothing."
