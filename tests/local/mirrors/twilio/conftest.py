"""Twilio accounts for the official SDK."""

from collections.abc import Callable

import pytest

from tests.local.mirrors.conftest import Open
from tests.local.mirrors.twilio.client import Account


@pytest.fixture
def open_account(open_any: Open) -> Callable[..., Account]:
    """Return a function that starts an account, maybe with a seed."""

    def start(seed: str | None = None) -> Account:
        account = open_any(Account, seed)
        assert isinstance(account, Account)
        return account

    return start


@pytest.fixture
def account(open_account: Callable[..., Account]) -> Account:
    """An empty Twilio account."""
    return open_account()
