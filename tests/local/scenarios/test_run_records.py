"""The record of runs: listed, kept after a restart and a kill, in memory where nothing is kept."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from mirra_mcp.client.client import MirraClient
from mirra_mcp.client.errors import MirraError
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.local.scenarios.records import CUT_OFF
from mirra_mcp.settings import Settings
from mirra_mcp.wire.runs import CreateRun, FinishRun, Run
from tests.local.scenarios.driving import Application

pytestmark = pytest.mark.anyio

NONE = "# {}\n## Checks\n- check: No emails were sent\n## Config\nmirrors: resend\n"
PROGRAM = """
import sys, json
from pathlib import Path
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings
url, token = LocalMirra(Settings(data_dir=Path(sys.argv[1]))).start()
print(json.dumps([url, token]), flush=True)
sys.stdin.read()
"""


@asynccontextmanager
async def mirra_in(folder: Path) -> AsyncIterator[MirraClient]:
    with anyio.fail_after(30), LocalMirra(Settings(data_dir=folder)) as local:
        async with MirraClient(local.url, local.token, retries=0) as client:
            yield client


async def begin(mirra: MirraClient, title: str) -> str:
    return (await mirra.create_run(CreateRun(scenario_markdown=NONE.format(title)))).run_id


async def finish(mirra: MirraClient, id: str) -> Run:
    await Application.of(mirra, (await mirra.get_run(id)).mirrors).look()
    return await mirra.finish_run(id, FinishRun())


async def test_runs_are_listed_newest_first_in_pages_and_by_status(tmp_path: Path) -> None:
    async with mirra_in(tmp_path) as mirra:
        assert (await mirra.list_runs()).runs == []
        ids = [await begin(mirra, f"Number {number}") for number in range(4)][::-1]
        await finish(mirra, ids[0])
        await mirra.cancel_run(ids[2])
        first = await mirra.list_runs(limit=3)
        assert [each.run_id for each in first.runs] == ids[:3]
        assert [each.status for each in first.runs] == ["complete", "running", "cancelled"]
        assert first.runs[1].progress is not None
        assert [(each.attempts, each.mirrors, each.brief) for each in first.runs] == [
            ([], [], None)
        ] * 3
        rest = await mirra.list_runs(limit=3, cursor=first.next_cursor)
        assert ([each.run_id for each in rest.runs], rest.next_cursor) == (ids[3:], None)
        running = await mirra.list_runs(status="running")
        assert [each.run_id for each in running.runs] == [ids[1], ids[3]]
        with pytest.raises(MirraError, match="'cursor' names no run"):
            await mirra.list_runs(cursor="run_nope")


def recorded(run: Run) -> Run:
    """Return a run without the address of its page, which is another at each look."""
    return run.model_copy(update={"dashboard_url": None})


async def test_a_restart_keeps_the_records_and_fails_what_was_under_way(tmp_path: Path) -> None:
    async with mirra_in(tmp_path) as mirra:
        done, under_way = await begin(mirra, "Done"), await begin(mirra, "Under way")
        before = await finish(mirra, done)
    async with mirra_in(tmp_path) as mirra:
        assert recorded(await mirra.get_run(done)) == recorded(before)
        cut = await mirra.get_run(under_way)
        assert (cut.status, cut.reason) == ("failed", CUT_OFF)
        assert cut.progress is None
        assert [each.run_id for each in (await mirra.list_runs()).runs] == [under_way, done]


async def test_the_records_survive_kill_9(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    with (
        anyio.fail_after(30),
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process,  # noqa: ASYNC220 - killed below
    ):
        assert process.stdout is not None
        url, token = json.loads(process.stdout.readline())
        async with MirraClient(url, token, retries=0) as mirra:
            done, under_way = await begin(mirra, "Done"), await begin(mirra, "Under way")
            before = await finish(mirra, done)
        os.kill(process.pid, signal.SIGKILL)
    async with mirra_in(tmp_path) as mirra:
        assert recorded(await mirra.get_run(done)) == recorded(before)
        cut = await mirra.get_run(under_way)
        assert (cut.status, cut.reason, cut.brief, cut.mirrors) == ("failed", CUT_OFF, None, [])


async def test_records_that_cannot_be_read_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "runs.db").write_bytes(b"no database" * 1000)
    async with mirra_in(tmp_path) as mirra:
        done = await begin(mirra, "Done")
        assert (await finish(mirra, done)).status == "complete"
        assert [each.run_id for each in (await mirra.list_runs()).runs] == [done]
    assert (tmp_path / "runs.db").read_bytes().startswith(b"no database")


async def test_a_mirra_without_the_data_folder_keeps_its_runs_in_memory(tmp_path: Path) -> None:
    async with mirra_in(tmp_path) as owner, mirra_in(tmp_path) as other:
        done = await begin(other, "Elsewhere")
        assert (await finish(other, done)).status == "complete"
        assert [each.run_id for each in (await other.list_runs()).runs] == [done]
        assert (await owner.list_runs()).runs == []
