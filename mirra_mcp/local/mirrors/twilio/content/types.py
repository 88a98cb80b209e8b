"""What templates are made of: text, media, buttons, lists; and what each channel can show.

Source: https://www.twilio.com/docs/content/content-types-overview
    https://github.com/twilio/twilio-oai (spec/json/twilio_content_v1.json)
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mirra_mcp.local.mirrors.twilio.api.errors import refusal, wrong
from mirra_mcp.wire.model import Doc

LONGEST_BODY = 1600
"""Source: https://www.twilio.com/docs/content/twilio-text"""
MOST_VARIABLES, LONGEST_KEY, LONGEST_VALUE = 100, 16, 1600
"""Source: https://www.twilio.com/docs/content/using-variables-with-content-api"""
KEY = re.compile(r"[A-Za-z0-9_]{1,16}")
PLACE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
BROKEN = re.compile(r"\{\{(?!\s*[A-Za-z0-9_]+\s*\}\})")
UNRULY = re.compile(r"[\n\r\t]| {5}")
"""What the value of a variable in a body can't have.

Source: https://www.twilio.com/docs/api/errors/21656
"""


@dataclass(frozen=True, slots=True)
class Type:
    """One kind of content."""

    required: tuple[str, ...]
    channels: frozenset[str]
    items: str = ""
    """The field with a list of objects."""
    of_item: tuple[str, ...] = ()
    """What each of them must have."""
    kinds: tuple[str, ...] = ()
    """The values of each one's `type`."""
    is_for_sessions: bool = False
    """Whether WhatsApp takes it only in answer to somebody."""
    is_approved_always: bool = False
    """Whether WhatsApp takes it only approved, in answer to somebody, too."""


ALL = frozenset(("sms", "rcs", "whatsapp", "messenger"))
RICH = frozenset(("rcs", "whatsapp", "messenger"))
CHATS = frozenset(("whatsapp", "messenger"))
WHATSAPP = frozenset(("whatsapp",))
LINKS = ("URL", "PHONE_NUMBER")

TYPES: dict[str, Type] = {
    "twilio/text": Type(("body",), ALL),
    "twilio/media": Type(("media",), RICH | {"mms"}),
    "twilio/location": Type(("latitude", "longitude"), WHATSAPP, is_for_sessions=True),
    "twilio/quick-reply": Type(
        ("body", "actions"), CHATS, "actions", ("title",), ("QUICK_REPLY",)
    ),
    "twilio/call-to-action": Type(
        ("body", "actions"), CHATS, "actions", ("type", "title"),
        (*LINKS, "COPY_CODE", "VOICE_CALL", "VOICE_CALL_REQUEST"),
    ),
    "twilio/list-picker": Type(
        ("body", "button", "items"), WHATSAPP, "items", ("id", "item"), is_for_sessions=True
    ),
    "twilio/card": Type(
        (), RICH, "actions", ("type", "title"), (*LINKS, "QUICK_REPLY", "COPY_CODE", "VOICE_CALL"),
        is_approved_always=True,
    ),
    "twilio/carousel": Type(
        ("body", "cards"), RICH - {"messenger"}, "cards", ("body", "actions", "media")
    ),
    "twilio/catalog": Type(("body",), WHATSAPP, "items", ()),
    "twilio/schedule": Type(("id", "title"), frozenset()),
    "twilio/pay": Type((), WHATSAPP),
    "twilio/flows": Type(
        ("body", "button_text", "pages", "type"), WHATSAPP, "pages", ("id", "layout", "title")
    ),
    "whatsapp/flows": Type(("body", "button_text", "flow_id"), WHATSAPP),
    "whatsapp/card": Type(
        ("body",), WHATSAPP, "actions", ("type", "title"),
        (*LINKS, "QUICK_REPLY", "COPY_CODE", "VOICE_CALL"), is_approved_always=True,
    ),
    "whatsapp/authentication": Type(
        ("actions",), WHATSAPP, "actions", ("type", "copy_code_text"), ("COPY_CODE",),
        is_approved_always=True,
    ),
}  # fmt: skip
"""From the least complex to the most: of what a template has, a channel shows the last it can."""


def checked(given: Any) -> dict[str, Doc]:
    """Return the types of a template as they are kept: without fields that are null.

    Raises:
        VendorError: there is none, or one lacks what it must have.
    """
    found = {name: _bare(value) for name, value in _object("types", given).items() if value}
    if not found:
        raise wrong("Invalid parameter types: a template has at least one")
    for name, value in found.items():
        kind = TYPES.get(name)
        if kind is None:
            raise wrong(f"Invalid parameter types: {name} is none of {', '.join(TYPES)}")
        _check(name, kind, _object(f"types.{name}", value))
    return found


def variables_of(given: Any) -> dict[str, str]:
    """Return the default values of a template's variables.

    Raises:
        VendorError: there are too many, or one can't be.
    """
    found = _object("variables", given or {})
    if len(found) > MOST_VARIABLES:
        raise wrong(f"Invalid parameter variables: there can be {MOST_VARIABLES}")
    for key, value in found.items():
        if not KEY.fullmatch(key):
            raise wrong(
                f"Invalid parameter variables: '{key}' isn't {LONGEST_KEY} letters, digits or _"
            )
        if not isinstance(value, str) or len(value) > LONGEST_VALUE:
            raise wrong(f"Invalid parameter variables: {key} isn't a text of up to {LONGEST_VALUE}")
    return found


def shown_by(types: Mapping[str, Doc], channel: str) -> str:
    """Return the type that a channel shows of a template: the most complex that it can.

    Raises:
        VendorError: 216602, it can show none.

    Source: https://www.twilio.com/docs/api/errors/216602
    """
    channels = {"sms", "mms"} if channel == "mms" else {channel}
    able = [name for name, kind in TYPES.items() if name in types and kind.channels & channels]
    if not able:
        raise refusal(216602)
    return able[-1]


def filled(content: Doc, values: Mapping[str, str]) -> Doc:
    """Return content with the values of its variables.

    Raises:
        VendorError: 21656, a place is malformed or has no value, or a body can't have it.

    Source: https://www.twilio.com/docs/api/errors/21656
    """
    for text in texts_of(content):
        if BROKEN.search(text) or not set(PLACE.findall(text)) <= set(values):
            raise refusal(21656)
    body = content.get("body")
    if isinstance(body, str) and any(UNRULY.search(values[key]) for key in PLACE.findall(body)):
        raise refusal(21656)

    def fill(value: Any) -> Any:
        if isinstance(value, str):
            return PLACE.sub(lambda place: values[place[1]], value)
        if isinstance(value, list):
            return [fill(each) for each in value]
        if isinstance(value, dict):
            return {key: fill(each) for key, each in value.items()}
        return value

    found: Doc = fill(content)
    return found


def body_of(name: str, content: Doc) -> str:
    """Return what a message's `body` says of content. Ours for types that have no body."""
    if name == "twilio/location":
        return str(content.get("label") or "")
    if name == "twilio/card":
        return "\n".join(content[key] for key in ("title", "subtitle") if content.get(key))
    if name == "whatsapp/card":
        names = ("header_text", "body", "footer")
        return "\n".join(content[key] for key in names if content.get(key))
    return str(content.get("body") or "")


def media_of(content: Doc) -> list[str]:
    """Return the addresses of content's files."""
    given = content.get("media") or []
    return [each for each in (given if isinstance(given, list) else [given]) if each]


def buttons_of(content: Doc) -> list[Doc]:
    """Return what somebody can tap or choose: each with its `id` and `title`."""
    found = [
        {"id": str(each.get("id") or each.get("title")), "title": str(each.get("title"))}
        for each in content.get("actions") or []
        if each.get("type", "QUICK_REPLY") == "QUICK_REPLY"
    ]
    for card in content.get("cards") or []:
        found += buttons_of(card)
    return found


def choices_of(content: Doc) -> list[Doc]:
    """Return the lines of a list picker: each with its `id` and `title`."""
    return [
        {"id": str(each["id"]), "title": str(each["item"])}
        for each in content.get("items") or []
        if "item" in each
    ]


def _check(name: str, kind: Type, content: Doc) -> None:
    missing = [field for field in kind.required if content.get(field) in (None, "", [])]
    if missing:
        raise wrong(f"Invalid parameter types: {missing[0]} of {name} is missing")
    body = content.get("body")
    if body is not None and (not isinstance(body, str) or len(body) > LONGEST_BODY):
        raise wrong(f"Invalid parameter types: body of {name} has up to {LONGEST_BODY} characters")
    given = content.get(kind.items) if kind.items else None
    for item in given if isinstance(given, list) else ():
        lacks = [field for field in kind.of_item if not _object(kind.items, item).get(field)]
        if lacks:
            raise wrong(f"Invalid parameter types: {lacks[0]} is missing in {kind.items} of {name}")
        if kind.kinds and item.get("type", kind.kinds[-1]) not in kind.kinds:
            raise wrong(
                f"Invalid parameter types: type in {kind.items} of {name} is one of"
                f" {', '.join(kind.kinds)}"
            )


def _object(name: str, given: Any) -> Doc:
    if not isinstance(given, dict):
        raise wrong(f"Invalid parameter {name}: it isn't a JSON object")
    return given


def _bare(value: Any) -> Any:
    """Leave out what is null: the SDKs send each field that there could be."""
    if isinstance(value, dict):
        return {key: _bare(each) for key, each in value.items() if each is not None}
    return [_bare(each) for each in value] if isinstance(value, list) else value


def texts_of(value: Any) -> Iterator[str]:
    """Yield every text in content, at whatever depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts_of(each)
