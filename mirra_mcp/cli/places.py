"""Which session a command means: by id or name, else the newest that lives."""

import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import click

from mirra_mcp.cli.failures import CommandFailed, nearest
from mirra_mcp.cli.options import as_json, data_dir
from mirra_mcp.settings import Settings
from mirra_mcp.wire.model import Doc
from mirra_mcp.wire.sessions import MirrorInfo, Session

if TYPE_CHECKING:
    from mirra_mcp.client.client import MirraClient
    from mirra_mcp.client.mirror import MirrorClient
    from mirra_mcp.client.states import StatesClient

T = TypeVar("T")
Command = Callable[..., object]
NONE = "A session lives in 'mirra-mcp up' or in an agent's MCP server, while that runs."

ASKING = "Asking Mirra"

mirror_option = click.option("--mirror", metavar="NAME", help="Which mirror, if it has several.")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a Mirra is."""

    url: str
    token: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """A session, and the Mirra that has it."""

    mirra: "MirraClient"
    session: Session

    def mirror(self, name: str | None) -> MirrorInfo:
        """Return the mirror that is meant.

        Raises:
            CommandFailed: there are several, or none of that name.
        """
        known = [each.vendor for each in self.session.mirrors]
        if name is None and len(known) == 1:
            return self.session.mirrors[0]
        for each in self.session.mirrors:
            if each.vendor == name:
                return each
        listed = ", ".join(known)
        if name is None:
            raise CommandFailed(f"The session has {listed}.", "Say which with --mirror.")
        raise CommandFailed(
            f"The session has no mirror '{name}'.{nearest(name, known)}", f"It has {listed}."
        )

    def is_all(self, mirrors: Sequence[MirrorInfo]) -> bool:
        """Tell whether these are all mirrors of the session."""
        return len(mirrors) == len(self.session.mirrors)

    @property
    def states(self) -> "StatesClient":
        """Return a client of the state of all mirrors at once."""
        return self.mirra.states(self.session.session_id)

    def client(self, mirror: MirrorInfo) -> "MirrorClient":
        """Return a client of one mirror."""
        return self.mirra.mirror(mirror.url)


def session_options(command: Command) -> Command:
    """Options of every command that is about one session."""
    for option in (
        as_json,
        data_dir,
        click.option(
            "--session",
            metavar="ID|NAME",
            help="Which session. [env: MIRRA_SESSION_ID; default: the newest]",
        ),
    ):
        command = option(command)
    return command


def addresses(settings: Settings) -> list[Address]:
    """List where sessions may be: hosted, or every Mirra of this user on this machine."""
    if settings.is_hosted:
        return [Address(settings.api_url, settings.token)]

    from mirra_mcp.cli.running import all_running, running

    found = [running(settings), *all_running(settings)]
    return list(dict.fromkeys(Address(each.url, each.token) for each in found if each))


def in_session(
    settings: Settings,
    wanted: str | None,
    work: Callable[[Place], Awaitable[T]],
    *,
    doing: str | None = ASKING,
) -> T:
    """Return what some work in the session that is meant comes to.

    `doing` is what a terminal says meanwhile; None for work that writes to it.

    Raises:
        CommandFailed: there is no such session, or Mirra refuses.
    """

    async def found() -> T:
        address, session = await find(addresses(settings), wanted)
        async with _client(address) as mirra:
            return await work(Place(mirra, session))

    return asked(found, doing=doing)


async def if_offered(work: Awaitable[T]) -> T | None:
    """Return what comes, or None if this Mirra has no such endpoint."""
    from mirra_mcp.client.errors import MirraError

    try:
        return await work
    except MirraError as problem:
        if problem.code != "mirra.not_offered":
            raise
        return None


def asked(work: Callable[[], Awaitable[T]], *, doing: str | None = ASKING) -> T:
    """Run some work with a Mirra; what it refuses is the command's failure.

    `doing` is what a terminal says meanwhile; None for work that writes to it.

    Raises:
        CommandFailed: it refuses, or is away.
    """
    import asyncio

    from mirra_mcp.cli.progress import working
    from mirra_mcp.cli.signals import Interrupted, unless_asked_to_end
    from mirra_mcp.client.errors import MirraError

    async def run() -> T:
        return await work()

    try:
        with working(doing):
            return asyncio.run(unless_asked_to_end(run()))
    except MirraError as problem:
        raise CommandFailed(problem.message, problem.hint) from problem
    except Interrupted as asked_to_end:
        raise click.exceptions.Exit(asked_to_end.exit_code) from None


async def every_session(
    places: Sequence[Address], *, ended: bool = False
) -> list[tuple[Address, Session]]:
    """List the sessions of some Mirras, the newest first; one that is going away is passed over."""
    from mirra_mcp.client.errors import MirraError

    found: list[tuple[Address, Session]] = []
    for address in places:
        async with _client(address) as mirra:
            try:
                page = await mirra.list_sessions(status=None if ended else "ready", limit=100)
            except MirraError:
                if len(places) == 1:
                    raise
                continue
            found += [(address, each) for each in page.sessions]
    return sorted(found, key=lambda each: each[1].created_at, reverse=True)


def _client(address: Address) -> "MirraClient":
    from mirra_mcp.client.client import MirraClient

    return MirraClient(address.url, address.token)


async def find(places: Sequence[Address], wanted: str | None) -> tuple[Address, Session]:
    """Return the session that is meant, whole, and where it is.

    Raises:
        CommandFailed: there is none, it is over, or several have that name.
        MirraError: a Mirra refuses.
    """
    live = await every_session(places)
    inherited = os.environ.get("MIRRA_SESSION_ID")
    if wanted is None and inherited in [each.session_id for _, each in live]:
        wanted = inherited
    if wanted is not None and not (fitting := _fitting(live, wanted)):
        for _, each in _fitting(await every_session(places, ended=True), wanted):
            raise CommandFailed(
                f"The session {wanted} has {each.status}.", "Start another: 'mirra-mcp up'."
            )
    if not live:
        raise CommandFailed("No session is live.", f"'mirra-mcp up' starts one. {NONE}")
    chosen = live[0] if wanted is None else _named(live, fitting, wanted)
    return chosen[0], await _whole(*chosen)


def _fitting(
    sessions: Sequence[tuple[Address, Session]], wanted: str
) -> list[tuple[Address, Session]]:
    return [each for each in sessions if wanted in (each[1].session_id, each[1].name)]


def _named(
    live: Sequence[tuple[Address, Session]], fitting: Sequence[tuple[Address, Session]], wanted: str
) -> tuple[Address, Session]:
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        ids = ", ".join(each.session_id for _, each in fitting)
        raise CommandFailed(f"Several sessions are called '{wanted}': {ids}.", "Give one's id.")
    known = [name for _, each in live for name in (each.session_id, each.name) if name]
    raise CommandFailed(
        f"There is no live session '{wanted}'.{nearest(wanted, known)}",
        f"There are {', '.join(each.session_id for _, each in live)}: mirra-mcp ls. {NONE}",
    )


async def _whole(address: Address, session: Session) -> Session:
    async with _client(address) as mirra:
        return await mirra.get_session(session.session_id)


def shown(session: Session) -> Doc:
    """Return a session as JSON, without its keys."""
    told = session.to_json()
    for mirror in told["mirrors"]:
        mirror.pop("env", None)
        mirror.pop("setup", None)
    return told
