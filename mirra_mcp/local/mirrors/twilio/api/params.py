"""How Twilio takes parameters: PascalCase forms; how its SIDs are written; what values may be.

Values are held against what they may be before anything is done. Where Twilio has no code of its
own for a parameter the refusal is 20001, in Verify 60200.
Source: https://www.twilio.com/docs/api/errors and https://github.com/twilio/twilio-oai
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any, ClassVar, Union, get_args, get_origin
from urllib.parse import urlsplit

from pydantic import ConfigDict, model_validator
from pydantic.alias_generators import to_pascal

from mirra_mcp.local.kit import forms
from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.foreign import loads
from mirra_mcp.local.kit.params import Params
from mirra_mcp.local.mirrors.twilio.api.dates import instant
from mirra_mcp.local.mirrors.twilio.api.errors import CODES, told, wrong

HEX = "0123456789abcdef"
SID = re.compile(r"[A-Z]{2}[0-9a-f]{32}")

Form = dict[str, list[str]]

Refuse = Callable[[str, str], VendorError]
"""Makes a refusal of a parameter's name and of what is wrong with its value."""

MOST = 10**15
"""Beyond any bound."""


@dataclass(frozen=True, slots=True)
class Value:
    """What a parameter may be: `problem` says what is wrong with a text, if anything."""

    problem: Callable[[str], str | None]
    code: int | None = None
    """With which others are refused, if Twilio has one for it."""
    words: str = ""
    """What Twilio says with that code."""

    def refused(self, name: str, problem: str) -> VendorError | None:
        """Return the refusal with the value's own code, if it has one."""
        if self.code is None:
            return None
        is_named = name.lower() in self.words.replace(" ", "").lower()
        return told(self.code, 400, f"{self.words}{'' if is_named else f' ({name})'}: {problem}")

    def coded(self, code: int, words: str = "") -> "Value":
        """Return the same with Twilio's own code, whose words are in `CODES` or given."""
        return Value(self.problem, code, words or CODES[code][1])


Values = dict[str, Value]
"""By parameter what it may be."""


def wrong_value(name: str, problem: str) -> VendorError:
    """Refuse a value for which Twilio has no code of its own."""
    return wrong(f"Invalid parameter {name}: {problem}")


def check(given: Mapping[str, Any], values: Values, refuse: Refuse = wrong_value) -> None:
    """Hold what a caller sent against what it may be; what is empty is not looked at.

    Raises:
        VendorError: the first parameter that is something else.
    """
    for name, value in values.items():
        texts = given.get(name)
        for text in texts if isinstance(texts, list) else [texts]:
            problem = value.problem(text) if isinstance(text, str) and text else None
            if problem:
                raise value.refused(name, problem) or refuse(name, problem)


class TwilioParams(Params):
    """The parameters of one endpoint: `friendly_name` here is `FriendlyName` in the form.

    Of a key that repeats, a list gets all values and anything else the last. An empty value
    unsets a text, and counts as absent for everything else.
    """

    model_config = ConfigDict(alias_generator=to_pascal)

    values: ClassVar[Values] = {}
    """What its texts may be, where no verb looks at them, also of parameters without effect."""
    _kinds: ClassVar[dict[str, str]] = {}

    @classmethod
    def refuse(cls, name: str, problem: str) -> VendorError:
        """Refuse a value that has no code of its own."""
        return wrong_value(name, problem)

    @model_validator(mode="before")
    @classmethod
    def _from_form(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        check(given, cls.values, cls.refuse)
        if "_kinds" not in cls.__dict__:
            kinds = {name: _kind(each.annotation) for name, each in cls.model_fields.items()}
            aliases = {each.alias or name: kinds[name] for name, each in cls.model_fields.items()}
            cls._kinds = kinds | aliases
        found: dict[str, Any] = {}
        for name, value in given.items():
            kind = cls._kinds.get(name)
            if kind is None:
                continue
            if kind != "list" and isinstance(value, list):
                if not value:
                    continue
                value = value[-1]
            if value == "" and kind != "text":
                continue
            found[name] = value
        return found


def _kind(annotation: Any) -> str:
    """Say whether a field takes a list, a text or something that a text must be read as."""
    if get_origin(annotation) in (Union, UnionType):
        kinds = {_kind(each) for each in get_args(annotation) if each is not type(None)}
        return "list" if "list" in kinds else "text" if "text" in kinds else "other"
    if annotation is list or get_origin(annotation) is list:
        return "list"
    return "text" if annotation is str else "other"


def form_of(text: str) -> Form:
    """Read a form, or a query: each name with its values in order."""
    found: Form = {}
    for name, value in forms.pairs(text):
        found.setdefault(name, []).append(value)
    return found


def is_url(text: str) -> bool:
    """Say whether Twilio would call this address: HTTP, with a host that has no underscore."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and bool(host)
        and "_" not in host
        and port_is_fine
        and len(text) <= 4000
        and text.isprintable()
        and " " not in text
    )


def _flag(text: str) -> str | None:
    return None if text.lower() in ("true", "false") else f"{_cut(text)} is not a boolean"


FLAG = Value(_flag)


def _number(text: str) -> str | None:
    known = re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", text, re.ASCII)
    return None if known else f"{_cut(text)} is not a number"


NUMBER = Value(_number)


def whole(least: int = -MOST, most: int = MOST) -> Value:
    """A whole number, maybe within bounds."""

    def problem(text: str) -> str | None:
        if not re.fullmatch(r"-?\d{1,15}", text, re.ASCII):
            return f"{_cut(text)} is not a number"
        return None if least <= int(text) <= most else f"{text} is not from {least} to {most}"

    return Value(problem)


def sid(prefix: str) -> Value:
    """A SID of one kind: `MG` and 32 hexadecimal digits."""

    def problem(text: str) -> str | None:
        known = re.fullmatch(rf"{prefix}[0-9a-fA-F]{{32}}", text)
        return None if known else f"{_cut(text)} is not a SID that begins with {prefix}"

    return Value(problem)


def any_of(*known: str) -> Value:
    """One of some words."""

    def problem(text: str) -> str | None:
        return None if text in known else f"{_cut(text)} is none of {', '.join(known)}"

    return Value(problem)


def some_of(*known: str) -> Value:
    """Some of some words, with spaces between them."""

    def problem(text: str) -> str | None:
        others = [each for each in text.split() if each not in known]
        return f"{_cut(others[0])} is none of {', '.join(known)}" if others else None

    return Value(problem)


def text(most: int, least: int = 0) -> Value:
    """A text of so many characters."""

    def problem(given: str) -> str | None:
        if least <= len(given) <= most:
            return None
        bounds = f"between {least} and {most}" if least else f"at most {most}"
        return f"it has {len(given)} characters, and may have {bounds}"

    return Value(problem)


def _method(text: str) -> str | None:
    known = text.upper() in ("GET", "POST")
    return None if known else f"{_cut(text)} is not GET or POST"


METHOD = Value(_method)


def _url(text: str) -> str | None:
    return None if is_url(text) else f"{_cut(text)} is not a valid URL"


URL = Value(_url)


def _moment(text: str) -> str | None:
    return None if instant(text) else f"{_cut(text)} is not a valid date"


MOMENT = Value(_moment)


def _mapping(text: str) -> str | None:
    try:
        return None if isinstance(loads(text.encode()), dict) else "it is not a JSON object"
    except ValueError:
        return "it is not a JSON object"


MAPPING = Value(_mapping)


def _cut(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:80]}..."
