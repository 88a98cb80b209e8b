"""The plugin in a project of its own: what passes, what fails, and what is told."""

import sys
from pathlib import Path
from xml.etree import ElementTree

from tests.reach.test_hosts import PETS
from tests.testing import project

SHOP = '''
"""A shop, as its framework's guide would have it: no word of a mirror."""
import json, os
import resend, stripe

def app_asgi():
    async def app(scope, receive, send):
        body = (await receive())["body"]
        headers = {k.decode(): v.decode() for k, v in scope["headers"]}
        status = handle(body, headers.get("stripe-signature", ""))
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})
    return app

def app_wsgi(environ, start_response):
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    status = handle(body, environ.get("HTTP_STRIPE_SIGNATURE", ""))
    start_response(f"{status} Done", [])
    return [b""]

paid = []

def handle(body, signature):
    try:
        event = stripe.Webhook.construct_event(
            body, signature, os.environ["STRIPE_WEBHOOK_SECRET"])
    except (ValueError, stripe.SignatureVerificationError):
        return 400
    if event.type == "payment_intent.succeeded":
        paid.append(event.data.object.id)
    return 200

def buy():
    stripe.api_key = os.environ["STRIPE_SECRET_KEY"]
    return stripe.PaymentIntent.create(
        amount=500, currency="usd", payment_method="pm_card_visa", confirm=True,
        automatic_payment_methods={"enabled": True, "allow_redirects": "never"})

def sign_up(address):
    resend.api_key = os.environ["RESEND_API_KEY"]
    resend.Emails.send({
        "from": "shop@resend.dev", "to": address, "subject": "Your code",
        "html": '<p>Code <b>482913</b>, or <a href="https://shop.example/in?a=1&amp;b=2">this</a></p>'})
'''

GOOD = '''
import asyncio, os
import pytest, shop, stripe
from mirra_mcp.testing.mirra import NotArrived

def test_nothing_of_ours_is_used_without_a_fixture():
    assert os.environ["STRIPE_SECRET_KEY"].startswith("sk_live")
    assert "MIRRA_PRELOAD" not in os.environ

@pytest.mark.mirra(mirrors=["stripe"])
@pytest.mark.parametrize("app", [shop.app_asgi(), shop.app_wsgi], ids=["asgi", "wsgi"])
def test_a_handler_takes_a_webhook_in_process(mirra, app):
    mirra.deliver_to(app, "/hooks")
    bought = shop.buy()
    came = mirra.wait_for_webhook("payment_intent.succeeded", {"data.object.amount": 500})
    assert came.payload["data"]["object"]["id"] == bought.id
    assert shop.paid[-1] == bought.id

@pytest.mark.mirra(mirrors=["stripe"], clock="2026-01-01T00:00:00Z")
def test_the_clock_stands_until_it_is_moved(mirra):
    assert mirra.clock.now.isoformat() == "2026-01-01T00:00:00+00:00"
    assert mirra.clock.advance("3 days").at.day == 4

def test_mail_is_read(mirra, resend_mirror):
    shop.sign_up("delivered@resend.dev")
    mail = mirra.inbox.latest(to="delivered@resend.dev")
    assert (mail.subject, mail.code) == ("Your code", "482913")
    assert mail.links == ["https://shop.example/in?a=1&b=2"]
    mirra.simulate("email.bounced", emailId=mail.doc["id"])
    assert mirra.wait_for_webhook("email.bounced").url is None
    with pytest.raises(LookupError, match="to delivered@resend.dev: Your code"):
        mirra.inbox.latest(to="nobody@resend.dev", timeout=0.1)

@pytest.mark.mirra(seeds={"twilio": "verified-numbers"})
def test_texts_are_read(mirra, twilio_mirror):
    from twilio.rest import Client
    Client().messages.create(
        to="+15555550123", from_=os.environ["TWILIO_PHONE_NUMBER"], body="Your code is 1234")
    assert mirra.sms.latest(to="+15555550123").code == "1234"

def test_a_snapshot_brings_back(mirra, stripe_mirror):
    stripe.api_key = os.environ["STRIPE_SECRET_KEY"]
    before = len(stripe_mirror.state("customers"))
    with mirra.snapshot():
        stripe.Customer.create(email="a@example.com")
        assert len(stripe_mirror.state("customers")) == before + 1
    assert len(stripe_mirror.state("customers")) == before

def test_a_fork_is_another_future(mirra, stripe_mirror):
    stripe.api_key = os.environ["STRIPE_SECRET_KEY"]
    stripe.Customer.create(email="a@example.com")
    with mirra.fork() as other:
        assert os.environ["MIRRA_SESSION_ID"] == other.id != mirra.id
        stripe.Customer.create(email="b@example.com")
        assert len(other.mirror("stripe").state("customers")) == 2
        came = other.wait_for_webhook("customer.created")
        assert came.payload["data"]["object"]["email"] == "b@example.com"
    assert [each["email"] for each in stripe_mirror.state("customers")] == ["a@example.com"]
    assert len(stripe.Customer.list().data) == 1

@pytest.mark.mirra(mirrors=["stripe"], faults="POST /v1/customers: api_error")
def test_what_is_let_fail_fails(mirra):
    stripe.api_key, stripe.max_network_retries = os.environ["STRIPE_SECRET_KEY"], 0
    with pytest.raises(stripe.APIError):
        stripe.Customer.create()
    (rule,) = mirra.faults.all()
    assert (rule.effect, rule.struck) == ("error", 1)
    mirra.faults.remove(rule)
    mirra.faults.add("webhook customer.created: bad signature")
    mirra.faults.add(webhook="customer.updated", effect="lost")
    mirra.deliver_to(shop.app_wsgi, "/hooks")
    stripe.Customer.modify(stripe.Customer.create().id, name="Ann")
    with pytest.raises(NotArrived, match="answered 400"):
        mirra.wait_for_webhook("customer.created")

def test_a_wait_in_vain_tells_what_came(mirra, stripe_mirror):
    shop.buy()
    with pytest.raises(NotArrived) as told:
        mirra.wait_for_webhook("charge.refunded", timeout=0.1)
    assert "stripe charge.succeeded: nobody subscribed to it" in str(told.value)
    with pytest.raises(NotArrived, match="condition of the wait raised KeyError: 'nonsense'"):
        mirra.wait_for_webhook("charge.succeeded", lambda payload: payload["nonsense"])

@pytest.mark.mirra(mirrors="stripe", allow=["refused-webhook", "live"])
def test_what_a_test_expects_it_may_meet(mirra):
    async def refuses(scope, receive, send):
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b""})
    mirra.deliver_to(refuses, "/hooks")
    stripe.api_key = os.environ["STRIPE_SECRET_KEY"]
    stripe.Customer.create()
    with pytest.raises(NotArrived, match="answered 500"):
        mirra.wait_for_webhook("customer.created")
    import requests
    with pytest.raises(requests.ConnectionError, match="api.resend.com was not called"):
        requests.get("https://api.resend.com/emails")

@pytest.mark.mirra(mirrors=["stripe"])
def test_an_async_test_serves_its_app_on_its_own_loop(mirra):
    """As pytest-asyncio and anyio run one: `asyncio.run` here, so that neither is needed."""
    loops = []
    async def app(scope, receive, send):
        loops.append(asyncio.get_running_loop())
        await shop.app_asgi()(scope, receive, send)
    async def main():
        mirra.deliver_to(app, "/hooks")
        await asyncio.to_thread(shop.buy)
        await mirra.aio.wait_for_webhook("payment_intent.succeeded")
        return asyncio.get_running_loop()
    assert asyncio.run(main()) in loops
'''

SHARED = """
import os, pytest, stripe
pytestmark = pytest.mark.mirra(mirrors=["stripe"], clock="2026-01-01T00:00:00Z")

@pytest.fixture(scope="module", autouse=True)
def prepared(mirra_session):
    stripe.api_key = os.environ["STRIPE_SECRET_KEY"]
    return stripe.Customer.create(email="shared@example.com").id

@pytest.mark.parametrize("time", [1, 2])
def test_each_gets_the_modules_session_as_it_was(mirra, prepared, time):
    held = [each["id"] for each in mirra.mirror("stripe").state("customers")]
    assert held == [prepared]
    stripe.Customer.create()
    assert mirra.clock.now.day == 1
    mirra.clock.advance("3 days")
"""

BAD = """
import os, pytest, requests, shop, stripe

@pytest.mark.mirra(mirrors=["stripe"])
def test_a_webhook_is_refused(mirra):
    async def broken(scope, receive, send):
        await send({"type": "http.response.start", "status": 400, "headers": []})
        await send({"type": "http.response.body", "body": b""})
    mirra.deliver_to(broken, "/hooks")
    shop.buy()

@pytest.mark.mirra(mirrors=["stripe"])
def test_a_gap_is_hit(mirra):
    key = {"authorization": "Bearer " + os.environ["STRIPE_SECRET_KEY"]}
    requests.get("https://api.stripe.com/v1/terminal/readers", headers=key)

@pytest.mark.mirra(mirrors=["resend"])
def test_a_live_host_is_called(mirra):
    try:
        requests.get("https://api.stripe.com/v1/charges")
    except requests.ConnectionError:
        pass

@pytest.mark.mirra(mirrors=["stripe"])
def test_it_fails_by_itself(mirra):
    shop.buy()
    assert False, "mine"

@pytest.mark.mirra(mirrors=["stripe"])
def test_a_gap_is_hit_in_another_future(mirra):
    with mirra.fork():
        key = {"authorization": "Bearer " + os.environ["STRIPE_SECRET_KEY"]}
        requests.get("https://api.stripe.com/v1/terminal/locations", headers=key)

@pytest.mark.mirra(mirrors=["strip"])
def test_of_an_unknown_mirror(mirra): pass

@pytest.mark.mirra(seeds={"stripe": "nothing"})
def test_of_an_unknown_seed(mirra): pass

@pytest.mark.mirra(mirror="stripe")
def test_of_an_unknown_word(mirra): pass

@pytest.mark.mirra(mirrors=["stripe"], faults=["POST /v1/customers: nonsense"])
def test_of_an_unknown_fault(mirra): pass

@pytest.mark.mirra(seeds={"stripe": "subscriptions"})
def test_of_a_fork_with_a_seed_of_its_own(mirra_session, mirra): pass
"""


def test_a_projects_tests_pass(tmp_path: Path) -> None:
    files = {"shop": SHOP, "test_good": GOOD, "test_shared": SHARED}
    done = project.run(tmp_path, "-q", "--mirra-record", "-n", "2", **files)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "14 passed" in done.stdout
    recorded = tmp_path / "scenarios" / "test-mail-is-read.md"
    assert "## Success Criteria" in recorded.read_text(encoding="utf-8")
    assert not (tmp_path / "scenarios" / "test-nothing.md").exists()


def test_a_documents_servers_lead_to_its_mirror(tmp_path: Path) -> None:
    (tmp_path / "pets.yaml").write_text(PETS, encoding="utf-8")
    test = (
        "import httpx\n"
        "def test_it(mirra):\n"
        "    httpx.post('https://api.pets.example/v2/pets', json={'name': 'Rex'})\n"
        "    assert [each['name'] for each in mirra.mirror('pets').state('pets')] == ['Rex']"
    )
    done = project.run(tmp_path, "-q", "-o", "mirra_mirrors=pets.yaml stripe", test_pets=test)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_a_test_met_fails_it_and_is_told(tmp_path: Path) -> None:
    done = project.run(tmp_path, "-q", "--junitxml=report.xml", shop=SHOP, test_bad=BAD)
    assert done.returncode == 1, done.stderr
    assert "5 failed, 5 errors" in done.stdout, done.stdout
    for said in (
        "The test passed, but",
        "webhook refused: stripe payment_intent.created",
        "gap: stripe GET /v1/terminal/readers is not mirrored.",
        "live call refused: api.stripe.com",
        "stripe: POST /v1/payment_intents 200",
        "Unknown mirror 'strip'. Not in the current catalog. Did you mean 'stripe'?",
        "'nothing'",
        "the marker has no 'mirror'; it takes mirrors, seeds, clock, webhooks, faults, allow.",
        "gap: stripe GET /v1/terminal/locations is not mirrored.",
        "'nonsense'",
        "its marker can't say seeds: say it in pytestmark.",
    ):
        assert said in done.stdout, said
    assert "Traceback" not in done.stdout
    cases = ElementTree.parse(tmp_path / "report.xml").iter("testcase")
    mine = next(case for case in cases if case.get("name") == "test_it_fails_by_itself")
    told = next(each for each in mine.iter("property") if each.get("name") == "mirra")
    assert "stripe: POST /v1/payment_intents 200" in (told.get("value") or told.text or "")


def test_keys_are_there_while_tests_are_collected_where_the_project_says_so(
    tmp_path: Path,
) -> None:
    app = "import os\nKEY = os.environ['RESEND_API_KEY']"
    test = "import app\ndef test_it(mirra): assert app.KEY == mirra.env['RESEND_API_KEY']"
    done = project.run(tmp_path, "-q", "-o", "mirra_mirrors=resend", app=app, test_app=test)
    assert done.returncode == 0, done.stdout
    done = project.run(tmp_path, "-q", "-o", "mirra_mirrors=resent")
    assert "mirra_mirrors names 'resent'; there are clerk, resend, stripe, twilio." in done.stderr


def test_a_projects_own_fixture_of_the_name_is_left_alone(tmp_path: Path) -> None:
    test = (
        "import pytest\n"
        "@pytest.fixture\n"
        "def mirra(): return object()\n"
        "def test_it(mirra): assert mirra\n"
        "def test_fails(mirra): assert not mirra"
    )
    done = project.run(tmp_path, "-q", test_own=test)
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr


def test_the_plugin_loads_nothing_until_it_is_used() -> None:
    import subprocess

    code = (
        "import pytest, sys; before = set(sys.modules); import mirra_mcp.testing.plugin; "
        "print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(
        ["mirra_mcp", "mirra_mcp.testing", "mirra_mcp.testing.plugin"]
    )
