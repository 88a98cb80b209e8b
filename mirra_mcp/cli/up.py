"""`mirra-mcp up`: a Mirra of your own, for tests and other programs."""

import json
import os
import signal
import threading
from pathlib import Path
from typing import Any

import click

from mirra_mcp.cli.credentials import settings_of_person
from mirra_mcp.cli.failures import BadUsage
from mirra_mcp.cli.options import (
    Span,
    as_json,
    data_dir,
    mirror_host,
    mirror_ports,
    mirrors_option,
    seeds_option,
    vendor_folders,
    wanted_mirrors,
    webhook_host,
    webhooks_by_mirror,
    webhooks_to,
)
from mirra_mcp.settings import Settings


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="The control plane's port. [default: a free one]",
)
@mirrors_option(
    "Start a session with these, by vendor. [default: those that this folder's project uses]"
)
@click.option(
    "--openapi",
    "documents",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="An OpenAPI document to be mirrored; may be repeated. What FILE.mirra.yaml says holds.",
)
@seeds_option("What a mirror holds at the start; may be repeated. Starts the mirror, too.")
@webhooks_to
@click.option("--persistent", is_flag=True, help="Keep the session's state and URLs on disk.")
@click.option("--name", help="The session's name; needed with --persistent.")
@click.option("--timeout", type=Span(), help="When the session expires, such as 90m or 2h.")
@click.option("--open", "opens", is_flag=True, help="Open the session's page in the browser.")
@click.option("--no-session", is_flag=True, help="Run Mirra alone, whatever the project uses.")
@click.option("--detach", is_flag=True, help="Return once it is ready; 'mirra-mcp down' ends it.")
@click.option("--until-down", is_flag=True, hidden=True)
@vendor_folders
@data_dir
@mirror_ports
@mirror_host
@webhook_host
@as_json
def up(
    port: int,
    mirrors: tuple[str, ...] | None,
    documents: tuple[str, ...],
    seeds: tuple[str, ...],
    webhooks: tuple[str, ...],
    persistent: bool,
    name: str | None,
    timeout: int | None,
    opens: bool,
    no_session: bool,
    detach: bool,
    until_down: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Run the embedded Mirra in the foreground, until Ctrl-C or SIGTERM.

    Without --mirrors and --seed it looks which vendors the project in this folder uses: in
    package.json, pyproject.toml, requirements*.txt, its imports, .env files and the environment.
    After 'login', or with MIRRA_TOKEN, the session is started on hosted Mirra, and this returns.

    \b
    Examples:
      mirra-mcp up
      mirra-mcp up --mirrors resend --json
      mirra-mcp up --openapi petstore.yaml
      mirra-mcp up --seed resend:transactional-busy --detach
      mirra-mcp up --mirrors resend --persistent --name checkout

    With --json it prints one line once it is ready to serve, and nothing after it:
    {"url", "token", "sessionId", "dashboardUrl", "mirrors": [{"vendor", "url", "version", "env"}]}.
    The last three are there when there is a session; "env" holds the keys, addresses and webhook
    secrets; of the addresses, only Resend's SDKs read one by themselves. "dashboardUrl" opens the
    session's page in one browser. A persistent session that exists already is taken up again.
    """
    mirrors = (*(mirrors or ()), *documents) or None
    wanted, hooks = wanted_mirrors(mirrors or (), seeds), webhooks_by_mirror(webhooks)
    if persistent and not name:
        raise BadUsage("--persistent needs --name, so that you can find the session again.")
    about_one = bool(persistent or name or timeout or hooks or detach or opens)
    if no_session and (wanted or about_one):
        raise BadUsage("--no-session starts none: the other options are about one.")
    if not wanted and not no_session:
        wanted = _detected(quiet=as_json)
    if not wanted and about_one:
        raise BadUsage(
            "No vendor was found in this folder's project, and none is named.",
            "Name some with --mirrors or --seed, as: --mirrors stripe,resend",
        )
    settings = settings_of_person(port=port or None, **options)
    session_options: dict[str, Any] = {
        "name": name,
        "persistent": persistent,
        "timeout_seconds": timeout,
        "webhooks": hooks,
    }
    if settings.is_hosted:
        _up_hosted(settings, wanted, session_options, as_json=as_json, opens=opens)
        return
    if detach:
        from mirra_mcp.cli.detaching import detached

        words = ("--mirrors", ",".join(mirrors or wanted))
        own = [str(folder.resolve()) for folder in options.pop("vendors")]
        several = {"--seed": seeds, "--webhooks": webhooks, "--vendor": own}
        single = {
            "--port": port or None, "--name": name, "--timeout": f"{timeout}s" if timeout else None
        }  # fmt: skip
        if ports := options.pop("mirror_ports"):
            single["--mirror-ports"] = f"{ports.start}-{ports.stop - 1}"
        single["--mirror-host"] = options.pop("mirror_host")
        ready = detached(
            [*words, *(["--persistent"] if persistent else [])], single, several, **options
        )
        _tell(ready, "'mirra-mcp down' ends it.", as_json=as_json, opens=opens)
        return

    from mirra_mcp.cli import sessions
    from mirra_mcp.cli.embedded import standalone

    stop = _until_told()
    with standalone(settings) as (url, token):
        session = None
        if wanted:
            session = sessions.provision(url, token, wanted, **session_options)
        ready = sessions.described(url, token, session)
        _tell(ready, "Ctrl-C ends it.", as_json=as_json, opens=opens)
        while not stop.wait(0.5 if not until_down else 1.0):
            if until_down and session and sessions.is_over(url, token, session.session_id):
                return


def _detected(*, quiet: bool) -> dict[str, str | None]:
    """Return the mirrors of the vendors that the project here uses, and say why."""
    from mirra_mcp.cli.detecting import detect

    found = detect(Path.cwd(), os.environ)
    for vendor, sign in found.items():
        if not quiet:
            click.echo(f"{vendor}: {sign}")
    return dict.fromkeys(found)


def _up_hosted(
    settings: Settings,
    wanted: dict[str, str | None],
    options: dict[str, Any],
    *,
    as_json: bool,
    opens: bool,
) -> None:
    from mirra_mcp.cli import sessions

    if not wanted:
        raise BadUsage("Hosted Mirra runs already: it needs --mirrors.", "As: --mirrors stripe")
    session = sessions.provision(settings.api_url, settings.token, wanted, **options)
    ready = sessions.described(settings.api_url, None, session)
    _tell(ready, "'mirra-mcp down' ends it.", as_json=as_json, opens=opens)


def _tell(ready: dict[str, Any], end: str, *, as_json: bool, opens: bool) -> None:
    from mirra_mcp.cli import sessions

    click.echo(json.dumps(ready) if as_json else sessions.told(ready, end))
    if opens and "dashboardUrl" in ready:
        import webbrowser

        webbrowser.open(ready["dashboardUrl"])


def _until_told() -> threading.Event:
    """Set once the process is asked to end."""
    from mirra_mcp.server.pipes import ending_signals

    told = threading.Event()
    for number in ending_signals():
        signal.signal(number, lambda *_: told.set())
    return told
