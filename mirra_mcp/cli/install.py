"""`mirra-mcp install` and `uninstall`: all that MCP clients and a project get from us, and back."""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from mirra_mcp.cli.clients import NAME, McpClient, here, our_command
from mirra_mcp.cli.extras import skills, starters
from mirra_mcp.cli.failures import BadUsage, CommandFailed, nearest
from mirra_mcp.cli.installed import Installed, replace
from mirra_mcp.cli.options import as_json, data_dir, settings_from
from mirra_mcp.cli.running import data_folder

BACKUP = ".mirra-backup"


@dataclass(slots=True)
class Account:
    """What was done: told to a person as it happens, to a program as one document at the end."""

    as_json: bool
    done: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def tell(self, line: str, what: str, place: Path, client: McpClient | None = None) -> None:
        """Tell a thing that was done with a file, or a folder of files of ours."""
        named = {"client": client.name} if client else {}
        self.done.append({"what": what, **named, "path": str(place)})
        if not self.as_json:
            click.echo(line)

    def close(self, nothing: str | None = None) -> None:
        """Tell what is left to tell.

        Raises:
            CommandFailed: something stood in the way.
        """
        if self.as_json:
            click.echo(json.dumps({"done": self.done, "problems": self.problems}))
        if self.problems:
            raise CommandFailed("\n".join(self.problems))
        if nothing and not self.done and not self.as_json:
            click.echo(nothing)


@click.command()
@click.argument("clients", nargs=-1, metavar="[CLIENT]...")
@click.option("--print", "only_print", is_flag=True, help="Show what would be written, and where.")
@click.option("--no-skills", is_flag=True, help="Leave the agents' skills out.")
@click.option("--no-scenario", is_flag=True, help="Leave this project's first scenario out.")
@click.option("--force", is_flag=True, help="Replace an entry, or a skill, that differs.")
@data_dir
@as_json
def install(
    clients: tuple[str, ...],
    only_print: bool,
    no_skills: bool,
    no_scenario: bool,
    force: bool,
    data_dir: Path | None,
    as_json: bool,
) -> None:
    """Add mirra to the MCP clients of this user account.

    CLIENT is one of claude-code, cursor, vscode, codex, windsurf, cline, claude-desktop; without
    one, every client found on this machine is set up. Each gets an entry for the server, and skills
    where it reads them: not another byte of a file changes, comments included, and the file as it
    was is kept beside it with the ending .mirra-backup. Where the project in this folder uses
    Stripe, Resend, Twilio or Clerk, it gets a scenario to start from. 'mirra-mcp uninstall' undoes
    it all.

    \b
    Examples:
      mirra-mcp install --print
      mirra-mcp install cursor codex
      mirra-mcp install --no-skills --no-scenario

    MIRRA_TOKEN is not written: set it where the client runs if you want hosted Mirra.

    With --json: {"done": [{"what": "added|present|skills|scenario", "client", "path"}],
    "problems": [...]}; with --print, {"files": [{"client", "path", "text"}]}.
    """
    chosen = _named(clients) or [client for client in here() if client.is_present]
    first = [] if no_scenario else list(starters(Path.cwd(), Path.home()))
    if only_print:
        _show(chosen or list(here()), first, with_skills=not no_skills, as_json=as_json)
        return
    if not chosen:
        raise CommandFailed(
            "No MCP client was found on this machine.",
            "Name one to set it up all the same: "
            f"{', '.join(each.name for each in here())}. --print shows what each would get.",
        )
    made = Installed.read(data_folder(settings_from(data_dir=data_dir)))
    account = Account(as_json)
    for client in chosen:
        if _write(client, made, account, force=force) and not no_skills:
            _teach(client, made, account, force=force)
    for sign, file, text in first:
        _start(sign, file, text, made, account)
    account.close()


@click.command()
@click.argument("clients", nargs=-1, metavar="[CLIENT]...")
@data_dir
@as_json
def uninstall(clients: tuple[str, ...], data_dir: Path | None, as_json: bool) -> None:
    """Take mirra out of the MCP clients of this user account.

    Without CLIENT, out of every one that has it, and the scenarios out of the projects that got
    one. A file that was not touched since `install` is put back as it was, byte for byte; from any
    other only our entry is taken, and a skill or scenario that was edited stays.

    \b
    Examples:
      mirra-mcp uninstall
      mirra-mcp uninstall cursor

    With --json: {"done": [{"what": "removed", "client", "path"}], "problems": [...]}.
    """
    made = Installed.read(data_folder(settings_from(data_dir=data_dir)))
    account = Account(as_json)
    chosen = _named(clients) or list(here())
    for client in chosen:
        _take_out(client, account)
    left = [client for client in here() if _has_us(client)]
    files = _freed(made, chosen if clients else None, left)
    try:
        account.problems.extend(problem for file in files if (problem := made.take_out(file)))
        made.clear(is_last=not left)
    except OSError as problem:
        account.problems.append(f"{problem.filename} can't be written: {problem.strerror}.")
    for folder in dict.fromkeys(_told(file) for file in files):
        account.tell(f"{folder}: ours are taken out.", "removed", folder)
    account.close("There is nothing of mirra to take out.")


def _named(names: tuple[str, ...]) -> list[McpClient]:
    everyone = {client.name: client for client in here()}
    for name in names:
        if name not in everyone:
            raise BadUsage(
                f"Unknown client '{name}'.{nearest(name, everyone)}",
                f"Known are: {', '.join(everyone)}.",
            )
    return [everyone[name] for name in dict.fromkeys(names)]


def _show(
    clients: list[McpClient],
    first: list[tuple[str, Path, str]],
    *,
    with_skills: bool,
    as_json: bool,
) -> None:
    """Show what each client and the project would get."""
    files = []
    for client in clients:
        entry = client.with_entry("", client.entry(our_command(), {}))
        taught = (
            {client.skills / name: text for name, text in skills().items()}
            if (with_skills and client.skills)
            else {}
        )
        wanted = {client.file: entry, **taught}
        files += [
            {"client": client.name, "path": str(path), "text": text}
            for path, text in wanted.items()
        ]
        if as_json:
            continue
        click.echo(f"{client.title}: {client.file}\n{entry}")
        if taught:
            click.echo(
                "\n".join([f"{client.title}, skills:", *(f"  {file}" for file in taught), ""])
            )
    for sign, file, text in first:
        files.append({"path": str(file), "text": text})
        if not as_json:
            click.echo(f"{sign}: {file}\n{text}")
    if as_json:
        click.echo(json.dumps({"files": files}))


def _write(client: McpClient, made: Installed, account: Account, *, force: bool) -> bool:
    """Add the entry; tell whether it is there now, or add what stands in the way."""
    entry = client.entry(our_command(), {})
    try:
        before = client.text()
        present = client.parse(before).get(NAME)
        if present == entry:
            told = f"{client.title}: already set up in {client.file}"
            account.tell(told, "present", client.file, client)
            return True
        if present is not None and not force:
            account.problems.append(
                f"{client.title}: {client.file} has another entry '{NAME}'. "
                "Replace it with --force."
            )
            return False
        after = client.with_entry(before, entry)
        if client.parse(after).get(NAME) != entry:
            raise ValueError("its form is unusual")
        made.make_folder(client.file.resolve().parent)
        made.save()
        _keep(client.file)
        replace(client.file, after)
    except ValueError as problem:
        account.problems.append(
            f"{client.title}: {client.file} can't be read ({problem}), so it was left alone. "
            f"'mirra-mcp install {client.name} --print' shows what to add."
        )
        return False
    except OSError as problem:
        account.problems.append(f"{_unwritable(client)}: {problem.strerror}.")
        return False
    told = f"{client.title}: added to {client.file}. Restart it, or reload its MCP servers."
    account.tell(told, "added", client.file, client)
    return True


def _unwritable(client: McpClient) -> str:
    return f"{client.title}: {client.file} can't be written"


def _teach(client: McpClient, made: Installed, account: Account, *, force: bool) -> None:
    """Give a client our skills."""
    if client.skills is None:
        return
    refused = []
    for name, text in skills().items():
        try:
            refused += [made.write(client.skills / name, text, force=force) or ""]
        except OSError as problem:
            refused.append(f"{client.skills / name} can't be written: {problem.strerror}.")
    account.problems += [each for each in refused if each and each not in account.problems]
    if not any(refused):
        told = f"{client.title}: {len(refused)} skills are in {client.skills}"
        account.tell(told, "skills", client.skills, client)


def _start(sign: str, file: Path, text: str, made: Installed, account: Account) -> None:
    """Give the project a scenario to start from, unless it has one of that name."""
    if file.exists():
        return
    try:
        made.write(file, text)
    except OSError as problem:
        account.problems.append(f"{file} can't be written: {problem.strerror}.")
        return
    told = f"{sign}: {file} is a scenario to start from; 'mirra-mcp check' explains it."
    account.tell(told, "scenario", file)


def _take_out(client: McpClient, account: Account) -> None:
    """Remove the entry, if there is one."""
    try:
        now = client.text()
        if client.parse(now).get(NAME) is None:
            return
        entry = client.parse(now)[NAME]
        backup = _beside(client.file)
        before = backup.read_bytes().decode("utf-8") if backup.exists() else None
        if before is not None and client.with_entry(before, entry) == now:
            after = before
        else:
            after = client.without_entry(now)
            if client.parse(after) != {k: v for k, v in client.parse(now).items() if k != NAME}:
                raise ValueError("its form is unusual")
        if before is None and now == client.with_entry("", entry):
            client.file.resolve().unlink()
        else:
            replace(client.file, after)
        backup.unlink(missing_ok=True)
    except ValueError as problem:
        account.problems.append(
            f"{client.title}: {client.file} can't be read ({problem}). Take '{NAME}' out by hand."
        )
    except OSError as problem:
        account.problems.append(f"{_unwritable(client)}: {problem.strerror}.")
    else:
        account.tell(f"{client.title}: taken out of {client.file}.", "removed", client.file, client)


def _has_us(client: McpClient) -> bool:
    try:
        return NAME in client.servers()
    except (ValueError, OSError):
        return False


def _freed(made: Installed, named: list[McpClient] | None, left: list[McpClient]) -> list[Path]:
    """List our files that nobody needs any more: of some clients, or all of them."""
    needed = {client.skills for client in left if client.skills}
    places = None if named is None else {client.skills for client in named if client.skills}
    return [
        file
        for file in made.files
        if needed.isdisjoint(file.parents)
        and (places is None or not places.isdisjoint(file.parents))
    ]


def _told(file: Path) -> Path:
    """Return where a file of ours lies, for people: the folder of skills, or of scenarios."""
    places = {client.skills for client in here()}
    return next((each for each in file.parents if each in places), file.parent)


def _beside(file: Path) -> Path:
    file = file.resolve()
    return file.with_name(file.name + BACKUP)


def _keep(file: Path) -> None:
    """Keep what the file was before us beside it, if there was one."""
    if file.exists():
        shutil.copy2(file, _beside(file))
