"""The fixture `empty`: what a new instance has, and nothing more."""

from mirra_mcp.local.mirrors.clerk.api.peers import Peers


def build(clerk: Peers) -> None:
    """Leave the instance as it is."""
