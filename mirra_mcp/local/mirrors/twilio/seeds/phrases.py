"""How Setup text speaks of a Twilio account, and the verbs that make it so."""

import sys

from mirra_mcp.local.kit.phrases import Said, naming, phrase, phrases_of
from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.local.mirrors.twilio.messaging.params import CreateService as NewMessagingService
from mirra_mcp.local.mirrors.twilio.verify.params import CreateService as NewVerifyService
from mirra_mcp.wire.model import Doc

FIRST = 14155550100
"""The first of the numbers that an account gets when none is named."""
MOST = 100


@phrase(
    r"(?:{count} )?verified (?:caller ids?|(?:phone )?numbers?|recipients?) {values}",
    r"(?:the )?(?:phone )?numbers? {values} (?:is|are) verified",
)
def verified(twilio: Peers, said: Said) -> str:
    """Verify numbers of others, which a trial account may text."""
    for number in said.values():
        twilio.outgoing_caller_ids.verify(number)
    return f"verified {', '.join(said.values())}"


@phrase(
    r"{count} (?:twilio |own(?:ed)? |sending |local )?(?:phone )?numbers?(?: {values})?",
    r"the (?:phone )?numbers? {values}",
)
def numbers(twilio: Peers, said: Said) -> str:
    """Give the account numbers of its own."""
    wanted = said.values() or [_free(twilio, number) for number in range(_few(said.count()))]
    if said.has("count") and said.count() != len(wanted):
        raise ValueError(f"{said.count()} numbers are announced, {len(wanted)} are named")
    for number in wanted:
        _number(twilio, number)
    return f"numbers {', '.join(wanted)}"


@phrase(
    r"(?:an?|one|the) messaging service(?: {value}| {name})?"
    r"(?: (?:with|of|containing|that has) (?:a (?:sender )?pool of )?{count} (?:phone )?numbers?"
    r"(?: {values})?)?",
)
def messaging_service(twilio: Peers, said: Said) -> str:
    """Make a messaging service with numbers in its pool."""
    name = said.value() or said.name() or "Notifications"
    sid = name if name.startswith("MG") and len(name) == 34 else ""
    params = NewMessagingService.model_validate({"FriendlyName": "Notices" if sid else name})
    service = twilio.messaging_services.add(twilio.account_sid, params, sid)
    wanted = said.values()
    if said.has("count") and not wanted:
        wanted = [_free(twilio, number) for number in range(_few(said.count()))]
    for number in wanted:
        twilio.service_phone_numbers.join(service, _number(twilio, number)["sid"])
    return f"messaging service {service['sid']} with {len(wanted)} numbers"


@phrase(r"(?:an?|one|the) verify service(?: {value}| {name})?(?: for \w+)?")
def verify_service(twilio: Peers, said: Said) -> str:
    """Make a Verify service."""
    name = said.value() or said.name() or "Acme"
    sid = name if name.startswith("VA") and len(name) == 34 else None
    params = NewVerifyService.model_validate({"FriendlyName": "Acme" if sid else name})
    with naming(twilio.verify_services, sid):
        service = twilio.verify_services.add(params)
    return f"Verify service {service['sid']}"


@phrase(
    r"(?:the )?(?:(?:phone )?numbers? |recipients? |customers? )?{values}"
    r" (?:(?:has|have|had) )?(?:already )?(?:opted out|unsubscribed|replied stop|texted stop)",
)
def opted_out(twilio: Peers, said: Said) -> str:
    """Let people have opted out of every number that the account has."""
    own = [each["phone_number"] for each in twilio.incoming_phone_numbers.find()]
    own += [each["sid"] for each in twilio.messaging_services.find()]
    if not own:
        raise ValueError("the account has no number to opt out of: say first that it has one")
    for number in said.values():
        for scope in own:
            gone = {"phone_number": number, "of": scope, "keyword": "STOP"}
            twilio.opt_outs.save(twilio.opt_outs.new(account_sid=twilio.account_sid, **gone))
    return f"{', '.join(said.values())} opted out"


@phrase(
    r"(?:an?|one|the) (?:approved |online )?whatsapp senders?(?: {values})?",
    r"(?:the )?(?:phone )?numbers? {values} (?:is|are) (?:an? )?whatsapp senders?",
)
def whatsapp_sender(twilio: Peers, said: Said) -> str:
    """Let numbers of the account be senders of WhatsApp's that are online."""
    wanted = said.values() or [_free(twilio, FIRST)]
    for number in wanted:
        bare = number.removeprefix("whatsapp:")
        _number(twilio, bare)
        twilio.channel_senders.provide(f"whatsapp:{bare}", "Acme")
    return f"WhatsApp senders {', '.join(wanted)}"


@phrase(
    r"(?:the )?(?:(?:phone )?numbers? |customers? )?{values} (?:(?:has|have|had) )?(?:already )?"
    r"joined (?:the )?(?:whatsapp )?sandbox",
)
def joined_sandbox(twilio: Peers, said: Said) -> str:
    """Let people have joined the sandbox for WhatsApp."""
    for number in said.values():
        address = f"whatsapp:{number.removeprefix('whatsapp:')}"
        twilio.sandbox_participants.join(twilio.account_sid, address)
    return f"{', '.join(said.values())} joined the sandbox"


@phrase(
    r"(?:an?|one|the) (?:open )?conversation (?:of|between|with) (?:the )?(?:chat user |agent )?"
    r"{value} and (?:the )?(?:phone |customer |number )?{values}",
)
def conversation(twilio: Peers, said: Said) -> str:
    """Open a conversation of a chat user and people who text a number of the account."""
    number = twilio.incoming_phone_numbers.first() or _number(twilio, _free(twilio, FIRST))
    own = number["phone_number"]
    service = twilio.conversation_services.default(twilio.account_sid)
    thread = twilio.conversations.open(service, friendly_name="Support")
    participants = twilio.conversation_participants
    participants.add(thread, is_told=False, identity=said.value())
    for phone in said.values():
        bound: Doc = {"type": "sms", "address": phone, "proxy_address": own}
        fields: Doc = {"messaging_binding": bound, "_address": phone, "_proxy": own}
        participants.add(thread, is_told=False, **fields)
    return f"a conversation of {said.value()} and {', '.join(said.values())}"


def _few(count: int) -> int:
    if count > MOST:
        raise ValueError(f"{count} are too many: Setup text makes at most {MOST}")
    return count


def _free(twilio: Peers, number: int) -> str:
    return f"+{FIRST + twilio.incoming_phone_numbers.count() + number}"


def _number(twilio: Peers, number: str) -> Doc:
    there = twilio.incoming_phone_numbers.first(phone_number=number)
    return there or twilio.incoming_phone_numbers.provide(number)


PHRASES = phrases_of(sys.modules[__name__])
