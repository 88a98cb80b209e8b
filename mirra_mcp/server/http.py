"""Streamable HTTP: who may call, from where, and how much at a time."""

import hashlib
import hmac
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import AnyHttpUrl
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse

from mirra_mcp.client.errors import MirraError
from mirra_mcp.server.explaining import Explaining
from mirra_mcp.server.sdk import KitServer, run_http

if TYPE_CHECKING:
    from mirra_mcp.server.caller import Access

MAX_BODY = 4 * 1024 * 1024
TRUST_SECONDS = 60.0
"""How long a token that Mirra accepted is taken as good without asking again."""


@dataclass(frozen=True)
class HttpOptions:
    """How to listen, and to whom.

    A hosted Mirra's callers each bring the token that their calls are made with; the embedded one
    asks for `token`, which only loopback may do without.
    """

    host: str = "127.0.0.1"
    port: int = 0
    token: str | None = field(default=None, repr=False)
    is_hosted: bool = False
    issuer: str | None = None
    """Where a hosted Mirra's tokens are issued."""
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    max_body: int = MAX_BODY

    def __post_init__(self) -> None:
        """Refuse to serve strangers.

        Raises:
            ValueError: everybody who can reach the address could use it.
        """
        if not (self.token or self.is_hosted or is_loopback(self.host)):
            raise ValueError(
                f"{self.host} can be reached from elsewhere: set a token that callers must send."
            )

    @property
    def url(self) -> str:
        """Return the URL of the endpoint, as tokens and metadata name it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/mcp"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class FixedToken:
    """Accepts one token; how long the comparison takes tells nothing about it."""

    def __init__(self, token: str) -> None:
        """Accept `token` only."""
        self._digest = _digest(token)

    async def verify_token(self, token: str) -> AccessToken | None:
        """Return who it is, or None."""
        return identity(token) if hmac.compare_digest(_digest(token), self._digest) else None


class MirraToken:
    """Accepts the tokens that Mirra accepts: each caller's calls are made with its own."""

    def __init__(self) -> None:
        """Wait for the lifespan to say through whom to ask."""
        self.access: Access | None = None
        self._trusted: dict[str, float] = {}

    async def verify_token(self, token: str) -> AccessToken | None:
        """Ask Mirra, at most once a minute for each token.

        While Mirra is away, those stay in whom it accepted before: their calls will say so.
        """
        assert self.access is not None, "requests come while the lifespan runs"
        now = time.monotonic()
        if self._trusted.get(token, 0.0) > now:
            return identity(token)
        try:
            await (await self.access.client(token)).list_sessions(limit=1)
        except MirraError as error:
            if token in self._trusted and error.status not in (401, 403):
                return identity(token)
            self._trusted.pop(token, None)
            await self.access.forget(token)
            return None
        self._trusted[token] = now + TRUST_SECONDS
        return identity(token)


def identity(token: str) -> AccessToken:
    """Return the token's bearer; an MCP session belongs to the token that opened it."""
    return AccessToken(token=token, client_id=_digest(token).hex(), scopes=[])


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def server_options(options: HttpOptions | None) -> dict[str, Any]:
    """Return what `MCPServer` needs to know about access."""
    if options is None or not (options.token or options.is_hosted):
        return {}
    verifier = MirraToken() if options.is_hosted else FixedToken(options.token or "")
    return {
        "token_verifier": verifier,
        "auth": AuthSettings(
            issuer_url=AnyHttpUrl(options.issuer or options.url.removesuffix("/mcp")),
            resource_server_url=AnyHttpUrl(options.url),
            validate_token_resource=False,
        ),
    }


def http_app(server: KitServer, options: HttpOptions) -> Starlette:
    """Return the ASGI app: MCP at `/mcp`, and `/healthz` beside it."""

    async def healthz(_: Request) -> JSONResponse:
        return JSONResponse({"status": "ok", "name": server.name, "version": server.version})

    server.custom_route("/healthz", methods=["GET"])(healthz)
    local = ("127.0.0.1", "localhost", "[::1]")
    app = server.streamable_http_app(
        host=options.host,
        max_request_body_size=options.max_body,
        transport_security=TransportSecuritySettings(
            allowed_hosts=_any_port(*local, options.host, *options.allowed_hosts),
            allowed_origins=_any_port(
                *(f"http://{name}" for name in local), *options.allowed_origins
            ),
        ),
    )
    app.add_middleware(Explaining)
    return app


def serve_http(
    server: KitServer,
    options: HttpOptions,
    *,
    sock: socket.socket | None = None,
    on_listening: Callable[[str], None] | None = None,
) -> None:
    """Serve MCP at `/mcp` until SIGTERM or SIGINT."""
    app = http_app(server, options)
    run_http(server, app, options.host, options.port, sock=sock, on_listening=on_listening)


def _any_port(*names: str) -> list[str]:
    return [spelling for name in names for spelling in (name, f"{name}:*")]
