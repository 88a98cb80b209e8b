"""How a scenario is told to be read, over HTTP; `POST /v1/scenarios/check` is our choice."""

import pytest

from mirra_mcp.client.client import MirraClient
from mirra_mcp.wire.runs import CheckScenario
from tests.local.scenarios.documents import WELCOME

pytestmark = pytest.mark.anyio


async def test_checking_a_scenario_tells_how_it_is_read(mirra: MirraClient) -> None:
    text = WELCOME.replace("- judge: The subject", "- An email exists\n- judge: The subject")
    reading = await mirra.check_scenario(CheckScenario(scenario_markdown=text))
    assert (reading.title, reading.mirrors, reading.errors) == (
        "Send Welcome Email on Signup",
        ["resend"],
        [],
    )
    assert [each.tag for each in reading.criteria] == ["check"] * 6 + ["judge"] * 2
    assert all(each.pattern and each.reading for each in reading.criteria[:6])
    assert [each.explicit for each in reading.criteria] == [True] * 5 + [False] + [True] * 2
    assert reading.config is not None
    assert (reading.config.runs, reading.config.judge_model) == (3, "claude-haiku-4-5")
    faulty = await mirra.check_scenario(CheckScenario(scenario_markdown="nothing"))
    assert [each.line for each in faulty.errors] == [None, None, 1]
