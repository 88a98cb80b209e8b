"""Reads what an application answers to an incoming message: TwiML, or plain text.

Source: https://www.twilio.com/docs/messaging/twiml
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

MOST_BYTES = 64 * 1024
"""Source: https://www.twilio.com/docs/api/errors/11750"""
XML = frozenset({"text/xml", "application/xml", "text/html"})


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
        return [Say(_decoded(content, rest))]
    if kind not in XML:
        return [Fault(12300)]
    try:
        root = _parsed(content)
    except (expat.ExpatError, LookupError, ValueError):
        return [Fault(12100)]
    if root.name != "Response":
        return [Fault(12100)]
    return [_step(each) for each in root.children]


def _decoded(content: bytes, parameters: str) -> str:
    charset = "utf-8"
    for each in parameters.split(";"):
        name, _, value = each.strip().partition("=")
        if name.lower() == "charset":
            charset = value.strip("\"' ")
    try:
        return content.decode(charset, errors="replace")
    except LookupError:
        return content.decode("utf-8", errors="replace")


@dataclass(slots=True)
class _Element:
    name: str
    attributes: dict[str, str]
    children: list["_Element"] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    """What stands directly in the element."""


def _parsed(content: bytes) -> _Element:
    """Read XML that declares nothing: no document type, so no entities and nothing to fetch."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    top = _Element("", {})
    stack = [top]

    def begin(name: str, attributes: dict[str, str]) -> None:
        element = _Element(name, attributes)
        stack[-1].children.append(element)
        stack.append(element)

    def end(name: str) -> None:
        stack.pop()

    def text(data: str) -> None:
        stack[-1].text.append(data)

    def declares(*_: object) -> None:
        raise ValueError("A document type is refused.")

    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = declares
    parser.Parse(content.lstrip(), True)
    return top.children[0]


def _step(element: _Element) -> Step:
    if element.name in ("Message", "Sms"):
        return _message(element)
    if element.name == "Redirect":
        method = element.attributes.get("method", "POST").upper()
        if method not in ("GET", "POST"):
            return Fault(14104)
        return Turn("".join(element.text).strip(), method)
    return Fault(14110)


def _message(element: _Element) -> Step:
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


def _text(element: _Element) -> str:
    return "".join(element.text).strip()
