"""One HTTP exchange at a time: connections, timeouts, and where the token may go.

The only module that opens connections. It is imported at the first call, for what it imports
costs an MCP server some milliseconds that its cold start can do without.
"""

import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
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
_LOOPBACK = ("all://localhost", "all://127.0.0.1", "all://[::1]")


class Transport:
    """The connections of one client, shared by its control plane and its mirrors."""

    def __init__(self, token: str | None, timeout: float) -> None:
        """Open nothing yet; `timeout` bounds each exchange from connecting to its last byte."""
        self._token = token
        self._timeout = timeout
        self._clients: dict[bool, httpx.AsyncClient] = {}

    async def aclose(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            await client.aclose()

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
        raw = [(name.encode(), _bytes(value)) for name, value in headers.items()]
        connect = self._timeout * CONNECTING
        try:
            return self._client(call).build_request(
                call.method,
                call.base + call.path,
                headers=raw,
                content=content,
                timeout=httpx.Timeout(read, connect=connect, pool=connect),
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
        return await self._client(call).send(request, stream=True)

    def _client(self, call: Call) -> httpx.AsyncClient:
        parts = urlsplit(call.base)
        here = parts.scheme == "http" and is_loopback(parts.hostname or "")
        if here not in self._clients:
            try:
                self._clients[here] = _open(here=here)
            except (OSError, ValueError, ImportError) as error:
                raise from_environment(error, call) from error
        return self._clients[here]


def _is_stream(response: httpx.Response) -> bool:
    return str(response.headers.get("content-type", "")).startswith("text/event-stream")


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


@cache
def certificates() -> ssl.SSLContext:
    """Return whom to trust, read once: an MCP server has a client for each of its callers."""
    return httpx.create_ssl_context()


def _open(*, here: bool) -> httpx.AsyncClient:
    """Return a client that keeps no cookies, for this machine or for the world.

    Calls to this machine by plain http skip the environment's proxies, and skip loading
    certificates, which takes ten times as long as the call; no TLS is ever spoken there.
    """
    jar = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
    limits = httpx.Limits(max_keepalive_connections=20, keepalive_expiry=KEEPALIVE_SECONDS)
    agent = {"user-agent": f"mirra-mcp/{__version__}"}
    if here:
        return httpx.AsyncClient(
            cookies=jar, limits=limits, headers=agent, trust_env=False, verify=False
        )
    return httpx.AsyncClient(
        cookies=jar,
        limits=limits,
        headers=agent,
        verify=certificates(),
        mounts=dict.fromkeys(_LOOPBACK),
    )
