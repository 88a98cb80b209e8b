"""A server of ours before a real embedded Mirra, driven by the SDK's own client in both eras."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
from mcp import Client

from mirra_mcp.client.client import MirraClient
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.local.mirrors import MIRRORS
from mirra_mcp.server.app import build_server
from mirra_mcp.server.caller import Connect
from mirra_mcp.server.sdk import KitServer
from mirra_mcp.settings import Settings
from mirra_mcp.wire.sessions import CreateSession, Session
from tests.answers import error
from tests.local.kit.toy import Toy
from tests.server.priced import PriceApi, pricing

Mode = Literal["auto", "legacy"]
RESOURCE_ENV = tuple(f"{name}@127.0.0.1" for name in ("CRYPTO_API_KEY", "T", "U", "P", "A", "R"))
"""Variables that a person allowed to be sent to the API of the tests."""
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
"""A session's clock that starts here moves only by hand, however slow the machine is."""


@pytest.fixture
def anyio_backend() -> str:
    """The event loop that everything of ours runs on."""
    return "asyncio"


@pytest.fixture(params=["auto", "legacy"])
def mode(request: pytest.FixtureRequest) -> Mode:
    """Protocol 2026-07-28, or the handshake of 2025-11-25 and before."""
    era: Mode = request.param
    return era


@pytest.fixture
def local(tmp_path: Path) -> Iterator[LocalMirra]:
    """An embedded Mirra with its mirrors, and a small vendor that does what a test needs."""
    settings = Settings(data_dir=tmp_path / "data", resource_hosts=("127.0.0.1",))
    with LocalMirra(settings, kinds={**MIRRORS, "toy": Toy}) as mirra:
        yield mirra


@pytest.fixture
def connect(local: LocalMirra) -> Connect:
    """What the command gives to `build_server`."""

    async def client(token: str | None) -> MirraClient:
        return MirraClient(local.url, token or local.token)

    return client


@pytest.fixture
def server(connect: Connect) -> KitServer:
    """A server with the default tools."""
    return build_server(connect, Settings())


@pytest.fixture
async def mirra(
    connect: Connect,
) -> AsyncIterator[MirraClient]:
    """Mirra itself, to look from behind."""
    async with await connect(None) as client:
        yield client


@dataclass
class Agent:
    """An agent's end of the connection."""

    client: Client

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool that must succeed, and return its structured answer."""
        answer = await self.client.call_tool(tool, arguments)
        assert not answer.is_error, answer.content
        body: dict[str, Any] | None = answer.structured_content
        assert body is not None
        return body

    async def refusal(self, tool: str, **arguments: Any) -> dict[str, str]:
        """Call a tool that must refuse, and return its error."""
        return error(await self.client.call_tool(tool, arguments))


@pytest.fixture
async def agent(server: KitServer, mode: Mode) -> AsyncIterator[Agent]:
    """An agent that is connected, in either era."""
    async with Client(server, mode=mode) as client:
        yield Agent(client)


@pytest.fixture
async def maker(connect: Connect, mode: Mode) -> AsyncIterator[Agent]:
    """An agent that has every tool."""
    settings = Settings(toolsets=("all",), resource_env=RESOURCE_ENV)
    async with Client(build_server(connect, settings), mode=mode) as client:
        yield Agent(client)


@pytest.fixture
def prices() -> Iterator[PriceApi]:
    """A real API, to be offered in the marketplace."""
    with pricing() as api:
        yield api


@pytest.fixture
async def session(mirra: MirraClient) -> Session:
    """A session that is live already."""
    return await mirra.create_session(CreateSession(mirrors=["toy"], clock=NOON))
