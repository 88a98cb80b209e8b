"""What carriers require of senders to the United States, and which messages they therefore block.

Ours: a sender of which nothing was registered is let through, so that a test needs no brand. What
was registered and rejected is not.

Source: https://www.twilio.com/docs/messaging/compliance/a2p-10dlc
"""

from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.local.mirrors.twilio.messaging.handlers import TOLL_FREE, service_of
from mirra_mcp.wire.model import Doc

UNREGISTERED, UNVERIFIED = 30034, 30032


def refusal_of(twilio: Peers, message: Doc) -> int | None:
    """Return the code with which carriers block a message, or None."""
    if not twilio.us_app_to_persons.count() and not twilio.tollfree_verifications.count():
        return None
    sender, to = message["from"] or "", phones.parse(message["to"])
    if to is None or to.country not in ("US", "CA"):
        return None
    number = twilio.incoming_phone_numbers.first(
        account_sid=message["account_sid"], phone_number=sender
    )
    if number is None:
        return None
    if sender.startswith(TOLL_FREE):
        return UNVERIFIED if _is_rejected(twilio, number) else None
    is_local = sender.startswith("+1") and to.country == "US"
    return UNREGISTERED if is_local and _has_failed_campaign(twilio, number) else None


def _is_rejected(twilio: Peers, number: Doc) -> bool:
    """Source: https://www.twilio.com/docs/api/errors/30032."""
    found = twilio.tollfree_verifications.first(tollfree_phone_number_sid=number["sid"])
    return found is not None and found["status"] == "TWILIO_REJECTED"


def _has_failed_campaign(twilio: Peers, number: Doc) -> bool:
    """Source: https://www.twilio.com/docs/api/errors/30034."""
    service = service_of(twilio, number)
    if service is None:
        return False
    found = twilio.us_app_to_persons.first(messaging_service_sid=service["sid"])
    return found is not None and found["campaign_status"] == "FAILED"
