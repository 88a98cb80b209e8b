"""A marketplace with the toy mirror and a scripted upstream, shared by the tests of a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings
from tests.local.kit.toy import Toy
from tests.local.marketplace.shop import Shop
from tests.local.marketplace.upstream import Upstream, serving


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def mirra(folder: Path) -> Iterator[LocalMirra]:
    settings = Settings(
        data_dir=folder,
        resource_hosts=("127.0.0.1",),
        resource_timeout=15.0,
    )
    with LocalMirra(settings, kinds={"toy": Toy}) as local:
        yield local


@pytest.fixture(scope="module")
def shop(mirra: LocalMirra) -> Iterator[Shop]:
    with Shop(mirra) as found:
        yield found


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with serving() as found:
        yield found
