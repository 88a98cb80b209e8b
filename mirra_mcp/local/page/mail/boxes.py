"""The mail of a session, whichever mirror it went through: read from the mirrors' state."""

from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from mirra_mcp.client.contents import codes_in, links_in
from mirra_mcp.local.page.visits import Visit
from mirra_mcp.local.page.words import instant
from mirra_mcp.wire.model import Doc

BOXES = {
    "clerk": {"sent_emails": "sent"},
    "resend": {"emails": "sent", "received_emails": "received"},
}
"""Per vendor the entities that are mail, and the box that they are in."""
MOST = 500
"""Mails of each box that are looked through."""
GOOD = ("delivered", "opened", "clicked", "received")
BAD = ("bounced", "complained", "failed", "suppressed", "canceled")


@dataclass(frozen=True)
class Mail:
    """One mail."""

    vendor: str
    box: str
    doc: Doc = field(repr=False)

    @property
    def id(self) -> str:
        """The vendor's id."""
        return str(self.doc["id"])

    @property
    def sender(self) -> str:
        """The header `From`."""
        return str(self.doc.get("from") or "")

    @property
    def subject(self) -> str:
        """The subject, empty if there is none."""
        return str(self.doc.get("subject") or "")

    @property
    def html(self) -> str:
        """The HTML, empty if there is none."""
        return str(self.doc.get("html") or "")

    @property
    def text(self) -> str:
        """The text, empty if there is none."""
        return str(self.doc.get("text") or "")

    @property
    def at(self) -> str:
        """When it was sent or came in."""
        return str(self.doc.get("created_at") or "")

    @property
    def status(self) -> str:
        """What became of it last: `delivered`."""
        return str(self.doc.get("last_event") or "received")

    @property
    def mood(self) -> str:
        """How its status is coloured: good, bad or neither."""
        return "good" if self.status in GOOD else "bad" if self.status in BAD else ""

    @property
    def files(self) -> list[Doc]:
        """Its attachments, without what they hold."""
        return [each for each in self.doc.get("attachments") or () if isinstance(each, dict)]

    @property
    def links(self) -> list[str]:
        """The addresses that it leads to."""
        return links_in(self.html, self.text)

    @property
    def codes(self) -> list[str]:
        """What looks like a one-time code."""
        return codes_in(self.html, self.text)

    @property
    def snippet(self) -> str:
        """How its text begins."""
        return " ".join(self.text.split())[:140]

    def addresses(self, name: str) -> list[str]:
        """Return the addresses of `to`, `cc`, `bcc` or `reply_to`."""
        given: Any = self.doc.get(name) or []
        return [given] if isinstance(given, str) else [str(each) for each in given]

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Its headers in the order in which a mail has them."""
        listed = [
            ("From", self.sender),
            *((title, ", ".join(self.addresses(name))) for title, name in (
                ("To", "to"), ("Cc", "cc"), ("Bcc", "bcc"), ("Reply-To", "reply_to")
            )),
            ("Subject", self.subject),
            ("Date", self.at),
            ("Message-ID", str(self.doc.get("message_id") or "")),
        ]  # fmt: skip
        known = {name.lower() for name, _ in listed}
        more: Any = self.doc.get("headers") or {}
        listed += [(name, str(more[name])) for name in more if name.lower() not in known]
        return [(name, value) for name, value in listed if value]

    @property
    def source(self) -> str:
        """The mail as a mail server would have it, without its attachments."""
        mail = EmailMessage()
        for name, value in self.headers:
            moment = instant(value) if name == "Date" else None
            plain = " ".join(value.split())
            mail[name] = format_datetime(moment) if moment else plain
        mail.set_content(self.text)
        if self.html:
            mail.add_alternative(self.html, subtype="html")
            mail.set_boundary(f"=_{self.id}")
        return mail.as_string()

    def told(self) -> Doc:
        """Return the mail as JSON for tests."""
        names = ("to", "cc", "bcc", "reply_to")
        return {
            "id": self.id,
            "box": self.box,
            "mirror": self.vendor,
            "from": self.sender,
            **{name: self.addresses(name) for name in names},
            "subject": self.subject,
            "html": self.html or None,
            "text": self.text or None,
            "links": self.links,
            "codes": self.codes,
            "headers": dict(self.headers),
            "attachments": self.files,
            "status": self.status,
            "created_at": self.at,
        }


@dataclass(frozen=True)
class Search:
    """What mail is looked for: words, and `from:`, `to:`, `subject:`, `is:`, `has:attachment`."""

    words: str = ""
    box: str = ""

    def fits(self, mail: Mail) -> bool:
        """Tell whether a mail has all of it."""
        if self.box not in ("", mail.box):
            return False
        return all(self._has(mail, each) for each in self.words.lower().split())

    def _has(self, mail: Mail, word: str) -> bool:
        name, mark, wanted = word.partition(":")
        people = " ".join(each for name in ("to", "cc", "bcc") for each in mail.addresses(name))
        where = {"from": mail.sender, "to": people, "subject": mail.subject, "is": mail.status}
        if mark and wanted and name in where:
            return wanted in where[name].lower()
        if word in ("has:attachment", "has:attachments"):
            return bool(mail.files)
        everything = (mail.sender, people, mail.subject, mail.text, mail.html, mail.id)
        return any(word in each.lower() for each in everything)


async def mails(seeing: Visit, search: Search) -> list[Mail]:
    """Return the mail that fits, the newest first."""
    found = [
        mail
        for vendor, boxes in BOXES.items()
        if vendor in seeing.vendors
        for entity, box in boxes.items()
        for mail in await _read(seeing, vendor, entity, box)
        if search.fits(mail)
    ]
    return sorted(found, key=lambda mail: mail.at, reverse=True)


async def mail_of(seeing: Visit, id: str) -> Mail | None:
    """Return one mail by its id."""
    for vendor, boxes in BOXES.items():
        if vendor in seeing.vendors:
            for entity, box in boxes.items():
                state = await seeing.mirror(vendor).state(entity=entity, id=id)
                if docs := state.state.get(entity):
                    return Mail(vendor, box, docs[0])
    return None


async def _read(seeing: Visit, vendor: str, entity: str, box: str) -> list[Mail]:
    state = await seeing.mirror(vendor).state(entity=entity, limit=MOST)
    return [Mail(vendor, box, doc) for doc in state.state.get(entity, ())]
