"""Each time a code is sent, and whether anybody used it, driven by the official Python SDK.

Source: https://www.twilio.com/docs/verify/api/list-verification-attempts
"""

from datetime import UTC, datetime

from tests.local.mirrors.account import NOON
from tests.local.mirrors.twilio.client import Account
from tests.local.mirrors.twilio.verify.codes import ALICE, BOB, GONE, code_of, refused, service_of


def test_an_attempt_has_the_documented_fields(account: Account) -> None:
    """Source: https://github.com/twilio/twilio-oai (twilio_verify_v2)."""
    service = account.post("/v2/Services", FriendlyName="Acme")["sid"]
    made = account.post(f"/v2/Services/{service}/Verifications", To=ALICE, Channel="sms")
    account.advance("2 seconds")
    sid = made["send_code_attempts"][0]["attempt_sid"]
    assert account.fetch(f"/v2/Attempts/{sid}") == {
        "sid": sid,
        "account_sid": account.sid,
        "service_sid": service,
        "verification_sid": made["sid"],
        "date_created": NOON,
        "date_updated": "2026-05-04T12:00:02Z",
        "conversion_status": "unconverted",
        "channel": "sms",
        "price": {"value": "0.0083", "currency": "usd"},
        "channel_data": {
            "verification_sid": made["sid"],
            "to": ALICE,
            "status": "unconfirmed",
            "message_status": "delivered",
            "error_code": None,
            "country": "US",
            "code_length": 6,
            "locale": "en",
            "mcc": "311",
            "mnc": "480",
            "carrier": "Verizon Wireless",
        },
        "url": f"{account.url}/v2/Attempts/{sid}",
    }


def test_attempts_are_filtered(account: Account) -> None:
    service = service_of(account)
    service.verifications.create(to=ALICE, channel="sms")
    service.verification_checks.create(to=ALICE, code=code_of(account))
    account.advance("1 hour")
    other = service.verifications.create(to=BOB, channel="call")
    attempts = account.client.verify.v2.verification_attempts
    assert [each.channel for each in attempts.list()] == ["call", "sms"]
    assert [each.channel for each in attempts.list(status="converted")] == ["sms"]
    assert [each.channel for each in attempts.list(channel="call")] == ["call"]
    assert [each.channel for each in attempts.list(channel_data_to=ALICE)] == ["sms"]
    assert [each.channel for each in attempts.list(verification_sid=other.sid)] == ["call"]
    assert attempts.list(country="DE") == []
    later = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)
    assert [each.channel for each in attempts.list(date_created_after=later)] == ["call"]
    assert [each.channel for each in attempts.list(date_created_before=later)] == ["sms"]


def test_attempts_come_in_pages(account: Account) -> None:
    service = service_of(account)
    for number in range(5):
        service.verifications.create(to=f"+1555555013{number}", channel="sms")
    listed = account.client.verify.v2.verification_attempts.list(page_size=2)
    assert len({each.sid for each in listed}) == 5


def test_a_summary_counts_what_was_converted(account: Account) -> None:
    """Source: https://www.twilio.com/docs/verify/api/get-verification-attempts-summary"""
    service = service_of(account)
    summary = account.client.verify.v2.verification_attempts_summary()
    assert summary.fetch().conversion_rate_percentage == "0"
    for number in range(3):
        to = f"+1555555013{number}"
        service.verifications.create(to=to, channel="sms")
        if number != 1:
            service.verification_checks.create(to=to, code=code_of(account, to))
    told = summary.fetch()
    assert (told.total_attempts, told.total_converted, told.total_unconverted) == (3, 2, 1)
    raw = account.fetch("/v2/Attempts/Summary")
    assert raw["conversion_rate_percentage"] == "66.666666667"
    assert summary.fetch(destination_prefix="+49").total_attempts == 0


def test_an_odd_filter_is_named(account: Account) -> None:
    told = account.refused("GET", "/v2/Attempts?Channel=pigeon")
    assert told == (400, 60200, "Invalid parameter: Channel")
    told = account.refused("GET", "/v2/Attempts?DateCreatedAfter=soon")
    assert told == (400, 60200, "Invalid parameter: DateCreatedAfter")
    attempt = account.client.verify.v2.verification_attempts(f"VL{'0' * 32}")
    assert refused(attempt.fetch) == GONE
