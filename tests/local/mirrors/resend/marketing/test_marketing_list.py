"""The fixture `marketing-list`.

Source: https://docs.mirra.run/mirrors/resend
"""

from collections import Counter
from collections.abc import Callable

import resend

from tests.local.mirrors.resend.client import Account


def test_it_has_a_thousand_contacts_and_three_past_broadcasts(
    open_account: Callable[..., Account],
) -> None:
    open_account("marketing-list")
    [group] = resend.Segments.list()["data"]
    contacts = resend.Contacts.list(segment_id=group["id"])["data"]
    assert len({each["email"] for each in contacts}) == 1000
    assert sum(each["unsubscribed"] for each in contacts) == 50
    broadcasts = resend.Broadcasts.list()["data"]
    assert [(each["status"], each["sent_at"][:10]) for each in broadcasts] == [
        ("sent", "2026-04-27"),
        ("sent", "2026-04-20"),
        ("sent", "2026-04-13"),
    ]
    page = resend.Broadcasts.recipients(broadcasts[0]["id"], {"type": "opened", "limit": 100})
    assert page["has_more"] is True
    [link] = resend.Broadcasts.clicked_links(broadcasts[0]["id"])["data"]
    assert link["clicks"] == link["unique_clicks"] > 50


def test_its_past_emails_met_various_fates(open_account: Callable[..., Account]) -> None:
    account = open_account("marketing-list")
    fates = Counter(each["last_event"] for each in account.state("emails"))
    assert set(fates) >= {"delivered", "opened", "clicked", "bounced"}
    bounced = {each["email"] for each in account.state("suppressions")}
    assert bounced


def test_each_build_is_alike(open_account: Callable[..., Account]) -> None:
    first, second = open_account("marketing-list"), open_account("marketing-list")
    assert first.state("contacts") == second.state("contacts")
    assert first.state("broadcasts") == second.state("broadcasts")


def test_it_can_be_sent_to(open_account: Callable[..., Account]) -> None:
    account = open_account("marketing-list")
    [group] = resend.Segments.list()["data"]
    resend.Broadcasts.create(
        {
            "segment_id": group["id"],
            "from": "Acme <news@mail.acme.com>",
            "subject": "May news",
            "text": "Hi {{{FIRST_NAME|there}}}",
            "send": True,
        }
    )
    moved = account.advance("1 minute")
    assert moved["firedCount"] >= 10
    assert resend.Broadcasts.list()["data"][0]["status"] == "sent"
    newest = account.state("emails")[0]
    assert newest["text"].startswith("Hi ")
