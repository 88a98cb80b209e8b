"""Emails that Clerk sends for the instance: codes, invitations, notices.

Source: https://clerk.com/docs/guides/customizing-clerk/email-sms-templates
"""

from html import escape
from typing import Any

from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.local.mirrors.clerk.messages.templates import filled, plain
from mirra_mcp.wire.model import Doc

SENDER = "Mirra <notifications@mirra.clerk.accounts.dev>"


class SentEmails(ClerkResource):
    """The outbox of the instance. Nothing of it reaches a real mailbox."""

    entity, plural = "sent_email", "sent_emails"
    object, prefix, title = "email", "ema", "email"
    synonyms = ("auth email", "email by Clerk")
    names = ("to",)
    words = {"kind": "slug"}
    indexes = ("to", "slug")
    blank = {
        "id": "",
        "object": "email",
        "slug": None,
        "from": SENDER,
        "to": [],
        "subject": "",
        "html": "",
        "text": "",
        "status": "queued",
        "user_id": None,
        "email_address_id": None,
        "data": {},
        "created_at": None,
        "_from_name": "notifications",
        "_reply_to": None,
        "_is_clerks": True,
    }

    def send(
        self,
        slug: str,
        to: str,
        subject: str,
        text: str,
        *,
        data: Doc | None = None,
        user_id: str | None = None,
        email_address_id: str | None = None,
    ) -> Doc:
        """Send an email made from one of the instance's templates.

        Fires: email.created
        """
        told = {"app": {"name": self.mirror.application}} | (data or {})
        written = {"subject": subject, "html": f"<p>{escape(text)}</p>", "text": text}
        template = self.mirror.templates.changed("email", slug)
        return self.save(
            self.new(
                slug=slug,
                to=[to],
                **written | ({} if template is None else _rewritten(template, told)),
                data=told,
                user_id=user_id,
                email_address_id=email_address_id,
                created_at=self.now.isoformat(" ", "milliseconds").removesuffix(":00"),
            ),
            event="email.created",
        )

    def forget_link(self, to: str, url: str) -> None:
        """Drop the copies of emails to an address that led to a link."""
        for doc in self.find(to=to):
            if doc["data"].get("action_url") == url:
                self.drop(doc)

    def event_data(self, event: str, doc: Doc, **extra: Any) -> Doc:
        """Return the `data` of the webhook.

        Source: https://github.com/clerk/openapi-specs (webhooks, EmailEventPayload)
        """
        return {
            "id": doc["id"],
            "object": "email",
            "slug": doc["slug"],
            "from_email_name": doc["_from_name"],
            "reply_to_email_name": doc["_reply_to"],
            "to_email_address": doc["to"][0],
            "email_address_id": doc["email_address_id"],
            "user_id": doc["user_id"],
            "subject": doc["subject"],
            "body": doc["html"],
            "body_plain": doc["text"],
            "status": doc["status"],
            "data": doc["data"],
            "delivered_by_clerk": doc["_is_clerks"],
        }


def _rewritten(template: Doc, data: Doc) -> Doc:
    """Return what an email says by a template that somebody changed."""
    about: Doc = {"_is_clerks": template["delivered_by_clerk"]}
    if template["resource_type"] == "system":
        return about
    html = filled(template["body"], data, is_html=True)
    return about | {
        "subject": filled(template["subject"] or "", data),
        "html": html,
        "text": plain(html),
        "from": SENDER.replace("notifications", template["from_email_name"]),
        "_from_name": template["from_email_name"],
        "_reply_to": template["reply_to_email_name"] or None,
    }
