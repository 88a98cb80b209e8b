"""The marketplace's client: every documented body in and out, and servers that misbehave."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
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
from tests.client.scripted import Naps, Server, Step, answer, hang, raw, reset, serve, unused_port

pytestmark = pytest.mark.anyio

KEY = "mirra_9f8e7d6c5b4a"
SECRET = "sk_live_planted_51H8xQ2"
HTML = "<!doctype html><title>Not Found</title>"


@asynccontextmanager
async def trading(
    *steps: Step, retries: int = 3, within: float = 5.0, key: str | None = KEY
) -> AsyncIterator[tuple[MarketplaceClient, Server, Naps]]:
    """A client, the server it talks to, and the waits between its attempts."""
    naps = Naps()
    async with (
        serve(*steps) as server,
        MarketplaceClient(server.url, key, timeout=within, retries=retries, sleep=naps) as market,
    ):
        yield market, server, naps


def good(data: Any) -> Step:
    """An answer in the marketplace's envelope."""
    return answer({"success": True, "data": data})


def bad(status: int, code: str, message: str = "No.", details: Any = None) -> Step:
    """A refusal in the marketplace's envelope."""
    error = {"code": code, "message": message, "details": details}
    return answer({"success": False, "error": error}, status)


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


REFUSALS = [
    (400, "VALIDATION_ERROR", "Correct what the message names"),
    (401, "AUTHENTICATION_ERROR", "MIRRA_API_KEY"),
    (403, "PERMISSION_DENIED", "creator"),
    (404, "NOT_FOUND", "search the marketplace"),
    (409, "ALREADY_INSTALLED", "Use the installation"),
    (409, "ACTIVE_INSTALLATIONS", "Unpublish"),
    (409, "NOT_INSTALLED", "Install"),
    (409, "NOT_AUTHENTICATED", "credentials"),
    (502, "UPSTREAM_ERROR", "nothing was charged"),
    (500, "INTERNAL_ERROR", "fault inside the marketplace"),
]


@pytest.mark.parametrize(("status", "code", "hint"), REFUSALS)
async def test_each_refusal_keeps_its_code_and_gains_a_next_step(
    status: int, code: str, hint: str
) -> None:
    async with trading(bad(status, code), retries=0) as (market, _, _):
        with pytest.raises(MirraError) as caught:
            await market.install("resource_1")
    assert (caught.value.status, caught.value.code, caught.value.message) == (status, code, "No.")
    assert caught.value.hint is not None
    assert hint in caught.value.hint
    assert "MIRRA_TOKEN" not in caught.value.hint


async def test_a_refusal_under_status_200_is_a_refusal() -> None:
    async with trading(bad(200, "NOT_FOUND", "No resource.")) as (market, _, _):
        with pytest.raises(MirraError, match="No resource") as caught:
            await market.resource("resource_1")
    assert caught.value.code == "NOT_FOUND"


async def test_every_failing_field_is_named() -> None:
    details = [
        {"field": "endpoint.methods", "message": "At least one is needed"},
        {"field": "openApiSpec", "message": "It is missing"},
    ]
    step = bad(400, "VALIDATION_ERROR", "It can't be published.", details)
    async with trading(step) as (market, _, _):
        with pytest.raises(MirraError) as caught:
            await market.publish("resource_1")
    assert caught.value.message == (
        "It can't be published. endpoint.methods: At least one is needed; "
        "openApiSpec: It is missing"
    )


@pytest.mark.parametrize(
    "step",
    [
        answer(HTML, 404, type="text/html"),
        answer("", 404),
        answer({"message": "Cannot GET /api/sdk/v1/resources"}, 404),
        answer("", 410),
    ],
)
async def test_a_retired_marketplace_is_explained(step: Step) -> None:
    """The hosted one was removed from its SDK in July 2026; a live server may answer 404."""
    async with trading(step) as (market, server, _):
        with pytest.raises(MirraError) as caught:
            await market.installations()
    assert caught.value.code == "mirra.marketplace.gone"
    assert server.url in caught.value.message
    assert "may have been retired" in str(caught.value.hint)
    assert "embedded" in str(caught.value.hint)


async def test_what_only_the_embedded_one_offers_says_so() -> None:
    async with trading(answer(HTML, 404, type="text/html")) as (market, _, _):
        with pytest.raises(MirraError) as caught:
            await market.upgrade("resource_1")
    assert caught.value.code == "mirra.not_offered"
    assert "embedded" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (answer(HTML, type="text/html"), "mirra.client.html"),
        (answer("not json"), "mirra.client.not_json"),
        (answer({"hello": "world"}), "mirra.client.unexpected_shape"),
        (good({"installationId": 7}), "mirra.client.unexpected_shape"),
        (good(None), "mirra.client.unexpected_shape"),
        (answer({"success": False}), "mirra.client.unexpected_shape"),
    ],
)
async def test_another_server_in_its_place_is_explained(step: Step, code: str) -> None:
    async with trading(step) as (market, _, _):
        with pytest.raises(MirraError) as caught:
            await market.install("resource_1")
    assert caught.value.code == code
    assert "Another server than a marketplace" in str(caught.value.hint)


async def test_a_wrong_key_without_a_reason_names_the_variable() -> None:
    async with trading(answer("", 401)) as (market, _, _):
        with pytest.raises(MirraError) as caught:
            await market.installations()
    assert caught.value.code == "AUTHENTICATION_ERROR"
    assert "MIRRA_API_KEY" in str(caught.value.hint)
    assert KEY not in str(caught.value) + repr(caught.value)


async def test_a_key_is_not_sent_in_clear_nor_followed_by_redirects() -> None:
    with pytest.raises(MirraError, match="not sent over plain http") as caught:
        MarketplaceClient("http://api.fxn.world", KEY)
    assert "MIRRA_MARKETPLACE_URL" in str(caught.value.hint)
    moved = answer("", 302, headers={"Location": "https://elsewhere.example/api"})
    async with trading(moved) as (market, server, _):
        with pytest.raises(MirraError, match="redirects are not followed") as caught:
            await market.installations()
        assert KEY not in repr(market)
    assert len(server.requests) == 1
    assert "MIRRA_MARKETPLACE_URL" in str(caught.value.hint)


async def test_an_unusable_key_names_its_variable() -> None:
    with pytest.raises(MirraError) as caught:
        MarketplaceClient("https://api.fxn.world", "has spaces")
    assert "MIRRA_API_KEY" in str(caught.value.hint)


async def test_nothing_there_names_the_setting() -> None:
    url = f"http://127.0.0.1:{unused_port()}"
    async with MarketplaceClient(url, KEY, retries=0) as market:
        with pytest.raises(MirraError, match="Nothing answers") as caught:
            await market.installations()
    assert "MIRRA_MARKETPLACE_URL" in str(caught.value.hint)


async def test_what_may_have_been_spent_or_installed_is_not_done_again() -> None:
    asks: list[Ask] = [
        lambda m: m.call("resource_1", "getPrice"),
        lambda m: m.install("resource_1"),
        lambda m: m.uninstall("resource_1"),
        lambda m: m.create(CREATE),
    ]
    for ask in asks:
        async with trading(reset) as (market, server, naps):
            with pytest.raises(MirraError) as caught:
                await ask(market)
        assert len(server.requests) == 1
        assert (caught.value.outcome, naps) == ("unknown", [])


async def test_reading_is_tried_again() -> None:
    async with trading(reset, raw(b"HTTP/1.1 200 OK\r\n"), good(PAGE)) as (market, server, naps):
        assert (await market.search()).total == 150
    assert (len(server.requests), len(naps)) == (3, 2)


async def test_a_rate_limit_is_waited_for() -> None:
    limited = answer(
        {"success": False, "error": {"code": "RATE_LIMITED", "message": "Slow down."}},
        429,
        headers={"Retry-After": "2"},
    )
    async with trading(limited, good(INSTALLED)) as (market, _, naps):
        await market.install("resource_1")
    assert 2 <= naps[0] < 3


async def test_silence_ends() -> None:
    async with trading(hang(), within=0.2, retries=0) as (market, _, _):
        with pytest.raises(MirraError) as caught:
            await market.install("resource_1")
    assert caught.value.code == "mirra.client.timeout"


@pytest.mark.parametrize(
    "step",
    [
        bad(400, "VALIDATION_ERROR", f"The key {SECRET} is not valid."),
        bad(400, SECRET, "No.", [{"field": "credentials.apiKey", "message": f"'{SECRET}' is odd"}]),
        bad(200, "VALIDATION_ERROR", f"{SECRET}?"),
        answer(f"<html>{SECRET}</html>", 500, type="text/html"),
        answer({"success": True, "data": {"isAuthenticated": SECRET}}),
        reset,
    ],
)
async def test_no_failure_repeats_a_credential(step: Step) -> None:
    async with trading(step, retries=0) as (market, _, _):
        with pytest.raises(MirraError) as caught:
            await market.authenticate("resource_1", "api_key", {"apiKey": SECRET})
    told: BaseException | None = caught.value
    while told is not None:
        assert SECRET not in str(told) + repr(told) + json.dumps(vars(told), default=str)
        told = told.__cause__ or told.__context__


async def test_nor_does_a_success() -> None:
    data = {"message": f"Stored {SECRET}", "resourceId": "resource_1", "isAuthenticated": True}
    async with trading(good(data)) as (market, _, _):
        done = await market.authenticate("resource_1", "bearer", {"token": SECRET})
    assert done.message == "Stored [secret]"
