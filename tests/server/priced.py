"""A real HTTP API on loopback, described by OpenAPI, that wants a key: what a resource leads to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from tests.server.conftest import Agent

SECRET = "ck_planted_9Zq4Rt7Lm2"
PRICE = {"BTC": 97000.5, "ETH": 3300.25, "HUGE": 1}
OPENAPI: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Crypto Price API", "version": "1.0.0"},
    "paths": {
        "/prices/{symbol}": {
            "get": {
                "operationId": "getPrice",
                "summary": "The latest price of a coin",
                "parameters": [
                    {
                        "name": "symbol",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string", "pattern": "^[A-Z]{3,5}$"},
                    },
                    {
                        "name": "currency",
                        "in": "query",
                        "schema": {"type": "string", "enum": ["USD", "EUR"]},
                    },
                ],
                "responses": {"200": {"description": "The price"}},
            }
        },
        "/alerts": {
            "post": {
                "summary": "Be told of a price",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["symbol", "above"],
                                "properties": {
                                    "symbol": {"type": "string"},
                                    "above": {"type": "number"},
                                },
                            }
                        }
                    },
                },
                "responses": {"201": {"description": "Set"}},
            }
        },
    },
}


@dataclass
class PriceApi:
    """Where it listens, and what it was asked."""

    url: str = ""
    keys: list[str] = field(default_factory=list)
    """The key of each request that came."""

    def definition(self, **more: Any) -> dict[str, Any]:
        """What `mirra_resource_create` takes to offer it."""
        return {
            "name": "Crypto Price API",
            "description": "Real-time cryptocurrency prices",
            "category": "crypto",
            "tags": ["crypto", "prices"],
            "base_url": self.url,
            "openapi": OPENAPI,
            "authentication": "api_key",
            "auth_config": {"in": "header", "name": "X-Price-Key"},
            **more,
        }


async def installed(agent: "Agent", prices: PriceApi, **more: Any) -> str:
    """Offer the API and install it; return the resource's id."""
    made = await agent.call("mirra_resource_create", **prices.definition(**more))
    await agent.call("mirra_resource_publish", resource=made["resourceId"])
    await agent.call("mirra_resource_install", resource=made["resourceId"])
    return str(made["resourceId"])


@contextmanager
def pricing() -> Iterator[PriceApi]:
    """Run the API on a free port."""
    api = PriceApi()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            symbol = parts.path.removeprefix("/prices/")
            currency = parse_qs(parts.query).get("currency", ["USD"])[0]
            found: dict[str, Any] = {
                "symbol": symbol,
                "price": PRICE.get(symbol),
                "currency": currency,
            }
            if symbol == "HUGE":
                found["history"] = [{"day": day, "note": "x" * 200} for day in range(5_000)]
            self.answer(200 if symbol in PRICE else 404, found)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self.answer(201, {"id": "alert_1", **body})

        def answer(self, status: int, body: dict[str, Any]) -> None:
            key = self.headers.get("X-Price-Key", "")
            api.keys.append(key)
            if key != SECRET:
                status, body = 401, {"error": f"'{key}' is no key"}
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
