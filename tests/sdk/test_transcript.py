"""An agent takes an integration through a bad day, as `docs/transcript.md` tells.

`UPDATE_DOCS=1` rewrites the page from what really happened.
"""

import inspect
import json
import os
import re
import textwrap
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import anyio
import pytest

from tests.sdk.shop import (
    Careful,
    Careless,
    Shop,
    charge_carefully,
    charge_carelessly,
    serving,
)
from tests.server.conftest import Agent
from tests.standing.project import ROOT

PAGE = ROOT / "docs" / "transcript.md"
HEAD = """\
# A bad day, on purpose: an agent's transcript

Written by `tests/sdk/test_transcript.py`, which plays it with a real MCP client and
keeps what the tools answered, in part. [state.md](state.md) and [faults.md](faults.md) tell of what
it uses.
"""


class Transcript:
    """What was called, and what of the answers is worth telling."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self.lines = [HEAD]
        self.names: dict[str, str] = {}

    def say(self, *texts: str) -> None:
        for text in texts:
            self.lines += [text, ""]

    def code(self, *things: Any) -> None:
        for each in things:
            source = textwrap.dedent(inspect.getsource(each)).rstrip()
            self.lines += [f"`{each.__qualname__}`:", "", "```python", source, "```", ""]

    async def call(
        self, tool: str, tell: Callable[[Any], Any] | None = None, **given: Any
    ) -> dict[str, Any]:
        answer = await self.agent.call(f"mirra_{tool}", **given)
        if "sessionId" in answer and given.get("name"):
            self.names[answer["sessionId"]] = given["name"]
        self._tell(tool, given, tell(answer) if tell else None)
        return answer

    async def refused(self, tool: str, **given: Any) -> None:
        error = await self.agent.refusal(f"mirra_{tool}", **given)
        self._tell(tool, given, {"error": error["message"]})

    def _tell(self, tool: str, given: dict[str, Any], told: Any) -> None:
        shown = [f"mirra_{tool} {json.dumps(given)}"]
        if told is not None:
            shown.append(f"→ {json.dumps(told)}")
        text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", "\n".join(shown))
        for id, name in self.names.items():
            text = text.replace(id, f"ses_{name}")
        self.lines += ["```text", text, "```", ""]

    def keep(self) -> None:
        text = "\n".join(self.lines).rstrip() + "\n"
        if os.environ.get("UPDATE_DOCS"):
            PAGE.write_text(text, encoding="utf-8")
        assert PAGE.read_text(encoding="utf-8") == text, (
            "run with UPDATE_DOCS=1 and review the diff"
        )


def env_of(session: dict[str, Any]) -> dict[str, str]:
    return {name: value for each in session["mirrors"] for name, value in each["env"].items()}


@pytest.mark.anyio
async def test_an_agent_takes_an_integration_through_a_bad_day(agent: Agent) -> None:
    story = Transcript(agent)
    await two_futures(story)
    await what_no_single_call_shows(story)
    await the_lost_answer(story)
    await webhooks_twice_and_out_of_order(story)
    story.keep()


async def two_futures(story: Transcript) -> None:
    story.say("## Two futures of one past")
    seeds = {"stripe": "failed-payments", "resend": "transactional-busy"}
    await story.call(
        "session_start",
        lambda it: {"sessionId": it["sessionId"], "name": it["name"]},
        mirrors=["stripe", "resend"],
        seeds=seeds,
        name="shop",
    )
    story.say("A fork tries what the session itself should not see.")
    await story.call(
        "session_start",
        lambda it: {"forkedFrom": it["forkedFrom"], "sendsWebhooks": it["sendsWebhooks"]},
        fork="shop",
        name="experiment",
    )
    kept = await story.call(
        "session_snapshot", lambda it: {"snapshot": it["snapshot"]}, session="experiment"
    )
    found = await story.agent.call(
        "mirra_session_state", session="shop", sql="SELECT id FROM stripe.customers LIMIT 1"
    )
    customer = found["rows"][0][0]
    done = await story.call(
        "session_request",
        lambda it: {"status": it["status"]},
        session="experiment",
        mirror="stripe",
        method="POST",
        path=f"/v1/customers/{customer}",
        body={"email": "wrong@example.com"},
    )
    assert done["status"] == 200
    apart = await story.call(
        "session_state",
        lambda it: [
            {name: each.get(name) for name in ("entityId", "before", "after")}
            for each in it["changes"]
        ],
        session="experiment",
        against="shop",
    )
    (change,) = apart["changes"]
    assert (change["entityId"], change["after"]) == (customer, {"email": "wrong@example.com"})
    story.say("Bring it back, and nothing is different any more.")
    await story.call(
        "session_restore",
        lambda it: [each["mirror"] for each in it["mirrors"]],
        session="experiment",
        snapshot=kept["snapshot"],
    )
    same = await story.call(
        "session_state", lambda it: it["note"], session="experiment", against="shop"
    )
    assert same["changes"] == []


async def what_no_single_call_shows(story: Transcript) -> None:
    story.say(
        "## Who has an open invoice and got no mail?", "Two of three customers are written to."
    )
    customers = await story.call(
        "session_state",
        lambda it: it["rows"],
        session="shop",
        sql="SELECT DISTINCT c.email FROM stripe.customers c JOIN stripe.invoices i"
        " ON i.customer = c.id WHERE i.status = 'open' ORDER BY 1",
    )
    written, forgotten = customers["rows"][:-1], customers["rows"][-1]
    for (address,) in written:
        mail = {
            "from": "hello@mail.acme.com",
            "to": address,
            "subject": "Your card",
            "text": "It failed.",
        }
        done = await story.agent.call(
            "mirra_session_request",
            session="shop", mirror="resend", method="POST", path="/emails", body=mail,
        )  # fmt: skip
        assert done["status"] == 200
    asked = await story.call(
        "session_state",
        lambda it: it["rows"],
        session="shop",
        sql="SELECT DISTINCT c.email FROM stripe.customers c JOIN stripe.invoices i"
        " ON i.customer = c.id WHERE i.status = 'open' AND c.email NOT IN"
        ' (SELECT t.value FROM resend.emails e, json_each(e."to") t)',
    )
    assert asked["rows"] == [forgotten]
    await story.refused("session_state", session="shop", sql="DELETE FROM stripe.customers")


async def the_lost_answer(story: Transcript) -> None:
    story.say(
        "## The answer is lost",
        "Each of the two apps meets the same rule: Stripe makes the charge, and the connection"
        " closes before the answer.",
    )
    story.code(charge_carelessly, charge_carefully)
    shop = Shop()
    shop.env = env_of((await story.agent.call("mirra_session_list", session="shop"))["sessions"][0])
    rule = {"rule": "stripe POST /v1/charges: disconnect after, once"}
    counted = "SELECT count(*) FROM stripe.charges WHERE description = "
    for app, order, charges in (
        (charge_carelessly, "order 1", 2),
        (charge_carefully, "order 2", 1),
    ):
        await story.call("session_simulate", session="shop", event="fault.add", params=rule)
        story.say(f"`{app.__name__}(client, {order!r})` runs.")
        await anyio.to_thread.run_sync(app, shop.stripe, order)
        found = await story.call(
            "session_state", lambda it: it["rows"], session="shop", sql=f"{counted}'{order}'"
        )
        assert found["rows"] == [[charges]]
    struck = await story.call(
        "session_simulate",
        lambda it: [(each["rule"], each["struck"]) for each in it["result"]["faults"]],
        session="shop",
        event="fault.list",
    )
    assert [each["struck"] for each in struck["result"]["faults"]] == [1, 1]


async def webhooks_twice_and_out_of_order(story: Transcript) -> None:
    story.say(
        "## Webhooks come twice, and out of order",
        "Two shops, each with a future of its own; both get what Stripe tells, and send receipts"
        " by Resend.",
    )
    story.code(Careless.handle, Careful.handle)
    payment = {
        "amount": 4900,
        "currency": "usd",
        "confirm": True,
        "payment_method": "pm_card_visa",
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        "description": "order 3",
    }
    for shop, name, receipts, is_paid in (
        (Careless(), "careless", 2, False),
        (Careful(), "careful", 1, True),
    ):
        with ExitStack() as stack:
            url = stack.enter_context(serving(shop))
            fork = await story.call(
                "session_start",
                lambda it: {"forkedFrom": it["forkedFrom"]},
                fork="shop",
                name=name,
                webhooks={"stripe": url},
            )
            shop.env = env_of(fork)
            for rule in (
                "stripe webhook charge.succeeded: sent twice",
                "stripe webhook payment_intent.created: out of order",
            ):
                await story.call(
                    "session_simulate", session=name, event="fault.add", params={"rule": rule}
                )
            await story.call(
                "session_request",
                lambda it: {"status": it["status"]},
                session=name,
                mirror="stripe",
                method="POST",
                path="/v1/payment_intents",
                body=payment,
            )
            await story.agent.call("mirra_session_clock", session=name, advance="5s")
            found = await story.call(
                "session_state",
                lambda it: it["rows"],
                session=name,
                sql="SELECT p.status, (SELECT count(*) FROM resend.emails e WHERE e.subject ="
                " p.description) AS receipts FROM stripe.payment_intents p"
                " WHERE p.description = 'order 3'",
            )
            assert found["rows"] == [["succeeded", receipts]]
            story.say(f"The shop itself believes: `paid = {shop.paid}`.")
            assert shop.paid == {"order 3": is_paid}
            struck = await story.agent.call(
                "mirra_session_simulate", session=name, event="fault.list"
            )
            assert [each["struck"] for each in struck["result"]["faults"]] == [1, 1]
    story.say(
        "The careless shop sent two receipts, and takes a paid order for unpaid. The careful one"
        " looks at what it has seen, and asks Stripe how things stand."
    )
