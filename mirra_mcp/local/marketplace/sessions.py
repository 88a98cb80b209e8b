"""Which session's mirror a call of a mirror resource goes to: the newest one, or a new one."""

import asyncio
from dataclasses import dataclass

from mirra_mcp.local.kit.errors import Refusal
from mirra_mcp.local.kit.host import Host
from mirra_mcp.local.kit.session import Session
from mirra_mcp.local.marketplace.addresses import Origin, origin_of
from mirra_mcp.local.marketplace.errors import bad, translated
from mirra_mcp.wire.sessions import CreateSession


@dataclass
class Place:
    """A mirror to call, and how to call it."""

    session: str
    origin: Origin
    address: str
    user: str | None
    """With one, `secret` is its password; else it is a bearer token."""
    secret: str


class Sessions:
    """The sessions of this process, as the marketplace sees them."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._starting = asyncio.Lock()

    async def place(self, vendor: str, wanted: object) -> Place:
        """Return the mirror to call; a session is started where there is none.

        Raises:
            Refused: the session that is asked for doesn't exist, or lacks the mirror.
        """
        if wanted is not None:
            return _place(self._named(vendor, str(wanted)), vendor)
        async with self._starting:
            session = self._newest(vendor)
            if session is None:
                try:
                    entry = await self._host.create(CreateSession(mirrors=[vendor]))
                except Refusal as refusal:
                    raise translated(refusal) from None
                session = entry.session
        return _place(session, vendor)

    def _newest(self, vendor: str) -> Session | None:
        live = [each.session for each in self._host.entries() if each.is_live]
        return next((each for each in live if vendor in each.mirrors), None)

    def _named(self, vendor: str, id: str) -> Session:
        try:
            session = self._host.live(id)
        except Refusal as refusal:
            raise bad("mirraSession", f"{refusal.message} {refusal.hint or ''}".strip()) from None
        if vendor not in session.mirrors:
            has = ", ".join(session.mirrors)
            raise bad("mirraSession", f"The session '{id}' has no {vendor} mirror, only {has}.")
        return session


def _place(session: Session, vendor: str) -> Place:
    mirror = session.mirrors[vendor]
    origin = origin_of(mirror.url)
    env = mirror.env()
    user = next((value for name, value in env.items() if name.endswith("_ACCOUNT_SID")), None)
    wanted = ("_AUTH_TOKEN",) if user else ("_API_KEY", "_SECRET_KEY", "_KEY")
    secret = next(
        (value for end in wanted for name, value in env.items() if name.endswith(end)), ""
    )
    return Place(session.id, origin, origin.host, user, secret)
