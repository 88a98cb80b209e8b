"""Webhook endpoints: where events go, in which version, how often, and their signature.

Source: https://docs.stripe.com/webhooks
"""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.client import NEW, NOW, OLD, Account, plain, verified
from tests.local.receiver import Receiver


def test_an_endpoint_is_made_read_changed_and_deleted(account: Account) -> None:
    """Source: https://docs.stripe.com/api/webhook_endpoints/create"""
    endpoints = account.client.v1.webhook_endpoints
    made = plain(
        endpoints.create(
            {
                "url": "https://acme.com/hook",
                "enabled_events": ["charge.succeeded", "customer.created"],
                "description": "Ours",
                "metadata": {"team": "billing"},
            }
        )
    )
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert made == {
        "id": made["id"],
        "object": "webhook_endpoint",
        "api_version": None,
        "application": None,
        "created": NOW,
        "description": "Ours",
        "enabled_events": ["charge.succeeded", "customer.created"],
        "livemode": False,
        "metadata": {"team": "billing"},
        "status": "enabled",
        "url": "https://acme.com/hook",
    }
    assert plain(endpoints.retrieve(made["id"])) == made
    changed = endpoints.update(made["id"], {"url": "https://acme.com/2", "disabled": True})
    made |= {"url": "https://acme.com/2", "status": "disabled"}
    assert plain(changed) == made
    assert [plain(each) for each in endpoints.list().data] == [made]
    gone = {"id": made["id"], "object": "webhook_endpoint", "deleted": True}
    assert plain(endpoints.delete(made["id"])) == gone
    told = account.refused(404, "GET", f"/v1/webhook_endpoints/{made['id']}")
    assert told["message"] == f"No such webhook endpoint: '{made['id']}'"
    assert (told["code"], told["param"]) == ("resource_missing", "webhook_endpoint")


@pytest.mark.parametrize(
    ("form", "param", "code"),
    [
        ("enabled_events[]=*", "url", "parameter_missing"),
        ("url=https://acme.com", "enabled_events", "parameter_missing"),
        ("url=acme.com&enabled_events[]=*", "url", "url_invalid"),
        ("url=ftp://acme.com&enabled_events[]=*", "url", "url_invalid"),
        ("url=https://acme.com&enabled_events[]=charge.read", "enabled_events[0]", None),
        ("url=https://acme.com&enabled_events[]=*&secret=x", "secret", "parameter_unknown"),
        ("url=https://acme.com&enabled_events[]=*&connect=maybe", "connect", None),
    ],
)
def test_an_endpoint_needs_an_address_and_known_events(
    account: Account, form: str, param: str, code: str | None
) -> None:
    """Source: https://docs.stripe.com/api/webhook_endpoints/create"""
    told = account.refused(400, "POST", "/v1/webhook_endpoints", form)
    assert (told.get("param"), told.get("code")) == (param, code)
    assert account.fetch("/v1/webhook_endpoints")["data"] == []


def test_an_account_has_sixteen_endpoints_at_most(account: Account) -> None:
    """Source: https://docs.stripe.com/webhooks"""
    form = "url=https://acme.com&enabled_events[]=*"
    for _ in range(16):
        assert account.call("POST", "/v1/webhook_endpoints", form).is_success
    told = account.refused(400, "POST", "/v1/webhook_endpoints", form)
    assert told["message"] == "You have reached the maximum of 16 test webhook endpoints."


def test_a_webhook_is_signed_as_the_sdk_verifies_it(account: Account, receiver: Receiver) -> None:
    """Source: https://docs.stripe.com/webhooks/signature"""
    secret = account.listen(receiver)
    customer = account.client.v1.customers.create({"name": "Ada"})
    received = receiver.next()
    header = received.headers["stripe-signature"]
    event = stripe.Webhook.construct_event(received.body, header, secret)
    assert event.type == "customer.created"
    assert event.data.object["id"] == customer.id
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(received.body, header, "whsec_other")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(received.body + b" ", header, secret)
    assert received.headers["content-type"] == "application/json; charset=utf-8"
    assert received.headers["user-agent"].startswith("Stripe/1.0")


@pytest.mark.parametrize(
    ("wanted", "count"),
    [("customer.created", 1), ("customer.*", 2), ("*", 3), ("charge.*", 0)],
)
def test_events_go_to_those_who_want_them(
    account: Account, receiver: Receiver, wanted: str, count: int
) -> None:
    """Groups by `*` are ours. Source: https://docs.stripe.com/api/webhook_endpoints/create"""
    secret = account.listen(receiver, wanted)
    customer = account.client.v1.customers.create({"name": "Ada"})
    account.client.v1.customers.update(customer.id, {"name": "Ida"})
    account.client.v1.products.create({"name": "Pen"})
    account.settle(3)
    got = [verified(receiver.next(), secret)["type"] for _ in range(count)]
    assert got == ["customer.created", "customer.updated", "product.created"][:count]
    assert receiver.inbox.empty()


@pytest.mark.parametrize("version", [OLD, NEW])
def test_a_payload_has_the_version_of_its_endpoint(
    account: Account, receiver: Receiver, version: str
) -> None:
    """Source: https://docs.stripe.com/webhooks/versioning"""
    secret = account.listen(receiver, "customer.created", api_version=version)
    account.client_for(OLD if version == NEW else NEW).v1.customers.create({"name": "Ada"})
    event = verified(receiver.next(), secret)
    assert event["api_version"] == version
    customer = event["data"]["object"]
    shown = account.fetch(f"/v1/customers/{customer['id']}", version)
    assert customer == shown


def test_two_endpoints_get_two_versions_of_one_event(account: Account, receiver: Receiver) -> None:
    """Source: https://docs.stripe.com/webhooks/versioning"""
    account.listen(receiver, "coupon.created")
    account.listen(receiver, "coupon.created", api_version=NEW)
    account.client.v1.coupons.create({"percent_off": 10, "duration": "once"})
    first, second = receiver.next().json, receiver.next().json
    assert first["id"] == second["id"]
    assert sorted([first["api_version"], second["api_version"]]) == [OLD, NEW]


def test_a_webhook_that_fails_is_tried_three_times_more(
    account: Account, receiver: Receiver
) -> None:
    """Source: https://docs.stripe.com/webhooks#automatic-retries"""
    receiver.answers.extend([500, 302, 404, 200])
    account.listen(receiver, "customer.created")
    account.client.v1.customers.create({"name": "Ada"})
    account.settle(1)
    account.advance("59 minutes")
    assert receiver.inbox.qsize() == 1
    account.advance("1 minute")
    account.advance("2 hours")
    assert account.events()[0]["pending_webhooks"] == 1
    account.advance("4 hours")
    assert receiver.inbox.qsize() == 4
    bodies = {receiver.next().body for _ in range(4)}
    assert len(bodies) == 1
    account.settle(4)
    assert account.events()[0]["pending_webhooks"] == 0


def test_after_the_last_retry_a_webhook_has_failed_and_can_be_sent_again(
    account: Account, receiver: Receiver
) -> None:
    """Source: https://docs.stripe.com/webhooks#manual-retries"""
    receiver.answers.extend([500] * 4)
    account.listen(receiver, "customer.created")
    account.client.v1.customers.create({"name": "Ada"})
    account.settle(1)
    account.advance("3 days")
    account.settle(4)
    (delivery,) = account.ask("GET", f"/v1/sessions/{account.id}/webhooks")["webhooks"]
    assert (delivery["status"], len(delivery["attempts"])) == ("failed", 4)
    answer = account.http.post(
        "/_mirra/webhooks/retry", json={"deliveryId": delivery["deliveryId"]}
    )
    assert answer.is_success
    account.settle(5)
    assert receiver.inbox.qsize() == 5
    assert account.events()[0]["pending_webhooks"] == 0


@pytest.mark.parametrize("end", ["disable", "delete"])
def test_what_an_endpoint_has_not_got_when_it_ends_it_never_gets(
    account: Account, receiver: Receiver, end: str
) -> None:
    """Source: https://docs.stripe.com/webhooks#automatic-retries"""
    receiver.answers.append(500)
    account.listen(receiver, "customer.created")
    account.client.v1.customers.create({"name": "Ada"})
    account.settle(1)
    endpoints = account.client.v1.webhook_endpoints
    id = endpoints.list().data[0].id
    if end == "disable":
        endpoints.update(id, {"disabled": True})
    else:
        endpoints.delete(id)
    account.advance("1 day")
    assert receiver.inbox.qsize() == 1


def test_an_event_that_nobody_wants_can_still_be_seen(
    open_account: Callable[..., Account],
) -> None:
    """Ours: the log shows what would have been sent, signed with the session's secret."""
    account = open_account()
    account.client.v1.customers.create({"name": "Ada"})
    (delivery,) = account.ask("GET", f"/v1/sessions/{account.id}/webhooks")["webhooks"]
    assert (delivery["type"], delivery["status"]) == ("customer.created", "unsubscribed")
    assert delivery["payload"]["data"]["object"]["name"] == "Ada"
    headers: dict[str, Any] = delivery["headers"]
    assert headers["stripe-signature"].startswith("t=")


def test_the_first_endpoint_has_the_secret_that_was_told(
    account: Account, receiver: Receiver
) -> None:
    """Ours: a handler that reads STRIPE_WEBHOOK_SECRET verifies what it gets."""
    secret = account.listen(receiver, "customer.created")
    assert secret == account.env["STRIPE_WEBHOOK_SECRET"]
    account.client.v1.customers.create({"name": "Ada"})
    event = verified(receiver.next(), account.env["STRIPE_WEBHOOK_SECRET"])
    assert event["type"] == "customer.created"
    assert account.listen(receiver, "customer.deleted") != secret
