"""What is known of phone numbers, driven by the official Python SDK.

Source: https://www.twilio.com/docs/lookup/v2-api
"""

from typing import Any

import pytest

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.twilio.client import Account
from tests.local.mirrors.twilio.verify.codes import GONE, LONDON, refused

SAN_FRANCISCO = "+14159929960"
VODAFONE = "+447772000001"
TORONTO = "+14165550123"
PACKAGES = (
    "caller_name",
    "sim_swap",
    "call_forwarding",
    "line_status",
    "line_type_intelligence",
    "identity_match",
    "reassigned_number",
    "sms_pumping_risk",
    "phone_number_quality_score",
    "pre_fill",
)


def looked_up(account: Account, number: str, package: str, **known: str) -> Any:
    """Return what a package says of a number."""
    told = account.client.lookups.v2.phone_numbers(number).fetch(fields=package, **known)
    return getattr(told, package)


def test_a_lookup_has_the_documented_fields(account: Account) -> None:
    """Source: https://github.com/twilio/twilio-oai (twilio_lookups_v2)."""
    assert account.fetch(f"/v2/PhoneNumbers/{SAN_FRANCISCO}") == {
        "calling_country_code": "1",
        "country_code": "US",
        "phone_number": SAN_FRANCISCO,
        "national_format": "(415) 992-9960",
        "valid": True,
        "validation_errors": [],
        **dict.fromkeys(PACKAGES),
        "url": f"{account.url}/v2/PhoneNumbers/{SAN_FRANCISCO}",
    }


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("4159929960", None, SAN_FRANCISCO),
        ("(415) 992-9960", None, SAN_FRANCISCO),
        ("07772 000001", "GB", VODAFONE),
        ("+44 7772 000001", None, VODAFONE),
        ("+15555550123", None, "+15555550123"),
    ],
)
def test_numbers_are_read_as_people_write_them(
    account: Account, text: str, country: str | None, number: str
) -> None:
    given = {"country_code": country} if country else {}
    told = account.client.lookups.v2.phone_numbers(text).fetch(**given)
    assert (told.phone_number, told.valid) == (number, True)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("+141599299600", "TOO_LONG"),
        ("+1415992", "TOO_SHORT"),
        ("+999123456789", "INVALID_COUNTRY_CODE"),
        ("nobody", "NOT_A_NUMBER"),
        ("+12015550", "TOO_SHORT"),
        ("+12222222222", "INVALID_BUT_POSSIBLE"),
    ],
)
def test_an_invalid_number_is_told_with_the_reason(account: Account, text: str, why: str) -> None:
    told = account.client.lookups.v2.phone_numbers(text).fetch(fields="line_type_intelligence")
    assert (told.valid, told.validation_errors) == (False, [why])
    assert (told.phone_number, told.line_type_intelligence) == (text, None)


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (SAN_FRANCISCO, ("310", "410", "AT&T Wireless", "mobile", None)),
        (LONDON, (None, None, "BT", "landline", None)),
        ("+18005551234", (None, None, "Bandwidth.com", "tollFree", None)),
        (TORONTO, (None, None, None, None, 60601)),
    ],
)
def test_line_type_intelligence(account: Account, number: str, told: tuple[Any, ...]) -> None:
    """Source: https://www.twilio.com/docs/lookup/v2-api/line-type-intelligence"""
    names = ("mobile_country_code", "mobile_network_code", "carrier_name", "type", "error_code")
    found = looked_up(account, number, "line_type_intelligence")
    assert found == dict(zip(names, told, strict=True))


def test_caller_names_are_american(account: Account) -> None:
    """Source: https://www.twilio.com/docs/lookup/v2-api/caller-name"""
    assert looked_up(account, SAN_FRANCISCO, "caller_name") == {
        "caller_name": "Mei Tanaka",
        "caller_type": "CONSUMER",
        "error_code": None,
    }
    assert looked_up(account, VODAFONE, "caller_name")["error_code"] == 60607


def test_a_sim_swap_is_recent_after_a_story(account: Account) -> None:
    """Source: https://www.twilio.com/docs/lookup/v2-api/sim-swap"""
    before = looked_up(account, VODAFONE, "sim_swap")
    assert before["last_sim_swap"]["swapped_in_period"] is False
    assert (before["mobile_country_code"], before["error_code"]) == ("234", None)
    account.simulate("carrier.sim_swapped", phoneNumber=VODAFONE)
    account.advance("1 hour")
    assert looked_up(account, VODAFONE, "sim_swap")["last_sim_swap"] == {
        "last_sim_swap_date": "2026-05-04T12:00:00Z",
        "swapped_period": "PT24H",
        "swapped_in_period": True,
    }
    account.advance("1 day")
    after = looked_up(account, VODAFONE, "sim_swap")
    assert after["last_sim_swap"]["swapped_in_period"] is False


def test_packages_tell_where_they_cannot_look(account: Account) -> None:
    assert looked_up(account, LONDON, "sim_swap")["error_code"] == 60612
    assert looked_up(account, "+81312345678", "sim_swap")["error_code"] == 60607
    assert looked_up(account, TORONTO, "sim_swap")["carrier_name"] is None
    assert looked_up(account, LONDON, "line_status") == {"status": None, "error_code": 60612}
    assert looked_up(account, SAN_FRANCISCO, "call_forwarding") == {
        "call_forwarding_enabled": None,
        "error_code": 60607,
    }
    assert looked_up(account, SAN_FRANCISCO, "pre_fill") == {"error_code": 60606}
    assert looked_up(account, SAN_FRANCISCO, "phone_number_quality_score") == {"error_code": 60606}


def test_a_line_is_what_a_story_made_of_it(account: Account) -> None:
    account.simulate(
        "carrier.line_changed",
        phoneNumber=VODAFONE,
        status="unreachable",
        callForwarding=True,
        lineType="nonFixedVoip",
    )
    assert looked_up(account, VODAFONE, "call_forwarding")["call_forwarding_enabled"] is True
    assert looked_up(account, VODAFONE, "line_type_intelligence")["type"] == "nonFixedVoip"
    account.simulate(
        "carrier.ported", phoneNumber=VODAFONE, carrier="EE Limited", lineType="mobile"
    )
    told = looked_up(account, VODAFONE, "line_type_intelligence")
    assert (told["carrier_name"], told["mobile_network_code"]) == ("EE Limited", "30")
    assert looked_up(account, VODAFONE, "line_status")["status"] == "unreachable"


def test_an_owner_is_matched(account: Account) -> None:
    """Source: https://www.twilio.com/docs/lookup/v2-api/identity-match"""
    given = {"first_name": "Mei", "last_name": "Tanaka", "city": "Oakland"}
    told = looked_up(account, SAN_FRANCISCO, "identity_match", **given)
    assert (told["first_name_match"], told["summary_score"]) == ("exact_match", 100)
    assert told["postal_code_match"] is None
    owner = {"first_name": "Mei-Lin", "last_name": "TANAKA", "city": "Berkeley"}
    account.simulate("carrier.line_changed", phoneNumber=SAN_FRANCISCO, owner=owner)
    told = looked_up(account, SAN_FRANCISCO, "identity_match", **given, state="CA")
    assert (told["first_name_match"], told["last_name_match"]) == ("partial_match", "exact_match")
    assert (told["city_match"], told["state_match"]) == ("no_match", "no_data_available")
    assert told["summary_score"] == 40
    assert looked_up(account, SAN_FRANCISCO, "identity_match")["error_code"] == 60617


def test_a_number_is_reassigned(account: Account) -> None:
    """Source: https://www.twilio.com/docs/lookup/v2-api/reassigned-number"""
    before = looked_up(account, SAN_FRANCISCO, "reassigned_number", last_verified_date="20260101")
    assert before == {
        "last_verified_date": "2026-01-01",
        "is_number_reassigned": "no",
        "error_code": None,
    }
    account.simulate("carrier.number_reassigned", phoneNumber=SAN_FRANCISCO)
    since = {"20260101": "yes", "20260601": "no"}
    for day, told in since.items():
        after = looked_up(account, SAN_FRANCISCO, "reassigned_number", last_verified_date=day)
        assert after["is_number_reassigned"] == told
    assert looked_up(account, SAN_FRANCISCO, "reassigned_number")["error_code"] == "60617"


def test_pumping_is_told_and_blocks_a_verification(account: Account) -> None:
    """Source: https://www.twilio.com/docs/lookup/v2-api/sms-pumping-risk"""
    before = looked_up(account, VODAFONE, "sms_pumping_risk")
    assert (before["carrier_risk_category"], before["number_blocked"]) == ("low", False)
    account.simulate("carrier.pumping_detected", phoneNumber=VODAFONE)
    assert looked_up(account, VODAFONE, "sms_pumping_risk") == {
        "carrier_risk_category": "high",
        "number_blocked": True,
        "number_blocked_date": "2026-05-04T12:00:00Z",
        "number_blocked_last_3_months": True,
        "sms_pumping_risk_score": 95,
        "error_code": None,
    }
    service = account.post("/v2/Services", FriendlyName="Acme")["sid"]
    form = {"To": VODAFONE, "Channel": "sms"}
    told = account.refused("POST", f"/v2/Services/{service}/Verifications", form)
    assert told[:2] == (403, 60410)


def test_a_line_type_is_overridden(account: Account) -> None:
    """Source: https://www.twilio.com/docs/lookup/v2-api/line-type-override"""
    path = f"/v2/PhoneNumbers/{SAN_FRANCISCO}/Overrides/line_type_intelligence"
    assert account.refused("GET", path)[:2] == GONE
    body: Doc = {"line_type": "landline", "reason": "It hangs on a wall."}
    made = account.http.post(path, json=body)
    assert made.status_code == 201
    assert made.json() == {
        "phone_number": SAN_FRANCISCO,
        "original_line_type": "mobile",
        "overridden_line_type": "landline",
        "override_reason": "It hangs on a wall.",
        "override_timestamp": "2026-05-04T12:00:00Z",
        "overridden_by_account_sid": account.sid,
    }
    assert looked_up(account, SAN_FRANCISCO, "line_type_intelligence")["type"] == "landline"
    changed = account.http.put(path, json=body | {"line_type": "pager"})
    assert changed.json()["overridden_line_type"] == "pager"
    assert account.http.post(path, json={"line_type": "tin can"}).json()["code"] == 20001
    assert account.http.delete(path).status_code == 204
    assert looked_up(account, SAN_FRANCISCO, "line_type_intelligence")["type"] == "mobile"
    assert account.http.post(path.replace("line_type_", "x_"), json=body).status_code == 400


def test_many_numbers_are_looked_up_at_once(account: Account) -> None:
    """Source: https://github.com/twilio/twilio-oai (twilio_lookups_v2)."""
    asked = [
        {"correlation_id": "a", "phone_number": SAN_FRANCISCO, "fields": ["line_status"]},
        {"correlation_id": "b", "phone_number": "nobody"},
    ]
    answer = account.http.post("/v2/batch/query", json={"phone_numbers": asked})
    first, second = answer.json()["phone_numbers"]
    assert (first["correlation_id"], first["line_status"]["status"]) == ("a", "active")
    assert (second["correlation_id"], second["valid"]) == ("b", False)
    none = account.http.post("/v2/batch/query", json={"phone_numbers": []})
    assert (none.status_code, none.json()["code"]) == (400, 20001)


def test_odd_questions_are_refused(account: Account) -> None:
    number = account.client.lookups.v2.phone_numbers(SAN_FRANCISCO)
    assert refused(lambda: number.fetch(fields="horoscope")) == (400, 20001)
    assert refused(lambda: number.fetch(country_code="USA")) == (400, 20001)
    assert account.refused("GET", "/v2/RateLimits")[:2] == (501, 20501)
