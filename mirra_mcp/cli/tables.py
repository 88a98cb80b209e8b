"""Rows for people: a table as wide as the terminal, or plain columns where there is none."""

import json
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import click

WIDEST = 40
"""Characters that a table shows of a value."""
NARROW = 60
"""Columns of a terminal below which a table that doesn't fit is none any more."""
RED, GREEN, DIM, BOLD = "red", "green", "dim", "bold"


def tell_rows(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write rows under their heads; on a narrow terminal a line a cell, so that ids stay whole."""
    if not sys.stdout.isatty():
        widths = [max(len(row[at]) for row in (heads, *rows)) for at in range(len(heads))]
        for row in (heads, *rows):
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
            click.echo("  ".join(cells).rstrip())
        return

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    columns, lines = shutil.get_terminal_size()
    console = Console(highlight=False, width=columns, height=lines)  # of a dumb one rich knows none
    widths = [max(len(row[at]) for row in (heads, *rows)) for at in range(len(heads))]
    if console.width < NARROW and sum(widths) + 2 * len(widths) > console.width:
        longest = max(map(len, heads))
        for number, row in enumerate(rows):
            click.echo("\n" * bool(number), nl=False)
            for head, value in zip(heads, row, strict=True):
                click.echo(f"{head.ljust(longest)}  {value}".rstrip())
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for at, head in enumerate(heads):
        table.add_column(head, overflow="fold", no_wrap=at == 0)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def one_line(text: object) -> str:
    """Return a text as one line that does nothing to a terminal."""
    return "".join(each if each.isprintable() else " " for each in str(text))


def cell(value: object) -> str:
    """Return a value of a document as a table shows it."""
    text = "-" if value is None else value if isinstance(value, str) else json.dumps(value)
    line = one_line(text)
    return line if len(line) <= WIDEST else f"{line[: WIDEST - 1]}…"


def ago(moment: datetime) -> str:
    """Return how long ago an instant was, in its largest unit."""
    seconds = max(0, int((datetime.now(UTC) - moment).total_seconds()))
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= length:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"
