"""Feedback: a sender tells whether a message did what it was for.

Source: https://www.twilio.com/docs/messaging/api/message-feedback-resource
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.twilio.api.errors import wrong
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.messaging.messages.resource import PATH
from mirra_mcp.local.mirrors.twilio.messaging.params import CreateFeedback
from mirra_mcp.wire.model import Doc


class Feedback(TwilioResource):
    """The feedback on every message; a message has one at most."""

    entity, plural, prefix, is_2010 = "feedback", "feedback", "FB", True
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "date_created": None,
        "date_updated": None,
        "message_sid": None,
        "outcome": "confirmed",
        "uri": None,
    }
    indexes = ("account_sid", "message_sid")

    @route(f"POST {PATH}/{{MessageSid}}/Feedback.json")
    def create(self, MessageSid: str, params: CreateFeedback) -> Doc:
        """Tell how a message was received; the latest word counts."""
        message = self.mirror.messages.get(MessageSid)
        outcome = params.outcome or "confirmed"
        if outcome not in ("confirmed", "unconfirmed"):
            raise wrong(f"Invalid parameter Outcome: {outcome}")
        return self.view(self.note(message, outcome))

    def note(self, message: Doc, outcome: str) -> Doc:
        """Write down how a message was received: unconfirmed, of one that asks for feedback."""
        known = self.first(message_sid=message["sid"])
        if known is not None:
            return self.change(known, outcome=outcome)
        path = PATH.format(account=message["account_sid"])
        doc = self.new(
            account_sid=message["account_sid"],
            message_sid=message["sid"],
            outcome=outcome,
            uri=f"{path}/{message['sid']}/Feedback.json",
        )
        return self.save(doc)
