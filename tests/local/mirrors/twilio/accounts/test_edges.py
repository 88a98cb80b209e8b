"""What lies at the account's edges: triggers of usage, addresses, alerts, and the older Lookup.

Source: https://www.twilio.com/docs/usage/api
"""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.local.mirrors.twilio.client import Account, refusal
from tests.local.mirrors.twilio.messaging.texts import buy, receive, send
from tests.local.receiver import Receiver

OFFICE = {
    "customer_name": "Acme", "street": "375 Beale St", "city": "San Francisco", "region": "CA",
    "postal_code": "94105", "iso_country": "US",
}  # fmt: skip


def test_a_trigger_fires_once_when_its_value_is_reached(
    account: Account, receiver: Receiver
) -> None:
    """Source: https://www.twilio.com/docs/usage/api/usage-trigger"""
    buy(account)
    triggers = account.client.usage.triggers
    made = triggers.create(
        callback_url=receiver.url, trigger_value="2", usage_category="sms-outbound",
        trigger_by="count", friendly_name="Two texts",
    )  # fmt: skip
    assert (made.current_value, made.date_fired, made.recurring) == ("0", None, None)
    for _ in range(3):
        send(account)
        account.advance("10s")
    told = account.verified(receiver.next())
    assert (told["UsageTriggerSid"], told["CurrentValue"]) == (made.sid, "2")
    assert (told["UsageCategory"], told["TriggerBy"]) == ("sms-outbound", "count")
    assert receiver.inbox.empty()
    assert triggers(made.sid).fetch().current_value == "3"
    assert triggers(made.sid).fetch().date_fired is not None


def test_a_recurring_trigger_fires_once_a_period(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/usage/api/usage-trigger"""
    buy(account)
    made = account.client.usage.triggers.create(
        callback_url=receiver.url, trigger_value="+1", usage_category="sms", recurring="daily",
        callback_method="GET",
    )  # fmt: skip
    assert made.trigger_value == "1"
    for wait in ("10s", "10s", "1d", "10s"):
        send(account)
        account.advance(wait)
    days = [account.verified(receiver.next())["DateFired"][:16] for _ in range(2)]
    assert days == ["Mon, 04 May 2026", "Tue, 05 May 2026"]
    assert receiver.inbox.empty()


def test_triggers_are_listed_changed_and_removed(account: Account) -> None:
    triggers = account.client.usage.triggers
    fields: Any = {"callback_url": "https://a.example/b", "trigger_value": "50"}
    made = triggers.create(usage_category="totalprice", **fields)
    other = triggers.create(usage_category="sms", recurring="monthly", **fields)
    assert [each.sid for each in triggers.list(recurring="monthly")] == [other.sid]
    assert [each.sid for each in triggers.list(usage_category="totalprice")] == [made.sid]
    assert made.update(friendly_name="Fifty").friendly_name == "Fifty"
    assert made.delete()
    for wrong in ({"usage_category": "tea"}, {"usage_category": "sms", "trigger_value": "much"}):
        with pytest.raises(TwilioRestException) as caught:
            triggers.create(**(fields | wrong))
        assert refusal(caught.value)[:2] == (400, 20001)
    assert [each.sid for each in triggers.list()] == [other.sid]


def test_addresses_are_kept(account: Account) -> None:
    """Source: https://www.twilio.com/docs/usage/api/address"""
    addresses = account.client.addresses
    made = addresses.create(**OFFICE, friendly_name="Office", emergency_enabled=True)
    assert (made.sid[:2], made.iso_country, made.validated) == ("AD", "US", False)
    assert [each.sid for each in addresses.list(iso_country="US")] == [made.sid]
    assert addresses.list(emergency_enabled=False) == []
    assert made.update(street="101 Spear St").street == "101 Spear St"
    assert made.delete()
    for missing in OFFICE:
        with pytest.raises(TwilioRestException) as caught:
            addresses.create(**(OFFICE | {missing: ""}))
        assert refusal(caught.value)[:2] == (400, 20001)
    assert addresses.list() == []


def test_an_alert_tells_what_the_debugger_knows(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/usage/monitor-alert"""
    buy(account, sms_url=receiver.url)
    receiver.answers.append(500)
    came = receive(account)
    receiver.next()
    account.advance("1s")
    [alert] = account.client.monitor.v1.alerts.list(log_level="error")
    assert (alert.error_code, alert.resource_sid) == ("11200", came["sid"])
    assert alert.request_url == receiver.url
    assert "Body=Hi" in account.client.monitor.v1.alerts(alert.sid).fetch().request_variables
    assert account.client.monitor.v1.alerts.list(log_level="warning") == []
    assert account.client.monitor.v1.alerts.list(end_date="2026-05-03T00:00:00Z") == []


def test_the_older_lookup_tells_carrier_and_name(account: Account) -> None:
    """Source: https://www.twilio.com/docs/lookup/v1-api"""
    lookup = account.client.lookups.v1.phone_numbers("+14159929960")
    plain = lookup.fetch()
    assert (plain.national_format, plain.carrier, plain.caller_name) == (
        "(415) 992-9960", None, None,
    )  # fmt: skip
    told = lookup.fetch(type=["carrier", "caller-name"])
    assert told.carrier["type"] == "mobile"
    assert told.caller_name["caller_type"] == "CONSUMER"
    local = account.client.lookups.v1.phone_numbers("4159929960").fetch(country_code="US")
    assert local.phone_number == "+14159929960"
    with pytest.raises(TwilioRestException) as caught:
        account.client.lookups.v1.phone_numbers("+1555").fetch()
    assert refusal(caught.value)[:2] == (404, 20404)
