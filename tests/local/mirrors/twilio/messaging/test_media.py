"""Media: files that go out with messages and come in with them.

Source: https://www.twilio.com/docs/messaging/api/media-resource
"""

import base64
from datetime import UTC, datetime

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException

from tests.local.mirrors.twilio.client import RFC_NOON, Account, refusal
from tests.local.mirrors.twilio.messaging.texts import OURS, buy, form, receive, send, service
from tests.local.receiver import Receiver

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
