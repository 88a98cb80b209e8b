"""An account calls only the countries that it may.

Source: https://www.twilio.com/docs/voice/api/dialing-permissions-resources
"""

import json

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.local.mirrors.twilio.client import Account, refusal
from tests.local.mirrors.twilio.messaging.texts import buy
from tests.local.mirrors.twilio.voice.phone import call

LONDON, PREMIUM = "+442083661177", "+449098790879"


def permit(account: Account, **flags: object) -> None:
    """Change what may be called in Great Britain."""
    request = json.dumps([{"iso_code": "GB", **flags}])
    permissions = account.client.voice.v1.dialing_permissions
    done = permissions.bulk_country_updates.create(update_request=request)
    assert done.update_count == 1


def test_countries_that_are_switched_off_are_not_called(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21215"""
    buy(account)
    assert call(account, to=LONDON, twiml="<Response/>").status == "queued"
    with pytest.raises(TwilioRestException) as premium:
        call(account, to=PREMIUM, twiml="<Response/>")
    permit(account, low_risk_numbers_enabled="false")
    with pytest.raises(TwilioRestException) as caught:
        call(account, to=LONDON, twiml="<Response/>")
    assert refusal(caught.value)[:2] == refusal(premium.value)[:2] == (400, 21215)
    call(account, twiml=f"<Response><Dial>{LONDON}</Dial></Response>")
    account.advance("1 minute")
    assert [each["error_code"] for each in account.state("notifications")] == ["13227"]
    assert len(account.state("calls")) == 2
    permit(account, low_risk_numbers_enabled=True, high_risk_special_numbers_enabled=True)
    assert call(account, to=PREMIUM, twiml="<Response/>").status == "queued"


def test_countries_are_listed_with_what_may_be_called(account: Account) -> None:
    """Source: https://www.twilio.com/docs/voice/api/dialingpermissions-country-resource"""
    permissions = account.client.voice.v1.dialing_permissions
    permit(account, low_risk_numbers_enabled=False)
    found = permissions.countries("gb").fetch()
    assert (found.iso_code, found.name, found.continent, found.country_codes) == (
        "GB", "United Kingdom", "Europe", ["+44"],
    )  # fmt: skip
    everywhere = permissions.countries.list(page_size=100)
    assert len(everywhere) == len({each.iso_code for each in everywhere}) > 230
    off = permissions.countries.list(low_risk_numbers_enabled=False)
    assert [each.iso_code for each in off] == ["GB"]
    asia = permissions.countries.list(continent="Asia", country_code="81")
    assert [each.name for each in asia] == ["Japan"]
    missing = account.refused("GET", "/voice.twilio.com/v1/DialingPermissions/Countries/QQ")
    assert missing[:2] == (404, 20404)


@pytest.mark.parametrize(
    "request_",
    ["no", "{}", '[{"iso_code": "QQ"}]', '[{"iso_code": "GB", "low_risk_numbers_enabled": 7}]'],
)
def test_a_bulk_update_is_whole_or_refused(account: Account, request_: str) -> None:
    """Source: https://www.twilio.com/docs/voice/api/dialingpermissions-bulkcountryupdate-resource"""
    path = "/voice.twilio.com/v1/DialingPermissions/BulkCountryUpdates"
    assert account.refused("POST", path, {"UpdateRequest": request_})[:2] == (400, 20001)


def test_a_subaccount_inherits_until_it_does_not(account: Account) -> None:
    """Source: https://www.twilio.com/docs/voice/api/dialingpermissions-settings-resource"""
    sub = account.client.api.v2010.accounts.create()
    theirs = account.client_for(sub.sid, sub.auth_token)
    permit(account, low_risk_numbers_enabled=False)
    country = theirs.voice.v1.dialing_permissions.countries("GB")
    assert country.fetch().low_risk_numbers_enabled is False
    settings = theirs.voice.v1.dialing_permissions.settings()
    assert settings.fetch().dialing_permissions_inheritance is True
    settings.update(dialing_permissions_inheritance=False)
    assert country.fetch().low_risk_numbers_enabled is True
