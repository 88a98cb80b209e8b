"""Sign-ins through the Frontend API. Source: https://clerk.com/docs/reference/frontend-api"""

from tests.local.mirrors.clerk.browser import Browser
from tests.local.mirrors.clerk.client import NOON, Account, error

PASSWORD = "correct horse battery"


def test_somebody_signs_in_with_a_password_and_out_again(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/development/custom-flows/authentication/email-password"""
    user = account.user()
    browser = Browser(account)
    done = browser.post("/client/sign_ins", identifier="alice@example.com", password=PASSWORD)
    assert done["status"] == "complete"
    session_id = done["created_session_id"]
    _, told = browser.call("GET", "/client")
    (session,) = told["response"]["sessions"]
    assert (session["id"], session["user"]["id"]) == (session_id, user.id)
    assert "private_metadata" not in session["user"]
    assert browser.call("GET", "/me")[1]["response"]["id"] == user.id
    assert account.sdk.users.get(user_id=user.id).last_sign_in_at == NOON
    status, token = browser.call("POST", f"/client/sessions/{session_id}/tokens")
    assert (status, token["object"]) == (200, "token")
    ended = browser.post(f"/client/sessions/{session_id}/end")
    assert ended["status"] == "ended"
    assert account.sdk.sessions.get(session_id=session_id).status == "ended"
    status, body = browser.call("GET", "/me")
    assert (status, error(body)) == (401, ("signed_out", "You are signed out", {}))
    assert [name for name, _ in account.told("session.ended")] == ["session.ended"]


def test_the_tenth_wrong_password_locks_for_an_hour(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/secure/user-lockout"""
    user = account.user()
    browser = Browser(account)
    form = {"identifier": "alice@example.com", "password": "wrong horse battery"}
    found = [browser.call("POST", "/client/sign_ins", **form) for _ in range(10)]
    codes = [body["errors"][0]["code"] for _, body in found]
    assert codes == ["form_password_incorrect"] * 9 + ["user_locked"]
    status, body = browser.call("POST", "/client/sign_ins", **(form | {"password": PASSWORD}))
    assert (status, error(body)) == (
        403,
        (
            "user_locked",
            "Your account is locked. You will be able to try again in 1 hour. For more "
            "information, please contact support.",
            {"lockout_expires_in_seconds": 3600},
        ),
    )
    locked = account.sdk.users.get(user_id=user.id)
    assert (locked.locked, locked.lockout_expires_in_seconds) == (True, 3600)
    account.advance("1 hour")
    done = browser.post("/client/sign_ins", **(form | {"password": PASSWORD}))
    assert done["status"] == "complete"


def test_a_second_factor_follows_the_first(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/configure/auth-strategies/sign-up-sign-in-options"""
    account.user(totp_secret="GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", backup_codes=["first", "other"])
    browser = Browser(account)
    started = browser.post("/client/sign_ins", identifier="alice@example.com", password=PASSWORD)
    assert started["status"] == "needs_second_factor"
    strategies = [each["strategy"] for each in started["supported_second_factors"]]
    assert strategies == ["totp", "backup_code"]
    path = f"/client/sign_ins/{started['id']}/attempt_second_factor"
    status, body = browser.call("POST", path, strategy="totp", code="000000")
    assert (status, body["errors"][0]["code"]) == (422, "form_code_incorrect")
    done = browser.post(path, strategy="backup_code", code="first")
    assert done["status"] == "complete"
    session = account.state("sessions")[0]
    assert session["id"] == done["created_session_id"]


def test_a_ticket_signs_in_once(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Sign-in Tokens)"""
    user = account.user()
    ticket = account.sdk.sign_in_tokens.create(request={"user_id": user.id})
    assert ticket is not None
    browser = Browser(account)
    done = browser.post("/client/sign_ins", strategy="ticket", ticket=str(ticket.token))
    assert done["status"] == "complete"
    status, body = Browser(account).call(
        "POST", "/client/sign_ins", strategy="ticket", ticket=str(ticket.token)
    )
    assert (status, body["errors"][0]["code"]) == (400, "sign_in_token_already_used_code")
    late = account.sdk.sign_in_tokens.create(request={"user_id": user.id, "expires_in_seconds": 60})
    assert late is not None
    account.advance("2 minutes")
    status, body = Browser(account).call(
        "POST", "/client/sign_ins", strategy="ticket", ticket=str(late.token)
    )
    assert (status, body["errors"][0]["code"]) == (400, "ticket_expired_code")
    revoked = account.sdk.sign_in_tokens.revoke(sign_in_token_id=late.id)
    assert revoked.status == "revoked"


def test_who_is_banned_or_unknown_cannot_sign_in(account: Account) -> None:
    """Source: https://github.com/clerk/clerk-docs (data/api_errors.json)"""
    user = account.user()
    browser = Browser(account)
    status, body = browser.call("POST", "/client/sign_ins", identifier="bob@example.com")
    assert (status, error(body)) == (
        422,
        ("form_identifier_not_found", "Couldn't find your account.", {"param_name": "identifier"}),
    )
    account.sdk.users.ban(user_id=user.id)
    status, body = browser.call("POST", "/client/sign_ins", identifier="alice@example.com")
    assert (status, body["errors"][0]["code"]) == (403, "user_banned")
