"""An id that this session hasn't and another has: told to the agent, never to the app."""

import pytest

from mirra_mcp.client.client import MirraClient
from mirra_mcp.wire.sessions import CreateSession
from tests.server.conftest import NOON, Agent

pytestmark = pytest.mark.anyio

KEY = {"Authorization": "Bearer toy"}


@pytest.fixture(autouse=True)
async def live(mirra: MirraClient) -> None:
    await mirra.create_session(CreateSession(mirrors=["toy"], clock=NOON))


async def test_an_id_of_another_session_is_told_to_the_agent_and_not_to_the_app(
    agent: Agent, mirra: MirraClient
) -> None:
    other = await mirra.create_session(CreateSession(mirrors=["toy"], name="other"))
    made = await agent.call(
        "mirra_session_request", method="POST", path="/parcels", body={"to": "x"}, headers=KEY,
        session="other",
    )  # fmt: skip
    parcel = made["body"]["id"]
    own = [each.session_id for each in (await mirra.list_sessions()).sessions]
    (own_id,) = set(own) - {other.session_id}
    path = f"/parcels/{parcel}"
    answer = await agent.call(
        "mirra_session_request", method="GET", path=path, headers=KEY, session=own_id
    )
    assert answer["status"] == 404
    assert f"'{parcel}' is in another session: other ({other.session_id})" in answer["note"]
    assert other.session_id not in str(answer["body"]) + str(answer["headers"])
    log = await mirra.events_page(own_id, after=answer["lastEvent"] - 1)
    elsewhere = {"id": parcel, "sessionId": other.session_id, "session": "other"}
    assert log.events[0].data["elsewhere"] == elsewhere

    answer = await agent.call(
        "mirra_session_request", method="GET", path="/parcels/par_0000000000", headers=KEY,
        session=own_id,
    )  # fmt: skip
    assert (answer["status"], answer.get("note")) == (404, None)
