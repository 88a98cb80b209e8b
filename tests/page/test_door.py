"""The page is for one person's browser: nothing else can read or change anything."""

import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import httpx
import pytest

from mirra_mcp.local.app import LocalMirra
from tests.page.world import Place

if TYPE_CHECKING:
    from playwright.sync_api import Page

Browse = Callable[..., "Page"]


@pytest.fixture(scope="module")
def place(start: Callable[..., Place]) -> Iterator[Place]:
    place = start("resend")
    yield place
    place.end()


def test_a_link_lets_one_browser_in_once(place: Place, browse: Browse) -> None:
    link = place.link()
    first = browse(link)
    first.wait_for_url("**/timeline")
    assert first.title() == "Timeline · Mirra"
    first.goto(link)
    first.wait_for_url("**/timeline")
    assert first.title() == "Timeline · Mirra"
    second = browse(link, quiet=False)
    assert "hasn't been let in" in second.inner_text("h1")


def test_without_a_key_nothing_is_told(place: Place, mirra: LocalMirra) -> None:
    for path in ("/", "/sessions", f"/s/{place.id}/timeline", "/s/ses_none/timeline"):
        answer = httpx.get(f"{mirra.url}{path}")
        assert (answer.status_code, place.id in answer.text) == (401, False)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(place: Place) -> None:
    answer = httpx.get(place.link())
    assert re.fullmatch(
        r"mirra_page_\d+=[\w-]{40,}; HttpOnly; SameSite=Strict; Path=/",
        answer.headers["set-cookie"],
    )
    assert place.http.headers["authorization"].removeprefix("Bearer ") not in answer.text


@pytest.mark.parametrize("path", ["/timeline", ""])
def test_every_answer_says_how_far_it_may_reach(place: Place, path: str) -> None:
    headers = place.http.get(place.url(path)).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


def test_a_link_that_is_only_prefetched_stays_good(place: Place) -> None:
    link = place.link()
    assert httpx.get(link, headers={"sec-purpose": "prefetch"}).status_code == 401
    assert httpx.get(link).status_code == 200


def test_the_way_on_stays_here(place: Place, mirra: LocalMirra) -> None:
    link = place.link()
    key = link.partition("key=")[2]
    answer = httpx.get(f"{mirra.url}//evil.example/?key={key}")
    assert "//evil" not in answer.text


ATTACK = """<!doctype html><title>evil</title><img id=i src="{url}"><script src="{url}"></script>
<iframe src="{url}"></iframe>
<form id=f method=post action="{act}"><input name=rule value="always"></form>"""


@pytest.fixture
def elsewhere(place: Place, mirra: LocalMirra) -> Iterator[str]:
    """A page of another server on this machine: for browsers it is the same site."""
    page = ATTACK.format(url=place.url(), act=place.url("/moves/snapshot"))

    class Evil(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode() if self.path == "/" else b"")

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Evil) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_page_from_elsewhere_reads_and_changes_nothing(
    place: Place, browse: Browse, elsewhere: str, host: str
) -> None:
    """With the cookie in the very browser that opens it."""
    before = len(place.log())
    page = browse(place.link(), quiet=False)
    page.wait_for_url("**/timeline")
    page.goto(elsewhere.replace("127.0.0.1", host))
    read = "url => fetch(url, {credentials: 'include'}).then(a => a.text(), e => 'refused')"
    assert page.evaluate(read, place.url()) == "refused"
    blind = "url => fetch(url, {credentials: 'include', mode: 'no-cors', method: 'POST'})"
    page.evaluate(f"url => ({blind})(url).catch(() => 0)", place.url("/moves/snapshot"))
    stream = "url => new Promise(done => { const s = new EventSource(url, {withCredentials: true});"
    stream += " s.onmessage = () => done('read'); s.onopen = () => done('open');"
    stream += " s.onerror = () => done('refused'); })"
    assert page.evaluate(stream, place.url("/timeline/stream?after=0")) == "refused"
    assert page.evaluate("document.getElementById('i').naturalWidth") == 0
    assert all(place.id not in frame.content() for frame in page.frames[1:])
    popup = (
        "url => { const w = window.open(url); try { return w.document.title } catch { return '' } }"
    )
    assert page.evaluate(popup, place.url()) == ""
    page.evaluate("document.getElementById('f').submit()")
    page.wait_for_url("**/moves/snapshot")
    assert "Only this page itself" in page.inner_text("h1")
    assert len(place.log()) == before


def test_a_link_on_another_site_still_leads_in(
    place: Place, browse: Browse, elsewhere: str
) -> None:
    """The cookie isn't sent along then: the page asks once more, from here."""
    page = browse(place.link(), quiet=False)
    page.wait_for_url("**/timeline")
    page.goto(elsewhere.replace("127.0.0.1", "localhost"))
    page.evaluate(
        "url => { const a = document.createElement('a'); a.href = url; document.body.append(a);"
        " a.click(); }",
        place.url(),
    )
    page.locator("h1", has_text="Timeline").wait_for()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site"},
    ],
    ids=str,
)
def test_a_form_is_taken_from_the_page_alone(place: Place, headers: dict[str, str]) -> None:
    let_in = httpx.get(place.link()).headers["set-cookie"].partition(";")[0]
    url, before = place.url("/moves/snapshot"), len(place.log())
    own = {"origin": url.partition("/s/")[0]} if "sec-fetch-site" in headers else {}
    answer = httpx.post(url, headers={"cookie": let_in, **own, **headers})
    assert (answer.status_code, len(place.log())) == (403, before)


def test_another_name_for_this_machine_gets_nothing(place: Place) -> None:
    """DNS rebinding: a foreign name that leads here."""
    let_in = httpx.get(place.link()).headers["set-cookie"].partition(";")[0]
    headers = {"cookie": let_in, "host": "rebound.example"}
    answer = httpx.get(place.url(), headers=headers)
    assert (answer.status_code, place.id in answer.text) == (403, False)


def test_nothing_of_the_page_is_loaded_before_it_is_asked_for() -> None:
    code = (
        "import sys, tempfile, httpx\n"
        "from pathlib import Path\n"
        "from mirra_mcp.local.app import LocalMirra\n"
        "from mirra_mcp.settings import Settings\n"
        "with LocalMirra(Settings(data_dir=Path(tempfile.mkdtemp()))) as mirra:\n"
        "    headers = {'authorization': f'Bearer {mirra.token}'}\n"
        "    wanted = {'mirrors': ['resend']}\n"
        "    httpx.post(f'{mirra.url}/v1/sessions', json=wanted, headers=headers)\n"
        "    names = ('mirra_mcp.local.page.', 'jinja2', 'mirra_mcp.client')\n"
        "    def loaded(): return sorted(n for n in sys.modules if n.startswith(names))\n"
        "    before = loaded()\n"
        "    status = httpx.get(f'{mirra.url}/', headers=headers).status_code\n"
        "    print(before, status, 'jinja2' in loaded())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (
        done.stdout.strip()
        == "['mirra_mcp.local.page.door', 'mirra_mcp.local.page.door.keys'] 303 True"
    ), done.stderr
