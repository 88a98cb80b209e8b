"""Webhooks as an agent sees them: what was delivered, how it was taken, and one sent again."""

from collections.abc import Iterator
from typing import Any

import pytest

from mirra_mcp.client.client import MirraClient
from mirra_mcp.wire.sessions import CreateSession
from tests.local.receiver import Receiver, Reply, receiving
from tests.server.conftest import NOON, Agent

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
async def live(mirra: MirraClient) -> None:
    await mirra.create_session(CreateSession(mirrors=["toy"], clock=NOON))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


async def post(agent: Agent, path: str, body: dict[str, Any]) -> dict[str, Any]:
    key = {"Authorization": "Bearer toy"}
    return await agent.call(
        "mirra_session_request", method="POST", path=path, body=body, headers=key
    )


async def send(agent: Agent, to: str = "x") -> dict[str, Any]:
    return await post(agent, "/parcels", {"to": to})


async def hook(agent: Agent, url: str) -> None:
    await post(agent, "/hooks", {"url": url})


async def refused(agent: Agent, receiver: Receiver, reply: Reply | int = 400) -> dict[str, Any]:
    """A webhook that its receiver refused, as the list shows it."""
    await hook(agent, receiver.url)
    receiver.answers.append(reply)
    await send(agent)
    receiver.next()
    while True:
        (row,) = (await agent.call("mirra_session_webhooks"))["webhooks"]
        if row["tries"]:
            found: dict[str, Any] = row
            return found


async def test_what_set_webhooks_off_tells_how_they_were_taken(
    agent: Agent, receiver: Receiver
) -> None:
    await hook(agent, receiver.url)
    receiver.answers.append(Reply("No signatures found matching the expected signature", 400))
    (sent,) = (await send(agent))["webhooks"]
    assert sent["answered"].startswith("400 in ")
    assert sent["answered"].endswith("No signatures found matching the expected signature")
    assert "another secret" in sent["why"]

    told = await agent.call("mirra_session_simulate", event="parcel.lost")
    (lost,) = told["webhooks"]
    assert (lost["type"], lost["answered"][:4], lost.get("why")) == ("parcel.lost", "200 ", None)


async def test_webhooks_are_shown_with_signature_and_attempts(agent: Agent) -> None:
    before = await send(agent)
    answer = await agent.call("mirra_session_webhooks", mirror="toy", type="parcel.sent")
    (webhook,) = answer["webhooks"]
    assert webhook["status"] == "unsubscribed"
    assert webhook["payload"]["data"]["to"] == "x"
    assert "toy-signature" in webhook["headers"]
    assert "no endpoint was registered" in answer["note"]

    await hook(agent, "http://127.0.0.1:9/hook")
    await send(agent, to="y")
    answer = await agent.call("mirra_session_webhooks", since=before["lastEvent"])
    (webhook,) = answer["webhooks"]
    assert webhook["url"] == "http://127.0.0.1:9/hook"
    assert "note" not in answer

    for since, count in (("2020-01-01T00:00:00Z", 2), ("2100-01-01", 0)):
        answer = await agent.call("mirra_session_webhooks", since=since)
        assert len(answer["webhooks"]) == count
    answer = await agent.call("mirra_session_webhooks")
    assert [set(each) & {"payload", "headers"} for each in answer["webhooks"]] == [set(), set()]
    assert "`delivery` shows one" in answer["note"]
    one = await agent.call("mirra_session_webhooks", delivery=answer["webhooks"][0]["deliveryId"])
    assert one["webhooks"][0]["payload"]["data"]["to"] == "y"
    answer = await agent.call("mirra_session_webhooks", limit=1)
    rest = await agent.call("mirra_session_webhooks", cursor=answer["nextCursor"])
    assert len(answer["webhooks"]) == len(rest["webhooks"]) == 1
    error = await agent.refusal("mirra_session_webhooks", since="yesterday")
    assert "since" in error["message"]


async def test_a_refused_webhook_says_what_the_receiver_said_and_why(
    agent: Agent, receiver: Receiver
) -> None:
    said = "No signatures found matching the expected signature for payload.\n" + "x" * 2_000
    row = await refused(agent, receiver, Reply(said, 400, "text/plain"))

    assert row["status"] == "pending"
    (tried,) = row["tries"]
    assert " 400 in " in tried
    assert ": No signatures found matching the expected signature for payload. xxx" in tried
    assert len(tried) < 700
    assert "verify the raw bytes" in row["why"]


async def test_a_webhook_is_sent_again_and_the_answer_tells_how_it_went(
    agent: Agent, receiver: Receiver
) -> None:
    row = await refused(agent, receiver, 503)

    again = await agent.call("mirra_session_webhooks", delivery=row["deliveryId"], send="again")
    (shown,) = again["webhooks"]
    assert shown["status"] == "delivered"
    assert [" 503 in " in shown["tries"][0], " 200 in " in shown["tries"][1]] == [True, True]
    assert shown["payload"] == receiver.next().json
    assert "the same event came before" in again["note"]


async def test_forged_copies_follow_and_each_is_judged(agent: Agent, receiver: Receiver) -> None:
    row = await refused(agent, receiver)
    receiver.answers.extend([200, 401, 200])

    sent = await agent.call("mirra_session_webhooks", delivery=row["deliveryId"], send="forged")
    assert sent["verdicts"] == [
        "real: 200",
        "bad_signature: 401, refused, as it should be",
        "tampered_body: 200, NOT refused",
    ]
    await send(agent)
    receiver.next(), receiver.next(), receiver.next(), receiver.next()
    log = await agent.call("mirra_events_read", types=["webhook.verification"])
    assert len(log["events"]) == 3, "only what was asked for is forged"


async def test_nothing_is_forged_of_what_is_refused(agent: Agent, receiver: Receiver) -> None:
    row = await refused(agent, receiver)
    receiver.answers.append(400)
    sent = await agent.call("mirra_session_webhooks", delivery=row["deliveryId"], send="forged")
    assert sent["verdicts"] == []
    assert "the real one was refused" in sent["note"]


async def test_what_can_not_be_sent_again_says_so(agent: Agent) -> None:
    await send(agent)
    (row,) = (await agent.call("mirra_session_webhooks"))["webhooks"]
    error = await agent.refusal("mirra_session_webhooks", delivery=row["deliveryId"], send="again")
    assert error["code"] == "mirra.webhook.not_found"
    assert "with an http URL" in error["hint"]
    error = await agent.refusal("mirra_session_webhooks", delivery="dlv_nope")
    assert "lists them" in error["hint"]
    error = await agent.refusal("mirra_session_webhooks", send="again")
    assert "needs a `delivery`" in error["message"]


async def test_the_clock_tells_what_was_delivered_on_its_way(
    agent: Agent, receiver: Receiver
) -> None:
    row = await refused(agent, receiver)
    receiver.answers.extend([400, 400])
    moved = await agent.call("mirra_session_clock", advance="1 hour")

    assert f"toy parcel.sent {row['deliveryId']} try 2: 400" in moved["deliveries"]
    assert moved["deliveryCount"] == len(moved["deliveries"])


async def test_mirras_own_paths_speak_json_whatever_the_vendor_speaks(
    agent: Agent, mirra: MirraClient
) -> None:
    await mirra.create_session(CreateSession(mirrors=["stripe"], name="shop"))
    for path in ("/_mirra/webhooks/forge", "/_mirra/webhooks/forge?x=1"):
        answer = await agent.call(
            "mirra_session_request", session="shop", method="POST", path=path, body={"on": False}
        )
        assert (answer["status"], answer["body"]) == (200, {"forging": False})
