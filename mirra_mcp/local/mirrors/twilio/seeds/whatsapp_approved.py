"""The fixture `whatsapp-approved`: a sender that is online, and templates that are approved.

Source: https://www.twilio.com/docs/whatsapp/key-concepts
"""

from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.local.mirrors.twilio.content.params import CreateContent, RequestApproval

NUMBER = "+14155550100"
SENDER = f"whatsapp:{NUMBER}"
SHIPPED, REMINDER = f"HX{'0' * 31}1", f"HX{'0' * 31}2"
ENV = {
    "TWILIO_PHONE_NUMBER": NUMBER,
    "TWILIO_WHATSAPP_FROM": SENDER,
    "TWILIO_CONTENT_SID": SHIPPED,
}
TEMPLATES = {
    SHIPPED: (
        "order_shipped",
        {"1": "there", "2": "0000"},
        {"twilio/text": {"body": "Hi {{1}}, your order {{2}} has shipped. Thank you!"}},
    ),
    REMINDER: (
        "appointment_reminder",
        {"1": "tomorrow at 10"},
        {
            "twilio/quick-reply": {
                "body": "Your appointment is {{1}}. Will you come?",
                "actions": [
                    {"type": "QUICK_REPLY", "title": "Confirm", "id": "confirm"},
                    {"type": "QUICK_REPLY", "title": "Cancel", "id": "cancel"},
                ],
            },
            "twilio/text": {"body": "Your appointment is {{1}}. Reply C to confirm, please."},
        },
    ),
}
"""By SID the name, the default variables and the types of each template."""


def build(twilio: Peers) -> None:
    """Give the account a sender, and two templates that WhatsApp has approved."""
    twilio.incoming_phone_numbers.provide(NUMBER, friendly_name="Acme")
    twilio.channel_senders.provide(SENDER, "Acme")
    for sid, (name, variables, types) in TEMPLATES.items():
        fields = {"friendly_name": name, "variables": variables, "types": types}
        asked = CreateContent.model_validate(fields | {"language": "en"})
        template = twilio.contents.add(twilio.account_sid, asked, sid)
        approval = RequestApproval(name=name, category="UTILITY")
        approvals = twilio.content_approvals
        approvals.decide(approvals.submit(template, approval), "approved", "")
