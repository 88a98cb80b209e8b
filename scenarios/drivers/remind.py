"""A clinic that calls about appointments, and the scenario's driver that says who answers how.

    mirra-mcp run scenarios/twilio-reminder-calls.md --driver "python scenarios/drivers/remind.py"

Ways to do it badly, to see what Mirra finds: `--talk-over-greetings` and `--ask-machines`.
"""

import sys
from typing import Any

from playground import advance, simulate
from telephony import OURS, Account, Form, say, twiml, verb

ADA, BOB, EVE = "+15555550001", "+15555550002", "+15555550003"


class Clinic:
    """The application: calls people, and leaves machines a message."""

    def __init__(self, flaws: list[str]) -> None:
        self.detection = "Enable" if "--talk-over-greetings" in flaws else "DetectMessageEnd"
        self.asks_machines = "--ask-machines" in flaws
        self.account = Account(answered=self.answered, confirmed=self.confirmed)

    def remind(self, patient: str) -> None:
        """Call somebody, and find out whether a person answers."""
        url = self.account.url
        self.account.call(
            "POST", "Calls.json", To=patient, From=OURS, Url=f"{url}/answered",
            MachineDetection=self.detection, StatusCallback=f"{url}/status",
        )  # fmt: skip

    def answered(self, form: Form) -> str:
        """Ask people, and tell machines."""
        if form["AnsweredBy"] != "human" and not self.asks_machines:
            return twiml(say("Please call us back about your appointment."))
        words = say("Press 1 to confirm your appointment tomorrow at nine.")
        return twiml(verb("Gather", words, numDigits=1, action="/confirmed"))

    def confirmed(self, form: Form) -> str:
        """Answer who pressed a key."""
        return twiml(say("Thank you. See you tomorrow." if form["Digits"] == "1" else "Goodbye."))


def main() -> None:
    """Call a person, a machine, and somebody who is out."""
    clinic = Clinic(sys.argv)

    def meet(patient: str, **how: Any) -> None:
        simulate("twilio", "line.answers", phoneNumber=patient, **how)

    meet(ADA, script=[{"digits": "1"}])
    meet(BOB, how="machine", greetingSeconds=8)
    meet(EVE, how="no-answer")
    with clinic.account.listening():
        for patient in (ADA, BOB, EVE):
            clinic.remind(patient)
        advance("2 minutes")
    ended = {
        form["To"]: form["CallStatus"] for name, form in clinic.account.told if name == "status"
    }
    sys.stdout.write(f"{ended}\n")


if __name__ == "__main__":
    main()
