"""Make it happen: what a person does to a session, by forms that need no script."""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.page.world import Place

if TYPE_CHECKING:
    from playwright.sync_api import Page

Browse = Callable[..., "Page"]


@pytest.fixture
def place(start: Callable[..., Place]) -> Iterator[Place]:
    place = start("stripe", "resend", clock="2026-05-04T12:00:00Z")
    yield place
    place.end()


@pytest.fixture
def page(place: Place, browse: Browse) -> "Page":
    return browse(place.link("/moves"), java_script_enabled=False)


def told(page: "Page") -> str:
    page.wait_for_url("**note=*")
    return page.locator(".note").first.inner_text()


def test_an_event_is_simulated_with_its_parameters(place: Place, page: "Page") -> None:
    act = page.locator("[id='resend-email.received']")
    act.locator("summary").click()
    act.locator("input[name='p.from']").fill("ada@example.com")
    act.locator("textarea[name='p.to']").fill("help@acme.com, sales@acme.com")
    act.get_by_role("button", name="Let it happen").click()
    assert told(page).startswith("email.received happened: ")
    assert "/timeline/" in page.url
    assert "sales@acme.com" in page.locator("#detail").inner_text()


def test_a_refused_event_says_why(place: Place, page: "Page") -> None:
    act = page.locator("[id='stripe-charge.dispute.created']")
    act.locator("summary").click()
    act.locator("input[name='p.amount']").fill("many")
    act.get_by_role("button", name="Let it happen").click()
    assert told(page) == "'amount' isn't a whole number."
    assert "bad" in (page.locator(".note").first.get_attribute("class") or "")


def test_a_preview_shows_what_would_fire_and_changes_nothing(place: Place, page: "Page") -> None:
    mail = {"from": "onboarding@resend.dev", "to": ["delivered@resend.dev"], "subject": "Hi"}
    mail["text"] = "x"
    place.call("resend", "POST", "/emails", json=mail)
    page.fill("#other", "1 day")
    page.click("text=What would happen?")
    preview = page.locator(".preview")
    assert re.match(r"Until 5 May 2026, 12:00:00: \d+ timers? would fire", preview.inner_text())
    assert "email.delivered" in preview.inner_text()
    assert place.http.get(f"/v1/sessions/{place.id}").json()["clock"].startswith("2026-05-04T12:00")
    page.click("text=+ 1 day")
    assert told(page).startswith("It is 5 May 2026, 12:00:00 now: ")


def test_a_snapshot_is_kept_restored_and_forked(place: Place, page: "Page") -> None:
    page.fill("#snapname", "before")
    page.get_by_role("button", name="Snapshot").click()
    assert told(page) == "Kept as before."
    place.call("stripe", "POST", "/v1/customers", data={"email": "ada@example.com"})
    page.get_by_role("button", name="Restore").click()
    assert "is back" in told(page)
    assert place.call("stripe", "GET", "/v1/customers").json()["data"] == []
    page.get_by_role("button", name="Fork from").click()
    page.wait_for_url(lambda at: place.id not in at)
    fork = page.url.split("/s/")[1].split("/")[0]
    assert place.http.delete(f"/v1/sessions/{fork}").json()["forkedFrom"] == place.id


def test_a_fault_is_set_and_taken_away(place: Place, page: "Page") -> None:
    page.fill("#rule", "stripe POST /v1/customers: error rate_limit, always")
    page.get_by_role("button", name="Add").click()
    assert told(page).startswith("From now on: stripe POST /v1/customers")
    assert place.call("stripe", "POST", "/v1/customers", data={}).status_code == 429
    page.get_by_role("button", name="Remove").click()
    assert told(page) == "1 rule removed."
    assert place.call("stripe", "POST", "/v1/customers", data={}).status_code == 200
    page.fill("#rule", "nonsense")
    page.get_by_role("button", name="Add").click()
    assert "bad" in (page.locator(".note").first.get_attribute("class") or "")


def test_mirrors_are_reset_to_fixtures(place: Place, page: "Page") -> None:
    page.click("text=Reset to fixtures")
    page.select_option("#seed-resend", "transactional-busy")
    page.click("text=Reset all mirrors")
    assert told(page) == "All mirrors are back at their fixtures."
    page.goto(place.url("/state/resend/emails"))
    assert page.locator(".list a[aria-current] small").inner_text() == "100"


def test_axe_finds_nothing_in_the_way(
    place: Place, browse: Browse, axe: Callable[["Page"], list[str]]
) -> None:
    assert axe(browse(place.link("/moves"))) == []
