"""`mirra-mcp exec`: any program, unchanged, on mirrors."""

from typing import Any

import click

from mirra_mcp.cli.failures import BadUsage
from mirra_mcp.cli.options import (
    Span,
    Words,
    as_json,
    data_dir,
    mirrors_option,
    seeds_option,
    settings_from,
    vendor_folders,
    wanted_mirrors,
    webhook_host,
    webhooks_by_mirror,
    webhooks_to,
)

FAILURES = ("refused-webhook", "gap", "5xx", "live")


@click.command(context_settings={"ignore_unknown_options": False})
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="-- COMMAND...")
@click.option("--session", metavar="ID", help="Run in this session, by id or name.")
@mirrors_option("Which mirrors to start. [default: all]")
@seeds_option("What a mirror holds at the start; may be repeated.")
@webhooks_to
@click.option("--name", help="A name for the session.")
@click.option("--timeout", type=Span(), help="When the session expires. [default: 1 day]")
@click.option(
    "--allow-live",
    "live",
    multiple=True,
    metavar="HOST",
    help="A vendor's host that may be called for real; may be repeated.",
)
@click.option(
    "--proxy",
    is_flag=True,
    help="Lead programs of every other runtime, too: by a proxy with certificates of its own.",
)
@click.option(
    "--fail-on",
    type=Words(),
    metavar="LIST",
    help=f"Exit with 1 if any of these happened: {','.join(FAILURES)}.",
)
@click.option("--quiet", is_flag=True, help="Tell nothing at the end but what went wrong.")
@vendor_folders
@data_dir
@webhook_host
@as_json
@click.pass_context
def exec(
    ctx: click.Context,
    /,
    command: tuple[str, ...],
    session: str | None,
    mirrors: tuple[str, ...] | None,
    seeds: tuple[str, ...],
    webhooks: tuple[str, ...],
    live: tuple[str, ...],
    fail_on: tuple[str, ...] | None,
    vendors: tuple[Any, ...],
    data_dir: Any,
    webhook_hosts: tuple[str, ...],
    **options: Any,
) -> None:
    """Run any command on mirrors: its code unchanged, its SDKs led there.

    The vendors' official SDKs, and whatever else calls the vendors' hosts from Python, Node or
    Ruby, reach the session's mirrors, and with --proxy those of other runtimes; a call of a
    vendor's live host is refused, and told. Keys and webhook secrets are the session's, under the
    names that apps read; real ones are hidden.
    Signals, exit code, streams and terminal are the command's own. At the end a short account
    is written to standard error.

    \b
    Examples:
      mirra-mcp exec -- pytest -q
      mirra-mcp exec --mirrors stripe --seed stripe:subscription-lifecycle -- npm test
      mirra-mcp exec --session ses_4otd -- uvicorn shop:app --port 3000
      mirra-mcp exec --webhooks stripe=http://127.0.0.1:3000/hooks -- npm run dev
      mirra-mcp exec --proxy --mirrors stripe -- mvn test
      mirra-mcp exec --fail-on refused-webhook,gap,5xx,live -- npm run e2e

    \b
    Exit codes: the command's own, and
      1    something of --fail-on happened, though the command ended with 0
      3    a mirror could not be provisioned
      64   wrong usage
      126  the command can't be executed
      127  there is no such command

    With --json the account is one JSON object on the last line of standard error.
    """
    if not command:
        raise BadUsage(
            "Say which command to run.", "For example: mirra-mcp exec --mirrors stripe -- pytest -q"
        )
    if unknown := [each for each in fail_on or () if each not in FAILURES]:
        raise BadUsage(
            f"--fail-on doesn't know '{unknown[0]}'.", f"It takes {', '.join(FAILURES)}."
        )
    starting = (mirrors, seeds, webhooks, options["name"], options["timeout"])
    if session is not None and any(starting):
        raise BadUsage(
            "--session takes a session as it is; --mirrors, --seed, --webhooks, --name and"
            " --timeout start one."
        )
    from mirra_mcp.cli.executing import Job, run

    job = Job(
        command,
        session,
        wanted_mirrors(mirrors or (), seeds),
        webhooks_by_mirror(webhooks),
        frozenset(host.lower().rstrip(".") for host in live),
        frozenset(fail_on or ()),
        **options,
    )
    settings = settings_from(data_dir=data_dir, webhook_hosts=webhook_hosts, vendors=vendors)
    ctx.exit(run(job, settings))
