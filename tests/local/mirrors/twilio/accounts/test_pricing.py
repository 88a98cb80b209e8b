"""Prices: those that the mirror charges.

Source: https://www.twilio.com/docs/messaging/api/pricing
"""

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.local.mirrors.twilio.client import Account, refusal
from tests.local.mirrors.twilio.messaging.texts import ALICE, OURS, buy, send


def test_prices_are_what_is_charged(account: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/api/pricing"""
    pricing = account.client.pricing
    buy(account)
    sent = send(account)
    account.client.calls.create(to=ALICE, from_=OURS, twiml="<Response><Say>Hi</Say></Response>")
    account.advance("1m")
    us = pricing.v1.messaging.countries("US").fetch()
    [carrier] = us.outbound_sms_prices
    price = carrier["prices"][0]["current_price"]
    assert sent.fetch().price == f"-{float(price):.5f}"
    voice = pricing.v2.voice.countries("US").fetch()
    [prefix] = voice.outbound_prefix_prices
    [call] = account.client.calls.list()
    assert float(call.price) == -float(prefix["current_price"])
    assert prefix["destination_prefixes"] == ["1"]
    numbers = pricing.v1.phone_numbers.countries("US").fetch().phone_number_prices
    [local] = [each for each in numbers if each["number_type"] == "local"]
    [used] = account.client.usage.records.list(category="phonenumbers-local")
    assert float(used.price) == float(local["current_price"])


def test_countries_and_numbers_have_prices(account: Account) -> None:
    """Source: https://www.twilio.com/docs/voice/pricing"""
    pricing = account.client.pricing
    buy(account)
    lists = (
        pricing.v1.messaging.countries, pricing.v1.phone_numbers.countries,
        pricing.v1.voice.countries, pricing.v2.voice.countries,
    )  # fmt: skip
    for countries in lists:
        found = {each.iso_country: each.country for each in countries.list()}
        assert found["GB"] == "United Kingdom"
        assert countries("GB").fetch().price_unit == "USD"
        with pytest.raises(TwilioRestException) as caught:
            countries("XX").fetch()
        assert refusal(caught.value)[:2] == (404, 20404)
    own = pricing.v1.voice.numbers(OURS).fetch()
    assert (own.iso_country, own.inbound_call_price["number_type"]) == ("US", "local")
    other = pricing.v2.voice.numbers("+442071838750").fetch(origination_number=OURS)
    assert (other.country, other.origination_number) == ("United Kingdom", OURS)
    assert other.inbound_call_price is None
    with pytest.raises(TwilioRestException) as caught:
        pricing.v1.voice.numbers("nobody").fetch()
    assert refusal(caught.value)[:2] == (404, 20404)


def test_an_address_tells_which_numbers_need_it(account: Account) -> None:
    """Source: https://www.twilio.com/docs/usage/api/address#dependentphonenumber-properties"""
    office = account.client.addresses.create(
        customer_name="Acme", street="375 Beale St", city="San Francisco", region="CA",
        postal_code="94105", iso_country="US",
    )  # fmt: skip
    buy(account, "+15017122662")
    mine = buy(account, address_sid=office.sid)
    [found] = office.dependent_phone_numbers.list()
    assert (found.sid, found.phone_number, found.friendly_name) == (
        mine.sid, OURS, mine.friendly_name,
    )  # fmt: skip
    mine.update(address_sid="")
    assert office.dependent_phone_numbers.list() == []
