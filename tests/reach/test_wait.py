"""Waiting for a webhook, by command and over HTTP, for suites of any language."""

import json

import anyio
import httpx
import pytest

from mirra_mcp.client.client import MirraClient
from mirra_mcp.wire.sessions import CreateSession, Session
from tests.reach import commands
from tests.reach.conftest import Place


@pytest.fixture
def session(place: Place) -> Session:
    async def start() -> Session:
        async with MirraClient(place.url, place.token) as client:
            return await client.create_session(CreateSession(mirrors=["stripe"]))

    return anyio.run(start)


def buy(session: Session) -> None:
    (mirror,) = session.mirrors
    key = {"authorization": f"Bearer {mirror.env['STRIPE_SECRET_KEY']}"}
    form = {"email": "ann@example.com"}
    httpx.post(f"{mirror.url}/v1/customers", headers=key, data=form).raise_for_status()


def test_under_exec_it_knows_the_session(place: Place, session: Session) -> None:
    code = (
        "import stripe, subprocess, sys\n"
        "stripe.api_key = os.environ['STRIPE_SECRET_KEY']\n"
        "stripe.Customer.create()\n"
        "wait = ['wait', 'webhook', 'customer.created', '--json']\n"
        "sys.exit(subprocess.run([sys.executable, '-m', 'mirra_mcp', *wait]).returncode)"
    )
    done = commands.python(place.folder, code, "--session", session.session_id)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["data"]["type"] == "customer.created"


@pytest.mark.anyio
async def test_over_http_a_page_of_webhooks_waits_for_its_first(
    place: Place, session: Session
) -> None:
    url = f"{place.url}/v1/sessions/{session.session_id}/webhooks"
    headers = {"authorization": f"Bearer {place.token}"}
    async with httpx.AsyncClient(headers=headers, timeout=30) as http, anyio.create_task_group():
        in_vain = await http.get(url, params={"type": "customer.created", "wait": "0.05"})
        assert in_vain.json()["webhooks"] == []
        found: list[httpx.Response] = []

        async def wait() -> None:
            found.append(await http.get(url, params={"type": "customer.created", "wait": "20"}))

        with anyio.fail_after(15):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(wait)
                await anyio.to_thread.run_sync(buy, session)
    assert [each["type"] for each in found[0].json()["webhooks"]] == ["customer.created"]


@pytest.mark.anyio
async def test_over_http_webhooks_are_sent_somewhere_later(place: Place, session: Session) -> None:
    async with MirraClient(place.url, place.token) as client:
        await client.forward_webhooks(session.session_id, {"stripe": "http://127.0.0.1:9/hooks"})
        await anyio.to_thread.run_sync(buy, session)
        page = await client.webhooks(session.session_id, type="customer.created", wait=5)
    assert page.webhooks[0].url == "http://127.0.0.1:9/hooks"
