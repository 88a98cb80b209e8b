"""Credentials by way of the tools: named by variables or entered by a person, never seen."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import httpx
import mcp.types as t
import pytest
from mcp import Client
from mcp.client import ClientRequestContext

from mirra_mcp.server import authentication
from mirra_mcp.server.app import build_server
from mirra_mcp.server.caller import Connect
from mirra_mcp.server.http import HttpOptions
from mirra_mcp.settings import Settings
from tests.server.conftest import Agent, Mode
from tests.server.priced import SECRET, PriceApi, installed

pytestmark = pytest.mark.anyio


# Credentials


NO_CREDENTIALS: list[tuple[dict[str, str], str]] = [
    ({"api_key_env": "T"}, "mirra.marketplace.no_such_variable"),
    ({"api_key_env": "ANTHROPIC_API_KEY"}, "mirra.marketplace.variable_not_allowed"),
    ({"api_key_env": "HOME"}, "mirra.marketplace.variable_not_allowed"),
    ({"api_key_env": SECRET}, "mirra.marketplace.variable_not_allowed"),
    ({"api_key_env": f"{SECRET}="}, "mirra.marketplace.no_such_variable"),
    ({"api_key_env": "MIRRA_TOKEN"}, "mirra.marketplace.no_such_variable"),
    ({"token_env": "CRYPTO_API_KEY"}, "mirra.request.invalid"),
    ({"username_env": "CRYPTO_API_KEY"}, "mirra.request.invalid"),
    ({"api_key_env": "CRYPTO_API_KEY", "token_env": "CRYPTO_API_KEY"}, "mirra.request.invalid"),
    ({}, "mirra.marketplace.credentials_needed"),
]


async def test_what_makes_up_no_credentials_is_refused_without_repeating_it(
    maker: Agent, prices: PriceApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRYPTO_API_KEY", SECRET)
    monkeypatch.setenv("MIRRA_TOKEN", "mt_pat_zzqx")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk_zzqx")
    monkeypatch.delenv("T", raising=False)
    resource = await installed(maker, prices)
    for given, code in NO_CREDENTIALS:
        error = await maker.refusal("mirra_resource_authenticate", resource=resource, **given)
        assert error["code"] == code
        assert SECRET not in json.dumps(error)
        assert "zzqx" not in json.dumps(error)
    listed = await maker.call("mirra_installation_list")
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
    maker: Agent,
    prices: PriceApi,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    variables: dict[str, str],
    given: dict[str, str],
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    resource = await installed(maker, prices, authentication=kind, auth_config={})
    done = await maker.call("mirra_resource_authenticate", resource=resource, **given)
    assert (done["type"], done["isAuthenticated"]) == (kind, True)


async def test_credentials_are_rotated_and_cleared(
    maker: Agent, prices: PriceApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = await installed(maker, prices)
    named = {"resource": resource, "api_key_env": "CRYPTO_API_KEY"}
    for value in ("first_key_1111", "second_key_2222"):
        monkeypatch.setenv("CRYPTO_API_KEY", value)
        await maker.call("mirra_resource_authenticate", **named)
        shown = await maker.call("mirra_installation_list", installation=resource)
        assert shown["installation"]["credential"]["lastFour"] == value[-4:]
    cleared = await maker.call("mirra_resource_authenticate", resource=resource, clear=True)
    assert cleared["isAuthenticated"] is False
    shown = await maker.call("mirra_installation_list", installation=resource)
    assert "credential" not in shown["installation"]


async def test_over_http_no_variable_is_read(
    connect: Connect, prices: PriceApi, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who may call over HTTP need not be who started the server."""
    monkeypatch.setenv("CRYPTO_API_KEY", SECRET)
    server = build_server(connect, Settings(toolsets=("all",)), http=HttpOptions())
    async with Client(server, mode=mode) as client:
        maker = Agent(client)
        resource = await installed(maker, prices)
        error = await maker.refusal(
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
    async with attended(connect, mode, person) as maker:
        resource = await installed(maker, prices)
        done = await maker.call("mirra_resource_authenticate", resource=resource)
        assert done["isAuthenticated"]
        price = await maker.call(
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
    async with attended(connect, mode, person) as maker:
        resource = await installed(maker, prices)
        error = await maker.refusal("mirra_resource_authenticate", resource=resource)
    assert error["code"] == "mirra.marketplace.credentials_needed"
    assert f"mirra-mcp auth {resource}" in error["hint"]
    assert len(person.asked) == 1


async def test_a_slow_person_is_not_waited_for_forever(
    connect: Connect, prices: PriceApi, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication, "PATIENCE", 0.1)
    async with attended(connect, mode, Person("accept", key=None)) as maker:
        resource = await installed(maker, prices)
        with anyio.fail_after(5):
            answer = await maker.call("mirra_resource_authenticate", resource=resource)
    assert answer["isAuthenticated"] is False
    assert "hasn't entered them yet" in answer["summary"]
