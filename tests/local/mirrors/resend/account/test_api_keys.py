"""API keys and what they may do.

Source: https://resend.com/docs/api-reference/api-keys/create-api-key
"""

from typing import Any

import pytest
import resend

from tests.local.mirrors.resend.client import NOW, Account, plain, refusal
from tests.local.mirrors.resend.sending.letters import NOBODY, letter

RESTRICTED = refusal(401, "restricted_api_key", "This API key is restricted to only send emails.")


def as_key(account: Account, token: str, method: str, path: str, body: Any = None) -> Any:
    """Call the API with another key: status and body."""
    headers = {"authorization": f"Bearer {token}"}
    answer = account.http.request(method, path, headers=headers, json=body)
    return answer.status_code, answer.json()


def test_a_key_shows_its_token_once(account: Account) -> None:
    """Source: https://github.com/resend/resend-node (recorded answer)"""
    made = plain(resend.ApiKeys.create({"name": "Production"}))
    assert made == {"object": "list", "id": made["id"], "token": made["token"]}
    assert made["token"].startswith("re_")
    first, *_ = resend.ApiKeys.list()["data"]
    assert first == {
        "id": made["id"],
        "name": "Production",
        "created_at": NOW,
        "last_used_at": None,
    }
    assert as_key(account, made["token"], "GET", "/domains")[0] == 200


def test_a_key_tells_when_it_was_used(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/api-keys/list-api-keys (once a minute: ours)"""
    token = resend.ApiKeys.create({"name": "Production"})["token"]
    account.advance("1 hour")
    as_key(account, token, "GET", "/domains")
    [key] = [each for each in resend.ApiKeys.list()["data"] if each["name"] == "Production"]
    assert key["last_used_at"] == "2026-05-04 13:00:00+00"


def test_a_key_is_renamed(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/api-keys/update-api-key"""
    id = resend.ApiKeys.create({"name": "Production"})["id"]
    assert plain(resend.ApiKeys.update({"id": id, "name": "Staging"})) == {
        "object": "api_key",
        "id": id,
    }
    assert resend.ApiKeys.list()["data"][0]["name"] == "Staging"


def test_a_deleted_key_is_refused(account: Account) -> None:
    """Source: https://github.com/resend/resend-node (recorded answer)"""
    made = resend.ApiKeys.create({"name": "Production"})
    gone = plain(resend.ApiKeys.remove(made["id"]))
    assert gone == {"object": "list", "id": made["id"], "deleted": True}
    invalid = refusal(403, "invalid_api_key", "API key is invalid")
    assert as_key(account, made["token"], "GET", "/domains") == (403, invalid)
    missing = refusal(404, "not_found", "API key not found")
    assert account.call("DELETE", f"/api-keys/{made['id']}") == (404, missing)


def test_a_sending_key_only_sends(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/errors"""
    token = resend.ApiKeys.create({"name": "Sender", "permission": "sending_access"})["token"]
    sent = as_key(account, token, "POST", "/emails", letter())
    assert sent[0] == 200
    assert as_key(account, token, "POST", "/emails/batch", [letter()])[0] == 200
    assert as_key(account, token, "GET", "/usage")[0] == 200
    for method, path in (
        ("GET", "/emails"),
        ("GET", f"/emails/{sent[1]['id']}"),
        ("POST", f"/emails/{sent[1]['id']}/cancel"),
        ("GET", "/domains"),
        ("POST", "/api-keys"),
        ("GET", "/webhooks"),
        ("GET", "/contacts"),
        ("POST", "/broadcasts"),
    ):
        assert as_key(account, token, method, path) == (401, RESTRICTED), path


def test_a_sending_key_may_be_bound_to_a_domain(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/api-keys/create-api-key (`domain_id`)"""
    own = account.verify_domain("acme.com")
    account.verify_domain("other.com")
    made = resend.ApiKeys.create({"name": "Acme", "permission": "sending_access", "domain_id": own})
    given = letter("alice@example.com") | {"from": "hi@acme.com"}
    assert as_key(account, made["token"], "POST", "/emails", given)[0] == 200
    words = "This API key is not authorized to send emails from other.com"
    assert as_key(account, made["token"], "POST", "/emails", given | {"from": "a@other.com"}) == (
        403,
        refusal(403, "validation_error", words),
    )
    words = "This API key is not authorized to send emails from resend.dev"
    assert as_key(account, made["token"], "POST", "/emails", letter()) == (
        403,
        refusal(403, "validation_error", words),
    )


@pytest.mark.parametrize(
    ("body", "status", "name", "message"),
    [
        ({}, 422, "missing_required_field", "Missing `name` field."),
        (
            {"name": "n" * 51},
            422,
            "validation_error",
            "The `name` field must be 50 characters or less.",
        ),
        (
            {"name": "a", "permission": "admin"},
            422,
            "invalid_access",
            'Access must be "full_access" | "sending_access".',
        ),
        (
            {"name": "a", "permission": "sending_access", "domain_id": NOBODY},
            404,
            "not_found",
            "Domain not found",
        ),
    ],
)
def test_what_is_no_key_is_refused(
    account: Account, body: Any, status: int, name: str, message: str
) -> None:
    """Source: https://resend.com/docs/api-reference/errors"""
    assert account.call("POST", "/api-keys", body) == (status, refusal(status, name, message))


def test_a_session_starts_with_one_key(account: Account) -> None:
    """Ours: the key that the session told."""
    [key] = resend.ApiKeys.list()["data"]
    assert (key["name"], key["created_at"]) == ("Mirra", NOW)
