"""Silent network authentication: the test opens the address as a phone would.

Source: https://www.twilio.com/docs/verify/sna
"""

from typing import Any

import httpx

from tests.local.mirrors.twilio.client import Account
from tests.local.mirrors.twilio.verify.codes import ALICE, BOB, refused, service_of


def opened(account: Account, url: str, method: str = "GET") -> httpx.Response:
    """Open an address without credentials."""
    assert url.startswith(account.url)
    return httpx.request(method, url, trust_env=False)


def test_a_network_vouches_for_a_phone(account: Account) -> None:
    """Source: https://www.twilio.com/docs/verify/sna-testing-guide"""
    service = service_of(account)
    made = service.verifications.create(to=ALICE, channel="sna")
    assert (made.channel, made.status, list(made.sna)) == ("sna", "pending", ["url"])
    [attempt] = made.send_code_attempts
    assert attempt["channel"] == "sna"

    def check() -> Any:
        return service.verification_checks.create(to=ALICE)

    early = check()
    assert (early.status, early.valid) == ("pending", False)
    pending = {"attempt_sid": attempt["attempt_sid"], "code": 60519}
    assert early.sna_attempts_error_codes == [pending]
    got = opened(account, made.sna["url"], "POST")
    assert got.status_code == 200
    assert got.text.startswith("ErrorCode=0&ErrorDescription=Success&Carrier=")
    assert opened(account, made.sna["url"]).status_code == 404
    done = check()
    assert (done.status, done.valid, done.channel) == ("approved", True, "sna")
    assert done.sna_attempts_error_codes == []
    assert account.state("verifications")[0]["text"] is None


def test_a_network_that_fails_leaves_a_code_to_send(account: Account) -> None:
    """Source: https://www.twilio.com/docs/verify/best-practices-for-verify-sna-error-handling"""
    service = service_of(account)
    made = service.verifications.create(to=ALICE, channel="sna")
    told = account.simulate("sna.invoked", errorCode=60511)["result"]
    failed = service.verification_checks.create(verification_sid=made.sid)
    assert failed.status == "pending"
    assert failed.sna_attempts_error_codes == [{"attempt_sid": told["attempt_sid"], "code": 60511}]
    again = service.verifications.create(to=ALICE, channel="sms")
    assert (again.sid, again.channel, again.sna) == (made.sid, "sms", None)
    code = account.state("verifications")[0]["code"]
    assert service.verification_checks.create(to=ALICE, code=code).status == "approved"


def test_an_address_ends_with_its_verification(account: Account) -> None:
    service = service_of(account)
    made = service.verifications.create(to=ALICE, channel="SNA")
    code = {"to": ALICE, "code": "123456"}
    assert refused(lambda: service.verification_checks.create(**code)) == (400, 60200)
    for body in (
        {"event": "verify.approved"}, {"event": "sna.invoked", "errorCode": 1},
    ):  # fmt: skip
        assert account.http.post("/_mirra/simulate", json=body).status_code == 400
    account.advance("10 minutes")
    assert opened(account, made.sna["url"]).status_code == 404
    assert opened(account, f"{account.url}/_sna/x").status_code == 404
    account.simulate("verify.refused", to=BOB)
    blocked = refused(lambda: service.verifications.create(to=BOB, channel="sna"))
    assert blocked == (403, 60410)
    assert len(account.state("silent_attempts")) == 1
