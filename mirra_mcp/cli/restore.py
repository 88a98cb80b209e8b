"""`mirra-mcp restore`: bring back what a snapshot kept."""

import json
from typing import Any

import click

from mirra_mcp.cli.credentials import settings_of_person
from mirra_mcp.cli.failures import BadUsage, CommandFailed
from mirra_mcp.cli.places import Place, in_session, session_options
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

    By name it is brought back in every mirror that has one of that name.

    \b
    Examples:
      mirra-mcp restore before-upgrade
      mirra-mcp restore stripe=snap_8fk2a,resend=snap_0qd4m

    With --json: {"mirrors": [{"mirror", "snapshotId", "counts"}]}.
    """
    wanted = kept or snapshot
    if not wanted or (kept and snapshot):
        raise BadUsage("Say which snapshot to restore.", "As: mirra-mcp restore before-upgrade")

    async def work(place: Place) -> list[Restored]:
        return await _restore(place, wanted)

    done = in_session(settings_of_person(data_dir=data_dir), session, work)
    if as_json:
        click.echo(json.dumps({"mirrors": [each.to_json() for each in done]}))
        return
    tell_rows(
        ("mirror", "snapshot", "documents"),
        [(each.mirror, each.snapshot_id, str(sum(each.counts.values()))) for each in done],
    )


async def _restore(place: Place, wanted: str) -> list[Restored]:
    from mirra_mcp.client.errors import MirraError

    done: list[Restored] = []
    if "=" not in wanted:
        unknown: MirraError | None = None
        for each in place.session.mirrors:
            try:
                done.append(await place.client(each).restore(wanted))
            except MirraError as problem:
                if problem.code != "mirra.snapshot.not_found":
                    raise _partly(problem, done) from problem
                unknown = problem
        if not done and unknown is not None:
            raise unknown
        return done
    parts = [part.strip().partition("=") for part in wanted.split(",")]
    for mirror, id in [(place.mirror(vendor), id) for vendor, _, id in parts]:
        try:
            done.append(await place.client(mirror).restore(id))
        except MirraError as problem:
            raise _partly(problem, done) from problem
    return done


def _partly(problem: Exception, done: list[Restored]) -> Exception:
    if not done:
        return problem
    names = ", ".join(each.mirror for each in done)
    return CommandFailed(str(problem), f"Restored before that: {names}.")
