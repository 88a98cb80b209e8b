"""The marketplace's client: every documented body, in and out."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from mirra_mcp.client.errors import MirraError
from mirra_mcp.client.marketplace import MarketplaceClient
from mirra_mcp.wire.marketplace import (
    CreateResource,
    EndpointDefinition,
    MethodDefinition,
    Pricing,
    UpdateResource,
)
from tests.client.scripted import answer
from tests.client.trading import KEY, good, trading

pytestmark = pytest.mark.anyio

Ask = Callable[[MarketplaceClient], Awaitable[Any]]
CREATE = CreateResource(
    name="Crypto Price API",
    description="Real-time cryptocurrency prices",
    resource_type="api",
    category="crypto",
    tags=["crypto", "prices", "trading"],
    open_api_spec={"openapi": "3.0.0"},
    endpoint=EndpointDefinition(
        base_url="https://api.crypto-prices.com",
        authentication="api_key",
        methods=[MethodDefinition(name="getPrice", http_method="GET", path="/price")],
    ),
    pricing=Pricing(model="pay-per-call", base_price=0.001, currency="USDC"),
)
MADE = {
    "id": "resource_abc123",
    "name": "Crypto Price API",
    "resourceType": "api",
    "status": "draft",
    "createdAt": "2025-11-15T12:00:00Z",
}
INSTALLED = {
    "installationId": "inst_789",
    "resourceId": "resource_123",
    "userId": "user_456",
    "isAuthenticated": False,
    "status": "active",
    "installedAt": "2025-11-05T12:00:00Z",
}
USAGE = {
    "totalCalls": 547,
    "totalCost": 0.547,
    "callsToday": 23,
    "lastUsedAt": "2025-11-05T11:45:00Z",
    "recentCalls": [
        {
            "timestamp": "2025-11-05T11:45:00Z",
            "method": "getPrice",
            "cost": 0.001,
            "duration": 234,
            "success": True,
        }
    ],
}
METRICS = {
    "totalUsers": 156,
    "totalCalls": 45678,
    "totalRevenue": 45.678,
    "rating": 4.7,
    "reviewCount": 34,
}
PUBLISHED = {"id": "resource_abc123", "status": "published", "publishedAt": "2025-11-15T12:00:00Z"}
PAGE = {
    "resources": [
        {
            "id": "resource_123",
            "name": "Crypto Price API",
            "description": "Real-time cryptocurrency prices",
            "resourceType": "api",
            "category": "crypto",
            "pricing": {"model": "pay-per-call", "basePrice": 0.001},
            "rating": 4.8,
            "installCount": 234,
        }
    ],
    "total": 150,
    "limit": 10,
    "offset": 0,
}
INSTALLATIONS = {
    "installations": [
        {
            "installationId": "inst_123",
            "resourceId": "resource_456",
            "resourceName": "Crypto Price API",
            "isAuthenticated": True,
            "installedAt": "2025-11-01T10:00:00Z",
            "lastUsedAt": "2025-11-05T11:45:00Z",
        }
    ]
}
UPDATE = UpdateResource(
    description="Updated description", pricing=Pricing(model="subscription", base_price=10.0)
)
V1 = "/api/sdk/v1/resources"

DOCUMENTED: list[tuple[str, Ask, str, Any]] = [
    ("create", lambda m: m.create(CREATE), f"POST {V1}", MADE),
    ("install", lambda m: m.install("resource_123"), f"POST {V1}/resource_123/install", INSTALLED),
    ("usage", lambda m: m.usage("inst_123"), f"GET {V1}/installations/inst_123/usage", USAGE),
    ("metrics", lambda m: m.metrics("resource_1"), f"GET {V1}/resource_1/metrics", METRICS),
    ("publish", lambda m: m.publish("resource_1"), f"POST {V1}/resource_1/publish", PUBLISHED),
    (
        "unpublish",
        lambda m: m.unpublish("resource_1"),
        f"POST {V1}/resource_1/unpublish",
        {"id": "resource_abc123", "status": "draft"},
    ),
    ("search", lambda m: m.search(), f"GET {V1}/marketplace", PAGE),
    ("installations", lambda m: m.installations(), f"GET {V1}/installations", INSTALLATIONS),
]


@pytest.mark.parametrize(("ask", "request_line", "data"), [case[1:] for case in DOCUMENTED])
async def test_each_documented_answer_is_read_whole(
    ask: Ask, request_line: str, data: dict[str, Any]
) -> None:
    """Source: https://docs.getmirra.app/api/resources/endpoints"""
    async with trading(good(data)) as (market, server, _):
        found = await ask(market)
    (sent,) = server.requests
    assert f"{sent.method} {sent.target}" == request_line
    assert sent.headers["x-api-key"] == KEY
    assert "authorization" not in sent.headers
    assert found.to_json() == data


async def test_bodies_are_the_documented_ones() -> None:
    done = {"success": True, "message": "Resource deleted successfully"}
    async with trading(good(MADE), good(MADE), good({}), good({}), answer(done)) as (
        market,
        server,
        _,
    ):
        await market.create(CREATE)
        await market.update("resource_1", UPDATE)
        await market.authenticate("resource_1", "api_key", {"apiKey": "sk_live_..."})
        await market.authenticate(
            "resource_1", "basic", {"username": "user@example.com", "password": "password123"}
        )
        assert await market.delete("resource_1") == "Resource deleted successfully"
    created, updated, key, basic, deleted = server.requests
    assert created.json["endpoint"]["methods"] == [
        {
            "name": "getPrice",
            "httpMethod": "GET",
            "path": "/price",
            "parameters": {},
            "examples": [],
        }
    ]
    assert created.json["pricing"] == {
        "model": "pay-per-call",
        "basePrice": 0.001,
        "currency": "USDC",
    }
    assert (updated.method, updated.target) == ("PATCH", f"{V1}/resource_1")
    assert updated.json["description"] == "Updated description"
    assert set(updated.json) == {"description", "pricing"}
    assert key.json == {"type": "api_key", "credentials": {"apiKey": "sk_live_..."}}
    assert basic.json["credentials"] == {"username": "user@example.com", "password": "password123"}
    assert (deleted.method, deleted.target) == ("DELETE", f"{V1}/resource_1")


async def test_a_method_is_called_through_the_marketplace_resource() -> None:
    data = {"result": {"price": 97000.5}, "cost": 0.001, "duration": 234, "statusCode": 200}
    async with trading(good(data)) as (market, server, _):
        found = await market.call("resource_1", "getPrice", {"symbol": "BTC"})
    (sent,) = server.requests
    assert (sent.method, sent.target) == ("POST", "/api/sdk/v2/resources/call")
    assert sent.json == {
        "resourceId": "marketplace-resources",
        "method": "call",
        "params": {
            "resourceId": "resource_1",
            "method": "getPrice",
            "parameters": {"symbol": "BTC"},
        },
    }
    assert found.to_json() == data


async def test_searching_sends_what_is_asked_for_and_nothing_else() -> None:
    async with trading(good(PAGE), good(PAGE)) as (market, server, _):
        await market.search("btc & more", category="crypto", tags=["a", "b"], limit=5, offset=10)
        await market.search(tags=[])
    first, second = server.requests
    assert first.target == (
        f"{V1}/marketplace?search=btc+%26+more&category=crypto&tags=a&tags=b&limit=5&offset=10"
    )
    assert second.target == f"{V1}/marketplace"


@pytest.mark.parametrize("data", [{"resources": [MADE]}, [MADE], [{**MADE, "_id": MADE["id"]}]])
async def test_own_resources_come_as_a_list_however_wrapped(data: Any) -> None:
    async with trading(good(data)) as (market, _, _):
        (mine,) = await market.resources()
    assert mine.id == "resource_abc123"


async def test_ids_stay_one_segment_of_the_path() -> None:
    async with trading(good(INSTALLED)) as (market, server, _):
        await market.install("../../admin?x=1")
        with pytest.raises(MirraError, match="is not a resource id"):
            await market.install("..")
    assert server.requests[0].target == f"{V1}/..%2F..%2Fadmin%3Fx%3D1/install"
