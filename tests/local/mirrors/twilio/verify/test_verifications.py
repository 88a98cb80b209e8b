"""Codes are sent, live for ten minutes, and end, driven by the official Python SDK.

Source: https://www.twilio.com/docs/verify/api/verification
"""

from collections.abc import Callable

import pytest

from tests.local.mirrors.account import NOON
from tests.local.mirrors.twilio.client import Account
from tests.local.mirrors.twilio.verify.codes import (
    ALICE,
    BOB,
    GONE,
    LONDON,
    code_of,
    refused,
    service_of,
)


def test_a_verification_has_the_documented_fields(account: Account) -> None:
    """Source: https://github.com/twilio/twilio-oai (twilio_verify_v2)."""
    service = account.post("/v2/Services", FriendlyName="Acme")["sid"]
    answer = account.call(
        "POST", f"/v2/Services/{service}/Verifications", {"To": ALICE, "Channel": "sms"}
    )
    assert answer.status_code == 201
    made = answer.json()
    attempt = account.state("verification_attempts")[0]["sid"]
    assert made == {
        "sid": made["sid"],
        "service_sid": service,
        "account_sid": account.sid,
        "to": ALICE,
        "channel": "sms",
        "status": "pending",
        "valid": False,
        "date_created": NOON,
        "date_updated": NOON,
        "lookup": {},
        "amount": None,
        "payee": None,
        "send_code_attempts": [{"time": NOON, "channel": "SMS", "attempt_sid": attempt}],
        "sna": None,
        "url": f"{account.url}/v2/Services/{service}/Verifications/{made['sid']}",
    }
    assert made["sid"].startswith("VE")
    assert len(made["sid"]) == 34
    assert account.fetch(f"/v2/Services/{service}/Verifications/{made['sid']}") == made
    assert account.fetch(f"/v2/Services/{service}/Verifications/{ALICE}") == made


def test_the_code_is_in_the_state_and_in_no_answer(account: Account) -> None:
    service = service_of(account, code_length=8)
    service.verifications.create(to=ALICE, channel="sms")
    doc = account.state("verifications")[0]
    assert len(doc["code"]) == 8
    assert doc["code"].isdecimal()
    assert doc["text"] == f"Your Acme verification code is: {doc['code']}."
    assert doc["date_expires"] == "2026-05-04T12:10:00Z"
    path = f"/v2/Services/{doc['service_sid']}/Verifications/{doc['sid']}"
    assert not {"code", "text", "check_attempts"} & account.fetch(path).keys()


def test_a_verification_is_no_message(account: Account) -> None:
    """Source: https://www.twilio.com/docs/verify/message-status (a stream of its own)."""
    service_of(account).verifications.create(to=ALICE, channel="sms")
    account.advance("1 minute")
    assert account.client.messages.list() == []
    assert account.webhooks() == []


@pytest.mark.parametrize(
    ("channel", "to", "said"),
    [
        ("sms", ALICE, "SMS"),
        ("call", ALICE, "CALL"),
        ("whatsapp", ALICE, "whatsapp"),
        ("email", "alice@example.com", "EMAIL"),
    ],
)
def test_codes_go_by_each_channel(account: Account, channel: str, to: str, said: str) -> None:
    made = service_of(account).verifications.create(to=to, channel=channel)
    assert (made.channel, made.to, made.status) == (channel, to, "pending")
    assert made.send_code_attempts[0]["channel"] == said


def test_auto_picks_a_channel(account: Account) -> None:
    assert service_of(account).verifications.create(to=ALICE, channel="auto").channel == "sms"


def test_sending_again_sends_the_same_code(account: Account) -> None:
    """Source: https://www.twilio.com/docs/verify/api/rate-limits-and-timeouts"""
    service = service_of(account)
    first = service.verifications.create(to=ALICE, channel="sms")
    code = code_of(account)
    account.advance("9 minutes")
    again = service.verifications.create(to=ALICE, channel="call")
    assert (again.sid, again.channel, code_of(account)) == (first.sid, "call", code)
    assert [each["channel"] for each in again.send_code_attempts] == ["SMS", "CALL"]


def test_a_sixth_send_is_refused_until_the_code_expires(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/60203"""
    service = service_of(account)
    sids = {service.verifications.create(to=ALICE, channel="sms").sid for _ in range(5)}
    assert len(sids) == 1
    told = refused(lambda: service.verifications.create(to=ALICE, channel="sms"))
    assert told == (429, 60203)
    assert service.verifications.create(to=BOB, channel="sms").status == "pending"
    account.advance("10 minutes")
    assert service.verifications.create(to=ALICE, channel="sms").sid not in sids


def test_a_code_expires_after_ten_minutes(account: Account) -> None:
    service = service_of(account)
    made = service.verifications.create(to=ALICE, channel="sms")
    account.advance("9 minutes 59 seconds")
    assert service.verifications(made.sid).fetch().status == "pending"
    account.advance("1 second")
    assert refused(service.verifications(made.sid).fetch) == GONE
    assert refused(service.verifications(ALICE).fetch) == GONE
    check = service.verification_checks
    assert refused(lambda: check.create(to=ALICE, code="123456")) == GONE
    assert account.state("verifications")[0]["status"] == "expired"


def test_a_verification_is_canceled(account: Account) -> None:
    """Source: https://www.twilio.com/docs/verify/api/verification#update-a-verification-status"""
    service = service_of(account)
    made = service.verifications.create(to=ALICE, channel="sms")
    done = service.verifications(made.sid).update(status="canceled")
    assert (done.status, done.valid) == ("canceled", False)
    assert refused(service.verifications(made.sid).fetch) == GONE
    assert service.verifications.create(to=ALICE, channel="sms").sid != made.sid


def test_a_verification_is_approved_by_its_number(account: Account) -> None:
    """A custom code is checked by the application, which then says so."""
    service = service_of(account, custom_code_enabled=True)
    made = service.verifications.create(to=ALICE, channel="sms", custom_code="12345678")
    assert code_of(account) == "12345678"
    done = service.verifications(ALICE).update(status="approved")
    assert (done.sid, done.status, done.valid) == (made.sid, "approved", True)


def test_another_status_is_refused(account: Account) -> None:
    service = service_of(account)
    made = service.verifications.create(to=ALICE, channel="sms")
    told = refused(lambda: service.verifications(made.sid).update(status="pending"))
    assert told == (400, 60200)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"To": "5555550123", "Channel": "sms"}, "Invalid parameter `To`: 5555550123"),
        ({"To": "+1", "Channel": "sms"}, "Invalid parameter `To`: +1"),
        ({"To": "+1 555 555 0123", "Channel": "sms"}, "Invalid parameter `To`: +1 555 555 0123"),
        ({"To": "+15005550001", "Channel": "sms"}, "Invalid parameter `To`: +15005550001"),
        ({"To": ALICE, "Channel": "email"}, f"Invalid parameter `To`: {ALICE}"),
        ({"To": ALICE, "Channel": "pigeon"}, "Invalid parameter: Channel"),
        ({"To": ALICE, "Channel": "sms", "Locale": "tlh"}, "Invalid parameter: Locale"),
        ({"To": ALICE, "Channel": "sms", "RateLimits": "[1]"}, "Invalid parameter: RateLimits"),
        ({"To": ALICE, "Channel": "sms", "RateLimits": '{"a":1}'}, "Invalid parameter: RateLimits"),
        ({"To": ALICE, "Channel": "sms", "DeviceIp": "home"}, "Invalid parameter: DeviceIp"),
        ({"To": ALICE, "Channel": "sms", "Tags": "x"}, "Invalid parameter: Tags"),
        ({"To": ALICE, "Channel": "sms", "RiskCheck": "maybe"}, "Invalid parameter: RiskCheck"),
    ],
)
def test_an_odd_parameter_is_named(account: Account, fields: dict[str, str], words: str) -> None:
    """Source: https://www.twilio.com/docs/api/errors/60200"""
    service = account.post("/v2/Services", FriendlyName="Acme")["sid"]
    path = f"/v2/Services/{service}/Verifications"
    assert account.refused("POST", path, fields) == (400, 60200, words)
    assert account.state("verifications") == []


def test_a_missing_parameter_is_named(account: Account) -> None:
    """Source: https://github.com/twilio/twilio-node/issues/1019"""
    service = account.post("/v2/Services", FriendlyName="Acme")["sid"]
    told = account.refused("POST", f"/v2/Services/{service}/Verifications", {"Channel": "sms"})
    assert told == (400, 20001, "Missing required parameter To in the post body")


@pytest.mark.parametrize(
    ("service", "sent", "told"),
    [
        ({}, {"CustomCode": "1234"}, (403, 60204)),
        ({"CustomCodeEnabled": "true"}, {"CustomCode": "123"}, (400, 60200)),
        ({"Psd2Enabled": "true"}, {}, (400, 60206)),
        ({"Psd2Enabled": "true"}, {"Channel": "call"}, (400, 60214)),
        ({}, {"Channel": "call", "AppHash": "He42w354ol9"}, (400, 60602)),
        ({}, {"TemplateSid": f"HJ{'9' * 32}"}, (400, 60228)),
        ({}, {"Channel": "call", "TemplateSid": f"HJ{'0' * 31}2"}, (400, 60227)),
    ],
)
def test_what_the_service_does_not_do_is_refused(
    account: Account, service: dict[str, str], sent: dict[str, str], told: tuple[int, int]
) -> None:
    """Source: https://www.twilio.com/docs/verify/api/error-codes"""
    sid = account.post("/v2/Services", FriendlyName="Acme", **service)["sid"]
    form = {"To": ALICE, "Channel": "sms", **sent}
    assert account.refused("POST", f"/v2/Services/{sid}/Verifications", form)[:2] == told


def test_a_landline_gets_no_sms_where_the_service_looks(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/60205"""
    looking = service_of(account, lookup_enabled=True, skip_sms_to_landlines=True)
    told = refused(lambda: looking.verifications.create(to=LONDON, channel="sms"))
    assert told == (403, 60205)
    assert looking.verifications.create(to=LONDON, channel="call").status == "pending"
    assert service_of(account).verifications.create(to=LONDON, channel="sms").status == "pending"


def test_a_trial_account_verifies_its_own_numbers_only(
    open_account: Callable[..., Account],
) -> None:
    """Source: https://github.com/twilio/twilio-node/issues/1111"""
    account = open_account("verified-numbers")
    service = account.post("/v2/Services", FriendlyName="Acme")["sid"]
    path = f"/v2/Services/{service}/Verifications"
    assert account.post(path, To=ALICE, Channel="sms")["status"] == "pending"
    assert account.refused("POST", path, {"To": "+14155550199", "Channel": "call"}) == (
        403,
        21608,
        "The phone number is unverified. Trial accounts cannot send messages to unverified numbers;"
        " verify it at twilio.com/user/account/phone-numbers/verified",
    )
    mail = {"To": "alice@example.com", "Channel": "email"}
    assert account.post(path, **mail)["status"] == "pending"


def test_a_service_that_looks_tells_the_carrier(account: Account) -> None:
    made = service_of(account, lookup_enabled=True).verifications.create(to=ALICE, channel="sms")
    assert made.lookup["carrier"] == {
        "error_code": None,
        "name": "Verizon Wireless",
        "mobile_country_code": "311",
        "mobile_network_code": "480",
        "type": "mobile",
    }


def test_the_words_around_a_code_can_be_chosen(account: Account) -> None:
    service = service_of(account, do_not_share_warning_enabled=True)
    service.verifications.create(
        to=ALICE, channel="sms", custom_friendly_name="Owl Bank", app_hash="He42w354ol9"
    )
    code = code_of(account)
    assert account.state("verifications")[0]["text"] == (
        f"<#> Your Owl Bank verification code is: {code}. Don't share this code with anyone;"
        " our employees will never ask for the code. He42w354ol9"
    )


def test_a_status_is_told_sixty_times_a_minute(account: Account) -> None:
    """Source: https://www.twilio.com/docs/verify/api/rate-limits-and-timeouts"""
    service = account.post("/v2/Services", FriendlyName="Acme")["sid"]
    sid = account.post(f"/v2/Services/{service}/Verifications", To=ALICE, Channel="sms")["sid"]
    path = f"/v2/Services/{service}/Verifications/{sid}"
    assert {account.call("GET", path).status_code for _ in range(60)} == {200}
    assert account.refused("GET", path)[:2] == (429, 20429)
    account.advance("1 minute")
    assert account.call("GET", path).status_code == 200


def test_a_verification_is_unknown_to_other_services_and_accounts(account: Account) -> None:
    mine, other = service_of(account), service_of(account)
    sid = mine.verifications.create(to=ALICE, channel="sms").sid
    assert refused(other.verifications(sid).fetch) == GONE
    sub = account.client.api.v2010.accounts.create(friendly_name="sub")
    verify = account.client_for(sub.sid, sub.auth_token).verify.v2
    service = account.client.verify.v2.services.list()[0].sid
    assert refused(verify.services(service).fetch) == GONE
    assert verify.services.list() == []


@pytest.mark.parametrize("channel", ["RCS", "rcs"])
def test_channels_that_are_not_mirrored_say_so(account: Account, channel: str) -> None:
    """Source: https://www.twilio.com/docs/verify/api/verification

    Divergence: RCS answers 501.
    """
    service = account.post("/v2/Services", FriendlyName="Acme")["sid"]
    path = f"/v2/Services/{service}/Verifications"
    told = account.refused("POST", path, {"To": ALICE, "Channel": channel})
    assert told[:2] == (501, 20501)
    assert account.state("verifications") == []
