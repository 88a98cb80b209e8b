"""Media: files that go out with messages and come in with them.

Source: https://www.twilio.com/docs/messaging/api/media-resource
"""

import base64
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

from tests.local.mirrors.twilio.client import RFC_NOON, Account, refusal
from tests.local.mirrors.twilio.messaging.texts import (
    ALICE,
    OTHER,
    OURS,
    buy,
    form,
    receive,
    send,
    service,
)
from tests.local.receiver import Receiver, Reply

PICTURES = ["https://example.com/a.png", "https://example.com/b?x=1"]


def test_a_message_with_files_is_an_mms(account: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/api/message-resource#send-an-mms"""
    buy(account)
    sent = send(account, "a" * 500, media_url=PICTURES)
    assert (sent.sid[:2], sent.num_media, sent.num_segments) == ("MM", "2", "1")
    account.advance("5s")
    fetched = sent.fetch()
    assert (fetched.status, fetched.price) == ("delivered", "-0.02000")
    files = sent.media.list()
    assert [each.content_type for each in files] == ["image/png", "image/jpeg"]
    path = f"{account.path}/Messages/{sent.sid}/Media/{files[0].sid}"
    assert account.fetch(f"{path}.json") == {
        "account_sid": account.sid,
        "content_type": "image/png",
        "date_created": RFC_NOON,
        "date_updated": RFC_NOON,
        "parent_sid": sent.sid,
        "sid": files[0].sid,
        "uri": f"{path}.json",
    }
    assert files[0].sid.startswith("ME")
    download = account.call("GET", path)
    assert (download.status_code, download.headers["location"]) == (307, PICTURES[0])
    assert account.fetch(f"/Messages/{sent.sid}/Media.json")["media_list"][1]["sid"] == files[1].sid


def test_a_long_text_may_go_out_as_an_mms(account: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/api/message-resource#create-a-message"""
    buy(account)
    sent = send(account, "a" * 500, send_as_mms=True)
    assert (sent.sid[:2], sent.num_media, sent.num_segments) == ("MM", "0", "1")


def test_a_message_may_be_only_files(account: Account) -> None:
    made = service(account, buy(account))
    fields = form(Body=None, From=None, MessagingServiceSid=made.sid, MediaUrl=PICTURES[0])
    sent = account.post("/Messages.json", **fields)
    assert (sent["body"], sent["num_media"]) == ("", "1")


def test_files_are_listed_by_day_and_deleted(account: Account) -> None:
    buy(account)
    sent = send(account, media_url=PICTURES[:1])
    noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    [file] = sent.media.list(date_created=noon)
    assert sent.media.list(date_created_before=datetime(2026, 5, 3, tzinfo=UTC)) == []
    assert file.delete()
    assert sent.media.list() == []
    with pytest.raises(TwilioRestException) as gone:
        file.fetch()
    assert refusal(gone.value)[:2] == (404, 20404)
    other = send(account)
    path = f"/Messages/{other.sid}/Media/{file.sid}.json"
    assert account.refused("GET", path)[:2] == (404, 20404)


def test_files_that_come_in_are_told_and_kept(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/guides/webhook-request"""
    buy(account, sms_url=receiver.url)
    picture = base64.b64encode(b"GIF89a").decode()
    given = [{"content": picture, "contentType": "image/gif"}, PICTURES[0], {}]
    received = receive(account, "Look!", media=given)
    told = account.verified(receiver.next())
    assert (told["NumMedia"], told["MessageSid"]) == ("3", received["sid"])
    assert received["sid"].startswith("MM")
    kinds = [told[f"MediaContentType{number}"] for number in range(3)]
    assert kinds == ["image/gif", "image/png", "image/png"]
    url = told["MediaUrl0"]
    assert url.startswith(f"{account.url}{account.path}/Messages/{received['sid']}/Media/ME")
    got = account.http.get(url)
    assert (got.content, got.headers["content-type"]) == (b"GIF89a", "image/gif")
    assert account.http.get(told["MediaUrl1"]).headers["location"] == PICTURES[0]
    assert account.http.get(told["MediaUrl2"]).content.startswith(b"\x89PNG")
    assert httpx.get(url, trust_env=False).status_code == 401


def test_a_file_that_is_none_is_not_simulated(account: Account) -> None:
    """Ours: a simulation says what is wrong with it."""
    buy(account)
    for media in ("nowhere", {"content": "!"}, {"url": "ftp://x"}):
        body = {"event": "message.received", "from": OURS, "media": [media]}
        told = account.http.post("/_mirra/simulate", json=body)
        assert told.json()["error"]["code"] == "mirra.simulate.invalid"


def served(receiver: Receiver, *replies: Reply) -> str:
    """Let the receiver serve files, each once; return where they are."""
    receiver.answers.extend(replies)
    return receiver.url.replace("/hook", "/picture")


def test_a_file_on_this_machine_is_fetched_and_kept(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/guides/accepted-mime-types"""
    buy(account)
    buy(account, OTHER)
    url = served(receiver, Reply("GIF89a", content_type="image/gif; x=y"))
    sent = send(account, to=OTHER, media_url=[url, PICTURES[0]])
    account.advance("5s")
    asked = receiver.next()
    assert (asked.method, asked.url) == ("GET", url)
    signature = asked.headers["x-twilio-signature"]
    assert RequestValidator(account.token).validate(url, {}, signature)
    assert sent.fetch().status == "delivered"
    gif, png = sent.media.list()
    assert (gif.content_type, png.content_type) == ("image/gif", "image/png")
    got = account.call("GET", f"{account.path}/Messages/{sent.sid}/Media/{gif.sid}")
    assert (got.status_code, got.content) == (200, b"GIF89a")
    [came] = account.client.messages.list(to=OTHER, from_=OURS, limit=1)
    assert came.direction == "inbound"
    own = f"{account.url}{account.path}/Messages/{came.sid}/Media/{came.media.list()[0].sid}"
    again = send(account, media_url=[own])
    account.advance("5s")
    assert (again.fetch().status, again.media.list()[0].content_type) == ("delivered", "image/gif")
    assert receiver.inbox.empty()


@pytest.mark.parametrize(
    ("replies", "code", "channel_code"),
    [
        ([Reply("", 404)], 11200, 63019),
        ([Reply("", content_type="image/png")], 63019, 63019),
        ([Reply("hello", content_type="text/html")], 12300, 63021),
        ([Reply("GIF89a", content_type="image/png")], 12300, 63021),
        ([Reply("GIF89a" + "a" * 5 * 1024 * 1024, content_type="image/gif")], 11751, None),
        (
            [Reply("", 302, location="/there"), Reply("GIF89a", content_type="image/gif")],
            None,
            None,
        ),
        ([Reply("", 302, location="/there")] * 7, 11200, 63019),
    ],
    ids=["gone", "empty", "type", "untrue", "large", "moved", "circle"],
)
def test_a_file_that_can_not_go_out_fails_its_message(
    open_account: Callable[..., Account],
    receiver: Receiver,
    replies: list[Reply],
    code: int | None,
    channel_code: int | None,
) -> None:
    """Source: https://www.twilio.com/docs/api/errors/11751"""
    account = open_account("whatsapp-approved")
    buy(account)
    account.simulate("whatsapp.message_received", body="Hi", **{"from": ALICE})
    sender = account.state("channel_senders")[0]["sender_id"]
    for ends, wanted in (
        ({}, code),
        ({"from_": sender, "to": f"whatsapp:{ALICE}"}, channel_code),
    ):
        url = served(receiver, *replies)
        sent = send(account, media_url=[url], **ends)
        account.advance("5s")
        receiver.answers.clear()
        found = sent.fetch()
        assert found.error_code == wanted
        assert found.status == ("failed" if wanted else "delivered")
        if wanted:
            assert account.client.monitor.v1.alerts.list(limit=1)[0].error_code == str(wanted)
