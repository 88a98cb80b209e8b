"""The fixture `rate-limited`: an account that may send ten messages or codes a minute.

Source: https://docs.mirra.run/mirrors/twilio
"""

from typing import TYPE_CHECKING

from mirra_mcp.local.mirrors.twilio import limits
from mirra_mcp.local.mirrors.twilio.seeds import verify_flow

if TYPE_CHECKING:
    from mirra_mcp.local.mirrors.twilio.mirror import Twilio

SENDS_A_MINUTE = 10


def build(twilio: "Twilio") -> None:
    """Make a service to verify with, and set the limit."""
    verify_flow.build(twilio)
    twilio.set_setting(limits.SETTING, SENDS_A_MINUTE)
