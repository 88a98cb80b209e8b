"""How a command fails: one or two sentences, an exit code, never a traceback."""

import difflib
from collections.abc import Iterable
from typing import IO, Any

import click

OK, FAILED, TIMED_OUT, NOT_PROVISIONED, INVALID, USAGE, INTERRUPTED = 0, 1, 2, 3, 4, 64, 130
"""Exit codes. Source: https://docs.mirra.run/cli/run"""
ERRORED = 5
"""Something couldn't be graded for an outage: our extension."""


class CommandFailed(click.ClickException):
    """A command can't go on; `hint` names the next step."""

    def __init__(self, message: str, hint: str | None = None, *, exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.hint = hint
        self.status = exit_code

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the failure to standard error."""
        click.echo(f"Error: {self.message}", file=file, err=True)
        if self.hint:
            click.echo(self.hint, file=file, err=True)


class BadUsage(CommandFailed):
    """The command line or the environment makes no sense."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint, exit_code=USAGE)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ` Did you mean 'x'?` for the known word that looks most like this one, or nothing."""
    match = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" Did you mean '{match[0]}'?" if match else ""
