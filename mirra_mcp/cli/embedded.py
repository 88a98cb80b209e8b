"""Where the MCP server meets the embedded Mirra: nowhere else do the two know each other."""

import gc
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import anyio.to_thread

from mirra_mcp.cli.failures import CommandFailed
from mirra_mcp.client.client import MirraClient
from mirra_mcp.local.app import LocalMirra, StartError
from mirra_mcp.settings import Settings

PATIENCE = 2.0
"""Seconds within which a Mirra on this machine answers, if it lives."""


@dataclass(frozen=True, slots=True)
class Running:
    """A Mirra that another process on this machine offers to share."""

    url: str
    token: str = field(repr=False)
    pid: int


def data_folder(settings: Settings) -> Path:
    """Return where persistent sessions live."""
    if settings.data_dir:
        return settings.data_dir

    from mirra_mcp.local.kit.folder import default_folder

    return default_folder()


def running(settings: Settings) -> Running | None:
    """Find the Mirra that `mirra-mcp up` runs on the same data folder, if it answers."""
    return _found(data_folder(settings) / "mirra.json")


def all_running(settings: Settings) -> list[Running]:
    """Find every Mirra of this user that names this data folder: those of MCP servers, too."""
    files = (data_folder(settings) / "running").glob("*.json")
    return [found for file in sorted(files) if (found := _found(file))]


def _found(file: Path) -> Running | None:
    with suppress(OSError, ValueError, KeyError, TypeError):
        said = json.loads(file.read_text(encoding="utf-8"))
        found = Running(str(said["url"]), str(said["token"]), int(said["pid"]))
        if _is_alive(found.pid) and _answers(found):
            return found
    return None


@contextmanager
def private(settings: Settings) -> Iterator[tuple[str, str]]:
    """Run a Mirra of our own for the length of the block, that nobody else comes to depend on.

    Raises:
        CommandFailed: it can't be started.
    """
    local = LocalMirra(settings)
    try:
        address = local.start()
    except StartError as problem:
        raise CommandFailed(str(problem)) from problem
    try:
        yield address
    finally:
        local.stop()


def _is_alive(pid: int) -> bool:
    """Whether the process is there: else its port may be another's, who must not see the token."""
    if os.name == "nt":
        return True  # os.kill would end it
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _answers(found: Running) -> bool:
    import http.client

    parts = urlsplit(found.url)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
    try:
        line.request(
            "GET", "/v1/sessions?limit=1", headers={"authorization": f"Bearer {found.token}"}
        )
        return line.getresponse().status == 200
    except http.client.HTTPException:
        return False
    finally:
        line.close()


class Embedded:
    """The Mirra of this machine: one that runs already, or one inside this process.

    It starts when it is first asked for, not before: an MCP client waits for the handshake.
    """

    def __init__(self, settings: Settings, *, shares: bool = True) -> None:
        """Start nothing yet; with `shares`, one that runs already will do."""
        self._settings = settings
        self._shares = shares
        self._local: LocalMirra | None = None
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()

    async def connect(self, _: str | None) -> MirraClient:
        """Return a client of it; what `build_server` asks for. The caller's token plays no part.

        Raises:
            OSError: it can't be started.
        """
        url, token = await anyio.to_thread.run_sync(self.start)
        return MirraClient(url, token)

    def start(self) -> tuple[str, str]:
        """Find it or start it; blocks until it listens, and returns its URL and token.

        Raises:
            OSError: it can't be started; the message says why and what to do.
        """
        with self._lock:
            if self._local is not None:
                return self._local.url, self._local.token
            return self._find() or self._begin()

    def _find(self) -> tuple[str, str] | None:
        found = running(self._settings) if self._shares else None
        return (found.url, found.token) if found else None

    def _begin(self) -> tuple[str, str]:
        local = LocalMirra(self._settings, shared=not self._shares)
        try:
            address = local.start()
        except StartError as problem:
            raise OSError(str(problem)) from problem
        gc.freeze()  # what is imported by now stays: it need never be looked through again
        self._local = local
        return address

    def warm_up(self, seconds: float) -> None:
        """Start it in the background after a while, so that the first call needn't wait."""
        self._timer = threading.Timer(seconds, self._start_quietly)
        self._timer.daemon = True
        self._timer.start()

    def _start_quietly(self) -> None:
        try:
            self.start()
        except OSError:
            return  # the first call that needs it meets the same failure, and can tell

    async def stop(self) -> None:
        """End it, if it is ours."""
        await anyio.to_thread.run_sync(self.end)

    def end(self) -> None:
        """End it, if it is ours; blocks."""
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            if self._local is not None:
                self._local.stop()
            self._local = None


@contextmanager
def standalone(settings: Settings) -> Iterator[tuple[str, str]]:
    """Run a Mirra of our own for the length of the block; gives its URL and token.

    Other processes find it through the data folder, if that is free.

    Raises:
        CommandFailed: it can't be started.
    """
    embedded = Embedded(settings, shares=False)
    try:
        address = embedded.start()
    except OSError as problem:
        raise CommandFailed(str(problem)) from problem
    try:
        yield address
    finally:
        embedded.end()


def quiet_environment(data_dir: str) -> dict[str, str]:
    """Return this process's environment without our settings: an embedded Mirra, apart."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("MIRRA_")}
    return ours | {"MIRRA_DATA_DIR": data_dir}
