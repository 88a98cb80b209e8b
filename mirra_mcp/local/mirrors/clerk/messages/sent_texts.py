"""Text messages that Clerk sends for the instance: codes.

Source: https://clerk.com/docs/guides/customizing-clerk/email-sms-templates
"""

from typing import Any

from mirra_mcp.local.mirrors.clerk.api.dates import stamp
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.local.mirrors.clerk.messages.templates import filled
from mirra_mcp.wire.model import Doc

SENDER = "+15005550006"


class SentTexts(ClerkResource):
    """The texts of the instance. None reaches a real phone."""

    entity, plural = "sent_text", "sent_texts"
    object, prefix, title = "sms_message", "sms", "SMS message"
    synonyms = ("auth text", "text by Clerk")
    names = ("to",)
    indexes = ("to", "slug")
    blank = {
        "id": "",
        "object": "sms_message",
        "slug": None,
        "from": SENDER,
        "to": "",
        "body": "",
        "status": "queued",
        "user_id": None,
        "phone_number_id": None,
        "data": {},
        "created_at": None,
        "_is_clerks": True,
    }

    def send(
        self,
        slug: str,
        to: str,
        body: str,
        *,
        data: Doc | None = None,
        user_id: str | None = None,
        phone_number_id: str | None = None,
    ) -> Doc:
        """Send a text made from one of the instance's templates.

        Fires: sms.created
        """
        template = self.mirror.templates.changed("sms", slug)
        if template is not None and template["resource_type"] == "user":
            told = {"app": {"name": self.mirror.application}} | (data or {})
            body = filled(template["body"], told)
        return self.save(
            self.new(
                slug=slug,
                to=to,
                body=body,
                _is_clerks=template is None or template["delivered_by_clerk"],
                data=data or {},
                user_id=user_id,
                phone_number_id=phone_number_id,
                created_at=self.now.isoformat(" ", "milliseconds").removesuffix(":00"),
            ),
            event="sms.created",
        )

    def event_data(self, event: str, doc: Doc, **extra: Any) -> Doc:
        """Return the `data` of the webhook.

        Source: https://github.com/clerk/openapi-specs (webhooks, SmsEventPayload)
        """
        return {
            "id": doc["id"],
            "object": "sms_message",
            "slug": doc["slug"],
            "from_phone_number": doc["from"],
            "to_phone_number": doc["to"],
            "phone_number_id": doc["phone_number_id"],
            "user_id": doc["user_id"],
            "message": doc["body"],
            "status": doc["status"],
            "data": doc["data"],
            "delivered_by_clerk": doc["_is_clerks"],
            "created_at_ms": stamp(self.now),
        }
