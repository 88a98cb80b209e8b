"""Looking into mirrors, calling them, making the world act: what the agent sees of it."""

from typing import Any

import pytest

from mirra_mcp.client.client import MirraClient
from mirra_mcp.server.answers import LIMIT, size
from mirra_mcp.wire.sessions import CreateSession
from tests.server.conftest import NOON, Agent

pytestmark = pytest.mark.anyio

KEY = {"Authorization": "Bearer toy"}


@pytest.fixture(autouse=True)
async def live(mirra: MirraClient) -> None:
    await mirra.create_session(CreateSession(mirrors=["toy"], clock=NOON))


async def send(agent: Agent, to: str = "x", **body: Any) -> dict[str, Any]:
    return await agent.call(
        "mirra_session_request",
        method="POST",
        path="/parcels",
        body={"to": to, **body},
        headers=KEY,
    )


async def test_a_request_answers_what_it_caused(agent: Agent) -> None:
    answer = await send(agent)

    assert answer["status"] == 201
    assert answer["body"]["status"] == "sent"
    created, moved = answer["changes"]
    assert created["entity"] == "parcel"
    assert created["entityId"] == answer["body"]["id"]
    assert "before" not in created
    assert moved["before"] == {"status": "packed"}
    assert moved["after"] == {"status": "sent"}
    assert [webhook["type"] for webhook in answer["webhooks"]] == ["parcel.sent"]
    events = await agent.call("mirra_events_read", after=answer["lastEvent"])
    assert events["events"] == []


async def test_a_read_answers_that_it_caused_nothing_but_its_own_entry(agent: Agent) -> None:
    await send(agent)
    answer = await agent.call(
        "mirra_session_request", method="GET", path="/parcels?limit=30", headers=KEY
    )
    assert (answer["status"], answer["changes"], answer["webhooks"]) == (200, [], [])
    log = await agent.call("mirra_events_read", after=answer["lastEvent"] - 1)
    assert [event["type"] for event in log["events"]] == ["traffic.request_completed"]


async def test_a_request_that_caused_much_says_where_the_rest_is(
    agent: Agent, mirra: MirraClient
) -> None:
    await mirra.create_session(CreateSession(mirrors=["resend"], name="mail"))
    mail = {"from": "onboarding@resend.dev", "to": "delivered@resend.dev", "subject": "x"}
    answer = await agent.call(
        "mirra_session_request",
        session="mail",
        method="POST",
        path="/emails/batch",
        body=[{**mail, "text": "x" * 3_000}] * 100,
    )
    assert answer["status"] == 200
    assert size(answer) <= LIMIT
    assert "mirra_events_read with after=1" in answer["note"]
    assert len(answer["webhooks"]) == 25


async def test_a_vendors_refusal_is_an_answer_not_an_error(agent: Agent) -> None:
    answer = await agent.call("mirra_session_request", method="GET", path="/parcels/nope")
    assert (answer["status"], answer["changes"], answer["webhooks"]) == (401, [], [])

    answer = await agent.call(
        "mirra_session_request", method="POST", path="/parcels", body="{not json", headers=KEY
    )
    assert (answer["status"], answer["body"]) == (400, {"message": "not JSON"})
    assert (await send(agent, to="nowhere"))["status"] == 422


async def test_the_accounts_own_key_is_sent_unless_another_is_given(
    agent: Agent, mirra: MirraClient
) -> None:
    await mirra.create_session(CreateSession(mirrors=["resend"], name="mail"))
    request = {"session": "mail", "method": "GET", "path": "/emails"}
    assert (await agent.call("mirra_session_request", **request))["status"] == 200
    for key, status in (("Bearer re_wrong", 403), ("", 401)):
        answer = await agent.call(
            "mirra_session_request", **request, headers={"Authorization": key}
        )
        assert answer["status"] == status, answer


async def test_admin_paths_of_the_mirror_are_open_to_requests(agent: Agent) -> None:
    """Mirra's own MCP guide simulates this way."""
    await send(agent)
    answer = await agent.call(
        "mirra_session_request",
        method="POST",
        path="/_mirra/simulate",
        body={"event": "parcel.lost"},
    )
    assert answer["status"] == 200
    assert answer["body"]["result"]["status"] == "lost"


@pytest.mark.parametrize(
    "path", ["parcels", "http://127.0.0.1:1/parcels", "//evil.example/x", "/a b", "/a\\b", ""]
)
async def test_a_path_that_is_not_the_mirrors_is_refused(agent: Agent, path: str) -> None:
    error = await agent.refusal("mirra_session_request", method="GET", path=path)
    assert error["code"] == "mirra.request.invalid"


async def test_bad_headers_and_methods_are_refused(agent: Agent) -> None:
    error = await agent.refusal("mirra_session_request", method="BREW", path="/parcels")
    assert "'GET', 'POST', 'PUT', 'PATCH' or 'DELETE'" in error["message"]
    error = await agent.refusal(
        "mirra_session_request", method="GET", path="/parcels", headers={"x": "a\nb"}
    )
    assert error["code"] == "mirra.request.invalid"


async def test_simulating_tells_what_followed(agent: Agent) -> None:
    sent = await send(agent)
    done = await agent.call("mirra_session_simulate", event="lost", params={"why": "theft"})

    assert done["event"] == "parcel.lost"
    assert done["result"]["id"] == sent["body"]["id"]
    assert done["changes"] == [
        {
            "entity": "parcel",
            "entityId": sent["body"]["id"],
            "before": {"status": "sent"},
            "after": {"status": "lost"},
        }
    ]
    assert [webhook["type"] for webhook in done["webhooks"]] == ["parcel.lost"]


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        ({"event": "parcel.lots"}, "mirra.simulate.unknown_event", "parcel.lost"),
        ({"event": "parcel.lost"}, "mirra.simulate.", ""),
        (
            {"event": "parcel.lost", "params": {"event": "x"}},
            "mirra.request.invalid",
            "can't contain 'event'",
        ),
        ({"event": "parcel.lost", "params": {"why": "boredom"}}, "mirra.simulate.invalid", "why"),
        ({"event": "parcel.lost", "mirror": "toi"}, "mirra.session.mirror_not_in_session", "toy"),
    ],
)
async def test_what_can_not_happen_is_refused(
    agent: Agent, arguments: dict[str, Any], code: str, complaint: str
) -> None:
    error = await agent.refusal("mirra_session_simulate", **arguments)
    assert error["code"].startswith(code)
    assert complaint in error["message"]


async def test_state_is_an_overview_unless_an_entity_is_named(agent: Agent) -> None:
    await agent.call("mirra_session_reset", seed="toy:busy")
    (overview,) = (await agent.call("mirra_session_state"))["mirrors"]
    assert overview["counts"] == {"parcels": 1000}
    assert [doc["to"] for doc in overview["documents"]["parcels"]] == [
        "street 999",
        "street 998",
        "street 997",
    ]

    page = await agent.call("mirra_session_state", entity="parcels", limit=100)
    (mirror,) = page["mirrors"]
    rest = await agent.call("mirra_session_state", entity="parcels", cursor=page["nextCursor"])
    assert mirror["documents"]["parcels"][-1]["to"] == "street 900"
    assert rest["mirrors"][0]["documents"]["parcels"][0]["to"] == "street 899"


async def test_one_document_and_a_filter_can_be_asked_for(agent: Agent) -> None:
    first = (await send(agent, to="a", weight=3))["body"]
    await send(agent, to="b", weight=4)

    for arguments in ({"id": first["id"]}, {"where": {"to": "a"}}, {"where": {"weight": 3}}):
        found = await agent.call("mirra_session_state", entity="parcels", **arguments)
        documents = found["mirrors"][0]["documents"]
        assert [doc["id"] for doc in documents["parcels"]] == [first["id"]], arguments


async def test_state_refuses_what_it_can_not_find(agent: Agent) -> None:
    error = await agent.refusal("mirra_session_state", id="x")
    assert "need an `entity`" in error["message"]
    error = await agent.refusal("mirra_session_state", entity="parsels")
    assert "Did you mean 'parcels'" in error["message"]
    error = await agent.refusal("mirra_session_state", entity="parcels", cursor="nope")
    assert "cursor" in error["message"]


async def test_answers_stay_small_whatever_is_stored(agent: Agent) -> None:
    """Hosts refuse more than 25,000 tokens, and count structure and text together."""
    for number in range(30):
        sent = await send(agent, to="z" * 20_000, tags=[f"{number}" * 300] * 30)
    last = sent["body"]["id"]
    calls: list[tuple[str, dict[str, Any]]] = [
        ("mirra_session_state", {}),
        ("mirra_session_state", {"entity": "parcels", "limit": 100}),
        ("mirra_events_read", {"limit": 100}),
        ("mirra_session_webhooks", {"limit": 100}),
        ("mirra_session_webhooks", {"limit": 1}),
        ("mirra_session_request", {"method": "GET", "path": "/parcels?limit=30", "headers": KEY}),
        ("mirra_session_simulate", {"event": "parcel.lost", "params": {"parcelId": last}}),
        ("mirra_session_clock", {"advance": "1 day"}),
        ("mirra_catalog", {"vendor": "resend"}),
        ("mirra_session_list", {"limit": 30}),
    ]
    for tool, arguments in calls:
        told = await agent.client.call_tool(tool, arguments)
        assert not told.is_error, told.content
        assert len(told.model_dump_json()) <= 2 * LIMIT * 1.1, tool
    page = await agent.call(
        "mirra_session_request", method="GET", path="/parcels?limit=30", headers=KEY
    )
    assert page["body"][-1] == f"… (+{30 - len(page['body']) + 1})"
    assert "Ask for less" in page["note"]
    answer = await agent.call("mirra_session_state", entity="parcels")
    assert "… (+" in answer["mirrors"][0]["documents"]["parcels"][0]["to"]
    assert "`fields`" in answer["note"]


async def test_a_page_of_documents_shows_the_fields_that_are_asked_for(agent: Agent) -> None:
    await send(agent, tags=["a", "b"])
    for wanted, shown in (
        (["status", "tags.1"], {"status": "sent", "tags.1": "b"}),
        (["nope.deeper"], {"nope.deeper": None}),
    ):
        answer = await agent.call("mirra_session_state", entity="parcels", fields=wanted)
        (doc,) = answer["mirrors"][0]["documents"]["parcels"]
        assert doc == {"id": doc["id"], **shown}
    error = await agent.refusal("mirra_session_state", fields=["status"])
    assert "need an `entity`" in error["message"]


async def test_the_catalog_lists_mirrors_and_describes_one(agent: Agent) -> None:
    listed = await agent.call("mirra_catalog")
    names = {mirror["name"] for mirror in listed["mirrors"]}
    assert names == {"toy", "clerk", "resend", "stripe", "twilio"}

    described = (await agent.call("mirra_catalog", vendor="toy"))["mirror"]
    assert described["events"] == ["parcel.lost(parcelId?, why?)"]
    assert described["entities"] == ["parcels", "hooks"]
    assert described["counts"]["gaps"] == 1
    facts = (await agent.call("mirra_catalog", vendor="toy", about="events"))["facts"]
    (told,) = facts["events"]
    assert told.startswith('parcel.lost(parcelId?: string, why?: "theft" | "fire" = "fire"): ')
    facts = (await agent.call("mirra_catalog", vendor="toy", match="LOST"))["facts"]
    assert (list(facts), facts["webhooks"]) == (["events", "webhooks", "entities"], ["parcel.lost"])
    nothing = await agent.call("mirra_catalog", vendor="toy", match="whale")
    assert (nothing["facts"], "contains 'whale'" in nothing["note"]) == ({}, True)
    error = await agent.refusal("mirra_catalog", vendor="tyo")
    assert "Did you mean 'toy'" in error["message"]


async def test_several_mirrors_must_be_told_apart(agent: Agent, mirra: MirraClient) -> None:
    await mirra.create_session(CreateSession(mirrors=["toy", "resend"], name="both"))
    overview = await agent.call("mirra_session_state", session="both")
    assert [mirror["mirror"] for mirror in overview["mirrors"]] == ["toy", "resend"]

    error = await agent.refusal(
        "mirra_session_simulate", session="both", event="email.bounced", params={}
    )
    assert error["code"] == "mirra.session.mirror_ambiguous"
    error = await agent.refusal("mirra_session_reset", session="both", seed="busy")
    assert error["hint"] == 'Say it as with "seed": "toy:busy".'
    reset = await agent.call("mirra_session_reset", session="both", seed="toy:busy")
    assert [mirror["mirror"] for mirror in reset["mirrors"]] == ["toy"]

    kept = await agent.call("mirra_session_snapshot", session="both")
    toy = await agent.call("mirra_session_snapshot", session="both", mirror="toy")
    assert toy["snapshot"].startswith("toy=snap_")
    await agent.call("mirra_session_reset", session="both")
    restored = await agent.call("mirra_session_restore", session="both", snapshot=kept["snapshot"])
    assert restored["mirrors"][0]["counts"]["parcels"] == 1000
    error = await agent.refusal(
        "mirra_session_restore", session="both", snapshot=f"{toy['snapshot']},x"
    )
    assert error["code"] == "mirra.snapshot.invalid_handle"
    await agent.call("mirra_session_reset", session="both")
    before = await agent.call("mirra_session_state", session="both")
    error = await agent.refusal(
        "mirra_session_restore", session="both", snapshot=f"{toy['snapshot']},resend=snap_nope"
    )
    assert error["code"] == "mirra.snapshot.not_found"
    after = await agent.call("mirra_session_state", session="both")
    told = ([each["counts"] for each in state["mirrors"]] for state in (before, after))
    assert next(told) == next(told), "nothing is restored when one can't be"


async def test_a_fork_tries_another_future_and_is_compared_with_its_parent(
    agent: Agent, mirra: MirraClient
) -> None:
    await mirra.create_session(CreateSession(mirrors=["toy"], name="past"))
    await agent.call("mirra_session_reset", session="past", seed="toy:busy")
    await agent.call(
        "mirra_session_request", session="past", method="POST", path="/hooks",
        body={"url": "http://127.0.0.1:9/hook"}, headers=KEY,
    )  # fmt: skip
    fork = await agent.call("mirra_session_start", fork="past", name="future")
    assert fork["forkedFrom"] != fork["sessionId"]
    assert "webhook endpoints get nothing from it: http://127.0.0.1:9/hook." in fork["next"]
    before = await agent.call("mirra_session_state", session="future", mirror="toy")
    await agent.call("mirra_session_reset", session="past", seed="toy:empty")
    after = await agent.call("mirra_session_state", session="future", mirror="toy")
    told = [
        (each["counts"], each["documents"])
        for state in (before, after)
        for each in state["mirrors"]
    ]
    assert told[0] == told[1]
    error = await agent.refusal("mirra_session_start", fork="past", mirrors=["toy"])
    assert "A fork has the mirrors" in error["message"]
    error = await agent.refusal("mirra_session_start")
    assert "`mirrors` says what to start" in error["message"]


async def test_what_was_what_changed_and_answers_to_sql(agent: Agent, mirra: MirraClient) -> None:
    await mirra.create_session(CreateSession(mirrors=["toy"], name="now"))
    await mirra.create_session(CreateSession(mirrors=["toy"], name="other"))

    async def send(to: str) -> dict[str, Any]:
        return await agent.call(
            "mirra_session_request", session="now", method="POST", path="/parcels",
            body={"to": to}, headers=KEY,
        )  # fmt: skip

    async def look(**arguments: Any) -> dict[str, Any]:
        return await agent.call("mirra_session_state", session="now", **arguments)

    first = await send("alice")
    await send("bob")
    then = await look(entity="parcels", fields=["to"], at=first["lastEvent"])
    assert [each["to"] for each in then["mirrors"][0]["documents"]["parcels"]] == ["alice"]
    told = await look(since=str(first["lastEvent"]))
    assert [(each["entity"], each["after"]["to"]) for each in told["changes"]] == [
        ("parcel", "bob")
    ]
    assert told["counts"] == {"toy.parcels": {"created": 1}}
    apart = await look(against="other", entity="parcels", limit=1)
    assert (len(apart["changes"]), apart["nextCursor"]) == (1, "1")
    nothing = await look(since=str(told["until"]["event"]))
    assert nothing["note"] == "Nothing is different."
    sql = 'SELECT "to", weight FROM toy.parcels ORDER BY rowid DESC'
    found = await look(sql=sql, limit=1)
    assert (found["columns"], found["rows"]) == (["to", "weight"], [["bob", 1]])
    assert "more than 1 rows" in found["note"]
    assert (await look(sql=sql, at=first["lastEvent"]))["rows"] == [["alice", 1]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"sql": "DROP TABLE parcels"}, "reads and changes nothing"),
        ({"sql": "SELECT 1", "entity": "parcels"}, "`entity` has no effect beside `sql`"),
        ({"since": "0", "where": {"to": "x"}}, "`where` has no effect beside `since`"),
        ({"at": "-3"}, "'-3' is no entry of the log"),
        ({"at": 99999}, "has no entry 99999 yet"),
        ({"against": "nobody"}, "nobody"),
    ],
)
async def test_looking_that_makes_no_sense_is_refused(
    agent: Agent, mirra: MirraClient, arguments: dict[str, Any], said: str
) -> None:
    await mirra.create_session(CreateSession(mirrors=["toy"], name="here"))
    error = await agent.refusal("mirra_session_state", session="here", **arguments)
    assert said in error["message"]
