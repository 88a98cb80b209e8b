"""Whatever happens in whichever order, statuses and opt-outs stay what Twilio knows.

Source: https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mirra_mcp.local.app import LocalMirra
from tests.local.mirrors.twilio.client import Account
from tests.local.mirrors.twilio.messaging.texts import (
    ALICE,
    BOB,
    OTHER,
    OURS,
    buy,
    form,
    receive,
    service,
)

NEXT: dict[str, set[str]] = {
    "accepted": {"queued", "failed"},
    "scheduled": {"queued", "canceled", "failed"},
    "queued": {"sending", "sent", "failed"},
    "sending": {"sent", "failed"},
    "sent": {"delivered", "undelivered", "failed"},
    "delivered": {"undelivered", "failed"},
    "undelivered": set(),
    "failed": set(),
    "canceled": set(),
}
"""What a message may become; late receipts of carriers included."""
SILENT = {"accepted", "scheduled", "sending"}
"""What no callback tells; nor does one tell the first status."""
STEPS = (
    "message.sent",
    "message.delivered",
    "message.undelivered",
    "message.failed",
    "cancel",
    "1s",
    "3s",
    "1h",
)
WAYS: dict[str, dict[str, str]] = {
    "number": {},
    "service": {"From": ""},
    "plan": {"From": "", "ScheduleType": "fixed", "SendAt": "2026-05-04T13:00:00Z"},
}
NOWHERE = "http://127.0.0.1:9/"


@contextmanager
def opened(mirra: LocalMirra) -> Iterator[Account]:
    """Open an account of its own for one example."""
    account = Account(mirra.url, mirra.token)
    try:
        yield account
    finally:
        account.close()


def do(account: Account, sid: str, step: str) -> None:
    """Let something happen to a message, or try to."""
    if step.startswith("message."):
        account.http.post("/_mirra/simulate", json={"event": step, "messageId": sid})
    elif step == "cancel":
        account.call("POST", f"/Messages/{sid}.json", {"Status": "canceled"})
    else:
        account.advance(step)


def statuses(account: Account, sid: str) -> list[str]:
    """Return every status that a message has had."""
    log = account.control.get(
        f"/v1/sessions/{account.id}/events",
        params={"types": "state.changed", "limit": 1000},
        headers={"accept": "application/json"},
    ).json()["events"]
    changes = [each["data"]["after"] for each in log if each["data"]["entityId"] == sid]
    return [each["status"] for each in changes if "status" in each]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.sampled_from(sorted(WAYS)), st.lists(st.sampled_from(STEPS), max_size=6))
def test_statuses_follow_each_other(mirra: LocalMirra, way: str, steps: list[str]) -> None:
    with opened(mirra) as account:
        made = service(account, buy(account), inbound_request_url=NOWHERE)
        wanted = form(**WAYS[way])
        if way != "number":
            wanted["MessagingServiceSid"] = made.sid
        first = account.post("/Messages.json", **wanted)
        for step in (*steps, "2h"):
            do(account, first["sid"], step)
        seen = statuses(account, first["sid"])
        assert seen[0] == first["status"]
        assert seen[-1] in ("delivered", "undelivered", "failed", "canceled")
        assert all(after in NEXT[before] for before, after in pairwise(seen))
        told = [each["payload"]["MessageStatus"] for each in account.webhooks()]
        assert told == [status for status in seen[1:] if status not in SILENT]


@settings(max_examples=15, deadline=None, derandomize=True)
@given(
    st.booleans(),
    st.lists(
        st.tuples(
            st.sampled_from([ALICE, BOB]),
            st.sampled_from([OURS, OTHER]),
            st.sampled_from(["STOP", "start", "Help", "Stop it", "YES", "quit"]),
        ),
        max_size=8,
    ),
)
def test_opt_outs_are_what_was_asked_last(
    mirra: LocalMirra, together: bool, texts: list[tuple[str, str, str]]
) -> None:
    """Source: https://help.twilio.com/articles/223134027"""
    out: set[tuple[str, str]] = set()
    answers = 0
    with opened(mirra) as account:
        numbers = [buy(account, number) for number in (OURS, OTHER)]
        if together:
            service(account, *numbers, inbound_request_url=NOWHERE)
        for who, to, text in texts:
            receive(account, text, who, to=to)
            scope = (who, "" if together else to)
            wish = {"STOP": True, "QUIT": True, "START": False, "YES": False}.get(text.upper())
            changes = wish is not None and wish != (scope in out)
            answers += changes or text == "Help"
            if changes:
                out ^= {scope}
        for who in (ALICE, BOB):
            for number in (OURS, OTHER):
                answer: Any = account.call("POST", "/Messages.json", form(To=who, From=number))
                is_out = (who, "" if together else number) in out
                assert answer.json().get("code") == (21610 if is_out else None)
        assert len(account.state("opt_out_replies")) == answers
