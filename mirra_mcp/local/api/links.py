"""Where a person can look at what an answer is about."""

from typing import TypeVar

from starlette.requests import Request

from mirra_mcp.local.api.reading import host_of
from mirra_mcp.local.page.door.keys import Keys
from mirra_mcp.wire.runs import Run, RunStarted
from mirra_mcp.wire.sessions import Session

L = TypeVar("L", Session, Run, RunStarted)


def linked(request: Request, model: L) -> L:
    """Return a session or a run with `dashboardUrl`: a link that opens its page in a browser."""
    keys: Keys = request.app.state.keys
    path = f"/s/{model.session_id}" if isinstance(model, Session) else f"/runs/{model.run_id}"
    url = f"{host_of(request).ports.control_url}{path}?key={keys.current()}"
    return model.model_copy(update={"dashboard_url": url})
