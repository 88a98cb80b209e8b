"""`mirra-mcp demo`: the main job, shown from beginning to end."""

import click

from mirra_mcp.cli.options import as_json


@click.command()
@as_json
def demo(as_json: bool) -> None:
    """Play a short agent session on the embedded Mirra.

    It starts `mirra-mcp` as an IDE would, speaks to it as a real MCP client, and shows each call:
    start a session, register a webhook, send an email over HTTP, let it bounce, receive and verify
    the signed webhook, take and restore a snapshot, move the clock, end. It needs no account and no
    network, and takes a few seconds.

    With --json: {"seconds", "steps": [{"title", "lines"}]}.
    """
    from mirra_mcp.cli.story import play

    play(as_json=as_json)
