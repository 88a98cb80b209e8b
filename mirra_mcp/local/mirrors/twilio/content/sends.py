"""Which message said which template, with which variables, and what its reader can tap.

Ours: Twilio keeps a message's text alone.
"""

from typing import ClassVar

from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.content import types
from mirra_mcp.wire.model import Doc


class ContentSends(TwilioResource):
    """What was said by templates, message by message."""

    entity, plural, prefix = "template_send", "content_sends", "TS"
    synonyms, names, is_record = ("sent template",), ("friendly_name",), True
    words: ClassVar[dict[str, str]] = {"recipient": "to", "template": "content_sid friendly_name"}
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "message_sid": None,
        "content_sid": None,
        "friendly_name": None,
        "to": None,
        "content_type": None,
        "content": {},
        "variables": {},
        "date_created": None,
    }
    indexes = ("account_sid", "message_sid", "to")

    def note(self, message: Doc, template: Doc, kind: str, content: Doc, values: Doc) -> None:
        """Write down what a message shows."""
        fields: Doc = {
            "account_sid": message["account_sid"],
            "message_sid": message["sid"],
            "content_sid": template["sid"],
            "friendly_name": template["friendly_name"],
            "to": message["to"],
            "content_type": kind,
            "content": content,
            "variables": values,
        }
        self.save(self.new(**fields))

    def tappable(self, to: str) -> list[tuple[Doc, list[Doc], list[Doc]]]:
        """List what somebody got last by templates: each with its buttons and its choices."""
        return [
            (doc, types.buttons_of(doc["content"]), types.choices_of(doc["content"]))
            for doc in self.find(to=to, limit=20)
        ]
