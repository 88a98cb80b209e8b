"""`mirra-mcp install` and `uninstall`: our entry in the configuration of MCP clients."""

import os
import tempfile
from pathlib import Path

import click

from mirra_mcp.cli.clients import NAME, McpClient, here, our_command
from mirra_mcp.cli.failures import BadUsage, CommandFailed, nearest

BACKUP = ".mirra-backup"


@click.command()
@click.argument("clients", nargs=-1, metavar="[CLIENT]...")
@click.option("--print", "only_print", is_flag=True, help="Show what would be written, and where.")
@click.option("--force", is_flag=True, help="Replace an entry that differs.")
def install(clients: tuple[str, ...], only_print: bool, force: bool) -> None:
    """Add mirra to the MCP clients of this user account.

    CLIENT is one of claude-code, cursor, vscode, codex, windsurf, cline, claude-desktop; without
    one, every client found on this machine is set up. Not another byte of a file changes, comments
    included, and the file as it was is kept beside it with the ending .mirra-backup.

    \b
    Examples:
      mirra-mcp install --print
      mirra-mcp install cursor codex

    MIRRA_TOKEN is not written: set it where the client runs if you want hosted Mirra.
    """
    if only_print:
        for client in _named(clients) or _present() or list(here()):
            _show(client)
        return
    chosen = _named(clients) or _present()
    if not chosen:
        raise CommandFailed(
            "No MCP client was found on this machine.",
            "Name one to set it up all the same: "
            f"{', '.join(each.name for each in here())}. --print shows what each would get.",
        )
    problems = [problem for client in chosen if (problem := _write(client, force))]
    if problems:
        raise CommandFailed("\n".join(problems))


@click.command()
@click.argument("clients", nargs=-1, metavar="[CLIENT]...")
def uninstall(clients: tuple[str, ...]) -> None:
    """Take mirra out of the MCP clients of this user account.

    Without CLIENT, out of every one that has it. A file that was not touched since `install` is
    put back as it was, byte for byte; from any other only our entry is taken.

    \b
    Examples:
      mirra-mcp uninstall
      mirra-mcp uninstall cursor
    """
    problems = [problem for each in _named(clients) or here() if (problem := _take_out(each))]
    if problems:
        raise CommandFailed("\n".join(problems))


def _named(names: tuple[str, ...]) -> list[McpClient]:
    everyone = {client.name: client for client in here()}
    for name in names:
        if name not in everyone:
            raise BadUsage(
                f"Unknown client '{name}'.{nearest(name, everyone)}",
                f"Known are: {', '.join(everyone)}.",
            )
    return [everyone[name] for name in dict.fromkeys(names)]


def _present() -> list[McpClient]:
    return [client for client in here() if client.is_present]


def _show(client: McpClient) -> None:
    entry = client.entry(our_command(), {})
    click.echo(f"{client.title}: {client.file}")
    click.echo(client.with_entry("", entry))


def _write(client: McpClient, force: bool) -> str | None:
    """Add the entry; return what stands in the way, if anything does."""
    entry = client.entry(our_command(), {})
    try:
        before = client.text()
        present = client.parse(before).get(NAME)
        if present == entry:
            click.echo(f"{client.title}: already set up in {client.file}")
            return None
        if present is not None and not force:
            return (
                f"{client.title}: {client.file} has another entry '{NAME}'. "
                "Replace it with --force."
            )
        after = client.with_entry(before, entry)
        if client.parse(after).get(NAME) != entry:
            raise ValueError("its form is unusual")
        _keep(client.file, before)
        _replace(client.file, after)
    except ValueError as problem:
        return (
            f"{client.title}: {client.file} can't be read ({problem}), so it was left alone. "
            f"'mirra-mcp install {client.name} --print' shows what to add."
        )
    except OSError as problem:
        return f"{client.title}: {client.file} can't be written: {problem.strerror}."
    click.echo(f"{client.title}: added to {client.file}. Restart it, or reload its MCP servers.")
    return None


def _take_out(client: McpClient) -> str | None:
    """Remove the entry; return what stands in the way, if anything does."""
    try:
        now = client.text()
        entry = client.parse(now).get(NAME)
        if entry is None:
            return None
        backup = _beside(client.file)
        before = backup.read_bytes().decode("utf-8") if backup.exists() else None
        if before is not None and client.with_entry(before, entry) == now:
            after = before
        else:
            after = client.without_entry(now)
            if client.parse(after) != {k: v for k, v in client.parse(now).items() if k != NAME}:
                raise ValueError("its form is unusual")
        if after:
            _replace(client.file, after)
        else:
            client.file.resolve().unlink()
        backup.unlink(missing_ok=True)
    except ValueError as problem:
        return (
            f"{client.title}: {client.file} can't be read ({problem}). Take '{NAME}' out by hand."
        )
    except OSError as problem:
        return f"{client.title}: {client.file} can't be written: {problem.strerror}."
    click.echo(f"{client.title}: taken out of {client.file}.")
    return None


def _beside(file: Path) -> Path:
    file = file.resolve()
    return file.with_name(file.name + BACKUP)


def _keep(file: Path, text: str) -> None:
    """Keep what the file was before us beside it; an empty text: there was none."""
    file.resolve().parent.mkdir(parents=True, exist_ok=True)
    backup = _beside(file)
    backup.touch(mode=0o600)
    if file.exists():
        backup.chmod(file.stat().st_mode & 0o777)
    backup.write_bytes(text.encode())


def _replace(file: Path, text: str) -> None:
    """Put the new text in place at once."""
    file = file.resolve()
    mode = file.stat().st_mode & 0o777 if file.exists() else 0o600
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=file.name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode())
        Path(temporary).chmod(mode)
        Path(temporary).replace(file)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
