"""`<Refer>`: a SIP phone is told to call somebody else.

Source: https://www.twilio.com/docs/voice/twiml/refer
"""

from mirra_mcp.local.mirrors.twilio.voice.calls.paying import Paying
from mirra_mcp.wire.model import Doc

ANSWERS: dict[str, tuple[str, str]] = {
    "busy": ("busy", "486"),
    "no-answer": ("no-answer", "408"),
    "failed": ("failed", "404"),
}
"""How a line answers who was referred to it, and with which SIP code; others take the call."""


class Referring(Paying):
    """Calls that are referred."""

    def _refer(self, doc: Doc, verb: Doc) -> None:
        """Send a REFER to a SIP phone, and tell the action what became of it; or go on.

        Other phones can't be referred anywhere.
        """
        target = next((each["text"] for each in verb["nested"]), "")
        ends = (doc["from"], doc["to"])
        is_sip = any(each.startswith(("sip:", "sips:")) for each in ends)
        is_fine = target.startswith(("sip:", "sips:")) and "@" in target
        self.note(doc, "referred", target)
        doc = self.save(doc)
        told: dict[str, str] = {}
        if not is_fine:
            self.fault(doc, 12200)
        elif is_sip:
            line = self.mirror.voice_lines.of_number(target)
            status, code = ANSWERS.get(line["answers"], ("in-progress", "200"))
            told = {
                "ReferCallStatus": status,
                "ReferSipResponseCode": "202",
                "NotifySipResponseCode": code,
            }
        else:
            words = "Only SIP calls can be referred."
            self.note(doc, "stopped", words, who="mirra")
            doc = self.save(doc)
        if verb["action"] is None:
            self.mirror.calls.go(doc)
        else:
            self.mirror.calls.ask_next(doc, verb["action"], verb["method"], **told)
