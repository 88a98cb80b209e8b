"""The timeline: each call with what it caused, live, filtered, and replayed at a click."""

import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from mirra_mcp.local.page.timeline import chronicles
from mirra_mcp.local.page.timeline.threads import Threads
from mirra_mcp.wire.events import Event
from tests.local.receiver import Receiver, Reply, receiving
from tests.page.world import Place

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

Browse = Callable[..., "Page"]
HOSTILE = (
    "<script>document.title='owned'</script>",
    '"><img src=x onerror="document.title=\'owned\'">',
    "javascript:alert(1)",
    "\u202egnp.exe\u200b",
    "{{ 7*7 }}{% raise %}",
)


@pytest.fixture(scope="module")
def hook() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def place(start: Callable[..., Place], hook: Receiver) -> Iterator[Place]:
    place = start("stripe", "resend", webhooks={"stripe": hook.url})
    yield place
    place.end()


def customer(place: Place, **given: str) -> str:
    answer = place.call("stripe", "POST", "/v1/customers", data=given)
    assert answer.status_code == 200, answer.text
    id: str = answer.json()["id"]
    return id


def opened(page: "Page") -> "Locator":
    """Open the newest thread beside the list."""
    page.click("#rows .row a")
    page.locator("#detail .detail").wait_for()
    return page.locator("#detail")


def test_a_call_is_one_thread_with_all_that_it_caused(place: Place, browse: Browse) -> None:
    id = customer(place, email="ada@example.com")
    place.heard("webhook.dispatched")
    page = browse(place.link("/timeline?q=ada@example.com"))
    detail = opened(page)
    assert "POST /v1/customers" in detail.locator("h2").inner_text()
    assert id in detail.locator(".change summary").inner_text()
    assert "customer.created" in detail.locator(".parcel .line").inner_text()
    assert "/timeline/" in page.url
    page.reload()
    assert id in page.locator("#detail .change summary").inner_text()


def test_a_refused_webhook_says_why_and_is_sent_again_at_a_click(
    place: Place, hook: Receiver, browse: Browse
) -> None:
    said = '{"error": "No signatures found matching the expected signature"}'
    hook.answers.append(Reply(said, 400, "application/json"))
    customer(place, email="refused@example.com")
    place.heard("webhook.dispatched")
    page = browse(place.link("/timeline?q=refused@example.com&outcome=refused"))
    opened(page)
    parcel = page.locator("#detail .parcel")
    assert "No signatures found" in parcel.inner_text()
    assert "verify the raw bytes" in parcel.inner_text()
    parcel.get_by_role("button", name="Send again", exact=True).click()
    page.wait_for_url("**note=*")
    assert page.locator(".note").inner_text() == "customer.created was sent again: status 200."
    page.goto(place.url("/timeline?q=refused@example.com"))
    opened(page)
    assert page.locator("#detail .tries li").count() == 2
    assert page.locator("#detail .parcel.taken").count() == 1


def test_a_handler_that_takes_forgeries_is_shown_up(place: Place, browse: Browse) -> None:
    customer(place, email="forged@example.com")
    place.heard("webhook.dispatched")
    page = browse(place.link("/timeline?q=forged@example.com"))
    opened(page)
    page.get_by_role("button", name="Send again, and forge").click()
    page.locator(".note.bad").wait_for()
    assert "forged copies" in page.locator(".note").inner_text()
    page.goto(place.url("/timeline?q=forged@example.com&outcome=fault"))
    assert "taken" in page.locator("#rows .row").inner_text()


def test_a_fault_is_marked_as_set_on_purpose(place: Place, browse: Browse) -> None:
    place.tell("/faults", rule="stripe POST /v1/products: error rate_limit, once")
    place.call("stripe", "POST", "/v1/products", data={"name": "x"})
    page = browse(place.link("/timeline?outcome=fault&q=/v1/products"))
    assert "fault" in page.locator("#rows .row .came").inner_text()
    opened(page)
    assert "set on purpose" in page.locator("#detail .note.warn").inner_text()


def test_filters_are_in_the_address_and_work_without_scripts(place: Place, browse: Browse) -> None:
    customer(place, email="plain@example.com")
    page = browse(place.link(), java_script_enabled=False)
    page.wait_for_url("**/timeline")
    page.fill("#q", "plain@example.com")
    page.select_option("#kind", "call")
    page.click("text=Show")
    assert "q=plain%40example.com" in page.url
    assert page.locator("#rows .row").count() == 1
    opened(page)
    assert "POST /v1/customers" in page.locator("#detail h2").inner_text()
    page.click(".close")
    assert page.locator("#rows .row").count() == 1


def test_entries_come_live(place: Place, browse: Browse) -> None:
    page = browse(place.link("/timeline?q=live@example.com"))
    page.locator("#none").wait_for()
    customer(place, email="live@example.com")
    page.locator("#rows .row").wait_for()
    assert page.locator("#none").count() == 0


def test_five_thousand_entries_are_followed_live(
    start: Callable[..., Place], browse: Browse
) -> None:
    """The list stays short, and the newest entry is on top."""
    place = start("resend")
    page = browse(place.link())
    page.locator("#rows .row").first.wait_for()
    for number in range(1700):
        place.http.post(
            f"{place.mirrors['resend']['url']}/contacts",
            json={"email": f"{number}@example.com"},
            headers={"authorization": f"Bearer {place.mirrors['resend']['env']['RESEND_API_KEY']}"},
        )
    assert len(place.log()) == 1000
    last = place.http.get(
        f"/v1/sessions/{place.id}/events",
        params={"after": 4999, "limit": 1000, "types": "traffic.request_completed"},
        headers={"accept": "application/json"},
    ).json()["events"][-1]["id"]
    assert last >= 5000
    page.locator(f"#evt_{last}").wait_for(timeout=20_000)
    assert page.locator("#rows > li").first.get_attribute("id") == f"evt_{last}"
    assert page.locator("#rows > li").count() <= 300
    page.goto(place.url("/timeline?before=200"))
    assert page.locator("#rows > li").first.get_attribute("id") == "evt_199"
    place.end()


def test_of_a_long_log_the_newest_is_read_first(
    start: Callable[..., Place], browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chronicles, "RECENT", 12)
    place = start("stripe")
    for number in range(10):
        customer(place, email=f"n{number}@example.com")
    page = browse(place.link())
    assert page.locator("#rows > li").count() == 3
    page.click("#older")
    page.wait_for_url("**before=*")
    assert page.locator("#rows > li").count() == 8
    place.end()


@pytest.fixture(scope="module")
def hostile(place: Place) -> None:
    for text in HOSTILE:
        customer(place, email="hostile@example.com", name=text, **{"metadata[x]": text})
    place.call("stripe", "GET", "/v1/<script>alert(1)</script>?q=<b>hostile@example.com")
    long = {"email": "hostile@example.com", "name": "\x00null", "description": "x" * 1_000_000}
    place.call("stripe", "POST", "/v1/customers", data=long)


@pytest.mark.usefixtures("hostile")
@pytest.mark.parametrize("javascript", [True, False])
def test_hostile_data_is_data(place: Place, browse: Browse, javascript: bool) -> None:
    page = browse(place.link("/timeline?q=hostile@example.com"), java_script_enabled=javascript)
    hrefs = [each.get_attribute("href") for each in page.locator("#rows .row a").all()]
    assert len(hrefs) == len(HOSTILE) + 2
    for href in hrefs:
        page.goto(place.url() if href is None else page.url.split("/s/")[0] + href)
        assert page.title().endswith("· Mirra")
        assert "owned" not in page.title()
        assert page.locator("main script, main img, main b[onerror]").count() == 0
        assert "\u202e" not in page.locator("main").inner_text()


def test_axe_finds_nothing_in_the_way(
    place: Place, browse: Browse, axe: Callable[["Page"], list[str]]
) -> None:
    customer(place, email="axe@example.com")
    for scheme in ("light", "dark"):
        page = browse(place.link("/timeline"), color_scheme=scheme)
        opened(page)
        assert axe(page) == []


def test_keys_walk_through_the_list(place: Place, browse: Browse) -> None:
    page = browse(place.link("/timeline?kind=call"))
    page.locator("#rows .row").first.wait_for()
    page.keyboard.press("j")
    page.locator("#detail .detail").wait_for()
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile(r"/timeline\?kind=call"))
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"


def _event(id: int, type: str, at: str, **data: object) -> Event:
    return Event(id=id, type=type, data={"mirror": "stripe", "at": at, **data})


def test_a_timer_at_the_instant_of_a_call_is_a_thread_of_its_own() -> None:
    """With a clock that stands, all has the same time: the log says what belongs to a call."""
    at = "2026-05-04T12:00:00Z"
    change = {"entity": "charge", "entityId": "ch_1", "before": None, "after": {"id": "ch_1"}}
    threads = Threads()
    threads.read(
        [
            _event(1, "state.changed", at, **change),
            _event(2, "state.changed", at, **change),
            _event(3, "traffic.request_completed", at, method="POST", path="/x", since=2),
            _event(4, "webhook.dispatched", at, deliveryId="a", url="http://x", afterEvent=1),
            _event(5, "webhook.dispatched", at, deliveryId="b", url="http://x", afterEvent=2),
        ],
        is_end=True,
    )
    call, timer = threads.newest()
    assert (call.id, call.changes, list(call.trips)) == (3, 1, ["b"])
    assert (timer.id, timer.kind, timer.changes, list(timer.trips)) == (1, "time", 1, ["a"])
    assert threads.find(5) is call


def test_the_rows_of_the_stream_are_escaped(place: Place) -> None:
    customer(place, name=HOSTILE[0], email="stream@example.com")
    url = place.url("/timeline/stream?after=0&q=stream@example.com")
    with place.http.stream("GET", url) as answer:
        for line in answer.iter_lines():
            if line.startswith("data:"):
                rows = json.loads(line[5:])["rows"]
                break
    assert rows
    assert "<script" not in json.dumps(rows)
