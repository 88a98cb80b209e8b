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

    def is_free(self, message: str) -> bool:
        """Say whether WhatsApp takes a message in answer to somebody: no template, or most.

        Source: https://www.twilio.com/docs/content/content-types-overview
        """
        doc = self.first(message_sid=message)
        return doc is None or not types.TYPES[doc["content_type"]].is_approved_always

    def is_approved(self, message: str) -> bool:
        """Say whether WhatsApp takes a message at any time: it says an approved template.

        Source: https://www.twilio.com/docs/api/errors/63016
        """
        doc = self.first(message_sid=message)
        if doc is None or types.TYPES[doc["content_type"]].is_for_sessions:
            return False
        approval = self.mirror.content_approvals.first(content_sid=doc["content_sid"])
        return approval is not None and approval["status"] == "approved"

    def tappable(self, to: str) -> list[tuple[Doc, list[Doc], list[Doc]]]:
        """List what somebody got last by templates: each with its buttons and its choices."""
        return [
            (doc, types.buttons_of(doc["content"]), types.choices_of(doc["content"]))
            for doc in self.find(to=to, limit=20)
        ]
