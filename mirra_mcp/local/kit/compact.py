"""JSON that is kept for long, in memory of its own length.

orjson leaves what it writes in a buffer of several KiB, however little that is.
"""

from typing import Any

import orjson


def compact(value: Any) -> bytes:
    """Return a value as JSON that takes no more memory than it is long."""
    return trimmed(orjson.dumps(value))


def trimmed(written: bytes) -> bytes:
    """Return a copy of what orjson wrote that takes no more memory than it is long."""
    return bytes(memoryview(written))
