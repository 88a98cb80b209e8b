"""Mail and texts that the app has sent, as a test reads them."""

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mirra_mcp.client.contents import codes_in, links_in
from mirra_mcp.wire.model import Doc

if TYPE_CHECKING:
    from mirra_mcp.testing.mirra import Mirra


@dataclass(frozen=True)
class Message:
    """What reached somebody."""

    sender: str
    to: tuple[str, ...]
    text: str
    html: str = ""
    subject: str = ""
    doc: Doc = field(default_factory=dict, repr=False)
    """The vendor's own document."""

    @property
    def links(self) -> list[str]:
        """The addresses that it leads to, in their order."""
        return links_in(self.html, self.text)

    @property
    def codes(self) -> list[str]:
        """What looks like a one-time code: four to eight digits that stand alone."""
        return codes_in(self.html, self.text)

    @property
    def code(self) -> str:
        """The one-time code.

        Raises:
            LookupError: there is none, or more than one.
        """
        if len(self.codes) != 1:
            raise LookupError(f"{len(self.codes)} codes are in this message: {self.codes}")
        return self.codes[0]


class _Messages:
    """The messages of a kind."""

    vendor, entity, what = "", "", ""

    def __init__(self, mirra: "Mirra") -> None:
        """Made with the session."""
        self._mirra = mirra

    def all(self, to: str | None = None) -> list[Message]:
        """List them, oldest first; with `to`, those to this address or number."""
        docs = self._mirra.mirror(self.vendor).state(self.entity)[::-1]
        found = [each for doc in docs if (each := self._read(doc)) is not None]
        return [each for each in found if to is None or any(to in one for one in each.to)]

    def latest(
        self,
        to: str | None = None,
        timeout: float = 5.0,
    ) -> Message:
        """Return the newest one, waiting for the first.

        Raises:
            LookupError: none came in time; what there is, is told.
        """
        end = time.monotonic() + timeout
        while True:
            seen = self._mirra.last_event()
            if found := self.all(to):
                return found[-1]
            left = end - time.monotonic()
            if left <= 0:
                break
            self._mirra.wait_beyond(seen, left)
        there = [f"  to {', '.join(each.to)}: {each.subject or each.text}" for each in self.all()]
        listed = "\n".join(["There are:", *there]) if there else "There are none at all."
        raise LookupError(f"No {self.what} to {to or 'anybody'} within {timeout:g} s. {listed}")

    def _read(self, doc: Doc) -> Message | None:
        raise NotImplementedError


class Inbox(_Messages):
    """Mail that went out through Resend."""

    vendor, entity, what = "resend", "emails", "mail"

    def _read(self, doc: Doc) -> Message | None:
        return Message(
            sender=doc.get("from") or "",
            to=tuple(doc.get("to") or ()),
            subject=doc.get("subject") or "",
            html=doc.get("html") or "",
            text=doc.get("text") or "",
            doc=doc,
        )


class Texts(_Messages):
    """Texts that went out through Twilio."""

    vendor, entity, what = "twilio", "messages", "text"

    def _read(self, doc: Doc) -> Message | None:
        if doc.get("direction") == "inbound":
            return None
        return Message(
            sender=doc.get("from") or "",
            to=(str(doc.get("to") or ""),),
            text=doc.get("body") or "",
            doc=doc,
        )
