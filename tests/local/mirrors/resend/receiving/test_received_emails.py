"""Emails that others wrote to the account.

Source: https://resend.com/docs/dashboard/receiving/introduction
"""

from base64 import b64encode
from typing import Any

import httpx
import pytest
import resend

from tests.local.mirrors.resend.client import NOW, Account, plain, refusal
from tests.local.mirrors.resend.sending.letters import NOBODY

IMAGE = b64encode(b"GIF89a").decode()


def receive(account: Account, **given: Any) -> str:
    """Let Alice write an email; return its id."""
    told = account.simulate(
        event="email.received", **{"from": "Alice <alice@example.com>"}, **given
    )
    return str(told["result"]["id"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("subject", "a\nb"),
        ("from", "Ada\r\nBcc: x@y.com <a@b.co>"),
        ("to", ["a@b.co\n"]),
        ("replyTo", "a\nb@c.co"),
        ("messageId", "a\nb"),
        ("headers", {"X-A": "1\n2"}),
        ("headers", {"X\nA": "1"}),
        ("attachments", [{"filename": "a\nb", "content": ""}]),
    ],
)
def test_what_becomes_a_header_is_one_line(account: Account, name: str, value: Any) -> None:
    """Ours: a story that can't be told says which of its parameters is wrong."""
    body = {"event": "email.received", name: value}
    answer = account.http.post("/_mirra/simulate", json=body)
    told = answer.json()["error"]
    assert (answer.status_code, told["code"]) == (400, "mirra.simulate.invalid")
    assert f"'{name}'" in told["message"]


def test_a_received_email_has_every_documented_field(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/emails/retrieve-received-email"""
    id = receive(
        account,
        to="help@acme.com",
        cc=["bob@example.com"],
        replyTo="alice+reply@example.com",
        subject="Question",
        text="Why?",
        html="<p>Why?</p>",
        messageId="<1@example.com>",
        headers={"X-Mood": "curious"},
    )
    email = plain(resend.Emails.Receiving.get(id))
    headers, raw = email.pop("headers"), email.pop("raw")
    assert email == {
        "object": "email",
        "id": id,
        "to": ["help@acme.com"],
        "from": "Alice <alice@example.com>",
        "created_at": NOW,
        "subject": "Question",
        "html": "<p>Why?</p>",
        "text": "Why?",
        "bcc": [],
        "cc": ["bob@example.com"],
        "reply_to": ["alice+reply@example.com"],
        "received_for": ["help@acme.com"],
        "message_id": "<1@example.com>",
        "attachments": [],
        "html_format": "data_uri",
    }
    assert (headers["from"], headers["x-mood"]) == ("Alice <alice@example.com>", "curious")
    assert raw["expires_at"] == "2026-05-04T13:00:00.000Z"
    message = httpx.get(raw["download_url"])
    assert message.headers["content-type"].startswith("message/rfc822")
    assert "Subject: Question" in message.text


def test_a_received_email_is_told_without_its_bodies(account: Account) -> None:
    """Source: https://resend.com/docs/webhooks/emails/received"""
    id = receive(account, to="help@acme.com", subject="Question", messageId="<1@example.com>")
    assert account.told() == [
        (
            "email.received",
            {
                "email_id": id,
                "created_at": "2026-05-04T12:00:00.000Z",
                "from": "Alice <alice@example.com>",
                "to": ["help@acme.com"],
                "bcc": [],
                "cc": [],
                "received_for": ["help@acme.com"],
                "message_id": "<1@example.com>",
                "subject": "Question",
                "attachments": [],
            },
        )
    ]


def test_received_emails_are_listed_newest_first(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/emails/list-received-emails"""
    ids = [receive(account, subject=str(number)) for number in range(3)]
    listed = resend.Emails.Receiving.list({"limit": 2})
    assert [each["id"] for each in listed["data"]] == [ids[2], ids[1]]
    assert listed["has_more"] is True
    assert not {"object", "html", "text", "headers"} & set(listed["data"][0])


def test_files_of_received_emails_are_downloaded(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/attachments/list-received-email-attachments"""
    inline = {"filename": "a.gif", "content": IMAGE, "contentId": "pic"}
    page = '<img src="cid:pic"><img src="cid:other">'
    id = receive(account, html=page, attachments=[inline, {"filename": "b.txt", "content": "QQ=="}])
    listed = resend.Emails.Receiving.Attachments.list(id)["data"]
    assert [each["filename"] for each in listed] == ["a.gif", "b.txt"]
    assert [each["content_disposition"] for each in listed] == ["inline", "attachment"]
    one = resend.Emails.Receiving.Attachments.get(id, listed[0]["id"])
    assert (one["object"], one["content_type"], one["size"]) == ("attachment", "image/gif", 6)
    assert httpx.get(one["download_url"]).content == b"GIF89a"
    [told] = [data["attachments"] for _, data in account.told("email.received")]
    assert told[0] == {
        "id": one["id"],
        "filename": "a.gif",
        "content_type": "image/gif",
        "content_disposition": "inline",
        "content_id": "pic",
    }
    email = resend.Emails.Receiving.get(id)
    assert email["html"] == f'<img src="data:image/gif;base64,{IMAGE}"><img src="cid:other">'
    kept = resend.Emails.Receiving.get(id, {"html_format": "cid"})
    assert kept["html"] == page


def test_an_email_comes_to_the_newest_domain(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/receiving/introduction (which address: ours)"""
    first, second = receive(account), None
    resend.Domains.create({"name": "acme.com"})
    second = receive(account)
    assert resend.Emails.Receiving.get(first)["to"][0].endswith(".resend.app")
    assert resend.Emails.Receiving.get(second)["to"] == ["inbox@acme.com"]


def test_sent_and_received_emails_are_apart(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/errors"""
    id = receive(account)
    missing = refusal(404, "not_found", "Email not found")
    assert account.call("GET", f"/emails/{id}") == (404, missing)
    assert account.call("GET", f"/emails/receiving/{NOBODY}") == (404, missing)
    assert resend.Emails.list()["data"] == []
