"""What the world does: people sign up and in, and are locked out.

Source: https://clerk.com/docs/guides/development/webhooks/overview
"""

from tests.local.mirrors.clerk.client import Account, error


def test_a_person_signs_up_and_in_and_is_locked_out(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/secure/user-lockout"""
    account.simulate("user.created", email="ann@example.com", firstName="Ann")
    (user,) = account.state("users")
    assert (user["first_name"], user["locked"]) == ("Ann", False)
    assert [name for name, _ in account.told()] == [
        "email.created",
        "user.created",
        "session.created",
    ]
    account.simulate("session.created", userId="ann@example.com")
    account.simulate("sign_in.failed", times=10)
    assert account.state("users")[0]["locked"] is True
    refused = account.http.post(
        "/_mirra/simulate", json={"event": "user.created", "email": "ann@example.com"}
    )
    assert "taken" in refused.json()["error"]["message"]


def test_a_connected_account_has_an_access_token_until_it_is_deleted(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Retrieve the OAuth access token)"""
    user = account.user()
    account.simulate("user.connected", provider="oauth_github")
    path = f"/v1/users/{user.id}"
    _, (token,) = account.call("GET", f"{path}/oauth_access_tokens/oauth_github")
    assert (token["provider"], token["token"][:5]) == ("oauth_github", "ya29.")
    assert account.call("GET", f"{path}/oauth_access_tokens/oauth_google") == (200, [])
    id = token["external_account_id"]
    assert account.call("DELETE", f"{path}/external_accounts/{id}")[1]["deleted"] is True
    status, told = account.call("DELETE", f"{path}/external_accounts/{id}")
    assert (status, error(told)[0]) == (404, "external_account_not_found")


def test_a_passkey_is_taken_off_its_user_who_is_told(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Delete a user passkey)"""
    user = account.user()
    account.simulate("user.passkey_added", name="Phone")
    (passkey,) = account.sdk.users.get(user_id=user.id).passkeys
    assert passkey.name == "Phone"
    given = {"user_id": user.id, "passkey_identification_id": str(passkey.id)}
    assert account.sdk.users.delete_passkey(**given).deleted
    assert account.state("sent_emails")[0]["slug"] == "passkey_removed"
    path = f"/v1/users/{user.id}"
    assert account.call("DELETE", f"{path}/passkeys/{passkey.id}")[0] == 404
    assert account.call("GET", path)[1]["passkeys"] == []


def test_a_picture_takes_the_place_of_initials(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Set user profile image)"""
    user = account.user(first_name="Alice")
    picture = {"file_name": "a.png", "content": b"picture", "content_type": "image/png"}
    shown = account.sdk.users.set_profile_image(user_id=user.id, file=picture)  # type: ignore[arg-type]
    assert (shown.has_image, shown.image_url != user.image_url) == (True, True)
    plain = account.sdk.users.delete_profile_image(user_id=user.id)
    assert (plain.has_image, plain.image_url) == (False, user.image_url)


def test_the_limit_of_calls_is_enforced_when_a_story_says_so(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/how-clerk-works/system-limits"""
    account.simulate("instance.rate_limited")
    found = [account.http.get("/v1/users/count") for _ in range(101)]
    assert {each.status_code for each in found[:100]} == {200}
    last = found[100]
    assert (last.status_code, error(last.json())[0]) == (429, "too_many_requests")
    assert last.headers["retry-after"] == "10"
    account.advance("10 seconds")
    assert account.http.get("/v1/users/count").status_code == 200
