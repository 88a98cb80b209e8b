"""The marketplace as an agent meets it: what it may spend, what it finds, and whose it is."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import mcp.types as t
import pytest
from mcp import Client, MCPError

from mirra_mcp.client.client import MirraClient
from mirra_mcp.server.app import build_server
from mirra_mcp.server.caller import Connect
from mirra_mcp.settings import Settings
from tests.client.scripted import Step, answer, serve
from tests.server.conftest import Agent, Mode
from tests.server.priced import OPENAPI, SECRET, PriceApi, installed

pytestmark = pytest.mark.anyio


# Spending


@pytest.mark.parametrize(
    ("pricing", "told"),
    [
        ({"price_model": "pay-per-call", "base_price": 0.001}, "costs 0.001 USDC"),
        ({"price_model": "subscription", "base_price": 10, "currency": "EUR"}, "costs 10 EUR"),
    ],
)
async def test_the_price_is_told_before_anything_is_spent(
    maker: Agent,
    prices: PriceApi,
    monkeypatch: pytest.MonkeyPatch,
    pricing: dict[str, Any],
    told: str,
) -> None:
    monkeypatch.setenv("CRYPTO_API_KEY", SECRET)
    resource = await installed(maker, prices, **pricing)
    await maker.call("mirra_resource_authenticate", resource=resource, api_key_env="CRYPTO_API_KEY")
    call = {"resource": resource, "method": "getPrice", "parameters": {"symbol": "BTC"}}
    for max_cost in (None, 0, pricing["base_price"] * 0.99):
        given = call if max_cost is None else {**call, "max_cost": max_cost}
        error = await maker.refusal("mirra_resource_call", **given)
        assert error["code"] == "mirra.marketplace.costs"
        assert told in error["message"]
    assert prices.keys == []
    done = await maker.call("mirra_resource_call", **call, max_cost=pricing["base_price"])
    assert done["cost"] == pricing["base_price"]
    if pricing["price_model"] == "subscription":
        again = await maker.call("mirra_resource_call", **call)
        assert (again["cost"], again["totalCost"]) == (0, 10)


async def test_wrong_parameters_and_methods_are_told_and_cost_nothing(
    maker: Agent, prices: PriceApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRYPTO_API_KEY", SECRET)
    resource = await installed(maker, prices, price_model="pay-per-call", base_price=1)
    await maker.call("mirra_resource_authenticate", resource=resource, api_key_env="CRYPTO_API_KEY")
    call = {"resource": resource, "max_cost": 1}
    error = await maker.refusal("mirra_resource_call", **call, method="getPrise")
    assert "Did you mean 'getPrice'?" in error["message"]
    wrong = {"method": "getPrice", "parameters": {"symbol": "bitcoin"}}
    error = await maker.refusal("mirra_resource_call", **call, **wrong)
    assert error["code"] == "VALIDATION_ERROR"
    assert "symbol" in error["message"]
    shown = await maker.call("mirra_installation_list", installation=resource)
    assert shown["installation"]["totalCost"] == 0
    assert prices.keys == []


async def test_a_large_answer_is_cut_and_says_so(
    maker: Agent, prices: PriceApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRYPTO_API_KEY", SECRET)
    resource = await installed(maker, prices)
    await maker.call("mirra_resource_authenticate", resource=resource, api_key_env="CRYPTO_API_KEY")
    answered = await maker.call(
        "mirra_resource_call",
        resource=resource,
        method="getPrice",
        parameters={"symbol": "HUGE"},
    )
    assert answered["result"]["history"]
    assert "Kept short" in answered["note"]
    assert len(json.dumps(answered).encode()) <= 24_000


async def test_credentials_that_the_resource_refuses_can_be_replaced(
    maker: Agent, prices: PriceApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRYPTO_API_KEY", "outdated-key-1")
    resource = await installed(maker, prices, price_model="pay-per-call", base_price=1)
    await maker.call("mirra_resource_authenticate", resource=resource, api_key_env="CRYPTO_API_KEY")
    call = {"method": "getPrice", "parameters": {"symbol": "BTC"}, "max_cost": 1}
    done = await maker.call("mirra_resource_call", resource=resource, **call)
    assert (done["statusCode"], done["cost"]) == (401, 0)
    assert "mirra_resource_authenticate" in done["note"]
    assert "outdated-key-1" not in str(done)


async def test_a_method_can_be_looked_at_before_it_is_called(
    maker: Agent, prices: PriceApi
) -> None:
    resource = await installed(maker, prices)
    shown = await maker.call("mirra_installation_list", installation=resource, method="getPrice")
    schema = shown["method"]["inputSchema"]
    assert schema["required"] == ["symbol"]
    assert schema["properties"]["currency"]["enum"] == ["USD", "EUR"]
    found = await maker.call("mirra_installation_list", installation=resource, method="told")
    assert found["methods"] == ["postAlerts(symbol, above): Be told of a price"]
    error = await maker.refusal("mirra_installation_list", method="getPrice")
    assert "needs an `installation`" in error["message"]
    (content,) = (await maker.client.read_resource(f"mirra://resources/{resource}")).contents
    assert isinstance(content, t.TextResourceContents)
    methods = json.loads(content.text)["endpoint"]["methods"]
    assert [each["inputSchema"]["required"] for each in methods] == [
        ["symbol"],
        ["symbol", "above"],
    ]


async def test_the_embedded_mirrors_can_be_called_by_their_methods(maker: Agent) -> None:
    await maker.call("mirra_resource_install", resource="resource_stripe_mirror")
    made = await maker.call(
        "mirra_resource_call",
        resource="resource_stripe_mirror",
        method="PostCustomers",
        parameters={"email": "ada@example.com"},
    )
    assert (made["statusCode"], made["result"]["email"]) == (200, "ada@example.com")


# Which marketplace


async def test_with_a_mirra_token_and_no_key_the_marketplace_says_what_to_set(
    connect: Connect, mode: Mode
) -> None:
    server = build_server(connect, Settings(token="mt_pat_x"))
    async with Client(server, mode=mode) as client:
        error = await Agent(client).refusal("mirra_marketplace_search")
    assert error["code"] == "mirra.marketplace.no_key"
    assert "MIRRA_API_KEY" in error["hint"]


@asynccontextmanager
async def hosted(*steps: Step) -> AsyncIterator[tuple[Agent, list[Any]]]:
    """An agent before a marketplace elsewhere, that plays these steps."""

    async def never(token: str | None) -> MirraClient:
        raise AssertionError("the marketplace needs no Mirra")

    async with serve(*steps) as server:
        settings = Settings(marketplace_url=server.url, marketplace_key="mirra_key_1")
        async with Client(build_server(never, settings)) as client:
            yield Agent(client), server.requests


GONE = answer("<html>Not Found</html>", 404, type="text/html")


async def test_a_retired_marketplace_is_explained() -> None:
    async with hosted(GONE, GONE) as (maker, requests):
        error = await maker.refusal("mirra_marketplace_search")
        with pytest.raises(MCPError, match="may have been retired"):
            await maker.client.read_resource("mirra://installations")
    assert error["code"] == "mirra.marketplace.gone"
    assert "embedded" in error["hint"]
    assert requests[0].headers["x-api-key"] == "mirra_key_1"


async def test_a_marketplace_that_offers_only_the_documented_calls_will_do() -> None:
    """One that doesn't show resources by their id, nor installations."""
    done = {"result": [1], "cost": 0.001, "duration": 5, "statusCode": 200}
    made = {"installationId": "inst_1", "resourceId": "resource_1", "isAuthenticated": True}
    steps = [
        GONE,
        answer({"success": True, "data": made}),
        GONE,
        answer({"success": True, "data": done}),
    ]
    async with hosted(*steps) as (maker, requests):
        got = await maker.call("mirra_resource_install", resource="resource_1")
        assert got["price"] == "not told"
        answered = await maker.call("mirra_resource_call", resource="resource_1", method="getPrice")
    assert (answered["result"], answered["cost"]) == ([1], 0.001)
    assert len(requests) == 4


async def test_read_only_hides_what_spends_or_changes(connect: Connect) -> None:
    settings = Settings(read_only=True, toolsets=("marketplace", "publishing"))
    async with Client(build_server(connect, settings)) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
    assert names == [
        "mirra_marketplace_search",
        "mirra_installation_list",
        "mirra_resource_metrics",
    ]


# Finding and making


async def test_searching_pages_through_what_there_is(maker: Agent) -> None:
    first = await maker.call("mirra_marketplace_search", limit=2)
    assert first["nextOffset"] == 2
    rest = await maker.call("mirra_marketplace_search", limit=50, offset=2)
    assert "nextOffset" not in rest
    assert len(first["resources"]) + len(rest["resources"]) == first["total"]
    none = await maker.call("mirra_marketplace_search", search="zzqx")
    assert (none["total"], none["resources"]) == (0, [])


async def test_ids_of_resources_are_completed_the_installed_ones_first(maker: Agent) -> None:
    await maker.call("mirra_resource_install", resource="resource_stripe_mirror")
    found = await maker.client.complete(
        t.ResourceTemplateReference(uri="mirra://resources/{id}"),
        {"name": "id", "value": "resource_"},
    )
    assert found.completion.values[0] == "resource_stripe_mirror"
    assert "resource_resend_mirror" in found.completion.values
    assert len(set(found.completion.values)) == len(found.completion.values)


async def test_an_openapi_document_is_read_from_its_file(maker: Agent, tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(OPENAPI), encoding="utf-8")
    made = await maker.call(
        "mirra_resource_create",
        name="From a file",
        description="Prices",
        base_url="https://prices.example.com",
        openapi_path=str(file),
    )
    assert made["methods"] == ["getPrice", "postAlerts"]
    error = await maker.refusal(
        "mirra_resource_create",
        name="x",
        description="x",
        base_url="https://x.example.com",
        openapi_path=str(tmp_path / "openapi.txt"),
    )
    assert error["code"] == "mirra.file.invalid"
    (tmp_path / "openapi.yaml").write_text("openapi: 3.0.3\ninfo: [", encoding="utf-8")
    error = await maker.refusal(
        "mirra_resource_create", openapi_path=str(tmp_path / "openapi.yaml")
    )
    assert "openapi.yaml:2 can't be read as YAML" in error["message"]


async def test_a_change_of_nothing_and_a_method_of_no_sense_are_refused(
    maker: Agent, prices: PriceApi
) -> None:
    made = await maker.call("mirra_resource_create", **prices.definition())
    error = await maker.refusal("mirra_resource_update", resource=made["resourceId"])
    assert error["message"] == "Nothing was given to change."
    error = await maker.refusal(
        "mirra_resource_update", resource=made["resourceId"], methods=[{"name": "x y"}]
    )
    assert error["code"] == "VALIDATION_ERROR"
    assert "methods.0.name" in error["message"]


async def test_a_paid_call_is_rehearsed_before_it_costs_anything(
    maker: Agent, prices: PriceApi
) -> None:
    resource = await _orders(maker, prices.url)
    call = {"resource": resource, "method": "placeOrder", "parameters": {"coin": "BTC"}}
    told = await maker.refusal("mirra_resource_call", **call)
    assert told["code"] == "mirra.marketplace.costs"

    tried = await maker.call("mirra_resource_call", **call, dry_run=True)
    assert tried["summary"] == (
        "A rehearsal: a mirror of the resource answered placeOrder with 201. Nothing was sent to "
        "the resource and nothing spent; the real call costs 2 USDC."
    )
    order = tried["result"]
    assert (order["coin"], order["status"], tried["cost"]) == ("BTC", "open", 0)
    one = {"resource": resource, "parameters": {"orderId": order["id"]}, "dry_run": True}
    ended = await maker.call("mirra_resource_call", method="cancelOrder", **one)
    assert ended["result"] == order | {"status": "cancelled"}
    again = await maker.call("mirra_resource_call", method="cancelOrder", **one)
    assert again["statusCode"] == 409
    state = await maker.call("mirra_session_state", session=tried["rehearsedIn"], entity="order")
    assert order["id"] in str(state)

    wrong = await maker.refusal(
        "mirra_resource_call", **call | {"parameters": {"coin": 5}}, dry_run=True
    )
    assert "coin" in wrong["message"]
    found = await maker.call("mirra_installation_list", installation=resource)
    assert found["installation"]["totalCalls"] == 0
    assert prices.keys == []


async def _orders(maker: Agent, url: str) -> str:
    order = {
        "type": "object",
        "required": ["id", "coin", "status"],
        "properties": {
            "id": {"type": "string", "readOnly": True},
            "coin": {"type": "string"},
            "status": {"type": "string", "enum": ["open", "cancelled"], "readOnly": True},
        },
    }
    body = {"content": {"application/json": {"schema": order}}}
    key = {"name": "orderId", "in": "path", "required": True, "schema": {"type": "string"}}
    made = {"201": {"description": "made"} | body}
    ok = {"200": {"description": "fine"} | body}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Orders", "version": "1"},
        "servers": [{"url": f"{url}/v1"}],
        "security": [{"key": []}],
        "paths": {
            "/orders": {
                "post": {"operationId": "placeOrder", "requestBody": body, "responses": made}
            },
            "/orders/{orderId}": {
                "get": {"operationId": "getOrder", "parameters": [key], "responses": ok}
            },
            "/orders/{orderId}/cancel": {
                "post": {"operationId": "cancelOrder", "parameters": [key], "responses": ok}
            },
        },
        "components": {
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
        },
    }
    made_resource = await maker.call(
        "mirra_resource_create", openapi=document, install=True,
        price_model="pay-per-call", base_price=2,
    )  # fmt: skip
    return str(made_resource["resourceId"])
