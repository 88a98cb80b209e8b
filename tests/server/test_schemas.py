"""What a host loads into the model's context: checked in, flat, and small.

`UPDATE_SCHEMAS=1 pytest tests/server/test_schemas.py` rewrites the files.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.types import Tool

from mirra_mcp.client.client import MirraClient
from mirra_mcp.server.app import DEFAULT_TOOLSETS, TOOLSETS, all_cards, build_server
from mirra_mcp.server.cards import bare, schemas, tie
from mirra_mcp.settings import Settings
from tests.answers import error
from tests.server.hosts import problems
from tests.standing.project import ROOT

pytestmark = pytest.mark.anyio

SCHEMAS = Path(__file__).parent / "schemas"
SHIPPED = ROOT / "tools" / "schemas.json"
BUDGET = 20_000
"""Bytes of names, descriptions and input schemas, about 5,000 tokens: the design's budget."""


async def never(token: str | None) -> MirraClient:
    raise AssertionError("listing tools needs no Mirra")


def no_caller() -> None:
    raise AssertionError("nobody calls")


async def tools(**settings: Any) -> list[Tool]:
    async with Client(build_server(never, Settings(**settings))) as client:
        return (await client.list_tools()).tools


def cost(tool: Tool) -> int:
    """Bytes that the tool takes of a model's context."""
    return len(f"{tool.name}{tool.description}{json.dumps(tool.input_schema)}".encode())


def test_the_schemas_that_the_server_starts_with_are_what_the_functions_say() -> None:
    """Made from the functions only at a tool's first call: a server must start fast."""
    found = {
        card.name: bare(tie(card, getattr(module, card.name), no_caller))
        for _, module, card in all_cards()
    }
    if os.environ.get("UPDATE_SCHEMAS"):
        lines = [f"{json.dumps(name)}: {json.dumps(each)}" for name, each in found.items()]
        SHIPPED.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    assert schemas() == found, "run with UPDATE_SCHEMAS=1 and review the difference"


async def test_each_tool_is_as_checked_in() -> None:
    found = {
        tool.name: json.dumps(tool.model_dump(by_alias=True, exclude_none=True), indent=1) + "\n"
        for tool in await tools(toolsets=("all",))
    }
    if os.environ.get("UPDATE_SCHEMAS"):
        for file in SCHEMAS.glob("*.json"):
            file.unlink()
        for name, text in found.items():
            (SCHEMAS / f"{name}.json").write_text(text, encoding="utf-8")
    kept = {file.stem: file.read_text(encoding="utf-8") for file in SCHEMAS.glob("*.json")}
    assert found == kept, "run with UPDATE_SCHEMAS=1 and review the difference"


async def test_the_default_tools_stay_small() -> None:
    """A growth by a tenth over `schemas/cost.txt` is noticed: it is paid in every conversation."""
    total = sum(cost(tool) for tool in await tools())
    kept = SCHEMAS / "cost.txt"
    if os.environ.get("UPDATE_SCHEMAS"):
        kept.write_text(f"{total}\n", encoding="utf-8")
    assert total <= BUDGET
    assert total <= int(kept.read_text(encoding="utf-8")) * 1.1
    assert len(await tools()) <= 24


async def test_the_order_is_always_the_same() -> None:
    assert await tools() == await tools()


async def test_every_tool_has_a_title_all_hints_and_an_output_schema() -> None:
    for tool in await tools(toolsets=("all",)):
        assert re.fullmatch(r"mirra_[a-z_]{2,34}", tool.name), "what every host accepts"
        assert tool.title, tool.name
        assert tool.output_schema is not None, tool.name
        assert tool.annotations is not None, tool.name
        assert None not in (
            tool.annotations.read_only_hint,
            tool.annotations.destructive_hint,
            tool.annotations.idempotent_hint,
            tool.annotations.open_world_hint,
        ), tool.name


async def test_every_host_takes_every_tool() -> None:
    told = {tool.name: problems(tool) for tool in await tools(toolsets=("all",))}
    assert {name: found for name, found in told.items() if found} == {}


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, "x knows no anyOf"),
        ({}, "x has no type of its own"),
        ({"type": ["string", "null"]}, "x has no type of its own"),
        ({"type": "array"}, "x is an array without items"),
        ({"type": "array", "items": {}}, "x[] has no type of its own"),
        ({"type": "array", "items": {"anyOf": [{"type": "string"}]}}, "x[] knows no anyOf"),
        ({"type": "object", "additionalProperties": {}}, "x{} has no type of its own"),
        ({"type": "integer", "enum": [1, 2]}, "x has an enum of other than texts"),
        ({"type": "string", "format": "uri"}, "x has the format uri"),
        ({"$ref": "#/$defs/X"}, "x knows no $ref"),
        ({"type": "object", "properties": {"a b": {"type": "string"}}}, "x has a field 'a b'"),
        (
            {"type": "object", "properties": {}, "required": ["y"]},
            "x requires y, which isn't there",
        ),
    ],
)
def test_what_a_host_refuses_is_found(field: dict[str, Any], problem: str) -> None:
    whole = {"type": "object", "properties": {"x": field | {"description": "-"}}}
    assert problem in problems(Tool(name="mirra_x", description="-", input_schema=whole))


def test_names_and_tops_that_a_host_refuses_are_found() -> None:
    tool = Tool(name=f"mirra.{'x' * 60}", input_schema={"anyOf": []})
    assert problems(tool) == [
        "the name has other than letters, digits and _",
        "the name is too long beside a server's",
        "it has no description",
        "the top knows no anyOf",
        "the top is no object with properties",
    ]


async def test_read_only_offers_only_what_changes_nothing() -> None:
    found = await tools(read_only=True, toolsets=("all",))
    names = {tool.name for tool in found}

    harmless = {card.name for _, _, card in all_cards() if card.is_read_only}
    assert names == harmless | {"mirra_session_webhooks"}
    assert all(tool.annotations and tool.annotations.read_only_hint for tool in found)
    (webhooks,) = (tool for tool in found if tool.name == "mirra_session_webhooks")
    assert "send" not in webhooks.input_schema["properties"], "what would deliver one again"
    assert "mirra_session_state" in names
    assert not names & {"mirra_session_start", "mirra_session_request", "mirra_session_reset"}


async def test_read_only_is_enforced_not_only_shown() -> None:
    async with Client(build_server(never, Settings(read_only=True))) as client:
        answer = await client.call_tool("mirra_session_start", {"mirrors": ["resend"]})
    told = error(answer)
    assert told["code"] == "mirra.request.unknown_tool"
    assert told["message"].startswith("mirra_session_start is switched off here")


async def test_toolsets_choose_what_is_offered() -> None:
    everything = [card.name for _, _, card in all_cards()]
    default = [card.name for toolset, _, card in all_cards() if toolset in DEFAULT_TOOLSETS]

    assert [tool.name for tool in await tools(toolsets=("all",))] == everything
    assert [tool.name for tool in await tools()] == default
    assert set(DEFAULT_TOOLSETS) <= set(TOOLSETS)


def test_an_unknown_toolset_names_the_nearest() -> None:
    with pytest.raises(ValueError, match="Did you mean 'sessions'"):
        build_server(never, Settings(toolsets=("session",)))
