"""Calling a resource's own API: only its own host, in bounded time, up to a bounded size.

The transport is used bare, without httpx's client: no redirects, cookies, proxies or logs of URLs
but our own.
"""

import asyncio
import json
import zlib
from base64 import b64encode
from dataclasses import dataclass, replace
from math import isfinite
from time import perf_counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from mirra_mcp.local.kit.foreign import is_deep
from mirra_mcp.local.marketplace import streams
from mirra_mcp.local.marketplace.addresses import Addresses, Origin, origin_of
from mirra_mcp.local.marketplace.errors import Refused, UpstreamError

if TYPE_CHECKING:
    import httpx

LIMIT = 4 * 1024 * 1024
"""Bytes of an answer that are read."""
LONGEST = 60_000
"""Characters of path and query that are sent; httpx takes hardly more."""
HOPS = 5
MOVED = {301, 302, 303, 307, 308}


@dataclass
class Outgoing:
    """One request as it goes out."""

    method: str
    origin: Origin
    target: str
    """Path and query."""
    headers: dict[str, str]
    content: bytes | None


@dataclass
class Incoming:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes
    is_cut: bool = False
    """Whether it is a stream that went on when it was long enough."""

    def value(self) -> Any:
        """Return the answer as JSON where it is JSON, as text where it is text."""
        kind = self.headers.get("content-type", "").split(";")[0].strip().lower()
        if not self.body:
            return [] if kind in streams.KINDS else None
        if kind in streams.KINDS:
            return streams.read(kind, self.body, is_cut=self.is_cut)
        if kind in ("", "application/json") or kind.endswith("+json"):
            try:
                value = json.loads(self.body, parse_constant=str, parse_float=_finite)
            except (ValueError, RecursionError):
                pass
            else:
                if not is_deep(value):
                    return _whole(value) if b"\\ud" in self.body.lower() else value
        try:
            return self.body.decode("utf-8")
        except UnicodeDecodeError:
            return {"contentType": kind, "base64": b64encode(self.body).decode()}


def _whole(value: Any) -> Any:
    """Return JSON without halves of characters (`"\\ud800"`), which nobody can pass on."""
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def _finite(text: str) -> float | str:
    value = float(text)
    return value if isfinite(value) else text


class Upstream:
    """The one way out."""

    def __init__(self, addresses: Addresses, timeout: float) -> None:
        self.addresses = addresses
        self._timeout = timeout
        self._transport: httpx.AsyncHTTPTransport | None = None

    async def send(self, outgoing: Outgoing, address: str | None = None) -> Incoming:
        """Return the answer to a request; redirects on the same host are followed.

        With `address`, that one is called without a check.

        Raises:
            UpstreamError: it can't be reached, takes too long, breaks off or sends too much.
            Refused: it is at an address that isn't allowed, or its URL is too long.
        """
        if len(outgoing.target) > LONGEST:
            raise Refused(
                400,
                "VALIDATION_ERROR",
                f"These parameters make a URL of {len(outgoing.target)} characters; at most"
                f" {LONGEST} are sent. Shorten what goes into path or query.",
            )
        began = perf_counter()
        try:
            async with asyncio.timeout(self._timeout):
                where = [address] if address else await self.addresses.find(outgoing.origin)
                for _ in range(HOPS):
                    incoming = await self._reach(outgoing, where)
                    onward = _onward(outgoing, incoming)
                    if onward is None:
                        return incoming
                    outgoing = onward
        except TimeoutError:
            raise UpstreamError(
                "timeout",
                f"The resource didn't answer within {perf_counter() - began:.0f} s. Try again,"
                " or ask for less.",
            ) from None
        raise UpstreamError("redirects", f"The resource redirects more than {HOPS} times.")

    async def _reach(self, outgoing: Outgoing, addresses: list[str]) -> Incoming:
        """Call the first of a host's addresses that can be reached; keep to it from then on."""
        while True:
            try:
                return await self._once(outgoing, addresses[0])
            except UpstreamError as error:
                if error.details["reason"] != "unreachable" or len(addresses) == 1:
                    raise
                del addresses[0]

    async def _once(self, outgoing: Outgoing, address: str) -> Incoming:
        import httpx

        origin = outgoing.origin
        name = f"[{address}]" if ":" in address else address
        request = httpx.Request(
            outgoing.method,
            httpx.URL(f"{origin.scheme}://{name}:{origin.port}").copy_with(
                raw_path=outgoing.target.encode("ascii")
            ),
            headers={
                "Host": origin.netloc,
                "User-Agent": "mirra-mcp",
                "Accept": "application/json, */*;q=0.5",
                "Accept-Encoding": "gzip, identity;q=0.5",
                "Connection": "close",
            }
            | outgoing.headers,
            content=outgoing.content,
            extensions={
                "sni_hostname": origin.host,
                "timeout": httpx.Timeout(self._timeout).as_dict(),
            },
        )
        try:
            response = await (await self._open()).handle_async_request(request)
            try:
                return await _read(response)
            finally:
                await response.aclose()
        except httpx.ConnectError as error:
            is_secure = "CERTIFICATE" not in str(error).upper()
            why = "" if is_secure else ": its certificate isn't to be trusted"
            raise UpstreamError(
                "unreachable", f"The resource at {origin.netloc} can't be reached{why}."
            ) from None
        except httpx.TimeoutException:
            raise TimeoutError from None
        except (httpx.TransportError, httpx.InvalidURL, ValueError) as error:
            raise UpstreamError(
                "broken", f"The resource's answer can't be read ({type(error).__name__})."
            ) from None

    async def _open(self) -> "httpx.AsyncHTTPTransport":
        if self._transport is None:
            import httpx

            verify = await asyncio.to_thread(httpx.create_ssl_context, trust_env=False)
            limits = httpx.Limits(max_connections=100, max_keepalive_connections=0)
            opened = httpx.AsyncHTTPTransport(
                trust_env=False, retries=0, limits=limits, verify=verify
            )
            self._transport = self._transport or opened
        return self._transport

    async def close(self) -> None:
        """Close what is open."""
        if self._transport is not None:
            await self._transport.aclose()


async def _read(response: "httpx.Response") -> Incoming:
    headers = {name.lower(): value for name, value in response.headers.items()}
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "x-gzip", "deflate"):
        raise UpstreamError("broken", f"The resource's answer is encoded as '{encoding[:20]}'.")
    unzip = None if encoding in ("identity", "") else zlib.decompressobj(wbits=47)
    parts: list[bytes] = []
    size = 0
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    end = streams.ends(kind)
    try:
        async with asyncio.timeout(end.seconds):
            async for chunk in response.stream:  # type: ignore[union-attr]  # an async transport's
                if unzip is not None:
                    chunk = _unzipped(unzip, chunk, LIMIT + 1 - size)
                size += len(chunk)
                if size > LIMIT or (unzip is not None and unzip.unconsumed_tail):
                    raise UpstreamError(
                        "too_large",
                        f"The resource's answer is over {LIMIT // 2**20} MiB. Ask for less.",
                    )
                parts.append(chunk)
                if end.is_reached(chunk):
                    return Incoming(response.status_code, headers, b"".join(parts), is_cut=True)
    except TimeoutError:
        if end.seconds is None:
            raise
        return Incoming(response.status_code, headers, b"".join(parts), is_cut=True)
    return Incoming(response.status_code, headers, b"".join(parts))


def _unzipped(unzip: Any, chunk: bytes, most: int) -> bytes:
    try:
        return bytes(unzip.decompress(chunk, most))
    except zlib.error:
        raise UpstreamError("broken", "The resource's answer can't be decompressed.") from None


def _onward(outgoing: Outgoing, incoming: Incoming) -> Outgoing | None:
    """Return the next request of a redirect, or None if it is none."""
    location = incoming.headers.get("location")
    if incoming.status not in MOVED or location is None:
        return None
    here = f"{outgoing.origin.scheme}://{outgoing.origin.netloc}{outgoing.target}"
    try:
        url = urljoin(here, location)
        origin = origin_of(url)
    except ValueError:
        raise UpstreamError("redirects", "The resource redirects to something else.") from None
    is_upgrade = (
        origin.host == outgoing.origin.host
        and (outgoing.origin.scheme, origin.scheme) == ("http", "https")
        and (outgoing.origin.port, origin.port) == (80, 443)
    )
    if origin != outgoing.origin and not is_upgrade:
        raise UpstreamError(
            "redirects",
            f"The resource redirects to another host, '{origin.netloc[:100]}', which isn't"
            " followed: the credentials are for its own host alone.",
            statusCode=incoming.status,
        )
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not target.isascii() or len(target) > LONGEST:
        raise UpstreamError("redirects", "The resource redirects to something that is no URL.")
    onward = replace(outgoing, origin=origin, target=target)
    if incoming.status == 303 or (incoming.status in (301, 302) and outgoing.method == "POST"):
        headers = {k: v for k, v in outgoing.headers.items() if k.lower() != "content-type"}
        onward = replace(onward, method="GET", content=None, headers=headers)
    return onward
