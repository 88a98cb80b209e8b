"""`mirra-mcp restore`: bring back what a snapshot kept."""

import json
from typing import Any

import click

from mirra_mcp.cli.credentials import settings_of_person
from mirra_mcp.cli.failures import BadUsage, CommandFailed
from mirra_mcp.cli.places import Place, if_offered, in_session, session_options
from mirra_mcp.cli.tables import tell_rows
from mirra_mcp.wire.admin import Restored


@click.command()
@click.argument("kept", required=False, metavar="SNAPSHOT")
@click.option("--snapshot", metavar="SNAPSHOT", help="The same, as an option.")
@session_options
def restore(
    kept: str | None, snapshot: str | None, session: str | None, as_json: bool, data_dir: Any
) -> None:
    """Bring back a SNAPSHOT: a name, or what 'snapshot' printed.

    By name it is brought back in every mirror that has one of that name. Where that is all of
    them, the session's time goes back, too.

    \b
    Examples:
      mirra-mcp restore before-upgrade
      mirra-mcp restore stripe=snap_8fk2a,resend=snap_0qd4m

    With --json: {"mirrors": [{"mirror", "snapshotId", "counts"}], "at"}.
    """
    wanted = kept or snapshot
    if not wanted or (kept and snapshot):
        raise BadUsage("Say which snapshot to restore.", "As: mirra-mcp restore before-upgrade")

    async def work(place: Place) -> tuple[list[Restored], str | None]:
        return await _restore(place, wanted)

    done, at = in_session(settings_of_person(data_dir=data_dir), session, work)
    if as_json:
        told = {"mirrors": [each.to_json() for each in done], "at": at}
        click.echo(json.dumps({name: each for name, each in told.items() if each is not None}))
        return
    tell_rows(
        ("mirror", "snapshot", "documents"),
        [(each.mirror, each.snapshot_id, str(sum(each.counts.values()))) for each in done],
    )
    if at is not None:
        click.echo(f"The session's time is {at}.")


async def _restore(place: Place, wanted: str) -> tuple[list[Restored], str | None]:
    """Restore all that is meant at once, with the time of it; else mirror by mirror."""
    parts = dict[str, str]()
    for part in wanted.split(",") if "=" in wanted else ():
        vendor, _, id = part.strip().partition("=")
        parts[place.mirror(vendor).vendor] = id
    whole = await if_offered(place.states.restore(None if parts else wanted, parts or None))
    if whole is not None:
        return whole.mirrors, f"{whole.at:%Y-%m-%dT%H:%M:%SZ}"
    return await _restore_each(
        place, parts or dict.fromkeys((each.vendor for each in place.session.mirrors), wanted)
    ), None


async def _restore_each(place: Place, ids: dict[str, str]) -> list[Restored]:
    from mirra_mcp.client.errors import MirraError

    done: list[Restored] = []
    unknown: MirraError | None = None
    for vendor, id in ids.items():
        try:
            done.append(await place.client(place.mirror(vendor)).restore(id))
        except MirraError as problem:
            if problem.code != "mirra.snapshot.not_found" or len(set(ids.values())) > 1:
                raise _partly(problem, done) from problem
            unknown = problem
    if not done and unknown is not None:
        raise unknown
    return done


def _partly(problem: Exception, done: list[Restored]) -> Exception:
    if not done:
        return problem
    names = ", ".join(each.mirror for each in done)
    return CommandFailed(str(problem), f"Restored before that: {names}.")
