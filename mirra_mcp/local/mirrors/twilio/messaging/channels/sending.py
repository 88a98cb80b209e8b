"""What may be sent over WhatsApp and RCS, by whom and when.

Source: https://www.twilio.com/docs/whatsapp/api
    https://www.twilio.com/docs/whatsapp/key-concepts
    https://www.twilio.com/docs/rcs
"""

from datetime import timedelta
from email.utils import parsedate_to_datetime

from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.errors import refusal
from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.local.mirrors.twilio.messaging.channels.addresses import (
    MIRRORED,
    SANDBOX,
    bare,
    channel_of,
)
from mirra_mcp.wire.model import Doc

WINDOW = timedelta(hours=24)
"""Source: https://www.twilio.com/docs/api/errors/63016"""
OUTSIDE, NOT_JOINED, OFFLINE = 63016, 63015, 63007


def recipient(to: str, address: str, *, has_service: bool) -> str | None:
    """Return a recipient's whole address, if a message goes over a channel; None: it is SMS.

    Raises:
        VendorError: 21910, sender and recipient are of two channels; 63007, the channel isn't
            there; 63003, nobody can have the address; 63031, it is the sender's own.
    """
    own, other = channel_of(address), channel_of(to)
    channel = other if own == "sms" and not address else own
    if channel == "sms" and other == "sms":
        return None
    if channel == "rcs" and other == "sms":
        to, other = f"rcs:{to.strip()}", "rcs"
    if channel != other or (not address and not has_service):
        raise refusal(21910)
    if channel not in MIRRORED:
        raise refusal(63007)
    phone = phones.parse(bare(to))
    if phone is None or phone.e164 in phones.MAGIC:
        raise refusal(63003)
    found = f"{channel}:{phone.e164}"
    if found == address:
        raise refusal(63031)
    return found


def sender(twilio: Peers, account: str, address: str, service: Doc | None) -> str | None:
    """Return a sender's whole address, or None: the service chooses.

    Raises:
        VendorError: 63007, the account has no such sender that is online; 21711 or 21704, the
            service hasn't.
    """
    if address == SANDBOX:
        return address
    if not address:
        return None
    phone = phones.parse(bare(address))
    found = f"{channel_of(address)}:{phone.e164}" if phone else address
    doc = twilio.channel_senders.online(account, found)
    if doc is None:
        raise refusal(63007)
    members = twilio.service_channel_senders
    if service and not members.count(service_sid=service["sid"], sender_sid=doc["sid"]):
        raise refusal(21711, sender=address)
    return found


def callback_of(twilio: Peers, account: str, sender: str | None) -> str | None:
    """Return where a sender's statuses go if a message doesn't say."""
    doc = twilio.channel_senders.online(account, sender) if sender else None
    url: str | None = doc["webhook"]["status_callback_url"] if doc else None
    return url


def refusal_of(twilio: Peers, message: Doc) -> int | None:
    """Return why a message isn't taken by its channel, now that it is sent."""
    account, own, to = message["account_sid"], message["from"], message["to"]
    if own == SANDBOX:
        if not twilio.sandbox_participants.has(account, to):
            return NOT_JOINED
    elif twilio.channel_senders.online(account, own) is None:
        return OFFLINE
    if channel_of(to) != "whatsapp":
        return None
    templates = twilio.content_sends
    if templates.is_free(message["sid"]) and not message["_outside"]:
        return None
    return None if templates.is_approved(message["sid"]) else OUTSIDE


def is_outside(twilio: Peers, message: Doc) -> bool:
    """Say whether a message goes to somebody who hasn't written in the last 24 hours."""
    account, own, to = message["account_sid"], message["from"], message["to"]
    return channel_of(to) == "whatsapp" and not is_answer(twilio, account, own, to)


def is_answer(twilio: Peers, account: str, own: str, to: str) -> bool:
    """Say whether somebody wrote in the last 24 hours, and may be answered freely.

    Whoever joins the sandbox writes to it.
    """
    if own == SANDBOX and twilio.sandbox_participants.joined_since(account, to, WINDOW):
        return True
    where: Doc = {"account_sid": account, "direction": "inbound", "to": own, "from": to}
    latest = twilio.messages.first(**where)
    if latest is None:
        return False
    return twilio.now - parsedate_to_datetime(latest["date_created"]) < WINDOW
