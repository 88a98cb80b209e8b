"""Resources: Mirra's own objects, whole, and completions for what their URIs need."""

import json
from typing import Any

import mcp.types as t
import pytest
from mcp import MCPError

from mirra_mcp.client.client import MirraClient
from mirra_mcp.wire.sessions import Session
from tests.server.conftest import Agent

pytestmark = pytest.mark.anyio

KEY = {"Authorization": "Bearer toy"}


async def read(agent: Agent, uri: str) -> dict[str, Any]:
    (content,) = (await agent.client.read_resource(uri)).contents
    assert isinstance(content, t.TextResourceContents)
    assert content.mime_type == "application/json"
    body: dict[str, Any] = json.loads(content.text)
    return body


async def test_resources_and_templates_are_listed(agent: Agent) -> None:
    resources = (await agent.client.list_resources()).resources
    templates = (await agent.client.list_resource_templates()).resource_templates
    assert [resource.uri for resource in resources] == [
        "mirra://catalog",
        "mirra://sessions",
        "mirra://installations",
    ]
    assert [template.uri_template for template in templates] == [
        "mirra://catalog/{vendor}",
        "mirra://sessions/{id}",
        "mirra://sessions/{id}/events{?after,type,mirror,limit}",
        "mirra://sessions/{id}/state/{mirror}",
        "mirra://runs/{id}",
        "mirra://resources/{id}",
    ]
    for resource in resources:
        assert resource.title
        assert resource.description
        assert resource.mime_type == "application/json"
    for template in templates:
        assert template.title
        assert template.description
        assert template.mime_type == "application/json"


async def test_each_is_what_mirra_answers(
    agent: Agent, mirra: MirraClient, session: Session
) -> None:
    root = f"mirra://sessions/{session.session_id}"
    await mirra.mirror(session.mirrors[0].url).request(
        "POST", "/parcels", body={"to": "x"}, headers=KEY
    )

    assert await read(agent, "mirra://catalog") == (await mirra.catalog()).to_json()
    metadata = await mirra.catalog_entry("toy")
    assert await read(agent, "mirra://catalog/toy") == metadata.to_json()
    (listed,) = (await read(agent, "mirra://sessions"))["sessions"]
    assert listed["sessionId"] == session.session_id
    assert (await read(agent, root))["mirrors"] == session.to_json()["mirrors"]
    page = await mirra.events_page(session.session_id)
    assert await read(agent, f"{root}/events") == page.to_json()
    state = (await read(agent, f"{root}/state/toy"))["state"]
    assert [parcel["to"] for parcel in state["parcels"]] == ["x"]


async def test_the_log_can_be_read_in_part(
    agent: Agent, mirra: MirraClient, session: Session
) -> None:
    root = f"mirra://sessions/{session.session_id}/events"
    await mirra.mirror(session.mirrors[0].url).request(
        "POST", "/parcels", body={"to": "x"}, headers=KEY
    )
    part = await read(agent, f"{root}?after=1&type=state.changed,webhook.dispatched&limit=2")
    assert [event["id"] for event in part["events"]] == [2, 3]
    assert {event["type"] for event in part["events"]} == {"state.changed"}
    assert (await read(agent, f"{root}?mirror=toy&limit=1"))["events"][0]["id"] == 2


@pytest.mark.parametrize(
    ("uri", "complaint"),
    [
        ("mirra://catalog/tyo", "Did you mean 'toy'"),
        ("mirra://sessions/ses_nope", "No session 'ses_nope'"),
        ("mirra://sessions/{id}/state/tyo", "Did you mean 'toy'"),
        ("mirra://sessions/{id}/events?after=x", "`after` must be a whole number"),
        ("mirra://sessions/{id}/events?type=x", "no event type 'x'"),
        ("mirra://sesions", "Unknown resource"),
    ],
)
async def test_what_is_not_there_is_refused(
    agent: Agent, session: Session, uri: str, complaint: str
) -> None:
    with pytest.raises(MCPError, match=complaint):
        await agent.client.read_resource(uri.replace("{id}", session.session_id))


@pytest.mark.parametrize(
    ("name", "typed", "found"),
    [
        ("id", "ses", ["<session>"]),
        ("id", "x", []),
        ("mirror", "", ["toy"]),
        ("vendor", "to", ["toy"]),
        ("type", "state", ["state.changed"]),
        ("limit", "", []),
    ],
)
async def test_variables_of_uris_are_completed(
    agent: Agent, session: Session, name: str, typed: str, found: list[str]
) -> None:
    answer = await agent.client.complete(
        t.ResourceTemplateReference(uri="mirra://sessions/{id}/state/{mirror}"),
        {"name": name, "value": typed},
        context_arguments={"id": session.session_id} if name != "id" else None,
    )
    expected = [word.replace("<session>", session.session_id) for word in found]
    assert answer.completion.values == expected


async def test_arguments_of_prompts_are_completed(agent: Agent) -> None:
    answer = await agent.client.complete(
        t.PromptReference(name="build_integration"), {"name": "vendor", "value": ""}
    )
    assert set(answer.completion.values) == {"toy", "clerk", "resend", "stripe", "twilio"}
