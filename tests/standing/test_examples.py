"""Every example on a tool's card works as it stands there, against the embedded Mirra."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from mirra_mcp.client.client import MirraClient
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.server.app import all_cards, build_server
from mirra_mcp.settings import Settings
from tests.standing.project import ROOT

pytestmark = pytest.mark.anyio

CARDS = {card.name: card for _, _, card in all_cards()}
EXAMPLES = [
    pytest.param(card.name, example, id=f"{card.name}-{number}")
    for card in CARDS.values()
    for number, example in enumerate(card.examples, 1)
]
STATUSES = {"", 200, 201, "ready", "ended", "running", "complete"} | {
    "draft",
    "published",
    "deleted",
}
FIXTURE = {"mirra_session_simulate": "empty"}
"""Where an example needs another fixture than `transactional-busy`: only one email may be meant."""
EMAIL = {
    "from": "onboarding@resend.dev",
    "to": "delivered@resend.dev",
    "subject": "Hi",
    "text": "Hi",
}


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalMirra]:
    with LocalMirra(Settings(data_dir=tmp_path_factory.mktemp("data"))) as mirra:
        yield mirra


async def _call(client: Client, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    answer: dict[str, Any] = result.structured_content or {}
    return answer


async def _session(client: Client, tool: str) -> None:
    """Start a session that has seen something."""
    seeds = {"resend": FIXTURE.get(tool, "transactional-busy")}
    await _call(client, "mirra_session_start", {"mirrors": ["resend"], "seeds": seeds})
    email = {"method": "POST", "path": "/emails", "body": EMAIL}
    assert (await _call(client, "mirra_session_request", email))["status"] == 200


async def _snapshot(client: Client) -> str:
    return str((await _call(client, "mirra_session_snapshot", {}))["snapshot"])


async def _run(client: Client) -> str:
    (example,) = CARDS["mirra_scenario_run"].examples
    return str((await _call(client, "mirra_scenario_run", example))["runId"])


async def _resource(client: Client, tool: str) -> str:
    """Create a resource of our own that takes an API key; for credentials, install it."""
    (example,) = CARDS["mirra_resource_create"].examples
    made = await _call(client, "mirra_resource_create", {**example, "authentication": "api_key"})
    resource = {"resource": made["resourceId"]}
    if tool == "mirra_resource_authenticate":
        await _call(client, "mirra_resource_publish", resource)
        await _call(client, "mirra_resource_install", resource)
    return str(made["resourceId"])


async def _mirror(client: Client, tool: str) -> None:
    """See to it that the mirror's resource is installed, or isn't, as the tool needs it."""
    resource = {"resource": "resource_stripe_mirror"}
    await client.call_tool("mirra_resource_uninstall", resource)
    if tool != "mirra_resource_install":
        await _call(client, "mirra_resource_install", resource)


async def _prepared(client: Client, tool: str, example: dict[str, Any]) -> dict[str, Any]:
    """Make the world such that the example means something, and return it with real ids."""
    if CARDS[tool].toolset == "sessions" and tool != "mirra_session_start":
        await _session(client, tool)
    if tool == "mirra_scenario_draft":
        await _session(client, tool)
    if "snapshot" in example:
        assert example["snapshot"] == "resend=snap_x"
        return {**example, "snapshot": await _snapshot(client)}
    if "run" in example:
        assert example["run"] == "run_9xkp2m"
        return {**example, "run": await _run(client)}
    if example.get("resource") == "resource_x":
        return {**example, "resource": await _resource(client, tool)}
    if example.get("resource") == "resource_stripe_mirror":
        await _mirror(client, tool)
    return example


@pytest.mark.parametrize(("tool", "example"), EXAMPLES)
async def test_the_example_works(
    local: LocalMirra, tool: str, example: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRYPTO_API_KEY", "ck_of_a_test")

    async def connect(_: str | None) -> MirraClient:
        return MirraClient(local.url, local.token)

    async with MirraClient(local.url, local.token) as mirra:
        for each in (await mirra.list_sessions(status="ready")).sessions:
            await mirra.end_session(each.session_id)
    async with Client(
        build_server(
            connect, Settings(toolsets=("all",), resource_env=("CRYPTO_API_KEY@clock.example.com",))
        )
    ) as client:
        answer = await _call(client, tool, await _prepared(client, tool, example))
    assert answer.get("status", "") in STATUSES


def test_every_tool_has_its_card_its_snapshot_and_nothing_is_left_over() -> None:
    tools = {card.name for _, _, card in all_cards()}
    cards = {path.stem for path in (ROOT / "tools").glob("*.md")}
    schemas = {path.stem for path in Path(ROOT / "tests" / "server" / "schemas").glob("*.json")}
    assert tools == cards == schemas


def test_prompts_fit_their_files() -> None:
    assert {path.stem for path in (ROOT / "prompts").glob("*.md")} >= {
        "build_integration",
        "verify_webhook_handler",
    }
