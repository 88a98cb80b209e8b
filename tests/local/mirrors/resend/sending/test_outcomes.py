"""What becomes of a sent email, and which webhooks tell it.

Source: https://resend.com/docs/dashboard/emails/send-test-emails
"""

from collections.abc import Callable

import pytest
import resend

from tests.local.mirrors.resend.client import Account
from tests.local.mirrors.resend.sending.letters import send

BOUNCE = {
    "message": "550 5.1.1 Unknown User",
    "type": "Permanent",
    "subType": "General",
    "diagnosticCode": ["smtp; 550 5.1.1 user unknown"],
}


@pytest.mark.parametrize(
    ("to", "events"),
    [
        ("delivered@resend.dev", ["email.sent", "email.delivered"]),
        ("delivered+signup@resend.dev", ["email.sent", "email.delivered"]),
        ("bounced@resend.dev", ["email.sent", "email.bounced"]),
        ("Bob <bounced+signup@resend.dev>", ["email.sent", "email.bounced"]),
        ("complained@resend.dev", ["email.sent", "email.delivered", "email.complained"]),
        ("suppressed@resend.dev", ["email.sent", "email.suppressed"]),
    ],
)
def test_a_test_address_has_its_fate(account: Account, to: str, events: list[str]) -> None:
    id = send(to)
    account.advance("1 minute")
    assert [type for type, _ in account.told()] == events
    assert f"email.{resend.Emails.get(id)['last_event']}" == events[-1]
    assert {data["email_id"] for _, data in account.told()} == {id}


def test_delivery_takes_two_seconds_of_the_session(account: Account) -> None:
    """Ours: Resend says seconds. Source: https://resend.com/docs/webhooks/emails/delivered"""
    id = send()
    account.advance("1s")
    assert resend.Emails.get(id)["last_event"] == "sent"
    account.advance("1s")
    assert resend.Emails.get(id)["last_event"] == "delivered"
    sent, delivered = account.told()
    assert delivered == ("email.delivered", sent[1])


def test_a_bounce_says_why(account: Account) -> None:
    """Source: https://resend.com/docs/webhooks/emails/bounced"""
    id = send("bounced@resend.dev")
    account.advance("2s")
    [(_, told)] = account.told("email.bounced")
    assert (told["email_id"], told["to"]) == (id, ["bounced@resend.dev"])
    assert told["bounce"] == BOUNCE


def test_a_suppression_says_why(account: Account) -> None:
    """Source: https://resend.com/changelog/email-suppression-visibility"""
    send("suppressed@resend.dev")
    account.advance("2s")
    [(_, told)] = account.told("email.suppressed")
    assert told["suppressed"]["type"] == "OnAccountSuppressionList"
    assert "account-level suppression list" in told["suppressed"]["message"]


def test_each_recipient_has_a_fate(account: Account) -> None:
    """Ours: Resend tells one event per recipient's server."""
    send(["delivered@resend.dev", "bounced@resend.dev"], cc="suppressed@resend.dev")
    account.advance("1 minute")
    assert [(type, data["to"]) for type, data in account.told()][1:] == [
        ("email.suppressed", ["suppressed@resend.dev"]),
        ("email.bounced", ["bounced@resend.dev"]),
        ("email.delivered", ["delivered@resend.dev"]),
    ]


def test_an_address_that_bounced_is_suppressed_from_then_on(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/emails/email-suppressions"""
    account.verify_domain()
    first = send("gone@example.com", **{"from": "hi@acme.com"})
    account.simulate(event="email.bounced", emailId=first)
    assert account.told("suppression.added")[0][1]["source_id"] == first
    send("Gone <GONE@example.com>", **{"from": "hi@acme.com"})
    account.advance("1 minute")
    [(_, told)] = account.told("email.suppressed")
    assert told["suppressed"]["reason"] == "previous_bounce"
    resend.Suppressions.remove("gone@example.com")
    third = send("gone@example.com", **{"from": "hi@acme.com"})
    account.advance("1 minute")
    assert resend.Emails.get(third)["last_event"] == "delivered"


def test_a_complaint_suppresses_too(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/emails/email-suppressions"""
    account.verify_domain()
    id = send("angry@example.com", **{"from": "hi@acme.com"})
    account.simulate(event="email.complained", emailId=id)
    [(_, added)] = account.told("suppression.added")
    assert (added["email"], added["origin"]) == ("angry@example.com", "complaint")
    send("angry@example.com", **{"from": "hi@acme.com"})
    account.advance("1 minute")
    told = account.told("email.suppressed")[0][1]["suppressed"]
    assert told["reason"] == "previous_complaint"


def test_test_addresses_are_never_suppressed(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/emails/send-test-emails"""
    for _ in range(2):
        send("bounced@resend.dev")
        account.advance("1 minute")
    assert len(account.told("email.bounced")) == 2
    assert resend.Suppressions.list()["data"] == []


def test_the_same_calls_make_the_same_account(open_account: Callable[..., Account]) -> None:
    """Ours: every id and every instant comes from the session's seed and clock."""
    seen = []
    for _ in range(2):
        account = open_account(name="the same")
        ids = [send("bounced@resend.dev"), send(attachments=[{"filename": "a", "content": "QQ"}])]
        account.advance("1 minute")
        seen.append((ids, account.told(), account.state("emails")))
        account.end()
    assert seen[0] == seen[1]
