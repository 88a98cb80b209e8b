"""Which address a text to a number goes to: the number's own, or its messaging service's.

Source: https://www.twilio.com/docs/messaging/api/service-resource
"""

from dataclasses import dataclass

from mirra_mcp.local.mirrors.twilio.api.params import is_url
from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.local.mirrors.twilio.messaging.channels.addresses import SANDBOX, is_chat
from mirra_mcp.wire.model import Doc

TOLL_FREE = ("+1800", "+1833", "+1844", "+1855", "+1866", "+1877", "+1888")


@dataclass(frozen=True, slots=True)
class Handler:
    """What happens with texts to an address of an account."""

    account: str
    address: str
    service: str | None
    url: str | None
    method: str
    fallback_url: str | None
    fallback_method: str
    drops: bool = False
    """Whether nothing is kept or told of what comes in."""
    is_short_code: bool = False

    @property
    def is_toll_free(self) -> bool:
        """Whether the carriers handle keywords themselves."""
        return self.address.startswith(TOLL_FREE)

    @property
    def scope(self) -> str:
        """What somebody who texts STOP opts out of: the whole service, or the number."""
        return self.service or self.address


def handler_of(twilio: Peers, account: str | None, address: str) -> Handler | None:
    """Return what happens with texts to an address; None: it is nobody's."""
    if is_chat(address):
        return _of_channel(twilio, account, address)
    where = {} if account is None else {"account_sid": account}
    doc = twilio.incoming_phone_numbers.first(phone_number=address, **where)
    is_short_code = doc is None
    if doc is None:
        doc = twilio.short_codes.first(short_code=address, **where)
    if doc is None:
        return None
    service = service_of(twilio, doc)
    own = service is None or service["use_inbound_webhook_on_number"]
    if own or service is None:
        found = _found(doc["sms_url"], doc["sms_method"], doc["sms_fallback_url"],
                       doc["sms_fallback_method"])  # fmt: skip
    else:
        found = _found(service["inbound_request_url"], service["inbound_method"],
                       service["fallback_url"], service["fallback_method"])  # fmt: skip
    url, method, fallback_url, fallback_method = found
    return Handler(
        account=doc["account_sid"],
        address=address,
        service=service["sid"] if service else None,
        url=url,
        method=method,
        fallback_url=fallback_url,
        fallback_method=fallback_method,
        drops=not own and url is None,
        is_short_code=is_short_code,
    )


def _of_channel(twilio: Peers, account: str | None, address: str) -> Handler | None:
    """Return what happens with messages to a sender of a channel: its pool's service comes first.

    Source: https://www.twilio.com/docs/whatsapp/api/senders
    """
    if address == SANDBOX:
        account = account or twilio.account_sid
        url = twilio.sandbox_participants.url(account)
        return Handler(account, address, None, url, "POST", None, "POST")
    where = {} if account is None else {"account_sid": account}
    doc = twilio.channel_senders.first(sender_id=address, **where)
    if doc is None:
        return None
    member = twilio.service_channel_senders.first(sender_sid=doc["sid"])
    service = member and twilio.messaging_services.peek(member["service_sid"])
    told = doc["webhook"]
    found = _found(told["callback_url"], told["callback_method"], told["fallback_url"],
                   told["fallback_method"])  # fmt: skip
    if service and not service["use_inbound_webhook_on_number"]:
        found = _found(service["inbound_request_url"], service["inbound_method"],
                       service["fallback_url"], service["fallback_method"])  # fmt: skip
    return Handler(doc["account_sid"], address, service["sid"] if service else None, *found)


def _found(
    url: str | None, method: str | None, fallback: str | None, fallback_method: str | None
) -> tuple[str | None, str, str | None, str]:
    return (
        url if url and is_url(url) else None,
        method or "POST",
        fallback if fallback and is_url(fallback) else None,
        fallback_method or "POST",
    )


def service_of(twilio: Peers, sender: Doc) -> Doc | None:
    """Return the service in whose pool a number or short code is."""
    for noun in (twilio.service_phone_numbers, twilio.service_short_codes):
        member = noun.first(sender_sid=sender["sid"])
        if member is not None:
            return twilio.messaging_services.peek(member["service_sid"])
    return None
