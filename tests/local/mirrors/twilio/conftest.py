"""A running embedded Mirra, and Twilio accounts in it for the official SDK."""

from collections.abc import Callable, Iterator

import pytest

from mirra_mcp.local.app import LocalMirra
from mirra_mcp.local.mirrors.twilio.mirror import Twilio
from mirra_mcp.settings import Settings
from tests.local.mirrors.twilio.account import Account


@pytest.fixture(scope="session")
def mirra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalMirra]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("mirra"), max_sessions=1000)
    with LocalMirra(settings, kinds={"twilio": Twilio}) as local:
        yield local


@pytest.fixture
def open_account(mirra: LocalMirra) -> Iterator[Callable[..., Account]]:
    """Return a function that starts an account, maybe with a seed."""
    opened: list[Account] = []

    def start(seed: str | None = None) -> Account:
        account = Account(mirra.url, mirra.token, seed)
        opened.append(account)
        return account

    yield start
    for account in opened:
        account.close()


@pytest.fixture
def account(open_account: Callable[..., Account]) -> Account:
    """An empty Twilio account."""
    return open_account()
