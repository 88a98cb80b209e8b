"""What the world can do to an account, and that each story fires what it says.

Source: https://resend.com/docs/webhooks/event-types
"""

from typing import Any, get_args

import pytest
import resend
from resend.webhooks._webhook import WebhookEvent

from mirra_mcp.local.mirrors.resend.account.webhooks.event_names import EVENTS, INBOX_EVENTS
from tests.local.mirrors.resend.client import Account
from tests.local.mirrors.resend.sending.letters import letter, send

BY_THE_API = {"contact.created", "contact.deleted", "domain.created", "domain.deleted"} | {
    "topic.created",
    "topic.updated",
    "topic.deleted",
    "email.scheduled",
}
"""Events that only calls of the API cause: the world has no part in them."""


def sent_to(account: Account, to: str, **fields: Any) -> str:
    """Send from a verified domain; return the id."""
    if not resend.Domains.list()["data"]:
        account.verify_domain()
    return send(to, **{"from": "hi@acme.com"}, **fields)


def test_the_documented_bounce_works_to_the_letter(account: Account) -> None:
    """Source: https://docs.mirra.run/mirrors/resend"""
    id = sent_to(account, "alice@example.com")
    bounce = {"type": "hard", "reason": "mailbox does not exist"}
    told = account.simulate("email.bounced", emailId=id, bounce=bounce)
    assert [each["type"] for each in told["webhooks"]] == ["email.bounced", "suppression.added"]
    assert resend.Emails.get(id)["last_event"] == "bounced"
    [(_, data)] = account.told("email.bounced")
    assert data["email_id"] == id
    assert data["bounce"] == {
        "message": "mailbox does not exist",
        "type": "Permanent",
        "subType": "General",
        "diagnosticCode": ["smtp; 550 5.1.1 mailbox does not exist"],
        "reason": "mailbox does not exist",
    }


def test_a_soft_bounce_suppresses_nobody(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/emails/email-bounces"""
    id = sent_to(account, "alice@example.com")
    account.simulate(
        event="email.bounced", emailId=id, bounce={"type": "soft", "subType": "MailboxFull"}
    )
    [(_, data)] = account.told("email.bounced")
    assert (data["bounce"]["type"], data["bounce"]["subType"]) == ("Transient", "MailboxFull")
    assert resend.Suppressions.list()["data"] == []


@pytest.mark.parametrize(
    ("event", "before"),
    [
        ("email.delivered", []),
        ("email.delivery_delayed", []),
        ("email.bounced", []),
        ("email.failed", []),
        ("email.suppressed", []),
        ("email.complained", ["email.delivered"]),
        ("email.opened", ["email.delivered"]),
        ("email.clicked", ["email.delivered"]),
    ],
)
def test_an_email_meets_each_fate(account: Account, event: str, before: list[str]) -> None:
    """Source: https://resend.com/docs/webhooks/event-types"""
    id = send("delivered@resend.dev")
    account.simulate(event=event)
    assert [type for type, _ in account.told()] == ["email.sent", *before, event]
    assert resend.Emails.get(id)["last_event"] == event.removeprefix("email.")
    account.advance("1 minute")
    assert resend.Emails.get(id)["last_event"] == event.removeprefix("email.")


def test_a_click_says_on_what(account: Account) -> None:
    """Source: https://resend.com/docs/webhooks/emails/clicked"""
    page = '<p><a href="https://acme.com/start">Start</a></p>'
    id = send(html=page)
    account.simulate(event="email.clicked", emailId=id)
    account.simulate(event="email.clicked", link="https://acme.com/end", ipAddress="192.0.2.1")
    first, second = (data["click"] for _, data in account.told("email.clicked"))
    assert set(first) == {"ipAddress", "link", "timestamp", "userAgent"}
    assert (first["link"], first["timestamp"]) == (
        "https://acme.com/start",
        "2026-05-04T12:00:00.000Z",
    )
    assert (second["link"], second["ipAddress"]) == ("https://acme.com/end", "192.0.2.1")


def test_a_failure_says_why(account: Account) -> None:
    """Source: https://resend.com/docs/webhooks/emails/failed"""
    send()
    account.simulate(event="email.failed", reason="invalid_attachment")
    [(_, data)] = account.told("email.failed")
    assert data["failed"] == {"reason": "invalid_attachment"}


def test_the_time_of_a_scheduled_email_comes_early(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/emails/schedule-email"""
    id = send(scheduled_at="in 1 hour")
    account.simulate(event="email.sent", emailId=id)
    account.advance("2 hours")
    assert [type for type, _ in account.told()] == [
        "email.scheduled",
        "email.sent",
        "email.delivered",
    ]


def test_dns_is_found_or_not(account: Account) -> None:
    """Source: https://resend.com/docs/webhooks/domains/updated"""
    id = resend.Domains.create({"name": "acme.com"})["id"]
    account.simulate(event="domain.failed", domainId="acme.com", status="failed")
    assert resend.Domains.get(id)["status"] == "failed"
    account.simulate(event="domain.updated", status="partially_verified")
    records: Any = resend.Domains.get(id)["records"]
    assert [each["status"] for each in records] == ["verified", "verified", "pending"]
    account.simulate(event="domain.verified")
    assert account.call("POST", "/emails", letter() | {"from": "hi@acme.com"})[0] == 200


def test_contacts_unsubscribe_and_choose(account: Account) -> None:
    """Source: https://resend.com/docs/webhooks/contacts/updated"""
    id = resend.Contacts.create({"email": "alice@example.com"})["id"]
    account.simulate(event="contact.unsubscribed", contactId="alice@example.com")
    assert resend.Contacts.get(id=id)["unsubscribed"] is True
    account.simulate(event="contact.updated", unsubscribed=False)
    assert resend.Contacts.get(id=id)["unsubscribed"] is False
    topic = resend.Topics.create({"name": "News", "default_subscription": "opt_in"})["id"]
    account.simulate(event="contact.topics.updated")
    [chosen] = resend.Contacts.Topics.list(contact_id=id)["data"]
    assert (chosen["id"], chosen["subscription"]) == (topic, "opt_out")
    assert "contact.topics.updated" in [type for type, _ in account.told()]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"event": "email.opened"}, "There is no email"),
        ({"event": "email.opened", "emailId": "none"}, "none"),
        ({"event": "email.bounced", "bounce": {"type": "medium"}}, "bounce.type"),
        ({"event": "suppression.added", "email": "alice"}, "isn't an email address"),
        ({"event": "suppression.removed", "email": "a@b.co"}, "isn't suppressed"),
        ({"event": "email.received", "attachments": [{"content": "!"}]}, "isn't Base64"),
    ],
)
def test_what_cannot_happen_is_refused(account: Account, given: Any, words: str) -> None:
    """Ours: simulate says what is missing."""
    answer = account.http.post("/_mirra/simulate", json=given)
    assert answer.status_code in (400, 404)
    assert words in answer.json()["error"]["message"]


def test_an_email_takes_no_step_back(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/emails/retrieve-email (`last_event`)"""
    id = send("bounced@resend.dev")
    account.advance("2s")
    answer = account.http.post("/_mirra/simulate", json={"event": "email.opened", "emailId": id})
    assert answer.status_code == 400
    assert "is bounced, so it can't be opened" in answer.json()["error"]["message"]


def test_every_event_of_resend_can_happen(account: Account) -> None:
    """Source: https://github.com/resend/resend-python/blob/main/resend/webhooks/_webhook_event.py"""
    assert set(get_args(WebhookEvent)) == {*EVENTS, *INBOX_EVENTS}
    told = account.http.get("/_mirra/metadata").json()
    fired = {event for each in told["simulateEvents"] for event in each["fires"]}
    assert fired | BY_THE_API == set(EVENTS)
    assert set(told["webhookEvents"]) == set(EVENTS)
