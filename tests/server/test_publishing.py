"""What a creator's OpenAPI document becomes."""

import re

import pytest

from tests.server.conftest import Agent

pytestmark = pytest.mark.anyio

ID = {"in": "path", "required": True, "schema": {"type": "string"}}
IDS = {
    "/a": ("repos/list-for user", "repos_list-for_user"),
    "/b/{id}": ("204", "getBById"),
    "/c": ("7", "getC"),
    "/d": ("größe", "gr_e"),
    "/e": ("/", "getE"),
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
                path: {
                    "get": {"responses": answers} | ({"operationId": id} if id else {}),
                    "parameters": [{**ID, "name": each} for each in re.findall(r"{(\w+)}", path)],
                }
                for path, (id, _) in IDS.items()
            },
        },
    )
    assert made["methods"] == [name for _, name in IDS.values()]


async def test_one_call_leads_from_a_document_to_an_installed_resource(maker: Agent) -> None:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Clocks", "version": "1", "description": "Tells the time."},
        "servers": [
            {
                "url": "https://{region}.clocks.example/v1/",
                "variables": {"region": {"default": "eu"}},
            }
        ],
        "security": [{"key": []}],
        "paths": {
            "/now": {"get": {"operationId": "now", "responses": {"200": {"description": "ok"}}}}
        },
        "components": {
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Clock"}}
        },
    }
    made = await maker.call("mirra_resource_create", openapi=document, install=True)
    assert made["status"] == "published"
    assert "mirra_resource_authenticate" in made["next"]
    found = await maker.call("mirra_installation_list", installation=made["resourceId"])
    assert found["installation"]["authentication"] == "api_key"
    assert found["installation"]["isAuthenticated"] is False
    listed = await maker.call("mirra_marketplace_search", search="clocks")
    assert [each["id"] for each in listed["resources"]] == [made["resourceId"]]

    before = await maker.call("mirra_resource_metrics")
    refused = await maker.refusal(
        "mirra_resource_create", openapi=document | {"paths": {}}, install=True
    )
    assert "at least one method" in refused["message"]
    assert await maker.call("mirra_resource_metrics") == before
