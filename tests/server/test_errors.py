"""Refusals stay short, whatever they quote."""

import json
from typing import Any

import pytest

from tests.server.conftest import Agent

pytestmark = pytest.mark.anyio

HUGE = "x" * 200_000


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("mirra_session_state", {"session": HUGE}),
        ("mirra_catalog", {"vendor": HUGE}),
        ("mirra_scenario_check", {"path": HUGE}),
        ("mirra_run_get", {"run": HUGE}),
        ("mirra_resource_install", {"resource": HUGE}),
        ("mirra_session_start", {"mirrors": [HUGE]}),
        ("mirra_session_start", {HUGE: 1}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_refusal_is_short_whatever_it_was_given(
    agent: Agent, tool: str, arguments: dict[str, Any]
) -> None:
    error = await agent.refusal(tool, **arguments)
    assert error["hint"]
    assert len(json.dumps(error)) < 9_000
