"""The session's clock (extension)."""

from datetime import datetime
from typing import Any

import pytest

from mirra_mcp.local.kit import host
from tests.local.world import Toyland


def move(toyland: Toyland, **body: Any) -> tuple[int, dict[str, Any]]:
    answer = toyland.control.post(f"/v1/sessions/{toyland.id}/clock", json=body)
    return answer.status_code, answer.json()


@pytest.mark.parametrize("text", ["3d", "2 hours", "1h30m", "90", "90s", "1 week"])
def test_lengths_are_read_as_people_write_them(toyland: Toyland, text: str) -> None:
    assert move(toyland, advance=text)[0] == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "mirra.request.invalid"),
        ({"advance": "1s", "to": "2030-01-01T00:00:00Z"}, "mirra.request.invalid"),
        ({"advance": ""}, "mirra.clock.invalid"),
        ({"advance": "soon"}, "mirra.clock.invalid"),
        ({"advance": "-3d"}, "mirra.clock.invalid"),
        ({"advance": "0s"}, "mirra.clock.invalid"),
        ({"advance": "99999 weeks"}, "mirra.clock.invalid"),
        ({"to": "yesterday"}, "mirra.request.invalid"),
        ({"to": "2020-01-01T00:00:00Z"}, "mirra.clock.backwards"),
        ({"to": "9999-01-01T00:00:00Z"}, "mirra.clock.invalid"),
        ({"advance": 3}, "mirra.request.invalid"),
    ],
)
def test_a_move_that_makes_no_sense_is_refused(
    toyland: Toyland, body: dict[str, Any], code: str
) -> None:
    status, answer = move(toyland, **body)
    assert (status, answer["error"]["code"]) == (400, code)


def test_a_stopped_clock_stands_between_moves_until_it_runs_again(toyland: Toyland) -> None:
    def told() -> datetime:
        answer = toyland.control.get(f"/v1/sessions/{toyland.id}").json()
        return datetime.fromisoformat(answer["clock"])

    status, stopped = move(toyland, advance="stop")
    assert (status, stopped["fired"]) == (200, [])
    toyland.send("first")
    assert told() == told() == datetime.fromisoformat(stopped["at"])
    (fired,) = toyland.advance("1h")["fired"]
    moved = told()
    assert stopped["at"] < fired["at"]
    assert moved == told()
    running = datetime.fromisoformat(move(toyland, advance="run")[1]["at"])
    assert running >= moved
    while told() == moved:
        pass
    steps = [str(each["data"].get("action")) for each in toyland.events()]
    assert [each for each in steps if "clock" in each] == ["clock_stop", "clock", "clock_run"]


def test_timers_fire_in_order_each_at_its_own_instant(toyland: Toyland) -> None:
    toyland.send("first")
    toyland.advance("1s")
    toyland.send("second")
    fired = toyland.advance("1h")["fired"]
    assert [each["timer"] for each in fired] == ["parcels.arrive"] * 2
    assert fired[0]["at"] < fired[1]["at"]
    arrived = toyland.webhooks(type="parcel.arrived")
    assert [each["payload"]["data"]["to"] for each in arrived] == ["second", "first"]


def test_the_clock_can_be_set_to_an_instant(toyland: Toyland) -> None:
    status, answer = move(toyland, to="2031-05-06T07:08:09+02:00")
    assert (status, answer["at"][:19]) == (200, "2031-05-06T05:08:09")
    sent = toyland.send()["sent_at"]
    assert sent.startswith("2031-05-06T05:08")


def test_a_timer_that_fails_is_dropped_and_harms_no_other(toyland: Toyland) -> None:
    parcels = [toyland.send(to) for to in ("alice", "cursed", "bob")]
    assert toyland.advance("1h")["firedCount"] == 3
    statuses = [each["status"] for each in toyland.state()["state"]["parcels"]]
    assert statuses == ["arrived", "sent", "arrived"]
    assert toyland.advance("1h")["firedCount"] == 0
    found = toyland.control.get(f"/v1/sessions/{toyland.id}").json()
    assert found["stats"]["errors"] == 1
    assert len(toyland.webhooks(type="parcel.arrived")) == len(parcels) - 1


def test_moving_the_clock_tells_all_that_it_fired(
    toyland: Toyland, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others get their turn in between; they must not fire the same timers unseen."""
    monkeypatch.setattr(host, "SLICE", 0.0)
    for number in range(200):
        toyland.send(str(number))
    assert toyland.advance("1h")["firedCount"] == 200
