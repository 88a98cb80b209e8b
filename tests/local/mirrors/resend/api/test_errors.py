"""Refusals that every endpoint has in common, and the headers of every answer.

Source: https://resend.com/docs/api-reference/errors
"""

from typing import Any

import httpx
import pytest
import resend

from tests.local.mirrors.resend.client import Account, refusal
from tests.local.mirrors.resend.sending.letters import letter, send

MISSING = refusal(401, "missing_api_key", "Missing API key in the authorization header.")
INVALID = refusal(403, "invalid_api_key", "API key is invalid")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic cmU6", "re_123"])
def test_every_call_has_a_key(account: Account, header: str | None) -> None:
    """Source: https://resend.com/docs/api-reference/errors"""
    headers = {} if header is None else {"authorization": header}
    answer = httpx.get(f"{account.url}/emails", headers=headers)
    assert (answer.status_code, answer.json()) == (401, MISSING)


def test_the_key_is_one_of_the_account(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/errors"""
    headers = {"authorization": "Bearer re_nobody_issued_this"}
    answer = account.http.post("/emails", json=letter(), headers=headers)
    assert (answer.status_code, answer.json()) == (403, INVALID)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resend, "api_key", "re_nobody_issued_this")
        with pytest.raises(resend.exceptions.InvalidApiKeyError, match="API key is invalid"):
            resend.Emails.send(letter())


def test_paths_that_do_not_exist(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/errors"""
    words = "The requested endpoint does not exist."
    for path in ("/", "/email", "/v1/emails", "/emails/a/b/c"):
        assert account.call("GET", path) == (404, refusal(404, "not_found", words))


def test_methods_that_a_path_does_not_have(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/errors"""
    words = "Method is not allowed for the requested path."
    refused = (405, refusal(405, "method_not_allowed", words))
    assert account.call("PUT", "/emails", letter()) == refused
    assert account.call("DELETE", "/emails") == refused
    assert account.call("PATCH", "/webhooks") == refused


def test_answers_tell_the_rate_limit_and_the_quota(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/rate-limit"""
    send(["delivered+1@resend.dev", "delivered+2@resend.dev"])
    answer = account.http.get("/emails")
    assert {
        name: value
        for name, value in answer.headers.items()
        if name.startswith(("ratelimit", "x-resend"))
    } == {
        "ratelimit-limit": "10",
        "ratelimit-policy": "10;w=1",
        "ratelimit-remaining": "8",
        "ratelimit-reset": "1",
        "x-resend-monthly-quota": "2",
    }
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    refused = account.http.get("/emails/none")
    assert refused.headers["ratelimit-remaining"] == "7"


def test_the_rate_limit_is_not_enforced_by_itself(account: Account) -> None:
    """Ours: a stopped clock would never let the second pass."""
    answers = [account.http.get("/domains") for _ in range(15)]
    assert {each.status_code for each in answers} == {200}
    assert min(int(each.headers["ratelimit-remaining"]) for each in answers) == 1


def test_an_enforced_rate_limit_refuses_the_11th_call_of_a_second(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/rate-limit"""
    account.simulate(event="account.rate_limited")
    answers = [account.http.post("/emails", json=letter()) for _ in range(11)]
    assert [each.status_code for each in answers] == [200] * 10 + [429]
    words = (
        "Too many requests. You can only make 10 requests per second. See rate limit "
        "response headers for more information. Or contact support to increase rate limit."
    )
    last = answers[-1]
    assert last.json() == refusal(429, "rate_limit_exceeded", words)
    assert (last.headers["retry-after"], last.headers["ratelimit-remaining"]) == ("1", "0")
    with pytest.raises(resend.exceptions.RateLimitError):
        resend.Emails.send(letter())
    account.advance("1s")
    assert account.call("GET", "/emails")[0] == 200
    account.simulate(event="account.rate_limited", enforced=False)
    assert {account.call("GET", "/emails")[0] for _ in range(12)} == {200}


@pytest.mark.parametrize("period", ["daily", "monthly"])
def test_a_used_up_quota_refuses_sending(account: Account, period: str) -> None:
    """Source: https://resend.com/docs/api-reference/errors"""
    account.simulate(event="account.over_quota", period=period)
    words = f"You have reached your {period} email sending quota."
    refused = (429, refusal(429, f"{period}_quota_exceeded", words))
    assert account.call("POST", "/emails", letter()) == refused
    assert account.call("POST", "/emails/batch", [letter()]) == refused
    answer = account.http.get("/emails")
    assert answer.status_code == 200
    assert "x-resend-daily-quota" in answer.headers
    account.simulate(event="account.over_quota", exceeded=False)
    assert account.call("POST", "/emails", letter())[0] == 200


def test_a_suspended_account_does_not_send(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/errors"""
    account.simulate(event="account.suspended")
    refused = refusal(403, "suspended_api_key", "This API key is suspended")
    assert account.call("POST", "/emails", letter()) == (403, refused)
    assert account.call("GET", "/emails")[0] == 200


def test_inboxes_are_a_declared_gap(account: Account) -> None:
    """Ours: Resend's inboxes are a private beta. Source: https://github.com/resend/resend-python"""
    words = "Inboxes are in private beta at Resend and are not mirrored."
    for method, path in (("GET", "/inboxes"), ("POST", "/inboxes/1/threads/2/labels")):
        assert account.call(method, path) == (501, refusal(501, "not_implemented", words))
    gaps = account.http.get("/_mirra/metadata").json()["gaps"]
    assert any(gap.startswith("GET /inboxes") for gap in gaps)


def test_a_request_without_a_user_agent_gets_no_further(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/introduction"""
    del account.http.headers["user-agent"]
    status, told = account.call("GET", "/emails")
    assert (status, told["message"]) == (403, "error code: 1010")
    account.http.headers["user-agent"] = ""
    assert account.call("POST", "/emails", letter())[0] == 403
    account.http.headers["user-agent"] = "app/1.0"
    assert account.call("GET", "/emails")[0] == 200


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        (
            "/webhooks",
            {"endpoint": "https://a.co", "events": []},
            "The `events` field must not be empty.",
        ),
        ("/emails/batch", [1], "The `body` field must be a `object`."),
        (
            "/contact-properties",
            {"key": "a b", "type": "string"},
            "The `key` field must match `^[A-Za-z0-9_]+$`.",
        ),
        ("/segments", {"name": ""}, "The `name` field must not be empty."),
        (
            "/suppressions/batch/add",
            {"emails": ["a@b.co"] * 101},
            "The `emails` field must contain 100 or fewer items.",
        ),
        (
            "/webhooks",
            {"endpoint": "nope", "events": ["email.sent"]},
            "Invalid `endpoint` field. The endpoint must be a valid URL.",
        ),
    ],
)
def test_no_word_of_a_library_reaches_a_caller(
    account: Account, path: str, body: Any, message: str
) -> None:
    """Ours: the words are in the manner of Resend's own."""
    assert account.call("POST", path, body) == (422, refusal(422, "validation_error", message))
