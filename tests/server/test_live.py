"""Live events: told in both eras, coalesced, and followed only while somebody is subscribed."""

import math
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import anyio
import mcp.types as t
import pytest
from mcp import Client, MCPError
from mcp.shared.subscriptions import ResourceUpdated

from mirra_mcp.client.client import MirraClient
from mirra_mcp.client.mirror import MirrorClient
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.server.app import build_server
from mirra_mcp.server.caller import Connect
from mirra_mcp.server.sdk import KitServer
from mirra_mcp.settings import Settings
from mirra_mcp.wire.events import Event
from mirra_mcp.wire.sessions import CreateSession, Session
from tests.server.conftest import Mode

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:resources/.*subscribe is removed as of 2026-07-28"),
]

KEY = {"Authorization": "Bearer toy"}

Heard = Callable[[], Awaitable[str]]


@asynccontextmanager
async def subscribed(
    server: KitServer, mode: Mode, *uris: str
) -> AsyncIterator[tuple[Client, Heard]]:
    """A client that is told of the URIs, and how it hears: the URI of the next notification."""
    if mode == "auto":
        listen = list(uris)
        async with Client(server) as client, client.listen(resource_subscriptions=listen) as stream:
            events = aiter(stream)

            async def heard() -> str:
                event = await anext(events)
                assert isinstance(event, ResourceUpdated)
                return event.uri

            yield client, heard
        return
    send, receive = anyio.create_memory_object_stream[str](math.inf)

    async def on_message(message: object) -> None:
        if isinstance(message, t.ResourceUpdatedNotification):
            await send.send(str(message.params.uri))

    with send, receive:
        async with Client(server, mode="legacy", message_handler=on_message) as client:
            for uri in uris:
                await client.session.subscribe_resource(uri)
            yield client, receive.receive


def toy_of(mirra: MirraClient, session: Session) -> MirrorClient:
    return mirra.mirror(session.mirrors[0].url)


async def send_parcel(toy: MirrorClient, to: str = "x") -> None:
    assert (await toy.request("POST", "/parcels", body={"to": to}, headers=KEY)).status == 201


async def test_a_subscriber_is_told_and_reads_what_happened(
    server: KitServer, mode: Mode, mirra: MirraClient, session: Session
) -> None:
    uri = f"mirra://sessions/{session.session_id}/events"
    async with subscribed(server, mode, uri) as (client, heard):
        await send_parcel(toy_of(mirra, session))
        with anyio.fail_after(5):
            assert await heard() == uri
        (content,) = (await client.read_resource(f"{uri}?after=1")).contents
        assert isinstance(content, t.TextResourceContents)
        assert '"parcel.sent"' in content.text


async def test_it_is_told_within_a_tenth_of_a_second(
    server: KitServer, mode: Mode, mirra: MirraClient, session: Session
) -> None:
    """The design's budget; half of it is coalescing. The best of five counts: machines stall."""
    uri = f"mirra://sessions/{session.session_id}/events"
    taken = []
    async with subscribed(server, mode, uri) as (_, heard):
        for _ in range(5):
            await send_parcel(toy_of(mirra, session))
            began = anyio.current_time()
            with anyio.fail_after(5):
                await heard()
            taken.append(anyio.current_time() - began)
    assert min(taken) < 0.1


async def test_state_and_session_can_be_watched_too(
    server: KitServer, mode: Mode, mirra: MirraClient, session: Session
) -> None:
    root = f"mirra://sessions/{session.session_id}"
    async with subscribed(server, mode, root, f"{root}/state/toy") as (_, heard):
        with anyio.fail_after(5):
            await send_parcel(toy_of(mirra, session))
            assert await heard() == f"{root}/state/toy"
            await mirra.end_session(session.session_id)
            assert await heard() == root


async def test_what_came_before_is_not_told(
    server: KitServer, mode: Mode, mirra: MirraClient, session: Session
) -> None:
    await send_parcel(toy_of(mirra, session))
    uri = f"mirra://sessions/{session.session_id}/events"
    async with subscribed(server, mode, uri) as (_, heard):
        with anyio.move_on_after(0.3) as silence:
            await heard()
    assert silence.cancelled_caught


async def test_a_burst_leaves_the_stream_alive(
    server: KitServer, mode: Mode, mirra: MirraClient
) -> None:
    """20,000 events and more, as an app under load writes them."""
    session = await mirra.create_session(CreateSession(mirrors=["resend"]))
    (info,) = session.mirrors
    uri = f"mirra://sessions/{session.session_id}/events"
    key = {"Authorization": f"Bearer {info.env['RESEND_API_KEY']}"}
    mails = [
        {"from": "onboarding@resend.dev", "to": "delivered@resend.dev", "subject": "x", "text": "x"}
    ] * 100
    told = 0
    async with subscribed(server, mode, uri) as (_, heard), anyio.create_task_group() as tasks:

        async def count() -> None:
            nonlocal told
            while True:
                assert await heard() == uri
                told += 1

        tasks.start_soon(count)
        last = 0
        with anyio.fail_after(60):
            while last < 20_000:
                sent = await mirra.mirror(info.url).request(
                    "POST", "/emails/batch", body=mails, headers=key
                )
                assert sent.events is not None
                _, last = sent.events
        assert told < 1_000
        before = told
        with anyio.fail_after(10):
            while told == before:
                await mirra.move_clock(session.session_id, advance="1 minute")
        tasks.cancel_scope.cancel()


async def test_two_clients_are_told_and_one_that_leaves_does_not_matter(
    server: KitServer, mirra: MirraClient, session: Session
) -> None:
    uri = f"mirra://sessions/{session.session_id}/events"
    toy = toy_of(mirra, session)
    async with subscribed(server, "auto", uri) as (_, modern):
        async with subscribed(server, "legacy", uri) as (_, legacy):
            await send_parcel(toy)
            with anyio.fail_after(5):
                assert await modern() == await legacy() == uri
        await send_parcel(toy)
        with anyio.fail_after(5):
            assert await modern() == uri


@pytest.mark.parametrize(
    "uri",
    [
        "mirra://catalog",
        "mirra://sessions",
        "mirra://sessions/ses_x/events?after=3",
        "mirra://session/ses_x",
        "mirra://sessions/ses_nope/events",
    ],
)
async def test_what_never_changes_by_itself_can_not_be_subscribed_to(
    server: KitServer, mode: Mode, uri: str
) -> None:
    with pytest.RaisesGroup(
        pytest.RaisesExc(MCPError, match="subscribed to|No session"),
        flatten_subgroups=True,
        allow_unwrapped=True,
    ):
        async with subscribed(server, mode, uri):
            raise AssertionError("it was subscribed")


async def test_another_servers_uris_are_accepted_and_stay_silent(
    server: KitServer, mode: Mode
) -> None:
    async with subscribed(server, mode, "test://watched") as (client, _):
        assert (await client.list_tools()).tools


async def test_leaving_and_coming_back_works(
    connect: Connect,
    mode: Mode,
    mirra: MirraClient,
) -> None:
    session = await mirra.create_session(CreateSession(mirrors=["toy"]))
    uri = f"mirra://sessions/{session.session_id}/events"
    server = build_server(connect, Settings())
    for _ in range(3):
        async with subscribed(server, mode, uri) as (_, heard):
            await send_parcel(toy_of(mirra, session))
            with anyio.fail_after(5):
                assert await heard() == uri


async def test_a_session_is_followed_only_while_somebody_is_subscribed(
    local: LocalMirra, mode: Mode
) -> None:
    followed: list[str] = []

    class Counting(MirraClient):
        async def events(self, session_id: str, **rest: Any) -> AsyncGenerator[Event, None]:
            followed.append(session_id)
            async with aclosing(super().events(session_id, **rest)) as events:
                try:
                    async for event in events:
                        yield event
                finally:
                    followed.remove(session_id)

    async def connect(token: str | None) -> MirraClient:
        return Counting(local.url, local.token)

    async with MirraClient(local.url, local.token) as mirra:
        session = await mirra.create_session(CreateSession(mirrors=["toy"]))
        root = f"mirra://sessions/{session.session_id}"
        server = build_server(connect, Settings())
        async with Client(server) as other:
            await other.list_tools()
            assert followed == []
        async with subscribed(server, mode, root, f"{root}/events") as (client, heard):
            await send_parcel(toy_of(mirra, session))
            with anyio.fail_after(5):
                assert await heard() == f"{root}/events"
            assert followed == [session.session_id]
            if mode == "legacy":
                await client.session.unsubscribe_resource(root)
                assert followed == [session.session_id]
                await client.session.unsubscribe_resource(f"{root}/events")
                with anyio.fail_after(5):
                    while followed:
                        await anyio.lowlevel.checkpoint()
        assert followed == []
