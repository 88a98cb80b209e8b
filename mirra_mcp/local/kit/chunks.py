"""Reading what comes in pieces, up to a bound."""

from collections.abc import AsyncIterable


async def bounded(chunks: AsyncIterable[bytes], most: int) -> bytes:
    """Return what comes: at most `most` bytes, and one more if there is more."""
    found = bytearray()
    async for chunk in chunks:
        found += chunk
        if len(found) > most:
            break
    return bytes(found[: most + 1])
