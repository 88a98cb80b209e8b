"""The fixture `support-chat`: an agent in the browser and a customer with a phone in one thread.

Source: https://www.twilio.com/docs/conversations/inbound-autocreation
"""

from mirra_mcp.local.kit.phrases import naming
from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.wire.model import Doc

NUMBER, CUSTOMER, AGENT = "+14155550100", "+15555550123", "agent"
SERVICE, CONVERSATION = f"IS{'0' * 31}1", f"CH{'0' * 31}1"
ENV = {
    "TWILIO_PHONE_NUMBER": NUMBER,
    "TWILIO_CONVERSATIONS_SERVICE_SID": SERVICE,
    "TWILIO_CONVERSATION_SID": CONVERSATION,
}


def build(twilio: Peers) -> None:
    """Open the thread of the agent and the customer; who else texts gets one of their own."""
    twilio.incoming_phone_numbers.provide(NUMBER, friendly_name="Support")
    with naming(twilio.conversation_services, SERVICE):
        service = twilio.conversation_services.default(twilio.account_sid)
    with naming(twilio.conversations, CONVERSATION):
        thread = twilio.conversations.open(service, friendly_name="Order 1042")
    participants = twilio.conversation_participants
    participants.add(thread, is_told=False, identity=AGENT)
    bound: Doc = {"type": "sms", "address": CUSTOMER, "proxy_address": NUMBER}
    fields: Doc = {"messaging_binding": bound, "_address": CUSTOMER, "_proxy": NUMBER}
    participants.add(thread, is_told=False, **fields)
    creation = {"enabled": True, "type": "default", "conversation_service_sid": SERVICE}
    addresses = twilio.conversation_addresses
    addresses.save(
        addresses.new(
            account_sid=twilio.account_sid,
            address=NUMBER,
            friendly_name="Support",
            auto_creation=creation,
        )
    )
