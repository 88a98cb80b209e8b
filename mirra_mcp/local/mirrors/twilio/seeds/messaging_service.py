"""The fixture `messaging-service`: a service with five numbers to send from.

Source: https://docs.mirra.run/mirrors/twilio
"""

from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.local.mirrors.twilio.messaging.params import CreateService

SID = f"MG{'0' * 31}1"
NUMBERS = ("+14155550101", "+12125550102", "+13125550103", "+12065550104", "+15125550105")
ENV = {"TWILIO_MESSAGING_SERVICE_SID": SID, "TWILIO_PHONE_NUMBER": NUMBERS[0]}


def build(twilio: Peers) -> None:
    """Make the service, and put five numbers of five cities into its pool.

    What comes in is left to the numbers, as the console proposes: else Twilio would drop it.
    """
    asked = {
        "FriendlyName": "Acme notifications",
        "Usecase": "notifications",
        "UseInboundWebhookOnNumber": "true",
    }
    service = twilio.messaging_services.add(
        twilio.account_sid, CreateService.model_validate(asked), SID
    )
    for e164 in NUMBERS:
        number = twilio.incoming_phone_numbers.provide(e164)
        twilio.service_phone_numbers.join(service, number["sid"])
