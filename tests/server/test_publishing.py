"""What a creator's OpenAPI document becomes."""

import pytest

from tests.server.conftest import Agent

pytestmark = pytest.mark.anyio

IDS = {
    "/a": ("repos/list-for user", "repos_list-for_user"),
    "/b/{id}": ("204", "getBById"),
    "/c": (7, "getC"),
    "/d": ("größe", "gr_e"),
    "/ü/e": ("/", "getE"),
    "/f": ("x" * 300, "x" * 100),
    "/g": (None, "getG"),
}


async def test_operations_become_methods_whatever_their_ids_look_like(maker: Agent) -> None:
    answers = {"200": {"description": "ok"}}
    made = await maker.call(
        "mirra_resource_create",
        name="Odd ids",
        description="An API whose operations are called anything.",
        base_url="https://odd.example.com",
        openapi={
            "openapi": "3.0.3",
            "info": {"title": "Odd", "version": "1"},
            "paths": {
                path: {"get": {"operationId": id, "responses": answers}}
                for path, (id, _) in IDS.items()
            },
        },
    )
    assert made["methods"] == [name for _, name in IDS.values()]
