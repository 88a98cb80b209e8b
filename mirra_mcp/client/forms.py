"""Form bodies, as the vendors' SDKs write them: nested (`a[b][0]=c`) or with keys that repeat.

Source: https://docs.stripe.com/api/expanding_objects
    https://github.com/twilio/twilio-python/blob/main/twilio/base/serialize.py
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode


def encode(body: Mapping[str, Any], *, repeats: bool = False) -> str:
    """Return the object as `application/x-www-form-urlencoded`.

    `True` is `true`, `None` is empty (which unsets a field), and an empty object or list is
    left out. When it `repeats`, a list becomes its key again and again, and an object in a field
    is JSON, as Twilio has it; else both nest, as Stripe has it.
    """
    pairs = _repeated if repeats else _nested
    found = [pair for name, value in body.items() for pair in pairs(name, value)]
    return urlencode(found, errors="replace")


def _nested(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _nested(f"{name}[{key}]", inner)
    elif _is_list(value):
        for index, inner in enumerate(value):
            yield from _nested(f"{name}[{index}]", inner)
    else:
        yield name, _text(value)


def _repeated(name: str, value: Any) -> Iterator[tuple[str, str]]:
    for each in value if _is_list(value) else [value]:
        is_structure = isinstance(each, Mapping) or _is_list(each)
        yield name, json.dumps(each) if is_structure else _text(each)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
