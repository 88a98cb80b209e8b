"""Events: the record of what happened. Source: https://docs.stripe.com/api/events"""

import pytest

from tests.local.mirrors.stripe.billing.shop import Shop
from tests.local.mirrors.stripe.client import NEW, NOW, OLD, Account
from tests.local.mirrors.stripe.payments.paying import declined, pay
from tests.local.receiver import Receiver


def test_an_event_tells_its_object_its_request_and_its_version(account: Account) -> None:
    """Source: https://docs.stripe.com/api/events/object"""
    made = account.call("POST", "/v1/customers", {"name": "Ada"}, idempotency_key="abc")
    (event,) = account.events()
    assert event == {
        "id": event["id"],
        "object": "event",
        "api_version": OLD,
        "created": NOW,
        "data": {"object": made.json()},
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": made.headers["request-id"], "idempotency_key": "abc"},
        "type": "customer.created",
    }
    assert event["id"].startswith("evt_")
    assert account.fetch(f"/v1/events/{event['id']}") == event


def test_an_event_keeps_the_version_that_it_was_made_in(account: Account) -> None:
    """Source: https://docs.stripe.com/api/events/object#event_object-api_version"""
    account.client.v1.customers.create({"name": "Ada"})
    assert account.events(version=NEW)[0]["data"] == account.events(version=OLD)[0]["data"]
    assert account.events(version=NEW)[0]["api_version"] == OLD


def test_an_update_tells_what_was_before(account: Account) -> None:
    """Source: https://docs.stripe.com/api/events/object#event_object-data-previous_attributes"""
    customers = account.client.v1.customers
    customer = customers.create({"name": "Ada", "metadata": {"a": "1", "b": "2"}})
    customers.update(customer.id, {"name": "Ida", "metadata": {"a": "3", "c": "4"}})
    event = account.events("customer.updated")[0]
    before = {"name": "Ada", "metadata": {"a": "1", "c": None}}
    assert event["data"]["previous_attributes"] == before
    assert event["data"]["object"]["metadata"] == {"a": "3", "b": "2", "c": "4"}


@pytest.mark.parametrize(
    ("query", "types"),
    [
        ("type=customer.created", ["customer.created"]),
        ("type=customer.*", ["customer.updated", "customer.created"]),
        (
            "types[]=customer.updated&types[]=product.created",
            ["product.created", "customer.updated"],
        ),
        ("type=charge.*", []),
        ("delivery_success=true", ["product.created", "customer.updated", "customer.created"]),
        ("delivery_success=false", []),
        (f"created[gt]={NOW}", ["product.created"]),
        (f"created[lte]={NOW}", ["customer.updated", "customer.created"]),
        (f"created={NOW + 86400}", ["product.created"]),
    ],
)
def test_events_are_listed_by_type_time_and_success(
    account: Account, query: str, types: list[str]
) -> None:
    """Source: https://docs.stripe.com/api/events/list"""
    customer = account.client.v1.customers.create({"name": "Ada"})
    account.client.v1.customers.update(customer.id, {"name": "Ida"})
    account.advance("1 day")
    account.client.v1.products.create({"name": "Pen"})
    page = account.fetch(f"/v1/events?{query}")
    assert [each["type"] for each in page["data"]] == types
    assert (page["object"], page["url"], page["has_more"]) == ("list", "/v1/events", False)


def test_type_and_types_exclude_each_other(account: Account) -> None:
    """Source: https://docs.stripe.com/api/events/list"""
    told = account.refused(400, "GET", "/v1/events?type=a&types[]=b")
    assert told["type"] == "invalid_request_error"


def test_events_can_be_asked_for_thirty_days_long(account: Account) -> None:
    """Source: https://docs.stripe.com/api/events"""
    account.client.v1.customers.create({"name": "Ada"})
    id = account.events()[0]["id"]
    account.advance("30 days")
    account.client.v1.customers.create({"name": "Ida"})
    assert len(account.events()) == 2
    account.advance("1 second")
    assert [each["data"]["object"]["name"] for each in account.events()] == ["Ida"]
    told = account.refused(404, "GET", f"/v1/events/{id}")
    assert told["message"] == f"No such event: '{id}'"


def test_pending_webhooks_go_to_nothing_as_endpoints_accept(
    account: Account, receiver: Receiver
) -> None:
    """Source: https://docs.stripe.com/api/events/object#event_object-pending_webhooks"""
    account.listen(receiver, "customer.created")
    account.listen(receiver, "*")
    account.client.v1.customers.create({"name": "Ada"})
    assert receiver.next().json["pending_webhooks"] == 2
    account.settle(2)
    assert account.events("customer.created")[0]["pending_webhooks"] == 0


def test_an_event_that_no_request_caused_names_none(account: Account) -> None:
    """Source: https://docs.stripe.com/api/events/object#event_object-request"""
    made = account.client.v1.accounts.create({"type": "standard"})
    account.simulate("account.onboarded", account=made.id)
    options = {"stripe_account": made.id}
    found = account.client.v1.events.list({}, options).data  # type: ignore[arg-type]  # a plain dict
    event = found[0]
    assert (event.type, event.account) == ("account.updated", made.id)
    assert event.request is not None
    assert (event.request.id, event.request.idempotency_key) == (None, None)


def test_what_was_before_is_told_in_the_version_of_the_event(account: Account) -> None:
    """Source: https://docs.stripe.com/api/events/object#event_object-data-previous_attributes"""
    shop = Shop(account)
    sub = shop.subscribe(shop.customer(), shop.price(1000)).id
    ends = shop.sub(sub)["current_period_end"]
    account.advance("32 days")
    told = account.events("customer.subscription.updated")[-1]
    before, now = told["data"]["previous_attributes"], told["data"]["object"]
    assert (before["current_period_end"], now["id"]) == (ends, sub)
    assert "items" not in before
    assert all(now[name] != value for name, value in before.items())
    assert account.fetch(f"/v1/events/{told['id']}", NEW) == told
    listed = account.fetch("/v1/events?type=customer.subscription.updated", NEW)["data"]
    assert listed[0] == told
    assert now["current_period_end"] > ends


def test_only_updates_tell_what_was_before(account: Account) -> None:
    """Source: https://docs.stripe.com/api/events/object#event_object-data-previous_attributes"""
    pay(account, "pm_card_visa")
    declined(account, "pm_card_chargeDeclined")
    customer = account.client.v1.customers.create({"name": "Ada"}).id
    account.client.v1.customers.update(customer, {"name": "Ida"})
    told = {each["type"] for each in account.events() if "previous_attributes" in each["data"]}
    assert "customer.updated" in told
    assert {each.rpartition(".")[2] for each in told} == {"updated"}
