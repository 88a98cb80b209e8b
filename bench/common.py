"""What the scripts share: processes that end with them, HTTP, medians, tables."""

import base64
import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

AGENT = "mirra-bench/1"
PATIENCE = 60.0
"""Seconds that a process may take to be ready, or a server to answer."""
SENDER = "Acme <hello@mail.acme.com>"
"""May send in the fixture `transactional-busy`."""
EMAIL = {
    "from": SENDER,
    "to": ["delivered@resend.dev"],
    "subject": "Your receipt",
    "html": "<p>Thank you for your order. It is on its way.</p>",
    "text": "Thank you for your order. It is on its way.",
}


FORMS = frozenset(("stripe", "twilio"))
"""The vendors whose bodies are forms."""


def basic(user: str, password: str) -> str:
    """Return what HTTP's basic authentication sends."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def key_of(vendor: str, env: dict[str, str]) -> str:
    """Return what a mirror's environment says to send: a key, or basic authentication."""
    if vendor == "twilio":
        return basic(env["TWILIO_ACCOUNT_SID"], env["TWILIO_AUTH_TOKEN"])
    if vendor == "clerk":
        return env["CLERK_SECRET_KEY"]
    return env[f"{vendor.upper()}_API_KEY"]


def authorization(key: str) -> str:
    """Return the header that a key goes into."""
    return key if key.startswith("Basic ") else f"Bearer {key}"


def milliseconds(values: Sequence[float]) -> str:
    """Write seconds as `median (min-max)` in milliseconds."""
    low, middle, high = (1000 * pick(values) for pick in (min, statistics.median, max))
    digits = 2 if middle < 10 else 1 if middle < 100 else 0
    return f"{middle:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"


def numbers(values: Sequence[float]) -> str:
    """Write plain numbers as `median (min-max)`."""
    return f"{statistics.median(values):,.0f} ({min(values):,.0f}-{max(values):,.0f})"


def encoded(body: Any, *, form: bool) -> tuple[str, bytes]:
    """Return the content type and the bytes of a body."""
    if form:
        return "application/x-www-form-urlencoded", urlencode(body).encode()
    return "application/json", json.dumps(body).encode()


def verdict(value: float, budget: float) -> str:
    """Say whether a budget holds."""
    return "holds" if value <= budget else "over"


def table(heading: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table, ready for a Markdown page."""
    print(f"\n### {heading}\n")
    for row in (columns, ["---"] * len(columns), *rows):
        print("| " + " | ".join(row) + " |")
    sys.stdout.flush()


def timed(act: Callable[[], object]) -> float:
    """Return the seconds that `act` takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def resident_kb(pid: int) -> int:
    """Return the memory of a process that is in RAM, in KiB."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        for line in status.read_text(encoding="utf-8").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return int(subprocess.check_output(["ps", "-o", "rss=", "-p", str(pid)], text=True))


def processor_seconds(pid: int) -> float:
    """Return what a process and its children took of the processors; 0 where /proc isn't.

    Unlike the time on the clock it hardly depends on what else the machine does.
    """
    used = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
            if pid in (int(stat.parent.name), int(fields[1])):
                used += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return used


def environment(folder: str) -> dict[str, str]:
    """Return this process's environment without Mirra's settings, data in `folder`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MIRRA_")}
    return kept | {"MIRRA_DATA_DIR": folder}


@contextmanager
def scratch() -> Iterator[str]:
    """Give a folder that is gone afterwards."""
    folder = tempfile.mkdtemp(prefix="mirra-bench-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def process(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Run a command for the length of the block."""
    started = subprocess.Popen(command, text=True, **options)
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(10)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait(10)
        for pipe in (started.stdin, started.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


class Http:
    """One kept-alive connection."""

    def __init__(self, url: str, token: str = "", *, form: bool = False) -> None:
        parts = urlsplit(url)
        self._line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
        self._headers = {"user-agent": AGENT}  # Resend refuses who names no client
        if token:
            self._headers["authorization"] = authorization(token)
        self._form = form

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._line.close()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Make one call; its JSON answer must be a success. Only vendors take forms.

        Raises:
            RuntimeError: it isn't.
        """
        payload, headers = None, self._headers
        if body is not None:
            form = self._form and not path.startswith("/_mirra/")
            kind, payload = encoded(body, form=form)
            headers = headers | {"content-type": kind}
        self._line.request(method, path, payload, headers)
        answer = self._line.getresponse()
        text = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:300]!r}")
        return json.loads(text) if text else None

    def timed(self, method: str, path: str, body: Any = None) -> float:
        """Make one call and return the seconds that it took."""
        start = time.perf_counter()
        self.call(method, path, body)
        return time.perf_counter() - start


@dataclass
class Mirra:
    """A `mirra-mcp up` process."""

    pid: int
    url: str
    token: str = field(repr=False)
    mirrors: list[dict[str, Any]] = field(default_factory=list)

    def control(self) -> Http:
        """Connect to the control plane."""
        return Http(self.url, self.token)

    def start(self, seed: str = "empty", vendor: str = "resend", **more: Any) -> "Started":
        """Start a session with one mirror."""
        wanted = {"mirrors": [vendor], "seeds": {vendor: seed}, "timeoutSeconds": 3600, **more}
        with self.control() as control:
            session = control.call("POST", "/v1/sessions", wanted)
        mirror = session["mirrors"][0]
        key = key_of(vendor, mirror["env"])
        return Started(session["sessionId"], mirror["url"], key, form=vendor in FORMS)


@dataclass(frozen=True)
class Started:
    """A session's mirror."""

    id: str
    url: str
    key: str
    form: bool = False

    def connect(self) -> Http:
        """Connect to the mirror."""
        return Http(self.url, self.key, form=self.form)


@contextmanager
def mirra(*options: str) -> Iterator[Mirra]:
    """Run `mirra-mcp up` in a process of its own, as other programs would."""
    command = [sys.executable, "-m", "mirra_mcp", "up", "--json", *options]
    with (
        scratch() as folder,
        process(command, stdout=subprocess.PIPE, env=environment(folder)) as up,
    ):
        assert up.stdout is not None
        ready = json.loads(up.stdout.readline() or "{}")
        if "url" not in ready:
            raise RuntimeError("mirra-mcp up did not start.")
        yield Mirra(up.pid, ready["url"], ready["token"], ready.get("mirrors", []))


def fill(session: Started, wanted: int, already: int = 0) -> None:
    """Send emails in batches until the mirror holds `wanted` of them."""
    with session.connect() as resend:
        while already < wanted:
            size = min(100, wanted - already)
            resend.call("POST", "/emails/batch", [EMAIL] * size)
            already += size
