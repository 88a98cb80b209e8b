"""A persistent session that a Mirra with a database a mirror has kept goes on."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings
from tests.local.kit.toy import Toy
from tests.local.world import Toyland, World

MAIN = """
CREATE TABLE log (id INTEGER PRIMARY KEY, type TEXT NOT NULL, mirror TEXT, data BLOB NOT NULL);
CREATE TABLE deliveries (
  seq INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, mirror TEXT NOT NULL, type TEXT NOT NULL,
  status TEXT NOT NULL, message TEXT NOT NULL, url TEXT, secret TEXT NOT NULL, ref TEXT,
  payload BLOB NOT NULL, headers BLOB, created TEXT NOT NULL, next REAL, attempts BLOB NOT NULL,
  after INTEGER NOT NULL{method});
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
"""
MIRROR = """
CREATE TABLE docs (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, body BLOB);
CREATE TABLE keys (kind TEXT, name TEXT, value TEXT, seq INTEGER,
  PRIMARY KEY (kind, name, value, seq)) WITHOUT ROWID;
CREATE TABLE tally (kind TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE timers (
  id INTEGER PRIMARY KEY, lane TEXT NOT NULL, due REAL NOT NULL, verb TEXT NOT NULL,
  args TEXT NOT NULL);
CREATE TABLE settings (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE replays (key TEXT PRIMARY KEY, fingerprint BLOB, status INTEGER, body BLOB,
  expires REAL, headers BLOB) WITHOUT ROWID;
"""
AT = 1_777_888_800.0
PARCEL = {"to": "alice", "status": "sent", "tags": ["old"], "weight": 1, "sent_at": "then"}


def lay_out(folder: Path, *, method: bool) -> None:
    """Write what it wrote: two parcels on their way, a webhook, a snapshot of one parcel."""
    folder.mkdir(parents=True)
    kept = {
        "id": "ses_old", "name": "old", "created_at": "2026-05-04T10:00:00Z", "ports": {},
        "fixtures": {"toy": "empty"}, "snapshots": {"snap_abc": ["toy", "mine"]},
        "clock": {"standing": "2026-05-04T10:00:00+00:00", "ahead": 0.0},
    }  # fmt: skip
    (folder / "session.json").write_text(json.dumps(kept), encoding="utf-8")
    write_mirror(folder / "toy.db", ["p1", "p2"])
    write_mirror(folder / "snap_abc.toy.snapshot", ["p1"])
    with closing(sqlite3.connect(folder / "session.db")) as db:
        db.executescript(MAIN.format(method=", method TEXT NOT NULL" if method else ""))
        data = {"action": "start", "sessionId": "ses_old", "at": "2026-05-04T10:00:00.000Z"}
        db.execute("INSERT INTO log VALUES (1, ?, NULL, ?)", ("session.lifecycle", dump(data)))
        sent = [
            1, "dlv_1", "toy", "parcel.sent", "pending", "msg_1", "http://127.0.0.1:9/", "toysec_x",
            "p1", b"{}", None, "2026-05-04T10:00:00.000Z", None, b"[]", 1,
        ]  # fmt: skip
        db.execute(
            f"INSERT INTO deliveries VALUES ({','.join('?' * (15 + method))})",
            sent + ["POST"] * method,
        )
        db.execute("INSERT INTO meta VALUES ('ids', ?)", (b"7",))
        db.commit()


def write_mirror(path: Path, ids: list[str]) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.executescript(MIRROR)
        for seq, id in enumerate(ids, 1):
            body = dump({"id": id, **PARCEL})
            db.execute("INSERT INTO docs VALUES (?,?,?,?)", (seq, "parcels", id, body))
            args = json.dumps({"id": id})
            timer = (seq, "", AT + 60, "parcels.arrive", args)
            db.execute("INSERT INTO timers VALUES (?,?,?,?,?)", timer)
        settings = [("_ids", b"5"), ("_at", dump(AT))]
        db.executemany("INSERT INTO settings VALUES (?,?)", settings)
        db.commit()


def dump(value: Any) -> bytes:
    return json.dumps(value).encode()


@contextmanager
def revived(folder: Path) -> Iterator[Toyland]:
    with LocalMirra(Settings(data_dir=folder), kinds={"toy": Toy}) as local:
        headers = {"authorization": f"Bearer {local.token}"}
        with httpx.Client(base_url=local.url, headers=headers) as client:
            sessions = World(client).http.get("/v1/sessions").json()["sessions"]
            assert [each["name"] for each in sessions] == ["old"]
            yield Toyland(client, sessions[0])


@pytest.mark.parametrize("method", [True, False])
def test_an_old_session_is_carried_over_once_with_all_it_had(tmp_path: Path, method: bool) -> None:
    folder = tmp_path / "sessions" / "ses_old"
    lay_out(folder, method=method)
    with revived(tmp_path) as toyland:
        assert not list(folder.glob("toy.db*")) + list(folder.glob("session.db*"))
        assert toyland.state()["counts"]["parcels"] == 2
        assert toyland.events(limit=1)[0]["data"]["action"] == "start"
        assert toyland.advance("1h")["firedCount"] == 2
        assert len(toyland.webhooks(type="parcel.sent")[0]["attempts"]) == 4
        new = toyland.send("bob")
    with revived(tmp_path) as toyland:
        assert toyland.state()["state"]["parcels"][0]["id"] == new["id"]
        toyland.admin("state/restore", snapshotId="mine")
        assert toyland.state()["state"]["parcels"] == [{"id": "p1", **PARCEL}]


def test_an_old_session_that_is_damaged_is_left_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "sessions" / "ses_old"
    lay_out(folder, method=True)
    (folder / "toy.db").write_bytes(b"garbage" * 1000)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with LocalMirra(Settings(data_dir=tmp_path), kinds={"toy": Toy}) as local:
        headers = {"authorization": f"Bearer {local.token}"}
        with httpx.Client(base_url=local.url, headers=headers) as client:
            assert client.get("/v1/sessions").json()["sessions"] == []
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {name: after[name] for name in before} == before
