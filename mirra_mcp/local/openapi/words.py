"""How names in documents are read: words, plurals, participles."""

import re
from functools import lru_cache

VOWELS = "aeiou"
IRREGULAR = {
    "people": "person",
    "children": "child",
    "men": "man",
    "data": "datum",
    "media": "media",
}
UNCHANGED = ("ss", "us", "is", "news", "series", "status", "address", "access")


def words_of(name: str) -> list[str]:
    """Split a name at its humps, underscores, dots and hyphens: `newPet` is `new pet`."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return [word.lower() for word in re.split(r"[^A-Za-z0-9]+", apart) if word]


@lru_cache(20_000)
def snake(name: str) -> str:
    """Write a name with underscores: `petId` is `pet_id`."""
    return "_".join(words_of(name))


def singular(word: str) -> str:
    """Return the singular of an English plural, or the word."""
    if word in IRREGULAR:
        return IRREGULAR[word]
    if word.endswith(UNCHANGED) or not word.endswith("s") or len(word) < 3:
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ses", "xes", "zes", "ches", "shes")) and not word.endswith(("uses", "ases")):
        return word[:-2]
    return word[:-1]


def plural(word: str) -> str:
    """Return the plural of an English noun."""
    if word.endswith("y") and word[-2:-1] not in VOWELS:
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s")


def participles(verb: str) -> set[str]:
    """Return what something may be called that this was done to: of `cancel` both spellings.

    The verb itself is among them, as in `close`, `active` of `activate`.
    """
    found = {verb, verb + "ed", verb + verb[-1:] + "ed", verb + "d", verb + "n", verb + "en"}
    if verb.endswith("y"):
        found.add(verb[:-1] + "ied")
    if verb.endswith("e"):
        found |= {verb[:-1] + "ed", verb[:-1] + "ing"}
    if verb.endswith("ate"):
        found.add(verb[:-3] + "ive")
        found.add(verb[:-1])
    found |= {"enabled" if verb == "enable" else verb, verb + "ing"}
    more = {"pay": {"paid"}, "send": {"sent"}, "ship": {"shipped"}, "hold": {"held", "on_hold"},
            "undo": {"undone"}, "refund": {"refunded"}, "start": {"started", "running", "active"},
            "stop": {"stopped"}, "resume": {"active", "resumed"}, "reopen": {"open", "reopened"},
            "publish": {"published", "live"}, "unpublish": {"draft", "unpublished"},
            "begin": {"begun"}, "withdraw": {"withdrawn"}, "submit": {"submitted"},
            "capture": {"captured", "succeeded"}, "void": {"voided", "void"}}  # fmt: skip
    return found | more.get(verb, set())
