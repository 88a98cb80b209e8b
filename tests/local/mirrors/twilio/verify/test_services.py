"""Verify's services and what belongs to them, driven by the official Python SDK.

Source: https://www.twilio.com/docs/verify/api/service
"""

from typing import Any

import pytest

from tests.local.mirrors.account import NOON
from tests.local.mirrors.twilio.client import Account
from tests.local.mirrors.twilio.verify.codes import ALICE, GONE, refused, service_of

MESSAGING = f"MG{'a' * 32}"


def test_a_service_has_the_documented_fields(account: Account) -> None:
    """Source: https://github.com/twilio/twilio-oai (twilio_verify_v2)."""
    answer = account.call("POST", "/v2/Services", {"FriendlyName": "Acme"})
    assert answer.status_code == 201
    made = answer.json()
    path = f"{account.url}/v2/Services/{made['sid']}"
    assert made == {
        "sid": made["sid"],
        "account_sid": account.sid,
        "friendly_name": "Acme",
        "code_length": 6,
        "lookup_enabled": False,
        "psd2_enabled": False,
        "skip_sms_to_landlines": False,
        "dtmf_input_required": True,
        "tts_name": None,
        "do_not_share_warning_enabled": False,
        "custom_code_enabled": False,
        "push": {"include_date": False, "apn_credential_sid": None, "fcm_credential_sid": None},
        "totp": {"issuer": None, "time_step": 30, "code_length": 6, "skew": 1},
        "whatsapp": {"msg_service_sid": None, "from": None},
        "passkeys": {
            "relying_party": {"id": None, "name": None, "origins": None},
            "authenticator_attachment": None,
            "discoverable_credentials": None,
            "user_verification": None,
        },
        "default_template_sid": None,
        "verify_event_subscription_enabled": False,
        "date_created": NOON,
        "date_updated": NOON,
        "url": path,
        "links": {
            "verification_checks": f"{path}/VerificationCheck",
            "verifications": f"{path}/Verifications",
            "rate_limits": f"{path}/RateLimits",
            "messaging_configurations": f"{path}/MessagingConfigurations",
            "entities": f"{path}/Entities",
            "webhooks": f"{path}/Webhooks",
            "access_tokens": f"{path}/AccessTokens",
        },
    }
    assert account.fetch(f"/v2/Services/{made['sid']}") == made


def test_a_service_is_changed_listed_and_deleted(account: Account) -> None:
    services = account.client.verify.v2.services
    first, second = (services.create(friendly_name=name) for name in ("Acme", "Owl Bank"))
    account.advance("1 minute")
    changed = services(first.sid).update(
        friendly_name="Acme Inc",
        code_length=4,
        custom_code_enabled=True,
        tts_name="x",
        totp_issuer="Acme",
        totp_time_step=45,
        push_include_date=True,
        whatsapp_from="whatsapp:+15555550199",
        passkeys_relying_party_id="acme.com",
        passkeys_relying_party_origins="acme.com,login.acme.com",
        passkeys_user_verification="preferred",
        default_template_sid=f"HJ{'0' * 31}1",
    )
    assert (changed.friendly_name, changed.code_length) == ("Acme Inc", 4)
    assert (changed.custom_code_enabled, changed.tts_name) == (True, "x")
    assert changed.totp == {"issuer": "Acme", "time_step": 45, "code_length": 6, "skew": 1}
    assert changed.push["include_date"] is True
    assert changed.whatsapp["from"] == "whatsapp:+15555550199"
    assert changed.passkeys["relying_party"]["origins"] == ["acme.com", "login.acme.com"]
    assert changed.date_updated > changed.date_created
    assert services(second.sid).fetch().totp["time_step"] == 30
    assert [each.sid for each in services.list(page_size=1)] == [second.sid, first.sid]
    services(first.sid).verifications.create(to=ALICE, channel="sms")
    assert services(first.sid).delete()
    assert refused(services(first.sid).fetch) == GONE
    assert account.state("verifications") == []
    account.advance("1 hour")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"FriendlyName": ""}, "Invalid parameter: FriendlyName"),
        ({"FriendlyName": "A" * 33}, "Invalid parameter: FriendlyName"),
        ({"CodeLength": "3"}, "Invalid parameter: CodeLength"),
        ({"CodeLength": "11"}, "Invalid parameter: CodeLength"),
        ({"CodeLength": "six"}, "Invalid parameter: CodeLength"),
        ({"LookupEnabled": "perhaps"}, "Invalid parameter: LookupEnabled"),
        ({"Totp.TimeStep": "19"}, "Invalid parameter: Totp.TimeStep"),
        ({"Totp.Skew": "3"}, "Invalid parameter: Totp.Skew"),
        ({"Passkeys.UserVerification": "x"}, "Invalid parameter: Passkeys.UserVerification"),
    ],
)
def test_an_odd_setting_is_named(account: Account, fields: dict[str, str], words: str) -> None:
    """Source: https://www.twilio.com/docs/api/errors/60200"""
    form = {"FriendlyName": "Acme", **fields}
    assert account.refused("POST", "/v2/Services", form) == (400, 60200, words)


def test_a_service_needs_a_name_and_templates_that_exist(account: Account) -> None:
    told = account.refused("POST", "/v2/Services", {})
    assert told == (400, 20001, "Missing required parameter FriendlyName in the post body")
    form = {"FriendlyName": "Acme", "DefaultTemplateSid": f"HJ{'9' * 32}"}
    assert account.refused("POST", "/v2/Services", form)[:2] == (400, 60228)


def test_templates_are_listed(account: Account) -> None:
    """Source: https://www.twilio.com/docs/verify/api/templates"""
    templates = account.client.verify.v2.templates
    assert [each.friendly_name for each in templates.list(page_size=1)] == [
        "Default",
        "Default with do not share",
    ]
    one = templates.list(friendly_name="Default")[0]
    assert one.channels == ["sms", "voice", "email", "whatsapp"]
    assert (
        one.translations["en"]["text"] == "Your {{friendly_name}} verification code is: {{code}}."
    )
    assert one.account_sid == account.sid


def test_a_country_gets_a_messaging_service(account: Account) -> None:
    """Source: https://www.twilio.com/docs/verify/api/messaging-configuration"""
    service = service_of(account)
    sid = account.state("verify_services")[0]["sid"]
    made = account.post(
        f"/v2/Services/{sid}/MessagingConfigurations",
        Country="ca",
        MessagingServiceSid=MESSAGING,
    )
    assert made == {
        "account_sid": account.sid,
        "service_sid": sid,
        "country": "CA",
        "messaging_service_sid": MESSAGING,
        "date_created": NOON,
        "date_updated": NOON,
        "url": f"{account.url}/v2/Services/{sid}/MessagingConfigurations/CA",
    }
    every = service.messaging_configurations
    again = {"country": "CA", "messaging_service_sid": MESSAGING}
    assert refused(lambda: every.create(**again)) == (400, 60213)
    assert every.create("all", MESSAGING).country == "all"
    other = f"MG{'b' * 32}"
    assert every("CA").update(messaging_service_sid=other).messaging_service_sid == other
    assert every("CA").fetch().messaging_service_sid == other
    assert [each.country for each in every.list()] == ["all", "CA"]
    assert every("CA").delete()
    assert refused(every("CA").fetch) == GONE
    assert refused(lambda: every.create("Canada", MESSAGING)) == (400, 60200)
    assert refused(lambda: every.create("US", "MG1")) == (400, 60200)


def test_webhooks_are_kept(account: Account) -> None:
    """Source: https://www.twilio.com/docs/verify/api/webhooks"""
    service = service_of(account)
    wanted: dict[str, Any] = {
        "friendly_name": "Mine",
        "event_types": ["factor.created", "factor.verified"],
        "webhook_url": "https://example.com/verify",
    }
    made = service.webhooks.create(**wanted)
    assert (made.event_types, made.status, made.version) == (wanted["event_types"], "enabled", "v2")
    assert made.webhook_method == "POST"
    changed = service.webhooks(made.sid).update(status="disabled", event_types=["*"])
    assert (changed.status, changed.event_types) == ("disabled", ["*"])
    assert [each.sid for each in service.webhooks.list()] == [made.sid]
    assert service.webhooks(made.sid).fetch().friendly_name == "Mine"
    odd = wanted | {"event_types": ["verification.approved"]}
    assert refused(lambda: service.webhooks.create(**odd)) == (400, 60200)
    odd = wanted | {"webhook_url": "example.com"}
    assert refused(lambda: service.webhooks.create(**odd)) == (400, 60200)
    assert service.webhooks(made.sid).delete()
    assert refused(service.webhooks(made.sid).fetch) == GONE


def test_numbers_are_on_the_safe_list(account: Account) -> None:
    """Source: https://www.twilio.com/docs/verify/preventing-toll-fraud/verify-safe-list"""
    numbers = account.client.verify.v2.safelist
    made = numbers.create(phone_number=ALICE)
    assert (made.sid[:2], made.phone_number) == ("GN", ALICE)
    assert made.url == f"{account.url}/v2/SafeList/Numbers/{ALICE}"
    assert refused(lambda: numbers.create(phone_number=ALICE)) == (400, 60411)
    assert refused(lambda: numbers.create(phone_number="me")) == (400, 60200)
    assert numbers(ALICE).fetch().sid == made.sid
    assert numbers(ALICE).delete()
    assert refused(numbers(ALICE).fetch) == GONE


def test_passkeys_are_gaps(account: Account) -> None:
    service = account.post("/v2/Services", FriendlyName="Acme")["sid"]
    path = f"/v2/Services/{service}/Passkeys/Factors"
    assert account.refused("POST", path, {})[:2] == (501, 20501)
