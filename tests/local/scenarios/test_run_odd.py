"""Whatever is sent to the endpoints of runs and scenarios, the answer says what to do instead."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from mirra_mcp.local.app import LocalMirra
from tests.local.scenarios.documents import JSON

WHOLE = {"scenarioMarkdown": "# T\n## Checks\n- judge: a\n## Config\nmirrors: resend\n"}


@pytest.fixture(scope="module")
def http(local: LocalMirra) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {local.token}"}
    with httpx.Client(base_url=local.url, headers=headers, timeout=20) as client:
        yield client


def code(answer: httpx.Response) -> tuple[int, str]:
    error = answer.json()["error"]
    assert error["message"]
    assert error["hint"]
    return answer.status_code, error["code"].removeprefix("mirra.")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, "request.invalid"),
        ({"scenario": []}, "request.invalid"),
        ({"scenario": {}}, "scenario.invalid"),
        ({"scenario": None}, "request.invalid"),
        ({"scenarioMarkdown": 3}, "request.invalid"),
        ({"scenarioMarkdown": ""}, "scenario.invalid"),
        ({"scenarioMarkdown": "\x00# T"}, "scenario.invalid"),
        (WHOLE | {"scenario": JSON}, "request.invalid"),
        (WHOLE | {"scenaro": JSON}, "request.invalid"),
        (WHOLE | {"runs": 0}, "scenario.invalid"),
        (WHOLE | {"runs": "many"}, "request.invalid"),
        (WHOLE | {"timeout": -1}, "scenario.invalid"),
        (WHOLE | {"agent": "hal"}, "scenario.invalid"),
        (WHOLE | {"fixture": "nope"}, "scenario.invalid"),
        (WHOLE | {"seedData": []}, "request.invalid"),
        (WHOLE | {"seedData": {"resend": 3}}, "request.invalid"),
        (WHOLE | {"seedData": {"stripe": {}}}, "scenario.seed_invalid"),
        (WHOLE | {"seedData": {"resend": {"emails": [{"to": 3}]}}}, "scenario.seed_invalid"),
        (WHOLE | {"seedData": {"resend": {"domains": [3, {}]}}}, "scenario.seed_invalid"),
        ({"scenario": JSON | {"config": {"mirrors": [3]}}}, "scenario.invalid"),
        ({"scenario": JSON | {"criteria": {"text": "a"}}}, "scenario.invalid"),
    ],
)
def test_an_odd_run_is_refused(http: httpx.Client, body: dict[str, Any], expected: str) -> None:
    assert code(http.post("/v1/runs", json=body)) == (400, expected)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "expected"),
    [
        ("POST", "/v1/runs", WHOLE | {"sessionId": "ses_nope"}, 404, "session.not_found"),
        ("GET", "/v1/runs/run_nope", None, 404, "run.not_found"),
        ("DELETE", "/v1/runs/run_nope", None, 404, "run.not_found"),
        ("POST", "/v1/runs/run_nope/finish", {}, 404, "run.not_found"),
        ("POST", "/v1/runs/run_nope/finish", {"verdicts": 3}, 400, "request.invalid"),
        ("POST", "/v1/runs/run_nope/finish", {"verdict": []}, 400, "request.invalid"),
        ("GET", "/v1/runs/run_nope?wait=99", None, 400, "request.invalid"),
        ("GET", "/v1/runs/run_nope?wait=1&after=-1", None, 400, "request.invalid"),
        ("GET", "/v1/runs?limit=0", None, 400, "request.invalid"),
        ("GET", "/v1/runs?status=done", None, 400, "request.invalid"),
        ("GET", "/v1/runs?cursor=run_nope", None, 400, "request.invalid"),
        ("POST", "/v1/scenarios/check", {}, 400, "request.invalid"),
        ("POST", "/v1/scenarios/check", {"scenario": 3}, 400, "request.invalid"),
        ("POST", "/v1/scenarios/draft", {}, 400, "request.invalid"),
        ("POST", "/v1/scenarios/draft", {"sessionId": "ses_nope"}, 404, "session.not_found"),
        ("PUT", "/v1/runs", {}, 405, "request.method_not_allowed"),
    ],
)
def test_an_odd_call_is_refused(
    http: httpx.Client, method: str, path: str, body: Any, status: int, expected: str
) -> None:
    assert code(http.request(method, path, json=body)) == (status, expected)


def test_a_json_scenario_with_mistakes_is_checked_without_a_refusal(http: httpx.Client) -> None:
    answer = http.post("/v1/scenarios/check", json={"scenario": JSON | {"title": ""}})
    assert answer.status_code == 200
    (mistake,) = answer.json()["errors"]
    assert mistake["message"] == "'scenario.title' is missing."


def test_no_session_is_left_of_runs_that_did_not_start(http: httpx.Client) -> None:
    http.post("/v1/runs", json=WHOLE | {"seedData": {"resend": {"nouns": []}}})
    assert http.get("/v1/sessions", params={"status": "ready"}).json()["sessions"] == []
