"""`mirra-mcp completion`: what a shell needs to complete commands and options."""

import json

import click

from mirra_mcp.cli.options import as_json

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@as_json
def completion(shell: str, as_json: bool) -> None:
    """Print a script that lets SHELL complete commands and options.

    \b
    Examples:
      eval "$(mirra-mcp completion bash)"     in ~/.bashrc
      eval "$(mirra-mcp completion zsh)"      in ~/.zshrc
      mirra-mcp completion fish > ~/.config/fish/completions/mirra-mcp.fish

    With --json: {"shell", "script"}.
    """
    from click.shell_completion import get_completion_class

    from mirra_mcp.cli.app import mirra_mcp

    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(mirra_mcp, {}, "mirra-mcp", "_MIRRA_MCP_COMPLETE").source()
    click.echo(json.dumps({"shell": shell, "script": script}) if as_json else script)
