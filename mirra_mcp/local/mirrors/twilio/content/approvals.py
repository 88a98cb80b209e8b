"""Approvals: what WhatsApp says of templates, which it must take before they open a talk.

Source: https://www.twilio.com/docs/content/content-api-resources
    https://www.twilio.com/docs/whatsapp/tutorial/message-template-approvals-statuses
"""

import re
from datetime import timedelta
from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.twilio.api.errors import refusal, wrong
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.content.params import RequestApproval, UpdateApproval
from mirra_mcp.local.mirrors.twilio.content.types import TYPES
from mirra_mcp.wire.model import Doc

PATH = "/v1/Content/{ContentSid}/ApprovalRequests"
CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")
NAME = re.compile(r"[a-z0-9_]{1,512}")
STATUSES = ("received", "pending", "approved", "rejected", "paused", "disabled")
REVIEW, DECISION = timedelta(seconds=1), timedelta(seconds=2)
"""How long WhatsApp looks at a template. Ours: it takes from minutes to a day."""
NOTHING: Doc = {
    "name": "",
    "category": "",
    "content_type": "",
    "status": "unsubmitted",
    "rejection_reason": "",
    "allow_category_change": True,
}
SHOWN = (*NOTHING, "send_ttl_seconds", "bid_amount")


class ContentApprovals(TwilioResource):
    """What became of templates that were submitted. It is approved when two seconds are over."""

    entity, plural = "content_approval", "content_approvals"
    synonyms, names = ("template approval", "approval request"), ("name",)
    statuses = STATUSES
    verbs: ClassVar[dict[str, tuple[str, str]]] = {
        "approved": ("status", "approved"),
        "rejected": ("status", "rejected"),
    }
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "content_sid": None,
        "friendly_name": None,
        **NOTHING,
        "status": "received",
        "send_ttl_seconds": None,
        "bid_amount": None,
        "date_created": None,
        "date_updated": None,
    }
    indexes = ("account_sid", "content_sid", "status")

    @route(f"POST {PATH}/whatsapp", status=201)
    def create(self, ContentSid: str, params: RequestApproval) -> Doc:
        """Ask WhatsApp to approve a template."""
        return _told(self.submit(self.mirror.contents.get(ContentSid), params))

    @route(f"PATCH {PATH}/whatsapp")
    def update(self, ContentSid: str, params: UpdateApproval) -> Doc:
        """Change what is bid for messages of a template, if it is for marketing."""
        self.mirror.contents.get(ContentSid)
        doc = self.first(content_sid=ContentSid)
        if doc is None:
            raise self.missing(ContentSid)
        _check_bid(doc["category"], params.bid_amount)
        return _told(self.change(doc, bid_amount=params.bid_amount))

    @route("GET /v1/Content/{Sid}/ApprovalRequests")
    def fetch(self, Sid: str) -> Doc:
        """Return what WhatsApp says of a template."""
        template = self.mirror.contents.get(Sid)
        return {
            "sid": template["sid"],
            "account_sid": template["account_sid"],
            "whatsapp": {"type": "whatsapp", **self.of(template)},
            "url": f"{self.mirror.url}/v1/Content/{Sid}/ApprovalRequests",
        }

    # What other nouns and stories do.

    def submit(self, template: Doc, params: RequestApproval) -> Doc:
        """Submit a template, and let WhatsApp look at it.

        Raises:
            VendorError: it can't be approved, or was submitted before.
        """
        if not NAME.fullmatch(params.name):
            raise wrong("Invalid parameter name: it has lowercase letters, digits and _ only")
        if params.category not in CATEGORIES:
            raise wrong(f"Invalid parameter category: it is one of {', '.join(CATEGORIES)}")
        _check_bid(params.category, params.bid_amount)
        able = [
            name
            for name, kind in TYPES.items()
            if name in template["types"] and "whatsapp" in kind.channels
        ]
        if not able or TYPES[able[-1]].is_for_sessions:
            raise wrong("WhatsApp approves no template of this type")
        if self.first(content_sid=template["sid"]):
            raise refusal(20409, message="The template was submitted before")
        doc = self.new(
            account_sid=template["account_sid"],
            content_sid=template["sid"],
            friendly_name=template["friendly_name"],
            name=params.name,
            category=params.category,
            content_type=able[-1],
            send_ttl_seconds=params.send_ttl_seconds,
            bid_amount=params.bid_amount,
        )
        doc = self.save(doc)
        self.mirror.after(REVIEW, "content_approvals.review", id=doc["id"], status="pending")
        self.mirror.after(DECISION, "content_approvals.review", id=doc["id"], status="approved")
        return doc

    def review(self, id: str, status: str) -> None:
        """Let WhatsApp come one step further with a template."""
        doc = self.peek(id)
        if doc is not None and doc["status"] in ("received", "pending"):
            self.change(doc, status=status)

    def decide(self, doc: Doc, status: str, reason: str) -> Doc:
        """Let WhatsApp decide about a template, now and against what it said before."""
        self.mirror.cancel_timers(id=doc["id"])
        return self.change(doc, status=status, rejection_reason=reason)

    def of(self, template: Doc) -> Doc:
        """Return what WhatsApp says of a template."""
        doc = self.first(content_sid=template["sid"])
        return dict(NOTHING) if doc is None else _told(doc)


def _told(doc: Doc) -> Doc:
    """Return what is shown of an approval: what nobody set is left out."""
    return {name: doc[name] for name in SHOWN if name in NOTHING or doc[name] is not None}


def _check_bid(category: str, bid: int | None) -> None:
    """Source: https://github.com/twilio/twilio-python (`bid_amount` of ContentApprovalRequest)"""
    if bid is not None and category != "MARKETING":
        raise wrong("Invalid parameter bid_amount: it is for MARKETING templates only")
