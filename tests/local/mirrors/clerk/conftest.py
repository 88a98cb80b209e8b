"""Clerk instances for the official SDK."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.local.mirrors.clerk.client import Account
from tests.local.mirrors.conftest import Open


@pytest.fixture
def open_account(open_any: Open) -> Callable[..., Account]:
    """Return a function that starts an instance, maybe with a seed, or with webhooks."""

    def start(seed: str | None = None, name: str | None = None, **fields: Any) -> Account:
        account = open_any(Account, seed, name, **fields)
        assert isinstance(account, Account)
        return account

    return start


@pytest.fixture
def account(open_account: Callable[..., Account]) -> Account:
    """An empty Clerk instance."""
    return open_account()
