"""The fixture `rate-limited`: an account that may send ten messages or codes a minute.

Source: https://docs.mirra.run/mirrors/twilio
"""

from mirra_mcp.local.mirrors.twilio.api import limits
from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.local.mirrors.twilio.seeds import verify_flow

SENDS_A_MINUTE = 10
NUMBER = "+14155550100"
ENV = verify_flow.ENV | {"TWILIO_PHONE_NUMBER": NUMBER}


def build(twilio: Peers) -> None:
    """Give the account a number and a service to verify with, and set the limit."""
    verify_flow.build(twilio)
    twilio.incoming_phone_numbers.provide(NUMBER, friendly_name="Notifications")
    twilio.set_setting(limits.SETTING, SENDS_A_MINUTE)
