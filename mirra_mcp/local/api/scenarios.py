"""Scenarios read without a run (extension)."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from mirra_mcp.local.api.reading import answer, body_of, read
from mirra_mcp.local.api.runs import runs_of
from mirra_mcp.local.kit.reading import checked, invalid, parse
from mirra_mcp.wire.runs import CheckScenario, DraftScenario


async def check(request: Request) -> Response:
    """`POST /v1/scenarios/check`: how a scenario would be graded, and what is wrong with it."""
    given = parse(await body_of(request))
    scenario = given.pop("scenario", None)
    if scenario is not None and not isinstance(scenario, dict):
        raise invalid("'scenario' isn't an object.", "Give an object, or 'scenarioMarkdown'.")
    wanted = checked(CheckScenario, given)
    runs = await runs_of(request)
    return answer(await asyncio.to_thread(runs.read, scenario, wanted.scenario_markdown))


async def draft(request: Request) -> Response:
    """`POST /v1/scenarios/draft`: a scenario of what a session has seen."""
    wanted = await read(DraftScenario, request)
    return answer(await (await runs_of(request)).draft(wanted))
