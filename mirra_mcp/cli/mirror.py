"""`mirra-mcp mirror`: mirrors that are made from OpenAPI documents."""

import json
import re
from collections.abc import Callable
from keyword import iskeyword
from pathlib import Path
from typing import Any

import click

from mirra_mcp.cli.failures import INVALID, BadUsage, CommandFailed
from mirra_mcp.cli.options import as_json, settings_from


def document(command: Callable[..., Any]) -> Callable[..., Any]:
    """Take a document, and the behaviour file beside it or another one."""
    behavior = click.option(
        "--behavior",
        type=click.Path(path_type=Path),
        help="The behaviour file. [default: NAME.mirra.yaml beside FILE]",
    )
    file = click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
    return file(behavior(command))


@click.group()
def mirror() -> None:
    """See what is made of an OpenAPI document, and write it out as Python.

    \b
    Examples:
      mirra-mcp mirror explain petstore.yaml
      mirra-mcp mirror eject petstore.yaml
      mirra-mcp up --mirrors petstore.yaml
    """


@mirror.command()
@document
@as_json
def explain(file: Path, behavior: Path | None, as_json: bool) -> None:
    """Show which nouns, states and webhooks a document's mirror has, with every guess.

    Exit codes: 0 it can be mirrored, 4 it can't, 64 wrong usage.
    """
    made, _, _ = _made(file, behavior)
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


@mirror.command()
@document
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder to write; it mustn't be there. [default: NAME_mirror in this folder]",
)
@as_json
def eject(file: Path, behavior: Path | None, to: Path | None, as_json: bool) -> None:
    """Write a document's mirror out as Python, to be edited.

    Where a behaviour file ends: a class a noun, a method an operation. 'mirra-mcp up', 'exec' and
    'serve' take the folder with --vendor DIR, everything with MIRRA_VENDORS=DIR; what was edited
    holds for the next session.

    \b
    Examples:
      mirra-mcp mirror eject shop.yaml
      mirra-mcp up --vendor shop_mirror --mirrors shop

    Exit codes: 0 written, 4 it can't be, 64 wrong usage.
    """
    from mirra_mcp.local.openapi import ejecting

    made, kind, behaviour = _made(file, behavior)
    folder = to or Path(f"{made.name}_mirror")
    if not folder.name.isidentifier() or iskeyword(folder.name):
        raise BadUsage(
            f"Python can't import a folder called '{folder.name}'.",
            "Give --to letters, digits and underscores, such as shop_mirror.",
        )
    vendor = folder.name.removesuffix("_mirror")
    if not re.fullmatch("[a-z][a-z0-9_]{0,39}", vendor):
        raise BadUsage(
            f"No mirror can be called '{vendor}'.", "Begin --to with a small letter: shop_mirror."
        )
    files = ejecting.ejected(folder.name, vendor, kind.plan.spec.doc, kind.plan, behaviour)
    try:
        ejecting.write(folder, files)
    except FileExistsError:
        raise CommandFailed(
            f"{folder} is there already, and isn't written over.",
            "Name another folder with --to.",
            exit_code=INVALID,
        ) from None
    except OSError as error:
        told = f"{error.filename or folder} can't be written: {error.strerror}."
        raise CommandFailed(told, exit_code=INVALID) from None
    start = f"mirra-mcp up --vendor {folder} --mirrors {vendor}"
    if as_json:
        told_all = {"folder": str(folder), "mirror": vendor, "files": sorted(files), "start": start}
        click.echo(json.dumps(told_all))
        return
    click.echo(f"{folder}: {len(files)} files, {len(made.nouns)} nouns.\nStart it: {start}")


def _made(file: Path, behavior: Path | None, *, beside: bool = True) -> tuple[Any, Any, Any]:
    """Return what is told of a document's mirror, its class, and what the behaviour file says.

    Raises:
        CommandFailed: the document or the behaviour file can't be used.
    """
    from mirra_mcp.cli.progress import working
    from mirra_mcp.local.kinds import Kinds
    from mirra_mcp.local.kit.errors import Refusal
    from mirra_mcp.local.openapi.behaviour.reading import text_of
    from mirra_mcp.wire.mirrors import CreateMirror

    kinds = Kinds({}, hosts=settings_from().document_hosts)
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
    return made, kinds[made.name], kinds.behavior_of(made.name)
