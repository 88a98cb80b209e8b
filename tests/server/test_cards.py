"""Cards: the words of each tool, tied to its function."""

import re
from collections.abc import Callable

import pytest

from mirra_mcp.server.app import all_cards
from mirra_mcp.server.caller import Caller
from mirra_mcp.server.cards import CardError, pages, parse, tie
from mirra_mcp.server.prompts import parse as parse_prompt
from mirra_mcp.wire.model import Wire

CARD = """---
title: Greet
toolset: sessions
read_only: yes
destructive: no
idempotent: yes
open_world: no
---
Greets.
Twice.

## Arguments
- `name`: Whom to
  greet.
- `times`: How often.

## Example
```json
{"name": "Ada"}
```

```json
{"name": "Ada", "times": 2}
```
"""


class Greeting(Wire):
    text: str


async def greet(caller: Caller, name: str, times: int = 1) -> Greeting:
    raise NotImplementedError


async def speechless(caller: Caller, name: str, times: int = 1):  # type: ignore[no-untyped-def]
    raise NotImplementedError


def no_caller() -> None:
    raise NotImplementedError


def test_a_card_is_read_whole() -> None:
    card = parse("greet", CARD)

    assert card.title == "Greet"
    assert card.description == "Greets.\nTwice."
    assert card.arguments == {"name": "Whom to greet.", "times": "How often."}
    assert card.examples == ({"name": "Ada"}, {"name": "Ada", "times": 2})
    assert card.is_read_only
    assert card.hints["idempotent"]
    assert not card.hints["destructive"]


def test_a_tool_has_the_words_of_its_card_and_the_types_of_its_function() -> None:
    tool = tie(parse("greet", CARD), greet, no_caller)

    assert tool.parameters == {
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "Whom to greet."},
            "times": {"type": "integer", "default": 1, "description": "How often."},
        },
        "required": ["name"],
        "additionalProperties": False,
    }
    assert tool.output_schema == {
        "type": "object",
        "properties": {"text": {"type": "string"}},
        "required": ["text"],
    }
    assert tool.annotations is not None
    assert tool.annotations.read_only_hint
    assert tool.annotations.open_world_hint is False


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda text: text.replace("---\n", "", 1), "front matter"),
        (lambda text: text.replace("title: Greet\n", ""), "must set title"),
        (lambda text: text.replace("title: Greet", "titel: Greet"), "must set title"),
        (lambda text: text.replace("read_only: yes", "read_only: perhaps"), "read_only"),
        (lambda text: text.replace("## Example", "## Examples"), "Examples"),
        (lambda text: text.replace('"Ada"}', "Ada}"), "no JSON"),
        (lambda text: text[: text.index("## Example")], "an example"),
        (lambda text: text.replace("Greets.\nTwice.\n", ""), "a description"),
        (lambda text: text.replace("`times`", "`tmies`"), "tmies"),
        (lambda text: text.replace("- `times`: How often.\n", ""), "times"),
    ],
)
def test_a_card_that_does_not_match_is_an_error(
    change: Callable[[str], str], complaint: str
) -> None:
    with pytest.raises(CardError, match=re.escape(complaint)):
        tie(parse("greet", change(CARD)), greet, no_caller)


def test_a_function_that_does_not_say_what_it_returns_is_an_error() -> None:
    with pytest.raises(CardError, match="must say what it returns"):
        tie(parse("greet", CARD), speechless, no_caller)


def test_a_prompt_whose_placeholders_are_not_described_is_an_error() -> None:
    text = "---\ntitle: T\ndescription: D\n---\nBuild {goal}.\n\n## Arguments\n- `gaol`: What.\n"
    with pytest.raises(CardError, match="goal"):
        parse_prompt("build", text)


def test_every_card_is_tied_to_a_function() -> None:
    assert {card.name for _, _, card in all_cards()} == set(pages("tools"))
