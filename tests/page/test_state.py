"""State: tables, documents with their history, ids that lead on, and SQL."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.page.world import Place

if TYPE_CHECKING:
    from playwright.sync_api import Page

Browse = Callable[..., "Page"]
Axe = Callable[["Page"], list[str]]


@pytest.fixture(scope="module")
def place(start: Callable[..., Place]) -> Iterator[Place]:
    place = start("stripe", "resend")
    for name, email in (("Ada", "owner@example.com"), ("<b>Bob", "bob@example.com")):
        given = {"name": name, "email": email}
        assert place.call("stripe", "POST", "/v1/customers", data=given).status_code == 200
    mail = {
        "from": "onboarding@resend.dev",
        "to": ["owner@example.com"],
        "subject": "Hi",
        "text": "x",
    }
    assert place.call("resend", "POST", "/emails", json=mail).status_code == 200
    yield place
    place.end()


def test_tables_have_counts_and_are_searched(place: Place, browse: Browse) -> None:
    page = browse(place.link("/state/stripe/customers"))
    assert page.locator(".list a[aria-current]").inner_text().split() == ["customers", "2"]
    assert page.locator(".docs tbody tr").count() == 2
    page.fill("#q", "bob@")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=bob*")
    assert "<b>Bob" in page.locator(".docs tbody tr").inner_text()
    page.goto(place.url("/state/stripe/customers?where=email:owner@example.com&col=name"))
    assert page.locator(".docs td").all_inner_texts() == ["Ada"]


def test_a_document_has_its_history_and_each_past(place: Place, browse: Browse) -> None:
    id = place.call("stripe", "GET", "/v1/customers?email=owner@example.com").json()["data"][0][
        "id"
    ]
    place.call("stripe", "POST", f"/v1/customers/{id}", data={"name": "Countess"})
    page = browse(place.link(f"/state/find?id={id}"))
    page.wait_for_url(f"**/state/stripe/customers/{id}")
    steps = page.locator(".steps li")
    assert "Countess" in steps.first.inner_text()
    assert "POST /v1/customers" in steps.last.inner_text()
    steps.last.get_by_text("as it was then").click()
    page.locator(".note.warn").wait_for()
    assert "Countess" not in page.locator("pre").inner_text()
    assert '"Ada"' in page.locator("pre").inner_text()


def test_an_address_leads_to_all_mirrors_that_know_it(place: Place, browse: Browse) -> None:
    page = browse(place.link("/state/stripe/customers"))
    page.click("text=owner@example.com")
    page.locator("h2", has_text="documents with").wait_for()
    kinds = page.locator(".body tbody td:first-child").all_inner_texts()
    assert {each.split()[0] for each in kinds} == {"stripe", "resend"}


def test_sql_answers_or_says_what_is_wrong(place: Place, browse: Browse) -> None:
    page = browse(place.link("/state/sql"))
    page.fill("#sql", "SELECT email FROM stripe.customers ORDER BY email")
    page.click("text=Ask")
    page.locator(".docs").wait_for()
    assert page.locator(".docs td").all_inner_texts() == ["bob@example.com", "owner@example.com"]
    page.fill("#sql", "DELETE FROM stripe.customers")
    page.click("text=Ask")
    page.locator(".note.bad").wait_for()
    assert place.call("stripe", "GET", "/v1/customers").json()["data"]


@pytest.mark.parametrize(
    "path", ["/state/nope/x", "/state/stripe/nope", "/state/stripe/charges/ch"]
)
def test_what_is_not_there_is_said(place: Place, path: str) -> None:
    answer = place.http.get(place.url(path))
    assert answer.status_code == 404
    assert "<h1>" in answer.text


@pytest.mark.parametrize("path", ["/state", "/state/sql", "/state/find?id=owner@example.com"])
def test_axe_finds_nothing_in_the_way(place: Place, browse: Browse, axe: Axe, path: str) -> None:
    assert axe(browse(place.link(path))) == []


def test_axe_finds_nothing_in_the_way_of_a_document(place: Place, browse: Browse, axe: Axe) -> None:
    page = browse(place.link("/state/stripe/customers"), color_scheme="dark")
    page.click(".docs td a")
    page.locator(".steps").wait_for()
    assert axe(page) == []
