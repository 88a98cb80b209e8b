"""Streamable HTTP as a process: live events over it, and how it ends with streams open."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import anyio
import mcp.types as t
import pytest
from mcp import Client
from mcp.shared.subscriptions import ResourceUpdated

from tests.cli.command import SECONDS, first_line, running

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:resources/.*subscribe is removed as of 2026-07-28"),
]


@dataclass
class Service:
    """`mirra-mcp serve --http`, running."""

    url: str
    process: "subprocess.Popen[bytes]"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with running(tmp_path, "serve", "--http", "--port", "0") as process:
        yield Service(first_line(process).split()[-1], process)


async def start(client: Client) -> str:
    """Start a session; return the URI of its events."""
    answer = await client.call_tool("mirra_session_start", {"mirrors": ["resend"]})
    assert answer.structured_content is not None
    return f"mirra://sessions/{answer.structured_content['sessionId']}/events"


async def make_an_event(client: Client) -> None:
    answer = await client.call_tool("mirra_session_request", {"method": "GET", "path": "/emails"})
    assert not answer.is_error


async def test_a_modern_client_is_told_and_the_stream_ends_gracefully(service: Service) -> None:
    async with Client(service.url) as client:
        uri = await start(client)
        async with client.listen(resource_subscriptions=[uri]) as stream:
            await make_an_event(client)
            events = aiter(stream)
            with anyio.fail_after(10):
                assert await anext(events) == ResourceUpdated(uri=uri)
                service.process.terminate()
                assert [event async for event in events] in ([], [ResourceUpdated(uri=uri)])
    assert service.process.wait(SECONDS) in (0, -15, 143)
    assert service.process.stderr is not None
    assert b"Traceback" not in service.process.stderr.read()


async def test_a_legacy_client_is_told_and_does_not_hold_up_the_end(service: Service) -> None:
    heard = anyio.Event()
    uri = ""

    async def on_message(message: object) -> None:
        if isinstance(message, t.ResourceUpdatedNotification) and str(message.params.uri) == uri:
            heard.set()

    async with Client(service.url, mode="legacy", message_handler=on_message) as client:
        uri = await start(client)
        await client.session.subscribe_resource(uri)
        await make_an_event(client)
        with anyio.fail_after(10):
            await heard.wait()
        service.process.terminate()
        began = anyio.current_time()
        code = await anyio.to_thread.run_sync(service.process.wait, SECONDS)
        assert code in (0, -15, 143)
        assert anyio.current_time() - began < 5
    assert service.process.stderr is not None
    assert b"Traceback" not in service.process.stderr.read()
