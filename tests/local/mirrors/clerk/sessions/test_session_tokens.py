"""Session tokens, verified by the official SDK, which reads the machine's clock.

Source: https://clerk.com/docs/guides/sessions/session-tokens
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from clerk_backend_api.security import TokenVerificationError, VerifyTokenOptions, verify_token

from tests.local.mirrors.clerk.client import Account

Open = Callable[..., Account]
REASONS = {
    "expired": "token-expired",
    "of another instance": "jwk-kid-mismatch",
    "signed by nobody": "token-invalid-signature",
}


@pytest.fixture
def now(open_account: Open) -> Account:
    """An instance whose clock stands at the machine's time."""
    return open_account(clock=datetime.now(UTC).isoformat())


def token_of(account: Account) -> str:
    """Sign somebody in and return a token of the session."""
    session = account.sdk.sessions.create(request={"user_id": account.user().id})
    made = account.sdk.sessions.create_token(session_id=session.id)
    return str(made.jwt)


def options(account: Account, *, networkless: bool = False) -> VerifyTokenOptions:
    """Let the SDK look up the key, or take the one that the session tells."""
    if networkless:
        return VerifyTokenOptions(jwt_key=account.env["CLERK_JWT_KEY"])
    return VerifyTokenOptions(
        secret_key=account.env["CLERK_SECRET_KEY"], api_url=account.env["CLERK_API_URL"]
    )


@pytest.mark.parametrize("networkless", [False, True])
def test_a_sessions_token_verifies(now: Account, networkless: bool) -> None:
    """Source: https://clerk.com/docs/guides/sessions/session-tokens#default-claims"""
    user = now.user()
    session = now.sdk.sessions.create(request={"user_id": user.id})
    made = now.sdk.sessions.create_token(session_id=session.id)
    claims = verify_token(str(made.jwt), options(now, networkless=networkless))
    assert (claims["sub"], claims["sid"], claims["v"]) == (user.id, session.id, 2)
    assert (claims["sts"], claims["fva"]) == ("active", [0, -1])
    assert claims["iss"] == "https://mirra.clerk.accounts.dev"
    assert (claims["exp"] - claims["iat"], claims["iat"] - claims["nbf"]) == (60, 5)


@pytest.mark.parametrize("networkless", [False, True])
def test_a_token_is_refused_after_its_time_and_in_another_instance(
    now: Account, open_account: Open, networkless: bool
) -> None:
    past = open_account(clock=(datetime.now(UTC) - timedelta(hours=1)).isoformat())
    fresh = token_of(now)
    spoilt = fresh[:-6] + "AAAAAA"
    tokens = {
        "expired": (past, token_of(past)),
        "of another instance": (past, fresh),
        "signed by nobody": (now, spoilt),
    }
    found = {}
    for name, (account, token) in tokens.items():
        with pytest.raises(TokenVerificationError) as refused:
            verify_token(token, options(account, networkless=networkless))
        found[name] = refused.value.reason.value[0]
    unsigned = {"of another instance": "token-invalid-signature"} if networkless else {}
    assert found == REASONS | unsigned


def test_a_revoked_session_makes_no_more_tokens(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Revoke a session)"""
    session = account.sdk.sessions.create(request={"user_id": account.user().id})
    assert account.sdk.sessions.revoke(session_id=session.id).status == "revoked"
    status, told = account.call("POST", f"/v1/sessions/{session.id}/tokens", {})
    assert (status, told["errors"][0]["code"]) == (404, "resource_not_found")
    assert [kind for kind, _ in account.told("session.revoked")] == ["session.revoked"]


def test_a_session_is_over_after_a_week(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/secure/session-options"""
    session = account.sdk.sessions.create(request={"user_id": account.user().id})
    account.advance("6 days")
    assert account.sdk.sessions.get(session_id=session.id).status == "active"
    account.advance("1 day")
    assert account.sdk.sessions.get(session_id=session.id).status == "expired"


@pytest.mark.parametrize("networkless", [False, True])
def test_tokens_are_good_however_far_a_flowing_clock_was_moved(
    open_account: Open, networkless: bool
) -> None:
    """Until its session is over: then there are none, and the app signs out within the minute."""
    account = open_account(clock=None)
    session = account.sdk.sessions.create(request={"user_id": account.user().id})
    for move in ("6 days", "23 hours"):
        account.advance(move)
        made = account.sdk.sessions.create_token(session_id=session.id)
        claims = verify_token(str(made.jwt), options(account, networkless=networkless))
        assert (claims["sid"], claims["exp"] - claims["iat"]) == (session.id, 60)
    account.advance("1 hour")
    status, told = account.call("POST", f"/v1/sessions/{session.id}/tokens", {})
    assert (status, told["errors"][0]["code"]) == (404, "resource_not_found")
