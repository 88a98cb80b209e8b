"""Mirrors may be given a range of ports and an address of their own, as a container needs."""

import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from mirra_mcp.local.app import LocalMirra, StartError
from mirra_mcp.local.kit.connections import Connection
from mirra_mcp.settings import Settings, port_range
from tests.local.kit.toy import Toy
from tests.local.world import World


def free_ports(count: int) -> range:
    """Ports in a row that nobody holds now."""
    for start in range(47_000, 60_000, count):
        with ExitStack() as stack:
            try:
                for port in range(start, start + count):
                    stack.enter_context(socket.create_server(("127.0.0.1", port)))
            except OSError:
                continue
        return range(start, start + count)
    raise AssertionError("there are none")


def test_mirrors_take_the_lowest_free_port_of_the_range(make_world: Callable[..., World]) -> None:
    ports = free_ports(3)
    world = make_world(mirror_ports=ports)
    with socket.create_server(("127.0.0.1", ports[1])):
        first, second = world.start(), world.start()
        assert [httpx.URL(each.url).port for each in (first, second)] == [ports[0], ports[2]]
        assert first.send()["status"] == second.send()["status"] == "sent"
        refused = world.http.post("/v1/sessions", json={"mirrors": ["toy"]})
        assert (refused.status_code, refused.json()["error"]["code"]) == (
            409,
            "mirra.session.no_ports",
        )
        said = refused.json()["error"]["message"]
        assert f"{ports[0]}-{ports[2]}" in said
        assert "2 by mirrors of this Mirra and 1 by other programs" in said
        assert len(world.http.get("/v1/sessions?status=ready").json()["sessions"]) == 2
    first.end()
    assert httpx.URL(world.start().url).port in (ports[0], ports[1]), "what is free is given again"


def test_a_persistent_session_keeps_its_port_only_within_the_range(tmp_path: Path) -> None:
    """What isn't in it can't be reached, in a container."""
    a, b = free_ports(2)
    found: list[int | None] = []
    for ports in (range(a, b + 1), range(a, b + 1), range(b, b + 1)):
        settings = Settings(data_dir=tmp_path, mirror_ports=ports)
        with LocalMirra(settings, kinds={"toy": Toy}) as local:
            headers = {"authorization": f"Bearer {local.token}"}
            with httpx.Client(base_url=local.url, headers=headers, trust_env=False) as http:
                wanted = {"mirrors": ["toy"], "persistent": True, "name": "kept"}
                if not found:
                    assert http.post("/v1/sessions", json=wanted).status_code == 201
                (session,) = http.get("/v1/sessions").json()["sessions"]
                found.append(httpx.URL(session["mirrors"][0]["url"]).port)
    assert found == [a, a, b]


@pytest.mark.parametrize(
    ("text", "ports"), [("47000-47099", range(47000, 47100)), (" 5 - 6 ", range(5, 7)), ("9", [9])]
)
def test_a_range_is_written_with_both_its_ends(text: str, ports: range) -> None:
    assert list(port_range(text)) == list(ports)
    assert Settings.from_env({"MIRRA_MIRROR_PORTS": text}).mirror_ports == port_range(text)


@pytest.mark.parametrize("text", ["x", "1-", "-1", "9-8", "0-5", "1-65536", "1-2-3", "²", "1.5"])
def test_anything_else_is_refused_with_its_name(text: str) -> None:
    with pytest.raises(ValueError, match=r"MIRRA_MIRROR_PORTS: '.*' (is no range|must rise)"):
        Settings.from_env({"MIRRA_MIRROR_PORTS": text})


@pytest.mark.parametrize(
    ("address", "named"),
    [(None, "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("127.0.0.5", "127.0.0.5")],
)
def test_where_mirrors_listen_on_every_address_they_are_called_at_loopback(
    address: str | None, named: str
) -> None:
    given = {"MIRRA_MIRROR_HOST": address} if address else {}
    assert Settings.from_env(given).mirror_name == named


@pytest.mark.skipif(sys.platform == "darwin", reason="there 127.0.0.1 is the only such address")
def test_mirrors_listen_where_they_are_told_and_the_control_plane_stays(
    make_world: Callable[..., World],
) -> None:
    world = make_world(mirror_host="127.0.0.5")
    toyland = world.start()
    assert httpx.URL(toyland.url).host == "127.0.0.5"
    assert toyland.send()["status"] == "sent"
    assert world.http.base_url.host == "127.0.0.1"


def test_an_address_of_another_machine_is_told_at_the_start() -> None:
    with pytest.raises(StartError, match=r"can't listen on 192\.0\.2\.1: .* --mirror-host"):
        LocalMirra(Settings(mirror_host="192.0.2.1")).start()


@pytest.mark.parametrize(("peer", "is_stranger"), [("172.17.0.1", True), ("127.0.0.1", False)])
def test_who_calls_from_another_machine_is_no_owner(peer: str, is_stranger: bool) -> None:
    """A connection as uvicorn makes it, without a socket: tests stay on this machine."""
    connection = Connection.__new__(Connection)
    connection.client, connection.server = (peer, 1), ("127.0.0.1", 1)
    connection._is_owner_known, connection._owner = True, None
    assert connection.is_of_another_user() is is_stranger
