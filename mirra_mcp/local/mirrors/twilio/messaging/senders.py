"""Who may send: an account's numbers, short codes and names, and which of a pool is chosen.

Source: https://www.twilio.com/docs/messaging/services#sender-pool
"""

import re
from dataclasses import dataclass
from typing import Literal

from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.wire.model import Doc

ALPHA = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 &+_-]{1,11}")
SHORT = re.compile(r"[0-9]{3,8}")
NO_ALPHA = frozenset(
    ("US", "CA", "PR", "AR", "BR", "BZ", "CL", "CN", "CO", "CR", "DO", "EC", "GT",
     "HN", "HT", "KR", "MX", "MY", "NI", "PA", "PE", "SV", "TW", "UY", "VE", "ZA")
)  # fmt: skip
"""Countries whose carriers take no names as senders.

Source: https://help.twilio.com/articles/223133767
"""
MMS_COUNTRIES = frozenset(("US", "CA"))


@dataclass(frozen=True, slots=True)
class Sender:
    """What a message comes from."""

    address: str
    kind: Literal["number", "short_code", "alpha"]
    country: str | None
    can_mms: bool
    doc: Doc
    """The number's or short code's document; empty for a name."""


def is_alpha(text: str) -> bool:
    """Say whether a text can be an alphanumeric sender ID."""
    return ALPHA.fullmatch(text) is not None


def owned(twilio: Peers, account: str, address: str) -> Sender | None:
    """Return an account's number or short code that can send text messages, by its address."""
    if address.startswith("+"):
        number = twilio.incoming_phone_numbers.first(account_sid=account, phone_number=address)
        return None if number is None else of_number(number)
    code = twilio.short_codes.first(account_sid=account, short_code=address)
    return None if code is None else of_short_code(code)


def of_number(number: Doc) -> Sender | None:
    """Return a number as a sender, if it can send text messages."""
    able = number["capabilities"]
    if not able.get("sms"):
        return None
    phone = phones.parse(number["phone_number"])
    country = phone.country if phone else None
    return Sender(number["phone_number"], "number", country, bool(able.get("mms")), number)


def of_short_code(code: Doc) -> Sender:
    """Return a short code as a sender."""
    return Sender(code["short_code"], "short_code", code["_country"], True, code)


def reaches(sender: Sender, country: str, *, is_mms: bool) -> bool:
    """Say whether a sender's messages get to a country."""
    if sender.kind == "alpha":
        return country not in NO_ALPHA and not is_mms
    if sender.kind == "short_code":
        return sender.country == country
    if country in MMS_COUNTRIES and sender.country not in MMS_COUNTRIES:
        return False
    return sender.can_mms or not is_mms


def pool(twilio: Peers, service: str, country: str | None = None) -> list[Sender]:
    """List a service's senders, those first that were added first."""
    found: list[Sender] = []
    for member in twilio.service_phone_numbers.members(service):
        number = twilio.incoming_phone_numbers.peek(member["sid"])
        if number is not None and (sender := of_number(number)) is not None:
            found.append(sender)
    for member in twilio.service_short_codes.members(service):
        code = twilio.short_codes.peek(member["sid"])
        if code is not None:
            found.append(of_short_code(code))
    names = [each["alpha_sender"] for each in twilio.alpha_senders.members(service)]
    names += [
        each["alpha_sender"]
        for each in twilio.destination_alpha_senders.members(service)
        if each["iso_country_code"] in (None, country)
    ]
    found += [Sender(name, "alpha", None, False, {}) for name in names]
    return found


def choose(twilio: Peers, service: Doc, to: str, *, is_mms: bool) -> Sender | None:
    """Return whom of its pool a service sends from.

    First the one that the recipient already knows, then a name where names are taken, then a short
    code, then a number of the same area, then of the same country. Among equals the one whose
    turn it is: who sent last comes last.

    Source: https://www.twilio.com/docs/messaging/services#messaging-services-features
    """
    phone = phones.parse(to)
    country = phone.country if phone else "US"
    able = [
        each
        for each in pool(twilio, service["sid"], country)
        if reaches(each, country, is_mms=is_mms) and each.address != to
    ]
    if not able:
        return None
    if service["sticky_sender"]:
        known = {each.address: each for each in able}
        for message in twilio.messages.find(messaging_service_sid=service["sid"], to=to, limit=20):
            if message["from"] in known and message["direction"] != "inbound":
                return known[message["from"]]

    def rank(sender: Sender) -> tuple[int, int]:
        fits = {"alpha": 0, "short_code": 1, "number": 4}[sender.kind]
        if sender.kind == "number":
            near = service["area_code_geomatch"] and country in MMS_COUNTRIES
            if near and sender.address[:5] == to[:5]:
                fits = 2
            elif sender.country == country:
                fits = 3
        latest = twilio.messages.first(**{"from": sender.address})
        position = twilio.store.position("messages", latest["id"]) if latest else None
        return fits, position or 0

    return min(able, key=rank)
