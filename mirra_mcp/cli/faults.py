"""`mirra-mcp faults`: let a session fail, by rules."""

import json
from typing import Any

import click

from mirra_mcp.cli.credentials import settings_of_person
from mirra_mcp.cli.failures import BadUsage
from mirra_mcp.cli.places import Place, in_session, session_options
from mirra_mcp.cli.tables import tell_rows
from mirra_mcp.wire.faults import AddFault, Fault, FaultList, FaultsRemoved


@click.command()
@click.argument("rule", required=False)
@click.option("--remove", metavar="ID", help="Remove a rule, or 'all'.")
@session_options
def faults(
    rule: str | None, remove: str | None, session: str | None, as_json: bool, data_dir: Any
) -> None:
    """Let calls and webhooks of a session fail, by a RULE; without one, list the rules.

    \b
    Examples:
      mirra-mcp faults "stripe POST /v1/charges: disconnect after, once"
      mirra-mcp faults "resend POST /emails: rate_limit, skip 2, 3 times"
      mirra-mcp faults "stripe webhook invoice.*: sent twice, always"
      mirra-mcp faults --remove all

    docs/faults.md tells all that can happen. With --json: the rule, {"faults": [...]} or
    {"removed": [...]}.
    """
    if rule and remove:
        raise BadUsage("Give a rule to add, or --remove: not both.")

    async def work(place: Place) -> Fault | FaultList | FaultsRemoved:
        id = place.session.session_id
        if rule:
            return await place.mirra.add_fault(id, AddFault(rule=rule))
        if remove:
            return await place.mirra.remove_faults(id, None if remove == "all" else remove)
        return await place.mirra.faults(id)

    told = in_session(settings_of_person(data_dir=data_dir), session, work)
    if as_json:
        click.echo(json.dumps(told.to_json()))
    elif isinstance(told, Fault):
        click.echo(f"{told.fault_id}  {told.rule}")
    elif isinstance(told, FaultsRemoved):
        click.echo(f"Removed {', '.join(told.removed) or 'nothing: there were no rules'}.")
    elif told.faults:
        rows = [
            (each.fault_id, each.rule, f"{each.struck} of {each.matched}") for each in told.faults
        ]
        tell_rows(("id", "rule", "struck"), rows)
    else:
        click.echo("The session has no fault rules.")
