"""Nothing goes to a live host, and everything that is in the way is said."""

import os
import sys
from pathlib import Path

import anyio
import pytest

from mirra_mcp.client.client import MirraClient
from mirra_mcp.wire.sessions import CreateSession
from tests.reach import commands
from tests.reach.conftest import Place

TRIES = """
import asyncio, socket, aiohttp, httpx, requests, urllib.request

async def by_aiohttp(url):
    async with aiohttp.ClientSession() as http:
        await http.get(url)

async def by_asyncio(url):
    await asyncio.open_connection(url.split("/")[2], 443, ssl=True)

URL = "https://console.twilio.com/us1"
for call in (requests.get, httpx.get, urllib.request.urlopen,
             lambda url: asyncio.run(by_aiohttp(url)), lambda url: asyncio.run(by_asyncio(url))):
    try:
        call(URL)
    except Exception as problem:
        print("console.twilio.com was not called" in str(problem))
"""


def test_a_vendors_host_that_isnt_mirrored_is_refused_whatever_calls_it(place: Place) -> None:
    done = commands.python(place.folder, TRIES, "--session", place.id, "--json")
    assert done.stdout.split() == ["True"] * 5, done.stderr
    assert commands.account(done)["live"] == [{"host": "console.twilio.com", "count": 5}]


def test_a_client_that_cant_be_led_is_refused_and_told_what_helps(place: Place) -> None:
    code = "import socket\nsocket.create_connection(('api.stripe.com', 443))"
    done = commands.python(place.folder, code, "--session", place.id)
    assert "api.stripe.com was not called" in done.stderr
    assert "Those of http.client, urllib3, requests, httpx and aiohttp can." in done.stderr


def test_the_vendor_that_a_session_doesnt_mirror_is_refused(place: Place) -> None:
    async def start() -> str:
        async with MirraClient(place.url, place.token) as client:
            return (await client.create_session(CreateSession(mirrors=["resend"]))).session_id

    code = "import requests; requests.get('https://api.stripe.com/v1/charges')"
    done = commands.python(
        place.folder, code, "--session", anyio.run(start), "--fail-on", "live,gap"
    )
    assert done.returncode == 1
    assert "this session has no stripe mirror" in done.stderr
    assert "live call refused: api.stripe.com" in done.stderr


def test_a_host_can_be_let_through(place: Place) -> None:
    """It resolves it as it would without us; where there's no network, that fails as it would."""
    code = (
        "import socket\n"
        "try: socket.getaddrinfo('hooks.stripe.com', 443)\n"
        "except socket.gaierror: pass\n"
        "print('asked for')"
    )
    done = commands.python(
        place.folder, code, "--session", place.id, "--allow-live", "hooks.stripe.com", "--json"
    )
    assert done.stdout == "asked for\n"
    assert commands.account(done)["live"] == []


def test_keys_are_the_sessions_under_every_usual_name_and_real_ones_are_hidden(
    place: Place,
) -> None:
    real = {
        "STRIPE_SECRET_KEY": "sk_live_51H8realrealrealreal",
        "PAYMENTS_KEY": "rk_live_51H8realrealrealreal",
        "STRIPE_CONNECT_CLIENT_SECRET": "very-real",
        "MY_WEBHOOK_SECRET": "whsec_realrealrealrealrealreal",
        "TWILIO_API_KEY": "SK" + "0" * 32,
        "STRIPE_PRICE_ID": "price_1abc",
        "DATABASE_URL": "postgres://localhost/shop",
    }
    names = [*real, "STRIPE_ENDPOINT_SECRET", "TWILIO_FROM_NUMBER", "RESEND_API_KEY"]
    code = f"import json; print(json.dumps({{n: os.environ.get(n) for n in {names!r}}}))"
    done = commands.python(place.folder, code, "--session", place.id, env=real)
    env = {name: value for each in place.session.mirrors for name, value in each.env.items()}
    assert done.stdout.strip() == str(
        {
            "STRIPE_SECRET_KEY": env["STRIPE_SECRET_KEY"],
            "PAYMENTS_KEY": env["STRIPE_SECRET_KEY"],
            "STRIPE_CONNECT_CLIENT_SECRET": None,
            "MY_WEBHOOK_SECRET": None,
            "TWILIO_API_KEY": None,
            "STRIPE_PRICE_ID": "price_1abc",
            "DATABASE_URL": "postgres://localhost/shop",
            "STRIPE_ENDPOINT_SECRET": env["STRIPE_WEBHOOK_SECRET"],
            "TWILIO_FROM_NUMBER": env["TWILIO_PHONE_NUMBER"],
            "RESEND_API_KEY": env["RESEND_API_KEY"],
        }
    ).replace("'", '"').replace("None", "null")
    hidden = next(line for line in done.stderr.splitlines() if "hidden" in line)
    for name in list(real)[:5]:
        assert name in hidden
    assert not any(value in done.stderr for value in real.values())


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--session", "ses_none", "--", "true"], 3, "There is no live session 'ses_none'."),
        (["--", "no-such-command"], 127, "There is no command 'no-such-command'."),
        (["--", "./"], 126, "./ is a folder."),
        ([], 64, "Say which command to run."),
        (["--fail-on", "everything", "--", "true"], 64, "--fail-on doesn't know 'everything'."),
        (["--session", "shop", "--mirrors", "stripe", "--", "true"], 64, "--session takes"),
        (["--mirrors", "strip", "--", "true"], 3, "strip"),
        (["--seed", "stripe", "--", "true"], 64, "--seed takes MIRROR:FIXTURE"),
        (["--nonsense", "--", "true"], 64, "No such option"),
    ],
)
def test_what_cant_be_run_is_said_in_a_sentence(
    place: Place, arguments: list[str], code: int, said: str
) -> None:
    done = commands.execute(place.folder, *arguments)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr


def test_a_hosted_mirra_is_refused(tmp_path: Path) -> None:
    done = commands.execute(tmp_path, "--", "true", env={"MIRRA_TOKEN": "mt_live_abcdefgh"})
    assert done.returncode == 1
    assert "names a hosted Mirra" in done.stderr


def test_a_session_that_is_over_is_told(place: Place) -> None:
    async def start() -> str:
        async with MirraClient(place.url, place.token) as client:
            started = await client.create_session(CreateSession(mirrors=["resend"]))
            return (await client.end_session(started.session_id)).session_id

    ended = anyio.run(start)
    done = commands.execute(place.folder, "--session", ended, "--", "true")
    assert done.returncode == 3
    assert f"The session {ended} has ended." in done.stderr


def test_a_program_that_cant_be_led_is_told_of_in_the_end(place: Place) -> None:
    lonely = (sys.executable, "-I", "-c", "pass")
    done = commands.execute(place.folder, "--session", place.id, "--", *lonely)
    assert "0 requests" in done.stderr
    assert "No program was led here: one that clears its environment" in done.stderr
    done = commands.execute(place.folder, "--session", place.id, "--", *lonely[:1], "-c", "pass")
    assert "none of them called a mirrored vendor" in done.stderr


def test_the_users_own_sitecustomize_runs_and_may_fail(place: Place, tmp_path: Path) -> None:
    """It runs twice: in `mirra-mcp` itself, too."""
    mine = tmp_path / "sitecustomize.py"
    code = (
        "import sys, sitecustomize; print(sitecustomize.__file__, 'mirra_preload' in sys.modules)"
    )
    env = {"PYTHONPATH": str(tmp_path)}
    mine.write_text("print('mine')", encoding="utf-8")
    done = commands.python(place.folder, code, "--session", place.id, env=env)
    assert done.stdout.splitlines() == ["mine", "mine", f"{mine} True"], done.stderr
    mine.write_text("raise OSError('broken')", encoding="utf-8")
    done = commands.python(place.folder, "print('ran')", "--session", place.id, env=env)
    assert done.stdout == "ran\n"
    assert "broken" in done.stderr, "Python tells it, as it would without us"


def test_preloads_of_the_user_stay(place: Place, tmp_path: Path) -> None:
    """What a child of the child gets is the same."""
    other = tmp_path / "other"
    code = "print(os.environ['PYTHONPATH'].split(os.pathsep)[1], os.environ['NODE_OPTIONS'])"
    env = {"PYTHONPATH": str(other), "NODE_OPTIONS": "--no-warnings"}
    done = commands.python(place.folder, code, "--session", place.id, env=env)
    folder, first, second, path = done.stdout.split()
    assert (folder, first, second) == (str(other), "--no-warnings", "--require")
    assert os.path.isfile(path)
