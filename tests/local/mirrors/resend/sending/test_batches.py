"""Several emails in one call.

Source: https://resend.com/docs/api-reference/emails/send-batch-emails
"""

import resend

from tests.local.mirrors.resend.client import Account, plain, refusal
from tests.local.mirrors.resend.sending.letters import letter

MISSING = "Missing `to` field."


def test_a_batch_answers_with_the_ids_in_order(account: Account) -> None:
    sent = resend.Batch.send([letter(subject=str(number)) for number in range(3)])
    assert list(plain(sent)) == ["data"]
    subjects = [resend.Emails.get(each["id"])["subject"] for each in sent["data"]]
    assert subjects == ["0", "1", "2"]
    assert len(account.told("email.sent")) == 3


def test_one_wrong_email_refuses_a_strict_batch(account: Account) -> None:
    """Source: https://resend.com/changelog/batch-validation-modes"""
    given = [letter(), letter(to=[])]
    refused = refusal(422, "missing_required_field", MISSING)
    assert account.call("POST", "/emails/batch", given) == (422, refused)
    assert resend.Emails.list()["data"] == []
    assert account.told() == []


def test_a_permissive_batch_sends_what_is_right(account: Account) -> None:
    """Source: https://resend.com/changelog/batch-validation-modes"""
    sent = resend.Batch.send(
        [letter(to=[]), letter(), letter("nobody")], {"batch_validation": "permissive"}
    )
    assert [each["index"] for each in sent["errors"]] == [0, 2]
    assert sent["errors"][0]["message"] == MISSING
    assert [each["id"] for each in sent["data"]] == [
        each["id"] for each in resend.Emails.list()["data"]
    ]
    whole = resend.Batch.send([letter()], {"batch_validation": "permissive"})
    assert whole["errors"] == []


def test_a_batch_has_1_to_100_emails(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/emails/send-batch-emails"""
    assert len(resend.Batch.send([letter()] * 100)["data"]) == 100
    for wrong in ([letter()] * 101, [], letter(), "hello"):
        status, told = account.call("POST", "/emails/batch", wrong)
        assert (status, told["name"]) == (422, "validation_error")


def test_a_batch_has_no_attachments(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/emails/send-batch-emails (words: ours)"""
    given = [letter(attachments=[{"filename": "a.txt", "content": "QQ=="}])]
    status, told = account.call("POST", "/emails/batch", given)
    assert (status, told["name"]) == (422, "validation_error")


def test_a_batch_may_be_scheduled(account: Account) -> None:
    """Source: https://resend.com/changelog/batch-email-scheduling"""
    sent = resend.Batch.send([letter(scheduled_at="in 1 hour")])
    assert resend.Emails.get(sent["data"][0]["id"])["last_event"] == "scheduled"
