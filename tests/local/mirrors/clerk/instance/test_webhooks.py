"""Webhooks. Source: https://clerk.com/docs/guides/development/webhooks/overview"""

from collections.abc import Callable

import pytest
from svix.webhooks import Webhook, WebhookVerificationError

from tests.local.mirrors.clerk.client import NOON, Account
from tests.local.receiver import Receiver


def test_events_tell_their_instance_and_are_signed_by_svix(
    open_account: Callable[..., Account], receiver: Receiver
) -> None:
    account = open_account(webhooks={"clerk": receiver.url})
    user = account.user()
    came = receiver.next()
    Webhook(account.env["CLERK_WEBHOOK_SIGNING_SECRET"]).verify(came.body, came.headers)
    body = came.json
    assert body["data"]["id"] == user.id
    assert body["instance_id"].startswith("ins_")
    assert (body["object"], body["timestamp"], body["type"]) == ("event", NOON, "user.created")
    with pytest.raises(WebhookVerificationError):
        Webhook(account.env["CLERK_WEBHOOK_SIGNING_SECRET"]).verify(came.body + b" ", came.headers)
