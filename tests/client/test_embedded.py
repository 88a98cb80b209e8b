"""The client and the embedded Mirra understand each other: one session, from start to end."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
import pytest

from mirra_mcp.client.client import MirraClient
from mirra_mcp.client.errors import MirraError
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings
from mirra_mcp.wire.events import Event
from mirra_mcp.wire.sessions import CreateSession, Session

pytestmark = pytest.mark.anyio

MAIL = {
    "from": "onboarding@resend.dev",
    "to": ["delivered@resend.dev"],
    "subject": "Welcome",
    "text": "Hello",
}


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalMirra]:
    folder: Path = tmp_path_factory.mktemp("data")
    with LocalMirra(Settings(data_dir=folder)) as running:
        yield running


@pytest.fixture
async def mirra(local: LocalMirra) -> AsyncIterator[MirraClient]:
    with anyio.fail_after(20):
        async with MirraClient(local.url, local.token, retries=0) as client:
            yield client


async def started(mirra: MirraClient) -> Session:
    session = await mirra.create_session(CreateSession(mirrors=["resend"]))
    return await mirra.wait_until_ready(session.session_id)


async def test_a_session_is_worked_with_from_start_to_end(mirra: MirraClient) -> None:
    session = await started(mirra)
    assert session.session_id in [
        one.session_id for one in (await mirra.list_sessions(status="ready")).sessions
    ]
    mirror = mirra.mirror(session.mirrors[0].url)
    key = {"Authorization": f"Bearer {session.mirrors[0].env['RESEND_API_KEY']}"}
    sent = await mirror.request("POST", "/emails", body=MAIL, headers=key)
    assert (sent.status, sent.events is not None) == (200, True)

    kept = await mirror.snapshot()
    state = await mirror.state(entity="emails", where={"subject": "Welcome"}, limit=5)
    assert [mail["id"] for mail in state.state["emails"]] == [sent.body["id"]]
    await mirror.reset()
    assert (await mirror.state(entity="emails")).state["emails"] == []
    assert (await mirror.restore(kept.snapshot_id)).snapshot_id == kept.snapshot_id
    assert (await mirror.state(entity="emails")).state == state.state

    bounced = await mirror.simulate("email.bounced", emailId=sent.body["id"])
    assert [webhook.type for webhook in bounced.webhooks] == ["email.bounced"]
    assert bounced.webhooks[0].id in [
        one.delivery_id for one in (await mirra.webhooks(session.session_id)).webhooks
    ]
    assert (await mirra.move_clock(session.session_id, advance="1 hour")).at > session.created_at
    assert (await mirra.end_session(session.session_id)).status == "ended"


async def test_the_stream_and_the_pages_tell_the_same(mirra: MirraClient) -> None:
    session = await started(mirra)
    followed: list[Event] = []

    async def follow() -> None:
        followed.extend([event async for event in mirra.events(session.session_id)])

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(follow)
        await mirra.mirror(session.mirrors[0].url).reset()
        page = await mirra.events_page(session.session_id, wait=1)
        await mirra.end_session(session.session_id)
    assert followed[: len(page.events)] == page.events
    assert [event.id for event in followed] == list(range(1, len(followed) + 1))
    assert followed[-1].data["action"] == "end"


async def test_the_catalog_says_what_a_mirror_says(mirra: MirraClient) -> None:
    session = await started(mirra)
    assert "resend" in [entry.name for entry in (await mirra.catalog()).mirrors]
    entry = await mirra.catalog_entry("resend")
    assert await mirra.mirror(session.mirrors[0].url).metadata() == entry
    await mirra.end_session(session.session_id)


async def test_refusals_arrive_in_mirras_words(local: LocalMirra, mirra: MirraClient) -> None:
    with pytest.raises(MirraError) as caught:
        await mirra.create_session(CreateSession(mirrors=["resned"]))
    assert (caught.value.status, caught.value.code) == (400, "mirra.session.mirror_not_in_catalog")
    with pytest.raises(MirraError) as caught:
        await mirra.get_session("ses_nope")
    assert (caught.value.status, caught.value.code) == (404, "mirra.session.not_found")
    async with MirraClient(local.url, "mt_pat_wrong", retries=0) as stranger:
        with pytest.raises(MirraError) as caught:
            await stranger.list_sessions()
    assert (caught.value.status, caught.value.code) == (401, "mirra.auth.invalid")


async def test_ending_twice_is_ending_once(mirra: MirraClient) -> None:
    session = await started(mirra)
    first = await mirra.end_session(session.session_id)
    second = await mirra.end_session(session.session_id)
    assert (first.status, second.status) == ("ended", "ended")
