"""Sign-ups through the Frontend API. Source: https://clerk.com/docs/reference/frontend-api"""

from tests.local.mirrors.clerk.browser import Browser
from tests.local.mirrors.clerk.client import Account, error


def test_somebody_signs_up_with_a_code_from_an_email(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/development/custom-flows/authentication/email-password"""
    browser = Browser(account)
    attempt = browser.post(
        "/client/sign_ups", email_address="alice@example.com", password="correct horse battery"
    )
    assert (attempt["status"], attempt["missing_fields"], attempt["unverified_fields"]) == (
        "missing_requirements",
        [],
        ["email_address"],
    )
    path = f"/client/sign_ups/{attempt['id']}"
    prepared = browser.post(f"{path}/prepare_verification", strategy="email_code")
    assert prepared["verifications"]["email_address"]["next_action"] == "needs_attempt"
    ((_, told),) = account.told("email.created")
    code = told["data"]["otp_code"]
    assert (told["to_email_address"], told["slug"]) == ("alice@example.com", "verification_code")
    assert code in told["subject"]
    wrong = "000000" if code != "000000" else "111111"
    status, body = browser.call(
        "POST", f"{path}/attempt_verification", strategy="email_code", code=wrong
    )
    assert (status, error(body)) == (
        422,
        ("form_code_incorrect", "Incorrect code", {"param_name": "code"}),
    )
    done = browser.post(f"{path}/attempt_verification", strategy="email_code", code=code)
    assert done["status"] == "complete"
    user = account.sdk.users.get(user_id=done["created_user_id"])
    (address,) = user.email_addresses
    assert address.verification is not None
    assert (address.verification.status, user.password_enabled) == ("verified", True)
    session = account.sdk.sessions.get(session_id=done["created_session_id"])
    assert (session.status, session.user_id) == ("active", user.id)
    names = [name for name, _ in account.told("user.created", "session.created")]
    assert names == ["user.created", "session.created"]


def test_a_code_is_worth_three_tries_and_ten_minutes(account: Account) -> None:
    """Source: https://github.com/clerk/clerk-docs (data/api_errors.json)"""
    browser = Browser(account)
    attempt = browser.post(
        "/client/sign_ups", email_address="a@example.com", password="correct horse"
    )
    path = f"/client/sign_ups/{attempt['id']}"
    browser.post(f"{path}/prepare_verification", strategy="email_code")
    found = [
        browser.call("POST", f"{path}/attempt_verification", strategy="email_code", code="nothing")
        for _ in range(4)
    ]
    codes = [body["errors"][0]["code"] for _, body in found]
    assert codes == ["form_code_incorrect"] * 2 + ["verification_failed"] * 2
    browser.post(f"{path}/prepare_verification", strategy="email_code")
    account.advance("11 minutes")
    status, body = browser.call(
        "POST", f"{path}/attempt_verification", strategy="email_code", code=browser.code()
    )
    assert (status, body["errors"][0]["code"]) == (400, "verification_expired")


def test_a_test_address_is_sent_nothing_and_takes_424242(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/development/testing/test-emails-and-phones"""
    browser = Browser(account)
    done = browser.sign_up("jane+clerk_test@example.com")
    assert (done["status"], browser.code()) == ("complete", "424242")
    assert account.told("email.created") == []


def test_what_another_user_has_cannot_be_signed_up_with(account: Account) -> None:
    """Source: https://github.com/clerk/clerk-docs (data/api_errors.json)"""
    account.user("alice@example.com")
    browser = Browser(account)
    status, body = browser.call(
        "POST", "/client/sign_ups", email_address="Alice@example.com", password="correct horse"
    )
    taken = "That email address is taken. Please try another."
    assert (status, error(body)) == (
        422,
        ("form_identifier_exists", taken, {"param_name": "email_address"}),
    )
