"""Runs of scenarios: what each criterion came to in each attempt, and scores over time."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mirra_mcp.client.errors import MirraError
from mirra_mcp.local.page.rendering import show
from mirra_mcp.local.page.runs.plots import HEIGHT, WIDTH, plots
from mirra_mcp.local.page.visits import visit


async def index(request: Request) -> Response:
    """`GET /runs` and `GET /s/{session}/runs`: the newest, and how scores went."""
    seeing = await visit(request)
    try:
        found = (await seeing.mirra.list_runs(limit=100)).runs
    except MirraError as error:
        if error.code != "mirra.not_offered":
            raise
        found = []
    return show(
        seeing,
        "runs/index.html",
        "runs",
        runs=found,
        plots=plots(found),
        width=WIDTH,
        height=HEIGHT,
    )


async def run(request: Request) -> Response:
    """`GET /runs/{run}`: one run, its attempts side by side."""
    seeing = await visit(request)
    found = await seeing.mirra.get_run(request.path_params["run"])
    results = {
        (attempt.attempt, each.index): each
        for attempt in found.attempts
        for each in attempt.criteria
    }
    return show(seeing, "runs/run.html", "runs", run=found, results=results)


routes = [
    Route("/runs", index),
    Route("/s/{session}/runs", index),
    Route("/runs/{run}", run),
    Route("/s/{session}/runs/{run}", run),
]
