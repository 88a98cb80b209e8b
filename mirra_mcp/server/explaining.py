"""What the transport refuses in its own words, with what to do about it."""

from typing import TYPE_CHECKING, Any

from mcp_types.jsonrpc import INVALID_PARAMS, UNSUPPORTED_PROTOCOL_VERSION
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS
from pydantic_core import from_json, to_json

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

VERSIONS = (*HANDSHAKE_PROTOCOL_VERSIONS, *MODERN_PROTOCOL_VERSIONS)
LOST = (
    "Session not found: it has ended, or the server was restarted. Send a new initialize request"
    " without the Mcp-Session-Id header; Mirra's own sessions live on."
)
NO_MESSAGE = (
    'The body is no JSON-RPC 2.0 message: it must be one object with "jsonrpc": "2.0", a "method",'
    ' and, for a request, an "id" that is a text or a number.'
)


class Explaining:
    """Lets an app answer, and says more where it refuses a session or a version.

    A session id that isn't known is a 404, on `initialize` as well: the client starts again
    without it. Source: https://modelcontextprotocol.io/specification/2025-11-25/basic/transports
    """

    def __init__(self, app: "ASGIApp") -> None:
        """Wrap an app."""
        self.app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        named = dict[bytes, bytes](scope["headers"])
        version = named.get(b"mcp-protocol-version", b"").decode("latin-1").strip()
        held: list[Message] = []

        async def explained(message: "Message") -> None:
            if message["type"] == "http.response.start" and message["status"] in (400, 404):
                held.append(message)
            elif not held:
                await send(message)
            else:
                held.append(message)
                if not message.get("more_body"):
                    await _let_go(held, version, send)

        await self.app(scope, receive, explained)


async def _let_go(held: list["Message"], version: str, send: "Send") -> None:
    start, *parts = held
    body = _more(b"".join(part.get("body", b"") for part in parts), version)
    headers = [pair for pair in start["headers"] if pair[0].lower() != b"content-length"]
    headers.append((b"content-length", str(len(body)).encode()))
    await send({**start, "headers": headers})
    await send({"type": "http.response.body", "body": body})
    held.clear()


def _more(body: bytes, version: str) -> bytes:
    """Return a JSON-RPC error with more to go on; anything else as it is."""
    try:
        answer: Any = from_json(body)
        error = answer["error"]
        code, message = error["code"], error["message"]
    except (ValueError, TypeError, KeyError):
        return body
    if message == "Session not found":
        error["message"] = LOST
    elif message.startswith("Validation error:"):
        error["message"] = NO_MESSAGE
    elif version and version not in VERSIONS and code == INVALID_PARAMS:
        answer["error"] = {
            "code": UNSUPPORTED_PROTOCOL_VERSION,
            "message": f"Unsupported protocol version '{version[:40]}' in MCP-Protocol-Version:"
            f" this server speaks {', '.join(VERSIONS)}.",
            "data": {"supported": list(VERSIONS), "requested": version[:40]},
        }
    return to_json(answer)
