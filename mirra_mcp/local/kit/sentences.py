"""Fault rules as sentences: `stripe POST /v1/charges: disconnect after, skip 1, twice`."""

import re

from pydantic import ValidationError

from mirra_mcp.local.kit.errors import Refusal
from mirra_mcp.local.kit.reading import invalid
from mirra_mcp.wire.faults import AddFault, Effect

WORDS: dict[str, Effect] = {
    "disconnect before": "disconnect_before",
    "disconnect after": "disconnect_after",
    "lost answer": "disconnect_after",
    "cut answer": "cut_answer",
    "answer cut": "cut_answer",
    "slow answer": "slow_answer",
    "latency": "latency",
    "lost": "lost",
    "late": "late",
    "sent twice": "twice",
    "duplicate": "twice",
    "out of order": "out_of_order",
    "bad signature": "bad_signature",
    "wrong signature": "bad_signature",
}
"""How effects are said; anything else is the name of a vendor's error."""
COUNTS = {"once": 1, "twice": 2, "thrice": 3}
EXAMPLE = "POST /v1/charges: disconnect after, once"
HEAD = re.compile(
    r"\s*(?:(?P<mirror>[a-z][a-z0-9_-]*)\s+)?"
    r"(?:(?P<call>(?:GET|POST|PUT|PATCH|DELETE)\s+/\S*)|webhooks?\s+(?P<type>\S+)|any call)"
    r"(?P<fields>(?:\s+[\w.\[\]]+=\S+)*)\s*",
    re.IGNORECASE,
)


def read(text: str, mirrors: tuple[str, ...]) -> AddFault:
    """Read a rule.

    Raises:
        Refusal: it isn't one; what can't be read is named.
    """
    head, colon, tail = _halves(text)
    found = HEAD.fullmatch(head) if colon else None
    if found is None:
        raise _unread(text, f"'{text[:80]}' doesn't say which calls or webhooks, and what happens")
    given: dict[str, object] = {}
    if found["mirror"]:
        given["mirror"] = found["mirror"].lower()
    if found["call"]:
        given["call"] = found["call"].rstrip(":")
    if found["type"]:
        given["webhook"] = found["type"]
    pairs = dict(pair.split("=", 1) for pair in found["fields"].split())
    if pairs:
        given["match"] = {re.sub(r"\[([^\]]*)\]", r".\1", name): v for name, v in pairs.items()}
    first, *rest = [part.strip() for part in tail.split(",")]
    _effect(first, given, text)
    for word in rest:
        _how_often(word, given, text)
    try:
        return AddFault.model_validate(given)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise _unread(text, f"'{where}' is out of bounds in '{text[:80]}'") from None


def _halves(text: str) -> tuple[str, str, str]:
    """Split a rule at the colon that ends its first half; one within a path or value is none."""
    found = re.search(r":\s", f"{text} ")
    return (text[: found.start()], ":", text[found.end() :]) if found else (text, "", "")


def _effect(said: str, given: dict[str, object], text: str) -> None:
    words = " ".join(said.lower().split())
    length = re.fullmatch(r"(latency|slow answer|late)\s+(?:by\s+|of\s+)?(.+)", words)
    if length and length[1] == "late":
        given |= {"effect": "late", "delay": length[2]}
    elif length:
        seconds = re.fullmatch(r"([0-9]{1,5}(?:\.[0-9]+)?)\s*(ms|s|seconds?)?", length[2])
        if seconds is None:
            raise _unread(text, f"'{length[2][:20]}' is no number of seconds")
        scale = 0.001 if seconds[2] == "ms" else 1
        given |= {"effect": WORDS[length[1]], "seconds": float(seconds[1]) * scale}
    elif words in WORDS or words.replace("_", " ") in WORDS:
        given["effect"] = WORDS[words.replace("_", " ")]
    elif words == "twice" and "webhook" in given:
        given["effect"] = "twice"
    elif re.fullmatch(r"(?:error\s+)?[a-z0-9_]+", words):
        given |= {"effect": "error", "error": words.split()[-1]}
    else:
        raise _unread(text, f"'{said[:40]}' is nothing that can happen")


def _how_often(word: str, given: dict[str, object], text: str) -> None:
    word = word.lower()
    skip = re.fullmatch(r"skip\s+([0-9]{1,7})", word)
    times = re.fullmatch(r"([0-9]{1,7})\s+times?", word)
    odds = re.fullmatch(r"probability\s+(0?\.[0-9]+|1)\s+seed\s+([0-9]{1,9})", word)
    if skip:
        given["skip"] = int(skip[1])
    elif times:
        given["times"] = int(times[1])
    elif word == "always":
        given["times"] = "always"
    elif word in COUNTS:
        given["times"] = COUNTS[word]
    elif odds:
        given |= {"probability": float(odds[1]), "seed": int(odds[2])}
    else:
        raise _unread(text, f"'{word[:40]}' doesn't say how often")


def write(said: AddFault, mirror: str, effect: Effect) -> str:
    """Write a rule as a sentence."""
    about = f"webhook {said.webhook}" if said.webhook is not None else said.call or "any call"
    fields = "".join(f" {name}={value}" for name, value in said.match.items())
    does = said.error or effect.replace("_", " ")
    if effect == "twice":
        does = "sent twice"
    if said.seconds is not None:
        does += f" {said.seconds:g}s"
    if said.delay is not None:
        does += f" {said.delay}"
    parts = [does]
    if said.skip:
        parts.append(f"skip {said.skip}")
    if said.probability is not None:
        parts.append(f"probability {said.probability:g} seed {said.seed}")
    counted = {1: "once", 2: "twice", "always": "always"}
    parts.append(counted.get(said.times, f"{said.times} times"))
    return f"{mirror} {about}{fields}: {', '.join(parts)}"


def _unread(text: str, why: str) -> Refusal:
    effects = ", ".join(f"'{each}'" for each in WORDS)
    return invalid(
        f"The fault rule can't be read: {why}.",
        f"Write it as '{EXAMPLE}'. What can happen: {effects}, or a vendor's error such as"
        " 'rate_limit'. How often: once, twice, '3 times', always, 'skip 2'.",
    )
