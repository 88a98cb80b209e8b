"""`mirra-mcp mirror`: mirrors that are made from OpenAPI documents."""

import json
from pathlib import Path

import click

from mirra_mcp.cli.failures import INVALID, CommandFailed
from mirra_mcp.cli.options import as_json


@click.group()
def mirror() -> None:
    """See what is made of an OpenAPI document.

    \b
    Examples:
      mirra-mcp mirror explain petstore.yaml
      mirra-mcp up --mirrors petstore.yaml
    """


@mirror.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--behavior",
    type=click.Path(path_type=Path),
    help="The behaviour file. [default: NAME.mirra.yaml beside FILE]",
)
@as_json
def explain(file: Path, behavior: Path | None, as_json: bool) -> None:
    """Show which nouns, states and webhooks a document's mirror has, with every guess.

    Exit codes: 0 it can be mirrored, 4 it can't, 64 wrong usage.
    """
    from mirra_mcp.local.kinds import Kinds
    from mirra_mcp.local.kit.errors import Refusal
    from mirra_mcp.wire.mirrors import CreateMirror

    try:
        rules = behavior.read_text(encoding="utf-8") if behavior else None
        made = Kinds({}).add(CreateMirror(path=str(file), behavior=rules))
    except OSError as error:
        raise CommandFailed(
            f"{error.filename} can't be read: {error.strerror}.",
            "Check the path.",
            exit_code=INVALID,
        ) from None
    except Refusal as refusal:
        raise CommandFailed(refusal.message, refusal.hint, exit_code=INVALID) from None
    if as_json:
        click.echo(json.dumps(made.to_json()))
        return
    click.echo(f"{made.title} {made.version}: {made.endpoints} operations, as mirror {made.name!r}")
    for guess in made.guesses:
        click.echo(f"  {guess}")
    if made.webhook_events:
        click.echo(f"  webhooks: {', '.join(made.webhook_events)}")
