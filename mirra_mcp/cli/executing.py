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
from mirra_mcp.cli.places import Address, addresses, asked, find
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
    ours = {
        "MIRRA_SESSION_ID": session.session_id,
        "MIRRA_API_URL": address.url,
        "MIRRA_TOKEN": address.token,
    }
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
    _refuse_hosted(settings)
    if job.session is not None:
        yield _joined(job.session, settings)
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
        yield Address(url, token), session


def _joined(wanted: str, settings: Settings) -> tuple[Address, Session]:
    """Return a session that is there.

    Raises:
        CommandFailed: it isn't, or it is over.
    """

    async def found() -> tuple[Address, Session]:
        return await find(addresses(settings), wanted)

    try:
        return asked(found)
    except CommandFailed as problem:
        problem.status = NOT_PROVISIONED
        raise


def _refuse_hosted(settings: Settings) -> None:
    """Raise unless the Mirra that the environment names, if it names one, is of this machine."""
    if settings.is_hosted and not is_loopback(urlsplit(settings.api_url).hostname or ""):
        raise CommandFailed(
            "'exec' leads programs to mirrors on this machine, and MIRRA_TOKEN names a hosted"
            " Mirra.",
            "Unset MIRRA_TOKEN to use the embedded Mirra, or set each hosted mirror's `env`"
            " yourself.",
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
        async with MirraClient(address.url, address.token) as mirra:
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
