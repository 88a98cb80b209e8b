"""The marketplace from end to end: who uses a resource, who makes one, and what nobody gets to see.

A real HTTP API on loopback stands behind the resource; agents work through MCP.
"""

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from mcp import Client

from mirra_mcp.client.client import MirraClient
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.server.app import build_server
from mirra_mcp.settings import Settings
from tests.server.conftest import Agent, Mode
from tests.server.priced import SECRET, PriceApi, pricing

pytestmark = pytest.mark.anyio


@pytest.fixture
def prices() -> Iterator[PriceApi]:
    with pricing() as api:
        yield api


@pytest.fixture(params=["auto", "legacy"])
def mode(request: pytest.FixtureRequest) -> Mode:
    """Protocol 2026-07-28, or the handshake of 2025-11-25 and before."""
    era: Mode = request.param
    return era


@pytest.fixture
async def agent(tmp_path: Path, mode: Mode) -> AsyncIterator[Agent]:
    """An agent with all tools, on an embedded Mirra whose resources may call this machine."""
    settings = Settings(data_dir=tmp_path / "data", resource_hosts=("127.0.0.1",))
    with LocalMirra(settings) as local:

        async def connect(token: str | None) -> MirraClient:
            return MirraClient(local.url, local.token)

        server = build_server(
            connect, Settings(toolsets=("all",), resource_env=("CRYPTO_API_KEY@127.0.0.1",))
        )
        async with Client(server, mode=mode) as client:
            yield Agent(client)


async def published(agent: Agent, prices: PriceApi) -> str:
    """Create and publish the price API; return its id."""
    wanted = prices.definition(price_model="pay-per-call", base_price=0.001)
    made = await agent.call("mirra_resource_create", **wanted)
    await agent.call("mirra_resource_publish", resource=made["resourceId"])
    return str(made["resourceId"])


async def test_a_resource_is_found_installed_called_paid_for_and_removed(
    agent: Agent, prices: PriceApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRYPTO_API_KEY", SECRET)
    resource = await published(agent, prices)

    found = await agent.call("mirra_marketplace_search", search="crypto")
    (offer,) = found["resources"]
    assert (offer["id"], offer["pricing"]["basePrice"]) == (resource, 0.001)

    installed = await agent.call("mirra_resource_install", resource=resource)
    assert installed["price"] == "0.001 USDC a call"
    assert installed["methods"] == [
        "getPrice(symbol, currency?): The latest price of a coin",
        "postAlerts(symbol, above): Be told of a price",
    ]
    assert "api_key_env" in installed["next"]

    call = {"resource": resource, "method": "getPrice", "parameters": {"symbol": "BTC"}}
    early = await agent.refusal("mirra_resource_call", **call, max_cost=0.001)
    assert early["code"] == "NOT_AUTHENTICATED"
    assert "mirra_resource_authenticate" in early["hint"]

    given = await agent.call(
        "mirra_resource_authenticate", resource=resource, api_key_env="CRYPTO_API_KEY"
    )
    assert given["isAuthenticated"]
    assert given["sentTo"] == prices.url.removeprefix("http://")

    price = await agent.refusal("mirra_resource_call", **call)
    assert price["code"] == "mirra.marketplace.costs"
    assert "costs 0.001 USDC" in price["message"]
    assert prices.keys == []

    answer = await agent.call("mirra_resource_call", **call, max_cost=0.001)
    assert answer["result"] == {"symbol": "BTC", "price": 97000.5, "currency": "USD"}
    assert (answer["statusCode"], answer["cost"], answer["totalCost"]) == (200, 0.001, 0.001)
    assert "and cost 0.001 USDC" in answer["summary"]
    assert prices.keys == [SECRET]
    set_up = await agent.call(
        "mirra_resource_call",
        resource=resource,
        method="postAlerts",
        parameters={"symbol": "BTC", "above": 100_000},
        max_cost=1,
    )
    assert set_up["result"] == {"id": "alert_1", "symbol": "BTC", "above": 100_000}

    usage = await agent.call("mirra_installation_list", installation=resource)
    assert usage["summary"] == "Crypto Price API: 2 calls cost 0.002 USDC in all; 2 today."
    assert [each["method"] for each in usage["recentCalls"]] == ["postAlerts", "getPrice"]
    assert usage["installation"]["credential"]["lastFour"] == SECRET[-4:]

    await agent.call("mirra_resource_uninstall", resource=resource)
    late = await agent.refusal("mirra_resource_call", **call, max_cost=0.001)
    assert late["code"] == "NOT_INSTALLED"
    assert (await agent.call("mirra_installation_list"))["installations"] == []
    assert len(prices.keys) == 2


async def test_a_creator_takes_a_resource_from_draft_to_metrics(
    agent: Agent, prices: PriceApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRYPTO_API_KEY", SECRET)
    draft = await agent.call(
        "mirra_resource_create", name="Prices", description="", base_url=prices.url
    )
    assert draft["status"] == "draft"
    resource = draft["resourceId"]
    assert (await agent.call("mirra_marketplace_search", search="Prices"))["total"] == 0

    wanting = await agent.refusal("mirra_resource_publish", resource=resource)
    assert wanting["code"] == "VALIDATION_ERROR"
    for missing in ("description", "method", "OpenAPI"):
        assert missing in wanting["message"]

    await agent.call("mirra_resource_update", resource=resource, **prices.definition())
    priced = await agent.call(
        "mirra_resource_update", resource=resource, price_model="pay-per-call", base_price=0.25
    )
    assert priced["price"] == "0.25 USDC a call"
    await agent.call("mirra_resource_update", resource=resource, base_price=0.5)
    assert (await agent.call("mirra_resource_publish", resource=resource))["status"] == "published"

    await agent.call("mirra_resource_install", resource=resource)
    await agent.call("mirra_resource_authenticate", resource=resource, api_key_env="CRYPTO_API_KEY")
    call = {"resource": resource, "method": "getPrice", "max_cost": 0.5}
    await agent.call("mirra_resource_call", **call, parameters={"symbol": "ETH"})
    failed = await agent.call("mirra_resource_call", **call, parameters={"symbol": "NOPE"})
    assert (failed["statusCode"], failed["result"]["price"], failed["cost"]) == (404, None, 0)

    metrics = await agent.call("mirra_resource_metrics", resource=resource)
    assert metrics["totalUsers"] == 1
    assert metrics["totalRevenue"] == 0.5
    (mine,) = (await agent.call("mirra_resource_metrics"))["resources"]
    assert (mine["id"], mine["status"]) == (resource, "published")

    busy = await agent.refusal("mirra_resource_delete", resource=resource)
    assert busy["code"] == "ACTIVE_INSTALLATIONS"
    await agent.call("mirra_resource_unpublish", resource=resource)
    assert (await agent.call("mirra_marketplace_search", search="crypto"))["total"] == 0
    await agent.call("mirra_resource_call", **call, parameters={"symbol": "BTC"})
    await agent.call("mirra_resource_uninstall", resource=resource)
    await agent.call("mirra_resource_delete", resource=resource)
    assert (await agent.call("mirra_resource_metrics"))["resources"] == []


async def test_an_installation_stays_as_it_was_until_it_is_upgraded(
    agent: Agent, prices: PriceApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRYPTO_API_KEY", SECRET)
    resource = await published(agent, prices)
    await agent.call("mirra_resource_install", resource=resource)
    await agent.call("mirra_resource_authenticate", resource=resource, api_key_env="CRYPTO_API_KEY")
    await agent.call("mirra_resource_update", resource=resource, base_price=5)
    call = {"resource": resource, "method": "getPrice", "parameters": {"symbol": "BTC"}}
    assert (await agent.call("mirra_resource_call", **call, max_cost=0.001))["cost"] == 0.001
    shown = await agent.call("mirra_installation_list", installation=resource)
    assert '"upgrade": true' in shown["note"]
    upgraded = await agent.call("mirra_resource_install", resource=resource, upgrade=True)
    assert upgraded["price"] == "5 USDC a call"
    assert "costs 5 USDC" in (await agent.refusal("mirra_resource_call", **call))["message"]


async def test_no_planted_secret_is_found_anywhere(
    agent: Agent,
    prices: PriceApi,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whatever is answered, logged, recorded or written: only the API itself sees the key."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("CRYPTO_API_KEY", SECRET)
    resource = await published(agent, prices)
    told = []

    async def ask(tool: str, **arguments: object) -> None:
        told.append((await agent.client.call_tool(tool, arguments)).model_dump_json())

    await ask("mirra_session_start", mirrors=["resend"])
    await ask("mirra_resource_install", resource=resource)
    await ask("mirra_resource_authenticate", resource=resource, api_key_env="CRYPTO_API_KEY")
    call = {"resource": resource, "method": "getPrice", "max_cost": 1}
    await ask("mirra_resource_call", **call, parameters={"symbol": "BTC"})
    await ask("mirra_resource_call", **call, parameters={"symbol": "NOPE"})
    await ask("mirra_resource_call", **call, parameters={"symbol": 7})
    await ask("mirra_installation_list", installation=resource)
    monkeypatch.setenv("CRYPTO_API_KEY", f"{SECRET}x")
    await ask("mirra_resource_authenticate", resource=resource, api_key_env="CRYPTO_API_KEY")
    await ask("mirra_resource_call", **call, parameters={"symbol": "BTC"})
    await ask("mirra_resource_metrics", resource=resource)
    await ask("mirra_events_read", limit=100)
    for uri in ("mirra://installations", f"mirra://resources/{resource}", "mirra://sessions"):
        content = await agent.client.read_resource(uri)
        told.append(content.model_dump_json())
    await ask("mirra_resource_uninstall", resource=resource)

    assert prices.keys[0] == SECRET
    assert prices.keys[-1] == f"{SECRET}x"
    for text in told:
        assert SECRET not in text
    assert SECRET not in caplog.text
    for file in (tmp_path / "data").rglob("*"):
        if file.is_file():
            assert SECRET.encode() not in file.read_bytes(), file.name
