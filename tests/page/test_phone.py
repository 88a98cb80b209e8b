"""Texts and calls as conversations, and a person who is the other side."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.page.world import Place

if TYPE_CHECKING:
    from playwright.sync_api import Page

Browse = Callable[..., "Page"]
THEIRS = "+15558675310"
APP, CUSTOMER = "+14155550100", "+15555550123"
"""The numbers of the fixture `support-chat`."""


@pytest.fixture(scope="module")
def place(start: Callable[..., Place]) -> Iterator[Place]:
    place = start("twilio")
    yield place
    place.end()


@pytest.fixture(scope="module")
def ours(place: Place) -> str:
    """A number of the account's that answers texts and calls."""
    sid = place.mirrors["twilio"]["env"]["TWILIO_ACCOUNT_SID"]
    path = f"/2010-04-01/Accounts/{sid}"
    found = place.call("twilio", "GET", f"{path}/AvailablePhoneNumbers/US/Local.json").json()
    number: str = found["available_phone_numbers"][0]["phone_number"]
    bought = place.call(
        "twilio", "POST", f"{path}/IncomingPhoneNumbers.json", data={"PhoneNumber": number}
    )
    assert bought.status_code == 201, bought.text
    return number


def text(place: Place, ours: str, body: str, to: str = THEIRS) -> None:
    sid = place.mirrors["twilio"]["env"]["TWILIO_ACCOUNT_SID"]
    answer = place.call(
        "twilio", "POST", f"/2010-04-01/Accounts/{sid}/Messages.json",
        data={"From": ours, "To": to, "Body": body},
    )  # fmt: skip
    assert answer.status_code == 201, answer.text


def test_a_person_texts_back(place: Place, ours: str, browse: Browse) -> None:
    text(place, ours, "Hello <b>Ann</b> " + "x" * 200)
    page = browse(place.link("/phone"))
    page.wait_for_url("**/phone")
    page.get_by_role("link", name=THEIRS).click()
    bubbles = page.get_by_role("list", name="Texts and calls, oldest first")
    assert "Hello <b>Ann</b>" in bubbles.inner_text()
    assert "2 segments" in bubbles.inner_text()
    page.get_by_placeholder(f"Text as {THEIRS}").fill("STOP")
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**note=*")
    assert bubbles.locator("li.theirs").last.inner_text().startswith("STOP")
    assert "They opted out with “STOP”" in page.inner_text("main")
    page.get_by_placeholder(f"Text as {THEIRS}").fill("START")
    page.get_by_placeholder(f"Text as {THEIRS}").press("Enter")
    page.get_by_text("opted out").first.wait_for(state="detached")


def test_a_new_person_texts_the_app(place: Place, ours: str, browse: Browse) -> None:
    page = browse(place.link("/phone?new=1"))
    page.wait_for_url("**/phone?new=1")
    page.get_by_label("Your number").fill("+15551230000")
    page.get_by_label("The app's number").select_option(ours)
    page.get_by_label("Text", exact=True).fill("Anybody there?")
    page.get_by_role("button", name="Send the text").click()
    page.wait_for_url("**with=%2B15551230000*")
    assert "Anybody there?" in page.inner_text(".bubbles")
    page.goto(place.url("/phone?new=1"))
    page.get_by_label("Your number").fill("nobody")
    page.get_by_role("button", name="Send the text").click()
    assert "can't text" in page.get_by_role("status").inner_text()


def test_a_call_is_held_key_by_key(place: Place, ours: str, browse: Browse) -> None:
    sid = place.mirrors["twilio"]["env"]["TWILIO_ACCOUNT_SID"]
    menu = "<Response><Gather numDigits='1' timeout='60'><Say>Press one</Say></Gather><Say>Bye</Say></Response>"  # noqa: E501  one document
    made = place.call(
        "twilio", "POST", f"/2010-04-01/Accounts/{sid}/Calls.json",
        data={"From": ours, "To": "+15550001111", "Twiml": menu},
    )  # fmt: skip
    assert made.status_code == 201, made.text
    page = browse(place.link("/phone"))
    page.wait_for_url("**/phone")
    page.get_by_role("link", name="+15550001111").click()
    page.get_by_role("button", name="Pick up").click()
    page.wait_for_url("**note=*")
    assert "Press one" in page.inner_text(".lines")
    page.get_by_role("button", name="Hang up").click()
    page.get_by_role("button", name="Hang up").wait_for(state="detached")
    assert "completed" in page.inner_text(".bubbles")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_in_the_way_of_people(
    place: Place, ours: str, browse: Browse, axe: Callable[["Page"], list[str]], scheme: str
) -> None:
    text(place, ours, "Hi", "+15557654321")
    page = browse(place.link("/phone"), color_scheme=scheme)
    page.wait_for_url("**/phone")
    assert axe(page) == []
    page.get_by_role("link", name="+15557654321").click()
    assert axe(page) == []
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.goto(place.url("/phone?new=1"))
    assert axe(page) == []


@pytest.fixture(scope="module")
def support(start: Callable[..., Place]) -> Iterator[Place]:
    """A session with a chat of an agent and a customer, and an application that signs people up."""
    place = start("twilio", "clerk", seeds={"twilio": "support-chat"})
    yield place
    place.end()


def test_conferences_and_queues_show_who_is_in_them(support: Place, browse: Browse) -> None:
    sid = support.mirrors["twilio"]["env"]["TWILIO_ACCOUNT_SID"]
    rooms = ("<Dial><Conference>Case &lt;i>7</Conference></Dial>", "<Enqueue>billing</Enqueue>")
    calls = []
    for theirs, room in zip(("+15550001111", "+15550002222"), rooms, strict=True):
        made = support.call(
            "twilio", "POST", f"/2010-04-01/Accounts/{sid}/Calls.json",
            data={"From": APP, "To": theirs, "Twiml": f"<Response>{room}</Response>"},
        )  # fmt: skip
        assert made.status_code == 201, made.text
        calls.append(made.json()["sid"])
    support.tell("/clock", advance="5s")
    page = browse(support.link("/phone"))
    page.wait_for_url("**/phone")
    listed = page.get_by_role("link", name="Case <i>7 conference")
    assert "1 in it" in listed.inner_text()
    listed.click()
    assert page.inner_text(".handset header p >> nth=1") == "+15550001111"
    assert "joined" in page.inner_text(".bubbles")
    page.get_by_role("link", name="billing queue").click()
    assert "1 waiting" in page.inner_text(".handset header")
    assert page.inner_text(".handset header p >> nth=1") == "+15550002222"
    for call in calls:
        support.simulate("twilio", "call.hung_up", callId=call)
    page.reload()
    assert "0 waiting" in page.inner_text(".handset header")
    assert "+15550002222 hangup" in " ".join(page.inner_text(".bubbles").split())
    page.get_by_role("link", name="Case <i>7 conference").click()
    assert "completed" in page.inner_text(".handset header")
    assert "+15550001111" not in page.inner_text(".handset header")


def test_a_chat_user_writes(
    support: Place, browse: Browse, axe: Callable[["Page"], list[str]]
) -> None:
    chat = support.mirrors["twilio"]["env"]["TWILIO_CONVERSATION_SID"]
    people = f"/v1/Conversations/{chat}/Participants"
    added = support.call("twilio", "POST", people, data={"Identity": "<u>bo\u202eb"})
    assert added.status_code == 201, added.text
    page = browse(support.link("/phone?q=1042"))
    page.wait_for_url("**q=1042")
    page.get_by_role("link", name="Order 1042 chat").click()
    assert page.get_by_label("Who writes").inner_text().split() == ["agent", "<u>bo⟨U+202E⟩b"]
    for who, words in (("agent", "How can I help?"), ("<u>bo\u202eb", "<b>Me</b>, too")):
        page.get_by_label("Who writes").select_option(who)
        page.get_by_label("Message").fill(words)
        page.get_by_role("button", name="Send").click()
        page.locator(".bubbles .said", has_text=words).wait_for()
    support.simulate("twilio", "message.received", **{"from": CUSTOMER, "to": APP, "body": "Hi"})
    page.reload()
    said = page.locator(".bubbles > li")
    assert said.nth(1).get_attribute("class") == "ours"
    assert said.last.get_attribute("class") == "theirs"
    assert said.last.inner_text().split()[:2] == ["Hi", CUSTOMER]
    assert axe(page) == []
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    support.call("twilio", "POST", f"/v1/Conversations/{chat}", data={"State": "closed"})
    page.get_by_label("Message").fill("Too late")
    page.get_by_role("button", name="Send").click()
    assert "is closed" in page.get_by_role("status").inner_text()
    assert page.get_by_label("Message").count() == 0


def test_clerks_texts_are_on_the_phone_and_need_no_answer(support: Place, browse: Browse) -> None:
    api = f"{support.mirrors['clerk']['url']}/v1"
    browser = httpx.post(f"{api}/dev_browser", json={}).json()["token"]
    form = {"phone_number": "+14155552671", "password": "correct horse battery"}
    where = f"{api}/client/sign_ups"
    query = {"__clerk_db_jwt": browser}
    made = httpx.post(where, params=query, data=form | {"email_address": "ann@example.org"})
    assert made.status_code == 200, made.text
    attempt = made.json()["response"]["id"]
    asked = httpx.post(
        f"{where}/{attempt}/prepare_verification", params=query, data={"strategy": "phone_code"}
    )
    assert asked.status_code == 200, asked.text
    page = browse(support.link("/phone"))
    page.wait_for_url("**/phone")
    page.get_by_role("link", name="+14155552671").click()
    assert "is your verification code" in page.inner_text(".bubbles .said")
    assert page.get_by_role("button", name="Send").count() == 0
