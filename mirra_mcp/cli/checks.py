"""What `doctor` looks at, one function a check."""

import dataclasses
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

import anyio
from mcp import Client, StdioServerParameters

from mirra_mcp import __version__
from mirra_mcp.cli.clients import NAME, here
from mirra_mcp.cli.embedded import standalone
from mirra_mcp.cli.failures import CommandFailed
from mirra_mcp.cli.running import data_folder, quiet_environment, running
from mirra_mcp.client.client import MirraClient
from mirra_mcp.client.errors import MirraError
from mirra_mcp.settings import Settings
from mirra_mcp.wire.sessions import CreateSession

PACKAGES = ("mcp", "pydantic", "starlette", "uvicorn", "httpx", "click")


@dataclasses.dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    status: Literal["ok", "note", "failed"]
    detail: str
    hint: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the check as JSON, without what is absent."""
        return {key: value for key, value in dataclasses.asdict(self).items() if value}


def every(settings: Settings) -> Iterator[Check]:
    """Run each check in turn; none raises."""
    yield _python()
    yield _packages()
    yield _data_folder(settings)
    yield _lock(settings)
    yield _embedded(settings)
    yield _server()
    yield _hosted(settings)
    yield from _clients()


def _python() -> Check:
    return Check("Python", "ok", f"{platform.python_version()} at {sys.executable}")


def _packages() -> Check:
    try:
        versions = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    except metadata.PackageNotFoundError as missing:
        hint = "Install again: pip install --force-reinstall mirra-mcp"
        return Check("Packages", "failed", f"{missing.name} is not installed", hint)
    return Check("Packages", "ok", f"mirra-mcp {__version__}, {versions}")


def _data_folder(settings: Settings) -> Check:
    folder = data_folder(settings)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-"):
            pass
    except OSError as problem:
        hint = "Choose another with --data-dir or MIRRA_DATA_DIR."
        return Check("Data folder", "failed", f"{folder}: {problem.strerror}", hint)
    return Check("Data folder", "ok", f"{folder} can be written")


def _lock(settings: Settings) -> Check:
    if found := running(settings):
        return Check("Local Mirra", "ok", f"one runs at {found.url} (process {found.pid})")
    return Check("Local Mirra", "note", "none is running; the MCP server starts its own")


def _embedded(settings: Settings) -> Check:
    name = "Embedded Mirra"
    began = time.perf_counter()
    try:
        with tempfile.TemporaryDirectory() as folder:
            apart = dataclasses.replace(settings, data_dir=Path(folder), port=0)
            with standalone(apart) as (url, token):
                vendors = anyio.run(_try_each_mirror, url, token)
    except (CommandFailed, MirraError, OSError) as problem:
        return Check(name, "failed", str(problem), "Is a firewall closing loopback ports?")
    took = round((time.perf_counter() - began) * 1000)
    return Check(name, "ok", f"started and served {', '.join(vendors)} in {took} ms")


async def _try_each_mirror(url: str, token: str) -> list[str]:
    async with MirraClient(url, token, retries=0) as mirra:
        vendors = [entry.name for entry in (await mirra.catalog()).mirrors]
        started = await mirra.create_session(CreateSession(mirrors=vendors))
        ready = await mirra.wait_until_ready(started.session_id)
        for mirror in ready.mirrors:
            await mirra.mirror(mirror.url).metadata()
        await mirra.end_session(ready.session_id)
    return vendors


def _server() -> Check:
    name = "MCP server"
    try:
        tools, protocol = anyio.run(_shake_hands)
    except Exception as problem:  # the edge: whatever a broken server does is the finding
        hint = "Run 'mirra-mcp' by hand to see what it says."
        return Check(name, "failed", f"no answer over stdio: {_innermost(problem)}", hint)
    return Check(name, "ok", f"{tools} tools over stdio, protocol {protocol}")


async def _shake_hands() -> tuple[int, str]:
    with tempfile.TemporaryDirectory() as folder:
        command = StdioServerParameters(
            command=sys.executable, args=["-m", "mirra_mcp"], env=quiet_environment(folder)
        )
        with anyio.fail_after(20):
            async with Client(command) as client:
                return len((await client.list_tools()).tools), str(client.protocol_version)


def _innermost(problem: BaseException) -> str:
    while isinstance(problem, BaseExceptionGroup):
        problem = problem.exceptions[0]
    return str(problem) or type(problem).__name__


def _hosted(settings: Settings) -> Check:
    name = "Hosted Mirra"
    if settings.token is None:
        return Check(name, "note", "MIRRA_TOKEN is not set, so sessions run on this machine")

    async def ask() -> None:
        async with MirraClient(settings.api_url, settings.token, timeout=10, retries=0) as mirra:
            await mirra.list_sessions(limit=1)

    try:
        anyio.run(ask)
    except MirraError as problem:
        return Check(name, "failed", f"{settings.api_url}: {problem.message}", problem.hint)
    return Check(name, "ok", f"{settings.api_url} answers and takes the token")


def _clients() -> Iterator[Check]:
    for client in here():
        if not client.is_present:
            continue
        try:
            configured = NAME in client.servers()
        except (ValueError, OSError) as problem:
            yield Check(client.title, "note", f"{client.file} can't be read: {problem}")
            continue
        if configured:
            yield Check(client.title, "ok", f"set up in {client.file}")
        else:
            hint = f"mirra-mcp install {client.name}"
            yield Check(client.title, "note", f"found, but {client.file} has no mirra", hint)
