"""A support line with a menu, a queue and a mailbox, and the scenario's driver that calls it.

    mirra-mcp run scenarios/twilio-phone-line.md --driver "python scenarios/drivers/phone_line.py"

Ways to do it badly, to see what Mirra finds: `--give-up-on-wrong-keys`, `--never-transcribe` and
`--trust-anyone`.
"""

import sys
from typing import Any

from playground import advance, simulate
from telephony import OURS, Account, Form, say, twiml, verb

AGENT = "+14155550199"


class Line:
    """The application: what callers hear, page by page."""

    def __init__(self, flaws: list[str]) -> None:
        self.gives_up = "--give-up-on-wrong-keys" in flaws
        self.transcribes = "--never-transcribe" not in flaws
        pages = (self.menu, self.chosen, self.order, self.wait, self.agent, self.bye)
        self.account = Account(**{each.__name__: each for each in pages})
        self.account.trusts_anyone = "--trust-anyone" in flaws

    def menu(self, form: Form) -> str:
        """Ask what a caller wants, until they choose."""
        words = say("Press 1 for orders, 2 for an agent, 3 to leave a message.")
        asked = verb("Gather", words, numDigits=1, action="/chosen", timeout=5)
        return twiml(asked, verb("Redirect", "/menu"))

    def chosen(self, form: Form) -> str:
        """Do what a caller chose."""
        if form["Digits"] == "1":
            words = say("Say or key in your order number.")
            asked = verb("Gather", words, input="speech dtmf", action="/order", timeout=5)
            return twiml(asked, say("We heard nothing. Goodbye."))
        if form["Digits"] == "2":
            return twiml(verb("Enqueue", "support", action="/bye", waitUrl="/wait"))
        if form["Digits"] == "3":
            more: Any = {}
            if self.transcribes:
                more = {"transcribe": "true", "transcribeCallback": "/transcribed"}
            return twiml(say("Please leave a message."), verb("Record", action="/bye", **more))
        if self.gives_up:
            return twiml(say("That is none of the choices. Goodbye."))
        return twiml(say("That is none of the choices."), verb("Redirect", "/menu"))

    def order(self, form: Form) -> str:
        """Tell where an order is that was said or keyed in."""
        return twiml(say(f"Order {form.get('SpeechResult') or form['Digits']} is on its way."))

    def wait(self, form: Form) -> str:
        """Tell whoever waits how long."""
        return twiml(say(f"You are number {form['QueuePosition']}."), verb("Pause", length=10))

    def agent(self, form: Form) -> str:
        """Connect an agent with who has waited longest."""
        return twiml(verb("Dial", verb("Queue", "support")))

    def bye(self, form: Form) -> str:
        """Part as friends."""
        return twiml(say("Thank you for calling."))


def main() -> None:
    """Let five people call, each in their own way."""
    line = Line(sys.argv)

    def ring(last: int, *script: dict[str, Any]) -> None:
        caller = {"from": f"+1555555000{last}"}
        simulate("twilio", "call.received", **caller, to=OURS, script=list(script))

    with line.account.listening():
        line.account.answer_calls("menu")
        ring(1, {"digits": "9"}, {"digits": "1"}, {"speech": "1042"})
        advance("1 minute")
        ring(2, {"silence": True}, {"digits": "1"}, {"silence": True})
        advance("1 minute")
        ring(3, {"digits": "2"}, {"after": 5, "speech": "Where is my parcel?"})
        advance("15 seconds")
        where = {"To": AGENT, "From": OURS, "Url": f"{line.account.url}/agent"}
        agent = line.account.call("POST", "Calls.json", **where)
        advance("30 seconds")
        simulate("twilio", "call.hung_up", callId=agent["sid"])
        advance("10 seconds")
        ring(4, {"digits": "3"}, {"speech": "Please call me back about order 1042."})
        advance("2 minutes")
        ring(5, {"hangup": True})
        advance("1 minute")
    sys.stdout.write(f"{', '.join(name for name, _ in line.account.told)}\n")


if __name__ == "__main__":
    main()
