"""What a page of the page starts from: the Mirra that is asked, and the session in its address."""

import secrets
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from mirra_mcp.client.client import MirraClient
from mirra_mcp.client.errors import MirraError
from mirra_mcp.client.mirror import MirrorClient
from mirra_mcp.local.page.words import Note
from mirra_mcp.wire.sessions import MirrorInfo, Session

NOTES = 100
"""Notes that wait for the page that shows them."""


class OpenRoute(Route):
    """A route that needs no key: what an app's own customers see."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a page."""

    request: Request
    mirra: MirraClient
    sessions: list[Session] = field(default_factory=list)
    """All that live, the newest first."""
    session: Session | None = None
    """The one that the address names, live or over."""

    @property
    def base(self) -> str:
        """Return what the addresses of the session's pages begin with."""
        return f"/s/{self.session.session_id}" if self.session else ""

    @property
    def vendors(self) -> list[str]:
        """Return the names of the session's mirrors."""
        return [each.vendor for each in self.session.mirrors] if self.session else []

    def info(self, vendor: str) -> MirrorInfo:
        """Return one mirror of the session.

        Raises:
            MirraError: the session has none of that name.
        """
        for each in self.session.mirrors if self.session else []:
            if each.vendor == vendor:
                return each
        raise MirraError(
            f"The session has no mirror '{vendor[:40]}'.",
            code="mirra.mirror.not_found",
            status=404,
            hint=f"It has {', '.join(self.vendors)}.",
        )

    def mirror(self, vendor: str) -> MirrorClient:
        """Return the client of one mirror of the session.

        Raises:
            MirraError: the session has none of that name, or is over.
        """
        info, session = self.info(vendor), self.session
        if session is not None and session.status != "ready":
            raise MirraError(
                f"The session {session.session_id} is over: its mirrors answer no more.",
                code="mirra.session.ended",
                status=409,
                hint="Fork or snapshot one before it ends, to look at it later.",
            )
        return self.mirra.mirror(info.url)


async def visit(request: Request) -> Visit:
    """Read which sessions there are, and the one that the path's `{session}` names.

    Raises:
        MirraError: there is no such session, or Mirra can't be asked.
    """
    mirra: MirraClient = request.app.state.mirra
    sessions = (await mirra.list_sessions(status="ready", limit=50)).sessions
    wanted = request.path_params.get("session")
    if wanted is None:
        return Visit(request, mirra, sessions)
    known = [each for each in sessions if each.session_id == wanted]
    session = known[0] if known else await mirra.get_session(wanted)
    return Visit(request, mirra, sessions, session)


def done(request: Request, to: str, text: str, *, failed: bool = False) -> Response:
    """Answer a form: lead to a page of ours, which says once what was done."""
    notes: dict[str, Note] = request.app.state.notes
    while len(notes) >= NOTES:
        del notes[next(iter(notes))]
    id = secrets.token_urlsafe(6)
    notes[id] = Note(text, failed)
    path, mark, fragment = to.partition("#")
    return RedirectResponse(f"{path}{'&' if '?' in path else '?'}note={id}{mark}{fragment}", 303)
