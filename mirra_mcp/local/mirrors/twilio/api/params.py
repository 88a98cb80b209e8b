"""How Twilio takes parameters: PascalCase forms; and how its SIDs are written."""

import re
from collections.abc import Mapping
from types import UnionType
from typing import Any, ClassVar, Union, get_args, get_origin
from urllib.parse import urlsplit

from pydantic import ConfigDict, model_validator
from pydantic.alias_generators import to_pascal

from mirra_mcp.local.kit import forms
from mirra_mcp.local.kit.params import Params

HEX = "0123456789abcdef"
SID = re.compile(r"[A-Z]{2}[0-9a-f]{32}")

Form = dict[str, list[str]]


class TwilioParams(Params):
    """The parameters of one endpoint: `friendly_name` here is `FriendlyName` in the form.

    Of a key that repeats, a list gets all values and anything else the last. An empty value
    unsets a text, and counts as absent for everything else.
    """

    model_config = ConfigDict(alias_generator=to_pascal)

    _kinds: ClassVar[dict[str, str]] = {}

    @model_validator(mode="before")
    @classmethod
    def _from_form(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
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
