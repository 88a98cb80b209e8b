"""What people and carriers do to verifications, as simulated events.

Source: https://docs.mirra.run/mirrors/twilio
"""

from typing import Any

import pytest

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.twilio.client import Account
from tests.local.mirrors.twilio.verify.codes import ALICE, BOB, GONE, code_of, refused, service_of


def refusal_of(account: Account, **given: Any) -> Doc:
    """Return Mirra's error for an event that can't be."""
    answer = account.http.post("/_mirra/simulate", json=given)
    assert answer.status_code == 400
    error: Doc = answer.json()["error"]
    return error


def test_a_wrong_code_is_typed(account: Account) -> None:
    """The documented body: `{event, sid}`."""
    service = service_of(account)
    made = service.verifications.create(to=ALICE, channel="sms")
    told = account.simulate("verify.check_failed", sid=made.sid)
    assert (told["event"], told["webhooks"]) == ("verify.check_failed", [])
    doc = account.state("verifications")[0]
    assert (doc["check_attempts"], doc["status"]) == (1, "pending")
    assert account.state("verification_checks")[0]["code"] != doc["code"]
    account.simulate("verify.check_failed", to=ALICE, code="0000")
    assert account.state("verification_checks")[0]["code"] == "0000"


def test_the_fifth_wrong_code_locks_the_verification(account: Account) -> None:
    service = service_of(account)
    service.verifications.create(to=ALICE, channel="sms")
    code = code_of(account)
    for _ in range(5):
        account.simulate("verify.check_failed")
    assert refused(lambda: service.verification_checks.create(to=ALICE, code=code)) == (429, 60202)
    error = refusal_of(account, event="verify.check_failed", to=ALICE)
    assert error["code"] == "mirra.simulate.invalid"
    assert "max_attempts_reached" in error["message"]


def test_a_verification_expires_at_once(account: Account) -> None:
    service = service_of(account)
    made = service.verifications.create(to=ALICE, channel="sms")
    account.simulate("verify.expired", sid=made.sid)
    assert refused(service.verifications(made.sid).fetch) == GONE
    assert account.state("verifications")[0]["status"] == "expired"
    assert service.verifications.create(to=ALICE, channel="sms").sid != made.sid
    account.advance("20 minutes")


def test_the_right_code_is_typed(account: Account) -> None:
    service = service_of(account)
    made = service.verifications.create(to=ALICE, channel="sms")
    account.simulate("verify.approved", to=ALICE)
    assert account.state("verifications")[0]["status"] == "approved"
    assert refused(service.verifications(made.sid).fetch) == GONE


def test_a_code_does_not_arrive(account: Account) -> None:
    service_of(account).verifications.create(to=ALICE, channel="sms")
    account.simulate("verify.undelivered", to=ALICE, errorCode=30006)
    account.advance("1 minute")
    data = account.state("verification_attempts")[0]["channel_data"]
    assert (data["message_status"], data["error_code"]) == ("undelivered", "30006")


@pytest.mark.parametrize("code", [60212, 60223, 60410])
def test_the_next_verification_is_refused_once(account: Account, code: int) -> None:
    """Source: https://www.twilio.com/docs/api/errors/60212 (which calls one by one can't cause)."""
    service = service_of(account)
    account.simulate("verify.refused", to=ALICE, errorCode=code)
    start = service.verifications
    assert start.create(to=BOB, channel="sms").status == "pending"
    assert refused(lambda: start.create(to=ALICE, channel="sms"))[1] == code
    assert start.create(to=ALICE, channel="sms").status == "pending"


def test_the_safe_list_spares_a_number_of_fraud_guard(account: Account) -> None:
    """Source: https://www.twilio.com/docs/verify/preventing-toll-fraud/verify-safe-list"""
    account.client.verify.v2.safelist.create(phone_number=ALICE)
    account.simulate("verify.refused", to=ALICE, errorCode=60410)
    assert service_of(account).verifications.create(to=ALICE, channel="sms").status == "pending"


def test_a_story_says_what_it_needs(account: Account) -> None:
    service = service_of(account)
    assert refusal_of(account, event="verify.check_failed")["code"] == "mirra.simulate.invalid"
    for to in (ALICE, BOB):
        service.verifications.create(to=to, channel="sms")
    assert refusal_of(account, event="verify.expired")["code"] == "mirra.simulate.ambiguous"
    error = refusal_of(account, event="verify.check_failed", to=ALICE, code=code_of(account))
    assert "right code" in error["message"]
    assert "60212" in refusal_of(account, event="verify.refused", to=ALICE, errorCode=1)["hint"]
    assert "no phone" in refusal_of(account, event="verify.refused", to="me")["message"]
    assert (
        "no phone" in refusal_of(account, event="carrier.sim_swapped", phoneNumber="me")["message"]
    )
    assert refusal_of(account, event="carrier.line_changed", phoneNumber=ALICE)["hint"]
    account.simulate("verify.expired", to=ALICE)
    sid = account.state("verifications")[1]["sid"]
    assert "has ended" in refusal_of(account, event="verify.expired", sid=sid)["message"]
