"""An embedded Mirra for the scenarios of a module."""

from collections.abc import AsyncIterator, Iterator

import anyio
import pytest

from mirra_mcp.client.client import MirraClient
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings
from tests.local.scenarios.driving import Handler, handling


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalMirra]:
    with LocalMirra(Settings(data_dir=tmp_path_factory.mktemp("data"))) as running:
        yield running


@pytest.fixture
async def mirra(local: LocalMirra) -> AsyncIterator[MirraClient]:
    with anyio.fail_after(30):
        async with MirraClient(local.url, local.token, retries=0) as client:
            yield client


@pytest.fixture
def handler() -> Iterator[Handler]:
    with handling() as handler:
        yield handler
