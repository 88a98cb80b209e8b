"""Files that tools are given by their path, and what is said of those that can't be read."""

from pathlib import Path

import pytest

from tests.server.conftest import Agent

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("broken.json", b'{"openapi": "3.0.0",\n nope}', "broken.json:2 can't be read as JSON"),
        ("list.json", b"[]", "list.json holds no JSON object"),
        ("deep.json", b"[" * 100_000, "deep.json holds no JSON object"),
        ("latin.json", b'{"a": "\xff"}', "latin.json is no UTF-8 text"),
        ("api.txt", b"openapi: 3.0.0", "its name doesn't end in .json"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value[-6:] else "",
)
async def test_a_file_that_can_not_be_read_is_told_why(
    maker: Agent, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    error = await maker.refusal(
        "mirra_resource_create",
        name="Prices",
        description="Prices",
        base_url="https://prices.example.com",
        openapi_path=str(tmp_path / name),
    )
    assert message in error["message"]
    assert error["hint"]


async def test_a_draft_without_methods_is_told_that_it_needs_one(maker: Agent) -> None:
    made = await maker.call(
        "mirra_resource_create",
        name="Prices",
        description="Prices",
        base_url="https://prices.example.com",
        openapi={"swagger": "2.0", "info": {"title": "P", "version": "1"}, "paths": {}},
    )
    assert made["methods"] == []
    assert "mirra_resource_update" in made["next"]
