"""A proxy on loopback for runtimes that no preload reaches: it plays the mirrored hosts over TLS.

Ordinary hosts get through untouched and unread, by the user's own proxy where there is one;
vendors' hosts that aren't mirrored are refused.
"""

import base64
import logging
import os
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # is there

import anyio
import anyio.to_thread
from anyio.abc import ByteStream, SocketAttribute, SocketStream
from anyio.from_thread import start_blocking_portal
from anyio.streams.buffered import BufferedByteReceiveStream
from anyio.streams.stapled import StapledByteStream
from anyio.streams.tls import TLSStream

from mirra_mcp.reach.authority import Authority

log = logging.getLogger("mirra_mcp.reach")
Found = tuple[str, int] | str | None
"""Where a host's mirror listens, why it isn't called, or None for an ordinary host."""
HEAD = 65_536
"""Bytes that a request may have before its body."""
HANDSHAKE = 20.0
"""Seconds that a client may take to say whom it wants."""
BROKEN = (OSError, anyio.BrokenResourceError, anyio.EndOfStream, anyio.ClosedResourceError)


class UnusableProxy(ValueError):
    """The proxy that the user has can't be gone on to."""


class Upstream:
    """The user's own proxy, as the environment names it, for hosts that aren't ours."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Read the environment.

        Raises:
            UnusableProxy: it names one that isn't spoken to over plain HTTP.
        """
        self._proxies: dict[str, Any] = {"no": _said(environ, "no_proxy")}
        for scheme in ("http", "https"):
            url = _said(environ, f"{scheme}_proxy") or _said(environ, "all_proxy")
            if url:
                parts = urlsplit(url if "://" in url else f"http://{url}")
                if parts.scheme != "http" or not parts.hostname:
                    raise UnusableProxy(
                        f"Your own proxy for {scheme} ({parts.scheme}://{parts.hostname}) isn't one"
                        " that ours can go on to: only http:// will do."
                    )
                self._proxies[scheme] = parts

    def of(self, scheme: str, host: str) -> tuple[str, int] | None:
        """Return address and port of the proxy by which to call a host."""
        parts = self._proxies.get(scheme)
        if parts is None or proxy_bypass_environment(host, self._proxies):
            return None
        return parts.hostname, parts.port or 80

    def credentials(self, scheme: str) -> bytes:
        """Return the header by which it lets us in, or nothing."""
        parts = self._proxies[scheme]
        if not parts.username:
            return b""
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        return b"proxy-authorization: Basic " + base64.b64encode(pair) + b"\r\n"


def _said(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name) or environ.get(name.upper()) or ""


class Proxy:
    """Leads hosts to mirrors, as `find` says."""

    def __init__(
        self,
        find: Callable[[str], Found],
        authority: Authority,
        upstream: Upstream,
        report: Path | None = None,
    ) -> None:
        """Listen nowhere yet; `report` gets a line for each call that is refused."""
        self._find, self._authority, self._upstream = find, authority, upstream
        self._report = report

    async def serve(self, client: SocketStream) -> None:
        """Do what one client asks for, to the end of its connection."""
        buffered = BufferedByteReceiveStream(client)
        async with client:
            try:
                with anyio.fail_after(HANDSHAKE):
                    head = await buffered.receive_until(b"\r\n\r\n", HEAD)
                await self._answer(StapledByteStream(client, buffered), head)
            except (*BROKEN, TimeoutError, anyio.IncompleteRead, anyio.DelimiterNotFound):
                return  # the client sees it by itself
            except Exception:  # one client's trouble is no other's
                log.exception("A client of the proxy wasn't served to the end.")

    async def _answer(self, client: ByteStream, head: bytes) -> None:
        line, _, fields = head.partition(b"\r\n")
        method, _, target = line.decode("latin-1").partition(" ")
        target = target.rpartition(" ")[0]
        try:
            parts = urlsplit(target if method != "CONNECT" else f"https://{target}")
            host, port = parts.hostname or "", parts.port or (443 if method == "CONNECT" else 80)
        except ValueError:
            host = ""
        if not host or parts.scheme not in ("http", "https"):
            await _refuse(client, 400, "This is a proxy: it takes CONNECT, and whole URLs.")
            return
        name = host.lower().rstrip(".")
        found = self._find(name)
        if isinstance(found, str):
            self._tell("refused", name)
            await _refuse(client, 403, found)
        elif method == "CONNECT":
            await self._tunnel(client, name, port, found)
        else:
            path = target.partition("://")[2].partition("/")[2]
            await self._forward(client, f"{method} /{path} HTTP/1.1", line, fields, name, port)

    async def _tunnel(
        self, client: ByteStream, host: str, port: int, found: tuple[str, int] | None
    ) -> None:
        try:
            server = await (_connect(*found) if found else self._through(host, port))
        except OSError as problem:
            await _refuse(client, 502, f"{host} can't be reached: {problem}")
            return
        async with server:
            await client.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            if found:
                client = await self._speaking_as(host, client)
            await _join(client, server)

    async def _speaking_as(self, host: str, client: ByteStream) -> ByteStream:
        context = await anyio.to_thread.run_sync(self._authority.context_of, host)
        try:
            with anyio.fail_after(HANDSHAKE):
                return await TLSStream.wrap(
                    client, server_side=True, ssl_context=context, standard_compatible=False
                )
        except ssl.SSLError:  # an alert, not only that it went away
            self._tell("distrusted", host)
            raise

    async def _through(self, host: str, port: int) -> ByteStream:
        """Return a stream to an ordinary host, by the user's proxy if there is one."""
        via = self._upstream.of("https", host)
        if via is None:
            return await _connect(host, port)
        stream = await _connect(*via)
        named = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        await stream.send(
            f"CONNECT {named} HTTP/1.1\r\nhost: {named}\r\n".encode()
            + self._upstream.credentials("https")
            + b"\r\n"
        )
        buffered = BufferedByteReceiveStream(stream)
        answer = await buffered.receive_until(b"\r\n\r\n", HEAD)
        status = answer.partition(b"\r\n")[0].decode("latin-1")
        if status.split(" ")[1:2] != ["200"]:
            await stream.aclose()
            raise OSError(f"your proxy answered '{status}'")
        return StapledByteStream(stream, buffered)

    async def _forward(
        self, client: ByteStream, own: str, line: bytes, fields: bytes, host: str, port: int
    ) -> None:
        """Send one request on that came in the clear; the connection ends with its answer."""
        found = self._find(host)
        via = None if found else self._upstream.of("http", host)
        kept = [
            each
            for each in fields.split(b"\r\n")
            if each and each.partition(b":")[0].strip().lower() not in _BY_HOP
        ]
        own_head = own.encode("latin-1") if via is None else line
        secret = b"" if via is None else self._upstream.credentials("http")
        head = b"\r\n".join([own_head, *kept, b"connection: close", secret + b"\r\n"])
        place = found if isinstance(found, tuple) else via or (host, port)
        try:
            server = await _connect(*place)
        except OSError as problem:
            await _refuse(client, 502, f"{host} can't be reached: {problem}")
            return
        async with server:
            await server.send(head)
            await _join(client, server)

    def _tell(self, what: str, host: str) -> None:
        if self._report is not None:
            with self._report.open("a", encoding="utf-8") as file:
                file.write(f"{what} {os.getpid()} {host}\n")


_BY_HOP = (b"connection", b"proxy-connection", b"proxy-authorization", b"keep-alive")


async def _connect(host: str, port: int) -> ByteStream:
    return await anyio.connect_tcp(host, port)


async def _refuse(client: ByteStream, status: int, why: str) -> None:
    body = f"{why}\n".encode()
    head = (
        f"HTTP/1.1 {status} Refused by mirra\r\ncontent-type: text/plain; charset=utf-8\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    await client.send(head.encode() + body)


async def _join(one: ByteStream, other: ByteStream) -> None:
    """Pass on what either side says, until both have ended, or one can't be spoken to."""

    async def pass_on(source: ByteStream, target: ByteStream) -> None:
        try:
            async for chunk in source:
                await target.send(chunk)
            if isinstance(target, TLSStream):  # it knows no end of one direction
                tasks.cancel_scope.cancel()
            else:
                await target.send_eof()
        except BROKEN:
            tasks.cancel_scope.cancel()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(pass_on, one, other)
        tasks.start_soon(pass_on, other, one)


@contextmanager
def listening(proxy: Proxy) -> Iterator[int]:
    """Let a proxy listen on loopback, in a thread of its own; gives the port."""
    with start_blocking_portal("asyncio") as portal:
        create = partial(anyio.create_tcp_listener, local_host="127.0.0.1")
        listener = portal.call(create)
        serving = portal.start_task_soon(listener.serve, proxy.serve)
        try:
            yield listener.extra(SocketAttribute.local_port)
        finally:
            serving.cancel()
            portal.call(listener.aclose)
