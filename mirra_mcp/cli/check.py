"""`mirra-mcp check`: how scenarios would be graded, without running them."""

import json
from pathlib import Path

import click

from mirra_mcp.cli.failures import INVALID, BadUsage
from mirra_mcp.cli.options import as_json


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."
)
@as_json
@click.pass_context
def check(ctx: click.Context, /, files: tuple[Path, ...], as_json: bool) -> None:
    """Show how each criterion of a scenario is going to be graded.

    For a check, the pattern that reads it and how it was understood; for one that no pattern reads
    whole, that it goes to the judge. Nothing is run.

    \b
    Examples:
      mirra-mcp check scenarios/welcome-email.md
      mirra-mcp check scenarios/*.md --json

    Exit codes: 0 all can run, 4 a scenario is invalid, 64 wrong usage.
    """
    missing = [str(file) for file in files if not file.is_file()]
    if missing:
        raise BadUsage(f"There is no file {', '.join(missing)}.", "Name scenario files.")

    from mirra_mcp.cli.readings import read_file, tell

    is_valid = True
    for file in files:
        reading = read_file(file, {})
        is_valid &= not reading.errors
        if as_json:
            click.echo(json.dumps({"scenario": str(file), **reading.to_json()}))
        else:
            tell(file, reading)
    if not is_valid:
        ctx.exit(INVALID)
