"""A session for `up`: started or taken up again, and described to a person or a program."""

import json
import shlex
from typing import Any

import anyio
import click

from mirra_mcp.cli.failures import NOT_PROVISIONED, CommandFailed
from mirra_mcp.cli.progress import working
from mirra_mcp.client.client import MirraClient
from mirra_mcp.client.errors import MirraError
from mirra_mcp.wire.sessions import CreateSession, Session


def provision(
    url: str,
    token: str | None,
    wanted: dict[str, str | None],
    *,
    name: str | None,
    persistent: bool,
    timeout_seconds: int | None,
    webhooks: dict[str, str] | None = None,
) -> Session:
    """Start these mirrors and wait until they serve.

    Raises:
        CommandFailed: one of them can't be provisioned.
    """
    body = CreateSession(
        mirrors=list(wanted),
        seeds={mirror: fixture for mirror, fixture in wanted.items() if fixture},
        name=name,
        persistent=persistent,
        timeout_seconds=timeout_seconds,
        webhooks=webhooks or None,
    )

    async def start() -> Session:
        async with MirraClient(url, token) as mirra:
            if persistent and (running := await _of_that_name(mirra, name)):
                return _fitting(running, body)
            started = await mirra.create_session(body)
            return await mirra.wait_until_ready(started.session_id)

    try:
        with working(f"Starting {', '.join(wanted)}"):
            session = anyio.run(start)
    except MirraError as refused:
        raise CommandFailed(refused.message, refused.hint, exit_code=NOT_PROVISIONED) from refused
    if session.status != "ready":
        raise CommandFailed(
            f"The session is {session.status}, not ready.", exit_code=NOT_PROVISIONED
        )
    return session


async def _of_that_name(mirra: MirraClient, name: str | None) -> Session | None:
    page = await mirra.list_sessions(status="ready", mode="persistent", limit=100)
    return next((session for session in page.sessions if session.name == name), None)


def _fitting(running: Session, body: CreateSession) -> Session:
    held = {mirror.vendor for mirror in running.mirrors}
    if missing := [mirror for mirror in body.mirrors if mirror not in held]:
        raise CommandFailed(
            f"The persistent session '{running.name}' runs {', '.join(sorted(held))}, "
            f"not {', '.join(missing)}.",
            "Choose another --name, or ask for the mirrors that it has.",
            exit_code=NOT_PROVISIONED,
        )
    return running


def described(url: str, token: str | None, session: Session | None) -> dict[str, Any]:
    """What another program needs to know, as JSON; no token where it has its own."""
    ready: dict[str, Any] = {"url": url} | ({"token": token} if token else {})
    if session is not None:
        ready["sessionId"] = session.session_id
        if session.dashboard_url:
            ready["dashboardUrl"] = session.dashboard_url
        ready["mirrors"] = [mirror.to_json() for mirror in session.mirrors]
    return ready


def told(ready: dict[str, Any], end: str = "Ctrl-C ends it.") -> str:
    """The same for a person, with lines to paste into a shell, and how it ends."""
    lines = [f"Mirra is running at {click.style(ready['url'], bold=True)}"]
    if "sessionId" in ready:
        lines[0] += f", session {ready['sessionId']}"
    if "dashboardUrl" in ready:
        lines += ["", f"See it: {ready['dashboardUrl']}"]
    for mirror in ready.get("mirrors", ()):
        lines += ["", f"{mirror['vendor']}  {mirror['url']}  ({mirror['version']})"]
        lines += [
            f"  export {name}={shlex.quote(value)}" for name, value in mirror.get("env", {}).items()
        ]
    if "token" in ready:
        lines += [
            "",
            "The control plane takes this bearer token:",
            f"  export MIRRA_API_URL={ready['url']} MIRRA_TOKEN={ready['token']}",
        ]
    lines += ["", end]
    return "\n".join(lines)


def is_over(url: str, token: str, session_id: str) -> bool:
    """Whether a session of a Mirra on this machine has ended; blocks for a moment."""
    import http.client
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        line.request(
            "GET", f"/v1/sessions/{session_id}", headers={"authorization": f"Bearer {token}"}
        )
        said = json.loads(line.getresponse().read())
        return said.get("status") not in ("provisioning", "ready")
    except (OSError, http.client.HTTPException, ValueError):
        return False  # busy: it is asked again
    finally:
        line.close()
