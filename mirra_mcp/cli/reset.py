"""`mirra-mcp reset`: put mirrors back to a fixture."""

import json
from typing import Any

import click

from mirra_mcp.cli.credentials import settings_of_person
from mirra_mcp.cli.failures import BadUsage
from mirra_mcp.cli.options import mirrors_option, seeds_option, wanted_mirrors
from mirra_mcp.cli.places import Place, if_offered, in_session, session_options
from mirra_mcp.cli.tables import tell_rows
from mirra_mcp.wire.admin import ResetDone


@click.command()
@mirrors_option("Which mirrors. [default: those of --seed, else all]")
@seeds_option("What a mirror holds afterwards, not what it began with; may be repeated.")
@session_options
def reset(
    mirrors: tuple[str, ...] | None,
    seeds: tuple[str, ...],
    session: str | None,
    as_json: bool,
    data_dir: Any,
) -> None:
    """Put a session's mirrors back to their fixtures. Keys, addresses and the log stay.

    \b
    Examples:
      mirra-mcp reset
      mirra-mcp reset --session checkout --seed stripe:failed-payments

    With --json: {"mirrors": [{"mirror", "seed", "counts"}]}.
    """
    wanted = wanted_mirrors(mirrors or (), seeds)

    async def work(place: Place) -> list[ResetDone]:
        chosen = [place.mirror(name) for name in wanted] or place.session.mirrors
        if place.is_all(chosen):
            given = {vendor: seed for vendor, seed in wanted.items() if seed}
            whole = await if_offered(place.states.reset(given))
            if whole is not None:
                return whole.mirrors
        return [await place.client(each).reset(wanted.get(each.vendor)) for each in chosen]

    if mirrors == ():
        raise BadUsage("--mirrors names none.", "Leave it out to reset all.")
    done = in_session(settings_of_person(data_dir=data_dir), session, work)
    if as_json:
        click.echo(json.dumps({"mirrors": [each.to_json() for each in done]}))
        return
    tell_rows(
        ("mirror", "fixture", "documents"),
        [(each.mirror, each.seed, str(sum(each.counts.values()))) for each in done],
    )
