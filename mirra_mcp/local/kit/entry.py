"""A session as the host keeps it: what runs it, and what is known of it when it is over."""

import asyncio
import secrets
from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime

from mirra_mcp.local.kit.ids import LETTERS
from mirra_mcp.local.kit.session import Session
from mirra_mcp.wire import sessions as wire


@dataclass
class Entry:
    """A session as the host keeps it."""

    session: Session
    status: wire.SessionStatus
    created_at: datetime
    ports: dict[str, int]
    expires_at: datetime | None = None
    ended_at: datetime | None = None
    snapshot_ids: dict[str, str] | None = None
    expiry: asyncio.TimerHandle | None = None
    work: asyncio.Handle | None = None
    is_imaged: bool = False
    """Whether an image of it is being written."""
    planned: float | None = None
    """The instant, in the session's epoch seconds, for which `work` is planned."""

    @property
    def is_live(self) -> bool:
        """Whether its mirrors answer."""
        return self.status == "ready"

    def show(self, *, stats: bool = True) -> wire.Session:
        """Return the session as the API shows it."""
        session = self.session
        return wire.Session(
            session_id=session.id,
            status=self.status,
            mirrors=[
                wire.MirrorInfo(
                    vendor=vendor,
                    url=mirror.url,
                    version=mirror.version,
                    env=mirror.env(),
                    hosts=list(mirror.hosts) or None,
                    setup=mirror.setup(),
                )
                for vendor, mirror in session.mirrors.items()
            ],
            created_at=self.created_at,
            expires_at=self.expires_at,
            ended_at=self.ended_at,
            name=session.name,
            mode=session.mode,
            seeds=session.seeds,
            clock=session.clock.now() if self.is_live else None,
            stats=wire.SessionStats(
                requests=session.requests, webhooks=session.webhooks_sent, errors=session.errors
            )
            if stats
            else None,
            snapshot_ids=self.snapshot_ids,
            forked_from=session.forked_from,
            sends_webhooks=False if session.is_quiet else None,
            inherited_endpoints=[
                wire.InheritedEndpoint(mirror=vendor, url=url, is_called=url not in self._silent())
                for vendor, url in session.endpoints
            ]
            if session.forked_from
            else None,
        )

    def _silent(self) -> set[str]:
        return self.session.deliveries.silent if self.session.is_open else set()


def fresh_id(taken: Container[str]) -> str:
    """Make a session's id, four letters long unless it is taken."""
    length = 4
    while (id := "ses_" + "".join(secrets.choice(LETTERS) for _ in range(length))) in taken:
        length += 1
    return id
