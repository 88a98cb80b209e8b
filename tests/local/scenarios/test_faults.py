"""Scenarios whose world fails: rules in `## Config`, counted anew in each attempt."""

from typing import Any

import anyio
import pytest
import stripe

from mirra_mcp.client.client import MirraClient
from mirra_mcp.local.scenarios.mishaps import rule_of
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


SAID = SCENARIO.replace(
    "## Prompt",
    "## Setup\nA customer ann@example.com. The first `POST /v1/charges` loses its answer.\n"
    "Every `charge.succeeded` webhook comes twice. The answer to POST /v1/nothing is lost.\n"
    "## Prompt",
).replace("faults: POST /v1/charges: disconnect after; webhook charge.succeeded: sent twice\n", "")


async def test_setup_says_in_plain_words_what_fails_and_a_run_tells_what_did(
    mirra: MirraClient,
) -> None:
    told = await mirra.check_scenario(CheckScenario(scenario_markdown=SAID))
    assert told.config is not None
    assert told.config.faults == [
        "POST /v1/charges: disconnect after, once",
        "webhook charge.succeeded: sent twice, always",
    ]
    started = await mirra.create_run(CreateRun(scenario_markdown=SAID, runs=1))
    (mirror,) = started.mirrors
    assert started.setup_applied[-2:] == [
        "fault: POST /v1/charges: disconnect after, once",
        "fault: webhook charge.succeeded: sent twice, always",
    ]
    assert "stripe answers no 'POST /v1/nothing'" in started.setup_not_applied[-1]
    await anyio.to_thread.run_sync(lambda: charge(mirror, retries=2, tries=1))
    run = await mirra.finish_run(started.run_id, FinishRun())
    assert [each.result for each in run.attempts[0].criteria] == ["pass"]
    assert [(each.rule, each.struck) for each in run.attempts[0].faults] == [
        ("stripe POST /v1/charges: disconnect after, once", 1),
        ("stripe webhook charge.succeeded: sent twice, always", 0),
    ]


@pytest.mark.parametrize(
    ("sentence", "rule"),
    [
        ("The first two `POST /v1/charges` requests lose their answers.",
         "POST /v1/charges: disconnect after, 2 times"),
        ("The answer of the first POST /v1/charges call never arrives",
         "POST /v1/charges: disconnect after, once"),
        ("The third request to POST /emails never arrives",
         "POST /emails: disconnect before, skip 2, once"),
        ("The answer to POST /emails is cut off", "POST /emails: cut answer, once"),
        ("POST /emails takes 2 seconds", "POST /emails: latency 2s, once"),
        ("Every POST /emails is rate limited", "POST /emails: rate_limit, always"),
        ("POST /emails is answered with a rate limit twice", "POST /emails: rate_limit, twice"),
        ("The second POST /emails fails with api_error", "POST /emails: api_error, skip 1, once"),
        ("The `invoice.paid` webhook comes twice", "webhook invoice.paid: sent twice, once"),
        ("Stripe's webhooks come twice", "stripe webhook *: sent twice, always"),
        ("Every webhook of stripe arrives 10 minutes late", "stripe webhook *: late 10m, always"),
        ("The email.sent webhook is delayed by an hour", "webhook email.sent: late 1h, once"),
        ("The webhook `email.sent` is lost", "webhook email.sent: lost, once"),
        ("All stripe webhooks arrive out of order", "stripe webhook *: out of order, always"),
        ("The `email.sent` webhook has a bad signature",
         "webhook email.sent: bad signature, once"),
        ("stripe POST /v1/charges: disconnect after", "stripe POST /v1/charges: disconnect after"),
        ("A customer who lost a card", None),
        ("No emails sent yet", None),
        ("The first charge is lost", None),
        ("A webhook endpoint for `invoice.paid`", None),
    ],
)  # fmt: skip
def test_sentences_about_faults_are_rules_and_others_are_left_alone(
    sentence: str, rule: str | None
) -> None:
    assert rule_of(sentence) == rule
