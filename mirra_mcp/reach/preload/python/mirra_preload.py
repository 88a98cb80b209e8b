"""Leads calls of the vendors' hosts to a session's mirrors, in a program that knows nothing of it.

It stands alone, for any Python from 3.8 on: the program need not have mirra-mcp. Where a client
decides on address and TLS, a vendor's host gets the mirror's address and no TLS; the request
itself stays as it is, `Host` included. Whatever else resolves a vendor's host is refused.
"""

from __future__ import annotations

import errno
import os
import sys
import weakref

TYPE_CHECKING = False
if TYPE_CHECKING:  # `typing` would be loaded into every program
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    Found = tuple[str, int] | str | None
    """Where a host's mirror listens, or why it is not called; None: it is no vendor's host."""

_MOST = 1000
"""Hosts that are remembered."""
_config: Any = None
_known: dict[Any, Found] = {}
_opened: weakref.WeakSet[Any] = weakref.WeakSet()
"""The sockets and streams to mirrors; clients keep them for later calls."""


def begin() -> None:
    """Read what the environment says, and be ready for the clients that the program imports."""
    text = os.environ.get("MIRRA_PRELOAD")
    if text:
        configure(text)
        _tell("loaded", "python {}.{}.{}".format(*sys.version_info[:3]))


def configure(text: str | None) -> None:
    """Lead from now on as this JSON says, or nowhere if there is none."""
    global _config
    _config = text or None
    _known.clear()
    _hang_up()
    if text:
        _hook()


def _hang_up() -> None:
    """Let no client go on with a connection to a mirror that was led to before."""
    for each in list(_opened):
        sock = each if hasattr(each, "shutdown") else each.get_extra_info("socket")
        try:  # noqa: SIM105 -- `contextlib` would be loaded into every program
            sock.shutdown(2)
        except (OSError, AttributeError):
            pass
    _opened.clear()


def find(host: Any) -> Found:
    """Return where a host's mirror listens, why it isn't called, or None for an ordinary host."""
    try:
        return _known[host]
    except KeyError:
        return _remember(host)
    except TypeError:
        return None


def _remember(host: Any) -> Found:
    global _config
    if _config is None:
        return None
    if isinstance(_config, str):
        import json

        _config = json.loads(_config)
    found = look_up(_text(host).lower().rstrip("."), _config)
    if len(_known) < _MOST:
        _known[host] = found
    return found


def look_up(name: str, config: Any) -> Found:
    """Return what a table has to say of a host's name in lower case."""
    hosts, owner = config["hosts"], ""
    if name in config["live"]:
        return None
    vendor = hosts.get(name)
    if vendor is None:
        domain = next((d for d in config["domains"] if name == d or name.endswith("." + d)), None)
        if domain is None:
            return None
        owner = config["domains"][domain]
        vendor = hosts.get(name.split(".")[0] + "." + domain)  # without edge and region
    if vendor is None:
        why = f"the {owner} mirror doesn't play this host"
    elif vendor not in config["mirrors"]:
        why = f"this session has no {vendor} mirror"
    else:
        address, port = config["mirrors"][vendor]
        return (address, port)
    return f"{name} was not called: {why}. Nothing was sent. --allow-live {name} lets it through."


def _text(host: Any) -> str:
    return host.decode("latin-1") if isinstance(host, bytes) else str(host)


def refusal(host: Any, why: str) -> OSError:
    """Tell that a live host would have been called; return the error to raise."""
    _tell("refused", _text(host))
    return ConnectionRefusedError(errno.ECONNREFUSED, why)


def _tell(what: str, about: str) -> None:
    """Write a line for whoever started the program; not being able to harms nobody."""
    report = os.environ.get("MIRRA_PRELOAD_REPORT")
    if not report:
        return
    try:
        handle = os.open(report, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(handle, f"{what} {os.getpid()} {about}\n".encode())
        finally:
            os.close(handle)
    except OSError:
        pass


# Reaching the clients.


class _Finder:
    """Lets modules load as ever, and changes them right after."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> Any:
        hook = HOOKS.get(name)
        if hook is None:
            return None
        for finder in sys.meta_path:
            if finder is _Finder or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                _run_after(spec.loader, name, hook)
                return spec
        return None


def _run_after(loader: Any, name: str, hook: Callable[[Any], None]) -> None:
    load = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        load(module)
        if module.__name__ == name:
            hook(module)

    loader.exec_module = exec_module


def _hook() -> None:
    if _Finder in sys.meta_path:
        return
    sys.meta_path.insert(0, _Finder)
    for name, hook in HOOKS.items():
        module = sys.modules.get(name)
        if module is not None:
            hook(module)


def _hook_socket(module: Any) -> None:
    resolve = module.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        found = find(host)
        if found is None:
            return resolve(host, port, *args, **kwargs)
        if not isinstance(found, str):
            found = (
                f"{_text(host)} was not called: this HTTP client can't be led to the mirror."
                " Nothing was sent. Those of http.client, urllib3, requests, httpx and aiohttp can."
            )
        raise refusal(host, found)

    module.getaddrinfo = getaddrinfo


def _open(host: Any, found: tuple[str, int] | str, timeout: Any) -> Any:
    """Connect plainly to where `host` was found."""
    import socket

    if isinstance(found, str):
        raise refusal(host, found)
    if timeout is None or isinstance(timeout, (int, float)):
        sock = socket.create_connection(found, timeout)
    else:  # a word for the default
        sock = socket.create_connection(found)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    _opened.add(sock)
    return sock


def _hook_connections(module: Any) -> None:
    """Change `http.client` and `urllib3`, which decide in `connect`, tunnels included."""
    for cls in (module.HTTPConnection, module.HTTPSConnection):
        _hook_connect(cls)


def _hook_connect(cls: Any) -> None:
    original = cls.connect

    def connect(self: Any) -> Any:
        host = getattr(self, "_tunnel_host", None) or self.host
        found = find(host)
        if found is None:
            return original(self)
        self.sock = _open(host, found, self.timeout)
        self.is_verified = True  # urllib3 warns otherwise
        return None

    cls.connect = connect


def _hook_httpcore(module: Any) -> None:
    """Change `httpcore`, which `httpx` is made of, sync and async."""

    class Plain:
        """A stream that never begins TLS."""

        def __init__(self, stream: Any) -> None:
            self._stream = stream
            _opened.add(stream)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._stream, name)

        def start_tls(self, *args: Any, **kwargs: Any) -> Any:
            return self._stream

    class AsyncPlain(Plain):
        async def start_tls(self, *args: Any, **kwargs: Any) -> Any:
            return self._stream

    class Backend:
        """A network in which one host lies elsewhere."""

        def __init__(self, backend: Any, host: Any, found: tuple[str, int] | str) -> None:
            self._backend, self._host, self._found = backend, host, found

        def __getattr__(self, name: str) -> Any:
            return getattr(self._backend, name)

        def _there(self, kwargs: dict[str, Any]) -> dict[str, Any]:
            if isinstance(self._found, str):
                raise module.ConnectError(refusal(self._host, self._found).strerror)
            return {**kwargs, "host": self._found[0], "port": self._found[1]}

        def connect_tcp(self, **kwargs: Any) -> Any:
            return Plain(self._backend.connect_tcp(**self._there(kwargs)))

    class AsyncBackend(Backend):
        async def connect_tcp(self, **kwargs: Any) -> Any:
            return AsyncPlain(await self._backend.connect_tcp(**self._there(kwargs)))

    _hook_httpcore_connection(module.HTTPConnection, Backend)
    _hook_httpcore_connection(module.AsyncHTTPConnection, AsyncBackend)
    for prefix in ("", "Async"):
        pool = getattr(module, prefix + "ConnectionPool")
        _hook_httpcore_pool(pool)
        for name in ("HTTPProxy", "SOCKSProxy"):
            proxy = getattr(module, prefix + name, None)
            if proxy is not None and "create_connection" in vars(proxy):
                _hook_httpcore_proxy(proxy, pool)


def _hook_httpcore_connection(cls: Any, backend: Any) -> None:
    original = cls.__init__

    def __init__(self: Any, origin: Any, *args: Any, **kwargs: Any) -> None:
        original(self, origin, *args, **kwargs)
        found = find(origin.host)
        if found is not None:
            self._network_backend = backend(self._network_backend, origin.host, found)

    cls.__init__ = __init__


def _hook_httpcore_pool(cls: Any) -> None:
    original = cls.create_connection

    def create_connection(self: Any, origin: Any) -> Any:
        if getattr(self, "_proxy", None) is None or find(origin.host) is None:
            return original(self, origin)
        proxy, self._proxy = self._proxy, None
        try:
            return original(self, origin)
        finally:
            self._proxy = proxy

    cls.create_connection = create_connection


def _hook_httpcore_proxy(cls: Any, pool: Any) -> None:
    original = cls.create_connection

    def create_connection(self: Any, origin: Any) -> Any:
        make = original if find(origin.host) is None else pool.create_connection
        return make(self, origin)

    cls.create_connection = create_connection


async def _connected(loop: Any, found: tuple[str, int]) -> Any:
    import socket

    sock = socket.socket(socket.AF_INET6 if ":" in found[0] else socket.AF_INET)
    try:
        sock.setblocking(False)
        await loop.sock_connect(sock, found)
    except BaseException:
        sock.close()
        raise
    _opened.add(sock)
    return sock


def _hook_aiohttp(module: Any) -> None:
    cls = module.TCPConnector
    original = cls._create_connection

    async def _create_connection(self: Any, req: Any, traces: Any, timeout: Any) -> Any:  # noqa: ASYNC109 -- aiohttp's
        host = req.url.raw_host
        found = find(host)
        if found is None:
            return await original(self, req, traces, timeout)
        try:
            if isinstance(found, str):
                raise refusal(host, found)
            sock = await _connected(self._loop, found)
            _, protocol = await self._loop.create_connection(self._factory, sock=sock)
        except OSError as problem:
            raise module.ClientConnectorError(req.connection_key, problem) from problem
        return protocol

    cls._create_connection = _create_connection


HOOKS: dict[str, Callable[[Any], None]] = {
    "socket": _hook_socket,
    "http.client": _hook_connections,
    "urllib3.connection": _hook_connections,
    "httpcore": _hook_httpcore,
    "httpcore2": _hook_httpcore,
    "aiohttp.connector": _hook_aiohttp,
}
