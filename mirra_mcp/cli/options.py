"""Options that several commands share, and the settings that they make."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from mirra_mcp.cli.failures import BadUsage
from mirra_mcp.settings import Settings, port_range

Command = Callable[..., Any]


class Words(click.ParamType[tuple[str, ...]]):
    """A comma-separated list, such as `stripe,resend`."""

    name = "list"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, ...]:
        """Split at commas; blanks around a word don't count."""
        if isinstance(value, tuple):
            return value
        return tuple(dict.fromkeys(word.strip() for word in value.split(",") if word.strip()))


class Span(click.ParamType[int]):
    """A length of time such as `90m` or `2h`, in seconds."""

    name = "duration"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """Read it."""
        from pytimeparse2 import parse  # type: ignore[import-untyped]  # ships no types

        seconds = value if isinstance(value, int) else parse(value)
        if seconds is None or seconds < 1:
            self.fail(f"'{value}' is no length of time such as 90m or 2h.", param, ctx)
        return int(seconds)


class PortRange(click.ParamType[range]):
    """Ports such as `47000-47099`."""

    name = "range"

    def convert(self, value: Any, param: Any, ctx: Any) -> range:
        """Read it."""
        try:
            return value if isinstance(value, range) else port_range(value)
        except ValueError as problem:
            self.fail(str(problem), param, ctx)


data_dir = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where persistent sessions live. [env: MIRRA_DATA_DIR; default: your user data folder]",
)
webhook_host = click.option(
    "--webhook-host",
    "webhook_hosts",
    multiple=True,
    metavar="HOST",
    help="A host besides loopback that webhooks may go to; may be repeated. "
    "[env: MIRRA_WEBHOOK_HOSTS]",
)
mirror_ports = click.option(
    "--mirror-ports",
    type=PortRange(),
    metavar="FIRST-LAST",
    help="The ports that mirrors may listen on, such as 47000-47099. "
    "[env: MIRRA_MIRROR_PORTS; default: any free one]",
)
mirror_host = click.option(
    "--mirror-host",
    metavar="ADDRESS",
    help="The address that mirrors listen on; 0.0.0.0 in a container. "
    "[env: MIRRA_MIRROR_HOST; default: 127.0.0.1]",
)
vendor_folders = click.option(
    "--vendor",
    "vendors",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="A mirror of your own, as 'mirra-mcp mirror eject' writes it; may be repeated. "
    "Its Python runs with your rights. [env: MIRRA_VENDORS]",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")


def mirrors_option(what: str) -> Callable[[Command], Command]:
    """Return the option that names mirrors; `what` they are named for."""
    return click.option("--mirrors", type=Words(), help=what)


def seeds_option(what: str) -> Callable[[Command], Command]:
    """Return the option that names mirrors' fixtures, for `wanted_mirrors`."""
    return click.option("--seed", "seeds", multiple=True, metavar="MIRROR:FIXTURE", help=what)


webhooks_to = click.option(
    "--webhooks",
    "webhooks",
    multiple=True,
    metavar="MIRROR=URL",
    help="Where all of a mirror's webhooks go, signed with the secret in its env; may be repeated.",
)


def server_options(command: Command) -> Command:
    """Options of the MCP server, over stdio and over HTTP alike."""
    for option in (
        webhook_host,
        vendor_folders,
        mirror_host,
        mirror_ports,
        data_dir,
        click.option(
            "--read-only",
            is_flag=True,
            default=None,
            help="Offer only tools that change nothing. [env: MIRRA_READ_ONLY]",
        ),
        click.option(
            "--toolsets",
            type=Words(),
            help="Which toolsets to offer, or 'all'. [env: MIRRA_TOOLSETS]",
        ),
    ):
        command = option(command)
    return command


def settings_from(**overrides: Any) -> Settings:
    """Read the environment and the command line into one value.

    Raises:
        BadUsage: a variable or an option doesn't parse.
    """
    given = {name: value for name, value in overrides.items() if value not in (None, ())}
    try:
        settings = Settings.from_env(os.environ, **given)
    except ValueError as problem:
        raise BadUsage(str(problem)) from None
    if settings.is_hosted and (given.get("mirror_ports") or given.get("mirror_host")):
        raise BadUsage(
            "--mirror-ports and --mirror-host are about embedded mirrors, and MIRRA_TOKEN asks for"
            " hosted ones.",
            "Leave them out, or unset MIRRA_TOKEN.",
        )
    url = urlsplit(settings.api_url)
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise BadUsage(
            f"MIRRA_API_URL must be an http or https address, not '{settings.api_url}'.",
            "For hosted Mirra leave it unset: https://api.mirra.run is the default.",
        )
    return settings


def wanted_mirrors(mirrors: Iterable[str], seeds: Iterable[str]) -> dict[str, str | None]:
    """Return each mirror to start, with its fixture if one was named as `MIRROR:FIXTURE`.

    Raises:
        BadUsage: a seed has another form, or a mirror has two.
    """
    wanted: dict[str, str | None] = dict.fromkeys(mirrors)
    for seed in seeds:
        mirror, _, fixture = seed.partition(":")
        if not mirror or not fixture:
            raise BadUsage(
                f"--seed takes MIRROR:FIXTURE, not '{seed}'.",
                "For example: --seed resend:transactional-busy",
            )
        if wanted.get(mirror) not in (None, fixture):
            raise BadUsage(f"--seed names two fixtures for {mirror}: a mirror takes one.")
        wanted[mirror] = fixture
    return wanted


def webhooks_by_mirror(texts: Iterable[str]) -> dict[str, str]:
    """Return where each mirror's webhooks go, of words such as `stripe=http://127.0.0.1:3000/hook`.

    Raises:
        BadUsage: one has another form.
    """
    found = {}
    for text in texts:
        mirror, equals, url = text.partition("=")
        if not equals or "://" in mirror or not url:
            raise BadUsage(
                f"--webhooks takes MIRROR=URL, not '{text}'.",
                "For example: --webhooks stripe=http://127.0.0.1:3000/webhooks/stripe",
            )
        found[mirror] = url
    return found
