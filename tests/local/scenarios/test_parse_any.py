"""Whatever is given as a scenario, the answer is a scenario or its mistakes, and soon."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mirra_mcp.local.mirrors import MIRRORS
from mirra_mcp.local.scenarios.model import ScenarioError
from mirra_mcp.local.scenarios.parse import parse_json, parse_markdown
from tests.local.scenarios.documents import JSON

PIECES = st.sampled_from(
    [
        "# T\n",
        "## Checks\n",
        "## Config\n",
        "mirrors: resend\n",
        "fixture: ",
        "- check: ",
        "- ",
        "  - ",
        "\n",
        "[D] ",
        "```\n",
        "> ",
        "---\n",
        "===\n",
        "<!--",
        "runs: ",
        "9",
        ":",
        ",",
        "é\u2028",
        "\x00",
        "resend:over-quota",
        "1. ",
        "\t",
        "Exactly 1 `x`",
        "\\",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map("".join)))
@example("# T\n## Checks\n- check: a\n## Config\nmirrors: resend\nfixture: :\n")
def test_any_text_is_a_scenario_or_has_mistakes(text: str) -> None:
    with suppress(ScenarioError):
        parse_markdown(text, MIRRORS)


KEYS = st.sampled_from([*JSON, "mirrors", "fixture", "text", "tag"])
ODD: list[Any] = [None, True, 0, -1, 2**70, float("nan"), "", "resend", ":", [], {}]
PLAIN = st.sampled_from(ODD)
VALUES = PLAIN | st.lists(PLAIN, max_size=2) | st.dictionaries(KEYS, PLAIN, max_size=3)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=4), st.booleans())
def test_any_json_object_is_a_scenario_or_has_mistakes(given: dict[str, Any], base: bool) -> None:
    with suppress(ScenarioError):
        parse_json(JSON | given if base else given, MIRRORS)


@pytest.mark.parametrize("piece", ["## \n", "-\n", "> ", "`", "["])
def test_a_text_made_to_be_slow_is_read_all_the_same(piece: str) -> None:
    with pytest.raises(ScenarioError):
        parse_markdown("# T\n## Config\n" + piece * (99_000 // len(piece)), MIRRORS)
