"""Push factors: devices with keys, which a device's Verify SDK would hold; here the test is it.

Source: https://www.twilio.com/docs/verify/push
    https://github.com/twilio/twilio-verify-android (what a device sends)
"""

import base64
import json
from functools import partial
from typing import Any

import httpx
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from tests.local.mirrors.account import NOON
from tests.local.mirrors.twilio.client import Account
from tests.local.mirrors.twilio.verify.codes import GONE, refused, service_of
from tests.local.receiver import Receiver

ALICE = "user-0123456789"
TOKEN = "t" * 32
REACHED = {
    "config_app_id": "com.example.myapp", "config_sdk_version": "1.0",
    "config_notification_platform": "fcm", "config_notification_token": TOKEN,
}  # fmt: skip


def text64(content: bytes) -> str:
    """Write bytes as JWTs do."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class Device:
    """A phone with a key of its own."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        der = self.key.public_key().public_bytes(serialization.Encoding.DER, form)
        self.public = base64.b64encode(der).decode()

    def signed(self, text: str) -> str:
        """Sign a text: DER in Base64."""
        return base64.b64encode(self.key.sign(text.encode(), ec.ECDSA(hashes.SHA256()))).decode()

    def jwt(self, claims: dict[str, Any], **header: str) -> str:
        """Make a token with ES256."""
        parts = ({"typ": "JWT", "alg": "ES256"} | header, claims)
        text = ".".join(text64(json.dumps(each).encode()) for each in parts)
        der = self.key.sign(text.encode(), ec.ECDSA(hashes.SHA256()))
        raw = b"".join(number.to_bytes(32) for number in decode_dss_signature(der))
        return f"{text}.{text64(raw)}"

    def answer(self, account: Account, path: str, status: str) -> str:
        """Read a challenge, and sign what a device decides about it."""
        got = account.call("GET", path)
        names = got.headers["twilio-verify-signature-fields"].split(",")
        shown = got.json()
        return self.jwt({name: shown[name] for name in names} | {"status": status})


def phone_of(account: Account, **fields: Any) -> tuple[Any, Any, Device]:
    """Register a device, not verified yet."""
    person, device = service_of(account, **fields).entities(ALICE), Device()
    made = person.new_factors.create(
        friendly_name="Phone", factor_type="push", binding_alg="ES256",
        binding_public_key=device.public, **REACHED,
    )  # fmt: skip
    return person, made, device


def path_of(challenge: Any) -> str:
    """Return the path of a challenge."""
    return f"/v2/Services/{challenge.service_sid}/Entities/{ALICE}/Challenges/{challenge.sid}"


def test_a_device_has_the_documented_fields(account: Account) -> None:
    """Source: https://github.com/twilio/twilio-oai (twilio_verify_v2, createPush)"""
    person, made, device = phone_of(account)
    assert made.binding == {"alg": "ES256", "public_key": device.public}
    credential = made.config["credential_sid"]
    assert made.config == {
        "sdk_version": "1.0", "app_id": "com.example.myapp", "notification_platform": "fcm",
        "notification_token": TOKEN, "credential_sid": credential,
    }  # fmt: skip
    assert (made.factor_type, made.status, credential[:2]) == ("push", "unverified", "CR")
    factor = person.factors(made.sid)
    assert factor.fetch().config == made.config
    assert factor.update(config_notification_platform="none").config["app_id"] == (
        "com.example.myapp"
    )


def test_a_device_is_verified_by_signing_its_sid(account: Account) -> None:
    """Source: https://github.com/twilio/twilio-verify-android (PushFactory)"""
    person, made, device = phone_of(account)
    factor = person.factors(made.sid)
    for wrong in (Device().signed(made.sid), device.signed("YF"), "nonsense"):
        assert factor.update(auth_payload=wrong).status == "unverified"
    assert factor.update(auth_payload=device.signed(made.sid)).status == "verified"
    for _ in range(5):
        other = person.new_factors.create(
            friendly_name="Two", factor_type="push", binding_public_key=device.public, **REACHED
        )
    for _ in range(5):
        person.factors(other.sid).update(auth_payload="nonsense")
    late = refused(lambda: person.factors(other.sid).update(auth_payload=device.signed(other.sid)))
    assert late == (429, 60310)


def test_a_challenge_is_approved_or_denied_by_a_device(account: Account) -> None:
    """Source: https://www.twilio.com/docs/verify/api/challenge"""
    person, made, device = phone_of(account, push_include_date=True)
    ask = person.challenges
    early = refused(lambda: ask.create(factor_sid=made.sid, details_message="Log in?"))
    assert early == (403, 60318)
    person.factors(made.sid).update(auth_payload=device.signed(made.sid))
    fields = [{"label": "Action", "value": "Log in"}]
    first = ask.create(
        factor_sid=made.sid, details_message="Log in?", details_fields=fields,
        hidden_details={"ip": "172.168.1.234"},
    )  # fmt: skip
    assert first.details == {"message": "Log in?", "date": NOON, "fields": fields}
    assert first.hidden_details == {"ip": "172.168.1.234"}
    assert (first.status, first.factor_type, first.date_responded) == ("pending", "push", None)
    second = ask.create(factor_sid=made.sid, details_message="Pay?")
    good = device.answer(account, path_of(first), "approved")
    header, _, signature = good.split(".")
    forged = text64(json.dumps({"status": "approved"}).encode())
    shown = account.fetch(path_of(first))
    wrong = (
        Device().answer(account, path_of(first), "approved"), f"{header}.{forged}.{signature}",
        device.answer(account, path_of(second), "approved"), device.jwt({"status": "approved"}),
        device.jwt(shown | {"status": "expired"}),
    )  # fmt: skip
    for payload in wrong[:4]:
        assert ask(first.sid).update(auth_payload=payload).status == "pending"
    assert ask(second.sid).update(auth_payload=wrong[4]).status == "pending"
    done = ask(first.sid).update(auth_payload=good, metadata={"os": "Android"})
    assert (done.status, done.metadata) == ("approved", {"os": "Android"})
    assert done.date_responded is not None
    no = ask(second.sid).update(auth_payload=device.answer(account, path_of(second), "denied"))
    assert no.status == "denied"
    assert refused(lambda: ask(second.sid).update(auth_payload=good)) == (403, 60322)
    answered = account.call("GET", path_of(first))
    assert "twilio-verify-signature-fields" not in answered.headers
    assert [each.sid for each in ask.list(status="denied")] == [second.sid]


def test_a_device_is_told_of_challenges_once_more(account: Account) -> None:
    """Source: https://www.twilio.com/docs/verify/api/notification"""
    person, made, device = phone_of(account)
    person.factors(made.sid).update(auth_payload=device.signed(made.sid))
    asked = person.challenges.create(factor_sid=made.sid, details_message="Log in?")
    told = person.challenges(asked.sid).notifications.create(ttl=150)
    assert (told.sid[:2], told.ttl, told.priority) == ("NT", 150, "high")
    assert (told.challenge_sid, told.identity) == (asked.sid, ALICE)
    shown = account.state("verify_notifications")
    assert [(each["message"], each["ttl"]) for each in shown] == [
        ("Log in?", 150),
        ("Log in?", 300),
    ]
    again = person.challenges(asked.sid).notifications
    assert refused(lambda: again.create(ttl=301)) == (400, 60200)
    account.advance("6 minutes")
    assert refused(again.create) == (403, 60323)
    person.factors(made.sid).update(config_notification_platform="none")
    person.challenges.create(factor_sid=made.sid, details_message="Log in?")
    assert len(account.state("verify_notifications")) == 2


def test_webhooks_hear_of_devices_and_decisions(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/verify/api/webhooks"""
    service = service_of(account)
    hook = service.webhooks.create(friendly_name="H", event_types=["*"], webhook_url=receiver.url)
    service.webhooks.create(
        friendly_name="Off", event_types=["*"], webhook_url=receiver.url, status="disabled"
    )
    made = account.simulate("push.enrolled", identity=ALICE)["result"]
    person = service.entities(ALICE)
    person.new_factors.create(friendly_name="App", factor_type="totp")
    yes, no = (
        person.challenges.create(factor_sid=made["sid"], details_message="?") for _ in range(2)
    )
    account.simulate("push.approved", sid=yes.sid)
    hook.update(event_types=["challenge.denied", "factor.deleted"])
    account.simulate("push.denied")
    assert person.challenges(no.sid).fetch().status == "denied"
    assert person.delete()
    heard = [account.verified(receiver.next()) for _ in range(5)]
    assert [each["type"] for each in heard] == [
        "factor.created", "factor.verified", "challenge.approved", "challenge.denied",
        "factor.deleted",
    ]  # fmt: skip
    uuid = heard[2].pop("uuid")
    assert len(uuid) == 36
    assert heard[2] == {
        "type": "challenge.approved", "account_sid": account.sid,
        "service_sid": made["service_sid"], "entity_identity": ALICE, "factor_sid": made["sid"],
        "factor_type": "push", "challenge_sid": yes.sid,
    }  # fmt: skip


def test_a_device_calls_with_tokens_of_its_own(account: Account) -> None:
    """Source: https://github.com/twilio/twilio-verify-android (FactorAPIClient)"""
    service = service_of(account)
    made = service.access_tokens.create(
        identity=ALICE, factor_type="push", factor_friendly_name="Ada's phone", ttl=120
    )
    assert (made.sid[:2], made.ttl, made.factor_type) == ("YK", 120, "push")
    assert service.access_tokens(made.sid).fetch().token == made.token
    assert made.token not in str(account.state("verify_access_tokens"))
    device = Device()
    home = f"/v2/Services/{made.service_sid}/Entities/{ALICE}"
    form = {"FriendlyName": "Phone", "FactorType": "push", "Binding.PublicKey": device.public,
            "Config.AppId": "a.b", "Config.SdkVersion": "1", "Config.NotificationPlatform": "none",
            }  # fmt: skip

    def call(password: str, path: str, data: dict[str, str] | None = None) -> httpx.Response:
        method, auth = ("POST" if data else "GET"), ("token", password)
        url = f"{account.url}{path}"
        return httpx.request(method, url, auth=auth, data=data, trust_env=False)

    assert call(made.token, f"{home}/Challenges").status_code == 401
    assert call("nonsense", f"{home}/Factors", form).status_code == 401
    got = call(made.token, f"{home}/Factors", form)
    assert got.status_code == 201
    factor = got.json()

    def own(signer: Device, **header: str) -> str:
        claims = {"sub": account.sid, "nbf": 0, "exp": 600}
        said = {"cty": "twilio-pba;v=1", "kid": factor["config"]["credential_sid"]} | header
        return signer.jwt(claims, **said)

    path = f"{home}/Factors/{factor['sid']}"
    signed = {"AuthPayload": device.signed(factor["sid"])}
    for wrong in (own(Device()), own(device, kid="CR1"), own(device, cty="x")):
        assert call(wrong, path, signed).status_code == 401
    assert call(own(device), path, signed).json()["status"] == "verified"
    assert call(own(device), f"{home}/Challenges").json()["challenges"] == []
    assert call(own(device), home).status_code == 401
    account.advance("2 minutes")
    assert call(made.token, f"{home}/Factors", form).status_code == 401
    assert service.entities(ALICE).factors(factor["sid"]).delete()
    assert call(own(device), path).status_code == 401


def test_somebodys_device_is_simulated(account: Account) -> None:
    service = service_of(account)
    token = service.access_tokens.create(
        identity=ALICE, factor_type="push", factor_friendly_name="Ada's phone"
    ).token
    made = account.simulate("push.enrolled", accessToken=token)["result"]
    assert (made["status"], made["friendly_name"]) == ("verified", "Ada's phone")
    account.advance("61s")
    for body in ({"event": "push.enrolled", "accessToken": token}, {"event": "push.approved"}):
        assert account.http.post("/_mirra/simulate", json=body).status_code == 400


def test_odd_devices_are_refused(account: Account) -> None:
    person, made, device = phone_of(account)
    new = person.new_factors
    given = {"friendly_name": "P", "factor_type": "push", "binding_public_key": device.public}
    for name, wrong in (
        ("binding_public_key", "MA=="), ("binding_alg", "RS256"), ("config_app_id", ""),
        ("config_sdk_version", ""), ("config_notification_platform", ""),
        ("config_notification_token", ""),
    ):  # fmt: skip
        fields = {**given, **REACHED, name: wrong}
        assert refused(partial(new.create, **fields)) == (400, 60200), name
    person.factors(made.sid).update(auth_payload=device.signed(made.sid))
    ask, sid = person.challenges, made.sid
    long = {"label": "L" * 37, "value": "V"}
    for odd in (
        {}, {"details_message": "m", "auth_payload": "123456"},
        {"details_message": "m", "details_fields": [long]},
        {"details_message": "m", "details_fields": [{"label": "l", "value": "v"}] * 21},
    ):  # fmt: skip
        assert refused(partial(ask.create, factor_sid=sid, **odd)) == (400, 60200), odd
    assert ask.list() == []
    app = new.create(friendly_name="App", factor_type="totp")
    tokens = account.client.verify.v2.services(app.service_sid).access_tokens
    bad = {"identity": "a b", "factor_type": "push"}
    assert refused(lambda: tokens.create(**bad)) == (400, 60367)
    assert refused(lambda: tokens.create(**bad | {"identity": ALICE}, ttl=301)) == (400, 60200)
    assert refused(tokens(f"YK{'0' * 32}").fetch) == GONE
    assert refused(lambda: new.create(friendly_name="K", factor_type="passkeys")) == (501, 20501)
