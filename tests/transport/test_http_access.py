"""Streamable HTTP: who gets in, from where, with how much."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client

from mirra_mcp.client.client import MirraClient
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.server.http import HttpOptions
from mirra_mcp.settings import Settings
from mirra_mcp.wire.sessions import CreateSession
from tests.answers import error
from tests.transport.serving import serving

pytestmark = pytest.mark.anyio

HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
ACCEPT = {"accept": "application/json, text/event-stream"}


async def never(token: str | None) -> MirraClient:
    raise AssertionError("nobody got in, so nobody needs Mirra")


def post(url: str, **headers: str) -> httpx.Response:
    return httpx.post(f"{url}/mcp", json=HELLO, headers=ACCEPT | headers, timeout=10, verify=False)


def test_health_needs_no_token() -> None:
    with serving(never, token="secret") as url:
        answer = httpx.get(f"{url}/healthz")
    assert answer.json() | {"version": ""} == {"status": "ok", "name": "mirra", "version": ""}


def test_a_token_is_asked_for_and_the_answer_says_where_to_get_one() -> None:
    with serving(never, token="secret") as url:
        for header in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Basic secret"}):
            answer = post(url, **header)
            assert answer.status_code == 401
            metadata = f"{url}/.well-known/oauth-protected-resource/mcp"
            assert f'resource_metadata="{metadata}"' in answer.headers["www-authenticate"]
        assert httpx.get(metadata).json()["resource"] == f"{url}/mcp"
        assert post(url, authorization="Bearer secret").status_code == 200


@pytest.mark.parametrize("token", ["sécret", "x" * 10_000, "secret secret"])
def test_odd_tokens_are_refused_like_others(token: str) -> None:
    with serving(never, token="secret") as url:
        answer = httpx.post(
            f"{url}/mcp",
            json=HELLO,
            headers=[
                (b"accept", ACCEPT["accept"].encode()),
                (b"authorization", f"Bearer {token}".encode()),
            ],
        )
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "127.0.0.1:1"}, 200),
        ({"host": "localhost"}, 200),
        ({"host": "evil.example"}, 421),
        ({"host": "mirra.example.com"}, 200),
        ({"host": "mirra.example.com:8443"}, 200),
        ({"origin": "http://localhost:3000"}, 200),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "https://app.example.com"}, 200),
        ({"origin": "null"}, 403),
    ],
)
def test_foreign_hosts_and_origins_are_refused(headers: dict[str, str], status: int) -> None:
    with serving(
        never,
        allowed_hosts=("mirra.example.com",),
        allowed_origins=("https://app.example.com",),
    ) as url:
        assert post(url, **headers).status_code == status


def test_bodies_that_are_too_large_or_no_json_are_refused() -> None:
    with serving(never, max_body=1_000) as url:
        large = httpx.post(f"{url}/mcp", content=b"[" * 2_000, headers=ACCEPT)
        broken = httpx.post(
            f"{url}/mcp",
            content=b"{nope",
            headers={**ACCEPT, "content-type": "application/json"},
        )
        assert post(url).status_code == 200
    assert large.status_code == 413
    assert broken.status_code == 400


def test_a_lost_session_and_an_unknown_version_are_told_with_the_way_on() -> None:
    """Source: https://modelcontextprotocol.io/specification/2025-11-25/basic/transports"""
    with serving(never) as url:
        lost = post(url, **{"mcp-session-id": "0" * 32})
        unknown = post(url, **{"mcp-protocol-version": "not-a-version"})
        assert post(url, **{"mcp-protocol-version": "2025-06-18"}).status_code == 200
    assert lost.status_code == 404
    assert "without the Mcp-Session-Id header" in lost.json()["error"]["message"]
    assert unknown.status_code == 400
    told = unknown.json()
    assert told["id"] == HELLO["id"]
    assert "'not-a-version'" in told["error"]["message"]
    assert "_meta" not in unknown.text
    assert "2025-11-25" in told["error"]["data"]["supported"]


def test_an_address_that_others_can_reach_needs_a_token() -> None:
    for host in ("0.0.0.0", "192.168.1.2", "example.com", "::"):
        with pytest.raises(ValueError, match="set a token"):
            HttpOptions(host=host)
        assert HttpOptions(host=host, token="x").host == host
    for host in ("127.0.0.1", "localhost", "::1", "127.1.2.3"):
        assert HttpOptions(host=host).token is None


def test_the_token_is_not_shown() -> None:
    assert "secret" not in repr(HttpOptions(token="secret"))


@pytest.fixture
def workspaces(tmp_path: Path) -> Iterator[dict[str, LocalMirra]]:
    """Two workspaces of a hosted Mirra, by the token that opens each."""
    with (
        LocalMirra(Settings(data_dir=tmp_path / "a")) as a,
        LocalMirra(Settings(data_dir=tmp_path / "b")) as b,
    ):
        yield {a.token: a, b.token: b}


async def call(url: str, token: str, mode: Any, tool: str, arguments: dict[str, Any]) -> Any:
    async with (
        httpx2.AsyncClient(headers={"authorization": f"Bearer {token}"}) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=mode) as client,
    ):
        return await client.call_tool(tool, arguments)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_each_callers_calls_are_made_with_its_own_token(
    workspaces: dict[str, LocalMirra], mode: Any
) -> None:
    connected: list[str | None] = []

    async def connect(token: str | None) -> MirraClient:
        connected.append(token)
        known = workspaces.get(token or "", next(iter(workspaces.values())))
        return MirraClient(known.url, token)

    with serving(connect, is_hosted=True) as url:
        for number, token in enumerate(workspaces):
            arguments = {"mirrors": ["resend"], "name": f"of-{number}"}
            await call(url, token, mode, "mirra_session_start", arguments)
        for number, token in enumerate(workspaces):
            listed = await call(url, token, mode, "mirra_session_list", {})
            assert [session["name"] for session in listed.structured_content["sessions"]] == [
                f"of-{number}"
            ]

        assert post(url).status_code == 401
        assert post(url, authorization="Bearer mt_unknown").status_code == 401

        opened = post(url, authorization=f"Bearer {next(iter(workspaces))}")
        theirs = {"mcp-session-id": opened.headers["mcp-session-id"]}
        other = list(workspaces)[1]
        assert post(url, authorization=f"Bearer {other}", **theirs).status_code == 404
    assert None not in connected
    assert connected.count(next(iter(workspaces))) == 1
    for token, local in workspaces.items():
        async with MirraClient(local.url, token) as mirra:
            ended = [session.status for session in (await mirra.list_sessions()).sessions]
        assert ended == ["ended"]


async def test_nobody_shops_with_the_servers_own_key(workspaces: dict[str, LocalMirra]) -> None:
    """A caller brings a Mirra token, which is no key of the marketplace; ours is not lent."""

    async def connect(token: str | None) -> MirraClient:
        return MirraClient(workspaces[token or ""].url, token)

    with serving(connect, is_hosted=True) as url:
        answer = await call(url, next(iter(workspaces)), "auto", "mirra_marketplace_search", {})
    assert error(answer)["code"] == "mirra.marketplace.not_shared"


async def test_a_caller_can_not_subscribe_to_anothers_session(
    workspaces: dict[str, LocalMirra],
) -> None:
    async def connect(token: str | None) -> MirraClient:
        return MirraClient(workspaces[token or ""].url, token)

    mine, theirs = workspaces
    async with MirraClient(workspaces[theirs].url, theirs) as mirra:
        session = await mirra.create_session(CreateSession(mirrors=["resend"]))
    uri = f"mirra://sessions/{session.session_id}/events"
    with serving(connect, is_hosted=True) as url:
        await listen(url, theirs, uri)
        with pytest.RaisesGroup(
            pytest.RaisesExc(MCPError, match="No session"),
            flatten_subgroups=True,
            allow_unwrapped=True,
        ):
            await listen(url, mine, uri)


async def listen(url: str, token: str, uri: str) -> None:
    async with (
        httpx2.AsyncClient(headers={"authorization": f"Bearer {token}"}) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http)) as client,
        client.listen(resource_subscriptions=[uri]),
    ):
        pass
