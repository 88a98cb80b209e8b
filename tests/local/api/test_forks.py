"""Forks: the same past and a future of their own. Our own extension."""

from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx

from tests.local.api.trio import NOON, Trio
from tests.local.receiver import Receiver

KEY = {"authorization": "Bearer re_mirra_full_access", "user-agent": "test"}


def origin(receiver: Receiver) -> str:
    return receiver.url.removesuffix("/hook")


def paths(receiver: Receiver, number: int) -> list[str]:
    """Wait for so many webhooks and return where they went, in order of their names."""
    return sorted(urlsplit(receiver.next().url).path for _ in range(number))


def hook(trio: Trio, url: str) -> None:
    body = {"endpoint": url, "events": ["email.received"]}
    answer = httpx.post(f"{trio.urls['resend']}/webhooks", json=body, headers=KEY)
    assert answer.status_code == 201, answer.text


def forked(trio: Trio, **body: Any) -> tuple[Trio, dict[str, Any]]:
    answer = trio.control.post(f"/v1/sessions/{trio.id}/fork", json=body)
    assert answer.status_code == 201, answer.text
    other = Trio.__new__(Trio)
    other.control, other.id = trio.control, answer.json()["sessionId"]
    other.urls = {each["vendor"]: each["url"] for each in answer.json()["mirrors"]}
    return other, dict(answer.json())


def test_a_fork_has_the_same_past_and_a_future_of_its_own(control: httpx.Client) -> None:
    trio = Trio(control)
    httpx.post(
        f"{trio.urls['resend']}/webhooks",
        json={"endpoint": "http://127.0.0.1:9/hook", "events": ["email.received"]},
        headers=KEY,
    )
    trio.ask("snapshot", name="early")
    trio.ask("clock", advance="70d")
    before = trio.dump()
    forked = control.post(f"/v1/sessions/{trio.id}/fork", json={"name": "other future"}).json()
    assert (forked["forkedFrom"], forked["sendsWebhooks"]) == (trio.id, False)
    other = Trio.__new__(Trio)
    other.control, other.id = control, forked["sessionId"]
    other.urls = {each["vendor"]: each["url"] for each in forked["mirrors"]}
    assert set(other.urls.values()).isdisjoint(trio.urls.values())
    assert (other.dump(), other.now()) == (before, trio.now())

    other.act("resend", "simulate", event="email.received")
    other.ask("clock", advance="70d")
    assert trio.dump() == before
    assert len(other.dump()["stripe"]["invoices"]) > len(before["stripe"]["invoices"])
    sent = control.get(f"/v1/sessions/{other.id}/webhooks", params={"limit": 100}).json()
    assert {each["status"] for each in sent["webhooks"]} == {"unsubscribed"}

    early = control.post(f"/v1/sessions/{trio.id}/fork", json={"snapshotId": "early"}).json()
    assert early["clock"] == NOON
    answer = control.post(f"/v1/sessions/{trio.id}/fork", json={"snapshotId": "nothing"})
    assert answer.json()["error"]["code"] == "mirra.snapshot.not_found"


def test_a_fork_says_which_endpoints_it_found_and_calls_those_that_are_its_own(
    control: httpx.Client, receiver: Receiver
) -> None:
    trio = Trio(control, seeds={"twilio": "verified-numbers"})
    hook(trio, f"{origin(receiver)}/parent")
    trio.act("resend", "simulate", event="email.received")
    assert paths(receiver, 1) == ["/parent"]

    quiet, told = forked(trio)
    assert told["inheritedEndpoints"] == [
        {"mirror": "resend", "url": f"{origin(receiver)}/parent", "isCalled": False}
    ]
    hook(quiet, f"{origin(receiver)}/own")
    own, told = forked(trio, webhooks={"resend": f"{origin(receiver)}/other-app"})
    assert (told["sendsWebhooks"], told["inheritedEndpoints"][0]["isCalled"]) == (False, False)
    loud, told = forked(trio, webhooks=True)
    assert ("sendsWebhooks" in told, told["inheritedEndpoints"][0]["isCalled"]) == (False, True)
    for each in (quiet, own, loud):
        each.act("resend", "simulate", event="email.received")
    assert paths(receiver, 3) == ["/other-app", "/own", "/parent"]

    twice, told = forked(quiet)
    assert [each["url"] for each in told["inheritedEndpoints"]] == [
        f"{origin(receiver)}/parent", f"{origin(receiver)}/own"
    ]  # fmt: skip
    sent = control.post(
        f"/v1/sessions/{twice.id}/webhooks",
        json={"webhooks": {"resend": f"{origin(receiver)}/own"}},
    )
    assert sent.status_code == 200
    twice.act("resend", "simulate", event="email.received")
    assert paths(receiver, 1) == ["/own"]
    refused = trio.ask("fork", 400, webhooks={"resnd": "http://127.0.0.1:9"})["error"]
    assert "no mirror 'resnd'. Did you mean 'resend'?" in refused["message"]


def test_a_message_on_its_way_reports_to_its_own_session_alone(
    control: httpx.Client, receiver: Receiver
) -> None:
    """What a fork finds under way goes on in both, and is told to the parent's app by one."""
    trio = Trio(control, seeds={"twilio": "verified-numbers"})
    env = control.get(f"/v1/sessions/{trio.id}").json()["mirrors"][2]["env"]
    auth = (env["TWILIO_ACCOUNT_SID"], env["TWILIO_AUTH_TOKEN"])
    numbers = httpx.get(f"{trio.urls['twilio']}/_mirra/state?entity=incoming_phone_numbers").json()
    sender = numbers["state"]["incoming_phone_numbers"][0]["phone_number"]
    sent = httpx.post(
        f"{trio.urls['twilio']}/2010-04-01/Accounts/{auth[0]}/Messages.json",
        data={"From": sender, "To": "+15555550123", "Body": "Hi",
              "StatusCallback": f"{origin(receiver)}/status"},
        auth=auth,
    )  # fmt: skip
    assert sent.status_code == 201, sent.text
    other, told = forked(trio)
    assert told["inheritedEndpoints"] == [
        {"mirror": "twilio", "url": f"{origin(receiver)}/status", "isCalled": False}
    ]
    other.ask("clock", advance="1h")
    status = f"SELECT status FROM twilio.messages WHERE sid = '{sent.json()['sid']}'"
    assert other.ask("query", sql=status)["rows"] == [["delivered"]]
    assert receiver.inbox.empty()
    trio.ask("clock", advance="1h")
    assert paths(receiver, 1) == ["/status"]


def test_a_fork_goes_on_from_any_moment_also_while_writes_go_on(control: httpx.Client) -> None:
    trio = Trio(control)
    trio.act("resend", "simulate", event="email.received")
    last = control.get(
        f"/v1/sessions/{trio.id}/events", params={"limit": 1000},
        headers={"accept": "application/json"},
    ).json()["events"][-1]["id"]  # fmt: skip
    trio.act("resend", "simulate", event="email.received")
    trio.ask("clock", advance="70d")
    other, told = forked(trio, at=last)
    assert told["clock"] == NOON
    assert len(other.dump()["resend"]["received_emails"]) == 1
    grandchild, _ = forked(other, at=0)
    assert grandchild.dump() == Trio(control).dump()
    assert trio.ask("fork", 400, at=last, snapshotId="x")["error"]["message"].startswith("Give ei")
    assert "has no entry 999999" in trio.ask("fork", 400, at=999999)["error"]["message"]

    async def race() -> list[int]:
        seen: list[int] = []
        async with httpx.AsyncClient(verify=False, timeout=30) as client:

            async def write() -> None:
                url = f"{trio.urls['resend']}/_mirra/simulate"
                await client.post(url, json={"event": "email.received"})

            async def split() -> None:
                url = f"{str(control.base_url).rstrip('/')}/v1/sessions/{trio.id}/fork"
                made = (await client.post(url, json={}, headers=control.headers)).json()
                state = await client.get(f"{made['mirrors'][1]['url']}/_mirra/state")
                seen.append(state.json()["counts"]["received_emails"])
                await client.delete(
                    url.replace(f"{trio.id}/fork", made["sessionId"]), headers=control.headers
                )

            async with anyio.create_task_group() as tasks:
                for _ in range(8):
                    tasks.start_soon(write)
                    tasks.start_soon(split)
        return seen

    seen = anyio.run(race)
    assert all(2 <= each <= 10 for each in seen)
    assert len(trio.dump()["resend"]["received_emails"]) == 10
