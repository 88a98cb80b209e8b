"""Rate limits: Verify's own, and those of an account, driven by the official Python SDK.

Source: https://www.twilio.com/docs/verify/api/programmable-rate-limits
"""

from collections.abc import Callable

import pytest

from tests.local.mirrors.account import NOON
from tests.local.mirrors.twilio.client import Account
from tests.local.mirrors.twilio.verify.codes import ALICE, BOB, GONE, refused, service_of

FULL = (429, 20429)


def test_limits_and_buckets_have_the_documented_fields(account: Account) -> None:
    """Source: https://github.com/twilio/twilio-oai (twilio_verify_v2)."""
    service = account.post("/v2/Services", FriendlyName="Acme")["sid"]
    path = f"/v2/Services/{service}/RateLimits"
    limit = account.post(path, UniqueName="user.ip", Description="By address")
    url = f"{account.url}{path}/{limit['sid']}"
    assert limit == {
        "sid": limit["sid"],
        "service_sid": service,
        "account_sid": account.sid,
        "unique_name": "user.ip",
        "description": "By address",
        "date_created": NOON,
        "date_updated": NOON,
        "url": url,
        "links": {"buckets": f"{url}/Buckets"},
    }
    bucket = account.post(f"{path}/{limit['sid']}/Buckets", Max=5, Interval=60)
    assert bucket == {
        "sid": bucket["sid"],
        "rate_limit_sid": limit["sid"],
        "service_sid": service,
        "account_sid": account.sid,
        "max": 5,
        "interval": 60,
        "date_created": NOON,
        "date_updated": NOON,
        "url": f"{url}/Buckets/{bucket['sid']}",
    }
    assert (limit["sid"][:2], bucket["sid"][:2]) == ("RK", "BL")


def test_limits_and_buckets_are_changed_listed_and_deleted(account: Account) -> None:
    limits = service_of(account).rate_limits
    made = limits.create(unique_name="user.ip")
    assert limits(made.sid).update(description="By address").description == "By address"
    assert limits(made.sid).fetch().unique_name == "user.ip"
    assert [each.sid for each in limits.list()] == [made.sid]
    buckets = limits(made.sid).buckets
    minute, hour = buckets.create(max=2, interval=60), buckets.create(max=9, interval=3600)
    changed = buckets(minute.sid).update(max=3, interval=30)
    assert (changed.max, changed.interval) == (3, 30)
    assert buckets(hour.sid).fetch().max == 9
    assert [each.sid for each in buckets.list()] == [hour.sid, minute.sid]
    assert refused(lambda: buckets(minute.sid).update(interval=3600)) == (400, 60211)
    assert buckets(minute.sid).delete()
    assert refused(buckets(minute.sid).fetch) == GONE
    assert limits(made.sid).delete()
    assert refused(limits(made.sid).fetch) == GONE
    assert account.state("verify_buckets") == []


def test_limits_are_checked(account: Account) -> None:
    """Source: https://www.twilio.com/docs/verify/api/error-codes"""
    limits = service_of(account).rate_limits
    made = limits.create(unique_name="user.ip")
    assert refused(lambda: limits.create(unique_name="user.ip")) == (400, 60208)
    assert refused(lambda: limits.create(unique_name="user ip")) == (400, 60209)
    for number in range(9):
        limits.create(unique_name=f"key{number}")
    assert refused(lambda: limits.create(unique_name="one-more")) == (400, 60207)
    buckets = limits(made.sid).buckets
    assert refused(lambda: buckets.create(max=0, interval=60)) == (400, 60200)
    assert refused(lambda: buckets.create(max=1, interval=0)) == (400, 60200)
    for seconds in range(1, 6):
        buckets.create(max=1, interval=seconds)
    assert refused(lambda: buckets.create(max=1, interval=5)) == (400, 60211)
    assert refused(lambda: buckets.create(max=1, interval=6)) == (400, 60210)


def test_a_full_bucket_refuses_until_its_interval_is_over(account: Account) -> None:
    service = service_of(account)
    limit = service.rate_limits.create(unique_name="user.ip")
    service.rate_limits(limit.sid).buckets.create(max=2, interval=60)
    service.rate_limits(limit.sid).buckets.create(max=3, interval=3600)

    def start(ip: str, to: str = ALICE) -> str:
        sent = service.verifications.create(to=to, channel="sms", rate_limits={"user.ip": ip})
        return str(sent.status)

    assert [start("10.0.0.1"), start("10.0.0.1", BOB)] == ["pending"] * 2
    assert refused(lambda: start("10.0.0.1")) == FULL
    assert start("10.0.0.2") == "pending"
    assert service.verifications.create(to=BOB, channel="sms").status == "pending"
    account.advance("1 minute")
    assert start("10.0.0.1") == "pending"
    account.advance("1 minute")
    assert refused(lambda: start("10.0.0.1")) == FULL
    account.advance("1 hour")
    assert start("10.0.0.1") == "pending"


def test_the_fixture_refuses_the_eleventh_send_of_a_minute(
    open_account: Callable[..., Account],
) -> None:
    """Source: https://docs.mirra.run/mirrors/twilio"""
    account = open_account("rate-limited")
    verify = account.client.verify.v2
    service = verify.services(account.env["TWILIO_VERIFY_SERVICE_SID"])
    text = {"From": account.env["TWILIO_PHONE_NUMBER"], "To": ALICE, "Body": "Hello"}
    for number in range(5):
        service.verifications.create(to=f"+1555555013{number}", channel="sms")
        assert account.post("/Messages.json", **text)["status"] == "queued"
    path = f"/v2/Services/{account.env['TWILIO_VERIFY_SERVICE_SID']}/Verifications"
    told = account.refused("POST", path, {"To": ALICE, "Channel": "sms"})
    assert told == (429, 20429, "Too Many Requests")
    assert account.refused("POST", "/Messages.json", text) == told
    assert len(verify.services.list()) == 1
    account.advance("1 minute")
    assert service.verifications.create(to=ALICE, channel="sms").status == "pending"


def test_a_reset_forgets_what_was_counted(open_account: Callable[..., Account]) -> None:
    account = open_account("rate-limited")
    path = f"/v2/Services/{account.state('verify_services')[0]['sid']}/Verifications"
    answers = [
        account.call("POST", path, {"To": f"+155555501{number}", "Channel": "sms"}).status_code
        for number in range(30, 41)
    ]
    assert answers == [201] * 10 + [429]
    assert account.http.post("/_mirra/state/reset", json={}).is_success
    assert account.call("POST", path, {"To": ALICE, "Channel": "sms"}).status_code == 201


def test_the_fixture_verify_flow_is_ready_to_verify(open_account: Callable[..., Account]) -> None:
    account = open_account("verify-flow")
    verify = account.client.verify.v2
    made = verify.services.list()[0]
    assert (made.friendly_name, made.code_length, made.lookup_enabled) == ("Acme", 6, True)
    service = verify.services(made.sid)
    limit = service.rate_limits.list()[0]
    assert limit.unique_name == "end_user_ip_address"
    bucket = service.rate_limits(limit.sid).buckets.list()[0]
    assert (bucket.max, bucket.interval) == (10, 3600)
    ip = {"end_user_ip_address": "10.0.0.1"}
    sent = service.verifications.create(to=ALICE, channel="sms", rate_limits=ip)
    assert sent.status == "pending"


@pytest.mark.parametrize("path", ["/RateLimits", "/Webhooks", "/MessagingConfigurations"])
def test_lists_of_an_unknown_service_are_not_found(account: Account, path: str) -> None:
    told = account.refused("GET", f"/v2/Services/VA{'0' * 32}{path}")
    assert told[:2] == GONE
