"""Sessions over MCP: started, found, kept, brought back, moved in time, ended."""

from pathlib import Path

import anyio
import pytest
from mcp import Client

from mirra_mcp.client.client import MirraClient
from mirra_mcp.server.app import build_server
from mirra_mcp.server.caller import Connect
from mirra_mcp.server.sdk import KitServer
from mirra_mcp.settings import Settings
from mirra_mcp.wire.sessions import CreateSession, Session
from tests.server.conftest import Agent, Mode

pytestmark = pytest.mark.anyio

KEY = {"Authorization": "Bearer toy"}


async def ids(mirra: MirraClient, status: str) -> list[str]:
    return [
        each.session_id for each in (await mirra.list_sessions()).sessions if each.status == status
    ]


async def test_starting_answers_urls_and_how_to_use_them(agent: Agent) -> None:
    started = await agent.call("mirra_session_start", mirrors=["toy"], seeds={"toy": "busy"})

    (mirror,) = started["mirrors"]
    assert started["status"] == "ready"
    assert started["seeds"] == {"toy": "busy"}
    assert mirror["vendor"] == "toy"
    assert mirror["env"] == {"TOY_URL": mirror["url"], "TOY_KEY": "toy"}
    assert "python" in mirror["setup"]
    assert f"`mirra-mcp exec --session {started['sessionId']} -- COMMAND`" in started["next"]


async def test_starting_tells_how_far_it_is(server: KitServer, mode: Mode) -> None:
    told: list[tuple[float, float | None, str | None]] = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, total, message))

    async with Client(server, mode=mode) as client:
        await client.call_tool(
            "mirra_session_start", {"mirrors": ["toy"]}, progress_callback=on_progress
        )
    assert [done for done, _, _ in told] == [0, 1, 2]
    assert told[0] == (0, 2, "Starting toy.")
    assert (told[-1][2] or "").endswith("is ready.")


async def test_starting_tells_which_documents_are_being_read(server: KitServer) -> None:
    told: list[tuple[float, str | None]] = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, message))

    document = Path(__file__).parents[1] / "local" / "openapi" / "shop.yaml"
    async with Client(server) as client:
        answer = await client.call_tool(
            "mirra_session_start", {"mirrors": [str(document)]}, progress_callback=on_progress
        )
        assert not answer.is_error
        wrong = str(document.with_name("none.yaml"))
        assert (await Agent(client).refusal("mirra_session_start", mirrors=[wrong]))["code"] == (
            "mirra.mirror.invalid"
        )
    assert "Reading shop.yaml." in [message for _, message in told]
    assert [done for done, _ in told] == sorted(done for done, _ in told)


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        ({"mirrors": ["toi"]}, "mirra.session.mirror_not_in_catalog", "Did you mean 'toy'"),
        ({"mirrors": []}, "mirra.request.invalid", "`mirrors` says what to start"),
        ({}, "mirra.request.invalid", "`mirrors` says what to start"),
        ({"mirrors": "toy"}, "mirra.request.invalid", "'mirrors' must be a list"),
        (
            {"mirrors": ["toy"], "seeds": {"toy": "bussy"}},
            "mirra.fixture.not_found",
            "Did you mean 'busy'",
        ),
        ({"mirrors": ["toy"], "persistent": True}, "mirra.session.name_required", "name"),
        ({"mirrors": ["toy"], "timeout_seconds": 0}, "mirra.request.invalid", "timeout_seconds"),
        ({"mirror": "toy"}, "mirra.request.invalid", "Did you mean 'mirrors'"),
    ],
)
async def test_bad_input_is_refused_with_the_next_step(
    agent: Agent, arguments: dict[str, object], code: str, complaint: str
) -> None:
    error = await agent.refusal("mirra_session_start", **arguments)

    assert error["code"] == code
    assert complaint in error["message"]


async def test_the_only_live_session_is_meant(agent: Agent) -> None:
    assert (await agent.refusal("mirra_session_state"))["code"] == "mirra.session.none"
    first = await agent.call("mirra_session_start", mirrors=["toy"], name="one")
    assert (await agent.call("mirra_session_state"))["sessionId"] == first["sessionId"]

    second = await agent.call("mirra_session_start", mirrors=["toy"], name="two")
    error = await agent.refusal("mirra_session_state")
    assert error["code"] == "mirra.session.ambiguous"
    assert f"{first['sessionId']} (one)" in error["message"]
    assert f"{second['sessionId']} (two)" in error["message"]

    for name in ("two", second["sessionId"]):
        assert (await agent.call("mirra_session_state", session=name))["sessionId"] == second[
            "sessionId"
        ]
    await agent.call("mirra_session_end", session="two")
    assert (await agent.call("mirra_session_state"))["sessionId"] == first["sessionId"]


async def test_a_session_that_is_not_live_is_named(agent: Agent) -> None:
    started = await agent.call("mirra_session_start", mirrors=["toy"], name="shop")
    error = await agent.refusal("mirra_session_state", session="shpo")
    assert error["code"] == "mirra.session.not_found"
    assert "Did you mean 'shop'" in error["message"]

    await agent.call("mirra_session_end")
    error = await agent.refusal("mirra_session_state", session=started["sessionId"])
    assert error["code"] == "mirra.session.ended"


async def test_the_list_is_short_and_one_is_shown_in_full(agent: Agent) -> None:
    started = await agent.call("mirra_session_start", mirrors=["toy"])
    (line,) = (await agent.call("mirra_session_list", status="ready"))["sessions"]
    assert line["sessionId"] == started["sessionId"]
    assert line["mirrors"][0]["env"] == {}

    (full,) = (await agent.call("mirra_session_list", session=line["sessionId"]))["sessions"]
    assert full["mirrors"] == started["mirrors"]
    assert full["stats"] == {"requests": 0, "webhooks": 0, "errors": 0}
    assert (await agent.call("mirra_session_list", status="ended"))["sessions"] == []


async def test_the_list_has_pages(agent: Agent) -> None:
    for _ in range(3):
        await agent.call("mirra_session_start", mirrors=["toy"])
    first = await agent.call("mirra_session_list", limit=2)
    rest = await agent.call("mirra_session_list", limit=2, cursor=first["nextCursor"])
    assert [len(page["sessions"]) for page in (first, rest)] == [2, 1]
    assert "nextCursor" not in rest


async def test_ending_twice_is_no_error(agent: Agent) -> None:
    started = await agent.call("mirra_session_start", mirrors=["toy"])
    for _ in range(2):
        ended = await agent.call("mirra_session_end", session=started["sessionId"])
        assert ended["status"] == "ended"


async def test_a_persistent_session_is_archived_as_a_snapshot(agent: Agent) -> None:
    await agent.call("mirra_session_start", mirrors=["toy"], name="kept", persistent=True)
    ended = await agent.call("mirra_session_end")
    assert ended["snapshot"].startswith("toy=snap_")


async def test_a_snapshot_brings_everything_back(agent: Agent) -> None:
    await agent.call("mirra_session_start", mirrors=["toy"], seeds={"toy": "busy"})
    before = (await agent.call("mirra_session_state", entity="parcels"))["mirrors"][0]
    kept = await agent.call("mirra_session_snapshot")
    await agent.call("mirra_session_reset", seed="toy:empty")
    assert (await agent.call("mirra_session_state"))["mirrors"][0]["counts"] == {}

    for handle in (kept["snapshot"], kept["snapshot"].removeprefix("toy=")):
        restored = await agent.call("mirra_session_restore", snapshot=handle)
        assert restored["mirrors"][0]["counts"]["parcels"] == 1000
        after = (await agent.call("mirra_session_state", entity="parcels"))["mirrors"][0]
        assert after["documents"] == before["documents"]


@pytest.mark.parametrize(
    ("handle", "code", "complaint"),
    [
        ("tyo=snap_x", "mirra.snapshot.invalid_handle", "Did you mean 'toy'"),
        ("toy=", "mirra.snapshot.invalid_handle", "toy="),
        ("toy=snap_x,toy=snap_y", "mirra.snapshot.invalid_handle", "toy=snap_y"),
        ("toy=snap_nope", "mirra.snapshot.not_found", "snap_nope"),
    ],
)
async def test_an_unknown_snapshot_is_refused(
    agent: Agent, session: Session, handle: str, code: str, complaint: str
) -> None:
    error = await agent.refusal("mirra_session_restore", snapshot=handle)
    assert error["code"] == code
    assert complaint in error["message"]


async def test_reset_goes_back_to_the_seed_of_the_start_or_to_another(agent: Agent) -> None:
    await agent.call("mirra_session_start", mirrors=["toy"], seeds={"toy": "busy"})
    assert (await agent.call("mirra_session_reset", seed="empty"))["mirrors"] == [
        {"mirror": "toy", "seed": "empty", "counts": {}}
    ]
    assert (await agent.call("mirra_session_reset", mirror="toy"))["mirrors"] == [
        {"mirror": "toy", "seed": "busy", "counts": {"parcels": 1000}}
    ]
    error = await agent.refusal("mirra_session_reset", seed="resend:empty", mirror="toy")
    assert "fixture of resend, not of toy" in error["message"]
    error = await agent.refusal("mirra_session_reset", mirror="toi")
    assert "Did you mean 'toy'" in error["message"]


async def test_moving_the_clock_lists_what_fired(agent: Agent) -> None:
    await agent.call("mirra_session_start", mirrors=["toy"])
    before = await agent.call("mirra_session_clock")
    await agent.call(
        "mirra_session_request", method="POST", path="/parcels", body={"to": "x"}, headers=KEY
    )
    moved = await agent.call("mirra_session_clock", advance="1 day")

    assert [fired["webhooks"] for fired in moved["fired"]] == [["parcel.arrived"]]
    assert moved["firedCount"] == 1
    assert moved["at"] > before["at"]

    error = await agent.refusal("mirra_session_clock", to=before["at"])
    assert error["code"] == "mirra.clock.backwards"
    error = await agent.refusal("mirra_session_clock", advance="1 fortnite")
    assert error["code"] == "mirra.clock.invalid"
    error = await agent.refusal("mirra_session_clock", advance="1 day", to=moved["at"])
    assert "exclude" in error["message"]


async def test_own_ephemeral_sessions_end_with_the_server(
    server: KitServer, mirra: MirraClient, session: Session, mode: Mode
) -> None:
    async with Client(server, mode=mode) as client:
        agent = Agent(client)
        mine = await agent.call("mirra_session_start", mirrors=["toy"])
        kept = await agent.call("mirra_session_start", mirrors=["toy"], name="k", persistent=True)
    assert await ids(mirra, "ended") == [mine["sessionId"]]
    assert set(await ids(mirra, "ready")) == {kept["sessionId"], session.session_id}


async def test_on_end_runs_after_the_sessions_have_ended(
    connect: Connect, mirra: MirraClient
) -> None:
    ended: list[list[str]] = []

    async def on_end() -> None:
        ended.append(await ids(mirra, "ended"))

    async with Client(build_server(connect, Settings(), on_end=on_end)) as client:
        started = await Agent(client).call("mirra_session_start", mirrors=["toy"])
    assert ended == [[started["sessionId"]]]


async def test_a_cancelled_start_leaves_no_session(
    connect: Connect, mirra: MirraClient, mode: Mode
) -> None:
    """Our choice: a call that the client gave up leaves nothing half done.

    The session is a persistent one, which the end of the server alone would leave alive.
    """
    async with Client(build_server(connect, Settings()), mode=mode) as client:
        await client.call_tool("mirra_session_list", {})
        with anyio.CancelScope() as scope:

            async def cancel(progress: float, total: float | None, message: str | None) -> None:
                scope.cancel()

            await client.call_tool(
                "mirra_session_start",
                {"mirrors": ["toy"], "persistent": True, "name": "given-up"},
                progress_callback=cancel,
            )
        assert scope.cancelled_caught
    assert await ids(mirra, "ready") == []


async def test_mirra_that_can_not_be_started_is_an_error_with_a_hint(mode: Mode) -> None:
    async def fail(token: str | None) -> MirraClient:
        raise OSError("the data folder can't be written")

    async with Client(build_server(fail, Settings()), mode=mode) as client:
        agent = Agent(client)
        error = await agent.refusal("mirra_session_start", mirrors=["toy"])
    assert error["code"] == "mirra.unavailable"
    assert "the data folder can't be written" in error["message"]


async def test_mirra_is_asked_for_once_and_only_when_it_is_needed(
    connect: Connect, mode: Mode
) -> None:
    asked: list[str | None] = []

    async def count(token: str | None) -> MirraClient:
        asked.append(token)
        await anyio.lowlevel.checkpoint()
        return await connect(token)

    async with Client(build_server(count, Settings()), mode=mode) as client:
        await client.list_tools()
        await client.list_resources()
        assert asked == []
        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(client.call_tool, "mirra_session_list", {})
    assert asked == [None]


async def test_mirra_that_is_gone_is_an_error_with_a_hint(mode: Mode) -> None:
    async def nowhere(token: str | None) -> MirraClient:
        return MirraClient("http://127.0.0.1:9", "mt_x", retries=0)

    async with Client(build_server(nowhere, Settings()), mode=mode) as client:
        error = await Agent(client).refusal("mirra_session_list")
    assert error["code"].startswith("mirra.client.")


async def test_another_mirror_needs_another_session(agent: Agent, mirra: MirraClient) -> None:
    await mirra.create_session(CreateSession(mirrors=["toy"]))
    error = await agent.refusal("mirra_session_state", mirror="resend")
    assert error["code"] == "mirra.session.mirror_not_in_session"
    assert "toy" in error["hint"]
