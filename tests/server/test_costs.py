"""What each tool's usual answers cost a conversation, so that they stay small."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from mirra_mcp.client.client import MirraClient
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.server.app import all_cards, build_server
from mirra_mcp.settings import Settings
from tests.server.conftest import Agent

pytestmark = pytest.mark.anyio

SEEDS = {"stripe": "subscription-lifecycle", "resend": "transactional-busy"}
PAYMENT = {
    "amount": 2000,
    "currency": "usd",
    "confirm": True,
    "payment_method": "pm_card_visa",
    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
}
SCENARIO = """# A mail

## Prompt
Send a mail.

## Success Criteria
- check: Exactly 1 email is created

## Config
mirrors: resend
"""
STRIPE = {"resource": "resource_stripe_mirror"}
CALLS: list[tuple[str, dict[str, Any], int]] = [
    ("catalog", {}, 1_100),
    ("catalog", {"vendor": "stripe"}, 5_700),
    ("catalog", {"vendor": "stripe", "about": "events"}, 9_000),
    ("session_start", {"mirrors": ["stripe", "resend", "twilio"], "seeds": SEEDS}, 3_200),
    ("session_list", {}, 1_000),
    ("session_request", {"method": "POST", "path": "/v1/payment_intents", "body": PAYMENT}, 5_500),
    ("session_request", {"method": "GET", "path": "/v1/invoices?limit=3"}, 9_000),
    ("session_state", {}, 4_500),
    ("session_state", {"mirror": "stripe", "entity": "customers"}, 1_000),
    (
        "session_state",
        {"mirror": "stripe", "entity": "invoices", "fields": ["status", "total", "number"]},
        1_500,
    ),
    ("session_webhooks", {}, 2_000),
    ("events_read", {}, 10_000),
    ("session_simulate", {"mirror": "resend", "event": "email.received"}, 2_000),
    ("session_clock", {"advance": "31 days"}, 3_500),
    ("session_snapshot", {}, 400),
    ("session_restore", {"snapshot": "$snapshot"}, 1_000),
    ("session_reset", {}, 1_000),
    ("scenario_draft", {}, 2_500),
    ("session_end", {}, 1_200),
    ("scenario_check", {"markdown": SCENARIO}, 1_000),
    ("scenario_run", {"markdown": SCENARIO}, 2_000),
    ("run_get", {}, 2_000),
    ("run_finish", {"run": "$runId"}, 1_500),
    ("marketplace_search", {}, 2_500),
    ("resource_install", STRIPE, 1_600),
    ("installation_list", {}, 500),
    ("resource_call", {**STRIPE, "method": "GetCustomers"}, 1_500),
    ("resource_uninstall", STRIPE, 500),
]
"""A tool, its arguments, and the most bytes that its answer may take; about three make a token."""
UNMEASURED = {"mirra_resource_authenticate"}
"""It answers a line."""


@pytest.fixture
async def agent(tmp_path: Path) -> AsyncIterator[Agent]:
    with LocalMirra(Settings(data_dir=tmp_path)) as local:

        async def connect(_: str | None) -> MirraClient:
            return MirraClient(local.url, local.token)

        async with Client(build_server(connect, Settings())) as client:
            yield Agent(client)


def test_every_default_tool_is_measured() -> None:
    default = {card.name for toolset, _, card in all_cards() if toolset != "publishing"}
    assert {f"mirra_{tool}" for tool, _, _ in CALLS} == default - UNMEASURED


async def test_answers_cost_no_more_than_they_must(agent: Agent) -> None:
    told: dict[str, Any] = {}
    dear = []
    for tool, arguments, most in CALLS:
        if tool == "session_request":
            arguments = {**arguments, "mirror": "stripe"}
        given = {name: told.get(str(each)[1:], each) for name, each in arguments.items()}
        answer = await agent.client.call_tool(f"mirra_{tool}", given)
        assert not answer.is_error, answer.content
        told |= answer.structured_content or {}
        (text,) = answer.content
        assert text.type == "text"
        cost = len(text.text.encode())
        if cost > most:
            dear.append((tool, arguments, cost, most))
    assert not dear, repr(dear)
