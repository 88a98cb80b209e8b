"""`mirra-mcp completion`: what a shell needs to complete commands and options."""

import click

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print a script that lets SHELL complete commands and options.

    \b
    Examples:
      eval "$(mirra-mcp completion bash)"     in ~/.bashrc
      eval "$(mirra-mcp completion zsh)"      in ~/.zshrc
      mirra-mcp completion fish > ~/.config/fish/completions/mirra-mcp.fish
    """
    from click.shell_completion import get_completion_class

    from mirra_mcp.cli.app import mirra_mcp

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(mirra_mcp, {}, "mirra-mcp", "_MIRRA_MCP_COMPLETE").source())
