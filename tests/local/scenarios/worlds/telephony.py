"""Worlds with people on the phone, in conferences and in chats, played by real calls."""

from typing import Any

from tests.local.scenarios.check.stage import HOOK, Stage
from tests.local.scenarios.worlds.twilio import ALICE, BOB, OWN, Names, quiet

__all__ = ["quiet"]
MENU = "<Gather numDigits='1' action='/hook'><Say>Press 1 for orders</Say></Gather>"


def post(stage: Stage, path: str, **fields: Any) -> Any:
    account = stage.session.mirrors["twilio"].env()["TWILIO_ACCOUNT_SID"]
    return stage.call("POST", f"/2010-04-01/Accounts/{account}/{path}", fields, vendor="twilio")


def hear(stage: Stage, *verbs: str) -> None:
    """Let the application answer so, one request after the other, then nothing."""
    left = [f"<Response>{each}</Response>".encode() for each in verbs]
    stage.handler = lambda letter: left.pop(0) if left else 204
    account = stage.session.mirrors["twilio"].env()["TWILIO_ACCOUNT_SID"]
    path = f"/2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json"
    listed = stage.call("GET", path, vendor="twilio")["incoming_phone_numbers"]
    post(stage, f"IncomingPhoneNumbers/{listed[0]['sid']}.json", VoiceUrl=HOOK)
    stage.begin()


def ring_in(stage: Stage, *script: dict[str, Any], wait: float = 60, caller: str = ALICE) -> None:
    told = {"from": caller, "to": OWN, "script": list(script)}
    stage.simulate("twilio", "call.received", **told)
    for _ in range(4):
        stage.pass_time(wait / 4)


def pressed_one(stage: Stage) -> Names:
    hear(stage, MENU, "<Say>Your order is on its way</Say>")
    ring_in(stage, {"digits": "1"})
    return {}


def pressed_twelve(stage: Stage) -> Names:
    hear(stage, MENU.replace("'1'", "'2'"), "<Say>Sorry</Say>")
    ring_in(stage, {"digits": "12"})
    return {}


def pressed_nine(stage: Stage) -> Names:
    hear(stage, MENU, "<Say>That is none of the choices</Say>")
    ring_in(stage, {"digits": "9"})
    return {}


def two_called(stage: Stage) -> Names:
    """Alice pressed 1, Bob 9."""
    hear(stage, MENU, "<Say>Your order is on its way</Say>", MENU, "<Say>Sorry</Say>")
    ring_in(stage, {"digits": "1"})
    ring_in(stage, {"digits": "9"}, caller=BOB)
    return {}


def was_silent(stage: Stage) -> Names:
    hear(stage, MENU)
    ring_in(stage, {"silence": True})
    return {}


def hung_up(stage: Stage) -> Names:
    hear(stage, MENU)
    ring_in(stage, {"hangup": True})
    return {}


def we_pressed_one(stage: Stage) -> Names:
    """Whom we called pressed a key."""
    stage.begin()
    stage.simulate("twilio", "line.answers", phoneNumber=ALICE, script=[{"digits": "1"}])
    post(stage, "Calls.json", To=ALICE, From=OWN, Twiml=f"<Response>{MENU}</Response>")
    stage.pass_time(60)
    return {}


def spoke(stage: Stage) -> Names:
    hear(stage, MENU.replace("numDigits", "input='speech' numDigits"), "<Say>Goodbye</Say>")
    ring_in(stage, {"speech": "Where is my parcel?"})
    return {}


def voicemail(stage: Stage) -> Names:
    hear(stage, "<Record transcribe='true' action='/hook'/>", "<Hangup/>")
    ring_in(stage, {"speech": "Please call me back"})
    return {}


def voicemail_kept(stage: Stage) -> Names:
    """Not transcribed."""
    hear(stage, "<Record action='/hook'/>", "<Hangup/>")
    ring_in(stage, {"speech": "Please call me back"})
    return {}


def in_queue(stage: Stage) -> Names:
    hear(stage, "<Enqueue waitUrl=''>support</Enqueue>")
    ring_in(stage)
    return {}


def out_of_queue(stage: Stage) -> Names:
    """An agent has taken the call."""
    in_queue(stage)
    twiml = "<Response><Dial><Queue>support</Queue></Dial></Response>"
    post(stage, "Calls.json", To=BOB, From=OWN, Twiml=twiml)
    stage.pass_time(30)
    stage.simulate("twilio", "call.hung_up", **_of(stage, "outbound-api"))
    stage.pass_time(5)
    return {}


def gave_up(stage: Stage) -> Names:
    in_queue(stage)
    stage.simulate("twilio", "call.hung_up")
    return {}


def _of(stage: Stage, direction: str) -> dict[str, str]:
    docs = stage.world().mirrors["twilio"].documents("calls")
    return {"callId": next(each["sid"] for each in docs if each["direction"] == direction)}


def dialed(stage: Stage, how: str, **fields: Any) -> Names:
    stage.begin()
    stage.simulate("twilio", "line.answers", phoneNumber=ALICE, how=how)
    twiml = "<Response><Say>Hello</Say></Response>"
    post(stage, "Calls.json", To=ALICE, From=OWN, Twiml=twiml, **fields)
    stage.pass_time(90)
    return {}


def machine(stage: Stage) -> Names:
    return dialed(stage, "machine", MachineDetection="DetectMessageEnd")


def human(stage: Stage) -> Names:
    return dialed(stage, "human", MachineDetection="Enable")


def nobody_looked(stage: Stage) -> Names:
    """A machine answers, and no detection is asked for."""
    return dialed(stage, "machine")


def no_answer(stage: Stage) -> Names:
    return dialed(stage, "no-answer")


def busy(stage: Stage) -> Names:
    return dialed(stage, "busy")


def met(stage: Stage) -> Names:
    """Two are in a conference; the agent is put on hold and comes back."""
    hear(stage, "<Dial><Conference>Room</Conference></Dial>")
    ring_in(stage, wait=4)
    account = stage.session.mirrors["twilio"].env()["TWILIO_ACCOUNT_SID"]
    path = f"/2010-04-01/Accounts/{account}/Conferences.json"
    room = stage.call("GET", path, vendor="twilio")["conferences"][0]["sid"]
    under = f"Conferences/{room}/Participants"
    who = post(stage, f"{under}.json", To=BOB, From=OWN, EndConferenceOnExit="true")["call_sid"]
    stage.pass_time(10)
    for hold in ("true", "false"):
        post(stage, f"{under}/{who}.json", Hold=hold)
    return {"agent": who}


def met_and_left(stage: Stage) -> Names:
    names = met(stage)
    stage.simulate("twilio", "call.hung_up", callId=names["agent"])
    stage.pass_time(5)
    return names


def _change(stage: Stage, **fields: str) -> Names:
    names = met(stage)
    docs = stage.world().mirrors["twilio"].documents("participants")
    person = next(each for each in docs if each["call_sid"] == names["agent"])
    post(stage, f"Conferences/{person['conference_sid']}/Participants/{names['agent']}.json",
         **fields)  # fmt: skip
    return names


def muted(stage: Stage) -> Names:
    return _change(stage, Muted="true")


def coached(stage: Stage) -> Names:
    names = met(stage)
    docs = stage.world().mirrors["twilio"].documents("participants")
    room = next(iter(docs))["conference_sid"]
    post(stage, f"Conferences/{room}/Participants.json", To="+15555550125", From=OWN,
         Coaching="true", CallSidToCoach=names["agent"])  # fmt: skip
    stage.pass_time(5)
    return names


def waited_alone(stage: Stage) -> Names:
    hear(stage, "<Dial><Conference>Room</Conference></Dial>")
    ring_in(stage, wait=4)
    return {}


# Chats.


def _thread(stage: Stage) -> str:
    path = "/conversations.twilio.com/v1"
    talk = stage.call("POST", f"{path}/Conversations", {"FriendlyName": "Help"}, vendor="twilio")
    under = f"{path}/Conversations/{talk['sid']}/Participants"
    stage.call("POST", under, {"Identity": "agent"}, vendor="twilio")
    hook = {"PreWebhookUrl": HOOK, "Filters": "onMessageAdd"}
    stage.call("POST", f"{path}/Configuration/Webhooks", hook, vendor="twilio")
    stage.begin()
    return str(talk["sid"])


def redacted(stage: Stage) -> Names:
    names = {"conversation": _thread(stage)}
    stage.handler = lambda letter: b'{"body": "My card is ****"}'
    stage.simulate("twilio", "conversation.message_sent", identity="agent", body="My card is 4242")
    return names


def passed_on(stage: Stage) -> Names:
    """The webhook is asked, and changes nothing."""
    names = {"conversation": _thread(stage)}
    stage.simulate("twilio", "conversation.message_sent", identity="agent", body="My card is 4242")
    return names
