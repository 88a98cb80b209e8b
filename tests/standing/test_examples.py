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

EXAMPLES = [
    pytest.param(card.name, example, id=f"{card.name}-{number}")
    for _, _, card in all_cards()
    for number, example in enumerate(card.examples, 1)
]
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
    assert not result.is_error, result.structured_content
    answer: dict[str, Any] = result.structured_content or {}
    return answer


@pytest.mark.parametrize(("tool", "example"), EXAMPLES)
async def test_the_example_works(local: LocalMirra, tool: str, example: dict[str, Any]) -> None:
    async def connect(_: str | None) -> MirraClient:
        return MirraClient(local.url, local.token)

    async with Client(build_server(connect, Settings(toolsets=("all",)))) as client:
        if tool != "mirra_session_start":
            seeds = {"resend": FIXTURE.get(tool, "transactional-busy")}
            await _call(client, "mirra_session_start", {"mirrors": ["resend"], "seeds": seeds})
            email = {"method": "POST", "path": "/emails", "body": EMAIL}
            assert (await _call(client, "mirra_session_request", email))["status"] == 200
        if "snapshot" in example:
            kept = await _call(client, "mirra_session_snapshot", {})
            assert example["snapshot"] == "resend=snap_x"
            example = {**example, "snapshot": kept["snapshot"]}
        answer = await _call(client, tool, example)
        assert answer.get("status", "") in ("", 200, 201, "ready", "ended")


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
