"""The state of a whole session at once: what its mirrors keep, bring back and forget together."""

from typing import Any

import httpx
import pytest

from tests.local.api.trio import NOON, Trio


def test_the_same_experiment_gives_the_same_result_three_times(control: httpx.Client) -> None:
    """Time is part of the state: a snapshot, 70 days, and all of it back, again and again."""
    trio = Trio(control)
    snapshot = trio.ask("snapshot", name="before")
    assert snapshot["at"] == NOON
    before, results = trio.dump(), []
    for _ in range(3):
        trio.ask("clock", advance="70d")
        trio.act("resend", "simulate", event="email.received")
        results.append(trio.dump())
        restored = trio.ask("restore", snapshotId="before")
        assert (restored["at"], trio.now()) == (NOON, NOON)
        assert [each.get("behind") for each in restored["mirrors"]] == [None] * 3
        assert trio.dump() == before
    assert results[0] == results[1] == results[2]
    assert len(results[0]["stripe"]["invoices"]) > len(before["stripe"]["invoices"])


def test_a_restore_of_three_mirrors_happens_or_does_not(control: httpx.Client) -> None:
    trio = Trio(control)
    ids = {vendor: trio.act(vendor, "state/snapshot")["snapshotId"] for vendor in trio.urls}
    trio.ask("clock", advance="1d")
    trio.act("resend", "simulate", event="email.received")
    before, log, now = trio.dump(), trio.log(), trio.now()
    refused = trio.ask("restore", 404, snapshots={**ids, "twilio": "snap_nothing"})["error"]
    assert refused["code"] == "mirra.snapshot.not_found"
    assert (trio.dump(), trio.log(), trio.now()) == (before, log, now)
    trio.ask("restore", snapshots=ids)
    assert trio.dump()["resend"]["received_emails"] == []
    assert trio.now() == NOON


def test_one_mirror_alone_goes_back_and_says_how_far_its_dates_lie_back(
    control: httpx.Client,
) -> None:
    trio = Trio(control)
    snapshot = trio.act("stripe", "state/snapshot")["snapshotId"]
    trio.ask("clock", advance="70d")
    restored = trio.act("stripe", "state/restore", snapshotId=snapshot)
    assert restored["behind"] == "70 days, 0:00:00"
    assert trio.now() == "2026-07-13T12:00:00Z"


def test_a_reset_of_all_begins_the_same_day_again(control: httpx.Client) -> None:
    trio = Trio(control)
    before = trio.dump()
    trio.ask("clock", advance="70d")
    assert trio.ask("reset")["at"] == NOON
    assert trio.dump() == before
    done = trio.ask("reset", seeds={"resend": "resend:marketing-list"})
    assert {each["mirror"]: each["seed"] for each in done["mirrors"]} == {
        "stripe": "subscription-lifecycle", "resend": "marketing-list", "twilio": "empty",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("verb", "body", "said"),
    [
        ("restore", {}, "Give either 'snapshotId' or 'snapshots'."),
        ("restore", {"snapshots": {"strip": "x"}}, "no mirror 'strip'. Did you mean 'stripe'?"),
        ("restore", {"snapshotId": "snap_x"}, "has no snapshot 'snap_x'"),
        ("reset", {"seeds": {"resend": "nothing"}}, "has no fixture 'nothing'"),
        ("snapshot", {"nam": "x"}, "'nam'"),
    ],
)
def test_what_can_not_be_done_is_refused_in_words(
    control: httpx.Client, verb: str, body: dict[str, Any], said: str
) -> None:
    trio = Trio(control)
    answer = control.post(f"/v1/sessions/{trio.id}/{verb}", json=body)
    assert 400 <= answer.status_code < 500
    assert said in answer.json()["error"]["message"]
