"""What the stories of this folder share: an agent over MCP, and a webhook receiver."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from mirra_mcp.client.client import MirraClient
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.server.app import build_server
from mirra_mcp.settings import Settings
from tests.local.receiver import Receiver, receiving
from tests.server.conftest import Agent


@pytest.fixture
async def agent(tmp_path: Path) -> AsyncIterator[Agent]:
    """An agent that works through the MCP server on an embedded Mirra of its own."""
    with LocalMirra(Settings(data_dir=tmp_path / "data")) as local:

        async def connect(token: str | None) -> MirraClient:
            return MirraClient(local.url, local.token)

        async with Client(build_server(connect, Settings())) as client:
            yield Agent(client)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def drained(receiver: Receiver) -> list[Any]:
    """Return what has come in by now, in order."""
    return [receiver.inbox.get_nowait() for _ in range(receiver.inbox.qsize())]
