"""From what was just done to a scenario that it passes."""

import json
from datetime import UTC, datetime

import pytest

from mirra_mcp.client.client import MirraClient
from mirra_mcp.wire.runs import CreateRun, DraftScenario, FinishRun
from mirra_mcp.wire.sessions import CreateSession
from tests.local.scenarios.driving import ANYONE, Application, Handler

pytestmark = pytest.mark.anyio


async def test_a_draft_passes_when_the_same_is_done_again(
    mirra: MirraClient, handler: Handler
) -> None:
    session = await mirra.create_session(CreateSession(mirrors=["resend"]))
    app = Application.of(mirra, session.mirrors)
    await app.subscribe(handler)
    await app.send(**ANYONE)
    drafted = await mirra.draft_scenario(
        DraftScenario(session_id=session.session_id, title="One email")
    )
    assert drafted.markdown.startswith("# One email\n")
    assert (drafted.reading.errors, drafted.reading.title) == ([], "One email")
    assert not any(each.escalates for each in drafted.reading.criteria)
    outcomes = []
    for mails in (1, 2):
        started = await mirra.create_run(CreateRun(scenario_markdown=drafted.markdown))
        app = Application.of(mirra, started.mirrors)
        await app.subscribe(handler)
        for _ in range(mails):
            await app.send(**ANYONE)
        run = await mirra.finish_run(started.run_id, FinishRun(verdicts=[]))
        outcomes.append(run.satisfaction_score)
    assert outcomes[0] == 1.0
    assert outcomes[1] is not None
    assert outcomes[1] < 1.0


@pytest.mark.parametrize("title", ["", "A\n# B", "x" * 90_000, "`"])
async def test_a_draft_can_run_whatever_its_title(mirra: MirraClient, title: str) -> None:
    session = await mirra.create_session(CreateSession(mirrors=["resend"]))
    wanted = DraftScenario(session_id=session.session_id, title=title)
    drafted = await mirra.draft_scenario(wanted)
    assert drafted.reading.errors == []
    assert drafted.reading.criteria


async def test_a_draft_tells_what_the_world_did_and_leaves_set_up_out(mirra: MirraClient) -> None:
    """What the tools sent is set-up where an application called, too."""
    session = await mirra.create_session(
        CreateSession(mirrors=["resend"], clock=datetime(2026, 5, 4, tzinfo=UTC))
    )
    mirror = mirra.mirror(session.mirrors[0].url)
    key = {"authorization": f"Bearer {session.mirrors[0].env['RESEND_API_KEY']}"}
    await mirror.request("POST", "/contacts", body={"email": "bob@example.com"}, headers=key)
    await mirror.request("POST", "/emails", body={"to": "nobody"}, headers=key)
    app = {**key, "user-agent": "resend-node:6.0.0"}
    mail = ANYONE | {"subject": "Hi", "html": "<p>Hi</p>"}
    sent = await mirror.request("POST", "/emails", body=mail, headers=app)
    assert sent.status == 200, sent.body
    await mirra.move_clock(session.session_id, advance="1 hour")
    await mirror.simulate("email.complained")

    drafted = await mirra.draft_scenario(DraftScenario(session_id=session.session_id))
    prompt = drafted.markdown.partition("## Success Criteria")[0]
    lines = prompt.split("```")[1].split("\n")[1:-1]
    assert [line.split(" {")[0] for line in lines] == [
        "resend: POST /emails",
        "clock: 1:00:00 on",
        "world: resend email.complained",
    ]
    assert "422" not in drafted.markdown


async def test_what_the_world_did_is_written_as_it_is_simulated(mirra: MirraClient) -> None:
    """Ours: as JSON, so that a driver can send it as it stands."""
    session = await mirra.create_session(CreateSession(mirrors=["twilio"]))
    mirror = mirra.mirror(session.mirrors[0].url)
    await mirror.simulate("account.geo_permission", country="GB", allowed=False)
    drafted = await mirra.draft_scenario(DraftScenario(session_id=session.session_id))
    [first] = [line for line in drafted.markdown.splitlines() if line.startswith("world: ")]
    told = json.loads(first.partition("geo_permission ")[2])
    assert told == {"country": "GB", "allowed": False}


async def test_a_draft_after_a_restore_says_what_it_lacks(mirra: MirraClient) -> None:
    session = await mirra.create_session(CreateSession(mirrors=["resend"]))
    wanted = DraftScenario(session_id=session.session_id)
    app = Application.of(mirra, session.mirrors)
    await app.send(**ANYONE)
    assert (await mirra.draft_scenario(wanted)).reading.warnings == []
    states = mirra.states(session.session_id)
    kept = await states.snapshot()
    await states.restore(kept.snapshot_id)
    await mirra.mirror(session.mirrors[0].url).simulate("email.complained")
    (warning,) = (await mirra.draft_scenario(wanted)).reading.warnings
    assert "what led to that isn't in it" in warning
    await states.reset({})
    assert (await mirra.draft_scenario(wanted)).reading.warnings == []
