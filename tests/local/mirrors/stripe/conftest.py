"""Stripe accounts for the official SDK."""

from collections.abc import Callable, Iterator

import pytest

from tests.local.mirrors.conftest import Open
from tests.local.mirrors.stripe.client import Account


@pytest.fixture(autouse=True)
def no_timer_fails(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """What fails later, when nobody calls, is only logged: let it fail the test."""
    yield
    failed = [each.message for each in caplog.get_records("call") if "was dropped" in each.message]
    assert not failed


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
    """An empty Stripe account."""
    return open_account()
