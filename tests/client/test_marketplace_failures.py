"""The marketplace's client before servers that misbehave, and what its failures never tell."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from mirra_mcp.client.errors import MirraError
from mirra_mcp.client.marketplace import MarketplaceClient
from mirra_mcp.wire.marketplace import CreateResource
from tests.client.scripted import Step, answer, hang, raw, reset
from tests.client.trading import KEY, bad, good, trading

pytestmark = pytest.mark.anyio

SECRET = "sk_live_planted_51H8xQ2"
HTML = "<!doctype html><title>Not Found</title>"
CREATE = CreateResource(name="Crypto Price API")
INSTALLED = {"installationId": "inst_789", "resourceId": "resource_123"}
PAGE = {"resources": [], "total": 150, "limit": 10, "offset": 0}

Ask = Callable[[MarketplaceClient], Awaitable[Any]]
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
    (503, "UNAVAILABLE", "Do what the message says"),
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


async def test_nothing_there_names_the_setting(closed_port: int) -> None:
    url = f"http://127.0.0.1:{closed_port}"
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
