"""What the fixtures hold. The fixtures are ours."""

from collections.abc import Callable

from tests.local.mirrors.clerk.browser import Browser
from tests.local.mirrors.clerk.client import Account

PASSWORD = "correct-horse-battery-staple"


def test_consumers_are_in_every_state_of_a_user(open_account: Callable[..., Account]) -> None:
    account = open_account("consumer")
    _, listed = account.call("GET", "/v1/users?limit=20")
    users = {each["first_name"]: each for each in listed}
    assert sorted(users) == ["Alice", "Bob", "Carol", "Dave", "Erin", "Frank", "Grace"]
    assert (users["Bob"]["banned"], users["Carol"]["locked"]) == (True, True)
    assert (
        users["Erin"]["external_accounts"][0]["provider"],
        users["Grace"]["password_enabled"],
    ) == (
        "oauth_google",
        False,
    )
    assert [each["status"] for each in account.state("sessions")] == ["active"]
    found = {}
    for name in ("alice@example.com", "bob@example.com", "carol@example.com", "dave@example.com",
                 "frank"):  # fmt: skip
        form = {"identifier": name, "password": PASSWORD}
        status, body = Browser(account).call("POST", "/client/sign_ins", **form)
        found[name] = body["response"]["status"] if status == 200 else body["errors"][0]["code"]
    assert found == {
        "alice@example.com": "complete",
        "bob@example.com": "user_banned",
        "carol@example.com": "user_locked",
        "dave@example.com": "needs_second_factor",
        "frank": "complete",
    }


def test_keys_and_tokens_are_made_and_taken_back_by_people(account: Account) -> None:
    user = account.user()
    account.simulate("api_key.created", name="Builds")
    (key,) = account.state("api_keys")
    assert (key["subject"], key["name"], key["revoked"]) == (user.id, "Builds", False)
    account.simulate("api_key.revoked", keyId=key["id"])
    assert account.state("api_keys")[0]["revocation_reason"] == "Revoked by its owner"
    refused = account.http.post("/_mirra/simulate", json={"event": "api_key.revoked"})
    assert refused.status_code == 400
