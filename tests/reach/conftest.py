"""One Mirra with one session, for commands that need no mirrors of their own."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest

from mirra_mcp.client.client import MirraClient
from mirra_mcp.wire.sessions import CreateSession, Session
from tests.reach import commands


@dataclass
class Place:
    """A session, and the folder by which its Mirra is found."""

    folder: Path
    url: str
    token: str
    session: Session

    @property
    def id(self) -> str:
        return self.session.session_id


@pytest.fixture(scope="package")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("reach")
    with commands.mirra(folder) as local:

        async def start() -> Session:
            async with MirraClient(local.url, local.token) as client:
                wanted = CreateSession(
                    mirrors=["stripe", "resend", "twilio"],
                    seeds={"twilio": "verified-numbers"},
                    name="shop",
                )
                return await client.create_session(wanted)

        yield Place(folder, local.url, local.token, anyio.run(start))
