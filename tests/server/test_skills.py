"""The skills are true: each is followed word by word, over MCP, with a handler that verifies."""

import functools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from mcp import Client

from mirra_mcp.cli.app import mirra_mcp
from mirra_mcp.client.client import MirraClient
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.local.kit.metadata import describe
from mirra_mcp.local.mirrors import MIRRORS
from mirra_mcp.server.app import all_cards, build_server
from mirra_mcp.settings import Settings
from tests.local.scenarios.driving import handling
from tests.server.following import Follower, blocks, calls
from tests.standing.project import ROOT

pytestmark = pytest.mark.anyio

SKILLS = sorted((ROOT / "skills").glob("*/SKILL.md"))
NAMES = [page.parent.name for page in SKILLS]
FIELDS = {"name", "description", "license", "compatibility", "metadata", "allowed-tools"}


def front(page: Path) -> dict[str, Any]:
    _, matter, _ = page.read_text(encoding="utf-8").split("---\n", 2)
    found: dict[str, Any] = yaml.safe_load(matter)
    return found


@pytest.mark.parametrize("page", SKILLS, ids=NAMES)
def test_a_skill_has_the_form_that_agents_read(page: Path) -> None:
    """Source: https://agentskills.io/specification"""
    matter = front(page)
    assert matter.keys() <= FIELDS
    assert matter["name"] == page.parent.name
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", matter["name"])
    assert len(matter["name"]) <= 64
    assert 1 <= len(matter["description"]) <= 1024
    assert "Use when" in matter["description"]
    assert 1 <= len(matter["compatibility"]) <= 500
    assert len(page.read_text(encoding="utf-8").splitlines()) < 500


@functools.cache
def known_events() -> set[str]:
    """What can happen at a vendor, and what it tells of."""
    kinds = [describe(kind) for kind in MIRRORS.values()]
    events = {each.event for kind in kinds for each in kind.simulate_events}
    return events | {name for kind in kinds for name in kind.webhook_events}


@pytest.mark.parametrize("page", SKILLS, ids=NAMES)
def test_every_tool_skill_and_event_that_a_skill_names_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert set(re.findall(r"\bmirra_[a-z_]+", text)) <= {card.name for _, _, card in all_cards()}
    assert set(re.findall(r"`(mirra-[a-z-]+)`", text)) <= set(NAMES)
    known = known_events()
    named = set(re.findall(r"`([a-z_]+(?:\.[a-z_]+)+)`", text)) - {"data.email_id", "mail.acme.com"}
    assert {name for name in named if name not in known} == set()


@pytest.mark.parametrize("page", SKILLS, ids=NAMES)
def test_every_command_of_a_skill_is_understood(page: Path) -> None:
    for line in blocks(page, "sh"):
        program, name, *words = shlex.split(line)
        assert program == "mirra-mcp"
        root = click.Context(mirra_mcp, **mirra_mcp.context_settings)
        command = mirra_mcp.get_command(root, name)
        assert command is not None, line
        command.make_context(name, words, parent=root)


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalMirra]:
    with LocalMirra(Settings(data_dir=tmp_path_factory.mktemp("data"))) as mirra:
        yield mirra


async def followed(local: LocalMirra, name: str) -> Follower:
    """Follow a skill to its end."""

    async def connect(_: str | None) -> MirraClient:
        return MirraClient(local.url, local.token)

    with handling() as handler:

        def start(env: dict[str, str]) -> None:
            secrets = [value for name, value in env.items() if name.endswith("WEBHOOK_SECRET")]
            handler.secret = secrets[0] if secrets else env["TWILIO_AUTH_TOKEN"]

        async with Client(build_server(connect, Settings())) as client:
            agent = Follower(client, handler.url, start)
            await agent.follow(ROOT / "skills" / name / "SKILL.md")
    return agent


def taken(answer: dict[str, Any]) -> bool:
    """Whether every webhook of an answer was accepted by the handler, which verifies."""
    found = answer["webhooks"]
    return bool(found) and all(each["status"] == "delivered" for each in found)


async def test_the_skill_of_all_vendors(local: LocalMirra) -> None:
    agent = await followed(local, "mirra")
    first, second = agent.of("mirra_session_webhooks", type="email.bounced")
    assert taken(first)
    assert taken(second)
    assert len(first["webhooks"]) == 1
    assert len(second["webhooks"]) == 2, "the same again, after the fix"
    (draft,) = agent.of("mirra_scenario_draft")
    assert "email.bounced" in draft["markdown"]
    assert "POST /emails" in draft["markdown"]
    assert draft["warnings"] == []
    (ended,) = agent.of("mirra_session_end")
    assert ended["stats"]["requests"] == 2
    assert ended["stats"]["webhooks"] > 2


async def test_the_skill_of_webhook_handlers(local: LocalMirra) -> None:
    agent = await followed(local, "mirra-webhook-handler")
    assert taken(agent.of("mirra_session_webhooks", type="invoice.payment_failed")[0])
    (again,) = agent.of("mirra_session_webhooks", send="again")
    assert len(again["webhooks"][0]["tries"]) == 2
    (forged,) = agent.of("mirra_session_webhooks", send="forged")
    assert [verdict.rpartition(", ")[2] for verdict in forged["verdicts"]][1:] == [
        "as it should be"
    ] * 3
    (listed,) = agent.of("mirra_session_simulate", event="fault.list")
    assert [each["struck"] for each in listed["result"]["faults"]] == [1, 1]
    assert taken(agent.of("mirra_session_webhooks", limit=10)[0])
    assert taken(agent.of("mirra_session_webhooks", type="customer.subscription.trial_will_end")[0])


async def test_the_skill_of_subscriptions(local: LocalMirra) -> None:
    agent = await followed(local, "mirra-stripe-subscription")
    made = [
        answer["body"]["status"]
        for answer in agent.of("mirra_session_request")
        if answer["body"].get("object") == "subscription"
    ]
    assert made == ["trialing", "past_due", "active", "canceled"]
    (listed,) = agent.of("mirra_session_webhooks", limit=20)
    assert {"invoice.paid", "customer.subscription.updated"} <= {
        each["type"] for each in listed["webhooks"]
    }
    fired = [
        name
        for answer in agent.of("mirra_session_clock")
        for each in answer["fired"]
        for name in each["webhooks"]
    ]
    assert {
        "customer.subscription.trial_will_end",
        "invoice.payment_failed",
        "customer.subscription.deleted",
    } <= set(fired)


async def test_the_skill_of_bounces(local: LocalMirra) -> None:
    agent = await followed(local, "mirra-email-bounces")
    kinds = ("delivered", "bounced", "suppressed", "delivery_delayed", "complained")
    for kind in kinds:
        assert taken(agent.of("mirra_session_webhooks", type=f"email.{kind}")[0]), kind
    (state,) = agent.of("mirra_session_state", entity="suppressions")
    assert "alice@example.com" in str(state["mirrors"][0]["documents"])
    statuses = [answer["status"] for answer in agent.of("mirra_session_request")]
    assert statuses == [200, 200, 429, 200]
    (draft,) = agent.of("mirra_scenario_draft")
    assert "email.bounced" in draft["markdown"]


async def test_the_skill_of_texts(local: LocalMirra) -> None:
    agent = await followed(local, "mirra-texts-and-stop")
    for kind in ("delivered", "undelivered", "received"):
        assert taken(agent.of("mirra_session_webhooks", type=f"message.{kind}")[0]), kind
    stop, last = agent.of("mirra_session_webhooks", type="message.received")
    assert stop["webhooks"][0]["payload"]["OptOutType"] == "STOP"
    assert len(last["webhooks"]) == 4
    sent, _, refused, *_ = agent.of("mirra_session_request")
    assert sent["status"] == 201
    assert (refused["status"], refused["body"]["code"]) == (400, 21610)
    (forged,) = agent.of("mirra_session_webhooks", send="forged")
    assert all(verdict.endswith("as it should be") for verdict in forged["verdicts"][1:])
    assert len(forged["verdicts"]) == 3, "Twilio signs no time, so none is forged"


def test_each_skill_is_followed() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in NAMES if f'followed(local, "{name}")' not in text] == []
    assert all(calls(page) for page in SKILLS)
