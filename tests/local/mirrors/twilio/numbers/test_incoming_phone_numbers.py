"""Phone numbers that the account has, driven by the official Python SDK.

Source: https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
"""

import pytest
from twilio.base.exceptions import TwilioRestException

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.twilio.client import RFC_NOON, Account, refusal

NUMBER = "+14155552671"


def test_a_number_is_bought_read_set_up_and_released(account: Account) -> None:
    numbers = account.client.incoming_phone_numbers
    bought = numbers.create(phone_number=NUMBER, sms_url="https://example.com/sms")
    assert (bought.phone_number, bought.friendly_name) == (NUMBER, "(415) 555-2671")
    assert (bought.sms_url, bought.sms_method, bought.status) == (
        "https://example.com/sms",
        "POST",
        "in-use",
    )
    assert bought.capabilities == {"voice": True, "sms": True, "mms": True, "fax": False}
    changed = numbers(bought.sid).update(
        friendly_name="Support", sms_method="get", voice_caller_id_lookup=True
    )
    assert (changed.friendly_name, changed.sms_method) == ("Support", "GET")
    assert changed.sms_url == "https://example.com/sms"
    assert numbers(bought.sid).fetch().friendly_name == "Support"
    assert numbers(bought.sid).update(sms_url="").sms_url == ""
    assert numbers(bought.sid).delete() is True
    with pytest.raises(TwilioRestException) as caught:
        numbers(bought.sid).fetch()
    assert refusal(caught.value)[:2] == (404, 20404)


def test_a_number_is_told_in_full(account: Account) -> None:
    """Source: https://github.com/twilio/twilio-oai (incoming_phone_number)"""
    raw = account.post("/IncomingPhoneNumbers.json", PhoneNumber=NUMBER)
    sid = raw["sid"]
    assert raw == {
        "account_sid": account.sid,
        "address_sid": None,
        "address_requirements": "none",
        "api_version": "2010-04-01",
        "beta": False,
        "capabilities": {"voice": True, "sms": True, "mms": True, "fax": False},
        "date_created": RFC_NOON,
        "date_updated": RFC_NOON,
        "friendly_name": "(415) 555-2671",
        "identity_sid": None,
        "phone_number": NUMBER,
        "origin": "twilio",
        "sid": sid,
        "sms_application_sid": "",
        "sms_fallback_method": "POST",
        "sms_fallback_url": "",
        "sms_method": "POST",
        "sms_url": "",
        "status_callback": "",
        "status_callback_method": "POST",
        "trunk_sid": None,
        "uri": f"{account.path}/IncomingPhoneNumbers/{sid}.json",
        "voice_receive_mode": "voice",
        "voice_application_sid": "",
        "voice_caller_id_lookup": False,
        "voice_fallback_method": "POST",
        "voice_fallback_url": None,
        "voice_method": "POST",
        "voice_url": None,
        "emergency_status": "Active",
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "bundle_sid": None,
        "status": "in-use",
        "type": "local",
    }
    assert len(sid) == 34
    assert sid.startswith("PN")


@pytest.mark.parametrize(
    ("form", "code", "words"),
    [
        (
            {"PhoneNumber": "+15005550000"},
            21422,
            "+15005550000 is not available.",
        ),
        (
            {"PhoneNumber": "+15005550001"},
            21421,
            "The requested phone number is invalid: +15005550001",
        ),
        ({"PhoneNumber": "12"}, 21421, "The requested phone number is invalid: 12"),
        ({}, 21421, "PhoneNumber or AreaCode is required."),
        ({"AreaCode": "533"}, 21452, "No phone numbers found in area code 533"),
        ({"AreaCode": "12"}, 21451, "AreaCode 12 is invalid."),
    ],
)
def test_what_cannot_be_bought_is_refused(
    account: Account, form: dict[str, str], code: int, words: str
) -> None:
    """The magic numbers of test credentials count with any credentials; some words are ours.

    Source: https://www.twilio.com/docs/iam/test-credentials#test-purchase-numbers
    """
    assert account.refused("POST", "/IncomingPhoneNumbers.json", form) == (400, code, words)


def test_magic_purchases_work(account: Account) -> None:
    """Source: https://www.twilio.com/docs/iam/test-credentials#test-purchase-numbers"""
    numbers = account.client.incoming_phone_numbers
    assert numbers.create(phone_number="+15005550006").phone_number == "+15005550006"
    assert numbers.create(area_code="500").phone_number == "+15005550006"


def test_a_number_is_bought_by_its_area_code(account: Account) -> None:
    bought = account.client.incoming_phone_numbers.create(area_code="206")
    assert bought.phone_number.startswith("+1206")


def test_a_number_that_somebody_has_is_not_available(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21422"""
    account.client.incoming_phone_numbers.create(phone_number=NUMBER)
    made = account.client.api.v2010.accounts.create(friendly_name="sub")
    sub = account.client_for(made.sid, made.auth_token)
    with pytest.raises(TwilioRestException) as caught:
        sub.incoming_phone_numbers.create(phone_number=NUMBER)
    assert refusal(caught.value)[:2] == (400, 21422)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"SmsUrl": "nonsense"}, 21402),
        ({"StatusCallback": "ftp://example.com"}, 21402),
        ({"SmsMethod": "PATCH"}, 21403),
    ],
)
def test_a_wrong_url_or_method_is_refused(
    account: Account, form: dict[str, str], code: int
) -> None:
    """The words are ours.

    Source: https://www.twilio.com/docs/api/errors/21402
    """
    given = {"PhoneNumber": NUMBER, **form}
    assert account.refused("POST", "/IncomingPhoneNumbers.json", given)[:2] == (400, code)
    sid = account.post("/IncomingPhoneNumbers.json", PhoneNumber=NUMBER)["sid"]
    assert account.refused("POST", f"/IncomingPhoneNumbers/{sid}.json", form)[:2] == (400, code)


def test_numbers_are_listed_by_type_name_and_pattern(account: Account) -> None:
    numbers = account.client.incoming_phone_numbers
    local = numbers.local.create(phone_number=NUMBER, friendly_name="Front desk")
    free = numbers.toll_free.create(phone_number="+18885550123")
    mobile = numbers.mobile.create(phone_number="+447400123456")
    assert [each.sid for each in numbers.list()] == [mobile.sid, free.sid, local.sid]
    assert [each.sid for each in numbers.local.list()] == [local.sid]
    assert [each.sid for each in numbers.toll_free.list()] == [free.sid]
    assert [each.sid for each in numbers.mobile.list()] == [mobile.sid]
    assert [each.sid for each in numbers.list(phone_number=NUMBER)] == [local.sid]
    assert [each.sid for each in numbers.list(phone_number="415555****")] == [local.sid]
    assert [each.sid for each in numbers.list(friendly_name="Front desk")] == [local.sid]
    assert numbers.list(origin="hosted") == []
    assert (
        "type" not in account.fetch("/IncomingPhoneNumbers/Local.json")["incoming_phone_numbers"][0]
    )
    assert account.fetch("/IncomingPhoneNumbers.json")["incoming_phone_numbers"][1]["type"] == (
        "toll-free"
    )


def test_a_number_is_bought_as_what_it_is(account: Account) -> None:
    with pytest.raises(TwilioRestException) as caught:
        account.client.incoming_phone_numbers.toll_free.create(phone_number=NUMBER)
    assert refusal(caught.value)[:2] == (400, 21421)


def test_a_number_moves_to_a_subaccount(account: Account) -> None:
    """Source: https://www.twilio.com/docs/iam/api/subaccounts#exchanging-numbers"""
    client = account.client
    sub = client.api.v2010.accounts.create(friendly_name="sub")
    bought = client.incoming_phone_numbers.create(phone_number=NUMBER)
    moved = client.incoming_phone_numbers(bought.sid).update(account_sid=sub.sid)
    assert moved.account_sid == sub.sid
    assert moved.uri.startswith(f"/2010-04-01/Accounts/{sub.sid}/")
    assert client.incoming_phone_numbers.list() == []
    theirs = client.api.v2010.accounts(sub.sid).incoming_phone_numbers
    assert [each.sid for each in theirs.list()] == [bought.sid]
    back = theirs(bought.sid).update(account_sid=account.sid)
    assert back.account_sid == account.sid
    path = f"/IncomingPhoneNumbers/{bought.sid}.json"
    assert account.refused("POST", path, {"AccountSid": f"AC{'9' * 32}"})[1] == 20404


def test_filtered_lists_are_paged_both_ways(account: Account) -> None:
    """Source: https://www.twilio.com/docs/usage/twilios-response"""
    for each in range(13):
        area = "415" if each % 2 else "212"
        account.post("/IncomingPhoneNumbers.json", PhoneNumber=f"+1{area}55526{each:02}")
    wanted = [f"+121255526{each:02}" for each in range(12, -1, -2)]

    def numbers(page: Doc) -> list[str]:
        return [each["phone_number"] for each in page["incoming_phone_numbers"]]

    first = account.fetch("/IncomingPhoneNumbers.json?PhoneNumber=212*******&PageSize=3")
    second = account.fetch(first["next_page_uri"])
    third = account.fetch(second["next_page_uri"])
    assert [numbers(first), numbers(second), numbers(third)] == [
        wanted[:3],
        wanted[3:6],
        wanted[6:],
    ]
    assert (first["previous_page_uri"], third["next_page_uri"]) == (None, None)
    back = account.fetch(third["previous_page_uri"])
    assert (numbers(back), back["page"]) == (wanted[3:6], 1)
    start = account.fetch(back["previous_page_uri"])
    assert numbers(start) == wanted[:3]
    assert numbers(account.fetch(start["next_page_uri"])) == wanted[3:6]
    path = "/IncomingPhoneNumbers.json?PhoneNumber=212*******&PageSize=3"
    assert numbers(account.fetch(f"{path}&Page=1")) == wanted[3:6]
    assert numbers(account.fetch(f"{path}&Page=9")) == []
    sdk = account.client.incoming_phone_numbers.list(phone_number="212*******", page_size=2)
    assert [each.phone_number for each in sdk] == wanted


@pytest.mark.parametrize("size", ["0", "-1", "x", "1.5"])
def test_a_page_size_must_be_a_whole_number(account: Account, size: str) -> None:
    """The words are ours."""
    refused = account.refused("GET", f"/IncomingPhoneNumbers.json?PageSize={size}")
    assert refused[:2] == (400, 20400)
    page = account.fetch("/IncomingPhoneNumbers.json?PageSize=99999")
    assert page["page_size"] == 1000
