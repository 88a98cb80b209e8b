"""The mail of a session, and that a hostile one can do nothing."""

import base64
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mirra_mcp.local.app import LocalMirra
from tests.page.world import Place

if TYPE_CHECKING:
    from playwright.sync_api import Page

Browse = Callable[..., "Page"]
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="  # noqa: E501  a picture


@pytest.fixture(scope="module")
def place(start: Callable[..., Place]) -> Iterator[Place]:
    place = start("resend", seeds={"resend": "transactional-busy"})
    yield place
    place.end()


def send(place: Place, **more: Any) -> str:
    """Send a mail as the app does, and return its id."""
    mail = {"from": "Acme <hi@mail.acme.com>", "to": ["ann@acme.com"], "subject": "Welcome",
            "html": "<p>Your code is <b>482913</b></p><a href='https://acme.com/go?a=1&amp;b=2'>Go</a>",
            "text": "Your code is 482913: https://acme.com/go"} | more  # fmt: skip
    answer = place.call("resend", "POST", "/emails", json=mail)
    assert answer.status_code == 200, answer.text
    id: str = answer.json()["id"]
    return id


def test_what_clerk_mails_is_in_the_same_box(start: Callable[..., Place], browse: Browse) -> None:
    place = start("clerk", "resend", seeds={"resend": "transactional-busy"})
    person = {"event": "user.created", "email": "ann@acme.com"}
    url = place.mirrors["clerk"]["url"]
    assert httpx.post(f"{url}/_mirra/simulate", json=person, timeout=30).status_code == 200
    sent = httpx.get(f"{url}/_mirra/state?entity=sent_codes", timeout=30).json()["state"]
    page = browse(place.link("/mail"))
    page.wait_for_url("**/mail")
    page.get_by_role("link", name="Mirra verification code").first.click()
    assert page.locator(".code").first.inner_text() == sent["sent_codes"][0]["code"]
    place.end()


def test_a_mail_is_found_and_read_in_every_way(place: Place, browse: Browse) -> None:
    id = send(place, headers={"X-Order": "7"}, cc=["bob@acme.com"])
    send(place, subject="Invoice", to=["carl@acme.com"], text="Pay", html="")
    page = browse(place.link("/mail"))
    page.wait_for_url("**/mail")
    page.get_by_role("link", name="Welcome").first.click()
    assert page.get_by_role("heading", name="Welcome").is_visible()
    assert page.locator(".code").inner_text() == "482913"
    link = page.locator(".found a")
    assert link.get_attribute("href") == "https://acme.com/go?a=1&b=2"
    assert "noopener" in str(link.get_attribute("rel"))
    assert page.frame_locator("iframe").locator("b").inner_text() == "482913"
    page.get_by_role("link", name="Text", exact=True).click()
    assert "Your code is 482913: https" in page.inner_text("article pre")
    page.get_by_role("link", name="Source").click()
    assert "X-Order: 7" in page.inner_text("article pre")
    page.get_by_role("link", name="Headers").click()
    assert "bob@acme.com" in page.inner_text("article table")
    page.get_by_role("link", name="HTML").click()
    page.get_by_role("link", name="Phone", exact=True).last.click()
    box = page.locator("iframe").bounding_box()
    assert box is not None
    assert box["width"] <= 390
    page.get_by_role("searchbox").fill("to:carl")
    page.get_by_role("button", name="Show").click()
    assert page.locator(".letters li").count() == 1
    assert id not in page.content()


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """A stranger's server: what it is asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        do_POST = do_HEAD = do_OPTIONS = do_GET

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    asked.append(f"http://127.0.0.1:{server.server_address[1]}")
    yield asked
    server.shutdown()
    server.server_close()


HOSTILE = """
<base href="{0}/base/"><meta http-equiv="refresh" content="0;url={0}/meta">
<link rel="stylesheet" href="{0}/style.css"><link rel="preconnect" href="{0}"><link rel=prefetch href="{0}/pre">
<style>@import url({0}/import.css); body {{ background: url({0}/bg.png) }} @font-face {{ font-family: x; src: url({0}/font) }} p {{ font-family: x }}</style>
<script>document.title = 'owned'; parent.postMessage('owned', '*'); new Image().src = '{0}/script'; fetch('{0}/fetch')</script>
<script src="{0}/script.js"></script>
<img src="{0}/pixel.png" onerror="fetch('{0}/onerror')"><svg onload="fetch('{0}/svg')"><image href="{0}/svgimage"/></svg>
<iframe src="{0}/frame"></iframe><object data="{0}/object"></object><embed src="{0}/embed"><video src="{0}/video" autoplay></video>
<form id=f action="{0}/form"><input name=a value=1><button id=send>Send</button></form>
<a id=away href="{0}/away">Away</a><a id=top target=_top href="{0}/top">Top</a><a id=popup target=_blank href="{0}/popup">Popup</a>
<a id=script href="javascript:fetch('{0}/javascript')">Script</a>
<input autofocus onfocus="fetch('{0}/focus')"><details open ontoggle="fetch('{0}/toggle')">x</details><p>Hello</p>
"""  # noqa: E501  hostile lines are long


def test_a_hostile_mail_does_nothing(place: Place, browse: Browse, heard: list[str]) -> None:
    id = send(place, subject="<img src=x onerror=alert(1)>", html=HOSTILE.format(heard[0]))
    page = browse(place.link(f"/mail/{id}"), quiet=False)
    page.wait_for_url(f"**/mail/{id}")
    said: list[str] = []
    page.expose_function("owned", lambda text: said.append(text))
    page.evaluate("addEventListener('message', (event) => owned(String(event.data)))")
    frame = page.frame_locator("iframe")
    assert frame.locator("p").inner_text() == "Hello"
    address = page.url
    for name in ("send", "away", "top", "popup", "script"):
        frame.locator(f"#{name}").click(timeout=2000)
        page.wait_for_load_state("networkidle")
        assert page.url == address
        assert len(page.context.pages) == 1
        page.reload()
    assert page.title().startswith("<img src=x")
    assert page.locator("main img").count() == 0
    assert said == []
    assert heard[1:] == []


def test_a_hostile_mail_does_nothing_in_a_tab_of_its_own(
    place: Place, browse: Browse, heard: list[str]
) -> None:
    send(place, to=["mallory@acme.com"], html=HOSTILE.format(heard[0]))
    url = place.session["inboxUrl"].replace("latest.html?", "latest.html?to=mallory&")
    page = browse(url, quiet=False)
    page.wait_for_load_state("networkidle")
    assert page.inner_text("p") == "Hello"
    assert page.title() == "Welcome"
    assert heard[1:] == []


def test_attachments_are_kept_and_never_opened(place: Place, browse: Browse) -> None:
    evil = base64.b64encode(b"<script>alert(1)</script>").decode()
    id = send(
        place,
        html='<img id=dot src="cid:dot">',
        attachments=[
            {"filename": 'a"b\r\n.html', "content": evil, "content_type": "text/html"},
            {"filename": "dot.png", "content": DOT, "content_id": "dot"},
        ],
    )
    page = browse(place.link(f"/mail/{id}"))
    page.wait_for_url(f"**/mail/{id}")
    with page.expect_download() as kept:
        page.locator(".files a").first.click()
    assert kept.value.path().read_bytes() == b"<script>alert(1)</script>"
    answer = place.http.get(
        f"{place.url(f'/mail/{id}')}/files/"
        f"{page.locator('.files a').first.get_attribute('href').rpartition('/')[2]}"  # type: ignore[union-attr]  # it has one
    )
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    image = page.frame_locator("iframe").locator("#dot")
    assert str(image.get_attribute("src")).startswith("data:image/png;base64,")


def test_a_browser_test_reads_the_newest_mail_by_its_address(place: Place, browse: Browse) -> None:
    url = place.session["inboxUrl"]
    send(place, to=["dora@acme.com"], subject="First")
    send(place, to=["dora@acme.com"], subject="Second")
    newest = url.replace("latest.html?", "latest.json?to=dora@&")
    told = httpx.get(newest).json()
    assert (told["subject"], told["codes"]) == ("Second", ["482913"])
    assert told["links"] == ["https://acme.com/go?a=1&b=2"]
    first = httpx.get(newest.replace("to=dora@", "to=dora@&subject=first")).json()
    assert first["subject"] == "First"
    page = browse(url.replace("latest.html?", "latest.html?to=dora@&"))
    assert (
        page.get_by_role("link", name="Go").get_attribute("href") == "https://acme.com/go?a=1&b=2"
    )
    text = httpx.get(url.replace("latest.html?", "latest.txt?to=dora@&")).text
    assert text == "Your code is 482913: https://acme.com/go"


def test_the_newest_mail_is_waited_for(place: Place) -> None:
    from concurrent.futures import ThreadPoolExecutor

    url = place.session["inboxUrl"].replace("latest.html?", "latest.json?to=eve@acme.com&wait=10&")
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(httpx.get, url, timeout=30)
        send(place, to=["eve@acme.com"], subject="At last")
        assert asked.result().json()["subject"] == "At last"
    missing = httpx.get(url.replace("eve", "nobody").replace("wait=10", "wait=0"))
    assert (missing.status_code, "No mail fits" in missing.text) == (404, True)


def test_the_address_is_the_inboxs_alone(place: Place, mirra: LocalMirra) -> None:
    url = place.session["inboxUrl"]
    assert httpx.get(url.partition("?")[0]).status_code == 401
    assert httpx.get(url + "x").status_code == 401
    other = url.replace(place.id, "ses_other")
    assert httpx.get(other).status_code == 401
    token = url.rpartition("token=")[2]
    for path in ("/mail", "/timeline"):
        assert httpx.get(f"{mirra.url}/s/{place.id}{path}?token={token}").status_code == 401


def test_what_comes_in_is_there_too(place: Place, browse: Browse) -> None:
    place.simulate("resend", "email.received", **{"from": "zoe@world.com"}, subject="Hi there")
    page = browse(place.link("/mail?box=received"))
    page.wait_for_url("**/mail?box=received")
    assert "From zoe@world.com" in page.inner_text(".letters")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_in_the_way_of_people(
    place: Place, browse: Browse, axe: Callable[["Page"], list[str]], scheme: str
) -> None:
    id = send(place, subject="Plainly")
    page = browse(place.link("/mail?q=subject:plainly"), color_scheme=scheme)
    page.wait_for_selector(".letters")
    assert axe(page) == []
    for view in ("html", "text", "headers") if scheme == "light" else ("html",):
        page.goto(place.url(f"/mail/{id}?q=subject:plainly&view={view}"))
        assert axe(page) == []
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
