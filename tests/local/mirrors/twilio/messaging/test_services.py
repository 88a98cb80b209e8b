"""Messaging services: made, changed and removed, their senders, and whom they choose.

Source: https://www.twilio.com/docs/messaging/api/service-resource
"""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.twilio.client import Account, refusal
from tests.local.mirrors.twilio.messaging.texts import ALICE, BOB, OTHER, OURS, buy, send, service

NOON = "2026-05-04T12:00:00Z"
GERMANY = "+4915123456789"
NO_SERVICE = "MG" + "0" * 32
SENDERS = ("PhoneNumbers", "ShortCodes", "AlphaSenders", "DestinationAlphaSenders")


def whole(account: Account, sid: str, **fields: object) -> Doc:
    """Return a whole service as the API tells it."""
    url = f"{account.url}/v1/Services/{sid}"
    return {
        "account_sid": account.sid,
        "sid": sid,
        "date_created": NOON,
        "date_updated": NOON,
        "friendly_name": "Shop",
        "inbound_request_url": None,
        "inbound_method": "POST",
        "fallback_url": None,
        "fallback_method": "POST",
        "status_callback": None,
        "sticky_sender": True,
        "smart_encoding": True,
        "mms_converter": True,
        "fallback_to_long_code": True,
        "scan_message_content": "inherit",
        "area_code_geomatch": True,
        "validity_period": 36000,
        "synchronous_validation": False,
        "usecase": "undeclared",
        "us_app_to_person_registered": False,
        "use_inbound_webhook_on_number": False,
        "links": {
            "phone_numbers": f"{url}/PhoneNumbers",
            "short_codes": f"{url}/ShortCodes",
            "alpha_senders": f"{url}/AlphaSenders",
            "messages": f"{url}/Messages",
            "us_app_to_person": f"{url}/Compliance/Usa2p",
            "us_app_to_person_usecases": f"{url}/Compliance/Usa2p/Usecases",
            "channel_senders": f"{url}/ChannelSenders",
            "destination_alpha_senders": f"{url}/DestinationAlphaSenders",
        },
        "url": url,
    } | fields


def test_a_service_is_made_read_changed_and_removed(account: Account) -> None:
    made = account.post("/v1/Services", FriendlyName="Shop")
    sid = made["sid"]
    assert made == whole(account, sid)
    assert (len(sid), sid[:2]) == (34, "MG")
    services = account.client.messaging.v1.services
    account.advance("1 minute")
    services(sid).update(
        friendly_name="Store",
        inbound_request_url="https://example.com/in",
        inbound_method="GET",
        fallback_url="https://example.com/fallback",
        fallback_method="GET",
        status_callback="https://example.com/status",
        sticky_sender=False,
        smart_encoding=False,
        mms_converter=False,
        fallback_to_long_code=False,
        scan_message_content="disable",
        area_code_geomatch=False,
        validity_period=600,
        synchronous_validation=True,
        usecase="marketing",
        use_inbound_webhook_on_number=True,
    )
    changed = whole(
        account,
        sid,
        date_updated="2026-05-04T12:01:00Z",
        friendly_name="Store",
        inbound_request_url="https://example.com/in",
        inbound_method="GET",
        fallback_url="https://example.com/fallback",
        fallback_method="GET",
        status_callback="https://example.com/status",
        sticky_sender=False,
        smart_encoding=False,
        mms_converter=False,
        fallback_to_long_code=False,
        scan_message_content="disable",
        area_code_geomatch=False,
        validity_period=600,
        synchronous_validation=True,
        usecase="marketing",
        use_inbound_webhook_on_number=True,
    )
    assert account.fetch(f"/v1/Services/{sid}") == changed
    assert services(sid).update(inbound_request_url="").inbound_request_url is None
    other = service(account)
    assert [each.sid for each in services.list()] == [other.sid, sid]
    assert services(sid).delete()
    with pytest.raises(TwilioRestException) as gone:
        services(sid).fetch()
    assert refusal(gone.value)[:2] == (404, 20404)
    assert f"/Services/{sid} was not found" in refusal(gone.value)[2]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, 20001),
        ({"FriendlyName": ""}, 20001),
        ({"FriendlyName": "a" * 65}, 20001),
        ({"StickySender": "maybe"}, 20001),
        ({"InboundRequestUrl": "nowhere"}, 20001),
        ({"InboundMethod": "PUT"}, 20001),
        ({"ScanMessageContent": "maybe"}, 20001),
        ({"ValidityPeriod": "0"}, 21624),
        ({"Usecase": "spam"}, 21713),
    ],
)
def test_a_service_that_can_not_be_is_refused(account: Account, fields: Doc, code: int) -> None:
    named = fields if fields in ({}, {"FriendlyName": ""}) else {"FriendlyName": "Shop"} | fields
    assert account.refused("POST", "/v1/Services", named)[:2] == (400, code)


def test_what_services_are_for_is_listed(account: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/api/usecase-resource"""
    found = account.client.messaging.v1.usecases.fetch().usecases
    names = [each["usecase"] for each in found]
    assert names == [
        "notifications", "marketing", "verification", "discussion", "poll", "undeclared",
    ]  # fmt: skip
    assert set(found[0]) == {"usecase", "description", "purpose"}


def test_services_are_paged_by_url(account: Account) -> None:
    """Source: https://www.twilio.com/docs/usage/twilios-response"""
    sids = [service(account).sid for _ in range(3)]
    page = account.fetch("/v1/Services?PageSize=2")
    assert page["meta"]["key"] == "services"
    assert page["meta"]["previous_page_url"] is None
    assert page["meta"]["next_page_url"].startswith(f"{account.url}/v1/Services?PageSize=2&Page=1")
    assert [each["sid"] for each in page["services"]] == sids[:0:-1]
    listed = account.client.messaging.v1.services.list(page_size=1)
    assert [each.sid for each in listed] == sids[::-1]


def test_numbers_join_and_leave_a_service(account: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/api/phonenumber-resource"""
    number, made = buy(account), service(account)
    path = f"/v1/Services/{made.sid}/PhoneNumbers"
    joined = account.post(path, PhoneNumberSid=number.sid)
    assert joined == {
        "account_sid": account.sid,
        "service_sid": made.sid,
        "sid": number.sid,
        "date_created": NOON,
        "date_updated": NOON,
        "phone_number": OURS,
        "country_code": "US",
        "capabilities": ["MMS", "SMS", "Voice"],
        "url": f"{account.url}{path}/{number.sid}",
    }
    assert account.fetch(path)["phone_numbers"] == [joined]
    assert made.phone_numbers(number.sid).fetch().phone_number == OURS
    again = {"PhoneNumberSid": number.sid}
    assert account.refused("POST", path, again)[:2] == (409, 21710)
    other = service(account)
    elsewhere = f"/v1/Services/{other.sid}/PhoneNumbers"
    assert account.refused("POST", elsewhere, again)[:2] == (409, 21712)
    unknown = {"PhoneNumberSid": "PN" + "0" * 32}
    assert account.refused("POST", path, unknown)[:2] == (404, 20404)
    assert account.refused("POST", path, {})[:2] == (400, 20001)
    assert made.phone_numbers(number.sid).delete()
    assert made.phone_numbers.list() == []
    assert account.refused("GET", f"{path}/{number.sid}")[:2] == (404, 20404)
    account.post(elsewhere, PhoneNumberSid=number.sid)


def test_a_number_that_is_released_leaves_its_service(account: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/api/phonenumber-resource"""
    number = buy(account)
    made = service(account, number)
    number.delete()
    assert made.phone_numbers.list() == []


def test_a_service_that_is_removed_frees_its_numbers(account: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/api/service-resource"""
    number = buy(account)
    service(account, number).delete()
    other = service(account, number)
    assert [each.sid for each in other.phone_numbers.list()] == [number.sid]


def test_short_codes_join_and_leave_a_service(account: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/api/services-shortcode-resource"""
    account.simulate("short_code.assigned", shortCode="12345")
    [code], made = account.client.api.account.short_codes.list(), service(account)
    joined = made.short_codes.create(short_code_sid=code.sid)
    path = f"/v1/Services/{made.sid}/ShortCodes/{code.sid}"
    assert account.fetch(path) == {
        "account_sid": account.sid,
        "service_sid": made.sid,
        "sid": code.sid,
        "date_created": NOON,
        "date_updated": NOON,
        "short_code": "12345",
        "country_code": "US",
        "capabilities": ["SMS"],
        "url": account.url + path,
    }
    assert [each.sid for each in made.short_codes.list()] == [code.sid]
    assert made.short_codes(code.sid).fetch().url == joined.url
    assert made.short_codes(code.sid).delete()
    assert made.short_codes.list() == []


def test_names_join_and_leave_a_service(account: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/api/alphasender-resource"""
    made = service(account)
    name = made.alpha_senders.create(alpha_sender="Acme Shop")
    assert name.sid[:2] == "AI"
    own = f"/v1/Services/{made.sid}/AlphaSenders/{name.sid}"
    assert account.fetch(own) == {
        "account_sid": account.sid,
        "service_sid": made.sid,
        "sid": name.sid,
        "date_created": NOON,
        "date_updated": NOON,
        "alpha_sender": "Acme Shop",
        "capabilities": ["SMS"],
        "url": account.url + own,
    }
    assert [each.alpha_sender for each in made.alpha_senders.list()] == ["Acme Shop"]
    assert made.alpha_senders(name.sid).fetch().alpha_sender == "Acme Shop"
    path = f"/v1/Services/{made.sid}/AlphaSenders"
    for wrong, status, code in (
        ({}, 400, 21708),
        ({"AlphaSender": "12345"}, 400, 21709),
        ({"AlphaSender": "Much too long"}, 400, 21709),
        ({"AlphaSender": "Acme Shop"}, 409, 21710),
    ):
        assert account.refused("POST", path, wrong)[:2] == (status, code)
    assert made.alpha_senders(name.sid).delete()
    assert made.alpha_senders.list() == []


def test_names_may_be_for_one_country(account: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/api/destination-alphasender-resource"""
    made = service(account)
    names = made.destination_alpha_senders
    german = names.create(alpha_sender="Laden", iso_country_code="de")
    everywhere = names.create(alpha_sender="Shop")
    assert everywhere.iso_country_code is None
    own = f"/v1/Services/{made.sid}/DestinationAlphaSenders/{german.sid}"
    assert account.fetch(own) == {
        "account_sid": account.sid,
        "service_sid": made.sid,
        "sid": german.sid,
        "date_created": NOON,
        "date_updated": NOON,
        "alpha_sender": "Laden",
        "capabilities": ["SMS"],
        "url": account.url + own,
        "iso_country_code": "DE",
    }
    assert [each.sid for each in names.list(iso_country_code="DE")] == [german.sid]
    assert len(names.list()) == 2
    sid = send(account, to=GERMANY, messaging_service_sid=made.sid).sid
    account.advance("5s")
    assert account.client.messages(sid).fetch().from_ in ("Laden", "Shop")
    assert names(german.sid).fetch().alpha_sender == "Laden"
    assert names(german.sid).delete()
    wrong = {"AlphaSender": "Shop", "IsoCountryCode": "Germany"}
    path = f"/v1/Services/{made.sid}/DestinationAlphaSenders"
    assert account.refused("POST", path, wrong)[:2] == (400, 20001)


@pytest.mark.parametrize("part", SENDERS)
def test_senders_of_no_service_are_not_found(account: Account, part: str) -> None:
    path = f"/v1/Services/{NO_SERVICE}/{part}"
    for method, end in (("GET", ""), ("GET", "/x"), ("DELETE", "/x")):
        assert account.refused(method, f"{path}{end}")[:2] == (404, 20404)
    given = {"PhoneNumberSid": "x", "ShortCodeSid": "x", "AlphaSender": "x"}
    assert account.refused("POST", path, given)[:2] == (404, 20404)


def chosen(account: Account, made: Any, to: str) -> str | None:
    """Send from a service, and return whom it chose."""
    sid = send(account, to=to, messaging_service_sid=made.sid).sid
    account.advance("1s")
    sender: str | None = account.client.messages(sid).fetch().from_
    return sender


def test_who_knows_a_number_hears_from_it_again(account: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/services#sticky-sender"""
    made = service(account, buy(account), buy(account, OTHER))
    first = [chosen(account, made, f"+1555867531{number}") for number in range(4)]
    assert sorted(map(str, first)) == [OURS, OURS, OTHER, OTHER]
    again = [chosen(account, made, f"+1555867531{number}") for number in range(4)]
    assert again == first
    made.update(sticky_sender=False)
    assert {chosen(account, made, ALICE) for _ in range(2)} == {OURS, OTHER}


def test_numbers_of_the_same_area_come_first(account: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/services#area-code-geomatch"""
    near = "+14155552671"
    made = service(account, buy(account), buy(account, near))
    assert chosen(account, made, BOB) == near
    made.update(area_code_geomatch=False, sticky_sender=False)
    assert chosen(account, made, BOB) == OURS


def test_numbers_of_the_same_country_come_first(account: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/services#country-code-geomatch"""
    british = "+447400123456"
    made = service(account, buy(account), buy(account, british))
    assert chosen(account, made, "+447400123457") == british
    assert chosen(account, made, ALICE) == OURS
    made.alpha_senders.create(alpha_sender="Acme")
    assert chosen(account, made, "+447400123458") == "Acme"
    assert chosen(account, made, BOB) == OURS


def test_a_sender_that_left_fails_what_waited_for_it(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21703"""
    number = buy(account)
    made = service(account, number)
    sid = send(account, messaging_service_sid=made.sid).sid
    number.delete()
    account.advance("1s")
    failed = account.client.messages(sid).fetch()
    assert (failed.status, failed.error_code) == ("failed", 21703)
