"""Typing indicators: that an answer is being written; the message that is answered was read.

Source: https://www.twilio.com/docs/whatsapp/api/typing-indicators-resource
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.twilio.api.errors import wrong
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.messaging.channels.addresses import MIRRORED, channel_of
from mirra_mcp.local.mirrors.twilio.messaging.channels.params import SendTyping
from mirra_mcp.wire.model import Doc


class TypingIndicators(TwilioResource):
    """To whom it was shown that an answer is being written."""

    entity, plural, prefix = "typing_indicator", "typing_indicators", "TI"
    names, is_record = (), True
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "channel": "whatsapp",
        "message_sid": None,
        "to": None,
        "date_created": None,
    }
    indexes = ("account_sid", "message_sid")

    @route("POST /v2/Indicators/Typing.json")
    @route("POST /v3/Indicators/Typing.json")
    def create(self, params: SendTyping) -> Doc:
        """Show somebody whose message came in that an answer is being written."""
        known = MIRRORED if self.mirror.path.startswith("/v3/") else ("whatsapp",)
        channel = params.channel.lower()
        if channel not in known:
            raise wrong(f"Invalid parameter channel: it is one of {', '.join(known)}")
        message = self.mirror.messages.peek(params.message_id)
        is_fit = (
            message is not None
            and message["account_sid"] == self.mirror.account_sid
            and message["direction"] == "inbound"
            and channel_of(message["from"]) == channel
        )
        if message is None or not is_fit:
            raise wrong("Invalid parameter messageId: no such message came in")
        self.save(self.new(channel=channel, message_sid=message["sid"], to=message["from"]))
        return {"success": True}
