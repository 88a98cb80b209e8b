"""Testing tokens. Source: https://clerk.com/docs/guides/development/testing/overview"""

from tests.local.mirrors.clerk.client import NOON, Account


def test_a_testing_token_lasts_an_hour(account: Account) -> None:
    """Source: https://github.com/clerk/openapi-specs (TestingToken)"""
    first, other = (account.sdk.testing_tokens.create() for _ in range(2))
    assert first is not None
    assert other is not None
    assert (first.object, first.expires_at) == ("testing_token", NOON // 1_000 + 3_600)
    assert first.token.startswith(f"{NOON // 1_000}-c_")
    assert first.token != other.token
