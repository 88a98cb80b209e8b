"""The named fixtures hold what Mirra's page says.

Source: https://docs.mirra.run/mirrors/twilio
"""

from collections.abc import Callable

import pytest
from twilio.base.exceptions import TwilioRestException

from mirra_mcp.local.mirrors.twilio.mirror import Twilio
from tests.local.mirrors.twilio.client import Account, refusal


def test_the_documented_fixtures_are_there() -> None:
    assert list(Twilio.fixtures) == [
        "empty",
        "verified-numbers",
        "messaging-service",
        "verify-flow",
        "ivr",
        "rate-limited",
        "support-chat",
        "whatsapp-approved",
    ]


def test_an_empty_account_has_nothing(account: Account) -> None:
    client = account.client
    assert client.incoming_phone_numbers.list() == []
    assert client.messages.list() == []
    assert client.messaging.v1.services.list() == []
    assert client.verify.v2.services.list() == []
    assert client.outgoing_caller_ids.list() == []
    assert [each.sid for each in client.api.v2010.accounts.list()] == [account.sid]


def test_a_service_has_a_pool_of_five_numbers(open_account: Callable[..., Account]) -> None:
    account = open_account("messaging-service")
    sid = account.env["TWILIO_MESSAGING_SERVICE_SID"]
    service = account.client.messaging.v1.services(sid)
    pool = {each.phone_number for each in service.phone_numbers.list()}
    assert len(pool) == 5
    assert account.env["TWILIO_PHONE_NUMBER"] in pool
    assert {each.phone_number for each in account.client.incoming_phone_numbers.list()} == pool
    account.client.messages.create(to="+15558675310", messaging_service_sid=sid, body="Hi")
    account.advance("10s")
    sent = account.client.messages.list()[0]
    assert (sent.status, sent.from_ in pool) == ("delivered", True)


def test_a_verify_service_has_a_channel_and_limits(open_account: Callable[..., Account]) -> None:
    account = open_account("verify-flow")
    sid = account.env["TWILIO_VERIFY_SERVICE_SID"]
    service = account.client.verify.v2.services(sid)
    assert service.fetch().code_length == 6
    limit = service.rate_limits.list()[0]
    assert limit.unique_name == "end_user_ip_address"
    started = service.verifications.create(to="+14155552671", channel="sms")
    assert (started.status, started.channel) == ("pending", "sms")


def test_the_eleventh_message_of_a_minute_is_refused(
    open_account: Callable[..., Account],
) -> None:
    """Source: https://www.twilio.com/docs/api/errors/20429"""
    account = open_account("rate-limited")

    def send() -> None:
        account.client.messages.create(to="+15558675310", from_="+15005550006", body="Hi")

    for _ in range(10):
        send()
    with pytest.raises(TwilioRestException) as caught:
        send()
    assert refusal(caught.value)[:2] == (429, 20429)
    account.advance("1m")
    send()


@pytest.mark.parametrize("seed", sorted(Twilio.fixtures))
def test_a_reset_brings_back_the_same_state(
    open_account: Callable[..., Account], seed: str
) -> None:
    """Ours: a fixture is the same whenever and wherever it is laid out."""
    first, second = open_account(seed), open_account(seed)
    before = first.http.get("/_mirra/state").json()
    assert second.http.get("/_mirra/state").json()["state"] == before["state"]
    first.post("/2010-04-01/Accounts.json", FriendlyName="more")
    answer = first.http.post("/_mirra/state/reset", json={"seed": seed})
    assert answer.status_code == 200
    assert first.http.get("/_mirra/state").json()["state"] == before["state"]


def test_an_approved_template_goes_out_on_whatsapp(open_account: Callable[..., Account]) -> None:
    account = open_account("whatsapp-approved")
    sender, sid = account.env["TWILIO_WHATSAPP_FROM"], account.env["TWILIO_CONTENT_SID"]
    for fields, ended in (({"content_sid": sid}, "delivered"), ({"body": "Hi"}, "undelivered")):
        made = account.client.messages.create(to="whatsapp:+15558675310", from_=sender, **fields)
        account.advance("10s")
        assert made.fetch().status == ended


def test_an_agent_and_a_customer_share_a_thread(open_account: Callable[..., Account]) -> None:
    """Source: https://www.twilio.com/docs/conversations/inbound-autocreation"""
    account = open_account("support-chat")
    chat = account.client.conversations.v1
    thread = chat.conversations(account.env["TWILIO_CONVERSATION_SID"])
    assert thread.fetch().chat_service_sid == account.env["TWILIO_CONVERSATIONS_SERVICE_SID"]
    for sender in ("+15555550123", "+15555550124"):
        account.simulate("message.received", body="Hello", **{"from": sender})
    account.simulate("conversation.message_sent", identity="agent", body="Hi",
                     conversationId=thread.fetch().sid)  # fmt: skip
    assert [each.body for each in thread.messages.list()] == ["Hello", "Hi"]
    assert [each.to for each in account.client.messages.list() if each.body == "Hi"] == [
        "+15555550123"
    ]
    assert len(chat.conversations.list()) == 2
