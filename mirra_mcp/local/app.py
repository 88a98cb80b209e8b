"""A Mirra of your own: the same HTTP API as the hosted one, in a thread of this process."""

import asyncio
import secrets
import sys
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from mirra_mcp.settings import Settings

if TYPE_CHECKING:
    from mirra_mcp.local.kit.mirror import Mirror


class StartError(Exception):
    """The embedded Mirra could not start; the message says why and what to do."""


class LocalMirra:
    """An embedded Mirra: cheap to make, does nothing until it is started.

    Nothing heavy is imported before `start`.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        shared: bool = False,
        kinds: Mapping[str, "type[Mirror]"] | None = None,
    ) -> None:
        """Make one, of all mirrors or of the given `kinds`.

        With `shared`, other processes can find it through the data folder.
        """
        self._settings = settings
        self._shared = shared
        self._kinds = kinds
        self._thread: threading.Thread | None = None
        self._stop: Callable[[], object] = lambda: None
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self.url = ""
        self.token = f"mt_local_{secrets.token_urlsafe(24)}"

    def start(self) -> tuple[str, str]:
        """Begin to listen; return the control plane's URL and token.

        Raises:
            StartError: the port is taken, or the machine refuses.
        """
        self._thread = threading.Thread(target=self._run, name="mirra", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure
        return self.url, self.token

    def stop(self) -> None:
        """End the ephemeral sessions, free everything, and wait until that is done."""
        if self._thread is not None and self._thread.is_alive():
            self._stop()
            self._thread.join(timeout=10)

    def __enter__(self) -> "LocalMirra":
        """Start it."""
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        """Stop it."""
        self.stop()

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=_loop_factory()) as runner:
                runner.run(self._serve())
        except OSError as error:
            where, what = f"{self._settings.host}:{self._settings.port}", "port"
            if error.filename == self._settings.mirror_host is not None:
                where, what = error.filename, "address with --mirror-host"
            self._failure = StartError(
                f"Mirra can't listen on {where}: {error.strerror or error}."
                f" Choose another {what}, or stop what uses this one."
            )
        except BaseException as error:
            if self._ready.is_set():
                raise
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        from mirra_mcp.local.api.app import build_api
        from mirra_mcp.local.api.doors import FrontDoor
        from mirra_mcp.local.kinds import Kinds
        from mirra_mcp.local.kit.clock import wall
        from mirra_mcp.local.kit.folder import Folder
        from mirra_mcp.local.kit.host import Host
        from mirra_mcp.local.page.door.keys import Keys

        settings, vendors = self._settings, self._kinds
        if vendors is None:
            from mirra_mcp.local.mirrors import MIRRORS

            vendors = MIRRORS
        if settings.vendors:
            from mirra_mcp.local.owned import Owned, OwnedError

            try:
                vendors = Owned(vendors, settings.vendors)
            except OwnedError as error:
                raise StartError(str(error)) from None
        kinds = Kinds(vendors, hosts=settings.document_hosts)
        folder = Folder(settings.data_dir)
        host = Host(settings, kinds, folder, wall, self.token)
        keys = Keys()
        control = build_api(host, self.token, settings.rate_limit, wall, keys)
        front = FrontDoor(control, host, self.token, wall, keys)
        ports = host.listen(front)
        socket = ports.bind(settings.port)
        self.url = ports.control_url
        _allow_many_files()
        folder.own()
        if folder.is_owned:
            kinds.keep_in(folder.path / "mirrors")
        try:
            await host.revive()
            folder.register(self.url, self.token)
            if self._shared:
                folder.announce(self.url, self.token)
            loop = asyncio.get_running_loop()
            ending = asyncio.Event()
            self._stop = lambda: loop.call_soon_threadsafe(ending.set)
            serving = asyncio.ensure_future(ports.server.serve(sockets=[socket]))
            self._ready.set()
            stopping = asyncio.ensure_future(ending.wait())
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            await host.close()
            ports.server.end()
            await serving
        finally:
            await front.close()
            folder.leave()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def _allow_many_files() -> None:
    """Every mirror has a socket, so take as many file handles as the system grants."""
    if sys.platform == "win32":
        return
    import resource

    from mirra_mcp.local.kit.connections import Connection

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    Connection.most = min(Connection.most, wanted // 2)
