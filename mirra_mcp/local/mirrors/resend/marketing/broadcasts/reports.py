"""Who a broadcast reached, and what they followed in it; and its unsubscribe links.

Source: https://resend.com/docs/api-reference/broadcasts/list-broadcast-recipients and
https://resend.com/docs/api-reference/broadcasts/list-broadcast-clicked-links
"""

from base64 import urlsafe_b64encode
from collections import Counter

from mirra_mcp.local.kit.routes import Answer, route
from mirra_mcp.local.mirrors.resend.api import errors
from mirra_mcp.local.mirrors.resend.api.pages import paged
from mirra_mcp.local.mirrors.resend.api.params import Paging
from mirra_mcp.local.mirrors.resend.api.resource import ResendResource
from mirra_mcp.local.mirrors.resend.marketing.broadcasts.params import ListRecipients
from mirra_mcp.local.mirrors.resend.marketing.personal import token_of
from mirra_mcp.wire.model import Doc

ARRIVED = frozenset({"delivered", "opened", "clicked", "complained"})
UNSUBSCRIBED = "<!doctype html><title>Unsubscribed</title><p>You have been unsubscribed.</p>"


class BroadcastReports(ResendResource):
    """What can be read of a broadcast after it was sent; `Broadcasts` has the rest."""

    @route("GET /broadcasts/{id}/recipients")
    def recipients(self, id: str, params: ListRecipients) -> Doc:
        """List those to whom one kind of event happened; the ids of the rows are only cursors.

        Source: https://resend.com/docs/api-reference/broadcasts/list-broadcast-recipients
        """
        self.get(id)
        if params.bounce_type and params.type != "bounced":
            raise errors.validation_error(
                "The `bounce_type` field can only be used when `type` is `bounced`."
            )
        emails = self.mirror.emails.find(_broadcast_id=id, newest_first=False)
        rows = [_recipient(each, params.type) for each in emails if _had(each, params.type)]
        if params.email:
            rows = [row for row in rows if params.email.lower() in row["email"].lower()]
        if params.bounce_type:
            rows = [row for row in rows if row["bounce_type"] == params.bounce_type]
        return paged(_numbered(rows), params, self.title)

    @route("GET /broadcasts/{id}/clicked-links")
    def clicked_links(self, id: str, params: Paging) -> Doc:
        """List the links that were followed, the most followed first.

        Source: https://resend.com/docs/api-reference/broadcasts/list-broadcast-clicked-links
        """
        self.get(id)
        clicks: Counter[str] = Counter()
        people: Counter[str] = Counter()
        for email in self.mirror.emails.find(_broadcast_id=id, newest_first=False):
            clicks.update(email.get("_clicks", {}))
            people.update(email.get("_clicks", {}).keys())
        rows = [
            {"url": url, "clicks": count, "unique_clicks": people[url]}
            for url, count in clicks.most_common()
        ]
        return paged(_numbered(rows), params, self.title)

    @route("POST /unsubscribe/{email_id}/{token}")
    @route("GET /unsubscribe/{email_id}/{token}")
    def follow_unsubscribe_link(self, email_id: str, token: str) -> Answer:
        """Unsubscribe the contact to whom an email with this link went. Takes no API key.

        Fires: contact.updated
        Source: https://resend.com/docs/dashboard/audiences/managing-unsubscribe-list
        """
        email = self.mirror.emails.peek(email_id)
        if email is None or token_of(email.get("_contact_id", ""), email_id) != token:
            raise errors.unknown_endpoint()
        contact = self.mirror.contacts.peek(email["_contact_id"])
        if contact is not None and not contact["unsubscribed"]:
            self.mirror.contacts.unsubscribe(contact)
        self.mirror.emails.save(email | {"_unsubscribed": True})
        return Answer(200, UNSUBSCRIBED.encode(), {"content-type": "text/html; charset=utf-8"})


def _had(email: Doc, type: str) -> bool:
    """Tell whether an event happened to an email."""
    if type == "sent":
        return True
    if type == "unsubscribed":
        return bool(email.get("_unsubscribed"))
    seen = {email["last_event"], *email.get("_seen", ())}
    return bool(seen & ARRIVED) if type == "delivered" else type in seen


def _recipient(email: Doc, type: str) -> Doc:
    row = {"contact_id": email.get("_contact_id"), "email": email["to"][0]}
    if type == "opened":
        row["count"] = email.get("_opens", 1)
    if type == "clicked":
        clicks = email.get("_clicks", {})
        row["count"] = sum(clicks.values())
        row["clicked_links"] = [{"url": url, "clicks": n} for url, n in clicks.items()]
    if type == "bounced":
        row["bounce_type"] = email.get("_bounce_type", "Undetermined").lower()
    return row


def _numbered(rows: list[Doc]) -> list[Doc]:
    """Give each row its place as an opaque id: `b2Zmc2V0OjA` for the first."""
    return [
        {"id": urlsafe_b64encode(b"offset:%d" % at).decode().rstrip("=")} | row
        for at, row in enumerate(rows)
    ]
