"""Chatting in tests: a conversation of a chat user and somebody with a phone."""

from typing import Any

from tests.local.mirrors.twilio.client import Account
from tests.local.mirrors.twilio.messaging.texts import ALICE, OURS, buy


def v1(account: Account) -> Any:
    """Return the SDK's Conversations."""
    return account.client.conversations.v1


def chat(account: Account, **fields: Any) -> Any:
    """Open a conversation of the agent `agent` and of Alice, who texts our number."""
    buy(account, OURS)
    made = v1(account).conversations.create(**fields)
    made.participants.create(identity="agent")
    made.participants.create(messaging_binding_address=ALICE, messaging_binding_proxy_address=OURS)
    return made


def said(conversation: Any) -> list[tuple[str, str]]:
    """Return who said what in a conversation."""
    return [(each.author, each.body) for each in conversation.messages.list()]


def hook(account: Account, **fields: Any) -> Any:
    """Say where the account's events go."""
    return v1(account).configuration.webhooks().update(**fields)
