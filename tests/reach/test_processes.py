"""Streams, exit code, signals and terminal are the command's own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import MODULE, command_for, environment, running
from tests.reach import commands
from tests.reach.conftest import Place

WAITS = (
    "import signal, sys, time\n"
    "signal.signal(signal.{name}, lambda *_: (print('told', flush=True), sys.exit(7)))\n"
    "print('ready', flush=True)\n"
    "while True: time.sleep(0.05)"
)
posix = pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")


def test_streams_and_exit_code_are_the_commands(place: Place) -> None:
    code = "import sys; print(sys.stdin.read()); print('bad', file=sys.stderr); sys.exit(42)"
    done = subprocess.run(
        [*command_for(), "exec", "--session", place.id, "--", sys.executable, "-c", code],
        env=environment(place.folder),
        input="hello",
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("hello\n", 42)
    assert done.stderr.startswith("bad\nmirra: session")


@posix
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGUSR1"])
def test_a_signal_reaches_the_command(place: Place, name: str) -> None:
    """Without a terminal: with one, the terminal itself tells the command."""
    arguments = ("exec", "--session", place.id, "--", sys.executable, "-c")
    with running(place.folder, *arguments, WAITS.replace("{name}", name)) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(getattr(signal, name))
        out, _ = process.communicate(timeout=30)
    assert (out, process.returncode) == (b"told\n", 7)


@posix
def test_a_command_that_a_signal_ended_is_seen_to_have_ended_so(place: Place) -> None:
    code = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    done = commands.python(place.folder, code, "--session", place.id)
    assert done.returncode == -signal.SIGKILL
    assert "mirra: session" in done.stderr, "the account comes all the same"


@posix
def test_the_terminal_is_the_commands(place: Place) -> None:
    """Ctrl-C reaches it once, through the terminal."""
    import pty

    ours, theirs = pty.openpty()
    code = (
        "import signal, sys, time\n"
        "times = []\n"
        "signal.signal(signal.SIGINT, lambda *_: times.append(1))\n"
        "print(sys.stdin.isatty(), sys.stdout.isatty(), flush=True)\n"
        "while not times: time.sleep(0.05)\n"
        "time.sleep(0.3)\n"
        "print('told', len(times), flush=True)"
    )
    command = [*MODULE, "exec", "--session", place.id, "--", sys.executable, "-c", code]
    launch = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); " + (
        "os.execv(sys.argv[1], sys.argv[1:])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", launch, *command],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env=environment(place.folder),
        start_new_session=True,
    )
    try:
        os.close(theirs)
        assert _line(ours) == "True True"
        os.write(ours, b"\x03")
        assert _line(ours).removeprefix("^C") == "told 1"
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _line(terminal: int) -> str:
    """Read one line of what comes over a terminal."""
    line = b""
    while not line.endswith(b"\n"):
        line += os.read(terminal, 1)
    return line.decode().strip()


def test_two_at_once_in_one_session_and_in_two(place: Place) -> None:
    code = (
        "import os, sys, stripe\n"
        "stripe.api_key = os.environ['STRIPE_SECRET_KEY']\n"
        "print(stripe.Customer.create(email=sys.argv[1]).id)"
    )

    def start(*options: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [
                *MODULE,
                "exec",
                *options,
                "--json",
                "--",
                sys.executable,
                "-c",
                code,
                "a@example.com",
            ],
            env=environment(place.folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    both = [start("--session", place.id), start("--session", place.id)]
    apart = start("--mirrors", "stripe")
    ended = [(each.communicate(timeout=60), each.returncode) for each in [*both, apart]]
    assert [code for _, code in ended] == [0, 0, 0], ended
    assert ended[0][0][0] != ended[1][0][0], "one session, two customers"
    assert '"requests": 1' in ended[2][0][1], "the other's own session saw its call alone"


def test_what_fails_the_command_can_be_chosen(place: Place, tmp_path: Path) -> None:
    code = (
        "import requests\n"
        "key = {'authorization': 'Bearer ' + os.environ['STRIPE_SECRET_KEY']}\n"
        "requests.get('https://api.stripe.com/v1/terminal/readers', headers=key)"
    )
    done = commands.python(place.folder, code, "--session", place.id, "--fail-on", "gap")
    assert done.returncode == 1
    assert "gap: stripe GET /v1/terminal/readers is not mirrored." in done.stderr
    done = commands.python(place.folder, code, "--session", place.id, "--fail-on", "5xx,live")
    assert done.returncode == 0


FAILS = """
import requests
at = {"accept": "application/json", "authorization": "Bearer " + os.environ["MIRRA_TOKEN"]}
session = os.environ["MIRRA_API_URL"] + "/v1/sessions/" + os.environ["MIRRA_SESSION_ID"]
key = {"authorization": "Bearer " + os.environ["STRIPE_SECRET_KEY"]}
requests.post("https://api.stripe.com/v1/customers", headers=key)
more = {"types": "webhook.dispatched", "wait": 10}
requests.get(session + "/events", headers=at, params=more)
requests.post(session + "/faults", headers=at, json={"rule": "any call: api_error"})
requests.get("https://api.stripe.com/v1/balance", headers=key)
"""


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (
            "refused-webhook",
            "webhook refused: stripe customer.created to http://127.0.0.1:9/hook: ",
        ),
        ("5xx", "failed: stripe GET /v1/balance"),
    ],
)
def test_a_refused_webhook_and_a_servers_error_may_fail_it(
    place: Place, kind: str, said: str
) -> None:
    done = commands.python(
        place.folder, FAILS, "--mirrors", "stripe", "--webhooks", "stripe=http://127.0.0.1:9/hook",
        "--fail-on", kind,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert said in done.stderr
