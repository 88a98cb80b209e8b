"""Billing meters and what they count.

Source: https://docs.stripe.com/billing/subscriptions/usage-based
"""

from typing import Any, Literal

import pytest

from tests.local.mirrors.stripe.client import NOW, Account, plain

HOUR, DAY = 3600, 86400
Formula = Literal["count", "last", "sum"]


def meter(account: Account, formula: Formula = "sum", event: str = "requests") -> str:
    return account.client.v1.billing.meters.create(
        {
            "display_name": "Requests",
            "event_name": event,
            "default_aggregation": {"formula": formula},
        }
    ).id


def report(account: Account, customer: str, value: str, at: int, **more: str) -> None:
    payload = {"stripe_customer_id": customer, "value": value}
    account.client.v1.billing.meter_events.create(
        {"event_name": "requests", "payload": payload, "timestamp": at, **more}  # type: ignore[typeddict-item]  # identifier
    )


def test_a_meter_has_every_documented_field_and_is_stopped_and_started(account: Account) -> None:
    """Source: https://docs.stripe.com/api/billing/meter/object"""
    meters = account.client.v1.billing.meters
    id = meter(account)
    assert account.fetch(f"/v1/billing/meters/{id}") == {
        "id": id,
        "object": "billing.meter",
        "created": NOW,
        "customer_mapping": {"event_payload_key": "stripe_customer_id", "type": "by_id"},
        "default_aggregation": {"formula": "sum"},
        "display_name": "Requests",
        "event_name": "requests",
        "event_time_window": None,
        "livemode": False,
        "status": "active",
        "status_transitions": {"deactivated_at": None},
        "updated": NOW,
        "value_settings": {"event_payload_key": "value"},
    }
    assert id.startswith("mtr_test_")
    assert meters.update(id, {"display_name": "Calls"}).display_name == "Calls"
    stopped = meters.deactivate(id)
    assert (stopped.status, stopped.status_transitions.deactivated_at) == ("inactive", NOW)
    assert meters.list({"status": "active"}).data == []
    assert meters.reactivate(id).status == "active"
    assert account.types() == [
        "billing.meter.created",
        "billing.meter.updated",
        "billing.meter.deactivated",
        "billing.meter.reactivated",
    ]


def test_one_active_meter_counts_events_of_a_name(account: Account) -> None:
    """Source: https://docs.stripe.com/api/billing/meter/create#create_meter-event_name

    Divergence: Stripe's wording of the refusal isn't published.
    """
    id = meter(account)
    form = "display_name=x&event_name=requests&default_aggregation[formula]=sum"
    assert account.refused(400, "POST", "/v1/billing/meters", form)["param"] == "event_name"
    account.client.v1.billing.meters.deactivate(id)
    assert meter(account) != id


@pytest.mark.parametrize(("formula", "value"), [("sum", 7.5), ("count", 3), ("last", 4)])
def test_usage_is_added_up_as_the_meter_says(
    account: Account, formula: Formula, value: float
) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/usage-based/meters/configure"""
    id, customer = meter(account, formula), account.client.v1.customers.create().id
    other = account.client.v1.customers.create().id
    report(account, customer, "1", NOW - 3 * HOUR)
    report(account, customer, "4", NOW - HOUR)
    report(account, customer, "2.5", NOW - 2 * HOUR)
    report(account, other, "100", NOW - HOUR)
    found = account.client.v1.billing.meters.event_summaries.list(
        id, {"customer": customer, "start_time": NOW - DAY, "end_time": NOW}
    )
    assert len(found.data) == 1
    row = plain(found.data[0])
    assert (row["aggregated_value"], row["meter"]) == (value, id)
    assert (row["start_time"], row["end_time"]) == (NOW - DAY, NOW)


def test_usage_is_added_up_by_the_hour(account: Account) -> None:
    """Source: https://docs.stripe.com/api/billing/meter-event-summary/list"""
    id, customer = meter(account), account.client.v1.customers.create().id
    for hours, value in ((5, "1"), (5, "2"), (2, "4")):
        report(account, customer, value, NOW - hours * HOUR)
    found = account.client.v1.billing.meters.event_summaries.list(
        id,
        {
            "customer": customer,
            "start_time": NOW - 6 * HOUR,
            "end_time": NOW,
            "value_grouping_window": "hour",
        },
    )
    assert [(each.start_time, each.aggregated_value) for each in found.data] == [
        (NOW - 2 * HOUR, 4),
        (NOW - 5 * HOUR, 3),
    ]
    path = f"/v1/billing/meters/{id}/event_summaries?customer={customer}&end_time={NOW}"
    told = account.refused(400, "GET", f"{path}&start_time={NOW - 61}")
    assert told["param"] == "start_time"


def test_an_event_is_reported_once_and_can_be_taken_back(account: Account) -> None:
    """Source: https://docs.stripe.com/api/billing/meter-event/create"""
    id, customer = meter(account), account.client.v1.customers.create().id
    form = {
        "event_name": "requests",
        "payload[stripe_customer_id]": customer,
        "payload[value]": "25",
        "identifier": "one",
    }
    made = account.call("POST", "/v1/billing/meter_events", form).json()
    assert made == {
        "object": "billing.meter_event",
        "created": NOW,
        "event_name": "requests",
        "identifier": "one",
        "livemode": False,
        "payload": {"stripe_customer_id": customer, "value": "25"},
        "timestamp": NOW,
    }
    told = account.refused(400, "POST", "/v1/billing/meter_events", form)
    assert told["param"] == "identifier"
    adjusted = account.client.v1.billing.meter_event_adjustments.create(
        {"event_name": "requests", "type": "cancel", "cancel": {"identifier": "one"}}
    )
    assert plain(adjusted)["status"] == "pending"
    account.advance("1 hour")
    found = account.client.v1.billing.meters.event_summaries.list(
        id, {"customer": customer, "start_time": NOW - HOUR, "end_time": NOW + HOUR}
    )
    assert found.data[0].aggregated_value == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"event_name": "none"}, "no_meter"),
        ({"event_name": "stopped"}, "archived_meter"),
        ({"payload[value]": "many"}, "meter_event_invalid_value"),
        ({"payload[stripe_customer_id]": "cus_x"}, "meter_event_customer_not_found"),
        ({"payload[stripe_customer_id]": ""}, "meter_event_no_customer_defined"),
        ({"timestamp": str(NOW - 36 * DAY)}, "timestamp_too_far_in_past"),
        ({"timestamp": str(NOW + 301)}, "timestamp_in_future"),
    ],
)
def test_an_event_that_counts_for_nobody_is_told_later(
    account: Account, change: dict[str, str], code: str
) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/usage-based/recording-usage-api"""
    counting, stopped = meter(account), meter(account, event="stopped")
    account.client.v1.billing.meters.deactivate(stopped)
    customer = account.client.v1.customers.create().id
    form = {
        "event_name": "requests",
        "identifier": "one",
        "payload[stripe_customer_id]": customer,
        "payload[value]": "1",
    }
    sent = account.call("POST", "/v1/billing/meter_events", form | change)
    assert sent.is_success, sent.text
    assert account.client.v2.core.events.list().data == []
    account.advance("1h")
    (told,) = account.client.v2.core.events.list().data
    event = plain(account.client.v2.core.events.retrieve(told.id))
    (kind,) = event["data"]["reason"]["error_types"]
    assert (kind["code"], kind["sample_errors"][0]["request"]) == (code, {"identifier": "one"})
    if code == "no_meter":
        assert event["type"] == "v1.billing.meter.no_meter_found"
    else:
        assert event["type"] == "v1.billing.meter.error_report_triggered"
        about = stopped if code == "archived_meter" else counting
        assert event["related_object"]["url"] == f"/v1/billing/meters/{about}"
    span: Any = {"customer": customer, "start_time": NOW - 40 * DAY, "end_time": NOW + HOUR}
    found = account.client.v1.billing.meters.event_summaries.list(counting, span)
    assert found.data[0].aggregated_value == 0
