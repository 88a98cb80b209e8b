"""How `exec` works: a session, a command that is led to it, and an account of what came of it."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import click

from mirra_mcp.cli import sessions
from mirra_mcp.cli.embedded import private
from mirra_mcp.cli.failures import FAILED, NOT_PROVISIONED, CommandFailed
from mirra_mcp.cli.running import all_running
from mirra_mcp.client.client import MirraClient
from mirra_mcp.client.errors import MirraError
from mirra_mcp.client.urls import is_loopback
from mirra_mcp.reach import processes
from mirra_mcp.reach.account import Account, account_of, last_event
from mirra_mcp.reach.environment import led
from mirra_mcp.settings import Settings
from mirra_mcp.vendors import VENDORS
from mirra_mcp.wire.sessions import Session

DAY = 86_400
Address = tuple[str, str | None]
"""Where a Mirra is, and its token."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be run, and on what."""

    command: tuple[str, ...]
    session: str | None
    wanted: dict[str, str | None]
    """The mirrors to start, with their fixtures."""
    webhooks: dict[str, str]
    live: frozenset[str]
    fail_on: frozenset[str]
    proxy: bool
    name: str | None
    timeout: int | None
    quiet: bool
    as_json: bool


def run(job: Job, settings: Settings) -> int:
    """Run the command, tell what came of it, and return the exit code.

    Raises:
        CommandFailed: it can't be run, or there is no session to run it on.
    """
    try:
        processes.found(job.command[0], os.environ)
    except processes.NotStarted as problem:
        raise _not_started(problem) from problem
    with _session(job, settings) as (address, session), _report() as report:
        after = _asked(address, session, None)
        code = _run(job, address, session, report)
        account = _asked(address, session, after if isinstance(after, int) else 0)
        if isinstance(account, Account):
            account.read_report(report)
            _tell(job, account)
            if code == 0 and any(account.problems()[each] for each in job.fail_on):
                code = FAILED
    return processes.end_like(code)


def _run(job: Job, address: Address, session: Session, report: Path) -> int:
    around = led(os.environ, session.mirrors, report=report, live=job.live)
    url, token = address
    ours = {"MIRRA_SESSION_ID": session.session_id, "MIRRA_API_URL": url, "MIRRA_TOKEN": token}
    if around.hidden:
        _say(f"hidden from the command: {', '.join(around.hidden)}, whose values may be real")
    variables = around.variables | {k: v for k, v in ours.items() if v is not None}
    with _proxied(job, session, variables, report) as variables:
        try:
            return processes.run(job.command, variables)
        except processes.NotStarted as problem:
            raise _not_started(problem) from problem


@contextmanager
def _proxied(
    job: Job, session: Session, variables: dict[str, str], report: Path
) -> Iterator[dict[str, str]]:
    if not job.proxy:
        yield variables
        return
    from mirra_mcp.reach.proxied import UnusableProxy, proxied

    with ExitStack() as stack:
        led_by_proxy = proxied(os.environ, variables, session.mirrors, report=report, live=job.live)
        try:
            variables = stack.enter_context(led_by_proxy)
        except UnusableProxy as problem:
            raise CommandFailed(
                str(problem), "Unset it for this command, or leave out --proxy."
            ) from problem
        yield variables


@contextmanager
def _session(job: Job, settings: Settings) -> Iterator[tuple[Address, Session]]:
    """Give the session to run on: one that is there, or one of our own."""
    inherited = _inherited(settings)
    if job.session is not None:
        addresses: list[Address] = [(each.url, each.token) for each in all_running(settings)]
        yield anyio.run(_find, job.session, [*inherited, *addresses])
        return
    wanted = job.wanted or dict.fromkeys(VENDORS)
    with private(settings) as (url, token):
        session = sessions.provision(
            url,
            token,
            wanted,
            name=job.name,
            persistent=False,
            timeout_seconds=job.timeout or DAY,
            webhooks=job.webhooks,
        )
        yield (url, token), session


def _inherited(settings: Settings) -> list[Address]:
    """Return the Mirra of this machine that the environment names, if it names one.

    Raises:
        CommandFailed: it names a hosted Mirra.
    """
    if not settings.is_hosted:
        return []
    if is_loopback(urlsplit(settings.api_url).hostname or ""):
        return [(settings.api_url, settings.token)]
    raise CommandFailed(
        "'exec' leads programs to mirrors on this machine, and MIRRA_TOKEN names a hosted Mirra.",
        "Unset MIRRA_TOKEN to use the embedded Mirra, or set each hosted mirror's `env` yourself.",
    )


async def _find(wanted: str, addresses: list[Address]) -> tuple[Address, Session]:
    names: list[str] = []
    for address in addresses:
        async with MirraClient(*address, retries=0) as mirra:
            try:
                page = await mirra.list_sessions(limit=100)
            except MirraError:
                continue
            for session in page.sessions:
                names.append(session.session_id)
                if wanted not in (session.session_id, session.name):
                    continue
                if session.status == "ready":
                    return address, await mirra.get_session(session.session_id)
                raise CommandFailed(
                    f"The session {wanted} has {session.status}.",
                    "Start another, or leave out --session for one of the command's own.",
                    exit_code=NOT_PROVISIONED,
                )
    there = f"There are {', '.join(names)}." if names else "None runs on this machine now."
    raise CommandFailed(
        f"There is no session '{wanted}'. {there}",
        "A session lives in 'mirra-mcp up' or in an agent's MCP server, while that runs.",
        exit_code=NOT_PROVISIONED,
    )


@contextmanager
def _report() -> Iterator[Path]:
    """Make a file for the programs to write to."""
    handle, name = tempfile.mkstemp(prefix="mirra-", suffix=".report")
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _asked(address: Address, session: Session, after: int | None) -> Account | int | None:
    """Read where the log stands, or what came `after`; None if Mirra is gone."""

    async def ask() -> Account | int:
        async with MirraClient(*address) as mirra:
            if after is None:
                return await last_event(mirra, session.session_id)
            return await account_of(mirra, session.session_id, after=after)

    try:
        return anyio.run(ask)
    except MirraError as problem:
        _say(f"what the command did can't be told: {problem.message}")
        return None


def _tell(job: Job, account: Account) -> None:
    if job.as_json:
        click.echo(json.dumps(account.to_json()), err=True)
        return
    if not job.quiet:
        count = account.requests
        _say(f"session {account.session_id}: {count} request{'s' * (count != 1)}")
    for line in account.told():
        if not job.quiet or not line.startswith(" "):
            click.echo(f"  {line}", err=True)
    if not account.requests and not job.quiet:
        click.echo(f"  {_nothing(job, account)}", err=True)


def _nothing(job: Job, account: Account) -> str:
    if account.led:
        return "Programs were led here, and none of them called a mirrored vendor."
    if job.proxy:
        return "Nobody asked the proxy for a mirrored vendor: who clears its environment can't."
    return (
        "No program was led here: one that clears its environment (or 'python -I') isn't, nor one"
        " that is none of Python, Node and Ruby: --proxy leads those."
    )


def _say(text: str) -> None:
    click.echo(f"mirra: {text}", err=True)


def _not_started(problem: processes.NotStarted) -> CommandFailed:
    return CommandFailed(
        str(problem),
        "After '--' comes the command as a shell would run it, without quotes around the whole.",
        exit_code=problem.exit_code,
    )
