"""What people type is compared with what was sent, driven by the official Python SDK.

Source: https://www.twilio.com/docs/verify/api/verification-check
"""

import pytest

from tests.local.mirrors.account import NOON
from tests.local.mirrors.twilio.client import Account
from tests.local.mirrors.twilio.verify.codes import ALICE, BOB, GONE, code_of, refused, service_of


def wrong(code: str) -> str:
    """Return another code of the same length."""
    return ("1" if code[0] != "1" else "2") + code[1:]


def test_a_right_code_approves_once(account: Account) -> None:
    service = service_of(account)
    made = service.verifications.create(to=ALICE, channel="sms")
    code = code_of(account)
    check = service.verification_checks.create(to=ALICE, code=code)
    assert (check.sid, check.status, check.valid) == (made.sid, "approved", True)
    assert refused(lambda: service.verification_checks.create(to=ALICE, code=code)) == GONE
    assert refused(service.verifications(made.sid).fetch) == GONE
    doc = account.state("verifications")[0]
    assert (doc["status"], doc["valid"]) == ("approved", True)


def test_a_check_has_the_documented_fields(account: Account) -> None:
    """Source: https://github.com/twilio/twilio-oai (twilio_verify_v2)."""
    service = account.post("/v2/Services", FriendlyName="Acme")["sid"]
    path = f"/v2/Services/{service}"
    sid = account.post(f"{path}/Verifications", To=ALICE, Channel="sms")["sid"]
    answer = account.call("POST", f"{path}/VerificationCheck", {"To": ALICE, "Code": "0000"})
    assert answer.status_code == 200
    assert answer.json() == {
        "sid": sid,
        "service_sid": service,
        "account_sid": account.sid,
        "to": ALICE,
        "channel": "sms",
        "status": "pending",
        "valid": False,
        "amount": None,
        "payee": None,
        "date_created": NOON,
        "date_updated": NOON,
        "sna_attempts_error_codes": None,
    }


def test_a_check_by_sid_is_as_good(account: Account) -> None:
    service = service_of(account)
    made = service.verifications.create(to="Alice@Example.com", channel="email")
    code = code_of(account, "alice@example.com")
    checks = service.verification_checks
    assert checks.create(to="alice@example.com", code=wrong(code)).status == "pending"
    assert checks.create(verification_sid=made.sid, code=code).status == "approved"


def test_five_wrong_codes_are_too_many(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/60202"""
    service = service_of(account)
    service.verifications.create(to=ALICE, channel="sms")
    code = code_of(account)
    checks = service.verification_checks
    told = [checks.create(to=ALICE, code=wrong(code)) for _ in range(5)]
    assert {(each.status, each.valid) for each in told} == {("pending", False)}
    assert refused(lambda: checks.create(to=ALICE, code=code)) == (429, 60202)
    assert account.state("verifications")[0]["status"] == "max_attempts_reached"
    start = service.verifications
    assert refused(lambda: start.create(to=ALICE, channel="sms")) == (429, 60202)
    account.advance("10 minutes")
    assert refused(lambda: checks.create(to=ALICE, code=code)) == GONE
    assert start.create(to=ALICE, channel="sms").status == "pending"


def test_a_locked_verification_can_be_canceled(account: Account) -> None:
    service = service_of(account)
    made = service.verifications.create(to=ALICE, channel="sms")
    for _ in range(5):
        service.verification_checks.create(to=ALICE, code="0000")
    assert service.verifications(made.sid).update(status="canceled").status == "canceled"
    assert service.verifications.create(to=ALICE, channel="sms").sid != made.sid


@pytest.mark.parametrize("code", ["", "123", "12345678901"])
def test_a_code_has_four_to_ten_characters(account: Account, code: str) -> None:
    """Source: https://www.twilio.com/docs/api/errors/60200"""
    service = account.post("/v2/Services", FriendlyName="Acme")["sid"]
    account.post(f"/v2/Services/{service}/Verifications", To=ALICE, Channel="sms")
    form = {"To": ALICE, "Code": code}
    told = account.refused("POST", f"/v2/Services/{service}/VerificationCheck", form)
    assert told == (400, 60200, "Invalid parameter: Code")
    assert account.state("verifications")[0]["check_attempts"] == 0


def test_a_check_says_whom_it_is_about(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/60221"""
    service = account.post("/v2/Services", FriendlyName="Acme")["sid"]
    path = f"/v2/Services/{service}/VerificationCheck"
    assert account.refused("POST", path, {"Code": "1234"})[:2] == (400, 60221)
    assert account.refused("POST", path, {"Code": "1234", "To": "me"})[:2] == (400, 60200)
    assert account.refused("POST", path, {"Code": "1234", "To": BOB}) == (
        404,
        20404,
        f"The requested resource /Services/{service}/VerificationCheck was not found",
    )


def test_a_payment_is_approved_for_its_amount_and_payee_only(account: Account) -> None:
    """Source: https://www.twilio.com/docs/verify/verifying-transactions-psd2"""
    service = service_of(account, psd2_enabled=True)
    bill = {"amount": "€39.99", "payee": "Acme Inc."}
    made = service.verifications.create(to=ALICE, channel="sms", **bill)
    assert (made.amount, made.payee) == ("€39.99", "Acme Inc.")
    code = code_of(account)
    checks = service.verification_checks
    assert refused(lambda: checks.create(to=ALICE, code=code)) == (400, 60206)
    other = checks.create(to=ALICE, code=code, amount="€399.99", payee="Acme Inc.")
    assert (other.status, other.valid) == ("pending", False)
    assert checks.create(to=ALICE, code=code, **bill).status == "approved"


def test_checks_are_kept_for_who_looks_at_the_state(account: Account) -> None:
    service = service_of(account)
    made = service.verifications.create(to=ALICE, channel="sms")
    code = code_of(account)
    service.verification_checks.create(to=ALICE, code=wrong(code))
    service.verification_checks.create(to=ALICE, code=code)
    kept = account.state("verification_checks")
    assert [(each["code"], each["status"]) for each in kept] == [
        (code, "approved"),
        (wrong(code), "pending"),
    ]
    assert {each["verification_sid"] for each in kept} == {made.sid}
