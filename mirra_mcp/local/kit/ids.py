"""Ids that a replay makes again: each one is a digest of a seed and a counter."""

from functools import cache
from hashlib import blake2b

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
VARIANT = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}
"""What stands for a digit where a UUID tells its variant."""


@cache
def _table(alphabet: str) -> bytes:
    return bytes(ord(alphabet[byte % len(alphabet)]) for byte in range(256))


class Ids:
    """A deterministic source of ids."""

    def __init__(self, seed: str, count: int = 0) -> None:
        self.seed = seed
        self.count = count

    @property
    def seed(self) -> str:
        """What makes these ids others than those of another source."""
        return self._seed.decode()

    @seed.setter
    def seed(self, seed: str) -> None:
        self._seed = seed.encode()

    def _digest(self) -> bytes:
        self.count += 1
        return blake2b(b"%s:%d" % (self._seed, self.count), digest_size=32).digest()

    def uuid(self) -> str:
        """Return a version 4 UUID."""
        text = self._digest().hex()
        variant = VARIANT[text[16]]
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{variant}{text[17:20]}-{text[20:32]}"

    def token(self, length: int, alphabet: str = BASE62) -> str:
        """Return `length` characters of `alphabet`."""
        table, out = _table(alphabet), b""
        while len(out) < length:
            out += self._digest().translate(table)
        return out[:length].decode()

    def number(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + int.from_bytes(self._digest()[:8]) % (high - low + 1)
