"""Each call says on the wire what Mirra's API reference says, and reads the answer's every field.

Source: https://docs.mirra.run/reference/api; extensions are ours.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from mirra_mcp.client.client import MirraClient, RateLimit
from mirra_mcp.client.errors import MirraError
from mirra_mcp.wire.runs import CheckScenario, CreateRun, DraftScenario, FinishRun, Verdict
from mirra_mcp.wire.sessions import CreateSession, MirrorInfo, Session
from tests.client.scripted import SESSION, TOKEN, Step, answer, playing, raw, refusal, serve

pytestmark = pytest.mark.anyio

RUN = {"runId": "run_9xkp2m", "status": "running", "sessionId": "ses_a7k2"}
METADATA = {"name": "resend", "version": "0.3.1", "vendorApiVersion": "2026-04"}
SEEDED = CreateSession(mirrors=["resend"], seeds={"resend": "empty"})
CHANGED = {"id": 5, "type": "state.changed", "data": {"before": None}}
NOON = datetime(2026, 4, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("make", "line", "body", "answered"),
    [
        pytest.param(
            lambda m: m.create_session(
                CreateSession(mirrors=["resend"], seeds={"resend": "empty"})
            ),
            "POST /v1/sessions",
            {"mirrors": ["resend"], "seeds": {"resend": "empty"}, "persistent": False},
            SESSION,
            id="create_session",
        ),
        pytest.param(
            lambda m: m.get_session("ses_a7k2"),
            "GET /v1/sessions/ses_a7k2",
            None,
            SESSION | {"stats": {"requests": 3, "webhooks": 2, "errors": 1}},
            id="get_session",
        ),
        pytest.param(
            lambda m: m.list_sessions(
                status="ready", mode="ephemeral", workspace="w1", limit=5, cursor="a&b"
            ),
            "GET /v1/sessions?status=ready&mode=ephemeral&workspace=w1&limit=5&cursor=a%26b",
            None,
            {"sessions": [SESSION], "nextCursor": "c2"},
            id="list_sessions",
        ),
        pytest.param(
            lambda m: m.list_sessions(), "GET /v1/sessions", None, {"sessions": []}, id="list_all"
        ),
        pytest.param(
            lambda m: m.end_session("ses_a7k2"),
            "DELETE /v1/sessions/ses_a7k2",
            None,
            SESSION | {"status": "ended", "endedAt": "2026-04-22T18:05:00Z"},
            id="end_session",
        ),
        pytest.param(
            lambda m: m.move_clock("ses_a7k2", advance="3d"),
            "POST /v1/sessions/ses_a7k2/clock",
            {"advance": "3d"},
            {"at": "2026-04-25T18:02:14Z", "fired": [], "firedCount": 0},
            id="advance_clock",
        ),
        pytest.param(
            lambda m: m.move_clock("ses_a7k2", to=NOON),
            "POST /v1/sessions/ses_a7k2/clock",
            {"to": "2026-04-22T12:00:00Z"},
            {"at": "2026-04-22T12:00:00Z", "fired": [], "firedCount": 0},
            id="set_clock",
        ),
        pytest.param(
            lambda m: m.events_page(
                "ses_a7k2", after=4, limit=9, types=["state.changed"], mirror="resend", wait=2
            ),
            "GET /v1/sessions/ses_a7k2/events"
            "?after=4&limit=9&types=state.changed&mirror=resend&wait=2",
            None,
            {
                "events": [{"id": 5, "type": "state.changed", "data": {"before": None}}],
                "nextAfter": 5,
            },
            id="events_page",
        ),
        pytest.param(
            lambda m: m.webhooks(
                "ses_a7k2", mirror="resend", type="email.sent", after_event=7, status="failed"
            ),
            "GET /v1/sessions/ses_a7k2/webhooks"
            "?mirror=resend&type=email.sent&afterEvent=7&status=failed&limit=20",
            None,
            {"webhooks": [], "nextCursor": None},
            id="webhooks",
        ),
        pytest.param(
            lambda m: m.catalog(),
            "GET /v1/catalog",
            None,
            {"mirrors": [METADATA | {"description": "Email", "fixtures": ["empty"]}]},
            id="catalog",
        ),
        pytest.param(
            lambda m: m.catalog_entry("resend"),
            "GET /v1/catalog/resend",
            None,
            METADATA,
            id="catalog_entry",
        ),
        pytest.param(
            lambda m: m.create_run(CreateRun(scenario_markdown="# Send", session_id="ses_a7k2")),
            "POST /v1/runs",
            {"scenarioMarkdown": "# Send", "sessionId": "ses_a7k2"},
            RUN | {"dashboardUrl": "https://app.mirra.run/runs/run_9xkp2m"},
            id="create_run",
        ),
        pytest.param(
            lambda m: m.get_run("run_9xkp2m"), "GET /v1/runs/run_9xkp2m", None, RUN, id="get_run"
        ),
        pytest.param(
            lambda m: m.get_run("run_9xkp2m", wait=5, after=3),
            "GET /v1/runs/run_9xkp2m?wait=5&after=3",
            None,
            RUN,
            id="get_run-wait",
        ),
        pytest.param(
            lambda m: m.check_scenario(CheckScenario(scenario_markdown="# Send")),
            "POST /v1/scenarios/check",
            {"scenarioMarkdown": "# Send"},
            {"errors": [{"line": 1, "message": "No.", "hint": "Do."}]},
            id="check_scenario",
        ),
        pytest.param(
            lambda m: m.draft_scenario(DraftScenario(session_id="ses_a7k2", after=3)),
            "POST /v1/scenarios/draft",
            {"sessionId": "ses_a7k2", "after": 3},
            {"markdown": "# Send", "reading": {"title": "Send"}},
            id="draft_scenario",
        ),
        pytest.param(
            lambda m: m.list_runs(status="running", limit=3),
            "GET /v1/runs?status=running&limit=3",
            None,
            {"runs": [RUN], "nextCursor": "n"},
            id="list_runs",
        ),
        pytest.param(
            lambda m: m.finish_run(
                "run_9xkp2m", FinishRun(verdicts=[Verdict(criterion=0, result="pass")])
            ),
            "POST /v1/runs/run_9xkp2m/finish",
            {"verdicts": [{"criterion": 0, "result": "pass"}]},
            RUN | {"status": "complete", "satisfactionScore": 0.87},
            id="finish_run",
        ),
        pytest.param(
            lambda m: m.cancel_run("run_9xkp2m"),
            "DELETE /v1/runs/run_9xkp2m",
            None,
            RUN | {"status": "cancelled"},
            id="cancel_run",
        ),
    ],
)
async def test_a_call_is_sent_as_documented_and_its_answer_read_whole(
    make: Callable[[MirraClient], Awaitable[Any]],
    line: str,
    body: dict[str, Any] | None,
    answered: dict[str, Any],
) -> None:
    async with playing(answer(answered)) as (mirra, server, _):
        result = await make(mirra)
    request = server.requests[0]
    assert f"{request.method} {request.target}" == line
    assert (request.json if request.body else None) == body
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["accept"] == "application/json"
    assert request.headers.get("content-type") == ("application/json" if body else None)
    assert type(result).model_validate(answered) == result


async def test_without_a_token_none_is_sent() -> None:
    async with playing(answer(SESSION), token=None) as (mirra, server, _):
        await mirra.get_session("ses_a7k2")
    assert "authorization" not in server.requests[0].headers


async def test_a_base_url_may_have_a_path() -> None:
    async with serve(answer(SESSION)) as server, MirraClient(f"{server.url}/mirra/", None) as mirra:
        await mirra.get_session("ses_a7k2")
    assert server.requests[0].target == "/mirra/v1/sessions/ses_a7k2"


async def test_fields_of_a_newer_mirra_are_ignored() -> None:
    async with playing(answer(SESSION | {"region": "eu"})) as (mirra, _, _):
        assert (await mirra.get_session("ses_a7k2")).mirrors == [
            MirrorInfo(vendor="resend", url="http://127.0.0.1:9", version="0.3.1")
        ]


LIMITS = {
    "x-mirra-ratelimit-limit": "600",
    "x-mirra-ratelimit-remaining": "597",
    "x-mirra-ratelimit-reset": "1713802534",
}


async def test_the_rate_limit_of_the_latest_answer_is_kept() -> None:
    """An answer without the headers, or with something else in them, changes nothing."""
    steps = [
        answer(SESSION),
        answer(SESSION, headers=LIMITS),
        answer(SESSION, headers=LIMITS | {"x-mirra-ratelimit-limit": "many"}),
        answer("", 500, headers=LIMITS | {"x-mirra-ratelimit-remaining": "3"}),
    ]
    async with playing(*steps) as (mirra, _, _):
        await mirra.get_session("ses_a7k2")
        assert mirra.rate_limit is None
        for _ in range(2):
            await mirra.get_session("ses_a7k2")
            assert mirra.rate_limit == RateLimit(limit=600, remaining=597, reset=1713802534)
        with pytest.raises(MirraError):
            await mirra.get_session("ses_a7k2")
        assert mirra.rate_limit == RateLimit(limit=600, remaining=3, reset=1713802534)


def provisioning(status: str = "provisioning") -> Step:
    return answer(SESSION | {"status": status})


async def test_waiting_for_a_session_asks_until_it_is_ready() -> None:
    polled: list[str] = []

    async def on_poll(session: Session) -> None:
        polled.append(session.status)

    async with playing(provisioning(), provisioning(), answer(SESSION)) as (mirra, _, naps):
        session = await mirra.wait_until_ready("ses_a7k2", on_poll=on_poll)
    assert (session.status, polled, naps) == ("ready", ["provisioning"] * 2, [0.05, 0.1])


async def test_waiting_for_a_session_ends_when_its_time_is_up() -> None:
    async with playing(*[provisioning()] * 5) as (mirra, server, naps):
        with pytest.raises(MirraError, match=r"still provisioning after 0\.3 s") as caught:
            await mirra.wait_until_ready("ses_a7k2", timeout=0.3)
    assert (len(server.requests), naps) == (4, [0.05, 0.1, 0.2])
    assert caught.value.code == "mirra.client.not_ready"


@pytest.mark.parametrize("status", ["failed", "ended", "expired"])
async def test_waiting_for_a_session_that_wont_come_says_so(status: str) -> None:
    async with playing(provisioning(), provisioning(status)) as (mirra, _, _):
        with pytest.raises(MirraError, match=f"has {status}; it won't become ready") as caught:
            await mirra.wait_until_ready("ses_a7k2")
    assert caught.value.code == f"mirra.session.{status}"


async def test_ending_a_session_that_has_ended_answers_the_session() -> None:
    """The end is not documented to be idempotent; for a caller it should be."""
    ended = SESSION | {"status": "ended"}
    steps = [refusal(409, "mirra.session.ended"), answer(ended)]
    async with playing(*steps) as (mirra, server, _):
        assert (await mirra.end_session("ses_a7k2")).status == "ended"
    assert [request.method for request in server.requests] == ["DELETE", "GET"]


@pytest.mark.parametrize("step", [answer("", 204), answer({}), answer({"ok": True})])
async def test_an_end_that_is_answered_in_other_words_is_an_end(step: Step) -> None:
    """Neither body nor status of the answer is documented."""
    async with playing(step) as (mirra, _, _):
        session = await mirra.end_session("ses_a7k2")
    assert (session.session_id, session.status, session.mirrors) == ("ses_a7k2", "ended", [])


async def test_a_sign_in_page_is_no_end() -> None:
    async with playing(answer("<html>", type="text/html")) as (mirra, _, _):
        with pytest.raises(MirraError, match="HTML page"):
            await mirra.end_session("ses_a7k2")


NO_SUCH_PATH = [
    refusal(404, "mirra.request.not_found"),
    refusal(405, "mirra.request.method_not_allowed"),
    answer("Not Found", 404, type="text/plain"),
    answer("<html>", 404, type="text/html"),
    raw(b"HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\n\r\n"),
]


@pytest.mark.parametrize("step", NO_SUCH_PATH)
@pytest.mark.parametrize(
    ("make", "lacks", "instead"),
    [
        (lambda m: m.catalog(), "a catalog", "/_mirra/metadata"),
        (lambda m: m.catalog_entry("resend"), "a catalog", "/_mirra/metadata"),
        (lambda m: m.move_clock("ses_a7k2", advance="1d"), "a clock", "Simulate the event"),
        (lambda m: m.webhooks("ses_a7k2"), "a list of webhooks", "webhook.dispatched"),
        (lambda m: m.events_page("ses_a7k2"), "its events in pages", "Follow the event stream"),
        (lambda m: m.list_runs(), "a list of runs", "by its id"),
        (lambda m: m.finish_run("run_1", FinishRun()), "a run's work is done", "timeout"),
        (lambda m: m.cancel_run("run_1"), "cancelling a run", "timeout"),
        (lambda m: m.check_scenario(CheckScenario()), "checking a scenario", "Run it"),
        (lambda m: m.draft_scenario(DraftScenario(session_id="s")), "drafting", "events and state"),
    ],
)
async def test_a_mirra_without_an_extension_says_what_to_do_instead(
    step: Step, make: Callable[[MirraClient], Awaitable[Any]], lacks: str, instead: str
) -> None:
    async with playing(step) as (mirra, server, _):
        with pytest.raises(MirraError) as caught:
            await make(mirra)
    assert caught.value.code == "mirra.not_offered"
    assert caught.value.message.startswith(f"The Mirra at {server.url} doesn't offer ")
    assert lacks in caught.value.message
    assert instead in (caught.value.hint or "")
    assert "unset MIRRA_TOKEN to use the embedded Mirra" in (caught.value.hint or "")


async def test_an_unknown_session_on_an_extension_is_an_unknown_session() -> None:
    async with playing(refusal(404, "mirra.session.not_found")) as (mirra, _, _):
        with pytest.raises(MirraError) as caught:
            await mirra.move_clock("ses_nope", advance="1d")
    assert caught.value.code == "mirra.session.not_found"
