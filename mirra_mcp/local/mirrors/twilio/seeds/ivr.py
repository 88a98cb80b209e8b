"""The fixture `ivr`: a number that people call, an application that answers, a queue of callers.

Source: https://www.twilio.com/docs/voice/tutorials/build-interactive-voice-response-ivr-phone-tree
"""

from mirra_mcp.local.mirrors.twilio.api.peers import Peers

NUMBER, AGENT = "+14155550100", "+14155550199"
QUEUE = "support"
ENV = {"TWILIO_PHONE_NUMBER": NUMBER, "AGENT_PHONE_NUMBER": AGENT}


def build(twilio: Peers) -> None:
    """Give the account its number and queue; whoever is dialed at the agent's answers at once."""
    twilio.incoming_phone_numbers.provide(NUMBER, friendly_name="Support line")
    twilio.queues.lay_out(twilio.account_sid, QUEUE)
    twilio.voice_lines.behave(AGENT, answers="human", after_seconds=1)
