"""`mirra-mcp demo`: the main job, shown from beginning to end."""

import click


@click.command()
def demo() -> None:
    """Play a short agent session on the embedded Mirra.

    It starts `mirra-mcp` as an IDE would, speaks to it as a real MCP client, and shows each call:
    start a session, register a webhook, send an email over HTTP, let it bounce, receive and verify
    the signed webhook, take and restore a snapshot, move the clock, end. It needs no account and no
    network, and takes a few seconds.
    """
    from mirra_mcp.cli.story import play

    play()
