"""An embedded Mirra with all vendors, shared by the tests of a module."""

from collections.abc import Iterator

import httpx
import pytest

from mirra_mcp.local.app import LocalMirra
from mirra_mcp.local.mirrors import MIRRORS
from mirra_mcp.settings import Settings


@pytest.fixture(scope="module")
def control(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("mirra"))
    with LocalMirra(settings, kinds=MIRRORS) as local:
        headers = {"authorization": f"Bearer {local.token}"}
        with httpx.Client(base_url=local.url, headers=headers, timeout=30) as client:
            yield client
