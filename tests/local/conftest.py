"""An embedded Mirra with the toy mirror, shared by the tests of a module."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings
from tests.local.kit.toy import Toy
from tests.local.receiver import Receiver, receiving
from tests.local.world import Toyland, World


@pytest.fixture
def make_world(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Return a function that starts a Mirra of its own with special settings."""
    with ExitStack() as stack:

        def make(**settings: Any) -> World:
            settings.setdefault("data_dir", tmp_path)
            local = stack.enter_context(LocalMirra(Settings(**settings), kinds={"toy": Toy}))
            return stack.enter_context(_http(local))

        yield make


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("mirra"))
    with LocalMirra(settings, kinds={"toy": Toy}) as local, _http(local) as world:
        yield world


@pytest.fixture
def toyland(world: World) -> Iterator[Toyland]:
    """A session whose clock moves only by hand, however slow the machine is."""
    toyland = world.start(clock="2026-05-04T12:00:00Z")
    yield toyland
    toyland.end()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


class _http(World):
    def __init__(self, local: LocalMirra) -> None:
        headers = {"authorization": f"Bearer {local.token}"}
        super().__init__(
            httpx.Client(base_url=local.url, headers=headers, timeout=30, verify=False)
        )

    def __enter__(self) -> World:
        return self

    def __exit__(self, *exc: object) -> None:
        self.http.close()
