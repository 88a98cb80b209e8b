"""The fixture `empty`: what a new account has, and nothing more."""

from mirra_mcp.local.mirrors.resend.api.peers import Peers


def build(resend: Peers) -> None:
    """Leave the account as it is."""
