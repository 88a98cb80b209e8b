"""Scenario runs: part of Mirra's API that the embedded one doesn't offer yet."""

from starlette.requests import Request
from starlette.responses import Response

from mirra_mcp.local.kit.errors import Refusal


async def missing(request: Request) -> Response:
    """Say that there are no runs here.

    Raises:
        Refusal: always.
    """
    raise Refusal(
        501,
        "mirra.not_implemented",
        "The embedded Mirra doesn't run scenarios in this version.",
        "Drive a session by hand, or set MIRRA_TOKEN to run scenarios on hosted Mirra.",
    )
