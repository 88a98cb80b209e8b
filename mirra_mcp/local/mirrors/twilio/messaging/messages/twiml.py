"""Reads what an application answers to an incoming message: TwiML, or plain text.

Source: https://www.twilio.com/docs/messaging/twiml
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mirra_mcp.local.mirrors.twilio.api.markup import BROKEN, XML, Element, decoded, parsed

MOST_BYTES = 64 * 1024
"""Source: https://www.twilio.com/docs/api/errors/11750"""


@dataclass(frozen=True, slots=True)
class Say:
    """`<Message>`: a text to somebody; to the sender, unless it says `to` whom."""

    body: str
    media: tuple[str, ...] = ()
    to: str | None = None
    sender: str | None = None
    action: str | None = None
    method: str = "POST"
    status_callback: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """`<Redirect>`: go on with another document. An empty `url` is the current one."""

    url: str
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why Twilio runs neither a document nor a verb: the code that its debugger shows."""

    code: int


Step = Say | Turn | Fault


def read(content: bytes, content_type: str) -> Sequence[Step]:
    """Return what an answer asks for, in order; faults stand where they were found.

    Source: https://www.twilio.com/docs/messaging/twiml#twilio-understands-mime-types
    """
    if len(content) > MOST_BYTES:
        return [Fault(11750)]
    kind, _, rest = content_type.partition(";")
    kind = kind.strip().lower()
    if not content.strip():
        return []
    if kind == "text/plain":
        return [Say(decoded(content, rest))]
    if kind not in XML:
        return [Fault(12300)]
    try:
        root = parsed(content)
    except BROKEN:
        return [Fault(12100)]
    if root.name != "Response":
        return [Fault(12100)]
    return [_step(each) for each in root.children]


def _step(element: Element) -> Step:
    if element.name in ("Message", "Sms"):
        return _message(element)
    if element.name == "Redirect":
        method = element.attributes.get("method", "POST").upper()
        if method not in ("GET", "POST"):
            return Fault(14104)
        return Turn("".join(element.text).strip(), method)
    return Fault(14110)


def _message(element: Element) -> Step:
    """Source: https://www.twilio.com/docs/messaging/twiml/message"""
    given = element.attributes
    bodies = ["".join(each.text) for each in element.children if each.name == "Body"]
    media = tuple(url for each in element.children if each.name == "Media" and (url := _text(each)))
    body = "".join(bodies) if bodies else _text(element)
    method = given.get("method", "POST").upper()
    if method not in ("GET", "POST"):
        return Fault(14104)
    if not body.strip() and not media:
        return Fault(14103)
    return Say(
        body, media, given.get("to"), given.get("from"), given.get("action"), method,
        given.get("statusCallback"),
    )  # fmt: skip


def _text(element: Element) -> str:
    return "".join(element.text).strip()
