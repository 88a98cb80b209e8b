"""One HTTP exchange at a time: connections, timeouts, and where the token may go.

The only module that opens connections. It is imported at the first call, for what it imports
costs an MCP server some milliseconds that its cold start can do without.
"""

import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache, lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Protocol
from urllib.parse import urlsplit

import anyio
import httpx

from mirra_mcp import __version__
from mirra_mcp.client.calls import SHORTEST_SECRET, Answer, Call, Headers
from mirra_mcp.client.errors import MirraError
from mirra_mcp.client.failures import from_environment, from_httpx
from mirra_mcp.client.urls import is_loopback

CONNECTING = 1 / 3
"""The part of a call's time that connecting may take, and TLS after it."""
KEEPALIVE_SECONDS = 4.0
"""Shorter than the 5 s after which uvicorn closes: no call meets a connection being closed."""
_LIMITS = httpx.Limits(max_keepalive_connections=20, keepalive_expiry=KEEPALIVE_SECONDS)
_LOOPBACK = ("all://localhost", "all://127.0.0.1", "all://[::1]")
_ALWAYS: Headers = {
    "accept": "*/*",
    "accept-encoding": "gzip, deflate",
    "user-agent": f"mirra-mcp/{__version__}",
}
"""What each request says unless its caller says otherwise."""


class _Way(Protocol):
    """What carries requests out."""

    async def send(self, request: httpx.Request, *, stream: bool) -> httpx.Response:
        """Send a request; the answer's body is still to be read."""

    async def aclose(self) -> None:
        """Close every connection."""


class Transport:
    """The connections of one client, shared by its control plane and its mirrors."""

    def __init__(self, token: str | None, timeout: float) -> None:
        """Open nothing yet; `timeout` bounds each exchange from connecting to its last byte."""
        self._token = token
        self._timeout = timeout
        self._ways: dict[bool, _Way] = {}

    async def aclose(self) -> None:
        """Close every connection."""
        for way in self._ways.values():
            await way.aclose()

    async def exchange(
        self,
        call: Call,
        *,
        headers: Headers,
        content: bytes | None = None,
        wait: float = 0.0,
    ) -> Answer:
        """Send a request and read the whole answer.

        `wait` is what the server was asked to hold the answer back for.

        Raises:
            MirraError: no whole answer came.
        """
        seconds = self._timeout + wait
        request = self._request(call, headers, content, read=seconds)
        start = time.perf_counter()
        try:
            with anyio.fail_after(seconds):
                response = await self._send(request, call)
                try:
                    body = b"" if _is_stream(response) else await response.aread()
                finally:
                    await response.aclose()
        except (httpx.HTTPError, httpx.StreamError, OSError) as error:
            raise from_httpx(error, call, seconds) from error
        return Answer(
            status=response.status_code,
            headers=response.headers,
            content=body,
            duration_ms=(time.perf_counter() - start) * 1000,
        )

    @asynccontextmanager
    async def stream(
        self, call: Call, *, headers: Headers, silence: float
    ) -> AsyncIterator[httpx.Response]:
        """Send a request and hand out the answer while it is still coming.

        Raises:
            MirraError: it did not start, was cut, or fell silent for `silence` seconds.
        """
        request = self._request(call, headers, None, read=silence)
        try:
            with anyio.fail_after(self._timeout):
                response = await self._send(request, call)
        except (httpx.HTTPError, OSError) as error:
            raise from_httpx(error, call, self._timeout) from error
        try:
            yield response
        except (httpx.HTTPError, httpx.StreamError, OSError) as error:
            raise from_httpx(error, call, silence) from error
        finally:
            await response.aclose()

    def _request(
        self,
        call: Call,
        headers: Headers,
        content: bytes | None,
        *,
        read: float,
    ) -> httpx.Request:
        if call.kind == "mirra" and self._token:
            headers = {**headers, "authorization": f"Bearer {self._token}"}
        elif call.kind == "marketplace" and self._token:
            headers = {**headers, "x-api-key": self._token}
        elif self._token:
            self._keep_secret(call, headers, content)
        said = {name.lower() for name in headers}
        sent = [*((name, value) for name, value in _ALWAYS.items() if name not in said)]
        sent += headers.items()
        connect = self._timeout * CONNECTING
        timeout = httpx.Timeout(read, connect=connect, pool=connect)
        try:
            return httpx.Request(
                call.method,
                call.base + call.path,
                headers=[(name.encode(), _bytes(value)) for name, value in sent],
                content=content,
                extensions={"timeout": timeout.as_dict()},
            )
        except httpx.InvalidURL as error:
            raise from_httpx(error, call, read) from error

    def _keep_secret(self, call: Call, headers: Headers, content: bytes | None) -> None:
        secret = (self._token or "").encode()
        if len(secret) < SHORTEST_SECRET:
            return
        sent = [
            call.path.encode(),
            content or b"",
            *(_bytes(value) for value in headers.values()),
        ]
        if any(secret in part for part in sent):
            raise MirraError(
                "The Mirra token is never sent to a mirror, and this request holds it.",
                code="mirra.client.token_to_mirror",
                request=call.name,
                hint="Use the vendor key that the session's `env` names for this mirror.",
            )

    async def _send(self, request: httpx.Request, call: Call) -> httpx.Response:
        here = _is_here(call.base)
        if here not in self._ways:
            try:
                self._ways[here] = _Near() if here else _far()
            except (OSError, ValueError, ImportError) as error:
                raise from_environment(error, call) from error
        return await self._ways[here].send(request, stream=True)


class _Near:
    """The way to this machine by plain http: `httpx`'s connections without its client.

    What the client adds is never used there (cookies, redirects, proxies, signing in), and takes
    a tenth of such a call's time. No certificates are loaded, for no TLS is ever spoken.
    """

    def __init__(self) -> None:
        self._connections = httpx.AsyncHTTPTransport(verify=False, trust_env=False, limits=_LIMITS)

    async def send(self, request: httpx.Request, *, stream: bool) -> httpx.Response:
        response = await self._connections.handle_async_request(request)
        response.request = request
        return response

    async def aclose(self) -> None:
        await self._connections.aclose()


def _far() -> httpx.AsyncClient:
    """Return the way to the world: a client that keeps no cookies, through the set proxies."""
    return httpx.AsyncClient(
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
        limits=_LIMITS,
        verify=certificates(),
        mounts=dict.fromkeys(_LOOPBACK),
    )


@lru_cache(maxsize=256)
def _is_here(base: str) -> bool:
    parts = urlsplit(base)
    return parts.scheme == "http" and is_loopback(parts.hostname or "")


def _is_stream(response: httpx.Response) -> bool:
    return str(response.headers.get("content-type", "")).startswith("text/event-stream")


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


@cache
def certificates() -> ssl.SSLContext:
    """Return whom to trust, read once: an MCP server has a client for each of its callers."""
    return httpx.create_ssl_context()
