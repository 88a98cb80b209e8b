"""Idempotency keys: the same key and request get the first answer again."""

from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import blake2b

from mirra_mcp.local.kit.compact import trimmed
from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Answer, Call
from mirra_mcp.local.kit.store import Store

DIGEST = 16


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A vendor's rules."""

    header: str = "idempotency-key"
    methods: frozenset[str] = field(default_factory=lambda: frozenset({"POST"}))
    paths: frozenset[str] | None = None
    """Only these paths take a key; None: all."""
    ttl: timedelta = timedelta(hours=24)
    keep_errors: bool = False
    """Whether a refusal that wrote something, such as a decline, is replayed too."""
    replay_header: tuple[str, str] | None = None

    def key_of(self, call: Call) -> str | None:
        """Return the key under which a call is remembered, if it has one."""
        if call.method not in self.methods or (self.paths and call.path not in self.paths):
            return None
        return call.headers.get(self.header)

    def asked(self, call: Call) -> bytes:
        """Return what must be the same besides method and path: as sent, if a vendor says no more.

        Called when the call has been admitted.
        """
        return call.query_string.encode() + b"\n" + call.body

    def keeps(self, refusal: VendorError) -> bool:
        """Tell whether a refusal that wrote nothing is replayed, too."""
        return False


class Replays:
    """The answers of one mirror that can be asked for again."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, key: str, call: Call, asked: bytes) -> tuple[bool, Answer] | None:
        """Return whether the request was the same, and its answer; None: a key not seen."""
        kept = self._store.replay(key)
        if kept is None or kept[4] <= call.now.timestamp():
            return None
        return kept[0] == fingerprint(call, asked), Answer(kept[1], kept[2], dict(kept[3]))

    def path_of(self, key: str) -> str | None:
        """Return the path that a key was first used for."""
        kept = self._store.replay(key)
        return None if kept is None else kept[0][DIGEST:].decode()

    def keep(self, key: str, call: Call, asked: bytes, answer: Answer, ttl: timedelta) -> None:
        """Remember an answer, as bytes, until `ttl` has passed."""
        expires = (call.now + ttl).timestamp()
        headers = dict(answer.headers)
        kept = (
            fingerprint(call, asked),
            answer.status,
            trimmed(answer.encoded()),
            headers,
            expires,
        )
        self._store.keep_replay(key, kept)


def fingerprint(call: Call, asked: bytes) -> bytes:
    """Digest what makes a request the same: method, path and what was asked. The path follows."""
    text = f"{call.method} {call.path}\n".encode()
    return blake2b(text + asked, digest_size=DIGEST).digest() + call.path.encode()
