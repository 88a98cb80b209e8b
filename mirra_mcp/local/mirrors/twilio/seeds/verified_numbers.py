"""A trial account, which may text two verified numbers and nobody else."""

from mirra_mcp.local.mirrors.twilio.api.peers import Peers

NUMBER = "+14155550100"
"""The account's own."""
VERIFIED = ("+15555550123", "+15555550124")
ENV = {"TWILIO_PHONE_NUMBER": NUMBER}


def build(twilio: Peers) -> None:
    """Verify two numbers, and make the account one on trial: others get 21608."""
    twilio.incoming_phone_numbers.provide(NUMBER, friendly_name="Trial number")
    for number in VERIFIED:
        twilio.outgoing_caller_ids.verify(number)
    own = twilio.accounts.get(twilio.account_sid)
    twilio.accounts.save(own | {"type": "Trial"})
