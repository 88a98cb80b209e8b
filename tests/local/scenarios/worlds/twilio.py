"""Worlds with texts and codes: each a function that plays real calls and returns the ids in it."""

from typing import Any

from tests.local.scenarios.check.stage import HOOK, Stage

Names = dict[str, str]
SEED = "verified-numbers"
ALICE, BOB = "+15555550123", "+15555550124"
OWN = "+14155550100"


def _account(stage: Stage) -> str:
    return stage.session.mirrors["twilio"].env()["TWILIO_ACCOUNT_SID"]


def send(stage: Stage, to: str = ALICE, status: int | None = None, **fields: Any) -> str:
    given = {"From": OWN, "To": to, "Body": "Your code is 123456", "StatusCallback": HOOK} | fields
    path = f"/2010-04-01/Accounts/{_account(stage)}/Messages.json"
    return str(stage.call("POST", path, given, vendor="twilio", status=status).get("sid", ""))


def quiet(stage: Stage) -> Names:
    stage.begin()
    return {}


def queued(stage: Stage) -> Names:
    stage.begin()
    return {"message": send(stage)}


def delivered(stage: Stage) -> Names:
    names = queued(stage)
    stage.simulate("twilio", "message.delivered")
    return names


def delivered_in_setup(stage: Stage) -> Names:
    names = delivered(stage)
    stage.begin()
    return names


def failed(stage: Stage) -> Names:
    names = queued(stage)
    stage.simulate("twilio", "message.failed", errorCode=30008)
    return names


def undelivered(stage: Stage) -> Names:
    names = queued(stage)
    stage.simulate("twilio", "message.sent")
    stage.simulate("twilio", "message.undelivered", errorCode=30003)
    return names


def to_bob(stage: Stage) -> Names:
    stage.begin()
    sent = send(stage, BOB, Body="Your order 1042 has shipped")
    stage.simulate("twilio", "message.delivered")
    return {"message": sent}


def to_both(stage: Stage) -> Names:
    """The last one to Bob."""
    names = delivered(stage)
    send(stage, BOB)
    stage.simulate("twilio", "message.delivered")
    return names


def with_a_picture(stage: Stage) -> Names:
    stage.begin()
    sent = send(stage, MediaUrl="https://acme.com/cat.png")
    stage.simulate("twilio", "message.delivered")
    return {"message": sent}


def came_in(stage: Stage) -> Names:
    stage.begin()
    stage.simulate("twilio", "message.received", **{"from": ALICE, "to": OWN, "body": "STATUS"})
    return {}


def refused(stage: Stage) -> Names:
    stage.begin()
    send(stage, "+15005550001", status=400)
    return {}


# Calls.


def ring(stage: Stage, how: str = "human", wait: float = 90, **fields: Any) -> Names:
    """Let Alice be called, and answer so."""
    stage.begin()
    stage.simulate("twilio", "line.answers", phoneNumber=ALICE, how=how)
    twiml = "<Response><Gather><Say>Press 1</Say></Gather></Response>"
    given = {"From": OWN, "To": ALICE, "Twiml": twiml} | fields
    path = f"/2010-04-01/Accounts/{_account(stage)}/Calls.json"
    made = stage.call("POST", path, given, vendor="twilio")
    stage.pass_time(wait)
    return {"call": str(made["sid"])}


def call_answered(stage: Stage) -> Names:
    return ring(stage)


def call_recorded(stage: Stage) -> Names:
    """All of it: by the API."""
    return ring(stage, Record="true")


def call_pressed_two(stage: Stage) -> Names:
    names = ring(stage, wait=5)
    stage.simulate("twilio", "call.pressed", digits="2")
    return names


def call_busy(stage: Stage) -> Names:
    return ring(stage, "busy")


def call_failed(stage: Stage) -> Names:
    return ring(stage, "failed")


def call_unanswered(stage: Stage) -> Names:
    return ring(stage, "no-answer")


def call_came_in(stage: Stage) -> Names:
    stage.begin()
    stage.simulate("twilio", "call.received", **{"from": ALICE, "to": OWN})
    return {}


# Codes.


def _service(stage: Stage) -> str:
    made = stage.call("POST", "/v2/Services", {"FriendlyName": "Acme"}, vendor="twilio")["sid"]
    stage.begin()
    return str(made)


def _ask(stage: Stage, service: str, to: str = ALICE, channel: str = "sms") -> str:
    path, given = f"/v2/Services/{service}/Verifications", {"To": to, "Channel": channel}
    return str(stage.call("POST", path, given, vendor="twilio")["sid"])


def _type(stage: Stage, service: str, code: str, to: str = ALICE) -> None:
    path = f"/v2/Services/{service}/VerificationCheck"
    stage.call("POST", path, {"To": to, "Code": code}, vendor="twilio")


def code_sent(stage: Stage) -> Names:
    service = _service(stage)
    return {"verification": _ask(stage, service), "service": service}


def code_typed(stage: Stage) -> Names:
    names = code_sent(stage)
    stage.simulate("twilio", "verify.approved")
    return names


def wrong_code_typed(stage: Stage) -> Names:
    names = code_sent(stage)
    _type(stage, names["service"], "000000")
    return names


def wrong_codes_typed(stage: Stage) -> Names:
    names = wrong_code_typed(stage)
    for _ in range(3):
        _type(stage, names["service"], "000001")
    return names


def code_canceled(stage: Stage) -> Names:
    names = code_sent(stage)
    path = f"/v2/Services/{names['service']}/Verifications/{names['verification']}"
    stage.call("POST", path, {"Status": "canceled"}, vendor="twilio")
    return names


def code_of_bob(stage: Stage) -> Names:
    service = _service(stage)
    asked = _ask(stage, service, BOB)
    stage.simulate("twilio", "verify.approved")
    return {"verification": asked, "service": service}


# WhatsApp and chats.

SANDBOX = "whatsapp:+14155238886"


def _joined(stage: Stage) -> None:
    said = {"from": ALICE, "to": SANDBOX, "body": "join steady-mirror"}
    stage.simulate("twilio", "whatsapp.message_received", **said)
    stage.begin()


def whatsapp_delivered(stage: Stage) -> Names:
    _joined(stage)
    sent = send(stage, f"whatsapp:{ALICE}", From=SANDBOX)
    stage.simulate("twilio", "message.delivered", messageId=sent)
    return {"message": sent}


def whatsapp_read(stage: Stage) -> Names:
    names = whatsapp_delivered(stage)
    stage.simulate("twilio", "message.read", messageId=names["message"])
    return names


def whatsapp_refused(stage: Stage) -> Names:
    """Alice never joined."""
    stage.begin()
    sent = send(stage, f"whatsapp:{ALICE}", From=SANDBOX)
    stage.simulate("twilio", "message.failed", errorCode=63015)
    return {"message": sent}


def _thread(stage: Stage) -> str:
    path = "/conversations.twilio.com/v1/Conversations"
    talk = str(stage.call("POST", path, {"FriendlyName": "Help"}, vendor="twilio")["sid"])
    stage.call("POST", f"{path}/{talk}/Participants", {"Identity": "agent"}, vendor="twilio")
    stage.begin()
    return talk


def chat_quiet(stage: Stage) -> Names:
    return {"conversation": _thread(stage)}


def chat_said(stage: Stage) -> Names:
    talk = _thread(stage)
    stage.simulate("twilio", "conversation.message_sent", identity="agent", body="Order 1042")
    return {"conversation": talk}


def chat_closed(stage: Stage) -> Names:
    talk = _thread(stage)
    path = f"/conversations.twilio.com/v1/Conversations/{talk}"
    stage.call("POST", path, {"State": "closed"}, vendor="twilio")
    return {"conversation": talk}
