"""Persistent sessions live in the data folder and survive the process."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from mirra_mcp.local.app import LocalMirra, StartError
from mirra_mcp.settings import Settings
from tests.local.kit.toy import Toy
from tests.local.world import Toyland, World

PROGRAM = """
import sys, json, signal
from pathlib import Path
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings
from tests.local.kit.toy import Toy
local = LocalMirra(Settings(data_dir=Path(sys.argv[1])), kinds={"toy": Toy})
url, token = local.start()
print(json.dumps({"url": url, "token": token}), flush=True)
sys.stdin.read()
local.stop()
"""


@contextmanager
def process(folder: Path) -> Iterator[tuple["subprocess.Popen[bytes]", World]]:
    command = [sys.executable, "-c", PROGRAM, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        said = json.loads(running.stdout.readline())
        headers = {"authorization": f"Bearer {said['token']}"}
        with httpx.Client(base_url=said["url"], headers=headers, timeout=30) as client:
            yield running, World(client)
        if running.poll() is None:
            running.kill()


def revived(world: World) -> Toyland:
    (session,) = world.http.get("/v1/sessions", params={"mode": "persistent"}).json()["sessions"]
    return Toyland(world.http, session)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_a_persistent_session_survives_kill_9(tmp_path: Path) -> None:
    with process(tmp_path) as (running, world):
        toyland = world.start(persistent=True, name="kept", seeds={"toy": "busy"})
        parcel = toyland.send("alice")
        snapshot = toyland.admin("state/snapshot", name="mine")["snapshotId"]
        toyland.send("bob")
        toyland.advance("1d")
        state, events = toyland.state()["state"], toyland.events(limit=1000)
        os.kill(running.pid, signal.SIGKILL)
        running.wait(5)
    with process(tmp_path) as (_, world):
        again = revived(world)
        assert (again.id, again.url) == (toyland.id, toyland.url)
        assert again.session["name"] == "kept"
        assert again.state()["state"] == state
        assert again.events(limit=1000) == events
        assert again.session["stats"]["requests"] == 2
        assert again.session["clock"] > toyland.session["clock"][:10]
        assert again.send("carol")["id"] not in {each["id"] for each in state["parcels"]}
        again.admin("state/restore", snapshotId=snapshot)
        assert again.state()["state"]["parcels"][0] == parcel
        assert again.advance("1h")["firedCount"] == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_killing_in_the_middle_of_writes_loses_no_answered_call(tmp_path: Path) -> None:
    with process(tmp_path) as (running, world):
        toyland = world.start(persistent=True, name="kept")
        answered = [toyland.send(str(number))["id"] for number in range(20)]
        with httpx.Client(base_url=toyland.url, headers={"authorization": "Bearer toy"}) as client:
            for number in range(50):
                if number == 30:
                    running.kill()
                try:
                    answer = client.post("/parcels", json={"to": "x"})
                except httpx.TransportError:
                    break
                answered.append(answer.json()["id"])
        running.wait(5)
    with process(tmp_path) as (_, world):
        again = revived(world)
        kept = [each["id"] for each in again.state()["state"]["parcels"]]
        assert set(answered) <= set(kept)
        ids = [each["id"] for each in again.events(limit=1000)]
        assert ids == list(range(1, len(ids) + 1))


def test_ending_a_persistent_session_leaves_a_snapshot_that_another_can_restore(
    make_world: Callable[..., World], tmp_path: Path
) -> None:
    world = make_world()
    toyland = world.start(persistent=True, name="kept")
    parcel = toyland.send()
    toyland.advance("1m")
    ended = toyland.end()
    assert not list((tmp_path / "sessions").iterdir())
    other = world.start()
    other.admin("state/restore", snapshotId=ended["snapshotIds"]["toy"])
    assert other.state()["state"]["parcels"] == [{**parcel, "status": "arrived"}]


def test_webhooks_that_were_under_way_are_sent_after_a_restart(tmp_path: Path) -> None:
    with process(tmp_path) as (running, world):
        toyland = world.start(persistent=True, name="kept")
        toyland.call("POST", "/hooks", json={"url": "http://127.0.0.1:9/"})
        toyland.send()
        toyland.events(types="webhook.dispatched", wait=10)
        running.kill()
    with process(tmp_path) as (_, world):
        again = revived(world)
        again.advance("3d")
        attempts = [len(each["attempts"]) for each in again.webhooks(type="parcel.sent")]
        assert attempts == [8]


def test_two_processes_on_one_folder_do_not_tear_it(tmp_path: Path) -> None:
    with process(tmp_path) as (_, first), process(tmp_path) as (_, second):
        first.start(persistent=True, name="kept")
        body = {"mirrors": ["toy"], "persistent": True, "name": "other"}
        answer = second.http.post("/v1/sessions", json=body)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (409, "mirra.data.unavailable")
        assert "Another Mirra uses the data folder" in error["message"]
        assert "mirra-mcp up" in error["hint"]
        second.start().send()


@pytest.mark.parametrize("kind", ["a file", "below a file"])
def test_a_folder_that_cannot_be_written_still_allows_ephemeral_sessions(
    make_world: Callable[..., World], tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "taken"
    path.write_text("not a folder", encoding="utf-8")
    world = make_world(data_dir=path if kind == "a file" else path / "deeper")
    world.start().send()
    body = {"mirrors": ["toy"], "persistent": True, "name": "kept"}
    answer = world.http.post("/v1/sessions", json=body)
    assert answer.json()["error"]["code"] == "mirra.data.unavailable"
    assert "can't be written" in answer.json()["error"]["message"]


def test_a_damaged_session_does_not_stop_the_others(tmp_path: Path) -> None:
    def start() -> LocalMirra:
        return LocalMirra(Settings(data_dir=tmp_path), kinds={"toy": Toy})

    def connect(local: LocalMirra) -> World:
        headers = {"authorization": f"Bearer {local.token}"}
        return World(httpx.Client(base_url=local.url, headers=headers))

    with start() as local:
        world = connect(local)
        good, bad = (world.start(persistent=True, name=name) for name in ("good", "bad"))
        good.send()
        world.http.close()
    (tmp_path / "sessions" / bad.id / "journal.db").write_bytes(b"garbage" * 1000)
    with start() as local:
        world = connect(local)
        assert revived(world).id == good.id
        world.http.close()


def test_a_taken_port_is_a_clear_error(tmp_path: Path) -> None:
    with LocalMirra(Settings(data_dir=tmp_path), kinds={"toy": Toy}) as local:
        port = int(local.url.rpartition(":")[2])
        second = LocalMirra(Settings(data_dir=tmp_path, port=port), kinds={"toy": Toy})
        with pytest.raises(StartError, match=f"can't listen on 127.0.0.1:{port}: .*in use"):
            second.start()


def test_stopping_frees_everything(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    local = LocalMirra(Settings(data_dir=tmp_path), kinds={"toy": Toy}, shared=True)
    local.start()
    said: dict[str, Any] = json.loads((tmp_path / "mirra.json").read_text(encoding="utf-8"))
    assert (said["url"], said["token"], said["pid"]) == (local.url, local.token, os.getpid())
    if sys.platform != "win32":
        assert (tmp_path / "mirra.json").stat().st_mode & 0o777 == 0o600
    local.stop()
    assert not (tmp_path / "mirra.json").exists()
    assert not [each for each in set(threading.enumerate()) - before if each.name == "mirra"]
