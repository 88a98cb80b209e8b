"""Pages and other users of the machine can change nothing; slow and many clients block nothing."""

import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from mirra_mcp.local.kit import connections
from tests.local.world import Toyland, World

PAGE = {"origin": "http://localhost:3000", "content-type": "text/plain"}


@pytest.mark.parametrize(
    "headers",
    [
        PAGE,
        {**PAGE, "content-type": "application/x-www-form-urlencoded"},
        {"sec-fetch-site": "cross-site", "content-type": "multipart/form-data"},
        {"sec-fetch-mode": "no-cors"},
        {**PAGE, "authorization": "Bearer toy"},
    ],
)
@pytest.mark.parametrize("path", ["state/reset", "simulate", "webhooks/forge", "state/snapshot"])
def test_a_page_can_administer_no_mirror(
    toyland: Toyland, path: str, headers: dict[str, str]
) -> None:
    """A page may send these to any address without asking first: no preflight is made."""
    parcel = toyland.send()
    answer = toyland.call("POST", f"/_mirra/{path}", content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (
        403,
        "mirra.request.forgeable",
    )
    assert [each["id"] for each in toyland.state()["state"]["parcels"]] == [parcel["id"]]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/json; charset=utf-8", "origin": "http://localhost:3000"},
        {**PAGE, "x-mirra-admin": "1"},
    ],
)
def test_programs_and_pages_that_were_asked_for_may(
    toyland: Toyland, headers: dict[str, str]
) -> None:
    """`curl -d` sends a form's type. Source: https://docs.mirra.run/reference/api (examples)"""
    answer = toyland.call("POST", "/_mirra/state/reset", content=b"{}", headers=headers)
    assert answer.status_code == 200, answer.text
    asked = toyland.call("OPTIONS", "/_mirra/state/reset", headers={"origin": PAGE["origin"]})
    assert asked.status_code == 405
    assert not [name for name in asked.headers if name.startswith("access-control")]


def test_the_token_opens_everything(toyland: Toyland) -> None:
    headers = {**PAGE, "authorization": toyland.control.headers["authorization"]}
    answer = toyland.call("POST", "/_mirra/state/reset", content=b"{}", headers=headers)
    assert answer.status_code == 200


CALL = """
import os, socket, sys
os.setuid(65534)
connection = socket.socket()
connection.connect(("127.0.0.1", int(sys.argv[1])))
connection.sendall(sys.stdin.buffer.read())
sys.stdout.buffer.write(connection.makefile("rb").read())
"""


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.getuid() != 0,
    reason="becoming another user takes root, telling users apart takes Linux",
)
def test_another_user_of_the_machine_can_administer_no_mirror(toyland: Toyland) -> None:
    def call(path: str, authorization: str = "") -> str:
        head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: {authorization}\r\n"
        command = [sys.executable, "-S", "-c", CALL, str(httpx.URL(toyland.url).port)]
        request = f"{head}connection: close\r\ncontent-length: 2\r\n\r\n{{}}".encode()
        done = subprocess.run(command, input=request, stdout=subprocess.PIPE, check=True)
        return done.stdout.decode("latin-1")

    refused = call("/_mirra/state/reset")
    assert refused.startswith("HTTP/1.1 403 ")
    assert "mirra.request.forbidden_user" in refused
    token = toyland.control.headers["authorization"]
    assert call("/_mirra/state/reset", token).startswith("HTTP/1.1 200 ")
    assert call("/parcels", "Bearer toy").startswith("HTTP/1.1 422 ")


@contextmanager
def half_sent(url: str, sent: bytes) -> Iterator[socket.socket]:
    parts = httpx.URL(url)
    with socket.create_connection((parts.host, parts.port or 0), timeout=10) as connection:
        connection.sendall(sent)
        yield connection


HEAD = b"POST /parcels HTTP/1.1\r\nhost: 127.0.0.1\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        HEAD,
        HEAD + b"content-length: 9\r\n\r\n{",
        b"GET /parcels HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n" + HEAD,
    ],
)
def test_a_request_that_never_ends_is_given_up(
    toyland: Toyland, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD", 0.0)
    monkeypatch.setattr(connections, "BODY", 0.0)
    with half_sent(toyland.url, sent) as connection:
        received = b"x"
        while received:
            try:
                received = connection.recv(4096)
            except ConnectionResetError:
                break
    assert toyland.send()["status"] == "sent"


def test_too_many_connections_are_turned_away(
    make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    toyland = make_world().start()
    whole = HEAD + b"content-length: 2\r\nauthorization: Bearer toy\r\n\r\n{}"
    with half_sent(toyland.url, whole) as first:
        assert first.recv(4096).startswith(b"HTTP/1.1 422 ")
        monkeypatch.setattr(connections.Connection, "most", 0)
        with half_sent(toyland.url, b"") as second:
            assert second.recv(4096).startswith(b"HTTP/1.1 503 ")
        first.sendall(whole)
        assert first.recv(4096).startswith(b"HTTP/1.1 422 ")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_everything_that_is_kept_is_this_users_alone(
    make_world: Callable[..., World], tmp_path: Path
) -> None:
    before = os.umask(0)
    try:
        folder = tmp_path / "new" / "data"
        world = make_world(data_dir=folder)
        toyland = world.start(persistent=True, name="kept")
        toyland.send()
        toyland.admin("state/snapshot")
        ended = world.start(persistent=True, name="ended")
        ended.end()
        assert world.http.get("/api/sdk/v1/marketplace").status_code == 200
        assert world.http.get("/v1/runs").status_code == 200
        found = {path: stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}
    finally:
        os.umask(before)
    assert {path: mode for path, mode in found.items() if mode & 0o077} == {}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(found) > 8
