"""Short links: what is in texts in place of long ones, and who clicks on them.

Source: https://www.twilio.com/docs/messaging/features/link-shortening
"""

import re
import string
from datetime import datetime, timedelta
from typing import ClassVar

from mirra_mcp.local.kit.webhooks import Outcome, Parcel
from mirra_mcp.local.mirrors.twilio.api.dates import iso
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.api.speech import CLICKED
from mirra_mcp.wire.model import Doc

LINK = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]']", re.I)
LENGTH = 10
LIFE = timedelta(days=90)


class ShortLinks(TwilioResource):
    """The short links in every message that was sent."""

    entity, plural = "short_link", "short_links"
    synonyms, names = ("shortened link",), ("short_url", "link")
    hears = (CLICKED,)
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "message_sid": None,
        "messaging_service_sid": None,
        "domain_sid": None,
        "link": None,
        "short_url": None,
        "clicks": 0,
        "date_created": None,
    }
    indexes = ("account_sid", "message_sid", "short_url")

    def shorten(self, message: Doc, domain: Doc, body: str) -> str:
        """Return a text in which each long link is a short one, which leads there."""

        def short(found: re.Match[str]) -> str:
            code = self.mirror.ids.token(LENGTH, string.ascii_letters + string.digits)
            bare = f"{domain['domain_name']}/{code}"
            doc = self.new(
                id=code,
                account_sid=message["account_sid"],
                message_sid=message["sid"],
                messaging_service_sid=message["messaging_service_sid"],
                domain_sid=domain["sid"],
                link=found[0],
                short_url=f"https://{bare}",
            )
            self.save(doc)
            return bare if domain["disable_https"] else f"https://{bare}"

        return LINK.sub(short, body)

    def click(self, doc: Doc, user_agent: str) -> str | None:
        """Follow a short link, and tell whom its domain tells; return where it leads, if anywhere.

        Source: https://www.twilio.com/docs/api/errors/30104
        """
        domain = self.mirror.link_domains.peek(doc["domain_sid"])
        if domain is None or self.now - datetime.fromisoformat(doc["date_created"]) > LIFE:
            return self.lost(doc["account_sid"], domain)
        self.save(doc | {"clicks": doc["clicks"] + 1})
        message = self.mirror.messages.peek(doc["message_sid"])
        told: Doc = {
            "event_type": "click",
            "sms_sid": doc["message_sid"],
            "to": message["to"] if message else None,
            "from": message["from"] if message else None,
            "link": doc["link"],
            "click_time": iso(self.now),
            "messaging_service_sid": doc["messaging_service_sid"],
            "account_sid": doc["account_sid"],
            "user_agent": user_agent,
        }
        url = domain["callback_url"]
        to = [self.mirror.accounts.target(doc["account_sid"], url)] if url else []
        self.mirror.emit(CLICKED, told, to=to)
        link: str = doc["link"]
        return link

    def lost(self, account: str, domain: Doc | None) -> str | None:
        """Lead somebody who follows what is no short link to the domain's fallback address."""
        url: str | None = domain["fallback_url"] if domain else None
        code, text = (30104, "Shortened link not found. Click redirected to fallback Url")
        if url is None:
            code, text = (30105, "Shortened link not found and no fallback URL found")
        self.mirror.notifications.tell(account, code, text, is_warning=True)
        return url

    def unheard(self, parcel: Parcel, outcome: Outcome) -> None:
        """Note in the debugger that nobody took a click."""
        self.mirror.notifications.note(parcel, outcome)
