"""`mirra-mcp open` leads a browser to a session: on this machine, or to one of hosted Mirra."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings
from tests.cli.command import first_line, run, running
from tests.page.world import Place

if TYPE_CHECKING:
    from playwright.sync_api import Page

Browse = Callable[..., "Page"]


def test_a_session_of_hosted_mirra_is_shown_by_a_page_on_this_machine(
    mirra: LocalMirra, start: Callable[..., Place], browse: Browse, tmp_path: Path
) -> None:
    """The page speaks to Mirra by the same client, so that any Mirra can be looked at."""
    place = start("resend")
    place.call("resend", "POST", "/contacts", json={"email": "ada@example.com"})
    env = {"MIRRA_TOKEN": mirra.token, "MIRRA_API_URL": mirra.url}
    with running(tmp_path, "open", "--print", "--session", place.id, env=env) as process:
        link = first_line(process).strip()
        assert not link.startswith(mirra.url)
        page = browse(link)
        assert page.locator("#rows .row", has_text="/contacts").count() == 1
        page.goto("about:blank")
    place.end()


def test_open_prints_a_link_that_lets_a_browser_in(browse: Browse, tmp_path: Path) -> None:
    with LocalMirra(Settings(data_dir=tmp_path / "data")) as local:
        headers = {"authorization": f"Bearer {local.token}"}
        wanted = {"mirrors": ["resend"]}
        answer = httpx.post(f"{local.url}/v1/sessions", json=wanted, headers=headers)
        done = run(tmp_path, "open", "state", "--json")
        assert done.returncode == 0, done.stderr
        page = browse(json.loads(done.stdout)["url"])
        assert page.url == f"{local.url}/s/{answer.json()['sessionId']}/state"
