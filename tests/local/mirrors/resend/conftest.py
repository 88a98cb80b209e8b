"""A running embedded Mirra, and Resend accounts in it for the official SDK."""

from collections.abc import Callable, Iterator

import pytest
import resend

from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings
from tests.local.mirrors.resend.account import Account


@pytest.fixture(scope="session")
def mirra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalMirra]:
    with LocalMirra(Settings(data_dir=tmp_path_factory.mktemp("mirra"))) as local:
        yield local


@pytest.fixture
def open_account(
    mirra: LocalMirra, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Account]]:
    """Return a function that starts an account, maybe with a seed, and points the SDK at it."""
    opened: list[Account] = []

    def start(seed: str | None = None) -> Account:
        account = Account(mirra.url, mirra.token, seed)
        monkeypatch.setattr(resend, "api_url", account.env["RESEND_API_URL"])
        monkeypatch.setattr(resend, "api_key", account.env["RESEND_API_KEY"])
        opened.append(account)
        return account

    yield start
    for account in opened:
        account.close()


@pytest.fixture
def account(open_account: Callable[..., Account]) -> Account:
    """An empty Resend account."""
    return open_account()
