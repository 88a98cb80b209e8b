"""Texts that come in: what is kept of them, and which address is called.

Source: https://www.twilio.com/docs/messaging/guides/webhook-request
"""

from tests.local.mirrors.twilio.client import RFC_NOON, Account
from tests.local.mirrors.twilio.messaging.texts import (
    ALICE,
    BOB,
    OTHER,
    OURS,
    buy,
    receive,
    send,
    service,
)
from tests.local.receiver import Receiver, Reply


def test_a_text_is_kept_and_told_to_the_number_s_address(
    account: Account, receiver: Receiver
) -> None:
    buy(account, sms_url=receiver.url)
    received = receive(account, "Hi there", fromCity="San Francisco", fromState="CA",
                       fromZip="94105")  # fmt: skip
    sid = received["sid"]
    assert account.verified(receiver.next()) == {
        "ToCountry": "US",
        "ToState": "",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ToCity": "",
        "FromZip": "94105",
        "SmsSid": sid,
        "FromState": "CA",
        "SmsStatus": "received",
        "FromCity": "SAN FRANCISCO",
        "Body": "Hi there",
        "FromCountry": "US",
        "To": OURS,
        "ToZip": "",
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": account.sid,
        "From": ALICE,
        "ApiVersion": "2010-04-01",
    }
    fetched = account.client.messages(sid).fetch()
    assert (fetched.direction, fetched.status, fetched.body) == ("inbound", "received", "Hi there")
    assert (fetched.from_, fetched.to, fetched.price) == (ALICE, OURS, "-0.00790")
    assert account.fetch(f"/Messages/{sid}.json")["date_sent"] == RFC_NOON
    assert [each["type"] for each in account.webhooks()] == ["message.received"]


def test_a_number_may_be_called_by_get(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security"""
    buy(account, sms_url=f"{receiver.url}?shop=1", sms_method="GET")
    receive(account, "50% off? Ünïcode & more")
    got = receiver.next()
    assert (got.method, got.body) == ("GET", b"")
    told = account.verified(got)
    assert (told["shop"], told["Body"]) == ("1", "50% off? Ünïcode & more")


def test_the_only_number_need_not_be_named(account: Account) -> None:
    """Ours: a simulation asks only what it can't know."""
    ask = {"event": "message.received", "body": "Hi", "from": ALICE}
    nobody = account.http.post("/_mirra/simulate", json=ask).json()["error"]
    assert nobody["code"] == "mirra.simulate.invalid"
    buy(account)
    assert receive(account)["to"] == OURS
    buy(account, OTHER)
    several = account.http.post("/_mirra/simulate", json=ask).json()["error"]
    assert several["code"] == "mirra.simulate.ambiguous"
    assert several["hint"] == f"Name one as 'to': {OTHER}, {OURS}"
    assert receive(account, to=OTHER)["to"] == OTHER


def test_a_simulated_text_must_make_sense(account: Account) -> None:
    """Ours: a simulation says what is wrong with it."""
    buy(account)
    right = {"from": ALICE, "body": "Hi"}
    for wrong in (
        {"from": "alice"},
        {"from": ""},
        {"body": ""},
        {"body": "a" * 1601},
        {"to": BOB},
        {"media": ["https://example.com/a.png"] * 11},
    ):
        body = {"event": "message.received"} | right | wrong
        told = account.http.post("/_mirra/simulate", json=body)
        assert (told.status_code, told.json()["error"]["code"]) == (
            400,
            "mirra.simulate.invalid",
        )
    assert account.state("messages") == []


def test_a_service_gets_what_its_numbers_get(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/api/service-resource"""
    number = buy(account, sms_url="http://127.0.0.1:9/never")
    made = service(account, number, inbound_request_url=receiver.url, inbound_method="GET")
    received = receive(account)
    got = receiver.next()
    told = account.verified(got)
    assert (got.method, told["MessagingServiceSid"]) == ("GET", made.sid)
    assert received["messaging_service_sid"] == made.sid
    assert "OptOutType" not in told


def test_a_service_may_leave_texts_to_its_numbers(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/api/service-resource"""
    number = buy(account, sms_url=receiver.url)
    made = service(account, number, use_inbound_webhook_on_number=True)
    receive(account)
    assert account.verified(receiver.next())["MessagingServiceSid"] == made.sid


def test_a_service_without_an_address_drops_texts(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/api/service-resource"""
    service(account, buy(account, sms_url=receiver.url))
    dropped = receive(account)
    assert dropped["dropped"]
    assert "inbound_request_url" in dropped["reason"]
    assert account.client.messages.list() == []
    assert account.webhooks() == []


def test_the_fallback_address_is_asked_when_the_first_fails(
    account: Account, receiver: Receiver
) -> None:
    """Source: https://www.twilio.com/docs/usage/troubleshooting/fallback-urls"""
    broken = f"{receiver.url}?broken=1"
    buy(account, sms_url=broken, sms_fallback_url=receiver.url, sms_fallback_method="GET")
    receiver.answers.extend([500, Reply("<Response><Message>Sorry</Message></Response>")])
    receive(account)
    assert receiver.next().url == broken
    second = receiver.next()
    told = account.verified(second)
    assert (second.method, told["ErrorCode"], told["ErrorUrl"]) == ("GET", "11200", broken)
    account.advance("1s")
    assert [each.body for each in account.client.messages.list()] == ["Sorry", "Hi"]


def test_the_fallback_address_is_asked_once(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/usage/troubleshooting/fallback-urls"""
    buy(account, sms_url="http://127.0.0.1:9/closed", sms_fallback_url=receiver.url)
    receiver.answers.append(503)
    receive(account)
    assert account.verified(receiver.next())["ErrorCode"] == "11205"
    account.advance("1 hour")
    assert receiver.inbox.empty()
    noted = account.client.api.account.notifications.list()
    assert [each.error_code for each in noted] == ["11200", "11205"]


def test_a_broken_document_is_no_answer(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/api/errors/12100"""
    buy(account, sms_url=receiver.url, sms_fallback_url=f"{receiver.url}?again=1")
    receiver.answers.append(Reply("<Response><Message>Oh"))
    receive(account)
    receiver.next()
    again = receiver.next()
    assert again.url.endswith("?again=1")
    assert account.verified(again)["ErrorCode"] == "12100"


def test_a_message_to_an_own_number_comes_in_there(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/api/message-resource"""
    buy(account)
    buy(account, OTHER, sms_url=receiver.url)
    send(account, "To myself", to=OTHER, media_url=["https://example.com/a.png"])
    account.advance("5s")
    told = account.verified(receiver.next())
    assert (told["From"], told["To"], told["Body"]) == (OURS, OTHER, "To myself")
    assert told["MediaContentType0"] == "image/png"
    directions = [each.direction for each in account.client.messages.list()]
    assert directions == ["inbound", "outbound-api"]


def test_short_codes_get_texts_too(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/api/short-code-resource"""
    account.simulate("short_code.assigned", shortCode="12345")
    [code] = account.client.api.account.short_codes.list()
    code.update(sms_url=receiver.url, sms_method="POST")
    receive(account, "JOIN")
    told = account.verified(receiver.next())
    assert (told["To"], told["Body"]) == ("12345", "JOIN")
