"""SIP phones are referred, and recording services are told of calls.

Source: https://www.twilio.com/docs/voice/twiml/refer
"""

import pytest
from twilio.twiml.voice_response import Refer, Start, Stop, VoiceResponse

from tests.local.mirrors.twilio.client import Account
from tests.local.mirrors.twilio.messaging.texts import buy
from tests.local.mirrors.twilio.voice.phone import ALICE, answers, asked, call, heard
from tests.local.receiver import Receiver

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
