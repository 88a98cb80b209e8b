"""Kills a writing process a hundred times, cuts its journal, fills its disk; looks what is left.

`python -m tests.local.kit.killer FOLDER kills|cuts|full`; each writer is a fork of this process. It
writes what is wrong to standard output, a line each.
"""

import logging
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import orjson

from mirra_mcp.local.kit.clock import Clock, wall
from mirra_mcp.local.kit.errors import Refusal
from mirra_mcp.local.kit.http import answer_vendor
from mirra_mcp.local.kit.images import Images
from mirra_mcp.local.kit.routes import Call
from mirra_mcp.local.kit.session import Session
from tests.local.kit.toy import Toy

IMAGES = Images()
KEY = {"authorization": "Bearer toy"}


def opened(folder: Path) -> Session:
    session = Session(
        "ses_kill", "killed", "persistent", {"toy": Toy("", "empty")}, Clock(wall), wall, IMAGES,
        folder,
    )  # fmt: skip
    session.open()
    return session


def call(session: Session, method: str, path: str, **body: Any) -> Any:
    sent = Call(method, path, "", KEY, orjson.dumps(body), session.clock.now())
    answer = answer_vendor(session, session.mirrors["toy"], sent, perf_counter())
    assert answer.status < 300, answer
    return orjson.loads(answer.encoded() or b"null")


def write_on(folder: Path, told: int, dice: random.Random, *, images: bool = True) -> None:
    """Write, and tell each call that was answered, until killed."""
    session = opened(folder)
    toy = session.mirrors["toy"]
    ids = [doc["id"] for doc in toy.nouns["parcels"].find()]
    if not toy.nouns["hooks"].count():
        call(session, "POST", "/hooks", url="http://127.0.0.1:9/")
    while True:
        act = dice.random()
        if act < 0.7 or len(ids) < 5:
            ids.append(call(session, "POST", "/parcels", to=dice.choice(["Rome", "Oslo"]))["id"])
            os.write(told, b"+%s\n" % ids[-1].encode())
        elif act < 0.9:
            id = ids.pop(dice.randrange(len(ids)))
            call(session, "DELETE", f"/parcels/{id}")
            os.write(told, b"-%s\n" % id.encode())
        elif act < 0.96:
            session.clock.move_to(session.clock.now() + timedelta(seconds=1))
            session.tell(action="clock")
            session.agenda.fire_due(session.clock.now())
        elif images:
            session.image()()()


def wrong(session: Session) -> Iterator[str]:
    """Hold log, documents, timers, deliveries and ids against each other."""
    toy = session.mirrors["toy"]
    parcels = {doc["id"]: doc for doc in toy.nouns["parcels"].find()}
    rebuilt: dict[str, dict[str, Any]] = {}
    made = Counter[str]()
    entries = session.log.entries(0, 10**9)[0]
    if [number for number, _ in entries] != list(range(1, len(entries) + 1)):
        yield "the log has gaps"
    for _, entry in entries:
        if entry.type != "state.changed":
            continue
        data = session.log.data(entry)
        if data["entity"] != "parcel":
            continue
        id = data["entityId"]
        if data["before"] is None:
            made[id] += 1
            rebuilt[id] = data["after"]
        elif data["after"] is None:
            del rebuilt[id]
        else:
            rebuilt[id] |= data["after"]
    if rebuilt != parcels:
        yield f"log and documents differ: {len(rebuilt)} and {len(parcels)}"
    if again := [id for id, times in made.items() if times > 1]:
        yield f"ids were given out again: {again[:3]}"
    sent = Counter(
        orjson.loads(each.payload)["data"]["id"]
        for each in session.deliveries.since(0)
        if each.type == "parcel.sent"
    )
    if set(sent) != set(made) or set(sent.values()) - {1}:
        yield f"deliveries and parcels differ: {len(sent)} and {len(made)}"
    waiting = (
        {
            orjson.loads(args)["id"]
            for _, _, verb, args in toy.store._tables[":timers"].rows.values()
            if verb == "parcels.arrive"
        }
        if ":timers" in toy.store._tables
        else set()
    )
    on_way = {id for id, doc in parcels.items() if doc["status"] == "sent"}
    if not on_way <= waiting or waiting - on_way - set(made):
        yield f"timers and parcels differ: {len(waiting)} and {len(on_way)}"
    if toy.nouns["parcels"].new()["id"] in made:
        yield "the next id is one that there was"


def spawned(folder: Path, dice: random.Random, *, images: bool = True) -> tuple[int, int]:
    """Return the process id of a new writer, and where it tells what was answered."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            write_on(folder, writing, dice, images=images)
        finally:
            os._exit(1)
    os.close(writing)
    return pid, reading


def kills(folder: Path, times: int) -> Iterator[str]:
    """Kill writers at random instants. Nothing that was answered may be lost, nothing be half."""
    dice, there, gone = random.Random(7), set[str](), set[str]()
    first = folder
    for number in range(times):
        if number % 20 == 0:  # begin anew, so that looking through it stays quick
            folder = first / str(number)
            folder.mkdir()
            there, gone = set(), set()
        pid, reading = spawned(folder, random.Random(number))
        told = os.read(reading, 65_536)  # it writes now
        time.sleep(dice.random() * 0.02)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        while part := os.read(reading, 65_536):
            told += part
        os.close(reading)
        for line in told.decode().split("\n")[:-1]:
            (there if line[0] == "+" else gone).add(line[1:])
        session = opened(folder)
        found = {doc["id"] for doc in session.mirrors["toy"].nouns["parcels"].find()}
        lost = there - gone - found
        if len(lost) > 1:  # one may have been deleted without being told
            yield f"kill {number}: lost {len(lost)} answered parcels"
        there -= lost
        if back := gone & found:
            yield f"kill {number}: {len(back)} deleted parcels came back"
        yield from (f"kill {number}: {each}" for each in wrong(session))
        session.close()
        if not there:
            yield f"kill {number}: nothing was written"


def cuts(folder: Path, times: int) -> Iterator[str]:
    """Cut a journal anywhere, before SQLite moves it over. What is left is a state of before."""
    dice, told = random.Random(8), b""
    pid, reading = spawned(folder, dice, images=False)
    while told.count(b"\n") < 40:
        told += os.read(reading, 65_536)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(reading)
    wal, lengths = (folder / "journal.db-wal").stat().st_size, set[int]()
    for number in range(times):
        copy = folder.with_name(f"cut{number}")
        shutil.copytree(folder, copy)
        os.truncate(copy / "journal.db-wal", dice.randrange(wal))
        (copy / "journal.db-shm").unlink(missing_ok=True)
        session = opened(copy)
        lengths.add(session.log.last)
        yield from (f"cut {number}: {each}" for each in wrong(session))
        call(session, "POST", "/parcels", to="after")
        session.close()
        shutil.rmtree(copy)
    if len(lengths) < 3:
        yield f"the cuts left {sorted(lengths)} entries"


def full(folder: Path, times: int) -> Iterator[str]:
    """Fill the disk, as often, and make room again."""
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    session = opened(folder)
    before, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for _ in range(times):
        size = (folder / "journal.db-wal").stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 30_000, hard))
        there = session.mirrors["toy"].nouns["parcels"].count()
        try:
            for _ in range(200):
                call(session, "POST", "/parcels", to="Rome")
                there += 1
            yield "the disk was never full"
        except Refusal as refusal:
            if refusal.status != 507:
                yield f"refused with {refusal.status}"
        if session.mirrors["toy"].nouns["parcels"].count() != there:
            yield "a refused call left something"
        last = session.log.last
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, hard))
        call(session, "POST", "/parcels", to="Oslo")
        if session.log.last <= last:
            yield "it doesn't go on"
        yield from wrong(session)
    session.close()
    yield from wrong(opened(folder))


def main() -> None:
    folder, what, times = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    folder.mkdir()
    logging.disable()  # a timer of a parcel that is gone says so
    for each in {"kills": kills, "cuts": cuts, "full": full}[what](folder, times):
        sys.stdout.write(f"{each}\n")


if __name__ == "__main__":
    main()
