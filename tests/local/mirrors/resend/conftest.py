"""Resend accounts for the official SDK, which is pointed at the newest."""

from collections.abc import Callable

import pytest
import resend

from tests.local.mirrors.conftest import Open
from tests.local.mirrors.resend.client import Account


@pytest.fixture
def open_account(open_any: Open, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Account]:
    """Return a function that starts an account, maybe with a seed, and points the SDK at it."""

    def start(seed: str | None = None, name: str | None = None) -> Account:
        account = open_any(Account, seed, name)
        assert isinstance(account, Account)
        monkeypatch.setattr(resend, "api_url", account.env["RESEND_API_URL"])
        monkeypatch.setattr(resend, "api_key", account.env["RESEND_API_KEY"])
        return account

    return start


@pytest.fixture
def account(open_account: Callable[..., Account]) -> Account:
    """An empty Resend account."""
    return open_account()
