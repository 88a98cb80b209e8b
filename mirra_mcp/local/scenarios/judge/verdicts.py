"""Verdicts: what a judge answered, read strictly."""

import json
import re
from dataclasses import dataclass
from typing import Any, Literal

MOST = 600
"""Characters of an explanation that are kept."""
_BLOCK = re.compile(r"```(?:json)?\s*(.*?)```", re.DOTALL)
_THOUGHT = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judgement; `ungraded` when there is none, with the reason."""

    result: Literal["pass", "fail", "ungraded"]
    explanation: str


class Malformed(ValueError):
    """An answer that is no verdict."""


def read_verdict(text: str) -> Verdict:
    """Read the one verdict that an answer holds.

    Raises:
        Malformed: there is none, or more than one.
    """
    found = {(said["result"], said["explanation"]) for said in _verdicts(text)}
    if not found:
        raise Malformed(f"The judge answered no verdict but {_start_of(text)}")
    if len({result for result, _ in found}) > 1:
        raise Malformed("The judge answered several verdicts that contradict each other.")
    result, explanation = sorted(found)[0]
    return Verdict(result, explanation)


def _verdicts(text: str) -> list[dict[str, Any]]:
    said = _THOUGHT.sub("", text).strip()
    for candidate in (said, *(block.strip() for block in _BLOCK.findall(said))):
        whole = _read(candidate)
        if whole is not None:
            return [whole]
    return [verdict for each in _objects(said) if (verdict := _verdict(each)) is not None]


def _read(text: str) -> dict[str, Any] | None:
    try:
        return _verdict(json.loads(text))
    except (ValueError, RecursionError):
        return None


def _objects(text: str) -> list[Any]:
    """Every JSON object that stands in a text, in order; none inside another."""
    decoder, at = json.JSONDecoder(), 0
    found: list[Any] = []
    while (at := text.find("{", at)) >= 0 and len(found) < 20:
        try:
            value, at = decoder.raw_decode(text, at)
            found.append(value)
        except (ValueError, RecursionError):
            at += 1
    return found


def _verdict(said: Any) -> dict[str, Any] | None:
    if not isinstance(said, dict) or not isinstance(said.get("result"), str):
        return None
    result = said["result"].strip().lower()
    if result not in ("pass", "fail"):
        return None
    explanation = said.get("explanation")
    shown = " ".join(explanation.split())[:MOST] if isinstance(explanation, str) else ""
    return {"result": result, "explanation": shown}


def _start_of(text: str) -> str:
    start = " ".join(text.split())[:120]
    return f"'{start}'." if start else "nothing."
