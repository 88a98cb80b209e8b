"""The `mirra-mcp` command: MCP over stdio by itself, and its subcommands."""

import os
import sys
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

from mirra_mcp import __version__
from mirra_mcp.cli import serve
from mirra_mcp.cli.failures import FAILED, INTERRUPTED, USAGE, CommandFailed, nearest
from mirra_mcp.cli.options import server_options, settings_from
from mirra_mcp.cli.terminal import speak_plainly

COMMANDS = (
    "auth",
    "check",
    "clock",
    "completion",
    "demo",
    "doctor",
    "down",
    "events",
    "exec",
    "faults",
    "fork",
    "install",
    "login",
    "logout",
    "ls",
    "mirror",
    "open",
    "reset",
    "restore",
    "run",
    "runs",
    "scenario",
    "send",
    "serve",
    "simulate",
    "snapshot",
    "state",
    "uninstall",
    "up",
    "wait",
    "webhooks",
)
"""Each is the function of that name in the module of that name."""


class Commands(click.Group):
    """Commands that are loaded when asked for: an MCP server starts without them.

    Of a misspelt one it guesses what was meant.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, if there is one."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"mirra_mcp.cli.{cmd_name}"), cmd_name)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete a command's name without loading any, or an option."""
        names = [CompletionItem(each) for each in COMMANDS if each.startswith(incomplete)]
        return names + click.Command.shell_complete(self, ctx, incomplete)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Find the command, or fail with the nearest name."""
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            guess = nearest(args[0], self.list_commands(ctx))
            raise click.UsageError(f"No such command '{args[0]}'.{guess}", ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@server_options
@click.version_option(__version__, prog_name="mirra-mcp", message="%(prog)s %(version)s")
@click.pass_context
def mirra_mcp(ctx: click.Context, /, **options: Any) -> None:
    """Mirrors of third-party APIs for coding agents, over MCP.

    Without a command: speak MCP on standard input and output, as an IDE starts it. With
    MIRRA_TOKEN set, sessions run on hosted Mirra (MIRRA_API_URL); without it, on a Mirra of
    your own inside this process: no account, no network.

    \b
    Examples:
      mirra-mcp demo                             see it work, in 15 seconds
      claude mcp add mirra -- mirra-mcp          give it to Claude Code
      mirra-mcp serve --http                     one server for several clients
      mirra-mcp exec -- pytest -q                any program on mirrors, unchanged
      mirra-mcp up --mirrors resend              a mirror for other programs
      mirra-mcp send POST /emails to=a@b.com     play with it: also ls, state, wait, simulate
      mirra-mcp run scenarios/*.md --driver "pytest -q"    grade your code, in CI too
      mirra-mcp doctor                           find out what is wrong

    \b
    Exit codes: 0 done, 1 failed, 3 a mirror could not be provisioned, 64 wrong usage.
    """
    ctx.obj = options
    if ctx.invoked_subcommand is None:
        serve.over_stdio(settings_from(**options))


def main() -> None:
    """Run the command line; every failure leaves as a sentence and an exit code."""
    speak_plainly()
    sys.exit(_run())


def _run() -> int:
    try:
        return mirra_mcp.main(prog_name="mirra-mcp", standalone_mode=False) or 0
    except CommandFailed as failure:
        failure.show()
        return failure.status
    except click.UsageError as problem:
        problem.show()
        return USAGE
    except click.ClickException as problem:
        problem.show()
        return FAILED
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        return _reader_gone()
    except Exception as bug:  # the edge: whatever it is, the user sees a sentence
        if os.environ.get("MIRRA_DEBUG"):
            raise
        click.echo(f"Error: {type(bug).__name__}: {bug}", err=True)
        click.echo("This is a bug; MIRRA_DEBUG=1 shows where. Please report it.", err=True)
        return FAILED


def _reader_gone() -> int:
    """Keep quiet at exit: who read our output has closed it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILED
