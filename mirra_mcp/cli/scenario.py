"""`mirra-mcp scenario`: examples of scenarios, with drivers that run."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mirra_mcp.cli.failures import CommandFailed, nearest
from mirra_mcp.cli.options import as_json
from mirra_mcp.cli.tables import tell_rows

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

IMPORTED = re.compile(r"^from (\w+) import ", re.MULTILINE)


@click.group()
def scenario() -> None:
    """Begin with a scenario that runs.

    \b
    Examples:
      mirra-mcp scenario new                     list the examples
      mirra-mcp scenario new welcome-email       write one to ./scenarios, with its driver
    """


@scenario.command()
@click.argument("name", required=False)
@click.option(
    "--dir", "folder", type=click.Path(path_type=Path), default=Path("scenarios"),
    show_default=True, help="Where to write it.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Replace files that are there and differ.")
@as_json
def new(name: str | None, folder: Path, force: bool, as_json: bool) -> None:
    """Write the example NAME and the program that drives it; without NAME, list them.

    Exit codes: 0 written, 1 a file is in the way, 64 wrong usage.
    With --json: one {"name", "title"} a line, or {"files": [...], "driver"}.
    """
    known = examples()
    if name is None:
        rows = [(each, page.partition("\n")[0].removeprefix("# ")) for each, page in known.items()]
        if not as_json:
            tell_rows(("name", "title"), rows)
        for each, title in rows if as_json else ():
            click.echo(json.dumps({"name": each, "title": title}))
        return
    if name not in known:
        listed = ", ".join(known)
        raise click.UsageError(f"No example '{name}'.{nearest(name, known)} There are {listed}.")
    written = {folder / f"{name}.md": known[name]} | {
        folder / "drivers" / driver: text for driver, text in drivers(name).items()
    }
    try:
        for path, text in written.items():
            if not force and path.exists() and path.read_text(encoding="utf-8") != text:
                raise CommandFailed(f"{path} is there and differs.", "--force replaces it.")
        for path, text in written.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            if not as_json:
                click.echo(f"wrote {path}")
    except OSError as error:
        raise CommandFailed(f"{error.filename} can't be written: {error.strerror}.") from None
    driver = folder / "drivers" / next(iter(drivers(name)))
    if as_json:
        files = [str(path) for path in written]
        click.echo(json.dumps({"files": files, "driver": f"python {driver}"}))
    else:
        click.echo(f'\nmirra-mcp run {folder / f"{name}.md"} --driver "python {driver}"')


def _home() -> "Traversable":
    from mirra_mcp.shipped import folder

    return folder("scenarios")


def examples() -> dict[str, str]:
    """Return the text of each example, by name."""
    found = sorted(_home().iterdir(), key=lambda page: page.name)
    return {
        page.name.removesuffix(".md"): page.read_text(encoding="utf-8")
        for page in found
        if page.name.endswith(".md")
    }


def drivers(name: str) -> dict[str, str]:
    """Return the programs that an example needs: who names it first, then what it imports."""
    programs = {
        each.name: each.read_text(encoding="utf-8")
        for each in (_home() / "drivers").iterdir()
        if each.name.endswith(".py")
    }
    needed = [each for each, text in programs.items() if f"scenarios/{name}.md" in text]
    for each in needed:
        imports = (f"{module}.py" for module in IMPORTED.findall(programs[each]))
        needed += [module for module in imports if module in programs and module not in needed]
    return {each: programs[each] for each in needed}
