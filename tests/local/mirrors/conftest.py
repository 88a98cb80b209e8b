"""A running embedded Mirra, and accounts in it for the official SDKs."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings
from tests.local.mirrors.account import MirrorAccount

Open = Callable[..., MirrorAccount]


@pytest.fixture(scope="session")
def mirra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalMirra]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("mirra"), max_sessions=1000)
    with LocalMirra(settings) as local:
        yield local


@pytest.fixture
def open_any(mirra: LocalMirra) -> Iterator[Open]:
    """Return a function that starts an account of any vendor, maybe with a seed."""
    opened: list[MirrorAccount] = []

    def start(
        kind: type[MirrorAccount], seed: str | None, name: str | None = None, **fields: Any
    ) -> MirrorAccount:
        named = {"name": name} if name else {}
        opened.append(kind(mirra.url, mirra.token, seed, **named, **fields))
        return opened[-1]

    yield start
    for account in opened:
        account.close()
