"""Monitor's events: an audit of what was created, changed and deleted.

Source: https://www.twilio.com/docs/usage/monitor-events
"""

from datetime import UTC, datetime, timedelta

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.local.mirrors.account import NOON
from tests.local.mirrors.twilio.client import Account, refusal
from tests.local.mirrors.twilio.messaging.texts import ALICE, buy, send


def test_an_event_tells_what_was_changed(account: Account) -> None:
    """Source: https://github.com/twilio/twilio-oai (twilio_monitor_v1)"""
    client = account.client
    number = client.incoming_phone_numbers.create(phone_number="+15017122661", friendly_name="Old")
    client.incoming_phone_numbers(number.sid).update(friendly_name="Main")
    client.incoming_phone_numbers(number.sid).update(friendly_name="Main")
    client.incoming_phone_numbers(number.sid).delete()
    gone, changed, made = client.monitor.v1.events.list(resource_sid=number.sid)
    types = [each.event_type for each in (made, changed, gone)]
    assert types == ["phone-number.created", "phone-number.updated", "phone-number.deleted"]
    assert account.fetch(f"/v1/Events/{changed.sid}") == {
        "sid": changed.sid, "account_sid": account.sid, "actor_sid": account.sid,
        "actor_type": "account", "description": None, "event_date": NOON,
        "event_data": {"resource_properties": {
            "friendly_name": {"previous": "Old", "updated": "Main"}}},
        "event_type": "phone-number.updated", "resource_sid": number.sid,
        "resource_type": "phone-number", "source": "api", "source_ip_address": "127.0.0.1",
        "url": f"{account.url}/v1/Events/{changed.sid}",
        "links": {"actor": f"{account.url}/2010-04-01/Accounts/{account.sid}.json"},
    }  # fmt: skip
    named = made.event_data["resource_properties"]["phone_number"]
    assert named == {"previous": None, "updated": "+15017122661"}
    assert gone.event_data is None
    with pytest.raises(TwilioRestException) as caught:
        client.monitor.v1.events("AE" + "0" * 32).fetch()
    assert refusal(caught.value)[:2] == (404, 20404)


def test_events_are_found_by_type_actor_and_time(account: Account) -> None:
    client = account.client
    message = send(account, "Hi", from_=buy(account).phone_number)
    sub = client.api.v2010.accounts.create(friendly_name="sub")
    assert sub.auth_token not in str(account.state("monitor_events"))
    account.advance("1 hour")
    client.messages(message.sid).delete()
    events = client.monitor.v1.events
    [deleted] = events.list(event_type="message.deleted")
    assert deleted.resource_sid == message.sid
    assert [each.resource_sid for each in events.list(event_type="account.created")] == [sub.sid]
    noon = datetime.fromisoformat(NOON).astimezone(UTC)
    later = events.list(start_date=noon + timedelta(minutes=1))
    assert [each.sid for each in later] == [deleted.sid]
    assert len(events.list(end_date=noon)) == len(events.list(actor_sid=account.sid)) - 1
    for name in ("actor_sid", "resource_sid", "source_ip_address"):
        assert events.list(**{name: "x"}) == []


def test_what_people_send_and_simulate_is_no_event(account: Account) -> None:
    ours = buy(account).phone_number
    before = len(account.client.monitor.v1.events.list())
    send(account, "Hi", from_=ours, to=ALICE)
    account.advance("10s")
    account.simulate("message.received", **{"from": ALICE, "body": "Hi"})
    account.simulate("short_code.assigned", shortCode="12345")
    assert len(account.client.monitor.v1.events.list()) == before
