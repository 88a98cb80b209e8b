"""Scenarios as an agent meets them: checked, driven, graded, and not told before they are done."""

import json
from pathlib import Path
from typing import Any

import anyio
import mcp.types as t
import pytest
from mcp import Client, MCPError

from mirra_mcp.client.client import MirraClient
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.server.app import build_server
from mirra_mcp.server.caller import Connect
from mirra_mcp.server.http import HttpOptions
from mirra_mcp.server.sdk import KitServer
from mirra_mcp.settings import Settings
from mirra_mcp.wire.runs import FinishRun
from tests.client.scripted import answer, serve
from tests.server.conftest import Agent, Mode
from tests.server.test_live import subscribed

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:resources/.*subscribe is removed as of 2026-07-28"),
]

CHECKED = "Exactly 1 email is created"
JUDGED = "The body would please a stranger"
HIDDEN = "A short and friendly note"


def scenario(*criteria: str, config: str = "mirrors: resend") -> str:
    bullets = "\n".join(f"- {each}" for each in criteria or (f"check: {CHECKED}",))
    return (
        "# Welcome email\n\n## Setup\nThe domain mail.acme.com is verified.\n\n"
        f"## Prompt\nSend alice@example.com a welcome email.\n\n## Expected Behavior\n{HIDDEN}.\n\n"
        f"## Success Criteria\n{bullets}\n\n## Config\n{config}\n"
    )


async def send(agent: Agent) -> None:
    """Do what the scenario asks."""
    body = {
        "from": "hello@mail.acme.com",
        "to": "alice@example.com",
        "subject": "Welcome",
        "text": "Welcome, Alice!",
    }
    sent = await agent.call("mirra_session_request", method="POST", path="/emails", body=body)
    assert sent["status"] == 200


async def look(agent: Agent) -> None:
    """Make a request that changes nothing."""
    seen = await agent.call("mirra_session_request", method="GET", path="/domains")
    assert seen["status"] == 200


async def test_checking_tells_how_each_criterion_is_read(agent: Agent) -> None:
    found = await agent.call(
        "mirra_scenario_check", markdown=scenario(f"check: {CHECKED}", f"judge: {JUDGED}")
    )
    assert found["summary"] == "It can run: 2 criteria, 1 checked by pattern, 1 judged."
    check, judge = found["criteria"]
    assert (check["tag"], check["text"], judge["tag"]) == ("check", CHECKED, "judge")
    assert check["reading"]
    assert "errors" not in found or found["errors"] == []


async def test_checking_tells_every_mistake_with_its_remedy(agent: Agent) -> None:
    found = await agent.call("mirra_scenario_check", markdown="## Config\nmirrors: resned\n")
    assert found["summary"].startswith("It can't run")
    assert len(found["errors"]) >= 2
    assert all(each["hint"] for each in found["errors"])
    assert any("resend" in each["message"] + each["hint"] for each in found["errors"])


async def test_the_driver_is_told_the_task_and_not_what_is_graded(agent: Agent) -> None:
    begun = await agent.call(
        "mirra_scenario_run",
        markdown=scenario(f"check: {CHECKED}", f"judge: {JUDGED}"),
        timeout_seconds=600,
    )
    assert begun["prompt"] == "Send alice@example.com a welcome email."
    assert begun["setup"] == "The domain mail.acme.com is verified."
    assert (begun["attempt"], begun["of"], begun["timeoutSeconds"]) == (1, 1, 600)
    (mirror,) = begun["mirrors"]
    assert mirror["env"]["RESEND_API_KEY"]
    assert begun["runId"] in begun["next"]
    seen = await agent.call("mirra_run_get", run=begun["runId"])
    (content,) = (await agent.client.read_resource(f"mirra://runs/{begun['runId']}")).contents
    assert isinstance(content, t.TextResourceContents)
    for told in (json.dumps(begun), json.dumps(seen), content.text):
        assert not any(secret in told for secret in (CHECKED, JUDGED, HIDDEN))


async def test_a_mirra_that_tells_no_brief_leaves_the_prompt_to_us() -> None:
    """As hosted Mirra is documented: `POST /v1/runs` answers ids and a URL, no more."""
    made = {"runId": "run_9xkp2m", "status": "running", "sessionId": "ses_a7k2"}

    async def hosted(token: str | None) -> MirraClient:
        return MirraClient(elsewhere.url, "mt_pat_x")

    no_extension = answer("<html>Not Found</html>", 404, type="text/html")
    async with (
        serve(answer(made), no_extension, no_extension) as elsewhere,
        Client(build_server(hosted, Settings(token="mt_pat_x"))) as client,
    ):
        agent = Agent(client)
        begun = await agent.call("mirra_scenario_run", markdown=scenario())
        error = await agent.refusal("mirra_run_finish", run="run_9xkp2m")
    assert begun["prompt"] == "Send alice@example.com a welcome email."
    assert (begun["title"], begun["setup"][:10]) == ("Welcome email", "The domain")
    assert CHECKED not in json.dumps(begun)
    assert error["code"] == "mirra.not_offered"
    assert "timeout" in error["hint"]


async def test_an_agent_plays_the_driver_through_its_attempts(agent: Agent) -> None:
    begun = await agent.call("mirra_scenario_run", markdown=scenario(), runs=2, timeout_seconds=600)
    run = begun["runId"]
    await look(agent)
    missed = await agent.call("mirra_run_finish", run=run, attempt=1)
    assert missed["summary"].startswith("Attempt 1: 0 of 1 criteria passed. Attempt 2 of 2 waits")
    (attempt,) = missed["attempts"]
    (result,) = attempt["criteria"]
    assert (result["label"], result["result"], result["gradedBy"]) == (CHECKED, "fail", "check")
    assert result["explanation"]
    await send(agent)
    done = await agent.call("mirra_run_finish", run=run, attempt=2)
    assert (done["status"], done["satisfactionScore"]) == ("complete", 0.5)
    assert done["summary"] == "Score 50%: 1 of 2 gradings passed."
    (score,) = done["criteria"]
    assert (score["label"], score["passed"], score["total"]) == (CHECKED, 1, 2)
    assert [each["attempt"] for each in done["attempts"]] == [1, 2]
    assert "Read each failure" in done["next"]


async def test_repeating_a_finish_does_not_close_the_next_attempt(agent: Agent) -> None:
    begun = await agent.call("mirra_scenario_run", markdown=scenario(), runs=2, timeout_seconds=600)
    run = begun["runId"]
    await agent.call("mirra_run_finish", run=run, attempt=1)
    again = await agent.call("mirra_run_finish", run=run, attempt=1)
    assert (again["status"], again["attempt"]) == ("running", 2)


async def test_what_needs_a_judge_comes_back_as_packets(agent: Agent) -> None:
    begun = await agent.call(
        "mirra_scenario_run",
        markdown=scenario(f"check: {CHECKED}", f"judge: {JUDGED}"),
        timeout_seconds=600,
    )
    await send(agent)
    waits = await agent.call("mirra_run_finish", run=begun["runId"])
    assert waits["phase"] == "judging"
    (packet,) = waits["judge"]
    assert packet["text"] == JUDGED
    assert "Welcome, Alice!" in packet["packet"]
    assert HIDDEN in packet["packet"]
    verdict = {"criterion": packet["criterion"], "result": "fail", "explanation": "It is curt."}
    done = await agent.call("mirra_run_finish", run=begun["runId"], verdicts=[verdict])
    _, judged = done["attempts"][0]["criteria"]
    assert (judged["result"], judged["gradedBy"]) == ("fail", "agent")
    assert judged["explanation"] == "It is curt."
    assert done["satisfactionScore"] == 0.5


async def test_what_nobody_judges_stays_ungraded_and_is_said(agent: Agent) -> None:
    begun = await agent.call(
        "mirra_scenario_run",
        markdown=scenario(f"check: {CHECKED}", f"judge: {JUDGED}"),
        timeout_seconds=600,
    )
    await send(agent)
    done = await agent.call("mirra_run_finish", run=begun["runId"], verdicts=[])
    assert (done["satisfactionScore"], done["ungraded"]) == (1, 1)
    assert done["summary"] == "Score 100%: 1 of 1 gradings passed, 1 ungraded."


async def test_a_verdict_of_another_shape_is_explained(agent: Agent) -> None:
    wrong: list[dict[str, Any]] = [
        {"criterion": 1},
        {"criterion": "first", "result": "pass"},
        {"criterion": 1, "result": "maybe"},
    ]
    for verdict in wrong:
        error = await agent.refusal("mirra_run_finish", run="run_nope", verdicts=[verdict])
        assert error["code"] == "mirra.request.invalid"
        assert '"criterion": 3' in error["hint"]


async def test_a_run_that_is_not_there_leads_to_the_newest(agent: Agent) -> None:
    assert (await agent.refusal("mirra_run_get"))["code"] == "mirra.run.none"
    error = await agent.refusal("mirra_run_get", run="run_nope")
    assert error["code"] == "mirra.run.not_found"
    begun = await agent.call("mirra_scenario_run", markdown=scenario(), timeout_seconds=600)
    newest = await agent.call("mirra_run_get")
    assert newest["runId"] == begun["runId"]
    assert newest["prompt"] == begun["prompt"]


async def test_waiting_hears_of_news_and_shows_progress(
    agent: Agent, mirra: MirraClient, mode: Mode
) -> None:
    begun = await agent.call("mirra_scenario_run", markdown=scenario(), timeout_seconds=600)
    run = begun["runId"]
    await look(agent)
    heard: list[str] = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        heard.append(message or "")
        if len(heard) == 1:
            await mirra.finish_run(run, FinishRun())

    with anyio.fail_after(10):
        answer = await agent.client.call_tool(
            "mirra_run_get", {"run": run, "wait_seconds": 20}, progress_callback=on_progress
        )
    assert answer.structured_content is not None
    assert answer.structured_content["status"] == "complete"
    assert heard[0] == "Attempt 1 of 1 waits for its driver."


async def test_a_live_session_can_be_used_by_its_name(agent: Agent) -> None:
    started = await agent.call(
        "mirra_session_start", mirrors=["resend"], name="shop", persistent=True
    )
    begun = await agent.call(
        "mirra_scenario_run", markdown=scenario(), session="shop", timeout_seconds=600
    )
    assert begun["sessionId"] == started["sessionId"]


async def test_a_trace_becomes_a_scenario_that_it_passes(agent: Agent) -> None:
    await agent.call(
        "mirra_session_start", mirrors=["resend"], seeds={"resend": "transactional-busy"}
    )
    await send(agent)
    draft = await agent.call("mirra_scenario_draft", title="One mail")
    assert draft["markdown"].startswith("# One mail\n")
    assert draft["markdown"].count("- check: ") > 1
    await agent.call("mirra_session_end")
    begun = await agent.call("mirra_scenario_run", markdown=draft["markdown"], timeout_seconds=600)
    await send(agent)
    done = await agent.call("mirra_run_finish", run=begun["runId"], verdicts=[])
    assert done["satisfactionScore"] == 1


# Files


async def test_a_scenario_is_read_from_its_file_with_its_seed(agent: Agent, tmp_path: Path) -> None:
    file = tmp_path / "welcome.md"
    seed = {"resend": {"domains": [{"name": "mail.acme.com"}]}}
    (tmp_path / "seed.json").write_text(json.dumps(seed), encoding="utf-8")
    text = scenario(config="mirrors: resend\nfixture-file: seed.json")
    file.write_text(text, encoding="utf-8")
    begun = await agent.call("mirra_scenario_run", path=str(file), timeout_seconds=600)
    state = await agent.call(
        "mirra_session_state", session=begun["sessionId"], mirror="resend", entity="domains"
    )
    names = [each["name"] for each in state["mirrors"][0]["documents"]["domains"]]
    assert "mail.acme.com" in names


UNUSABLE: list[tuple[str, bytes | None, str]] = [
    ("gone.md", None, "mirra.file.unreadable"),
    ("folder.md", None, "mirra.file.invalid"),
    ("secret.pem", b"-----BEGIN-----", "mirra.file.invalid"),
    ("long.md", b"#" * 300_000, "mirra.file.too_large"),
    ("binary.md", b"\xff\xfe\x00", "mirra.file.invalid"),
    ("outside.md", b"fixture-file: ../../x.json", "mirra.file.outside"),
    ("missing.md", b"fixture-file: none.json", "mirra.file.unreadable"),
    ("list.md", b"fixture-file: list.json", "mirra.file.invalid"),
]


async def test_files_that_can_not_be_used_are_refused(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text("[]", encoding="utf-8")
    (tmp_path / "folder.md").mkdir()
    for name, content, code in UNUSABLE:
        if content is not None:
            if content.startswith(b"fixture-file"):
                content = scenario(config=f"mirrors: resend\n{content.decode()}").encode()
            (tmp_path / name).write_bytes(content)
        error = await agent.refusal("mirra_scenario_run", path=str(tmp_path / name))
        assert (name, error["code"]) == (name, code)
        assert "BEGIN" not in json.dumps(error)


async def test_one_of_text_and_path_is_needed(agent: Agent) -> None:
    for given in ({}, {"markdown": scenario(), "path": "x.md"}):
        error = await agent.refusal("mirra_scenario_check", **given)
        assert "either as `markdown` or by its `path`" in error["message"]


async def test_over_http_no_file_is_read(connect: Connect, tmp_path: Path, mode: Mode) -> None:
    server = build_server(connect, Settings(), http=HttpOptions())
    async with Client(server, mode=mode) as client:
        error = await Agent(client).refusal("mirra_scenario_check", path=str(tmp_path / "x.md"))
    assert error["code"] == "mirra.file.not_local"
    assert "`markdown`" in error["hint"]


# Live runs


async def test_a_subscriber_hears_when_a_run_has_news(
    server: KitServer, mode: Mode, mirra: MirraClient, local: LocalMirra
) -> None:
    async with Client(server, mode=mode) as client:
        agent = Agent(client)
        begun = await agent.call("mirra_scenario_run", markdown=scenario(), timeout_seconds=600)
        await look(agent)
        uri = f"mirra://runs/{begun['runId']}"
        async with subscribed(server, mode, uri) as (_, heard):
            with anyio.fail_after(5):
                await mirra.finish_run(begun["runId"], FinishRun())
                assert await heard() == uri
                while '"complete"' not in str(await client.read_resource(uri)):
                    assert await heard() == uri


async def test_a_run_that_is_over_can_be_subscribed_to_and_stays_silent(
    server: KitServer, mode: Mode, mirra: MirraClient
) -> None:
    async with Client(server, mode=mode) as client:
        agent = Agent(client)
        begun = await agent.call("mirra_scenario_run", markdown=scenario(), timeout_seconds=600)
        await agent.call("mirra_run_finish", run=begun["runId"])
    async with subscribed(server, mode, f"mirra://runs/{begun['runId']}") as (_, heard):
        with anyio.move_on_after(0.2) as silence:
            await heard()
    assert silence.cancelled_caught


async def test_an_unknown_run_is_refused(server: KitServer, mode: Mode) -> None:
    with pytest.RaisesGroup(
        pytest.RaisesExc(MCPError, match="No run 'run_nope'"),
        flatten_subgroups=True,
        allow_unwrapped=True,
    ):
        async with subscribed(server, mode, "mirra://runs/run_nope"):
            raise AssertionError("it was subscribed")


async def test_run_ids_are_completed(agent: Agent) -> None:
    begun = await agent.call("mirra_scenario_run", markdown=scenario(), timeout_seconds=600)
    answer = await agent.client.complete(
        t.ResourceTemplateReference(uri="mirra://runs/{id}"), {"name": "id", "value": "run_"}
    )
    assert answer.completion.values == [begun["runId"]]


async def test_scenarios_beside_the_server_are_completed(
    agent: Agent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").mkdir()
    for name in ("welcome.md", "refund.md", "notes.txt"):
        (tmp_path / "scenarios" / name).write_text("", encoding="utf-8")
    found = await agent.client.complete(
        t.PromptReference(name="run_scenario"), {"name": "scenario", "value": "scen"}
    )
    assert found.completion.values == ["scenarios/refund.md", "scenarios/welcome.md"]


async def test_a_run_that_nobody_can_finish_any_more_is_cancelled(
    server: KitServer, mode: Mode, mirra: MirraClient
) -> None:
    async with Client(server, mode=mode) as client:
        begun = await Agent(client).call(
            "mirra_scenario_run", markdown=scenario(), timeout_seconds=600
        )
    assert (await mirra.get_run(begun["runId"])).status == "cancelled"
