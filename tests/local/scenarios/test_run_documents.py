"""The public documents' refund scenario, driven well and badly.

Source: https://docs.mirra.run/reference/scenario-format
"""

from typing import Any

import pytest

from mirra_mcp.client.client import MirraClient
from mirra_mcp.wire.runs import CheckScenario, CreateRun, FinishRun, Run
from tests.local.scenarios.documents import REFUND, WELCOME
from tests.local.scenarios.driving import Handler

pytestmark = pytest.mark.anyio


async def play(
    mirra: MirraClient, handler: Handler, *amounts: int, verifies: bool = True, listens: bool = True
) -> Run:
    """Do what the prompt asks: refund the amounts, and handle the webhooks."""
    started = await mirra.create_run(CreateRun(scenario_markdown=REFUND, runs=1))
    assert started.setup_not_applied == []
    (info,) = started.mirrors
    mirror = mirra.mirror(info.url)
    key = {"authorization": f"Bearer {info.env['STRIPE_SECRET_KEY']}"}

    async def post(path: str, **fields: Any) -> dict[str, Any]:
        answer = await mirror.request("POST", path, body=fields, headers=key, encoding="form")
        assert answer.status == 200, answer.body
        return dict(answer.body)

    if listens:
        events = ["charge.refunded"]
        endpoint = await post("/v1/webhook_endpoints", url=handler.url, enabled_events=events)
        handler.secret = endpoint["secret"] if verifies else None
    for amount in amounts:
        await post("/v1/refunds", payment_intent="pi_abc", amount=amount)
    return await mirra.finish_run(started.run_id, FinishRun(verdicts=[]))


def checks(run: Run) -> list[str]:
    return [each.result for each in run.attempts[0].criteria]


UNJUDGED = ["ungraded"] * 3


async def test_a_refund_done_well_passes_every_check(mirra: MirraClient, handler: Handler) -> None:
    run = await play(mirra, handler, 4500)
    assert checks(run) == ["pass"] * 3 + UNJUDGED
    billing = run.attempts[0].criteria[3]
    assert billing.label == "The user's internal billing record shows `refunded: 45`"
    assert (billing.kind, billing.escalated) == ("check", True)
    assert (run.satisfaction_score, run.ungraded) == (1.0, 3)


@pytest.mark.parametrize(
    ("amounts", "how", "results"),
    [
        ([], {}, ["fail", "fail", "fail"]),
        ([4400], {}, ["pass", "fail", "pass"]),
        ([4500, 4500], {}, ["fail", "pass", "pass"]),
        ([4500], {"verifies": False}, ["pass", "pass", "fail"]),
        ([4500], {"listens": False}, ["pass", "pass", "fail"]),
    ],
)
async def test_a_refund_done_badly_fails_exactly_what_it_should(
    mirra: MirraClient,
    handler: Handler,
    amounts: list[int],
    how: dict[str, bool],
    results: list[str],
) -> None:
    assert checks(await play(mirra, handler, *amounts, **how)) == results + UNJUDGED


@pytest.mark.parametrize("text", [REFUND, WELCOME], ids=["refund", "welcome"])
async def test_the_documents_scenarios_are_read_as_documented(
    mirra: MirraClient, text: str
) -> None:
    reading = await mirra.check_scenario(CheckScenario(scenario_markdown=text))
    assert reading.errors == []
    for each in reading.criteria:
        is_outside = "billing record" in each.text
        assert each.escalates == is_outside
        assert (each.reading is not None) == (each.tag == "check" and not is_outside)
