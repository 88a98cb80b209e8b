"""`mirra-mcp doctor`: check that all is well, and say what to do where it isn't."""

import json
from typing import Any

import click

from mirra_mcp.cli.failures import FAILED
from mirra_mcp.cli.options import as_json, data_dir, settings_from

MARKS = {"ok": ("✓", "green"), "note": ("-", "cyan"), "failed": ("✗", "red")}


@click.command()
@data_dir
@as_json
@click.pass_context
def doctor(ctx: click.Context, /, as_json: bool, **options: Any) -> None:
    """Check that all is well: packages, folders, Mirra, MCP clients.

    Each check is ok, a note, or failed with the next step. Exit code 0 when none failed, else 1.

    \b
    Examples:
      mirra-mcp doctor
      mirra-mcp doctor --json
    """
    settings = settings_from(**options)

    from mirra_mcp.cli.checks import every
    from mirra_mcp.cli.progress import working

    found = []
    checks = every(settings)
    while True:
        with working("Looking"):
            check = next(checks, None)
        if check is None:
            break
        found.append(check)
        if not as_json:
            mark, color = MARKS[check.status]
            click.echo(f"{click.style(mark, fg=color)} {check.name}: {check.detail}")
            if check.hint:
                click.echo(f"    {check.hint}")
    healthy = all(check.status != "failed" for check in found)
    if as_json:
        told = [check.to_json() for check in found]
        click.echo(json.dumps({"ok": healthy, "checks": told}))
    if not healthy:
        ctx.exit(FAILED)
