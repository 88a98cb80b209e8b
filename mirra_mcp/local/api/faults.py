"""The fault rules of a session (extension)."""

from starlette.requests import Request
from starlette.responses import Response

from mirra_mcp.local.api.reading import answer, host_of, read
from mirra_mcp.wire.faults import AddFault, FaultList, FaultsRemoved


async def add(request: Request) -> Response:
    """`POST /v1/sessions/{id}/faults`: let calls or webhooks go wrong from now on."""
    wanted = await read(AddFault, request)
    session = host_of(request).live(request.path_params["id"])
    async with session.lock:
        session.open()
        return answer(session.faults.add(session.mirrors, wanted).show(), 201)


async def index(request: Request) -> Response:
    """`GET /v1/sessions/{id}/faults`: list the rules, and what each has done."""
    session = host_of(request).live(request.path_params["id"])
    return answer(FaultList(faults=[rule.show() for rule in session.faults.rules]))


async def remove(request: Request) -> Response:
    """`DELETE /v1/sessions/{id}/faults`: remove all rules, one `faultId` or a `mirror`'s."""
    session = host_of(request).live(request.path_params["id"])
    query = request.query_params
    gone = session.faults.remove(query.get("faultId"), query.get("mirror"))
    return answer(FaultsRemoved(removed=gone))
