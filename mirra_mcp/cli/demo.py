"""`mirra-mcp demo`: the main job, shown from beginning to end."""

import click

from mirra_mcp.cli.options import as_json


@click.command()
@click.option(
    "--long", "is_long", is_flag=True, help="Let somebody sign up with four vendors, too."
)
@as_json
def demo(is_long: bool, as_json: bool) -> None:
    """Play a short agent session on the embedded Mirra.

    It starts `mirra-mcp` as an IDE would, speaks to it as a real MCP client, and shows each call:
    start a session, register a webhook, send an email over HTTP, let it bounce, receive and verify
    the signed webhook, take and restore a snapshot, move the clock, end. It needs no account and no
    network, and takes a few seconds.

    With --long, somebody then signs up with Clerk, is welcomed by Resend, billed by Stripe and
    texted by Twilio, in one session, and code grades it.

    With --json: {"seconds", "steps": [{"title", "lines"}]}.
    """
    from mirra_mcp.cli.longer import sign_up
    from mirra_mcp.cli.story import play

    play(as_json=as_json, sequel=sign_up if is_long else None)
