"""Reads what an application answers to a call: TwiML, audio, or plain text.

Source: https://www.twilio.com/docs/voice/twiml
"""

from dataclasses import dataclass, field

from mirra_mcp.local.mirrors.twilio.api.markup import BROKEN, XML, Element, decoded, parsed
from mirra_mcp.local.mirrors.twilio.voice.calls.verbs import (
    ANYWHERE,
    CODES,
    NESTED,
    UNMIRRORED,
    VERBS,
    Attributes,
)
from mirra_mcp.wire.model import Doc

MOST_BYTES = 64 * 1024
"""Source: https://www.twilio.com/docs/api/errors/11750"""


@dataclass(slots=True)
class Answer:
    """What a call is told to do, and what was wrong with that."""

    verbs: list[Doc] = field(default_factory=list)
    faults: list[int] = field(default_factory=list)
    is_broken: bool = False
    """Whether nothing of it can be done, so that the fallback address is asked."""


def read(content: bytes, content_type: str) -> Answer:
    """Return what an answer asks for.

    Source: https://www.twilio.com/docs/voice/twiml#twilio-understands-mime-types
    """
    kind, _, rest = content_type.partition(";")
    kind = kind.strip().lower()
    if len(content) > MOST_BYTES:
        return Answer(faults=[11750], is_broken=True)
    if not content.strip():
        return Answer()
    if kind == "text/plain":
        return Answer([{"verb": "Say", "text": decoded(content, rest).strip(), "loop": 1}])
    if kind.startswith("audio/"):
        return Answer([{"verb": "Play", "text": "", "digits": "", "loop": 1}])
    if kind not in XML:
        return Answer(faults=[12300], is_broken=True)
    try:
        root = parsed(content)
    except BROKEN:
        return Answer(faults=[12100], is_broken=True)
    if root.name != "Response":
        return Answer(faults=[12100], is_broken=True)
    answer = Answer()
    for each in root.children:
        if (verb := _verb(each, answer.faults, VERBS)) is not None:
            answer.verbs.append(verb)
    return answer


def _verb(element: Element, faults: list[int], known: dict[str, Attributes]) -> Doc | None:
    """Return a verb with its attributes as they count; unknown ones are left out.

    Source: https://www.twilio.com/docs/api/errors/12200
    """
    if element.name in UNMIRRORED and known is VERBS:
        return {"verb": element.name, "unmirrored": True}
    attributes = known.get(element.name)
    if attributes is None:
        faults.append(12200)
        return None
    verb: Doc = {"verb": element.name, "text": "".join(element.text).strip()}
    for name, (default, check) in attributes.items():
        value = element.attributes.get(name)
        read = check(value) if value is not None else default
        if read is None and value is not None:
            faults.append(CODES.get((element.name, name), 12200))
            read = default
        verb[name] = read
    if set(element.attributes) - set(attributes) - ANYWHERE:
        faults.append(12200)
    inner = NESTED.get(element.name)
    if inner is not None:
        nested = [_verb(each, faults, inner) for each in element.children]
        verb["nested"] = [each for each in nested if each is not None]
    elif element.name == "Say":
        verb["text"] = spoken(element)
    elif element.children:
        faults.append(12200)
    return verb


def spoken(element: Element) -> str:
    """Return the words of `<Say>`, those in SSML's elements included."""
    words = [*element.text, *(spoken(each) for each in element.children)]
    return " ".join(" ".join(words).split())
