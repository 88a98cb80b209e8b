"""`mirra-mcp wait`: until a webhook or an event has come, for scripts and test runners."""

import asyncio
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

import click

from mirra_mcp.cli.credentials import settings_of_person
from mirra_mcp.cli.failures import TIMED_OUT, BadUsage, CommandFailed
from mirra_mcp.cli.fields import is_at
from mirra_mcp.cli.options import Span
from mirra_mcp.cli.places import Place, in_session, session_options
from mirra_mcp.wire.events import Event


@click.command()
@click.argument("kind", type=click.Choice(("webhook", "event")))
@click.argument("type")
@click.option(
    "--match",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Only one that holds this: in a webhook's payload, in an event's data; may be repeated.",
)
@click.option("--delivered", is_flag=True, help="Only a webhook whose receiver answered 2xx.")
@click.option("--mirror", metavar="NAME", help="Only one of this mirror.")
@click.option("--new", is_flag=True, help="Only one that comes from now on.")
@click.option("--after", type=click.IntRange(0), help="Only one after this number of the log.")
@click.option("--timeout", type=Span(), default=30, help="How long. [default: 30s]")
@session_options
def wait(
    kind: str,
    type: str,
    match: tuple[str, ...],
    delivered: bool,
    mirror: str | None,
    new: bool,
    after: int | None,
    timeout: int,
    session: str | None,
    as_json: bool,
    data_dir: Any,
) -> None:
    """Wait until a webhook or an event of TYPE has come; one that came already counts.

    TYPE may hold wildcards. FIELD may be a path: data.object.status=paid. What came is printed.

    \b
    Examples:
      mirra-mcp wait webhook email.delivered --timeout 10s
      mirra-mcp wait webhook "invoice.*" --delivered --match data.object.status=paid
      mirra-mcp wait event traffic.request_completed --match status=402 --new

    \b
    Exit codes: 0 it came, 2 the time was up, or the session ended first.
    With --json: the entry of the log, {"id", "type", "data"}.
    """
    if new and after is not None:
        raise BadUsage("--new and --after exclude each other.", "Give one of them.")
    if kind == "event" and delivered:
        raise BadUsage("--delivered is about webhooks.", "Use --match responseStatus=200.")
    wanted = _wanted(kind, type, match, mirror, delivered=delivered)
    start = None if new else after or 0

    async def work(place: Place) -> Event | None:
        from mirra_mcp.cli.following import coming

        try:
            async with asyncio.timeout(timeout):
                async for each in coming(place, wanted, start):
                    return each
        except TimeoutError:
            pass
        return None

    waiting = f"Waiting for the {kind} {type}"
    found = in_session(settings_of_person(data_dir=data_dir), session, work, doing=waiting)
    if found is None:
        raise CommandFailed(
            f"No {kind} '{type}' came within {timeout} s.",
            f"mirra-mcp {kind}s shows what did.",
            exit_code=TIMED_OUT,
        )
    from mirra_mcp.cli.following import tell_event

    tell_event(found, as_json=as_json)


def _wanted(
    kind: str, type: str, match: tuple[str, ...], mirror: str | None, *, delivered: bool
) -> Callable[[Event], bool]:
    pairs = [each.partition("=") for each in match]
    for each, (name, equals, _) in zip(match, pairs, strict=True):
        if not name or not equals:
            raise BadUsage(f"--match takes FIELD=VALUE, not '{each}'.")

    def wanted(event: Event) -> bool:
        data = event.data
        if kind == "webhook":
            status = data.get("responseStatus")
            is_taken = isinstance(status, int) and 200 <= status < 300
            if event.type != "webhook.dispatched" or (delivered and not is_taken):
                return False
            named, held = str(data.get("type")), data.get("payload")
        else:
            named, held = event.type, data
        return (
            fnmatchcase(named, type)
            and (mirror is None or data.get("mirror") == mirror)
            and all(is_at(held, name, value) for name, _, value in pairs)
        )

    return wanted
