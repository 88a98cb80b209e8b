"""Checks what somebody wants to send, in Twilio's order, before anything is written.

Source: https://www.twilio.com/docs/messaging/api/message-resource#create-a-message
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.dates import instant
from mirra_mcp.local.mirrors.twilio.api.errors import refusal, wrong
from mirra_mcp.local.mirrors.twilio.api.params import is_url
from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.local.mirrors.twilio.api.phones import Phone
from mirra_mcp.local.mirrors.twilio.messaging import senders
from mirra_mcp.local.mirrors.twilio.messaging.channels import addresses, sending
from mirra_mcp.local.mirrors.twilio.messaging.messages import segments
from mirra_mcp.local.mirrors.twilio.messaging.params import CreateMessage
from mirra_mcp.local.mirrors.twilio.messaging.senders import Sender
from mirra_mcp.wire.model import Doc

SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")
SOONEST, LATEST = timedelta(seconds=300), timedelta(days=35)
"""Source: https://www.twilio.com/docs/api/errors/35114"""
LONGEST_VALIDITY = 36_000
MOST_MEDIA = 10
MAGIC_TO = {
    phones.UNROUTABLE: 21612,
    phones.FOREIGN: 21408,
    phones.UNSUBSCRIBED: 21610,
    phones.LANDLINE: 21614,
}
"""Source: https://www.twilio.com/docs/iam/test-credentials#test-sms-messages-parameters-To"""
TRIAL = "Sent from your Twilio trial account - "
"""Source: https://help.twilio.com/articles/223136107"""
MAGIC_FROM = {phones.INVALID: 21212, phones.FULL: 21611}


@dataclass(frozen=True, slots=True)
class Sendable:
    """A message that may be sent."""

    to: str
    body: str
    sender: str | None
    """None: the service chooses."""
    service: Doc | None
    media: list[str] = field(default_factory=list)
    callback: str | None = None
    smart: bool = False
    is_mms: bool = False
    is_magic: bool = False
    send_at: datetime | None = None
    filled: Any = None
    """The content template that it says, if it says one."""
    shortens: bool = False
    discards: bool = False
    """Whether its text is forgotten once it is sent."""
    obfuscates: bool = False
    is_unchecked: bool = False
    """Whether it goes out whatever the number is known for."""
    rich: list[str] = field(default_factory=list)
    fallback: str | None = None
    """Whom SMS comes from if the recipient can't be reached over RCS."""
    wants_feedback: bool = False


def check(twilio: Peers, account: Doc, given: CreateMessage) -> Sendable:
    """Return what may be sent.

    Raises:
        VendorError: it may not, for the first of Twilio's reasons.
    """
    sid = account["sid"]
    service_sid, address = given.messaging_service_sid, given.sender.strip()
    if not service_sid and SERVICE.fullmatch(address):
        service_sid, address = address, ""
    if not given.to.strip():
        raise refusal(21604)
    if not address and not service_sid:
        raise refusal(21603)
    _check_said(twilio, sid, given)
    service = _service(twilio, sid, service_sid) if service_sid else None
    chat = sending.recipient(given.to, address, has_service=service is not None)
    if chat is not None:
        return _over_channel(twilio, given, sid, service, chat, address)
    sender = _own(twilio, sid, address)
    phone = recipient(given.to, sender.country if sender else "US")
    kinds = "mms" if phone.country in senders.MMS_COUNTRIES else "sms"
    body, media, filled = _said(twilio, sid, given, kinds)
    is_mms = bool(media) or given.send_as_mms.lower() == "true"
    _check_content(given, body, media)
    sendable = Sendable(
        to=phone.e164,
        body=TRIAL * (account["type"] == "Trial") + body,
        sender=None if not address else sender.address if sender else address,
        service=service,
        media=media,
        callback=_callback(twilio, sid, given),
        smart=_is_smart(given, service),
        is_mms=is_mms,
        is_magic=address == phones.VALID and sender is None,
        send_at=_send_at(twilio.now, given, service),
        filled=filled,
        fallback=_fallback(twilio, sid, given, service),
        **_wishes(twilio, given, service),
    )
    if service is not None:
        _check_service(twilio, service, address, phone, is_mms=is_mms)
    else:
        _check_sender(address, sender, phone, is_mms=is_mms)
    _check_recipient(twilio, account, sendable, phone)
    return sendable


def recipient(text: str, country: str | None) -> Phone:
    """Return whom a text is for: E.164, or as the sender's country writes numbers.

    Raises:
        VendorError: it is nobody's number, or a magic one that can't get messages.
    """
    import phonenumbers

    phone = phones.parse(text)
    if phone is None and not text.strip().startswith("+") and len(text) < 40:
        try:
            read = phonenumbers.parse(text, country or "US")
        except phonenumbers.NumberParseException:
            read = None
        if read is not None:
            e164 = phonenumbers.PhoneNumberFormat.E164
            phone = phones.parse(phonenumbers.format_number(read, e164))
    if phone is None or phone.e164 == phones.INVALID:
        raise refusal(21211, to=f"{text[:-4]}XXXX")
    return phone


def _service(twilio: Peers, account: str, sid: str) -> Doc:
    service = twilio.messaging_services.peek(sid)
    if service is None or service["account_sid"] != account:
        raise refusal(21701, sid=sid)
    return service


def _own(twilio: Peers, account: str, address: str) -> Sender | None:
    phone = phones.parse(address)
    return senders.owned(twilio, account, phone.e164 if phone else address)


def _check_said(twilio: Peers, account: str, given: CreateMessage) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21654"""
    if given.content_sid:
        twilio.contents.owned(account, given.content_sid)
    elif given.content_variables:
        raise refusal(21654)
    elif not given.body and not any(given.media_url):
        raise refusal(21602)


def _said(
    twilio: Peers, account: str, given: CreateMessage, channel: str
) -> tuple[str, list[str], Any]:
    """Return the text and the files of a message, and the content template that has them."""
    if given.content_sid:
        sid, variables = given.content_sid, given.content_variables
        filled = twilio.contents.fill(account, sid, variables, channel)
        return filled.body, filled.media, filled
    return given.body, [url for url in given.media_url if url], None


def _over_channel(
    twilio: Peers, given: CreateMessage, account: str, service: Doc | None, to: str, address: str
) -> Sendable:
    """Return a message of WhatsApp or RCS that may be sent.

    Raises:
        VendorError: it may not; outside of WhatsApp's window it fails when it is sent.
    """
    sender = sending.sender(twilio, account, address, service)
    channel = addresses.channel_of(to)
    if (
        service
        and not sender
        and not twilio.service_channel_senders.choose(service["sid"], channel)
    ):
        raise refusal(21703)
    body, media, filled = _said(twilio, account, given, channel)
    _check_content(given, body, media)
    return Sendable(
        to=to,
        body=body,
        sender=sender,
        service=service,
        media=media,
        callback=_callback(twilio, account, given) or sending.callback_of(twilio, account, sender),
        is_mms=bool(media),
        send_at=_send_at(twilio.now, given, service),
        filled=filled,
        rich=[each for each in given.persistent_action if each],
        fallback=_fallback(twilio, account, given, service),
        **_wishes(twilio, given, service),
    )


def _wishes(twilio: Peers, given: CreateMessage, service: Doc | None) -> dict[str, Any]:
    """Return what is asked for of a message besides its text.

    Raises:
        VendorError: 20001, links are shortened by messaging services with a domain only.

    Source: https://www.twilio.com/docs/messaging/api/message-resource#create-a-message
    """
    if given.shorten_urls and service is None:
        raise wrong("Invalid parameter ShortenUrls: MessagingServiceSid must be given, too")
    if service and given.shorten_urls and not twilio.link_domains.of_service(service["sid"]):
        raise wrong("Invalid parameter ShortenUrls: the Messaging Service has no domain for links")
    return {
        "shortens": given.shorten_urls,
        "discards": given.content_retention == "discard",
        "obfuscates": given.address_retention == "obfuscate",
        "is_unchecked": given.risk_check == "disable",
        "wants_feedback": given.provide_feedback,
    }


def _callback(twilio: Peers, account: str, given: CreateMessage) -> str | None:
    """Return where statuses go: to the given address, or to the given application's.

    Raises:
        VendorError: 21218, there is no such application.

    Source: https://www.twilio.com/docs/messaging/api/message-resource#create-a-message
    """
    if given.status_callback or not given.application_sid:
        return given.status_callback or None
    application = twilio.applications.peek(given.application_sid)
    if application is None or application["account_sid"] != account:
        raise refusal(21218)
    url: str | None = application["message_status_callback"]
    return url


def _fallback(twilio: Peers, account: str, given: CreateMessage, service: Doc | None) -> str | None:
    """Return whom SMS comes from if RCS doesn't reach the recipient.

    Raises:
        VendorError: 20001, the service has no sender of RCS; 21606, the account has no such one.

    Source: https://www.twilio.com/docs/messaging/api/message-resource#create-a-message
    """
    if not given.fallback_from:
        return None
    if service is None or not twilio.service_channel_senders.choose(service["sid"], "rcs"):
        raise wrong(
            "Invalid parameter FallbackFrom: it needs a Messaging Service with an RCS sender"
        )
    own = _own(twilio, account, given.fallback_from)
    if own is None and not senders.is_alpha(given.fallback_from):
        raise refusal(21606, sender=given.fallback_from)
    return own.address if own else given.fallback_from


def _check_content(given: CreateMessage, body: str, media: list[str]) -> None:
    if segments.size(body) > segments.LONGEST:
        raise refusal(21617)
    if len(media) > MOST_MEDIA:
        raise refusal(21623)
    if not all(is_url(url) for url in media):
        raise refusal(21620)
    if given.status_callback and not is_url(given.status_callback):
        raise refusal(21609, url=given.status_callback)
    if text := given.validity_period:
        whole = text.isascii() and text.isdecimal() and len(text) < 7
        if not whole or not 1 <= int(text) <= LONGEST_VALIDITY:
            raise refusal(21624, value=text)


def _is_smart(given: CreateMessage, service: Doc | None) -> bool:
    if given.smart_encoded:
        return given.smart_encoded.lower() == "true"
    return bool(service and service["smart_encoding"])


def _check_sender(address: str, sender: Sender | None, phone: Phone, *, is_mms: bool) -> None:
    """Source: https://www.twilio.com/docs/iam/test-credentials#test-sms-messages-parameters-From"""
    if sender is None:
        if address in MAGIC_FROM:
            raise refusal(MAGIC_FROM[address], sender=address)
        if address == phones.VALID:
            return
        if senders.is_alpha(address):
            _check_alpha(address, phone, is_mms=is_mms)
            return
        if phones.parse(address) is None and not senders.SHORT.fullmatch(address):
            raise refusal(21212, sender=address)
        raise refusal(21606, sender=address)
    if sender.address == phone.e164:
        raise refusal(21266, to=phone.e164)
    if is_mms and not sender.can_mms:
        raise refusal(21621, sender=sender.address)
    if sender.kind == "short_code" and sender.country != phone.country:
        raise refusal(21606, sender=sender.address)
    if phone.e164 not in phones.MAGIC and not senders.reaches(sender, phone.country, is_mms=is_mms):
        raise refusal(21612, to=phone.e164, sender=sender.address)


def _check_alpha(address: str, phone: Phone, *, is_mms: bool) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21612"""
    if is_mms:
        raise refusal(21621, sender=address)
    if phone.country in senders.NO_ALPHA:
        raise refusal(21612, to=phone.e164, sender=address)


def _check_service(
    twilio: Peers, service: Doc, address: str, phone: Phone, *, is_mms: bool
) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21703"""
    pool = senders.pool(twilio, service["sid"], phone.country)
    if address:
        if address not in {each.address for each in pool}:
            raise refusal(21711, sender=address)
        return
    if twilio.service_channel_senders.choose(service["sid"], "rcs"):
        return  # it is tried first, and who else is asked shows when it is sent
    if not pool:
        raise refusal(21704)
    if phone.e164 in phones.MAGIC:
        return
    if not any(each.address != phone.e164 and senders.reaches(each, phone.country, is_mms=is_mms)
               for each in pool):  # fmt: skip
        raise refusal(21703)


def _check_recipient(twilio: Peers, account: Doc, sendable: Sendable, phone: Phone) -> None:
    """Check who gets a message; of what a service accepts, the rest shows when it is sent.

    Source: https://www.twilio.com/docs/api/errors/21610
    """
    to, sender = sendable.to, sendable.sender or ""
    if to in MAGIC_TO:
        raise refusal(MAGIC_TO[to], to=to, sender=sender)
    if to in phones.MAGIC:
        return
    if phone.country in twilio.setting("no_permission", ()):
        raise refusal(21408, to=to)
    if account["type"] == "Trial" and not _is_verified(twilio, account["sid"], to):
        raise refusal(21608, to=to)
    if _is_landline(twilio, account["sid"], phone):
        raise refusal(21614, to=to)
    if sendable.service is not None:
        return  # it is asked of the sender that the service chooses, when it has chosen
    if sendable.sender in twilio.setting("full_queues", ()):
        raise refusal(21611)
    if twilio.opt_outs.is_out(account["sid"], to, sender, sendable.service):
        raise refusal(21610)


def _is_landline(twilio: Peers, account: str, phone: Phone) -> bool:
    """Say whether nobody reads texts there, as Lookup would tell."""
    lines = twilio.carrier_lines
    is_told = lines.peek(phone.e164) or twilio.lookup_overrides.of_number(phone.e164, account)
    if is_told:
        is_landline = lines.line_type(phone.e164, account) == "landline"
    else:
        is_landline = phone.kind == "local"
    return is_landline and not twilio.incoming_phone_numbers.count(phone_number=phone.e164)


def _is_verified(twilio: Peers, account: str, to: str) -> bool:
    return twilio.outgoing_caller_ids.first(account_sid=account, phone_number=to) is not None


def _send_at(now: datetime, given: CreateMessage, service: Doc | None) -> datetime | None:
    """Return when a scheduled message goes out.

    Source: https://www.twilio.com/docs/messaging/features/message-scheduling
    """
    if not given.schedule_type:
        return None
    if given.schedule_type.lower() != "fixed":
        raise refusal(35126)
    if service is None:
        raise refusal(35118)
    if not given.send_at:
        raise refusal(35111)
    at = instant(given.send_at)
    if at is None or not SOONEST <= at - now <= LATEST:
        raise refusal(35114)
    return at
