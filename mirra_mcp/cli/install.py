"""`mirra-mcp install`: write our entry into the configuration of an MCP client."""

import os
import tempfile
from pathlib import Path

import click

from mirra_mcp.cli.clients import NAME, McpClient, here, our_command
from mirra_mcp.cli.failures import BadUsage, CommandFailed, nearest


@click.command()
@click.argument("clients", nargs=-1, metavar="[CLIENT]...")
@click.option("--print", "only_print", is_flag=True, help="Show what would be written, and where.")
@click.option("--force", is_flag=True, help="Replace an entry that differs.")
def install(clients: tuple[str, ...], only_print: bool, force: bool) -> None:
    """Add mirra to the MCP clients of this user account.

    CLIENT is one of claude-code, cursor, vscode, codex, windsurf, cline, claude-desktop; without
    one, every client found on this machine is set up. All else in a file stays as it is, and the
    file as it was is kept beside it with the ending .mirra-backup.

    \b
    Examples:
      mirra-mcp install --print
      mirra-mcp install cursor codex

    MIRRA_TOKEN is not written: set it where the client runs if you want hosted Mirra.
    """
    chosen = _chosen(clients)
    if only_print:
        for client in chosen:
            _show(client)
        return
    problems = [problem for client in chosen if (problem := _write(client, force))]
    if problems:
        raise CommandFailed("\n".join(problems))


def _chosen(names: tuple[str, ...]) -> list[McpClient]:
    everyone = {client.name: client for client in here()}
    for name in names:
        if name not in everyone:
            raise BadUsage(
                f"Unknown client '{name}'.{nearest(name, everyone)}",
                f"Known are: {', '.join(everyone)}.",
            )
    found = [everyone[name] for name in dict.fromkeys(names)] or [
        client for client in everyone.values() if client.is_present
    ]
    if not found:
        raise CommandFailed(
            "No MCP client was found on this machine.",
            f"Name one to set it up all the same: {', '.join(everyone)}.",
        )
    return found


def _show(client: McpClient) -> None:
    entry = client.entry(our_command(), {})
    click.echo(f"{client.title}: {client.file}")
    click.echo(client.with_entry("", entry))


def _write(client: McpClient, force: bool) -> str | None:
    """Add the entry; return what stands in the way, if anything does."""
    entry = client.entry(our_command(), {})
    try:
        before = client.file.read_text(encoding="utf-8") if client.file.exists() else ""
        present = client.servers().get(NAME)
        if present == entry:
            click.echo(f"{client.title}: already set up in {client.file}")
            return None
        if present is not None and (client.kind == "toml" or not force):
            remedy = "Edit it by hand" if client.kind == "toml" else "Replace it with --force"
            return f"{client.title}: {client.file} has another entry '{NAME}'. {remedy}."
        after = client.with_entry(before, entry)
        client.parse(after)
        _replace(client.file, before, after)
    except ValueError as problem:
        return (
            f"{client.title}: {client.file} can't be read ({problem}), so it was left alone. "
            f"'mirra-mcp install {client.name} --print' shows what to add."
        )
    except OSError as problem:
        return f"{client.title}: {client.file} can't be written: {problem.strerror}."
    click.echo(f"{client.title}: added to {client.file}. Restart it, or reload its MCP servers.")
    return None


def _replace(file: Path, before: str, after: str) -> None:
    """Put the new text in place at once, and keep the old beside it."""
    file = file.resolve()
    file.parent.mkdir(parents=True, exist_ok=True)
    mode = file.stat().st_mode & 0o777 if file.exists() else 0o600
    if before:
        backup = file.with_name(file.name + ".mirra-backup")
        backup.touch(mode=0o600)
        backup.chmod(mode)
        backup.write_text(before, encoding="utf-8")
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=file.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(after)
        Path(temporary).chmod(mode)
        Path(temporary).replace(file)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
