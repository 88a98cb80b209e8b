"""Where the MCP server meets the embedded Mirra: nowhere else do the two know each other."""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import anyio.to_thread

from mirra_mcp.cli.failures import CommandFailed
from mirra_mcp.cli.progress import STARTING, working
from mirra_mcp.cli.running import running
from mirra_mcp.client.client import MirraClient
from mirra_mcp.local.app import LocalMirra, StartError
from mirra_mcp.settings import Settings


@contextmanager
def private(settings: Settings) -> Iterator[tuple[str, str]]:
    """Run a Mirra of our own for the length of the block, that nobody else comes to depend on.

    Raises:
        CommandFailed: it can't be started.
    """
    local = LocalMirra(settings)
    try:
        with working(STARTING):
            address = local.start()
    except StartError as problem:
        raise CommandFailed(str(problem)) from problem
    try:
        yield address
    finally:
        local.stop()


class Embedded:
    """The Mirra of this machine: one that runs already, or one inside this process.

    It starts when it is first asked for, not before: an MCP client waits for the handshake.
    """

    def __init__(self, settings: Settings, *, shares: bool = True) -> None:
        """Start nothing yet; with `shares`, one that runs already will do.

        None does for somebody who asks for special ports, or for mirrors of their own: who runs it
        has chosen them.
        """
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
        settings = self._settings
        asks = settings.mirror_ports or settings.mirror_host or settings.vendors
        found = running(self._settings) if self._shares and not asks else None
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
        with working(STARTING):
            address = embedded.start()
    except OSError as problem:
        raise CommandFailed(str(problem)) from problem
    try:
        yield address
    finally:
        embedded.end()
