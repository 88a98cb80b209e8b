"""Every example on a card does what the card promises, on the mirror that it is written for."""

import json
from typing import Any

import pytest

from mirra_mcp.server.app import all_cards
from mirra_mcp.server.cards import Card
from tests.server.conftest import Agent

pytestmark = pytest.mark.anyio


def examples() -> list[Any]:
    return [
        pytest.param(card, example, id=f"{card.name}-{number}")
        for _, _, card in all_cards()
        for number, example in enumerate(card.examples)
    ]


@pytest.mark.parametrize(("card", "example"), examples())
async def test_the_example_passes(agent: Agent, card: Card, example: dict[str, Any]) -> None:
    """`snap_x` stands for a snapshot just taken, `email_x` for an email just sent."""
    text = json.dumps(example)
    if card.name != "mirra_session_start":
        await agent.call(
            "mirra_session_start", mirrors=["resend"], seeds={"resend": "transactional-busy"}
        )
        sent = await agent.call(
            "mirra_session_request",
            method="POST",
            path="/emails",
            body={"from": "a@mail.acme.com", "to": "b@c.dev", "subject": "x", "text": "x"},
        )
        kept = await agent.call("mirra_session_snapshot")
        text = text.replace("resend=snap_x", kept["snapshot"])
        text = text.replace("email_x", sent["body"]["id"])

    answer = await agent.call(card.name, **json.loads(text))

    assert answer.get("status") != 422, answer
