"""Speaking to the embedded marketplace over HTTP, as any program would."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from mirra_mcp.local.app import LocalMirra

PRICES: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Prices", "version": "1"},
    "paths": {
        "/prices/{symbol}": {
            "get": {
                "operationId": "getPrice",
                "parameters": [
                    {
                        "name": "symbol",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string"},
                    },
                    {"name": "days", "in": "query", "schema": {"type": "integer", "minimum": 1}},
                    {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
                ],
                "responses": {"200": {"description": "The price."}},
            }
        },
        "/orders": {
            "post": {
                "operationId": "order",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Order"}}
                    },
                },
                "responses": {"201": {"description": "The order."}},
            }
        },
    },
    "components": {
        "schemas": {
            "Order": {
                "type": "object",
                "required": ["symbol", "amount"],
                "properties": {
                    "symbol": {"type": "string"},
                    "amount": {"type": "number", "minimum": 0, "exclusiveMinimum": True},
                    "note": {"type": "string", "nullable": True},
                },
                "additionalProperties": False,
            }
        }
    },
}
METHODS: list[dict[str, Any]] = [
    {"name": "getPrice", "httpMethod": "GET", "path": "/prices/{symbol}"},
    {"name": "order", "httpMethod": "POST", "path": "/orders"},
]
V1, V2 = "/api/sdk/v1", "/api/sdk/v2"


def auth(kind: str, **config: Any) -> dict[str, Any]:
    """What an endpoint says about credentials."""
    return {"authentication": kind} | ({"authConfig": config} if config else {})


@dataclass
class Shop:
    """The marketplace as one account sees it."""

    mirra: LocalMirra
    group: str | None = None
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        headers = {"x-api-key": self.mirra.token}
        if self.group:
            headers |= {"x-scope": "group", "x-group-id": self.group}
        self.http = httpx.Client(base_url=self.mirra.url, headers=headers, timeout=20, verify=False)

    def __enter__(self) -> "Shop":
        return self

    def __exit__(self, *exc: object) -> None:
        self.http.close()

    def as_group(self, name: str) -> "Shop":
        return Shop(self.mirra, name)

    def send(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        return self.http.request(method, V1 + path, **kwargs)

    def ok(self, method: str, path: str, body: Any = None, **kwargs: Any) -> Any:
        """Return the data of an answer that must be a success."""
        if body is not None:
            kwargs["json"] = body
        answer = self.send(method, path, **kwargs)
        assert answer.status_code in (200, 201), answer.text
        given = answer.json()
        assert given["success"] is True
        return given.get("data", given.get("message"))

    def no(self, method: str, path: str, body: Any = None, **kwargs: Any) -> tuple[int, Any]:
        """Return status and error of an answer that must be a refusal."""
        if body is not None:
            kwargs["json"] = body
        answer = self.send(method, path, **kwargs)
        given = answer.json()
        assert given["success"] is False, answer.text
        assert given["error"]["message"]
        return answer.status_code, given["error"]

    def body(self, url: str = "https://api.example.com", **fields: Any) -> dict[str, Any]:
        """Return a resource of prices; `fields` replace its own, `endpoint` adds to it."""
        endpoint = {"baseUrl": url, "authentication": "none", "methods": METHODS}
        return {
            "name": "Prices",
            "description": "Prices of things",
            "openApiSpec": PRICES,
            **fields,
            "endpoint": endpoint | fields.get("endpoint", {}),
        }

    def draft(self, url: str = "https://api.example.com", **fields: Any) -> str:
        """Create a resource of prices, as `body` lays it out."""
        return str(self.ok("POST", "/resources", self.body(url, **fields))["id"])

    def published(self, url: str = "https://api.example.com", **fields: Any) -> str:
        id = self.draft(url, **fields)
        self.ok("POST", f"/resources/{id}/publish")
        return id

    def installed(self, url: str = "https://api.example.com", **fields: Any) -> str:
        id = self.published(url, **fields)
        self.ok("POST", f"/resources/{id}/install")
        return id

    def authenticate(self, id: str, type: str, **credentials: Any) -> Any:
        body = {"type": type, "credentials": credentials}
        return self.ok("POST", f"/resources/{id}/authenticate", body)

    def call(self, id: str, method: str, /, **params: Any) -> Any:
        return self.ok("POST", "/resources/call", _call(id, method, params))

    def failed(self, id: str, method: str, /, **params: Any) -> tuple[int, Any]:
        return self.no("POST", "/resources/call", _call(id, method, params))

    def installation(self, id: str) -> dict[str, Any]:
        all = self.ok("GET", "/resources/installations")["installations"]
        found = next(each for each in all if each["resourceId"] == id)
        return dict(self.ok("GET", f"/resources/installations/{found['installationId']}"))

    def usage(self, id: str) -> dict[str, Any]:
        inst = self.installation(id)["installationId"]
        return dict(self.ok("GET", f"/resources/installations/{inst}/usage"))


def _call(id: str, method: str, params: dict[str, Any]) -> dict[str, Any]:
    return {"resourceId": id, "method": method, "params": params}
