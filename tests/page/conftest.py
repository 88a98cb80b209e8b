"""A real browser before a real Mirra: skipped with a line where there is no Chromium.

The browser lives as long as this folder's tests run, and holds the thread's event loop: a test
here is a plain function, and speaks to mirrors by a vendor's synchronous SDK or `httpx`.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings
from tests.page.world import Place

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NEAR = ("about:", "http://127.0.0.1:", "http://localhost:", "data:", "blob:")
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="package")
def mirra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalMirra]:
    """An embedded Mirra with all mirrors."""
    with LocalMirra(Settings(data_dir=tmp_path_factory.mktemp("mirra"))) as local:
        yield local


@pytest.fixture(scope="package")
def start(mirra: LocalMirra) -> Iterator[Callable[..., Place]]:
    """Return a function that starts a session: `start("stripe", clock=..., webhooks=...)`."""
    headers = {"authorization": f"Bearer {mirra.token}"}
    with httpx.Client(base_url=mirra.url, headers=headers, timeout=30) as http:

        def begin(*mirrors: str, **options: Any) -> Place:
            answer = http.post("/v1/sessions", json={"mirrors": list(mirrors), **options})
            assert answer.status_code == 201, answer.text
            return Place(http, answer.json())

        yield begin


@pytest.fixture(scope="package")
def chromium() -> Iterator["Browser"]:
    """A headless Chromium that loads nothing from elsewhere by itself."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright isn't installed")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def browse(chromium: "Browser") -> Iterator[Callable[..., "Page"]]:
    """Return a function that opens an address in a browser of its own, and gives its tab.

    `browse(place.link())` lets it in. At the end of a test no tab may have complained (a refused
    script or style does), nor have asked another host for anything. Options are those of
    Playwright's `new_context`; `quiet=False` lets a tab complain.
    """
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open(url: str, *, quiet: bool = True, **options: Any) -> "Page":
        context = chromium.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(10_000)

        def heard(said: "ConsoleMessage") -> None:
            if said.type == "error" and quiet:
                troubles.append(f"{said.location.get('url')}: {said.text}")

        def asked(request: "Request") -> None:
            if not request.url.startswith(NEAR):
                troubles.append(f"asked for {request.url}")

        context.on("console", heard)
        context.on("weberror", lambda error: troubles.append(str(error.error)))
        context.on("request", asked)
        page = context.new_page()
        page.goto(url)
        if quiet:
            page.wait_for_url(lambda at: "key=" not in at)
        return page

    yield open
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def axe() -> Callable[["Page"], list[str]]:
    """Return a function that lists what axe finds wrong with a page: nothing, it should be."""
    folder = os.environ.get("NODE_SDKS")
    source = Path(folder or "", "axe", "node_modules", "axe-core", "axe.min.js")
    if not folder or not source.is_file():
        pytest.skip("axe-core isn't installed: NODE_SDKS names no folder that has it")

    def run(page: "Page") -> list[str]:
        page.evaluate(source.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run(document, {iframes: false})")
        return [
            f"{each['id']}: {node['html'][:200]} {node['failureSummary']}"
            for each in found["violations"]
            for node in each["nodes"]
        ]

    return run
