"""What an application may say over the socket of ConversationRelay.

Source: https://www.twilio.com/docs/voice/conversationrelay/websocket-messages
"""

from mirra_mcp.local.kit.foreign import loads
from mirra_mcp.local.mirrors.twilio.voice.calls.verbs import TONES
from mirra_mcp.wire.model import Doc

FORMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "text": ("token", ("lang",)),
    "play": ("source", ()),
    "sendDigits": ("digits", ()),
    "language": ("", ("ttsLanguage", "transcriptionLanguage")),
    "end": ("", ("handoffData",)),
}
"""By type the text that a message needs, and those that it may have."""


def interruptible_by(message: Doc, doc: Doc) -> str:
    """Return what interrupts what a message says: its own word counts before the session's."""
    own = message.get("interruptible")
    if isinstance(own, bool):
        return "any" if own else "none"
    return str(own or doc["_interruptible"])


def read(text: str | bytes) -> Doc | None:
    """Return a message, or None if it is none that ConversationRelay knows.

    Source: https://www.twilio.com/docs/voice/conversationrelay/websocket-messages
    """
    try:
        message = loads(text.encode()) if isinstance(text, str) else None
    except ValueError:
        return None
    if not isinstance(message, dict):
        return None
    needs, may = FORMS.get(str(message.get("type")), ("", ()))
    if not needs and not may:
        return None
    if needs and not (isinstance(message.get(needs), str) and (message[needs] or needs == "token")):
        return None
    if any(not isinstance(message.get(name, ""), str) for name in may):
        return None
    if not isinstance(message.get("last", False), bool):
        return None
    if message["type"] == "sendDigits" and not TONES.fullmatch(message["digits"]):
        return None
    return message
