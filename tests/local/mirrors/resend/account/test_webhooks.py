"""Webhooks: where events go, what was sent there, and its signature.

Source: https://resend.com/docs/api-reference/webhooks/create-webhook
"""

from typing import Any

import pytest
import resend
from svix.webhooks import Webhook, WebhookVerificationError

from tests.local.mirrors.resend.client import NOW, Account, plain, refusal
from tests.local.mirrors.resend.sending.letters import NOBODY, send
from tests.local.receiver import Received, Receiver


def subscribe(url: str = "http://127.0.0.1:9/hook", *events: Any) -> Any:
    """Make a webhook with the SDK; without events, for sent and delivered emails."""
    wanted = list(events) or ["email.sent", "email.delivered"]
    return plain(resend.Webhooks.create({"endpoint": url, "events": wanted}))


def settle(account: Account, count: int) -> None:
    """Wait until so many tries at sending webhooks were made."""
    after = done = 0
    while done < count:
        page = account.control.get(
            f"/v1/sessions/{account.id}/events",
            params={"types": "webhook.dispatched", "after": after, "wait": 5},
            headers={"accept": "application/json"},
        ).json()["events"]
        assert page, "no webhook was sent within 5 s"
        done, after = done + len(page), page[-1]["id"]


def test_a_webhook_is_made_read_changed_and_deleted(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/webhooks/get-webhook"""
    made = subscribe("https://acme.com/hook", "email.sent", "email.sent", "email.bounced")
    id, secret = made["id"], made["signing_secret"]
    assert made == {"object": "webhook", "id": id, "signing_secret": secret}
    full = {
        "object": "webhook",
        "id": id,
        "created_at": NOW,
        "status": "enabled",
        "endpoint": "https://acme.com/hook",
        "events": ["email.sent", "email.bounced"],
        "signing_secret": secret,
    }
    assert plain(resend.Webhooks.get(id)) == full
    changed = resend.Webhooks.update(
        {"webhook_id": id, "endpoint": "https://acme.com/2", "status": "disabled"}
    )
    assert plain(changed) == {"object": "webhook", "id": id}
    brief = full | {"endpoint": "https://acme.com/2", "status": "disabled"}
    for name in ("object", "signing_secret"):
        del brief[name]
    assert plain(resend.Webhooks.list()) == {"object": "list", "has_more": False, "data": [brief]}
    gone = {"object": "webhook", "id": id, "deleted": True}
    assert plain(resend.Webhooks.remove(id)) == gone
    missing = refusal(404, "not_found", "Webhook not found")
    assert account.call("GET", f"/webhooks/{id}") == (404, missing)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"events": ["email.sent"]}, "missing_required_field"),
        ({"endpoint": "https://acme.com"}, "missing_required_field"),
        ({"endpoint": "acme.com", "events": ["email.sent"]}, "validation_error"),
        ({"endpoint": "https://acme.com", "events": []}, "validation_error"),
        ({"endpoint": "https://acme.com", "events": ["email.read"]}, "validation_error"),
        ({"endpoint": "https://acme.com", "events": "email.sent"}, "validation_error"),
    ],
)
def test_a_webhook_has_an_address_and_events(account: Account, body: Any, name: str) -> None:
    """Source: https://resend.com/docs/api-reference/webhooks/create-webhook"""
    status, told = account.call("POST", "/webhooks", body)
    assert (status, told["name"]) == (422, name)


def test_events_go_to_those_who_want_them(account: Account, receiver: Receiver) -> None:
    """Source: https://resend.com/docs/webhooks/introduction"""
    subscribe(receiver.url, "email.delivered")
    id = send()
    account.advance("2s")
    got = receiver.next().json
    assert list(got) == ["type", "created_at", "data"]
    assert (got["type"], got["created_at"]) == ("email.delivered", "2026-05-04T12:00:02.000Z")
    assert got["data"]["email_id"] == id
    assert receiver.inbox.empty()


def test_a_disabled_webhook_gets_nothing(account: Account, receiver: Receiver) -> None:
    """Source: https://resend.com/docs/api-reference/webhooks/update-webhook"""
    id = subscribe(receiver.url)["id"]
    resend.Webhooks.update({"webhook_id": id, "status": "disabled"})
    send()
    account.advance("2s")
    resend.Webhooks.update({"webhook_id": id, "status": "enabled"})
    second = send()
    assert receiver.next().json["data"]["email_id"] == second


def verified(got: Received, secret: str) -> Any:
    """Verify with Svix's library and with Resend's, and return the payload."""
    Webhook(secret).verify(got.body, got.headers)
    signed = {name: got.headers[f"svix-{name}"] for name in ("id", "timestamp", "signature")}
    options: Any = {"payload": got.body.decode(), "headers": signed, "webhook_secret": secret}
    return resend.Webhooks.verify(options)


def test_signatures_are_those_of_svix(account: Account, receiver: Receiver) -> None:
    """Source: https://resend.com/docs/webhooks/verify-webhooks-requests"""
    secret = subscribe(receiver.url)["signing_secret"]
    assert secret == account.env["RESEND_WEBHOOK_SECRET"]
    id = send(subject="Grüße 你好")
    got = receiver.next()
    assert verified(got, secret)["data"]["email_id"] == id
    assert got.headers["svix-id"].startswith("msg_")
    tampered = got.body.replace(b"email.sent", b"email.opened")
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(tampered, got.headers)


def test_each_further_webhook_has_a_secret_of_its_own(account: Account) -> None:
    """Ours: the first has the one that the session told, so that a handler knows it."""
    first, second = subscribe()["signing_secret"], subscribe()["signing_secret"]
    assert first == account.env["RESEND_WEBHOOK_SECRET"] != second
    assert second.startswith("whsec_")


def test_the_told_secret_verifies_what_every_webhook_gets(
    account: Account, receiver: Receiver
) -> None:
    """Ours: whichever way an app made its webhook, the secret that it was given fits."""
    subscribe(f"{receiver.url}/first")
    own = subscribe(receiver.url)["signing_secret"]
    send()
    got = [receiver.next(), receiver.next()]
    told = account.env["RESEND_WEBHOOK_SECRET"]
    assert [verified(each, told)["type"] for each in got] == ["email.sent", "email.sent"]
    signatures = sorted(each.headers["svix-signature"].count("v1,") for each in got)
    assert signatures == [1, 2]
    [second] = [each for each in got if each.headers["svix-signature"].count("v1,") == 2]
    verified(second, own)


def test_deliveries_carry_the_headers_of_svix(account: Account, receiver: Receiver) -> None:
    """Source: https://docs.svix.com/receiving/introduction

    Divergence: The version in `User-Agent` is fixed.
    """
    subscribe(receiver.url)
    send()
    got = {name.lower(): value for name, value in receiver.next().headers.items()}
    assert got["content-type"] == "application/json"
    assert got["user-agent"].startswith("Svix-Webhooks/")


def test_for_24_hours_after_a_rotation_both_secrets_sign(
    account: Account, receiver: Receiver
) -> None:
    """Source: https://resend.com/docs/api-reference/webhooks/rotate-signing-secret"""
    made = subscribe(receiver.url, "email.sent")
    old, id = made["signing_secret"], made["id"]
    rotated = plain(resend.Webhooks.rotate_signing_secret(id))
    new = rotated["signing_secret"]
    assert rotated == {"object": "webhook", "id": id, "signing_secret": new}
    assert resend.Webhooks.get(id)["signing_secret"] == new != old
    send()
    got = receiver.next()
    assert verified(got, new) == verified(got, old)
    account.advance("24 hours")
    send()
    later = receiver.next()
    verified(later, new)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(later.body, later.headers)


def test_what_was_sent_is_listed_and_shown(account: Account, receiver: Receiver) -> None:
    """Source: https://resend.com/docs/api-reference/webhooks/list-events"""
    id = subscribe(receiver.url)["id"]
    email = send()
    account.advance("2s")
    settle(account, 2)
    listed = plain(resend.Webhooks.list_events(id))
    assert [each["type"] for each in listed["data"]] == ["email.delivered", "email.sent"]
    brief = listed["data"][1]
    assert brief == {
        "id": receiver.next().headers["svix-id"],
        "type": "email.sent",
        "created_at": NOW,
        "status": "success",
    }
    event = plain(resend.Webhooks.get_event(id, brief["id"]))
    payload = event.pop("payload")
    assert event == {"object": "webhook_event", "next_attempt_at": None} | brief
    assert (payload["type"], payload["data"]["email_id"]) == ("email.sent", email)
    page = resend.Webhooks.list_events(id, {"limit": 1})
    assert ([each["type"] for each in page["data"]], page["has_more"]) == (
        ["email.delivered"],
        True,
    )
    missing = refusal(404, "not_found", "Webhook event not found")
    assert account.call("GET", f"/webhooks/{id}/events/{NOBODY}") == (404, missing)


def test_a_refused_event_is_tried_again(account: Account, receiver: Receiver) -> None:
    """Source: https://resend.com/docs/webhooks/retries-and-replays"""
    receiver.answers.append(500)
    id = subscribe(receiver.url, "email.sent")["id"]
    send()
    settle(account, 1)
    [waiting] = resend.Webhooks.list_events(id)["data"]
    assert waiting["status"] == "attempting"
    event = resend.Webhooks.get_event(id, waiting["id"])
    assert event["next_attempt_at"] == "2026-05-04 12:00:05+00"
    account.advance("5s")
    attempts = resend.Webhooks.list_event_attempts(id, waiting["id"])
    assert [each["http_status_code"] for each in attempts["data"]] == [200, 500]
    assert [each["sent_at"] for each in attempts["data"]] == ["2026-05-04 12:00:05+00", NOW]
    assert resend.Webhooks.get_event(id, waiting["id"])["status"] == "success"


def test_an_event_is_given_up_after_eight_tries(account: Account, receiver: Receiver) -> None:
    """Source: https://resend.com/docs/webhooks/retries-and-replays"""
    receiver.answers.extend([500] * 8)
    id = subscribe(receiver.url, "email.sent")["id"]
    send()
    settle(account, 1)
    account.advance("3 days")
    [event] = resend.Webhooks.list_events(id)["data"]
    assert event["status"] == "failed"
    assert len(resend.Webhooks.list_event_attempts(id, event["id"])["data"]) == 8


def test_a_replayed_event_comes_again_with_the_same_id(
    account: Account, receiver: Receiver
) -> None:
    """Source: https://resend.com/docs/api-reference/webhooks/replay-event"""
    id = subscribe(receiver.url, "email.sent")["id"]
    send()
    settle(account, 1)
    first = receiver.next()
    event = first.headers["svix-id"]
    replayed = resend.Webhooks.replay_event(id, event)
    assert plain(replayed) == {"object": "webhook_event", "id": event}
    again = receiver.next()
    assert (again.headers["svix-id"], again.body) == (event, first.body)
