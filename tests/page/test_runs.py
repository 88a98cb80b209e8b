"""Runs: what each criterion came to, by what, and how scores went."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from mirra_mcp.local.app import LocalMirra
from tests.page.world import Place

if TYPE_CHECKING:
    from playwright.sync_api import Page

Browse = Callable[..., "Page"]
SCENARIO = """\
# Welcome <script>alert(1)</script>

## Prompt
Send Ada an email.

## Success Criteria
- check: Exactly 1 email is sent
- check: No errors were logged

## Config
mirrors: resend
runs: 2
"""


@pytest.fixture(scope="module")
def run(start: Callable[..., Place]) -> str:
    """A run with an attempt that fails and one that passes."""
    begun = start("resend")
    http = begun.http
    started = http.post("/v1/runs", json={"scenarioMarkdown": SCENARIO}).json()
    id: str = started["runId"]
    for attempt in (1, 2):
        now = http.get(f"/v1/runs/{id}").json()
        place = Place(http, {"sessionId": now["sessionId"], "mirrors": now["mirrors"]})
        place.call("resend", "GET", "/emails")
        if attempt == 2:
            mail = {"from": "onboarding@resend.dev", "to": ["owner@example.com"], "subject": "Hi"}
            place.call("resend", "POST", "/emails", json=mail | {"text": "x"})
        http.post(f"/v1/runs/{id}/finish", json={"verdicts": []})
    assert http.get(f"/v1/runs/{id}").json()["status"] == "complete"
    begun.end()
    return id


def test_attempts_stand_side_by_side_with_what_decided(
    run: str, mirra: LocalMirra, start: Callable[..., Place], browse: Browse
) -> None:
    place = start("resend")
    page = browse(place.link("/runs"))
    assert page.locator("svg.plot circle").count() == 1
    page.locator("table a").first.click()
    page.wait_for_url(f"**/runs/{run}")
    grades = page.locator(".grades tbody tr").first.locator("td").all_inner_texts()
    assert grades == ["fail", "pass"]
    assert "Graded by code." in page.locator(".grade[open]").first.inner_text()
    assert "75%" in page.locator(".score").inner_text()
    place.end()


def test_the_runs_own_link_opens_it(run: str, browse: Browse, start: Callable[..., Place]) -> None:
    place = start("resend")
    link = place.http.get(f"/v1/runs/{run}").json()["dashboardUrl"]
    page = browse(link)
    assert "<script>" in page.inner_text("h1")
    place.end()


@pytest.mark.parametrize("path", ["/runs", "/runs/{run}"])
def test_axe_finds_nothing_in_the_way(
    run: str,
    browse: Browse,
    axe: Callable[["Page"], list[str]],
    start: Callable[..., Place],
    path: str,
) -> None:
    place = start("resend")
    assert axe(browse(place.link(path.format(run=run)))) == []
    place.end()
