"""Event destinations and thin events of the v2 API.

Source: https://docs.stripe.com/api/v2/core/event-destinations
"""

from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.client import NEW, Account, plain, verified
from tests.local.receiver import Receiver

INSTANT = "2026-05-04T12:00:00.000Z"
"""When every account starts, as the v2 API writes it."""


def destination(account: Account, receiver: Receiver, *events: str, **more: Any) -> Any:
    """Make a destination for thin events at the receiver."""
    wanted: Any = {
        "name": "Ours",
        "type": "webhook_endpoint",
        "event_payload": "thin",
        "enabled_events": list(events) or ["v1.customer.created"],
        "webhook_endpoint": {"url": receiver.url},
        "include": ["webhook_endpoint.signing_secret", "webhook_endpoint.url"],
        **more,
    }
    return account.client.v2.core.event_destinations.create(wanted)


def test_a_destination_is_made_read_changed_listed_and_deleted(
    account: Account, receiver: Receiver
) -> None:
    """Source: https://docs.stripe.com/api/v2/core/event-destinations/create"""
    made = destination(account, receiver, metadata={"a": "1", "b": "2"})
    assert made.webhook_endpoint.url == receiver.url
    assert made.webhook_endpoint.signing_secret.startswith("whsec_")
    destinations = account.client.v2.core.event_destinations
    found = account.fetch(f"/v2/core/event_destinations/{made.id}", NEW)
    assert found == {
        "id": made.id,
        "object": "v2.core.event_destination",
        "created": INSTANT,
        "description": "",
        "enabled_events": ["v1.customer.created"],
        "event_payload": "thin",
        "events_from": ["@self"],
        "livemode": False,
        "metadata": {"a": "1", "b": "2"},
        "name": "Ours",
        "status": "enabled",
        "type": "webhook_endpoint",
        "updated": INSTANT,
    }
    changed = destinations.update(made.id, {"name": "Theirs", "metadata": {"a": None, "c": "3"}})
    assert (changed.name, plain(changed.metadata)) == ("Theirs", {"b": "2", "c": "3"})
    stopped = destinations.disable(made.id)
    assert stopped.status == "disabled"
    assert stopped.status_details.disabled.reason == "user"  # type: ignore[union-attr]  # set when disabled
    assert destinations.enable(made.id).status == "enabled"
    assert [each.id for each in destinations.list().data] == [made.id]
    assert destinations.delete(made.id).id == made.id
    with pytest.raises(stripe.InvalidRequestError) as caught:
        destinations.retrieve(made.id)
    assert (caught.value.http_status, caught.value.code) == (404, "not_found")


def test_destinations_are_listed_page_by_page(account: Account, receiver: Receiver) -> None:
    """Source: https://docs.stripe.com/api-v2-overview#list-pagination"""
    ids = [destination(account, receiver).id for _ in range(3)]
    page = account.client.v2.core.event_destinations.list({"limit": 2})
    assert page.next_page_url is not None
    assert [each.id for each in page.auto_paging_iter()] == ids[::-1]


def test_a_thin_event_names_its_object_and_can_be_fetched(
    account: Account, receiver: Receiver
) -> None:
    """Source: https://docs.stripe.com/webhooks/migrate-snapshot-to-thin-events"""
    secret = destination(account, receiver).webhook_endpoint.signing_secret
    customer = account.client.v1.customers.create({"name": "Ada"})
    received = receiver.next()
    told: Any = account.client.parse_event_notification(
        received.body, received.headers["stripe-signature"], secret
    )
    assert told.type == "v1.customer.created"
    assert told.related_object.url == f"/v1/customers/{customer.id}"
    assert told.fetch_related_object().name == "Ada"
    event = told.fetch_event()
    assert event.id == told.id
    assert event.snapshot_event == account.events("customer.created")[0]["id"]
    assert event.reason.request.id.startswith("req_")
    listed = account.client.v2.core.events.list({"object_id": customer.id}).data
    assert [each.id for each in listed] == [event.id]
    assert "name" not in received.body.decode()


def test_a_destination_can_have_snapshots(account: Account, receiver: Receiver) -> None:
    """Source: https://docs.stripe.com/api/v2/core/event-destinations/create"""
    made = destination(
        account,
        receiver,
        "customer.created",
        event_payload="snapshot",
        snapshot_api_version=NEW,
    )
    account.client.v1.customers.create({"name": "Ada"})
    event = verified(receiver.next(), made.webhook_endpoint.signing_secret)
    assert (event["object"], event["api_version"]) == ("event", NEW)
    assert event["data"]["object"]["name"] == "Ada"


def test_a_ping_can_be_asked_for(account: Account, receiver: Receiver) -> None:
    """Source: https://github.com/stripe/stripe-python (v2.core.event_destination.ping)"""
    made = destination(account, receiver)
    event = account.client.v2.core.event_destinations.ping(made.id)
    told = verified_thin(receiver, made.webhook_endpoint.signing_secret)
    assert (told["id"], told["type"]) == (event.id, "v2.core.event_destination.ping")
    assert told["related_object"]["id"] == made.id


def test_accounts_events_come_only_where_they_are_wanted(
    account: Account, receiver: Receiver
) -> None:
    """Source: https://docs.stripe.com/api/v2/core/event-destinations/create (events_from)"""
    other = account.client.v1.accounts.create({"type": "standard"}).id
    destination(account, receiver, events_from=["@accounts"])
    account.client.v1.customers.create({"name": "Ada"})
    account.call("POST", "/v1/customers", {"name": "Ida"}, stripe_account=other)
    told = receiver.next().json
    assert told["context"] == other
    assert receiver.inbox.empty()


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"webhook_endpoint": {"url": "acme.com"}}, "url"),
        ({"enabled_events": []}, "enabled_events"),
        ({"enabled_events": ["v1.customer.read"]}, "enabled_events"),
        ({"type": "pigeon"}, "type"),
    ],
)
def test_a_destination_needs_an_address_and_known_events(
    account: Account, receiver: Receiver, more: dict[str, Any], param: str
) -> None:
    """Source: https://docs.stripe.com/api/v2/core/event-destinations/create"""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        destination(account, receiver, **more)
    assert caught.value.param == param


def verified_thin(receiver: Receiver, secret: str) -> Any:
    """Return a thin event whose signature is right."""
    received = receiver.next()
    stripe.WebhookSignature.verify_header(
        received.body.decode(), received.headers["stripe-signature"], secret, 300
    )
    return received.json


@pytest.mark.parametrize("body", ["null", "[]", "[1]", '"x"', "{"])
@pytest.mark.parametrize("path", ["event_destinations", "event_destinations/x/disable"])
def test_a_body_that_is_no_json_object_is_refused(account: Account, path: str, body: str) -> None:
    told = account.refused(400, "POST", f"/v2/core/{path}", body)
    assert told["message"] == "The request body is not valid JSON."
