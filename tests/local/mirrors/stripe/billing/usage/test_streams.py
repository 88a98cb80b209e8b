"""Meter events of the v2 API, one by one and in streams.

Source: https://docs.stripe.com/billing/subscriptions/usage-based/recording-usage-api
"""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.billing.usage.test_meters import HOUR, meter
from tests.local.mirrors.stripe.client import NOW, Account

ERRORS = "v1.billing.meter.error_report_triggered"


@pytest.fixture
def shop(account: Account) -> Account:
    meter(account)
    return account


def event(customer: str, value: str = "5", **more: Any) -> Any:
    payload = {"stripe_customer_id": customer, "value": value}
    return {"event_name": "requests", "payload": payload, **more}


def used(account: Account, customer: str) -> float:
    id = account.client.v1.billing.meters.list().data[0].id
    span: Any = {"customer": customer, "start_time": NOW - HOUR, "end_time": NOW + HOUR}
    found = account.client.v1.billing.meters.event_summaries.list(id, span).data
    return found[0].aggregated_value


def refusal(call: Callable[[], object]) -> Any:
    with pytest.raises(stripe.StripeError) as caught:
        call()
    return caught.value


def test_events_of_both_apis_count_in_one_meter(shop: Account) -> None:
    """Source: https://docs.stripe.com/api/v2/billing/meter-event/create"""
    customer = shop.client.v1.customers.create().id
    billing = shop.client.v2.billing
    made = billing.meter_events.create(event(customer, identifier="one"))
    assert made.to_dict() == {
        "object": "v2.billing.meter_event",
        "created": "2026-05-04T12:00:00.000Z",
        "event_name": "requests",
        "identifier": "one",
        "livemode": False,
        "payload": {"stripe_customer_id": customer, "value": "5"},
        "timestamp": "2026-05-04T12:00:00.000Z",
    }
    shop.client.v1.billing.meter_events.create(event(customer, "3"))
    billing.meter_events.create(event(customer, timestamp="2026-05-04T12:30:00+01:00"))
    assert used(shop, customer) == 13
    taken = billing.meter_event_adjustments.create(
        {"cancel": {"identifier": "one"}, "event_name": "requests", "type": "cancel"}
    )
    assert (taken.object, taken.status) == ("v2.billing.meter_event_adjustment", "pending")
    assert used(shop, customer) == 8


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"event_name": "none"}, "no_meter"),
        ({"payload": {"value": "1"}}, "meter_event_no_customer_defined"),
        (
            {"payload": {"stripe_customer_id": "cus_none", "value": "1"}},
            "meter_event_customer_not_found",
        ),
        ({"timestamp": "2026-01-01T00:00:00Z"}, "timestamp_too_far_in_past"),
        ({"timestamp": "2026-06-01T00:00:00Z"}, "timestamp_in_future"),
    ],
)
def test_what_is_wrong_is_refused_at_once_or_told_later_by_the_stream(
    shop: Account, wrong: dict[str, Any], code: str
) -> None:
    """Source: https://docs.stripe.com/api/v2/billing/meter-event/create"""
    customer = shop.client.v1.customers.create().id
    billing, sent = shop.client.v2.billing, event(customer) | wrong
    assert refusal(lambda: billing.meter_events.create(sent)).code == code
    token = billing.meter_event_session.create().authentication_token
    stream = shop.client_for(api_key=token).v2.billing.meter_event_stream
    stream.create({"events": [event(customer), sent]})
    assert used(shop, customer) == 5
    shop.advance("3s")
    told = shop.client.v2.core.events.list({"limit": 1}).data[0]
    found = shop.client.v2.core.events.retrieve(told.id).to_dict()
    assert found["data"]["reason"]["error_types"][0]["code"] == code


def test_a_stream_takes_the_token_of_a_session_for_a_quarter_of_an_hour(shop: Account) -> None:
    """Source: https://docs.stripe.com/api/v2/billing/meter-event-session/create"""
    customer = shop.client.v1.customers.create().id
    session = shop.client.v2.billing.meter_event_session.create()
    assert session.expires_at == "2026-05-04T12:15:00.000Z"
    token = session.authentication_token

    def send(*events: Any, key: str = token) -> None:
        streams = shop.client_for(api_key=key).v2.billing.meter_event_stream
        streams.create({"events": list(events)})

    send(event(customer, identifier="a"), event(customer, identifier="a"), event(customer, "2"))
    assert used(shop, customer) == 7
    assert refusal(lambda: send(*[event(customer)] * 101)).http_status == 400
    assert refusal(lambda: send(event(customer), key=shop.key)).http_status == 401
    shop.advance("15m")
    expired = refusal(lambda: send(event(customer)))
    assert isinstance(expired, stripe.TemporarySessionExpiredError)
    assert expired.code == "billing_meter_event_session_expired"
    assert used(shop, customer) == 7


def test_a_stream_of_a_connected_account_counts_there(shop: Account) -> None:
    """Source: https://docs.stripe.com/api/v2/billing/meter-event-session/create"""
    seller = shop.client.v1.accounts.create({"type": "standard"}).id
    theirs: Any = {"stripe_account": seller}
    shop.client.v1.billing.meters.create(
        {
            "display_name": "Requests",
            "event_name": "requests",
            "default_aggregation": {"formula": "sum"},
        },
        theirs,
    )
    customer = shop.client.v1.customers.create({}, theirs).id
    token = shop.client.v2.billing.meter_event_session.create({}, theirs).authentication_token
    stream = shop.client_for(api_key=token).v2.billing.meter_event_stream
    stream.create({"events": [event(customer)]})
    id = shop.client.v1.billing.meters.list({}, theirs).data[0].id
    span: Any = {"customer": customer, "start_time": NOW - HOUR, "end_time": NOW + HOUR}
    found = shop.client.v1.billing.meters.event_summaries.list(id, span, theirs).data
    assert found[0].aggregated_value == 5
