"""Status callbacks: which statuses are told, to whom, and in which words.

Source: https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
"""

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.local.mirrors.twilio.client import Account
from tests.local.mirrors.twilio.messaging.texts import ALICE, OURS, buy, form, send, service
from tests.local.receiver import Receiver


def test_sent_and_delivered_are_told_signed(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/guides/track-outbound-message-status"""
    buy(account)
    sid = send(account, status_callback=receiver.url).sid
    account.advance("5s")
    told = {
        "SmsSid": sid,
        "SmsStatus": "sent",
        "MessageStatus": "sent",
        "To": ALICE,
        "MessageSid": sid,
        "AccountSid": account.sid,
        "From": OURS,
        "ApiVersion": "2010-04-01",
    }
    first, second = receiver.next(), receiver.next()
    assert account.verified(first) == told
    done = {"SmsStatus": "delivered", "MessageStatus": "delivered", "RawDlrDoneDate": "2605041200"}
    assert account.verified(second) == told | done
    assert first.method == "POST"
    assert first.headers["content-type"].startswith("application/x-www-form-urlencoded")
    assert receiver.inbox.empty()
    assert [each["type"] for each in account.webhooks()] == ["message.sent", "message.delivered"]


def test_a_service_tells_when_it_has_chosen(account: Account, receiver: Receiver) -> None:
    made = service(account, buy(account), status_callback=receiver.url)
    sid = send(account, messaging_service_sid=made.sid).sid
    account.advance("10s")
    told = [account.verified(receiver.next()) for _ in range(3)]
    assert [each["MessageStatus"] for each in told] == ["queued", "sent", "delivered"]
    assert {each["MessagingServiceSid"] for each in told} == {made.sid}
    assert {each["MessageSid"] for each in told} == {sid}


def test_a_messages_own_callback_goes_before_its_services(
    account: Account, receiver: Receiver
) -> None:
    """Source: https://www.twilio.com/docs/messaging/api/message-resource#create-a-message"""
    made = service(account, buy(account), status_callback="http://127.0.0.1:9/never")
    send(account, messaging_service_sid=made.sid, status_callback=f"{receiver.url}?own=1&b=%20")
    account.advance("10s")
    got = receiver.next()
    assert got.url == f"{receiver.url}?own=1&b=%20"
    account.verified(got)
    assert {each["url"] for each in account.webhooks()} == {got.url}


@pytest.mark.parametrize("status", ["failed", "undelivered"])
def test_an_error_is_told_with_its_code(account: Account, receiver: Receiver, status: str) -> None:
    """Source: https://www.twilio.com/docs/messaging/guides/track-outbound-message-status"""
    buy(account)
    sid = send(account, status_callback=receiver.url).sid
    account.simulate(f"message.{status}", messageId=sid, errorCode=30005)
    if status == "undelivered":
        assert account.verified(receiver.next())["MessageStatus"] == "sent"
    told = account.verified(receiver.next())
    assert (told["MessageStatus"], told["ErrorCode"]) == (status, "30005")
    assert ("RawDlrDoneDate" in told) == (status == "undelivered")
    account.advance("1 hour")
    fetched = account.client.messages(sid).fetch()
    assert (fetched.status, fetched.error_code) == (status, 30005)
    assert fetched.error_message == "Unknown destination handset"
    assert receiver.inbox.empty()


def test_messages_without_a_callback_are_only_logged(account: Account) -> None:
    """Ours: what nobody subscribed to can be seen all the same."""
    buy(account)
    sid = send(account).sid
    account.advance("5s")
    told = account.webhooks()
    assert [(each["type"], each["status"]) for each in told] == [
        ("message.sent", "unsubscribed"),
        ("message.delivered", "unsubscribed"),
    ]
    assert told[0]["payload"]["MessageSid"] == sid


def test_a_callback_that_fails_is_not_repeated(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides"""
    buy(account)
    receiver.answers.append(500)
    send(account, status_callback=receiver.url)
    account.advance("1 hour")
    told = [account.verified(receiver.next())["MessageStatus"] for _ in range(2)]
    assert told == ["sent", "delivered"]
    assert receiver.inbox.empty()
    [noted] = account.state("notifications")
    assert (noted["error_code"], noted["request_url"]) == ("11200", receiver.url)


def test_a_callback_is_repeated_as_its_address_says(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides"""
    buy(account)
    receiver.answers.extend([500, 500])
    send(account, status_callback=f"{receiver.url}#rc=2&rp=5xx")
    account.advance("2s")
    tries = [account.verified(receiver.next())["MessageStatus"] for _ in range(3)]
    assert tries == ["sent"] * 3


def test_a_subaccounts_callbacks_are_signed_with_its_own_token(
    account: Account, receiver: Receiver
) -> None:
    """Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security"""
    sub = account.client.api.accounts.create()
    own = account.client_for(sub.sid, sub.auth_token)
    own.incoming_phone_numbers.create(phone_number=OURS)
    own.messages.create(to=ALICE, from_=OURS, body="Hello", status_callback=receiver.url)
    account.advance("2s")
    assert account.verified(receiver.next(), sub.auth_token)["AccountSid"] == sub.sid


def test_a_scheduled_message_goes_out_at_its_time(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/features/message-scheduling"""
    made = service(account, buy(account), status_callback=receiver.url)
    when = {"schedule_type": "fixed", "send_at": "2026-05-04T13:00:00Z"}
    planned = send(account, messaging_service_sid=made.sid, **when)
    assert (planned.status, planned.date_sent, planned.from_) == ("scheduled", None, None)
    account.advance("59 minutes")
    assert receiver.inbox.empty()
    account.advance("2 minutes")
    told = [account.verified(receiver.next())["MessageStatus"] for _ in range(3)]
    assert told == ["queued", "sent", "delivered"]
    fetched = planned.fetch()
    assert fetched.date_sent is not None
    assert fetched.date_sent.isoformat() == "2026-05-04T13:00:02+00:00"


def test_a_scheduled_message_is_canceled(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/features/message-scheduling"""
    made = service(account, buy(account))
    planned = send(
        account,
        messaging_service_sid=made.sid,
        schedule_type="fixed",
        send_at="2026-05-05T12:00:00+02:00",
        status_callback=receiver.url,
    )
    assert planned.update(status="canceled").status == "canceled"
    assert account.verified(receiver.next())["MessageStatus"] == "canceled"
    account.advance("2 days")
    assert planned.fetch().status == "canceled"
    with pytest.raises(TwilioRestException) as again:
        planned.update(status="canceled")
    assert (again.value.status, again.value.code) == (409, 30409)
    assert receiver.inbox.empty()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"SendAt": ""}, 35111),
        ({"SendAt": "tomorrow"}, 35114),
        ({"SendAt": "2026-05-04T12:04:59Z"}, 35114),
        ({"SendAt": "2026-06-08T12:00:01Z"}, 35114),
        ({"ScheduleType": "sometime"}, 35126),
        ({"MessagingServiceSid": "", "From": OURS}, 35118),
    ],
)
def test_a_time_that_can_not_be_planned_is_refused(
    account: Account, fields: dict[str, str], code: int
) -> None:
    """Source: https://www.twilio.com/docs/api/errors/35114"""
    made = service(account, buy(account))
    asked = form(From=None, MessagingServiceSid=made.sid, ScheduleType="fixed")
    asked |= {"SendAt": "2026-05-05T12:00:00Z"} | fields
    assert account.refused("POST", "/Messages.json", asked)[:2] == (400, code)
