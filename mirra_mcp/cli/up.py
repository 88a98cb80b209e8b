"""`mirra-mcp up`: a Mirra of your own, for tests and other programs."""

import json
import signal
import threading
from typing import Any

import click

from mirra_mcp.cli.failures import BadUsage
from mirra_mcp.cli.options import (
    Span,
    Words,
    as_json,
    data_dir,
    settings_from,
    wanted_mirrors,
    webhook_host,
    webhooks_by_mirror,
    webhooks_to,
)


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="The control plane's port. [default: a free one]",
)
@click.option("--mirrors", type=Words(), help="Start a session with these mirrors, by vendor.")
@click.option(
    "--seed",
    "seeds",
    multiple=True,
    metavar="MIRROR:FIXTURE",
    help="What a mirror holds at the start; may be repeated. Starts the mirror, too.",
)
@webhooks_to
@click.option("--persistent", is_flag=True, help="Keep the session's state and URLs on disk.")
@click.option("--name", help="The session's name; needed with --persistent.")
@click.option("--timeout", type=Span(), help="When the session expires, such as 90m or 2h.")
@data_dir
@webhook_host
@as_json
def up(
    port: int,
    mirrors: tuple[str, ...] | None,
    seeds: tuple[str, ...],
    webhooks: tuple[str, ...],
    persistent: bool,
    name: str | None,
    timeout: int | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Run the embedded Mirra in the foreground, until Ctrl-C or SIGTERM.

    \b
    Examples:
      mirra-mcp up
      mirra-mcp up --mirrors resend --json
      mirra-mcp up --seed resend:transactional-busy
      mirra-mcp up --mirrors resend --persistent --name checkout

    With --json it prints one line once it is ready to serve, and nothing after it:
    {"url", "token", "sessionId", "mirrors": [{"vendor", "url", "version", "env"}]}. The last two
    are there when mirrors were asked for; "env" holds the keys, addresses and webhook secrets; of
    the addresses, only Resend's SDKs read one by themselves. A persistent session that exists
    already is taken up again.
    """
    wanted, hooks = wanted_mirrors(mirrors or (), seeds), webhooks_by_mirror(webhooks)
    if not wanted and (persistent or name or timeout or hooks):
        raise BadUsage("--persistent, --name, --timeout and --webhooks need --mirrors or --seed.")
    if persistent and not name:
        raise BadUsage("--persistent needs --name, so that you can find the session again.")
    settings = settings_from(port=port or None, **options)

    from mirra_mcp.cli import sessions
    from mirra_mcp.cli.embedded import standalone

    stop = _until_told()
    with standalone(settings) as (url, token):
        session = None
        if wanted:
            session = sessions.provision(
                url,
                token,
                wanted,
                name=name,
                persistent=persistent,
                timeout_seconds=timeout,
                webhooks=hooks,
            )
        ready = sessions.described(url, token, session)
        click.echo(json.dumps(ready) if as_json else sessions.told(ready))
        while not stop.wait(0.5):
            pass


def _until_told() -> threading.Event:
    """Set once the process is asked to end."""
    from mirra_mcp.server.pipes import ending_signals

    told = threading.Event()
    for number in ending_signals():
        signal.signal(number, lambda *_: told.set())
    return told
