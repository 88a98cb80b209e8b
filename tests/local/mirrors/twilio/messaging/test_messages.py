"""Messages: sent, fetched, listed, redacted, deleted.

Source: https://www.twilio.com/docs/messaging/api/message-resource
"""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from twilio.base.exceptions import TwilioRestException

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.twilio.client import RFC_NOON, Account, refusal
from tests.local.mirrors.twilio.messaging.texts import (
    ALICE,
    BOB,
    NOBODY,
    OTHER,
    OURS,
    buy,
    form,
    receive,
    send,
    service,
)


def message(account: Account, sid: str, **fields: object) -> Doc:
    """Return a whole message as the API tells it, at noon."""
    path = f"{account.path}/Messages/{sid}"
    return {
        "body": "Hello",
        "num_segments": "1",
        "direction": "outbound-api",
        "from": OURS,
        "date_updated": RFC_NOON,
        "price": None,
        "error_message": None,
        "uri": f"{path}.json",
        "account_sid": account.sid,
        "num_media": "0",
        "to": ALICE,
        "date_created": RFC_NOON,
        "status": "queued",
        "sid": sid,
        "date_sent": None,
        "messaging_service_sid": None,
        "error_code": None,
        "price_unit": "USD",
        "api_version": "2010-04-01",
        "subresource_uris": {
            "media": f"{path}/Media.json",
            "feedback": f"{path}/Feedback.json",
        },
    } | fields


def test_a_message_is_queued_and_then_delivered(account: Account) -> None:
    buy(account)
    created = account.post("/Messages.json", **form())
    sid = created["sid"]
    whole = message(account, sid)
    del whole["subresource_uris"]["feedback"]
    assert created == whole
    assert len(sid) == 34
    assert sid.startswith("SM")
    account.advance("2s")
    sent = account.fetch(f"/Messages/{sid}.json")
    at = "Mon, 04 May 2026 12:00:02 +0000"
    paid = {"price": "-0.00790", "date_sent": at}
    assert sent == message(account, sid, status="sent", date_updated=at, **paid)
    account.advance("3s")
    fetched = account.client.messages(sid).fetch()
    assert (fetched.status, fetched.price, fetched.error_code) == ("delivered", "-0.00790", None)
    assert fetched.date_sent == datetime(2026, 5, 4, 12, 0, 2, tzinfo=UTC)
    assert fetched.date_updated == datetime(2026, 5, 4, 12, 0, 5, tzinfo=UTC)


def test_numbers_are_written_in_e164(account: Account) -> None:
    buy(account)
    assert send(account, to="+1 (555) 867-5310").to == ALICE
    assert send(account, to="(555) 867-5310").to == ALICE
    assert send(account, to="15558675310", from_="+1 501 712 2661").from_ == OURS


def test_a_service_says_later_whom_it_sends_from(account: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/services"""
    made = service(account, buy(account))
    created = account.post("/Messages.json", **form(From=None, MessagingServiceSid=made.sid))
    sid = created["sid"]
    accepted = {"status": "accepted", "from": None, "num_segments": "0"}
    whole = message(account, sid, **accepted, messaging_service_sid=made.sid)
    del whole["subresource_uris"]["feedback"]
    assert created == whole
    account.advance("1s")
    chosen = account.fetch(f"/Messages/{sid}.json")
    assert (chosen["from"], chosen["num_segments"]) == (OURS, "1")
    account.advance("5s")
    assert account.fetch(f"/Messages/{sid}.json")["status"] == "delivered"


def test_a_service_may_be_named_as_the_sender(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/35118"""
    made = service(account, buy(account))
    assert send(account, from_=made.sid).messaging_service_sid == made.sid


def test_long_texts_cost_by_the_segment(account: Account) -> None:
    """Source: https://www.twilio.com/docs/glossary/what-sms-character-limit"""
    buy(account)
    sid = send(account, "a" * 161).sid
    account.advance("5s")
    fetched = account.client.messages(sid).fetch()
    assert (fetched.num_segments, fetched.price) == ("2", "-0.01580")


def test_smart_encoding_saves_segments(account: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/services#smart-encoding"""
    number = buy(account)
    text = "\u201cQuoted\u201d\u2026 " + "a" * 100
    assert send(account, text).num_segments == "2"
    assert send(account, text, smart_encoded=True).num_segments == "1"
    smart, plain = service(account, number), service(account, smart_encoding=False)
    sid = send(account, text, messaging_service_sid=smart.sid).sid
    account.advance("1s")
    assert account.client.messages(sid).fetch().num_segments == "1"
    assert not plain.smart_encoding


def test_messages_are_listed_newest_first(account: Account) -> None:
    buy(account)
    sids = [send(account, f"{number}").sid for number in range(3)]
    assert [each.sid for each in account.client.messages.list()] == sids[::-1]
    assert account.client.messages.list(to=BOB) == []


def test_messages_are_listed_by_sender_and_recipient(account: Account) -> None:
    buy(account)
    buy(account, OTHER)
    first, second = send(account), send(account, to=BOB, from_=OTHER)
    listed = account.client.messages
    assert [each.sid for each in listed.list(to=BOB)] == [second.sid]
    assert [each.sid for each in listed.list(from_=OURS, to=ALICE)] == [first.sid]
    assert listed.list(from_=OURS, to=BOB) == []


def test_messages_are_listed_by_the_day_on_which_they_were_sent(account: Account) -> None:
    buy(account)
    sids = []
    for _ in range(3):
        sids.append(send(account).sid)
        account.advance("1 day")
    unsent = send(account).sid
    listed = account.client.messages

    def found(**when: object) -> list[str]:
        return [each.sid for each in listed.list(**when)]

    assert unsent in found()
    assert found(date_sent=date(2026, 5, 5)) == [sids[1]]
    noon = datetime(2026, 5, 5, 12, 0, 0, tzinfo=UTC)
    assert found(date_sent=noon) == [sids[1]]
    assert found(date_sent_after=noon) == [sids[2], sids[1]]
    assert found(date_sent_before=noon) == [sids[0]]
    assert found(date_sent_after=date(2026, 5, 5), date_sent_before=noon) == []
    days = account.fetch("/Messages.json?DateSent%3C=2026-05-05")["messages"]
    assert [each["sid"] for each in days] == [sids[1], sids[0]]
    days = account.fetch("/Messages.json?DateSent>=2026-05-05")["messages"]
    assert [each["sid"] for each in days] == [sids[2], sids[1]]
    status, code, _ = account.refused("GET", "/Messages.json?DateSent=yesterday")
    assert (status, code) == (400, 20001)


def test_lists_are_paged_by_uri(account: Account) -> None:
    """Source: https://www.twilio.com/docs/usage/twilios-response"""
    buy(account)
    sids = [send(account).sid for _ in range(5)]
    page = account.fetch(f"/Messages.json?To=%2B{ALICE[1:]}&PageSize=2")
    assert [each["sid"] for each in page["messages"]] == sids[:2:-1]
    assert (page["page"], page["page_size"], page["start"], page["end"]) == (0, 2, 0, 1)
    assert page["previous_page_uri"] is None
    assert f"To=%2B{ALICE[1:]}" in page["next_page_uri"]
    second = account.fetch(page["next_page_uri"])
    assert [each["sid"] for each in second["messages"]] == sids[2:0:-1]
    assert account.fetch(second["previous_page_uri"])["messages"] == page["messages"]
    last = account.fetch(second["next_page_uri"])
    assert (last["next_page_uri"], len(last["messages"])) == (None, 1)
    assert [each.sid for each in account.client.messages.list(page_size=2)] == sids[::-1]
    assert len(account.client.messages.list(limit=3, page_size=2)) == 3


def test_a_text_is_redacted(account: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/api/message-resource#redact-a-message"""
    buy(account)
    sent = send(account, "My secret")
    with pytest.raises(TwilioRestException) as early:
        sent.update(body="")
    assert refusal(early.value)[:2] == (409, 20009)
    account.advance("5s")
    assert sent.update(body="").body == ""
    assert account.client.messages(sent.sid).fetch().body == ""
    with pytest.raises(TwilioRestException) as other:
        sent.update(body="Another text")
    assert refusal(other.value)[:2] == (400, 20001)
    assert account.refused("POST", f"/Messages/{sent.sid}.json", {})[:2] == (400, 20001)


def test_a_message_is_deleted_when_it_is_through(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/20009"""
    buy(account)
    sent = send(account, media_url=["https://example.com/a.png"])
    with pytest.raises(TwilioRestException) as early:
        sent.delete()
    assert refusal(early.value)[:2] == (409, 20009)
    account.advance("5s")
    assert sent.delete()
    with pytest.raises(TwilioRestException) as gone:
        account.client.messages(sent.sid).fetch()
    path = f"{account.path}/Messages/{sent.sid}.json"
    assert refusal(gone.value)[:2] == (404, 20404)
    assert path in refusal(gone.value)[2]
    assert account.state("media") == []


def test_feedback_tells_how_a_message_was_received(account: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/api/message-feedback-resource"""
    buy(account)
    sid = send(account, provide_feedback=True).sid
    told = account.post(f"/Messages/{sid}/Feedback.json")
    assert told == {
        "account_sid": account.sid,
        "date_created": RFC_NOON,
        "date_updated": RFC_NOON,
        "message_sid": sid,
        "outcome": "confirmed",
        "uri": f"{account.path}/Messages/{sid}/Feedback.json",
    }
    changed = account.client.messages(sid).feedback.create(outcome="unconfirmed")
    assert (changed.outcome, changed.message_sid) == ("unconfirmed", sid)
    path = f"/Messages/{NOBODY}/Feedback.json"
    assert account.refused("POST", path)[:2] == (404, 20404)
    bad = {"Outcome": "maybe"}
    assert account.refused("POST", f"/Messages/{sid}/Feedback.json", bad)[:2] == (400, 20001)


def test_messages_of_one_account_are_none_of_anothers(account: Account) -> None:
    """Source: https://www.twilio.com/docs/iam/api/subaccounts"""
    buy(account)
    sent = send(account)
    sub = account.client.api.accounts.create(friendly_name="Sub")
    own = account.client_for(sub.sid, sub.auth_token)
    assert own.messages.list() == []
    with pytest.raises(TwilioRestException) as theirs:
        own.messages(sent.sid).fetch()
    assert refusal(theirs.value)[:2] == (404, 20404)
    with pytest.raises(TwilioRestException) as foreign:
        own.messages.create(to=ALICE, from_=OURS, body="Hello")
    assert refusal(foreign.value)[:2] == (400, 21606)


def test_messages_are_usage(account: Account) -> None:
    """Source: https://www.twilio.com/docs/usage/api/usage-record"""
    buy(account)
    send(account, "a" * 161)
    account.advance("5s")
    receive(account)
    used = {each.category: each for each in account.client.usage.records.list()}
    outbound, inbound = used["sms-outbound"], used["sms-inbound-longcode"]
    assert (outbound.count, outbound.usage, outbound.price) == ("1", "2", Decimal("0.0158"))
    assert (inbound.count, inbound.usage) == ("1", "1")
    before = Decimal(account.fetch("/Balance.json")["balance"])
    send(account)
    account.advance("5s")
    after = Decimal(account.fetch("/Balance.json")["balance"])
    assert before - after == Decimal("0.0079")
