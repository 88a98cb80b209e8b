"""Conversations, who takes part, and what lies around them.

Source: https://www.twilio.com/docs/conversations/api
"""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.local.mirrors.twilio.client import Account, refusal
from tests.local.mirrors.twilio.conversations.chats import chat, v1
from tests.local.mirrors.twilio.messaging.texts import ALICE, BOB, OTHER, OURS, buy


def refused(act: Any) -> tuple[int, int | None, str]:
    """Do what is refused."""
    with pytest.raises(TwilioRestException) as caught:
        act()
    status, code, words = refusal(caught.value)
    return status, code, words.partition(" record: ")[2]


def test_a_conversation_is_opened_found_changed_and_removed(account: Account) -> None:
    made = v1(account).conversations.create(
        friendly_name="Order 7", unique_name="order-7", attributes='{"vip": true}'
    )
    assert made.sid.startswith("CH")
    assert (made.state, made.attributes, made.timers) == ("active", '{"vip": true}', {})
    assert v1(account).conversations("order-7").fetch().sid == made.sid
    assert refused(lambda: v1(account).conversations.create(unique_name="order-7")) == (
        409, 50353, "Conversation with provided unique name already exists",
    )  # fmt: skip
    assert made.update(friendly_name="Order 8").friendly_name == "Order 8"
    own = v1(account).services.create("Shop")
    other = own.conversations.create(unique_name="order-7")
    assert other.chat_service_sid == own.sid != made.chat_service_sid
    assert [each.sid for each in own.conversations.list()] == [other.sid]
    assert refused(lambda: v1(account).conversations(other.sid).fetch())[:2] == (404, 20404)
    assert [each.sid for each in v1(account).conversations.list(state="active")] == [made.sid]
    made.delete()
    assert v1(account).conversations.list() == []
    own.delete()
    assert account.state("conversations") == []


def test_timers_put_a_conversation_to_rest(account: Account) -> None:
    assert refused(lambda: v1(account).conversations.create(timers_inactive="PT1M"))[1] == 50382
    short = {"state": "active", "timers_inactive": "PT59S"}
    assert refused(lambda: v1(account).conversations.create(**short))[1] == 50375
    short = {"state": "active", "timers_closed": "PT9M"}
    assert refused(lambda: v1(account).conversations.create(**short))[1] == 50376
    made = v1(account).conversations.create(
        state="active", timers_inactive="PT1M", timers_closed="PT10M"
    )
    assert made.timers == {
        "date_inactive": "2026-05-04T12:01:00Z", "date_closed": "2026-05-04T12:10:00Z",
    }  # fmt: skip
    account.advance("59s")
    made.messages.create(body="Still there?")
    account.advance("59s")
    assert made.fetch().state == "active"
    account.advance("1s")
    assert made.fetch().state == "inactive"
    made.messages.create(body="Now?")
    assert made.fetch().state == "active"
    account.advance("10m")
    closed = made.fetch()
    assert (closed.state, closed.timers) == ("closed", {})
    assert refused(lambda: made.messages.create(body="Too late")) == (
        400, 50377, "Can't update conversation as it's in final closed state",
    )  # fmt: skip


def test_an_accounts_defaults_are_those_of_new_conversations(account: Account) -> None:
    before = v1(account).configuration().fetch()
    service = v1(account).services.create("Shop")
    v1(account).configuration().update(
        default_chat_service_sid=service.sid, default_inactive_timer="PT5M"
    )
    made = v1(account).conversations.create()
    assert made.chat_service_sid == service.sid != before.default_chat_service_sid
    assert made.timers == {"date_inactive": "2026-05-04T12:05:00Z"}


def test_people_take_part_by_identity_or_by_a_pair_of_numbers(account: Account) -> None:
    made = chat(account)
    alice, agent = made.participants.list()
    assert alice.messaging_binding == {
        "type": "sms", "address": ALICE, "proxy_address": OURS,
    }  # fmt: skip
    assert (agent.identity, agent.messaging_binding) == ("agent", None)
    assert made.participants("agent").fetch().sid == agent.sid
    assert [each.identity for each in v1(account).users.list()] == ["agent"]
    found = v1(account).participant_conversations.list(address=ALICE)
    assert [each.conversation_sid for each in found] == [made.sid]
    assert agent.update(last_read_message_index=0).last_read_message_index == 0
    agent.delete()
    assert [each.sid for each in made.participants.list()] == [alice.sid]


def test_who_cannot_take_part_is_told_why(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/50416"""
    made = chat(account)
    buy(account, OTHER)
    other = v1(account).conversations.create()

    def add(address: str | None, proxy: str | None) -> Any:
        return refused(
            lambda: other.participants.create(
                messaging_binding_address=address, messaging_binding_proxy_address=proxy
            )
        )

    assert add(ALICE, OURS) == (
        409,
        50416,
        "A binding for this participant and proxy address already exists in Conversation"
        f" {made.sid}",
    )
    assert add(BOB, "")[1] == 50412
    assert add("Bob", OURS)[1] == 50407
    assert add(BOB, ALICE)[1] == 50408
    assert add(OURS, OURS)[1] == 50409
    assert add(f"whatsapp:{BOB}", OURS)[1] == 50414
    assert add(f"whatsapp:{BOB}", f"whatsapp:{OURS}")[:2] == (400, 50408)
    assert add(f"rcs:{BOB}", "rcs:acme")[:2] == (501, 20501)
    assert refused(lambda: made.participants.create(identity="agent")) == (
        409, 50433, "Participant already exists",
    )  # fmt: skip
    assert other.participants.list() == []
    made.update(state="closed")
    other.participants.create(messaging_binding_address=ALICE, messaging_binding_proxy_address=OURS)


def test_users_and_roles_are_a_services(account: Account) -> None:
    roles = {each.friendly_name: each for each in v1(account).roles.list()}
    assert {each.type for each in roles.values()} == {"service", "conversation"}
    editor = v1(account).roles.create("editor", "service", ["editAnyMessage"])
    user = v1(account).users.create("ann", friendly_name="Ann", role_sid=editor.sid)
    assert (user.identity, user.role_sid, user.attributes) == ("ann", editor.sid, "{}")
    assert refused(lambda: v1(account).users.create("ann"))[:2] == (409, 50201)
    wrong = roles["channel user"].sid
    assert refused(lambda: user.update(role_sid=wrong))[1] == 50100
    assert v1(account).users("ann").fetch().friendly_name == "Ann"
    editor.update(["editOwnMessage"])
    assert v1(account).roles(editor.sid).fetch().permissions == ["editOwnMessage"]
    user.delete()
    assert v1(account).users.list() == []


def test_attributes_are_json(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/50304"""
    assert refused(lambda: v1(account).conversations.create(attributes="{"))[1] == 50304
    long = '"' + "x" * 17_000 + '"'
    assert refused(lambda: v1(account).conversations.create(attributes=long))[1] == 50303
