"""The same key twice sends once.

Source: https://resend.com/docs/dashboard/emails/idempotency-keys
"""

import pytest
import resend

from tests.local.mirrors.resend.client import Account, refusal
from tests.local.mirrors.resend.sending.letters import letter


def test_a_repeated_key_answers_as_before_and_sends_nothing(account: Account) -> None:
    first = resend.Emails.send(letter(), {"idempotency_key": "welcome/42"})
    again = resend.Emails.send(letter(), {"idempotency_key": "welcome/42"})
    assert again["id"] == first["id"]
    assert len(resend.Emails.list()["data"]) == 1
    assert len(account.told("email.sent")) == 1


def test_a_key_counts_for_one_endpoint(account: Account) -> None:
    resend.Emails.send(letter(), {"idempotency_key": "welcome/42"})
    batch = [letter(), letter()]
    sent = resend.Batch.send(batch, {"idempotency_key": "welcome/42"})
    assert resend.Batch.send(batch, {"idempotency_key": "welcome/42"})["data"] == sent["data"]


def test_a_key_with_another_payload_is_refused(account: Account) -> None:
    resend.Emails.send(letter(), {"idempotency_key": "welcome/42"})
    words = (
        "This idempotency key has been used with this HTTP method and endpoint within the last 24 "
        "hours, but the request body was modified and doesn't match the original request."
    )
    headers = {"idempotency-key": "welcome/42"}
    answer = account.http.post("/emails", json=letter(subject="Other"), headers=headers)
    assert answer.json() == refusal(409, "invalid_idempotent_request", words)


def test_a_key_is_forgotten_after_24_hours(account: Account) -> None:
    first = resend.Emails.send(letter(), {"idempotency_key": "welcome/42"})
    account.advance("23h 59m")
    again = resend.Emails.send(letter(), {"idempotency_key": "welcome/42"})
    assert again["id"] == first["id"]
    account.advance("1m 1s")
    later = resend.Emails.send(letter(subject="Other"), {"idempotency_key": "welcome/42"})
    assert later["id"] != first["id"]


def test_a_refused_email_does_not_use_up_its_key(account: Account) -> None:
    headers = {"idempotency-key": "welcome/42"}
    wrong = account.http.post("/emails", json=letter("nobody"), headers=headers)
    assert wrong.status_code == 422
    assert account.http.post("/emails", json=letter(), headers=headers).status_code == 200


@pytest.mark.parametrize(("key", "status"), [("k", 200), ("k" * 256, 200), ("k" * 257, 400)])
def test_a_key_has_1_to_256_characters(account: Account, key: str, status: int) -> None:
    """Source: https://resend.com/docs/api-reference/errors"""
    answer = account.http.post("/emails", json=letter(), headers={"idempotency-key": key})
    assert answer.status_code == status
    if status == 400:
        words = "Idempotency keys, if present, must have between 1 and 256 characters."
        assert answer.json() == refusal(400, "invalid_idempotency_key", words)


def test_keys_count_for_sending_only(account: Account) -> None:
    headers = {"idempotency-key": "once"}
    for name in ("a.com", "b.com"):
        made = account.http.post("/domains", json={"name": name}, headers=headers)
        assert made.json()["name"] == name
