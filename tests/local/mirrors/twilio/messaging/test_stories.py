"""Simulations: what the world does with messages that are on their way.

Source: https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
"""

import pytest

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.twilio.client import Account
from tests.local.mirrors.twilio.messaging.texts import (
    ALICE,
    BOB,
    NOBODY,
    buy,
    receive,
    send,
    service,
)
from tests.local.receiver import Receiver


def refused(account: Account, event: str, **given: object) -> str:
    """Simulate what can't be; return the error's code."""
    answer = account.http.post("/_mirra/simulate", json={"event": event, **given})
    assert answer.status_code == 400, answer.text
    code: str = answer.json()["error"]["code"]
    return code


def result(account: Account, event: str, **given: object) -> Doc:
    """Simulate, and return what became of the message."""
    told: Doc = account.simulate(event, **given)["result"]
    return told


def test_the_documented_failure(account: Account, receiver: Receiver) -> None:
    """Source: https://docs.mirra.run/mirrors/twilio"""
    buy(account)
    sid = send(account, status_callback=receiver.url).sid
    told = account.simulate("message.failed", messageId=sid, errorCode=30003)
    assert [each["type"] for each in told["webhooks"]] == ["message.failed"]
    got = account.verified(receiver.next())
    assert (got["MessageSid"], got["ErrorCode"]) == (sid, "30003")
    account.advance("1 hour")
    fetched = account.client.messages(sid).fetch()
    assert (fetched.status, fetched.error_code, fetched.price) == ("failed", 30003, None)
    assert fetched.error_message == "Unreachable destination handset"


def test_a_message_is_named_as_it_suits(account: Account) -> None:
    """Ours: by `messageId` as documented, as Twilio does, or not at all if there is one."""
    buy(account)
    sids = [send(account).sid for _ in range(4)]
    for name, sid in zip(("messageId", "messageSid", "sid"), sids, strict=False):
        assert result(account, "message.delivered", **{name: sid})["sid"] == sid
    assert result(account, "message.delivered")["sid"] == sids[3]
    assert refused(account, "message.failed") == "mirra.simulate.ambiguous"
    assert refused(account, "message.failed", messageId=NOBODY) == "mirra.simulate.invalid"


def test_nothing_happens_to_a_message_that_came_in(account: Account) -> None:
    """Ours: a simulation says what is wrong with it."""
    buy(account)
    sid = receive(account)["sid"]
    for event in ("message.sent", "message.delivered", "message.failed", "message.undelivered"):
        assert refused(account, event, messageId=sid) == "mirra.simulate.invalid"


def test_a_message_is_hurried(account: Account, receiver: Receiver) -> None:
    """Ours: a simulation spares the wait."""
    made = service(account, buy(account), status_callback=receiver.url)
    sid = send(account, messaging_service_sid=made.sid).sid
    assert result(account, "message.sent", messageId=sid)["status"] == "sent"
    told = [account.verified(receiver.next())["MessageStatus"] for _ in range(2)]
    assert told == ["queued", "sent"]
    assert refused(account, "message.sent", messageId=sid) == "mirra.simulate.invalid"
    account.advance("3s")
    assert account.verified(receiver.next())["MessageStatus"] == "delivered"
    assert refused(account, "message.delivered", messageId=sid) == "mirra.simulate.invalid"


def test_a_scheduled_message_arrives_early(account: Account, receiver: Receiver) -> None:
    """Ours: a simulation spares the wait."""
    made = service(account, buy(account), status_callback=receiver.url)
    when = {"schedule_type": "fixed", "send_at": "2026-05-10T13:00:00Z"}
    sid = send(account, messaging_service_sid=made.sid, **when).sid
    assert result(account, "message.delivered", messageId=sid)["status"] == "delivered"
    told = [account.verified(receiver.next())["MessageStatus"] for _ in range(3)]
    assert told == ["queued", "sent", "delivered"]
    account.advance("10 days")
    assert receiver.inbox.empty()


def test_a_receipt_may_come_late(account: Account) -> None:
    """Ours: a carrier takes back what it said."""
    buy(account)
    sid = send(account).sid
    account.advance("5s")
    failed = result(account, "message.undelivered", messageId=sid, errorCode=30008)
    assert (failed["status"], failed["error_code"]) == ("undelivered", 30008)
    assert refused(account, "message.failed", messageId=sid) == "mirra.simulate.invalid"


def test_messages_end_with_known_errors(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors"""
    buy(account)
    sid = send(account).sid
    assert refused(account, "message.failed", messageId=sid, errorCode=1) == (
        "mirra.simulate.invalid"
    )


@pytest.mark.parametrize(
    "of", [{"phoneNumber": ALICE}, {"country": "us"}], ids=["phone", "country"]
)
def test_carriers_fail_until_they_recover(account: Account, of: Doc) -> None:
    """Source: https://www.twilio.com/docs/api/errors/30005"""
    buy(account)
    account.simulate("carrier.outage", errorCode=30005, **of)
    sid = send(account).sid
    account.advance("5s")
    lost = account.client.messages(sid).fetch()
    assert (lost.status, lost.error_code, lost.price) == ("undelivered", 30005, "-0.00790")
    account.simulate("carrier.recovered", **of)
    sid = send(account).sid
    account.advance("5s")
    assert account.client.messages(sid).fetch().status == "delivered"
    assert refused(account, "carrier.recovered", **of) == "mirra.simulate.invalid"


def test_a_line_that_is_dead_gets_nothing(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/30003"""
    buy(account)
    account.simulate("carrier.line_changed", phoneNumber=ALICE, status="unreachable")
    sid = send(account).sid
    account.advance("5s")
    assert account.client.messages(sid).fetch().error_code == 30003


def test_an_outage_has_a_place(account: Account) -> None:
    """Ours: a simulation says what is wrong with it."""
    assert refused(account, "carrier.outage") == "mirra.simulate.invalid"
    assert refused(account, "carrier.outage", phoneNumber="x") == "mirra.simulate.invalid"
    assert refused(account, "number.queue_full", phoneNumber=BOB) == "mirra.simulate.invalid"


def test_a_magic_message_ends_as_a_simulation_says(account: Account, receiver: Receiver) -> None:
    """Ours: nothing happens to it by itself."""
    sid = send(account, from_="+15005550006", status_callback=receiver.url).sid
    assert result(account, "message.delivered", messageId=sid)["status"] == "delivered"
    told = [account.verified(receiver.next())["MessageStatus"] for _ in range(2)]
    assert told == ["sent", "delivered"]
