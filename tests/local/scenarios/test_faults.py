"""Scenarios whose world fails: rules in `## Config`, counted anew in each attempt."""

from typing import Any

import anyio
import pytest
import stripe

from mirra_mcp.client.client import MirraClient
from mirra_mcp.wire.faults import AddFault
from mirra_mcp.wire.runs import CheckScenario, CreateRun, DraftScenario, FinishRun
from mirra_mcp.wire.sessions import CreateSession, MirrorInfo

pytestmark = pytest.mark.anyio

SCENARIO = """# Charge once
## Prompt
Charge 5 dollars.
## Success Criteria
- check: exactly 1 charge was created
## Config
mirrors: stripe
runs: 2
faults: POST /v1/charges: disconnect after; webhook charge.succeeded: sent twice
"""
CHARGE: Any = {"amount": 500, "currency": "usd", "source": "tok_visa"}


def charge(mirror: MirrorInfo, *, retries: int, tries: int) -> None:
    client = stripe.StripeClient(
        mirror.env["STRIPE_SECRET_KEY"],
        base_addresses={"api": mirror.url},
        max_network_retries=retries,
    )
    for _ in range(tries):
        try:
            client.v1.charges.create(CHARGE)
        except stripe.APIConnectionError:
            continue


async def test_each_attempt_meets_the_rules_and_tells_careful_from_careless(
    mirra: MirraClient,
) -> None:
    started = await mirra.create_run(CreateRun(scenario_markdown=SCENARIO))
    (mirror,) = started.mirrors
    careful = lambda: charge(mirror, retries=2, tries=1)  # noqa: E731
    careless = lambda: charge(mirror, retries=0, tries=2)  # noqa: E731
    for drive in (careful, careless):
        await anyio.to_thread.run_sync(drive)
        run = await mirra.finish_run(started.run_id, FinishRun())
    results = [[each.result for each in attempt.criteria] for attempt in run.attempts]
    assert results == [["pass"], ["fail"]]


async def test_a_rule_that_cannot_be_read_is_a_mistake_of_the_scenario(mirra: MirraClient) -> None:
    wrong = SCENARIO.replace("POST /v1/charges: disconnect after", "POST /v1/charge: explode")
    told = await mirra.check_scenario(CheckScenario(scenario_markdown=wrong))
    (mistake,) = told.errors
    assert "Did you mean 'POST /v1/charges'?" in mistake.message
    assert mistake.line == 9


async def test_a_draft_keeps_the_rules_of_its_session(mirra: MirraClient) -> None:
    session = await mirra.create_session(CreateSession(mirrors=["stripe"]))
    rule = "stripe POST /v1/charges: api_error, twice"
    await mirra.add_fault(session.session_id, AddFault(rule=rule))
    await anyio.to_thread.run_sync(lambda: charge(session.mirrors[0], retries=2, tries=1))
    draft = await mirra.draft_scenario(DraftScenario(session_id=session.session_id))
    assert f"faults: {rule}" in draft.markdown
    told = await mirra.check_scenario(CheckScenario(scenario_markdown=draft.markdown))
    assert told.errors == []
    assert told.config is not None
    assert told.config.faults == [rule]
    await mirra.end_session(session.session_id)
