"""A language model writes Setup text as a seed; what it writes is checked before it is planted."""

import json
from collections.abc import Mapping
from typing import Any

from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.resource import Resource
from mirra_mcp.local.scenarios.judge.calls import CallFailed, Model
from mirra_mcp.local.scenarios.judge.excerpts import clipped
from mirra_mcp.local.scenarios.judge.protocols import Unusable
from mirra_mcp.local.scenarios.seeds import Seed, SeedError, create_route, fields_of, read_seed

MOST_TOKENS = 8_000
TASK = """\
You turn the description of a test account into seed data. Answer with one JSON object:

{ "seed": { "<mirror>": { "<entity>": [ { ...fields } ] } }, "notApplied": ["..."] }

Use only the mirrors, entities and fields listed below. Put what others refer to first, and refer to
it by an id that you give it. Don't add what the description doesn't say. Quote in "notApplied" each
part of the description that these entities can't express, word for word; leave it empty otherwise.
"""


async def write_seed(
    text: str, mirrors: Mapping[str, Mirror], model: Model
) -> tuple[Seed, tuple[str, ...]] | None:
    """Return the seed that a model makes of a text and what it left out, or None if it can't.

    A seed that doesn't fit is asked for once more, with what is wrong with it.
    """
    prompt = f"{TASK}\n{_known(mirrors)}\n\nThe description:\n{text}\n"
    for _ in range(2):
        try:
            said = _object(await model.ask(prompt, MOST_TOKENS))
            seed = read_seed(said.get("seed"), mirrors)
            return seed, _texts(said.get("notApplied"))
        except (CallFailed, Unusable):
            return None
        except SeedError as error:
            mistakes = "\n".join(f"- {each}" for each in error.mistakes[:20])
            prompt += f"\nYour last answer didn't fit:\n{mistakes}\nAnswer again, whole."
    return None


def _object(text: str) -> dict[str, Any]:
    start, end = text.find("{"), text.rfind("}")
    try:
        said = json.loads(text[start : end + 1])
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise SeedError(["It was no JSON object."])
    return said


def _texts(given: Any) -> tuple[str, ...]:
    if not isinstance(given, list):
        return ()
    return tuple(
        clipped(each, 500) for each in given[:20] if isinstance(each, str) and each.strip()
    )


def _known(mirrors: Mapping[str, Mirror]) -> str:
    lines = []
    for vendor, mirror in mirrors.items():
        lines.append(f"Mirror {vendor}: {mirror.description}")
        for plural, noun in mirror.nouns.items():
            if create_route(noun) is not None or hasattr(noun, "plant"):
                lines.append(f"- {plural}: {', '.join(fields_of(noun)[:60])}{_statuses(noun)}")
    return "\n".join(lines)


def _statuses(noun: Resource) -> str:
    if not noun.moves:
        return ""
    known = {*noun.moves, *(to for each in noun.moves.values() for to in each)}
    return f". {noun.status_field} is one of {', '.join(sorted(known))}"
