"""Where a person can look at what an answer is about."""

from typing import TypeVar

from starlette.requests import Request

from mirra_mcp.local.api.reading import host_of
from mirra_mcp.local.page.door.keys import Keys
from mirra_mcp.wire.runs import Run, RunStarted
from mirra_mcp.wire.sessions import Session

MAILERS = ("resend",)
"""The vendors through which mail is sent."""
L = TypeVar("L", Session, Run, RunStarted)


def linked(request: Request, model: L) -> L:
    """Return a session or a run with `dashboardUrl`: a link that opens its page in a browser.

    A session that can send mail has `inboxUrl` as well: where a browser test reads the newest.
    """
    keys: Keys = request.app.state.keys
    path = f"/s/{model.session_id}" if isinstance(model, Session) else f"/runs/{model.run_id}"
    base = host_of(request).ports.control_url
    links = {"dashboard_url": f"{base}{path}?key={keys.current()}"}
    if isinstance(model, Session) and any(each.vendor in MAILERS for each in model.mirrors):
        token = keys.inbox(model.session_id)
        links["inbox_url"] = f"{base}{path}/inbox/latest.html?token={token}"
    return model.model_copy(update=links)
