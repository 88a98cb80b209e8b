"""What becomes of an email after it was accepted: each verb is one step and its webhook.

Source: https://resend.com/docs/dashboard/emails/introduction (events) and
https://resend.com/docs/webhooks/event-types
"""

from datetime import timedelta
from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.resend.api import errors
from mirra_mcp.local.mirrors.resend.api.addresses import TEST_DOMAIN, Address, fate_of, parse
from mirra_mcp.local.mirrors.resend.api.dates import iso, iso_of
from mirra_mcp.local.mirrors.resend.api.resource import ResendResource
from mirra_mcp.wire.model import Doc

TRANSIT = timedelta(seconds=2)
"""How long a receiving server takes to accept or refuse. Ours: Resend says seconds."""
SECOND_THOUGHTS = timedelta(seconds=2)
"""How long after delivery the owner of `complained@resend.dev` complains. Ours."""

AFTERWARDS = {"opened", "clicked", "complained", "bounced"}
IN_TRANSIT = {"delivered", "bounced", "delivery_delayed", "failed", "suppressed", "complained"}
MOVES: dict[str, set[str]] = {
    "queued": {"sent", "scheduled", "failed", "canceled"},
    "scheduled": {"sent", "failed", "canceled"},
    "sent": IN_TRANSIT,
    "delivery_delayed": IN_TRANSIT,
    "delivered": AFTERWARDS,
    "opened": AFTERWARDS,
    "clicked": AFTERWARDS,
    "complained": {"opened", "clicked"},
    "bounced": set(),
    "suppressed": set(),
    "failed": set(),
    "canceled": set(),
}
"""Source: https://resend.com/docs/api-reference/emails/retrieve-email (`last_event`)"""

NO_SUCH_USER = "smtp; 550 5.1.1 user unknown"
"""Source: https://resend.com/docs/webhooks/emails/bounced"""
UNKNOWN_USER = "550 5.1.1 Unknown User"
"""Source: https://resend.com/docs/dashboard/emails/send-test-emails"""


class Outcomes(ResendResource):
    """The later life of an email; `Emails` has its endpoints."""

    status_field = "last_event"
    moves = MOVES

    def illegal_move(self, doc: Doc, status: str) -> VendorError:
        """Refuse a step that can't follow the last event."""
        return errors.validation_error(
            f"Email is {doc['last_event']} and can't become {status}.", 422
        )

    def may_become(self, doc: Doc, event: str) -> bool:
        """Say whether `event` can be the email's next."""
        return event in MOVES[doc["last_event"]]

    def dispatch(self, doc: Doc) -> Doc:
        """Hand an email to the receiving servers. Fires: email.sent."""
        self.mirror.after(TRANSIT, "emails.settle", id=doc["id"])
        return self.save(doc | {"last_event": "sent"}, event="email.sent")

    def send_scheduled(self, id: str) -> None:
        """Send an email whose time has come. Fires: email.sent."""
        doc = self.peek(id)
        if doc is not None and doc["last_event"] == "scheduled":
            self.dispatch(doc)

    def settle(self, id: str) -> None:
        """Let each recipient's server answer.

        Fires: email.suppressed, email.bounced, email.delivered, for those whom it concerns.
        """
        doc = self.peek(id)
        if doc is None or doc["last_event"] not in ("sent", "delivery_delayed"):
            return
        fates: dict[str, list[str]] = {}
        for text in doc["to"] + doc["cc"] + doc["bcc"]:
            fates.setdefault(self._fate(text), []).append(text)
        if list(fates) == ["delivered"]:
            self.deliver(doc)
            return
        if listed := fates.get("suppressed"):
            doc = self._tell(doc, "suppressed", to=listed, suppressed=self._suppression(listed))
        if listed := fates.get("bounced"):
            doc = self.bounce(doc, to=listed)
        if listed := fates.get("delivered", []) + fates.get("complained", []):
            doc = self._tell(doc, "delivered", to=listed)
        if listed := fates.get("complained"):
            self.mirror.after(SECOND_THOUGHTS, "emails.complain_by_id", id=id, to=listed)

    def deliver(self, doc: Doc) -> Doc:
        """The receiving server accepts it. Fires: email.delivered."""
        return self.move(doc, "delivered", event="email.delivered")

    def delay(self, doc: Doc) -> Doc:
        """The receiving server asks to try later. Fires: email.delivery_delayed."""
        self.mirror.cancel_timers("emails.settle", id=doc["id"])
        return self.move(doc, "delivery_delayed", event="email.delivery_delayed")

    def bounce(self, doc: Doc, *, bounce: Doc | None = None, to: list[str] | None = None) -> Doc:
        """The receiving server refuses it for good, and the addresses are suppressed from now on.

        Fires: email.bounced, then suppression.added for each address that wasn't suppressed.
        Source: https://resend.com/docs/webhooks/emails/bounced
        """
        listed = to or doc["to"]
        told = bounce or hard_bounce(listed)
        doc = self._tell(doc, "bounced", to=listed, bounce=told, _bounce_type=told["type"])
        if told["type"] == "Permanent":
            self._suppress(listed, "bounce", doc["id"])
        return doc

    def complain(self, doc: Doc, *, to: list[str] | None = None) -> Doc:
        """A recipient marks it as spam and is suppressed from now on.

        Fires: email.complained, then suppression.added.
        """
        listed = to or doc["to"]
        doc = self._tell(doc, "complained", to=listed)
        self._suppress(listed, "complaint", doc["id"])
        return doc

    def complain_by_id(self, id: str, to: list[str]) -> None:
        """Complain if the email still is where a complaint can follow."""
        doc = self.peek(id)
        if doc is not None and self.may_become(doc, "complained"):
            self.complain(doc, to=to)

    def open(self, doc: Doc) -> Doc:
        """A recipient opens it. Fires: email.opened."""
        return self._tell(doc | {"_opens": doc.get("_opens", 0) + 1}, "opened")

    def click(self, doc: Doc, click: Doc) -> Doc:
        """A recipient follows a link in it. Fires: email.clicked."""
        clicks = dict(doc.get("_clicks", {}))
        clicks[click["link"]] = clicks.get(click["link"], 0) + 1
        return self._tell(doc | {"_clicks": clicks}, "clicked", click=click)

    def fail(self, doc: Doc, reason: str) -> Doc:
        """Resend can't send it. Fires: email.failed."""
        self._forget(doc)
        return self.move(doc, "failed", event="email.failed", failed={"reason": reason})

    def suppress(self, doc: Doc, suppressed: Doc | None = None) -> Doc:
        """Resend doesn't deliver it: the address bounced or complained before.

        Fires: email.suppressed.
        Source: https://resend.com/changelog/email-suppression-visibility
        """
        told = suppressed or self._suppression(doc["to"])
        return self._tell(doc, "suppressed", suppressed=told)

    def _tell(self, doc: Doc, status: str, **event_data: Any) -> Doc:
        """Take the next step; of several recipients' fates the last one told stays."""
        seen = {*doc.get("_seen", ()), status}
        kept = {name: event_data.pop(name) for name in list(event_data) if name.startswith("_")}
        changed = doc | {"last_event": status, "_seen": sorted(seen)} | kept
        return self.save(changed, event=f"email.{status}", **event_data)

    def _forget(self, doc: Doc) -> None:
        self.mirror.cancel_timers("emails.settle", id=doc["id"])
        self.mirror.cancel_timers("emails.send_scheduled", id=doc["id"])

    def _fate(self, text: str) -> str:
        address = parse(text) or Address(text, "")
        fate = fate_of(address)
        if fate == "delivered" and self.mirror.suppressions.holds(address.email):
            return "suppressed"
        return fate

    def _suppress(self, texts: list[str], origin: str, source_id: str) -> None:
        for text in texts:
            address = parse(text)
            if address is not None and address.domain != TEST_DOMAIN:
                self.mirror.suppressions.add(address.email, origin=origin, source_id=source_id)

    def _suppression(self, texts: list[str]) -> Doc:
        known = [self.mirror.suppressions.of(address.email) for t in texts if (address := parse(t))]
        complained = any(each and each["origin"] == "complaint" for each in known)
        return {
            "message": "Resend has suppressed sending to this address because it is on the "
            "account-level suppression list. This does not count toward your bounce rate metric",
            "type": "OnAccountSuppressionList",
            "reason": "previous_complaint" if complained else "previous_bounce",
            "diagnosticCode": [],
        }

    def event_data(self, event: str, doc: Doc, **extra: Any) -> Doc:
        """Return the `data` of an email's webhook.

        Source: https://resend.com/docs/webhooks/emails/sent
        """
        data: Doc = {
            "email_id": doc["id"],
            "created_at": iso_of(doc["created_at"]),
            "from": doc["from"],
            "to": extra.pop("to", None) or doc["to"],
            "subject": doc["subject"],
            "message_id": doc["message_id"],
        }
        for name in ("broadcast_id", "template_id"):
            if doc.get("_" + name):
                data[name] = doc["_" + name]
        if doc.get("tags"):
            data["tags"] = {tag["name"]: tag["value"] for tag in doc["tags"]}
        if doc.get("_headers"):
            data["headers"] = [{"name": k, "value": v} for k, v in doc["_headers"].items()]
        return data | extra

    def click_of(self, link: str, ip: str, agent: str) -> Doc:
        """Return the `click` of a webhook, now.

        Source: https://resend.com/docs/webhooks/emails/clicked
        """
        return {"ipAddress": ip, "link": link, "timestamp": iso(self.now), "userAgent": agent}


def hard_bounce(addresses: list[str]) -> Doc:
    """Return the `bounce` of an address that doesn't exist.

    Source: https://resend.com/docs/webhooks/emails/bounced
    """
    return {
        "message": UNKNOWN_USER,
        "type": "Permanent",
        "subType": "General",
        "diagnosticCode": [NO_SUCH_USER for _ in addresses],
    }
