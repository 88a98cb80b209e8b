"""SIP phones are referred and call domains, and recording services are told of calls.

Source: https://www.twilio.com/docs/voice/twiml/refer
"""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.twiml.voice_response import Refer, Start, Stop, VoiceResponse

from tests.local.mirrors.twilio.client import Account, refusal
from tests.local.mirrors.twilio.messaging.texts import buy
from tests.local.mirrors.twilio.voice.phone import ALICE, answers, asked, call, heard
from tests.local.receiver import Receiver

NAME, PASSWORD = "acme.sip.twilio.com", "IWasAtSignal2018"
SAYS = "<Response><Say>Hello</Say></Response>"
DESK, BOSS = "sip:desk@example.com", "sip:boss@example.com"


@pytest.mark.parametrize(
    ("phone", "how", "told"),
    [
        (DESK, "human", ("in-progress", "202", "200")),
        (DESK, "busy", ("busy", "202", "486")),
        (ALICE, "human", (None, None, None)),
    ],
)
def test_a_sip_phone_is_referred(
    account: Account,
    receiver: Receiver,
    phone: str,
    how: str,
    told: tuple[str | None, str | None, str | None],
) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/refer#action"""
    buy(account)
    account.simulate("line.answers", phoneNumber=BOSS, how=how)
    document, refer = VoiceResponse(), Refer(action=receiver.url)
    refer.sip(BOSS)
    document.append(refer)
    answers(receiver, "<Response><Say>Done</Say></Response>")
    call(account, to=phone, twiml=str(document))
    account.advance("9s")
    form = asked(account, receiver)
    names = ("ReferCallStatus", "ReferSipResponseCode", "NotifySipResponseCode")
    assert tuple(form.get(each) for each in names) == told
    assert ("application", "said", "Done") in heard(account)


@pytest.mark.parametrize("by_api", [True, False])
def test_a_recording_service_is_told_of_a_call(
    account: Account, receiver: Receiver, by_api: bool
) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/siprec#attributes-statuscallback"""
    buy(account)
    document = VoiceResponse()
    if not by_api:
        document.append(start := Start())
        siprec = start.siprec(name="desk", connector_name="Recorder", status_callback=receiver.url)
        siprec.parameter(name="case", value="7")
    document.pause(length=10)
    document.append(stop := Stop())
    stop.siprec(name="desk")
    document.pause(length=10)
    made = call(account, twiml=str(document))
    account.advance("3s")
    if by_api:
        siprecs = account.client.calls(made.sid).siprec
        begun = siprecs.create(
            name="desk",
            connector_name="Recorder",
            status_callback=receiver.url,
            parameter1_name="case",
            parameter1_value="7",
        )
        assert (begun.status, begun.name) == ("in-progress", "desk")
        assert siprecs("desk").update(status="stopped").status == "stopped"
    account.advance("30s")
    told = [asked(account, receiver) for _ in range(2)]
    assert [each["SiprecEvent"] for each in told] == ["siprec-started", "siprec-stopped"]
    assert {each["SiprecName"] for each in told} == {"desk"}
    assert account.state("siprecs")[0]["parameters"] == {"case": "7"}


def furnished(account: Account, receiver: Receiver) -> tuple[Any, Any, Any]:
    """Make a domain, a list with Ada's credentials, and one with an address."""
    sip = account.client.sip
    domain = sip.domains.create(NAME, voice_url=receiver.url, voice_method="GET")
    people = sip.credential_lists.create("People")
    sip.credential_lists(people.sid).credentials.create("ada", PASSWORD)
    office = sip.ip_access_control_lists.create("Office")
    sip.ip_access_control_lists(office.sid).ip_addresses.create(
        "Desk", "203.0.113.16", cidr_prefix_length=28
    )
    return domain, people, office


def dial(account: Account, **given: Any) -> Any:
    """Let Ada's phone call the domain."""
    fields = {"from": "sip:ada@phones.example", "to": f"sip:sales@{NAME}"} | given
    return account.simulate("call.received", **fields)


def test_a_sip_phone_calls_a_domain(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/api/twilio-sip/sip-twiml"""
    domain, people, office = furnished(account, receiver)
    domains = account.client.sip.domains(domain.sid)
    domains.auth.calls.credential_list_mappings.create(people.sid)
    domains.auth.calls.ip_access_control_list_mappings.create(office.sid)
    assert domains.fetch().auth_type == "IP_ACL,CREDENTIAL_LIST"
    answers(receiver, SAYS)
    dial(
        account, sipUsername="ada", sipPassword=PASSWORD, sourceIp="203.0.113.20",
        parameters={"X-Case": "7"}, to="sip:sales@acme.sip.us1.twilio.com",
    )  # fmt: skip
    told = asked(account, receiver)
    shown = {
        "SipDomain": NAME,
        "SipDomainSid": domain.sid,
        "SipUsername": "ada",
        "SipSourceIp": "203.0.113.20",
        "SipHeader_X-Case": "7",
        "From": "sip:ada@phones.example",
        "To": "sip:sales@acme.sip.us1.twilio.com",
        "Direction": "inbound",
    }
    assert {name: told.get(name) for name in shown} == shown
    account.advance("5s")
    assert ("application", "said", "Hello") in heard(account)


@pytest.mark.parametrize(
    ("lists", "given", "problem"),
    [
        ("", {}, "all calls are blocked"),
        ("people", {}, "this name with this password"),
        ("people", {"sipUsername": "ada", "sipPassword": "iWasAtSignal2018"}, "this password"),
        ("office", {"sourceIp": "203.0.113.32"}, "the IP address 203.0.113.32"),
        ("office", {"to": "sip:sales@other.sip.twilio.com"}, "no SIP domain"),
    ],
)
def test_a_domain_keeps_strangers_out(
    account: Account, receiver: Receiver, lists: str, given: dict[str, str], problem: str
) -> None:
    """Source: https://www.twilio.com/docs/voice/sip/api/sip-domain-resource#sip-domain-authentication"""
    domain, people, office = furnished(account, receiver)
    domains = account.client.sip.domains(domain.sid)
    if lists == "people":
        domains.credential_list_mappings.create(people.sid)
    if lists == "office":
        domains.ip_access_control_list_mappings.create(office.sid)
    asked_for = {"event": "call.received",
        "from": "sip:ada@phones.example", "to": f"sip:sales@{NAME}"} | given  # fmt: skip
    told = account.http.post("/_mirra/simulate", json=asked_for)
    assert told.is_error
    assert problem in told.text
    assert account.state("calls") == []


def test_who_may_call_a_domain_is_kept_in_lists(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/sip/api/sip-credentiallistmapping-resource"""
    domain, people, office = furnished(account, receiver)
    sip, domains = account.client.sip, account.client.sip.domains(domain.sid)
    old, new = domains.credential_list_mappings, domains.auth.calls.credential_list_mappings
    assert new.create(people.sid).sid == people.sid
    [mapped] = old.list()
    assert (mapped.sid, mapped.domain_sid, mapped.friendly_name) == (
        people.sid, domain.sid, "People",
    )  # fmt: skip
    registrations = domains.auth.registrations.credential_list_mappings
    assert registrations.list() == []
    registrations.create(people.sid)
    assert [each.sid for each in new.list()] == [people.sid]
    domains.ip_access_control_list_mappings.create(office.sid)
    assert domains.auth.calls.ip_access_control_list_mappings(office.sid).fetch().sid == office.sid
    with pytest.raises(TwilioRestException) as caught:
        sip.credential_lists(people.sid).delete()
    assert "is mapped to a SIP domain" in refusal(caught.value)[2]
    old(people.sid).delete()
    registrations(people.sid).delete()
    assert domains.fetch().auth_type == "IP_ACL"
    assert sip.credential_lists(people.sid).delete()
    assert account.state("sip_credentials") == []
    [address] = sip.ip_access_control_lists(office.sid).ip_addresses.list()
    changed = address.update(ip_address="203.0.113.1", cidr_prefix_length=32)
    assert (changed.ip_address, changed.cidr_prefix_length) == ("203.0.113.1", 32)
    assert domains.delete()
    assert account.state("sip_mappings") == []
    assert PASSWORD not in account.http.get("/_mirra/state").text


@pytest.mark.parametrize(
    ("act", "code", "words"),
    [
        (lambda sip, _: sip.domains.create("acme.example.com"), 21232, "DomainName"),
        (lambda sip, _: sip.domains.create("a_b.sip.twilio.com"), 21232, "DomainName"),
        (lambda sip, _: sip.domains.create("ACME.sip.twilio.com"), 21232, "already in use"),
        (lambda sip, found: sip.domains(found[0].sid).auth.calls.credential_list_mappings.create(
            f"CL{'0' * 32}"), 21231, "CredentialListSid"),
        (lambda sip, found: [sip.domains(found[0].sid).ip_access_control_list_mappings.create(
            found[2].sid) for _ in range(2)], 21231, "already associated"),
        (lambda sip, found: sip.credential_lists(found[1].sid).credentials.create(
            "bob", "short1A"), 20001, "Password"),
        (lambda sip, found: sip.credential_lists(found[1].sid).credentials.create(
            "ada", PASSWORD), 20001, "Username"),
        (lambda sip, found: sip.ip_access_control_lists(found[2].sid).ip_addresses.create(
            "Desk", "::1"), 20001, "IpAddress"),
    ],
)  # fmt: skip
def test_a_domain_is_refused(
    account: Account, receiver: Receiver, act: Any, code: int, words: str
) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21232"""
    found = furnished(account, receiver)
    with pytest.raises(TwilioRestException) as caught:
        act(account.client.sip, found)
    assert refusal(caught.value)[:2] == (400, code)
    assert words in caught.value.msg
