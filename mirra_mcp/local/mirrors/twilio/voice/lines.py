"""How people answer the phone: who picks up after how long, is busy, or lets a machine answer.

No API of Twilio's lists them. A line of which nothing is known is answered by a silent human.
"""

from typing import Any

from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.wire.model import Doc

ANSWERS_AFTER = 2
"""Seconds. Ours."""
GREETS_FOR = 6
"""Seconds until a machine's beep. Ours."""


class VoiceLines(TwilioResource):
    """Lines that answer in a way of their own."""

    entity, plural = "voice_line", "voice_lines"
    names = ("phone_number",)
    indexes = ("phone_number",)
    blank = {
        "phone_number": None,
        "answers": "human",
        "after_seconds": ANSWERS_AFTER,
        "greeting_seconds": GREETS_FOR,
        "beeps": True,
        "script": [],
    }

    def of_number(self, e164: str) -> Doc:
        """Return how a line is answered."""
        return self.peek(e164) or self.new(id=e164, phone_number=e164)

    def behave(self, e164: str, **fields: Any) -> Doc:
        """Let a line be answered in another way from now on."""
        return self.save(self.of_number(e164) | fields)
