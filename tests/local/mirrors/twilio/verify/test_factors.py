"""Authenticator apps: set up, and asked for codes, driven by the official Python SDK.

Source: https://www.twilio.com/docs/verify/quickstarts/totp
"""

import base64
import hmac
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.local.mirrors.account import NOON
from tests.local.mirrors.twilio.client import Account
from tests.local.mirrors.twilio.verify.codes import GONE, refused, service_of

ALICE = "user-0123456789"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The one of RFC 6238's examples."""


def shown(uri: str, at: datetime) -> str:
    """Return what an app shows that read this URI off a QR code: RFC 6238, in a few lines."""
    told = {name: values[0] for name, values in parse_qs(urlsplit(uri).query).items()}
    step = int(at.timestamp()) // int(told["period"])
    digest = hmac.digest(base64.b32decode(told["secret"]), step.to_bytes(8), told["algorithm"])
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF
    return str(number)[-int(told["digits"]) :].zfill(int(told["digits"]))


def wrong(code: str) -> str:
    """Return another code of the same length."""
    return ("1" if code[0] != "1" else "2") + code[1:]


def at(minutes: float = 0) -> datetime:
    """Return the time so long after the session's beginning."""
    noon = datetime.fromisoformat(NOON)
    return datetime.fromtimestamp(noon.timestamp() + 60 * minutes, UTC)


def app_of(account: Account, **fields: Any) -> tuple[Any, Any]:
    """Set an app up, not verified yet; return the SDK's handle on its person, and the factor."""
    person = service_of(account).entities(ALICE)
    made = person.new_factors.create(friendly_name="Alice's phone", factor_type="totp", **fields)
    return person, made


def test_a_factor_has_the_documented_fields(account: Account) -> None:
    """Source: https://github.com/twilio/twilio-oai (twilio_verify_v2)."""
    service = account.post("/v2/Services", FriendlyName="Owl Bank")["sid"]
    path = f"/v2/Services/{service}/Entities/{ALICE}"
    form = {"FriendlyName": "Alice's phone", "FactorType": "totp", "Binding.Secret": SECRET}
    answer = account.call("POST", f"{path}/Factors", form)
    assert answer.status_code == 201
    made = answer.json()
    person = account.fetch(path)
    assert made == {
        "sid": made["sid"],
        "account_sid": account.sid,
        "service_sid": service,
        "entity_sid": person["sid"],
        "identity": ALICE,
        "binding": {
            "secret": SECRET,
            "uri": f"otpauth://totp/Owl%20Bank:Alice%27s%20phone?secret={SECRET}"
            "&issuer=Owl%20Bank&algorithm=SHA1&digits=6&period=30",
        },
        "options": None,
        "date_created": NOON,
        "date_updated": NOON,
        "friendly_name": "Alice's phone",
        "status": "unverified",
        "factor_type": "totp",
        "config": {"alg": "sha1", "skew": 1, "code_length": 6, "time_step": 30},
        "metadata": None,
        "url": f"{account.url}{path}/Factors/{made['sid']}",
    }
    del made["binding"], made["options"]
    assert account.fetch(f"{path}/Factors/{made['sid']}") == made
    assert (made["sid"][:2], person["sid"][:2]) == ("YF", "YE")


def test_codes_are_those_of_the_standard(account: Account) -> None:
    """Source: https://www.rfc-editor.org/rfc/rfc6238 (appendix B, at 59 seconds: 94287082)."""
    _, made = app_of(account, binding_secret=SECRET, config_code_length=8)
    assert shown(made.binding["uri"], datetime.fromtimestamp(59, UTC)) == "94287082"
    person = account.client.verify.v2.services(made.service_sid).entities(ALICE)
    code = shown(made.binding["uri"], at())
    assert person.factors(made.sid).update(auth_payload=code).status == "verified"


def test_an_app_is_verified_by_its_first_code(account: Account) -> None:
    person, made = app_of(account)
    factor, uri = person.factors(made.sid), made.binding["uri"]
    code = shown(uri, at())
    assert factor.update(auth_payload=wrong(code)).status == "unverified"
    assert factor.update(auth_payload=shown(uri, at(5))).status == "unverified"
    assert factor.update(auth_payload=shown(uri, at(0.5))).status == "verified"
    assert factor.fetch().status == "verified"
    assert factor.update(friendly_name="Old phone").friendly_name == "Old phone"


def test_five_wrong_first_codes_are_too_many(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/60310"""
    person, made = app_of(account)
    code = shown(made.binding["uri"], at())
    factor = person.factors(made.sid)
    for _ in range(5):
        factor.update(auth_payload=wrong(code))
    assert refused(lambda: factor.update(auth_payload=code)) == (429, 60310)


def test_a_login_is_approved_by_a_code(account: Account) -> None:
    person, made = app_of(account)
    uri = made.binding["uri"]
    ask = person.challenges
    early = refused(lambda: ask.create(factor_sid=made.sid, auth_payload=shown(uri, at())))
    assert early == (403, 60318)
    person.factors(made.sid).update(auth_payload=shown(uri, at()))
    account.advance("10 minutes")
    old = ask.create(factor_sid=made.sid, auth_payload=shown(uri, at()))
    assert (old.status, old.date_responded) == ("pending", None)
    code = shown(uri, at(10))
    done = ask.create(factor_sid=made.sid, auth_payload=code)
    assert (done.status, done.factor_type, done.identity) == ("approved", "totp", ALICE)
    assert done.date_responded == at(10)
    assert ask(old.sid).update(auth_payload=code).status == "approved"
    assert refused(lambda: ask(old.sid).update(auth_payload=code)) == (403, 60322)
    assert [each.sid for each in ask.list()] == [old.sid, done.sid]
    assert [each.sid for each in ask.list(order="desc")] == [done.sid, old.sid]
    assert ask.list(status="pending") == []
    assert ask(done.sid).fetch().links["notifications"].endswith("/Notifications")


def test_a_challenge_expires_and_takes_five_codes(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/60323 and .../60308"""
    person, made = app_of(account)
    uri, ask = made.binding["uri"], person.challenges
    person.factors(made.sid).update(auth_payload=shown(uri, at()))
    late, locked = ask.create(factor_sid=made.sid), ask.create(factor_sid=made.sid)
    code = shown(uri, at())
    for _ in range(5):
        assert ask(locked.sid).update(auth_payload=wrong(code)).status == "pending"
    assert refused(lambda: ask(locked.sid).update(auth_payload=code)) == (429, 60308)
    account.advance("5 minutes")
    assert ask(late.sid).fetch().status == "expired"
    again = refused(lambda: ask(late.sid).update(auth_payload=shown(uri, at(5))))
    assert again == (403, 60323)
    far = refused(lambda: ask.create(factor_sid=made.sid, expiration_date=at(66)))
    assert far == (400, 60200)
    longer = ask.create(factor_sid=made.sid, expiration_date=at(35))
    account.advance("29 minutes")
    assert ask(longer.sid).fetch().status == "pending"


def test_people_and_factors_are_listed_and_deleted(account: Account) -> None:
    service = service_of(account, totp_issuer="Owl", totp_code_length=8)
    made = service.entities.create(identity=ALICE)
    assert refused(lambda: service.entities.create(identity=ALICE)) == (409, 60301)
    assert refused(lambda: service.entities.create(identity="a b")) == (400, 60367)
    person = service.entities(ALICE)
    factor = person.new_factors.create(friendly_name="Phone", factor_type="totp")
    assert (factor.entity_sid, factor.config["code_length"]) == (made.sid, 8)
    assert "issuer=Owl&" in factor.binding["uri"]
    assert [each.sid for each in person.factors.list()] == [factor.sid]
    assert [each.identity for each in service.entities.list()] == [ALICE]
    assert person.factors(factor.sid).delete()
    assert refused(person.factors(factor.sid).fetch) == GONE
    person.new_factors.create(friendly_name="Phone", factor_type="totp")
    assert person.delete()
    assert refused(person.fetch) == GONE
    assert account.state("verify_factors") == []


def test_odd_factors_are_refused(account: Account) -> None:
    service = account.post("/v2/Services", FriendlyName="Acme")["sid"]
    path = f"/v2/Services/{service}/Entities/{ALICE}/Factors"
    form = {"FriendlyName": "Phone", "FactorType": "totp"}
    odd: dict[str, tuple[int, int]] = {
        "Binding.Secret": (400, 60200),
        "Config.TimeStep": (400, 60200),
        "Config.Alg": (400, 60200),
    }
    for name, told in odd.items():
        assert account.refused("POST", path, form | {name: "1"})[:2] == told
    assert account.refused("POST", path, form | {"FactorType": "passkeys"})[:2] == (501, 20501)
    assert account.refused("POST", path, form | {"FactorType": "x"})[:2] == (400, 60200)
    assert account.state("verify_entities") == []
