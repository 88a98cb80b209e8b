"""`mirra-mcp snapshot`: keep the state of mirrors."""

import json
from typing import Any

import click

from mirra_mcp.cli.credentials import settings_of_person
from mirra_mcp.cli.options import mirrors_option
from mirra_mcp.cli.places import Place, if_offered, in_session, session_options


@click.command()
@click.argument("name", required=False)
@mirrors_option("Which mirrors. [default: all]")
@session_options
def snapshot(
    name: str | None,
    mirrors: tuple[str, ...] | None,
    session: str | None,
    as_json: bool,
    data_dir: Any,
) -> None:
    """Keep the state of a session's mirrors, under a NAME if you give one.

    \b
    Examples:
      mirra-mcp snapshot before-upgrade
      mirra-mcp restore before-upgrade

    It prints what 'restore' takes. With --json: {"snapshot", "mirrors": {"<mirror>": "snap_..."}}.
    """

    async def work(place: Place) -> dict[str, str]:
        chosen = [place.mirror(each) for each in mirrors or ()] or place.session.mirrors
        if place.is_all(chosen):
            whole = await if_offered(place.states.snapshot(name))
            if whole is not None:
                return dict.fromkeys(whole.mirrors, whole.snapshot_id)
        return {
            each.vendor: (await place.client(each).snapshot(name)).snapshot_id for each in chosen
        }

    kept = in_session(settings_of_person(data_dir=data_dir), session, work)
    ids = [*dict.fromkeys(kept.values())]
    is_whole = len(ids) == 1 and not mirrors
    handle = ids[0] if is_whole else ",".join(f"{vendor}={id}" for vendor, id in kept.items())
    if as_json:
        click.echo(json.dumps({"snapshot": handle, "mirrors": kept}))
    else:
        click.echo(handle)
