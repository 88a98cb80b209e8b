"""The log, read by long-polling: for hosts that ignore resource updates."""

import anyio
import pytest

from mirra_mcp.client.client import MirraClient
from mirra_mcp.wire.sessions import Session
from tests.server.conftest import Agent

pytestmark = pytest.mark.anyio

KEY = {"Authorization": "Bearer toy"}


async def test_the_log_is_read_on_from_where_one_stopped(
    agent: Agent, mirra: MirraClient, session: Session
) -> None:
    first = await agent.call("mirra_events_read", limit=1)
    assert [event["type"] for event in first["events"]] == ["session.lifecycle"]

    toy = mirra.mirror(session.mirrors[0].url)
    await toy.request("POST", "/parcels", body={"to": "x"}, headers=KEY)
    rest = await agent.call("mirra_events_read", after=first["nextAfter"])
    assert [event["id"] for event in rest["events"]] == list(range(2, rest["nextAfter"] + 1))

    only = await agent.call("mirra_events_read", types=["traffic.request_completed"], mirror="toy")
    assert {event["type"] for event in only["events"]} == {"traffic.request_completed"}


async def test_waiting_ends_with_the_first_new_entry(
    agent: Agent, mirra: MirraClient, session: Session
) -> None:
    now = (await agent.call("mirra_events_read"))["nextAfter"]
    answers = []

    async def wait() -> None:
        answers.append(
            await agent.call(
                "mirra_events_read", after=now, wait_seconds=20, types=["state.changed"]
            )
        )

    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(wait)
            await anyio.lowlevel.checkpoint()
            toy = mirra.mirror(session.mirrors[0].url)
            await toy.request("POST", "/parcels", body={"to": "x"}, headers=KEY)
    assert [event["type"] for event in answers[0]["events"]] == ["state.changed"] * len(
        answers[0]["events"]
    )
    assert answers[0]["events"]


async def test_waiting_in_vain_ends_too(agent: Agent, session: Session) -> None:
    now = (await agent.call("mirra_events_read"))["nextAfter"]
    with anyio.fail_after(5):
        answer = await agent.call("mirra_events_read", after=now, wait_seconds=0.1)
    assert answer == {"sessionId": session.session_id, "events": [], "nextAfter": now}


async def test_bad_input_is_refused(agent: Agent, session: Session) -> None:
    error = await agent.refusal("mirra_events_read", wait_seconds=26)
    assert "at most 25" in error["message"]
    error = await agent.refusal("mirra_events_read", types=["state.change"])
    assert "'state.changed'" in error["message"]
    error = await agent.refusal("mirra_events_read", session="ses_nope")
    assert error["code"] == "mirra.session.not_found"
    assert error["hint"].startswith("mirra_session_list")
    error = await agent.refusal("mirra_events_read", mirror="tyo")
    assert "Did you mean 'toy'" in error["message"]


async def test_a_session_that_ended_has_no_log_any_more(
    agent: Agent, mirra: MirraClient, session: Session
) -> None:
    await mirra.end_session(session.session_id)
    error = await agent.refusal("mirra_events_read", session=session.session_id)
    assert error["code"] == "mirra.session.ended"
