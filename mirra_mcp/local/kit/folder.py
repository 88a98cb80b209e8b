"""The data folder: persistent sessions, what ended ones left, and who owns it."""

import json
import os
import shutil
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs
from filelock import FileLock, Timeout
from pydantic import BaseModel, ValidationError

from mirra_mcp.local.kit import private
from mirra_mcp.local.kit.errors import Refusal
from mirra_mcp.local.kit.states import read_state, write_state
from mirra_mcp.local.kit.store import Frozen

if TYPE_CHECKING:
    from mirra_mcp.local.kit.session import Session


class Kept(BaseModel):
    """What a persistent session is made of again after a restart."""

    id: str
    name: str
    created_at: datetime
    fixtures: dict[str, str]
    ports: dict[str, int]
    clock: dict[str, Any]
    webhooks: dict[str, str] = {}


def default_folder() -> Path:
    """Return where Mirra keeps its data on this machine."""
    return Path(platformdirs.user_data_dir("mirra", appauthor=False))


class Folder:
    """One process owns a data folder at a time; another one works without it."""

    def __init__(self, path: Path | None) -> None:
        self.path = path or default_folder()
        self.archive = self.path / "archive"
        self._lock: FileLock | None = None
        self._registered: Path | None = None
        self.trouble: str | None = None
        """Why nothing can be kept here, if so."""

    @property
    def is_owned(self) -> bool:
        """Whether this process owns the folder."""
        return self._lock is not None

    def own(self) -> None:
        """Take the folder, if it can be written and nobody else has it."""
        lock = FileLock(self.path / "mirra.lock", mode=private.FILE)
        try:
            self._prepare()
            lock.acquire(timeout=0)
        except Timeout:
            self.trouble = f"Another Mirra uses the data folder {self.path}."
        except OSError as error:
            self.trouble = f"The data folder {self.path} can't be written: {error.strerror}."
        else:
            self._lock = lock

    def _prepare(self) -> None:
        """Make the folder, private. A folder of somebody's choice keeps the rights that it has."""
        if self.path.is_dir() and self.path != default_folder():
            private.touch(self.path / "mirra.lock")
        else:
            private.folder(self.path)
        for path in (self.path / "sessions", self.archive):
            if path.is_dir():
                private.folder(path)

    def announce(self, url: str, token: str) -> None:
        """Let other processes find this Mirra; only the same user can read it."""
        if not self.is_owned:
            return
        _tell_oneself(self.path / "mirra.json", url, token)

    def register(self, url: str, token: str) -> None:
        """Let `mirra-mcp exec` of the same user find this Mirra's sessions, owner or not."""
        name = f"{os.getpid()}-{token[-6:]}.json"
        with suppress(OSError):
            private.folder(self.path / "running")
            _tell_oneself(self.path / "running" / name, url, token)
            self._registered = self.path / "running" / name

    def leave(self) -> None:
        """Give the folder up."""
        if self._registered is not None:
            self._registered.unlink(missing_ok=True)
            self._registered = None
        if self._lock is not None:
            with suppress(FileNotFoundError):
                (self.path / "mirra.json").unlink()
            self._lock.release()
            self._lock = None

    def of(self, id: str) -> Path:
        """Return a session's own folder."""
        return self.path / "sessions" / id

    def make(self, id: str) -> Path:
        """Make a session's folder.

        Raises:
            Refusal: the data folder isn't ours or can't be written.
        """
        if self._lock is None:
            raise Refusal(
                409,
                "mirra.data.unavailable",
                f"No persistent session can be kept. {self.trouble or ''}".strip(),
                "Use an ephemeral session, set MIRRA_DATA_DIR to another folder,"
                " or run `mirra-mcp up` once and let every client share it.",
            )
        try:
            private.folder(self.path / "sessions")
            self.of(id).mkdir(mode=private.FOLDER)
        except OSError as error:
            raise Refusal(
                409,
                "mirra.data.unavailable",
                f"The data folder {self.path} can't be written: {error.strerror}.",
                "Set MIRRA_DATA_DIR to another folder.",
            ) from None
        return self.of(id)

    def keep(self, kept: Kept) -> None:
        """Write a session's description, all at once."""
        private.write(self.of(kept.id) / "session.json", kept.model_dump_json().encode())

    def kept(self) -> list[Kept]:
        """List the sessions of the folder, oldest first; unfinished ones are removed."""
        if not self.is_owned:
            return []
        found = []
        for path in (self.path / "sessions").glob("ses_*"):
            try:
                text = (path / "session.json").read_text(encoding="utf-8")
                found.append(Kept.model_validate_json(text))
            except FileNotFoundError:
                shutil.rmtree(path, ignore_errors=True)
            except (OSError, ValidationError):
                continue
        return sorted(found, key=lambda each: each.created_at)

    def bury(self, session: "Session") -> dict[str, str]:
        """Keep the final state of a session that ends; return a snapshot id per mirror."""
        private.folder(self.archive)
        ids = {}
        for vendor, frozen in session.freeze().items():
            ids[vendor] = session.fresh_snapshot_id()
            write_state(self.archive / f"{ids[vendor]}.{vendor}.snapshot", frozen)
        return ids

    def archived(self, vendor: str, id: str) -> Frozen | None:
        """Return the final state that an ended session left under `id`, if any.

        Raises:
            sqlite3.Error: the file is damaged.
        """
        if not id.startswith("snap_") or not id[5:].isalnum():
            return None
        path = self.archive / f"{id}.{vendor}.snapshot"
        return read_state(path) if path.is_file() else None


def _tell_oneself(path: Path, url: str, token: str) -> None:
    said = {"url": url, "token": token, "pid": os.getpid()}
    private.write(path, json.dumps(said).encode())
