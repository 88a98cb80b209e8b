"""The app on three tools: for hosts that show such, and for nobody else."""

from typing import Any

import pytest
from mcp import Client
from mcp.client.extension import advertise
from mcp.types import TextResourceContents

from mirra_mcp.server.apps import EXTENSION, MIME_TYPE, TOOLS, URI, page
from mirra_mcp.server.sdk import KitServer
from tests.server.conftest import Mode

pytestmark = pytest.mark.anyio
SHOWS: dict[str, Any] = {"extensions": [advertise(EXTENSION, {"mimeTypes": [MIME_TYPE]})]}


async def heard(client: Client) -> tuple[set[str], set[str]]:
    """Return which tools have the app, and which `ui://` resources are listed."""
    tools = (await client.list_tools()).tools
    listed = (await client.list_resources()).resources
    bound = {
        each.name for each in tools if (each.meta or {}).get("ui", {}).get("resourceUri") == URI
    }
    return bound, {str(each.uri) for each in listed if str(each.uri).startswith("ui:")}


async def test_a_host_that_shows_apps_hears_of_it(server: KitServer, mode: Mode) -> None:
    async with Client(server, mode=mode, **SHOWS) as client:
        assert await heard(client) == (set(TOOLS), {URI})
        (content,) = (await client.read_resource(URI)).contents
        assert isinstance(content, TextResourceContents)
        assert content.mime_type == MIME_TYPE
        assert content.text == page()


async def test_other_hosts_hear_nothing_of_it(server: KitServer, mode: Mode) -> None:
    async with Client(server, mode=mode) as client:
        assert await heard(client) == (set(), set())
    none: dict[str, Any] = {"extensions": [advertise(EXTENSION, {"mimeTypes": ["text/html"]})]}
    async with Client(server, mode=mode, **none) as client:
        assert await heard(client) == (set(), set())


async def test_the_text_says_the_same_to_everyone(server: KitServer) -> None:
    told = []
    for more in ({}, SHOWS):
        async with Client(server, **more) as client:
            await client.call_tool("mirra_session_start", {"mirrors": ["resend"]})
            answer = await client.call_tool("mirra_session_state", {"mirror": "resend"})
            told.append([each.type for each in answer.content])
            assert answer.structured_content is not None
    assert told[0] == told[1] == ["text"]


def test_the_page_loads_nothing_and_reads_no_html() -> None:
    text = page()
    for word in ("http://", "https://", "innerHTML", "eval(", "document.write", "import("):
        assert word not in text
