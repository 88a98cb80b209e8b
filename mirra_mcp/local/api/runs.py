"""Scenario runs of the control plane.

Source: https://docs.mirra.run/reference/api
"""

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING, get_args

from starlette.requests import Request
from starlette.responses import Response

from mirra_mcp.local.api.links import linked
from mirra_mcp.local.api.reading import answer, body_of, host_of, seconds
from mirra_mcp.local.kit.clock import wall
from mirra_mcp.local.kit.reading import checked, invalid, parse, whole
from mirra_mcp.wire import runs as wire

if TYPE_CHECKING:
    from mirra_mcp.local.scenarios.runs import Runs


async def runs_of(request: Request) -> "Runs":
    """Return the runs of this control plane; nothing of them is loaded before the first."""
    state = request.app.state
    if not hasattr(state, "runs"):
        module = await asyncio.to_thread(import_module, "mirra_mcp.local.scenarios.runs")
        if not hasattr(state, "runs"):
            state.runs = module.Runs(host_of(request), wall)
    found: Runs = state.runs
    return found


async def create(request: Request) -> Response:
    """`POST /v1/runs`: start a run; its first attempt waits for the driver."""
    given = parse(await body_of(request))
    scenario = given.pop("scenario", None)
    if scenario is not None and not isinstance(scenario, dict):
        raise invalid("'scenario' isn't an object.", "Give an object, or 'scenarioMarkdown'.")
    wanted = checked(wire.CreateRun, given)
    run = await (await runs_of(request)).create(wanted, scenario)
    return answer(linked(request, run.show_started()), 201)


async def retrieve(request: Request) -> Response:
    """`GET /v1/runs/{id}`: where a run stands, after up to `wait` seconds for news; or its end.

    News are those `after` the number that `progress.news` told, by default the next.
    """
    wait = seconds(request.query_params.get("wait"))
    after = request.query_params.get("after")
    seen = None if after is None else whole(after, 0, 2**53, 0, "after")
    runs, id = await runs_of(request), request.path_params["id"]
    run = runs.find(id)
    if not isinstance(run, wire.Run):
        await run.hear(wait, seen)
        run = run.show()
    return answer(linked(request, run))


async def finish(request: Request) -> Response:
    """`POST /v1/runs/{id}/finish`: the driver has done an attempt's work; grade it (extension)."""
    wanted = checked(wire.FinishRun, parse(await body_of(request)))
    run = (await runs_of(request)).find(request.path_params["id"])
    if isinstance(run, wire.Run):
        from mirra_mcp.local.scenarios.run import over

        if wanted.attempt is None:
            raise over(run.run_id, run.status, run.reason)
        return answer(linked(request, run))
    await run.finish(wanted)
    return answer(linked(request, run.show()))


async def cancel(request: Request) -> Response:
    """`DELETE /v1/runs/{id}`: stop a run. One that has ended is left as it is (extension)."""
    run = (await runs_of(request)).find(request.path_params["id"])
    if isinstance(run, wire.Run):
        return answer(linked(request, run))
    await run.cancel()
    return answer(linked(request, run.show()))


async def index(request: Request) -> Response:
    """`GET /v1/runs`: list runs, newest first (extension)."""
    query = request.query_params
    status, known = query.get("status"), get_args(wire.RunStatus)
    if status is not None and status not in known:
        raise invalid(f"'status' can't be '{status[:40]}'.", f"It is one of {', '.join(known)}.")
    limit = whole(query.get("limit"), 20, 100)
    try:
        return answer((await runs_of(request)).page(status, limit, query.get("cursor")))
    except LookupError:
        raise invalid("'cursor' names no run.", "Leave it out to begin anew.") from None
