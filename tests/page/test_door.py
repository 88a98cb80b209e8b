"""The page is for one person's browser: nothing else can read or change anything."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
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
    assert done.stdout.strip() == "['mirra_mcp.local.page.keys'] 303 True", done.stderr
