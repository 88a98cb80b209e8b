"""The marketplace as an agent meets it: what it may spend, what it never sees, who is asked."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import mcp.types as t
import pytest
from mcp import Client, MCPError
from mcp.client import ClientRequestContext

from mirra_mcp.client.client import MirraClient
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.server import authentication
from mirra_mcp.server.app import build_server
from mirra_mcp.server.caller import Connect
from mirra_mcp.server.http import HttpOptions
from mirra_mcp.settings import Settings
from tests.client.scripted import Step, answer, serve
from tests.server.conftest import Agent, Mode
from tests.server.priced import OPENAPI, SECRET, PriceApi, pricing

pytestmark = pytest.mark.anyio


@pytest.fixture
def prices() -> Iterator[PriceApi]:
    with pricing() as api:
        yield api


@pytest.fixture
def local(tmp_path: Path) -> Iterator[LocalMirra]:
    settings = Settings(data_dir=tmp_path / "data", resource_hosts=("127.0.0.1",))
    with LocalMirra(settings) as mirra:
        yield mirra


@pytest.fixture
async def agent(connect: Connect, mode: Mode) -> AsyncIterator[Agent]:
    async with Client(build_server(connect, Settings(toolsets=("all",))), mode=mode) as client:
        yield Agent(client)


async def installed(agent: Agent, prices: PriceApi, **more: Any) -> str:
    """Offer the price API and install it; return its id."""
    made = await agent.call("mirra_resource_create", **prices.definition(**more))
    await agent.call("mirra_resource_publish", resource=made["resourceId"])
    await agent.call("mirra_resource_install", resource=made["resourceId"])
    return str(made["resourceId"])


# Spending


@pytest.mark.parametrize(
    ("pricing", "told"),
    [
        ({"price_model": "pay-per-call", "base_price": 0.001}, "costs 0.001 USDC"),
        ({"price_model": "subscription", "base_price": 10, "currency": "EUR"}, "costs 10 EUR"),
    ],
)
async def test_the_price_is_told_before_anything_is_spent(
    agent: Agent,
    prices: PriceApi,
    monkeypatch: pytest.MonkeyPatch,
    pricing: dict[str, Any],
    told: str,
) -> None:
    monkeypatch.setenv("CRYPTO_API_KEY", SECRET)
    resource = await installed(agent, prices, **pricing)
    await agent.call("mirra_resource_authenticate", resource=resource, api_key_env="CRYPTO_API_KEY")
    call = {"resource": resource, "method": "getPrice", "parameters": {"symbol": "BTC"}}
    for max_cost in (None, 0, pricing["base_price"] * 0.99):
        given = call if max_cost is None else {**call, "max_cost": max_cost}
        error = await agent.refusal("mirra_resource_call", **given)
        assert error["code"] == "mirra.marketplace.costs"
        assert told in error["message"]
    assert prices.keys == []
    done = await agent.call("mirra_resource_call", **call, max_cost=pricing["base_price"])
    assert done["cost"] == pricing["base_price"]
    if pricing["price_model"] == "subscription":
        again = await agent.call("mirra_resource_call", **call)
        assert (again["cost"], again["totalCost"]) == (0, 10)


async def test_wrong_parameters_and_methods_are_told_and_cost_nothing(
    agent: Agent, prices: PriceApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRYPTO_API_KEY", SECRET)
    resource = await installed(agent, prices, price_model="pay-per-call", base_price=1)
    await agent.call("mirra_resource_authenticate", resource=resource, api_key_env="CRYPTO_API_KEY")
    call = {"resource": resource, "max_cost": 1}
    error = await agent.refusal("mirra_resource_call", **call, method="getPrise")
    assert "Did you mean 'getPrice'?" in error["message"]
    wrong = {"method": "getPrice", "parameters": {"symbol": "bitcoin"}}
    error = await agent.refusal("mirra_resource_call", **call, **wrong)
    assert error["code"] == "VALIDATION_ERROR"
    assert "symbol" in error["message"]
    shown = await agent.call("mirra_installation_list", installation=resource)
    assert shown["installation"]["totalCost"] == 0
    assert prices.keys == []


async def test_a_method_can_be_looked_at_before_it_is_called(
    agent: Agent, prices: PriceApi
) -> None:
    resource = await installed(agent, prices)
    shown = await agent.call("mirra_installation_list", installation=resource, method="getPrice")
    schema = shown["method"]["inputSchema"]
    assert schema["required"] == ["symbol"]
    assert schema["properties"]["currency"]["enum"] == ["USD", "EUR"]
    found = await agent.call("mirra_installation_list", installation=resource, method="told")
    assert found["methods"] == ["postAlerts(symbol, above): Be told of a price"]
    error = await agent.refusal("mirra_installation_list", method="getPrice")
    assert "needs an `installation`" in error["message"]
    (content,) = (await agent.client.read_resource(f"mirra://resources/{resource}")).contents
    assert isinstance(content, t.TextResourceContents)
    methods = json.loads(content.text)["endpoint"]["methods"]
    assert [each["inputSchema"]["required"] for each in methods] == [
        ["symbol"],
        ["symbol", "above"],
    ]


async def test_the_embedded_mirrors_can_be_called_by_their_methods(agent: Agent) -> None:
    await agent.call("mirra_resource_install", resource="resource_stripe_mirror")
    made = await agent.call(
        "mirra_resource_call",
        resource="resource_stripe_mirror",
        method="PostCustomers",
        parameters={"email": "ada@example.com"},
    )
    assert (made["statusCode"], made["result"]["email"]) == (200, "ada@example.com")


# Credentials


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"api_key_env": "NOT_SET_ANYWHERE"}, "mirra.marketplace.no_such_variable"),
        ({"api_key_env": SECRET}, "mirra.marketplace.no_such_variable"),
        ({"api_key_env": f"{SECRET}="}, "mirra.marketplace.no_such_variable"),
        ({"api_key_env": "MIRRA_TOKEN"}, "mirra.marketplace.no_such_variable"),
        ({"token_env": "CRYPTO_API_KEY"}, "mirra.request.invalid"),
        ({"username_env": "CRYPTO_API_KEY"}, "mirra.request.invalid"),
        (
            {"api_key_env": "CRYPTO_API_KEY", "token_env": "CRYPTO_API_KEY"},
            "mirra.request.invalid",
        ),
        ({}, "mirra.marketplace.credentials_needed"),
    ],
)
async def test_what_makes_up_no_credentials_is_refused_without_repeating_it(
    agent: Agent,
    prices: PriceApi,
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, str],
    code: str,
) -> None:
    monkeypatch.setenv("CRYPTO_API_KEY", SECRET)
    monkeypatch.setenv("MIRRA_TOKEN", "mt_pat_zzqx")
    resource = await installed(agent, prices)
    error = await agent.refusal("mirra_resource_authenticate", resource=resource, **given)
    assert error["code"] == code
    assert SECRET not in json.dumps(error)
    assert "zzqx" not in json.dumps(error)
    listed = await agent.call("mirra_installation_list")
    assert not listed["installations"][0]["isAuthenticated"]


@pytest.mark.parametrize(
    ("kind", "variables", "given"),
    [
        ("bearer", {"T": "bearer_token_1"}, {"token_env": "T"}),
        ("basic", {"U": "ada", "P": "lovelace1"}, {"username_env": "U", "password_env": "P"}),
        (
            "oauth2",
            {"A": "access_token_1", "R": "refresh_token_1"},
            {
                "access_token_env": "A",
                "refresh_token_env": "R",
                "expires_at": "2030-01-01T00:00:00Z",
            },
        ),
    ],
)
async def test_each_kind_is_named_by_its_own_variables(
    agent: Agent,
    prices: PriceApi,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    variables: dict[str, str],
    given: dict[str, str],
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    resource = await installed(agent, prices, authentication=kind, auth_config={})
    done = await agent.call("mirra_resource_authenticate", resource=resource, **given)
    assert (done["type"], done["isAuthenticated"]) == (kind, True)


async def test_credentials_are_rotated_and_cleared(
    agent: Agent, prices: PriceApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = await installed(agent, prices)
    named = {"resource": resource, "api_key_env": "CRYPTO_API_KEY"}
    for value in ("first_key_1111", "second_key_2222"):
        monkeypatch.setenv("CRYPTO_API_KEY", value)
        await agent.call("mirra_resource_authenticate", **named)
        shown = await agent.call("mirra_installation_list", installation=resource)
        assert shown["installation"]["credential"]["lastFour"] == value[-4:]
    cleared = await agent.call("mirra_resource_authenticate", resource=resource, clear=True)
    assert cleared["isAuthenticated"] is False
    shown = await agent.call("mirra_installation_list", installation=resource)
    assert "credential" not in shown["installation"]


async def test_over_http_no_variable_is_read(
    connect: Connect, prices: PriceApi, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who may call over HTTP need not be who started the server."""
    monkeypatch.setenv("CRYPTO_API_KEY", SECRET)
    server = build_server(connect, Settings(toolsets=("all",)), http=HttpOptions())
    async with Client(server, mode=mode) as client:
        agent = Agent(client)
        resource = await installed(agent, prices)
        error = await agent.refusal(
            "mirra_resource_authenticate", resource=resource, api_key_env="CRYPTO_API_KEY"
        )
    assert error["code"] == "mirra.marketplace.not_local"
    assert f"mirra-mcp auth {resource}" in error["hint"]


# A person is asked


class Person:
    """Sits before the host, and does with a page what the test says."""

    def __init__(self, action: str, key: str | None = SECRET) -> None:
        self.action, self.key = action, key
        self.asked: list[t.ElicitRequestURLParams] = []

    async def __call__(
        self, context: ClientRequestContext, params: t.ElicitRequestParams
    ) -> t.ElicitResult:
        assert isinstance(params, t.ElicitRequestURLParams)
        self.asked.append(params)
        if self.action == "accept" and self.key is not None:
            async with httpx.AsyncClient(trust_env=False) as browser:
                page = await browser.get(params.url)
                assert "API key" in page.text
                saved = await browser.post(params.url, data={"apiKey": self.key})
                assert saved.status_code == 200
        return t.ElicitResult(action=self.action)  # type: ignore[arg-type]  # one of the three


@asynccontextmanager
async def attended(connect: Connect, mode: Mode, person: Person) -> AsyncIterator[Agent]:
    server = build_server(connect, Settings(toolsets=("all",)))
    async with Client(server, mode=mode, elicitation_callback=person) as client:
        yield Agent(client)


async def test_a_person_enters_the_key_on_a_page_of_their_own(
    connect: Connect, prices: PriceApi, mode: Mode
) -> None:
    person = Person("accept")
    async with attended(connect, mode, person) as agent:
        resource = await installed(agent, prices)
        done = await agent.call("mirra_resource_authenticate", resource=resource)
        assert done["isAuthenticated"]
        price = await agent.call(
            "mirra_resource_call",
            resource=resource,
            method="getPrice",
            parameters={"symbol": "BTC"},
        )
    (asked,) = person.asked
    assert asked.url.startswith("http://127.0.0.1:")
    assert prices.url.removeprefix("http://") in asked.message
    assert price["statusCode"] == 200
    assert SECRET not in json.dumps(done)


@pytest.mark.parametrize("action", ["decline", "cancel"])
async def test_who_does_not_want_to_is_not_asked_twice(
    connect: Connect, prices: PriceApi, mode: Mode, action: str
) -> None:
    person = Person(action)
    async with attended(connect, mode, person) as agent:
        resource = await installed(agent, prices)
        error = await agent.refusal("mirra_resource_authenticate", resource=resource)
    assert error["code"] == "mirra.marketplace.credentials_needed"
    assert f"mirra-mcp auth {resource}" in error["hint"]
    assert len(person.asked) == 1


async def test_a_slow_person_is_not_waited_for_forever(
    connect: Connect, prices: PriceApi, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication, "PATIENCE", 0.1)
    async with attended(connect, mode, Person("accept", key=None)) as agent:
        resource = await installed(agent, prices)
        with anyio.fail_after(5):
            answer = await agent.call("mirra_resource_authenticate", resource=resource)
    assert answer["isAuthenticated"] is False
    assert "hasn't entered them yet" in answer["summary"]


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
    async with hosted(GONE, GONE) as (agent, requests):
        error = await agent.refusal("mirra_marketplace_search")
        with pytest.raises(MCPError, match="may have been retired"):
            await agent.client.read_resource("mirra://installations")
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
    async with hosted(*steps) as (agent, requests):
        got = await agent.call("mirra_resource_install", resource="resource_1")
        assert got["price"] == "not told"
        answered = await agent.call("mirra_resource_call", resource="resource_1", method="getPrice")
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


async def test_searching_pages_through_what_there_is(agent: Agent) -> None:
    first = await agent.call("mirra_marketplace_search", limit=2)
    assert first["nextOffset"] == 2
    rest = await agent.call("mirra_marketplace_search", limit=50, offset=2)
    assert "nextOffset" not in rest
    assert len(first["resources"]) + len(rest["resources"]) == first["total"]
    none = await agent.call("mirra_marketplace_search", search="zzqx")
    assert (none["total"], none["resources"]) == (0, [])


async def test_ids_of_resources_are_completed_the_installed_ones_first(agent: Agent) -> None:
    await agent.call("mirra_resource_install", resource="resource_stripe_mirror")
    found = await agent.client.complete(
        t.ResourceTemplateReference(uri="mirra://resources/{id}"),
        {"name": "id", "value": "resource_"},
    )
    assert found.completion.values[0] == "resource_stripe_mirror"
    assert "resource_resend_mirror" in found.completion.values
    assert len(set(found.completion.values)) == len(found.completion.values)


async def test_an_openapi_document_is_read_from_its_file(agent: Agent, tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(OPENAPI), encoding="utf-8")
    made = await agent.call(
        "mirra_resource_create",
        name="From a file",
        description="Prices",
        base_url="https://prices.example.com",
        openapi_path=str(file),
    )
    assert made["methods"] == ["getPrice", "postAlerts"]
    error = await agent.refusal(
        "mirra_resource_create",
        name="x",
        description="x",
        base_url="https://x.example.com",
        openapi_path=str(tmp_path / "openapi.yaml"),
    )
    assert error["code"] == "mirra.file.invalid"


async def test_a_change_of_nothing_and_a_method_of_no_sense_are_refused(
    agent: Agent, prices: PriceApi
) -> None:
    made = await agent.call("mirra_resource_create", **prices.definition())
    error = await agent.refusal("mirra_resource_update", resource=made["resourceId"])
    assert error["message"] == "Nothing was given to change."
    error = await agent.refusal(
        "mirra_resource_update", resource=made["resourceId"], methods=[{"name": "x y"}]
    )
    assert error["code"] == "VALIDATION_ERROR"
    assert "methods.0.name" in error["message"]
