"""From what was just done to a scenario that it passes."""

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
