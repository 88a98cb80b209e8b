"""Searching for numbers to buy, driven by the official Python SDK.

Source: https://www.twilio.com/docs/phone-numbers/api/availablephonenumberlocal-resource
"""

from collections.abc import Callable

import phonenumbers
import pytest

from tests.local.mirrors.twilio.client import Account


def test_local_numbers_of_an_area_are_found_and_can_be_bought(account: Account) -> None:
    found = account.client.available_phone_numbers("US").local.list(area_code=415, limit=5)
    assert len(found) == 5
    assert {each.phone_number[:5] for each in found} == {"+1415"}
    assert {each.locality for each in found} == {"San Francisco"}
    assert all(
        phonenumbers.is_valid_number(phonenumbers.parse(each.phone_number)) for each in found
    )
    number = found[0].phone_number
    bought = account.client.incoming_phone_numbers.create(phone_number=number)
    assert bought.phone_number == number
    again = account.client.available_phone_numbers("US").local.list(area_code=415)
    assert number not in [each.phone_number for each in again]


def test_an_available_number_is_told_in_full(account: Account) -> None:
    """Source: https://github.com/twilio/twilio-oai (available_phone_number_local)"""
    path = "/AvailablePhoneNumbers/US/Local.json"
    raw = account.fetch(f"{path}?AreaCode=808&PageSize=1")
    assert raw["uri"] == account.path + path
    number = raw["available_phone_numbers"][0]
    assert number["phone_number"].startswith("+1808")
    del number["phone_number"], number["friendly_name"]
    assert number == {
        "lata": "834",
        "locality": "Hilo",
        "rate_center": "HILO",
        "latitude": "19.720000",
        "longitude": "-155.090000",
        "region": "HI",
        "postal_code": "96720",
        "iso_country": "US",
        "address_requirements": "none",
        "beta": False,
        "capabilities": {"voice": True, "sms": True, "mms": True, "fax": False},
    }


def test_the_same_search_finds_the_same_numbers(open_account: Callable[..., Account]) -> None:
    """Ours: a test can name what it will find."""
    path = "/AvailablePhoneNumbers/US/Local.json"
    assert (
        open_account().fetch(path)["available_phone_numbers"]
        == (open_account().fetch(path)["available_phone_numbers"])
    )


@pytest.mark.parametrize("pattern", ["555", "415555****", "*****TWIL", "+1646*******"])
def test_numbers_are_found_by_a_pattern(account: Account, pattern: str) -> None:
    found = account.client.available_phone_numbers("US").local.list(contains=pattern, limit=3)
    assert found
    digits = pattern.replace("TWIL", "8945").replace("*", "").strip("+")
    assert all(digits in each.phone_number for each in found)


def test_numbers_are_found_by_place(account: Account) -> None:
    local = account.client.available_phone_numbers("US").local
    assert {each.region for each in local.list(in_region="CA", limit=6)} == {"CA"}
    assert {each.locality for each in local.list(in_locality="Chicago", limit=2)} == {"Chicago"}
    assert {each.phone_number[:5] for each in local.list(near_number="+12065550100")} == {"+1206"}
    assert local.list(in_region="ZZ") == []
    assert local.list(area_code=533) == []


def test_numbers_are_found_by_what_they_can_do(account: Account) -> None:
    numbers = account.client.available_phone_numbers
    assert numbers("GB").local.list(sms_enabled=True) == []
    mobile = numbers("GB").mobile.list(sms_enabled=True, limit=4)
    assert [each.phone_number[:4] for each in mobile] == ["+447"] * 4
    assert {each.capabilities["mms"] for each in mobile} == {False}
    free = numbers("US").toll_free.list(area_code=888, limit=2)
    assert {each.phone_number[:5] for each in free} == {"+1888"}
    assert free[0].locality is None


def test_countries_say_what_they_sell(account: Account) -> None:
    countries = account.client.available_phone_numbers.list()
    assert {"US", "CA", "GB", "DE"} <= {each.country_code for each in countries}
    british = account.client.available_phone_numbers("GB").fetch()
    base = f"{account.path}/AvailablePhoneNumbers/GB"
    assert (british.country, british.subresource_uris) == (
        "United Kingdom",
        {
            "local": f"{base}/Local.json",
            "mobile": f"{base}/Mobile.json",
            "toll_free": f"{base}/TollFree.json",
        },
    )


@pytest.mark.parametrize("path", ["XX/Local", "US/Mobile", "XX"])
def test_what_is_not_sold_is_not_found(account: Account, path: str) -> None:
    assert account.refused("GET", f"/AvailablePhoneNumbers/{path}.json")[:2] == (404, 20404)


@pytest.mark.parametrize("country", ["AU", "BR", "DE", "FR", "JP", "NL", "SE", "ZA"])
def test_every_countrys_numbers_exist(account: Account, country: str) -> None:
    fetched = account.fetch(f"/AvailablePhoneNumbers/{country}.json")
    for uri in fetched["subresource_uris"].values():
        found = account.fetch(f"{uri}?PageSize=3")["available_phone_numbers"]
        assert len(found) == 3
        assert {each["iso_country"] for each in found} == {country}
