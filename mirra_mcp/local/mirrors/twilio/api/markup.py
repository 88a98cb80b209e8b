"""TwiML as XML: elements with their attributes, and nothing that an answer could declare.

Source: https://www.twilio.com/docs/glossary/what-is-twilio-markup-language-twiml
"""

from dataclasses import dataclass, field
from xml.parsers import expat

XML = frozenset({"text/xml", "application/xml", "text/html"})
"""Source: https://www.twilio.com/docs/voice/twiml#twilio-understands-mime-types"""
BROKEN = (expat.ExpatError, LookupError, ValueError)
"""What `parsed` raises for something that is no XML."""


@dataclass(slots=True)
class Element:
    """An element: its name, what it says of itself, and what is in it."""

    name: str
    attributes: dict[str, str]
    children: list["Element"] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    """What stands directly in the element."""


def parsed(content: bytes) -> Element:
    """Read XML that declares nothing: no document type, so no entities and nothing to fetch."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    top = Element("", {})
    stack = [top]

    def begin(name: str, attributes: dict[str, str]) -> None:
        element = Element(name, attributes)
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


def decoded(content: bytes, parameters: str) -> str:
    """Read plain text in the charset that a content type's parameters name."""
    charset = "utf-8"
    for each in parameters.split(";"):
        name, _, value = each.strip().partition("=")
        if name.lower() == "charset":
            charset = value.strip("\"' ")
    try:
        return content.decode(charset, errors="replace")
    except LookupError:
        return content.decode("utf-8", errors="replace")
