"""`mirra-mcp mirror`: mirrors that are made from OpenAPI documents."""

import json
from pathlib import Path
from typing import Any

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
    made, _ = _made(file, behavior)
    if as_json:
        click.echo(json.dumps(made.to_json()))
        return
    click.echo(f"{made.title} {made.version}: {made.endpoints} operations, as mirror {made.name!r}")
    for guess in made.guesses:
        click.echo(f"  {guess}")
    if made.webhook_events:
        click.echo(f"  webhooks: {', '.join(made.webhook_events)}")


@mirror.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="[FILE]", required=False)
def schema(file: Path | None) -> None:
    """Print the JSON Schema of behaviour files; with FILE, with that document's names in it.

    An editor completes by it: put '# yaml-language-server: $schema=behaviour.json' on the first
    line of the behaviour file. Exit codes: 0 printed, 4 FILE can't be mirrored, 64 wrong usage.
    """
    from mirra_mcp.local.openapi.behaviour import reading, rules

    plan = _made(file, None, beside=False)[1].plan if file else None
    click.echo(json.dumps(reading.schema_for(plan) if plan else rules.schema(), indent=1))


def _made(file: Path, behavior: Path | None, *, beside: bool = True) -> tuple[Any, Any]:
    """Return what is told of a document's mirror, and its class.

    Raises:
        CommandFailed: the document or the behaviour file can't be used.
    """
    from mirra_mcp.cli.progress import working
    from mirra_mcp.local.kinds import Kinds
    from mirra_mcp.local.kit.errors import Refusal
    from mirra_mcp.local.openapi.behaviour.reading import text_of
    from mirra_mcp.wire.mirrors import CreateMirror

    kinds = Kinds({})
    try:
        rules: Any = text_of(behavior) if behavior else None if beside else {}
        with working(f"Reading {file.name}"):
            made = kinds.add(CreateMirror(path=str(file), behavior=rules))
    except OSError as error:
        raise CommandFailed(
            f"{error.filename} can't be read: {error.strerror}.",
            "Check the path.",
            exit_code=INVALID,
        ) from None
    except Refusal as refusal:
        raise CommandFailed(refusal.message, refusal.hint, exit_code=INVALID) from None
    return made, kinds[made.name]
