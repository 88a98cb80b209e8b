"""The key that credentials are sealed with: in the system's keyring, else in a file of this user's.

A data folder has one key. Where it is kept is decided once, when the first credential is stored;
all processes that share the folder then find it there.
"""

import logging
import os
import secrets
import stat
import sys
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from mirra_mcp.local.marketplace.errors import Refused
from mirra_mcp.local.marketplace.store import Store

log = logging.getLogger("mirra_mcp.local")

T = TypeVar("T")

SERVICE = "mirra-mcp"
PLACE = "SELECT value FROM facts WHERE key='key'"
LENGTH = 32
PATIENCE = 20.0
"""Seconds that a keyring may take: it may ask a person to unlock it."""


class Keys:
    """Finds or makes the key; asks the keyring once a process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._path = store.folder / "credentials.key"
        self._key: bytes | None = None

    def find(self) -> bytes | None:
        """Return the key, or None if there is none, or none any more."""
        if self._key is None:
            place = self._store.value(PLACE)
            if place is not None:
                self._key = self._read(place)
        return self._key

    def make(self) -> None:
        """See that there is a key. A keyring may ask a person, so no lock is held meanwhile.

        Raises:
            Refused: it can't be kept anywhere.
        """
        self.forget()
        before = self._store.value(PLACE)
        if self.find() is not None:
            return
        key = secrets.token_bytes(LENGTH)
        place = self._to_keyring(key)
        with self._store.change():
            if self._store.value(PLACE) == before:
                place = place or self._to_file(key)
                self._store.run("INSERT OR REPLACE INTO facts VALUES ('key', ?)", place)

    def forget(self) -> None:
        """Read the key anew next time."""
        self._key = None

    def _read(self, place: str) -> bytes | None:
        kind, _, name = place.partition(":")
        if kind == "keyring":
            text = _patiently(lambda: _keyring().get_password(SERVICE, name))
            key = b64decode(text) if text else None
        else:
            key = _from_file(self._path)
        return key if key is not None and len(key) == LENGTH else None

    def _to_keyring(self, key: bytes) -> str | None:
        name = f"marketplace-{secrets.token_hex(8)}"
        if not _patiently(_is_real):
            return None
        written = b64encode(key).decode()

        def keep() -> bool:
            _keyring().set_password(SERVICE, name, written)
            return bool(_keyring().get_password(SERVICE, name) == written)

        return f"keyring:{name}" if _patiently(keep) else None

    def _to_file(self, key: bytes) -> str:
        try:
            with suppress(FileNotFoundError):
                self._path.unlink()
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(key)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise Refused(
                503,
                "UNAVAILABLE",
                f"The key for credentials can't be written to {self._path}: {error.strerror}."
                " Set MIRRA_DATA_DIR to a folder that can be written.",
            ) from None
        return "file:"


def _from_file(path: Path) -> bytes | None:
    try:
        key = path.read_bytes()
        if sys.platform != "win32" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(0o600)
            log.warning("%s could be read by others; now only you can.", path)
    except OSError:
        return None
    return key


class _Backend:
    """What is used of a keyring."""

    def get_password(self, service: str, name: str) -> str | None:
        raise NotImplementedError

    def set_password(self, service: str, name: str, password: str) -> None:
        raise NotImplementedError


def _keyring() -> _Backend:
    import keyring

    return keyring.get_keyring()  # type: ignore[return-value]  # it has these two


def _is_real() -> bool:
    """Tell whether the system has a keyring that needs no password of its own from a terminal."""
    backend = _keyring()
    name = f"{type(backend).__module__}.{type(backend).__qualname__}"
    if name.startswith("keyring.backends.chainer."):
        return any(
            type(each).__module__.startswith("keyring.backends.")
            for each in getattr(backend, "backends", ())
        )
    return name.startswith("keyring.backends.") and not name.startswith(
        ("keyring.backends.fail.", "keyring.backends.null.")
    )


def _patiently(work: Callable[[], T]) -> T | None:
    """Do something with the keyring; None if it fails or takes too long."""
    found: list[T] = []

    def attempt() -> None:
        try:
            found.append(work())
        except Exception as error:  # a keyring backend raises whatever its system does
            log.info("The system's keyring can't be used: %s.", type(error).__name__)

    thread = threading.Thread(target=attempt, name="mirra-keyring", daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return found[0] if found else None
