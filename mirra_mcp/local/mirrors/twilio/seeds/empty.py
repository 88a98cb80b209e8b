"""A blank account."""

from mirra_mcp.local.mirrors.twilio.api.peers import Peers


def build(twilio: Peers) -> None:
    """Leave the account as it was installed."""
