"""The sandbox for WhatsApp: one number for everybody, and only who joined gets messages.

Source: https://www.twilio.com/docs/whatsapp/sandbox
"""

from datetime import datetime, timedelta
from typing import ClassVar

from mirra_mcp.local.mirrors.twilio.api.dates import iso
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.wire.model import Doc

CODE = "steady-mirror"
"""What comes after `join`. Ours: each account at Twilio has its own two words."""
STAY = timedelta(days=3)
SETTING = "whatsapp_sandbox"


class SandboxParticipants(TwilioResource):
    """Who joined the sandbox of which account."""

    entity, plural, prefix = "sandbox_participant", "sandbox_participants", "SP"
    synonyms, names = (), ("address",)
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "address": None,
        "date_created": None,
        "date_expires": None,
    }
    indexes = ("account_sid", "address")

    def hear(self, account: str, address: str, body: str) -> str | None:
        """Act on a text to the sandbox that is about it; return what became of it, if it is."""
        words = body.strip().lower()
        known = self.first(account_sid=account, address=address)
        if words == f"join {CODE}":
            self.join(account, address)
            return "joined"
        if not self.has(account, address):
            return "not joined"
        if words == "stop" and known is not None:
            self.drop(known)
            return "left"
        return None

    def join(self, account: str, address: str) -> Doc:
        """Let somebody be in the sandbox for three days."""
        known = self.first(account_sid=account, address=address)
        doc = known or self.new(account_sid=account, address=address)
        return self.save(doc | {"date_expires": iso(self.now + STAY)})

    def has(self, account: str, address: str) -> bool:
        """Say whether somebody is in an account's sandbox."""
        doc = self.first(account_sid=account, address=address)
        return doc is not None and self.now < datetime.fromisoformat(doc["date_expires"])

    def joined_since(self, account: str, address: str, span: timedelta) -> bool:
        """Say whether somebody joined in the last time."""
        doc = self.first(account_sid=account, address=address)
        return doc is not None and (
            self.now < datetime.fromisoformat(doc["date_expires"]) - STAY + span
        )

    def url(self, account: str) -> str | None:
        """Return where what comes in at an account's sandbox goes."""
        found: str | None = self.mirror.setting(SETTING, {}).get(account)
        return found

    def set_url(self, account: str, url: str) -> None:
        """Say where what comes in goes, as in the console."""
        self.mirror.set_setting(SETTING, self.mirror.setting(SETTING, {}) | {account: url})
