"""A help desk whose calls are conferences, and the scenario's driver that lets a supervisor join.

    mirra-mcp run scenarios/twilio-conference.md --driver "python scenarios/drivers/conference.py"

Ways to do it badly, to see what Mirra finds: `--speak-up` and `--leave-the-room-open`.
"""

import sys
from typing import Any

from playground import advance, simulate
from telephony import OURS, Account, Form, twiml, verb

AGENT, SUPERVISOR, CUSTOMER = "+14155550199", "+14155550188", "+15555550123"


class Desk:
    """The application: leads callers into a conference, and calls in who helps them."""

    def __init__(self, flaws: list[str]) -> None:
        self.coaches = "--speak-up" not in flaws
        self.ends_with_agent = "--leave-the-room-open" not in flaws
        self.account = Account(room=self.room)

    def room(self, form: Form) -> str:
        """Lead whoever calls into the conference."""
        events: Any = {
            "statusCallback": "/conference", "statusCallbackEvent": "start end join leave",
        }  # fmt: skip
        return twiml(verb("Dial", verb("Conference", "Case 7", **events)))

    def add(self, conference: str, who: str, **more: str) -> str:
        """Call somebody into the conference; returns the call's SID."""
        path = f"Conferences/{conference}/Participants.json"
        return str(self.account.call("POST", path, To=who, From=OURS, **more)["call_sid"])


def main() -> None:
    """Let a customer call, an agent help, and a supervisor whisper."""
    desk = Desk(sys.argv)
    with desk.account.listening():
        desk.account.answer_calls("room")
        simulate("twilio", "call.received", **{"from": CUSTOMER}, to=OURS)
        advance("1 second")
        (room,) = desk.account.call("GET", "Conferences.json")["conferences"]
        ends = {"EndConferenceOnExit": str(desk.ends_with_agent).lower()}
        agent = desk.add(room["sid"], AGENT, Label="agent", **ends)
        advance("5 seconds")
        coached = {"Coaching": "true", "CallSidToCoach": agent} if desk.coaches else {}
        supervisor = desk.add(room["sid"], SUPERVISOR, Label="supervisor", **coached)
        advance("5 seconds")
        simulate("twilio", "call.spoke", callId=supervisor, speech="Offer a refund.")
        simulate("twilio", "call.spoke", callId=agent, speech="I can refund your order.")
        simulate("twilio", "call.hung_up", callId=agent)
        advance("10 seconds")
    told = [form["StatusCallbackEvent"] for _, form in desk.account.told if "FriendlyName" in form]
    sys.stdout.write(f"{', '.join(told)}\n")


if __name__ == "__main__":
    main()
