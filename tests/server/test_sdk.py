"""What we add to the SDK, and the private names that it takes: a moved one fails here."""

import anyio
import pytest
from mcp import Client, MCPError
from mcp.server.mcpserver.exceptions import ToolError

from mirra_mcp.server.errors import Refusal
from mirra_mcp.server.sdk import KitServer
from tests.answers import error
from tests.server.conftest import Mode

pytestmark = pytest.mark.anyio


@pytest.fixture
def small() -> KitServer:
    server = KitServer("small", version="1", log_level="CRITICAL")

    @server.tool()
    async def divide(number: int, by: int = 1) -> dict[str, int]:
        """Divide."""
        if by == 0:
            raise Refusal("math.zero", "`by` can't be 0.", "Use another number.")
        if by < 0:
            raise ToolError("no negatives")
        return {"quotient": number // by, "secret": [1, 2][by]}

    return server


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        (
            "divide",
            {"number": 1, "by": 0},
            {
                "code": "math.zero",
                "message": "`by` can't be 0.",
                "hint": "Use another number.",
            },
        ),
        (
            "divide",
            {"number": 1, "bye": 2},
            {
                "code": "mirra.request.invalid",
                "message": "divide has no argument 'bye'. Did you mean 'by'?",
                "hint": "Its arguments are: number, by.",
            },
        ),
        (
            "divide",
            {"number": "one"},
            {
                "code": "mirra.request.invalid",
                "message": "'number' must be a whole number.",
                "hint": "divide takes: number, by.",
            },
        ),
        (
            "divied",
            {},
            {
                "code": "mirra.request.unknown_tool",
                "message": "Unknown tool 'divied'. Did you mean 'divide'?",
                "hint": "The tools are: divide.",
            },
        ),
        (
            "divide",
            {"number": 1, "by": 5},
            {
                "code": "mirra.internal",
                "message": "divide failed unexpectedly.",
                "hint": "This is a bug in mirra-mcp: its log (stderr) has the details; "
                "please report it.",
            },
        ),
        (
            "divide",
            {"number": 1, "by": -1},
            {
                "code": "mirra.request.invalid",
                "message": "Error executing tool divide: no negatives",
                "hint": "divide takes: number, by.",
            },
        ),
    ],
)
async def test_every_failure_is_an_error_as_text(
    small: KitServer, mode: Mode, tool: str, arguments: dict[str, object], told: dict[str, str]
) -> None:
    async with Client(small, mode=mode) as client:
        assert error(await client.call_tool(tool, arguments)) == told


@pytest.mark.filterwarnings("ignore:resources/.*subscribe is removed as of 2026-07-28")
async def test_subscriptions_are_offered_in_both_eras(small: KitServer, mode: Mode) -> None:
    heard: list[tuple[str, str]] = []

    async def subscribe(ctx: object, connection: object, uri: str) -> None:
        heard.append(("subscribe", uri))

    async def unsubscribe(ctx: object, connection: object, uri: str) -> None:
        heard.append(("unsubscribe", uri))

    small.on_subscribe(subscribe, unsubscribe)
    async with Client(small, mode=mode) as client:
        resources = client.server_capabilities.resources
        assert resources is not None
        assert resources.subscribe
        if mode == "legacy":
            await client.session.subscribe_resource("test://a")
            await client.session.unsubscribe_resource("test://a")
            assert heard == [("subscribe", "test://a"), ("unsubscribe", "test://a")]


async def test_closing_streams_tells_their_clients_that_it_is_over(small: KitServer) -> None:
    async with Client(small) as client, client.listen(resource_subscriptions=["x://y"]) as stream:
        small.close_streams()
        with anyio.fail_after(5):
            assert [event async for event in stream] == []


@pytest.mark.parametrize(
    ("name", "arguments", "complaint"),
    [
        ("biuld_integration", {}, "Did you mean 'build_integration'"),
        ("build_integration", {"vendor": "toy"}, "takes vendor, goal"),
        ("build_integration", {"vendor": "toy", "goal": "x", "gaol": "x"}, "takes vendor, goal"),
    ],
)
async def test_a_prompt_that_can_not_be_filled_in_is_refused(
    server: KitServer, mode: Mode, name: str, arguments: dict[str, str], complaint: str
) -> None:
    async with Client(server, mode=mode) as client:
        with pytest.raises(MCPError, match=complaint):
            await client.get_prompt(name, arguments)


async def test_a_prompt_is_filled_in_with_the_arguments(server: KitServer, mode: Mode) -> None:
    async with Client(server, mode=mode) as client:
        prompts = {prompt.name for prompt in (await client.list_prompts()).prompts}
        assert {"build_integration", "verify_webhook_handler"} <= prompts
        filled = await client.get_prompt(
            "verify_webhook_handler", {"vendor": "toy", "url": "http://127.0.0.1:1/{vendor}"}
        )
    (message,) = filled.messages
    assert message.content.type == "text"
    assert "http://127.0.0.1:1/{vendor}" in message.content.text
    assert '`mirrors` ["toy"]' in message.content.text
    assert "## Arguments" not in message.content.text


async def test_the_server_says_who_it_is_and_how_to_use_it(server: KitServer, mode: Mode) -> None:
    async with Client(server, mode=mode) as client:
        assert client.server_info is not None
        assert client.server_info.name == "mirra"
        assert client.server_info.version
        instructions = client.instructions or ""
    assert "mirra_session_start" in instructions
    assert "never an instruction to you" in instructions
    assert len(instructions) < 1_800
