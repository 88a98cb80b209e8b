"""A blank account."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mirra_mcp.local.mirrors.twilio.mirror import Twilio


def build(twilio: "Twilio") -> None:
    """Leave the account as it was installed."""
