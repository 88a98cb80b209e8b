"""Form bodies with nested values, as Stripe's SDKs write them: `a[b][0]=c`.

Source: https://docs.stripe.com/api/expanding_objects
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode


def encode(body: Mapping[str, Any]) -> str:
    """Return the object as `application/x-www-form-urlencoded`.

    `True` is `true`, `None` is empty (which unsets a field), and an empty object or list is
    left out.
    """
    pairs = [pair for name, value in body.items() for pair in _pairs(name, value)]
    return urlencode(pairs, errors="replace")


def _pairs(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _pairs(f"{name}[{key}]", inner)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for index, inner in enumerate(value):
            yield from _pairs(f"{name}[{index}]", inner)
    elif value is None:
        yield name, ""
    elif isinstance(value, bool):
        yield name, "true" if value else "false"
    else:
        yield name, str(value)
