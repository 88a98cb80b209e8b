"""What is asked for of a message besides its text: short links, RCS first, to be forgotten.

Source: https://www.twilio.com/docs/messaging/api/message-resource#create-a-message
"""

from typing import Any

from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.local.mirrors.twilio.messaging.channels.addresses import channel_of, is_chat
from mirra_mcp.wire.model import Doc

PUMPED, NO_RCS = 30450, 63036
NO_RCS_PHONES = "no_rcs"
"""The setting that lists who can't be reached over RCS."""


def of(sendable: Any) -> Doc:
    """Return what a message's document keeps of what was asked for."""
    return {
        "_shortens": sendable.shortens,
        "_discards": sendable.discards,
        "_obfuscates": sendable.obfuscates,
        "_is_unchecked": sendable.is_unchecked,
        "_fallback": sendable.fallback,
        "_rich": sendable.rich,
    }


def shorten(twilio: Peers, doc: Doc) -> int | None:
    """Put short links into a text when it is sent; return the code with which it fails instead.

    Source: https://www.twilio.com/docs/messaging/features/link-shortening
    """
    if not doc["_shortens"]:
        return None
    domain = twilio.link_domains.of_service(doc["messaging_service_sid"])
    code = 30103 if domain is None else twilio.link_domains.problem(domain)
    if domain is None or code is not None:
        return None if domain and domain["continue_on_failure"] else code
    body = twilio.short_links.shorten(doc, domain, doc["body"])
    is_whole = doc["_is_mms"] or is_chat(doc["to"])
    segments = twilio.messages.measures(body, smart=doc["_is_smart"], is_mms=is_whole)
    doc |= {"body": body, "_segments": segments, "_shortens": False}
    return None


def try_rcs(twilio: Peers, doc: Doc) -> None:
    """Let a service that has a sender of RCS send over it, to whom it reaches; else by SMS.

    Source: https://www.twilio.com/docs/rcs/send-an-rcs-message
    """
    if doc["from"] is not None or channel_of(doc["to"]) != "sms" or doc["_is_mms"]:
        return
    sender = twilio.service_channel_senders.choose(doc["messaging_service_sid"], "rcs")
    if sender is None or twilio.channel_senders.online(doc["account_sid"], sender) is None:
        return
    if reaches(twilio, doc["to"]):
        doc |= {"from": sender, "to": f"rcs:{doc['to']}"}
    elif doc["_fallback"]:
        doc["from"] = doc["_fallback"]


def reaches(twilio: Peers, to: str) -> bool:
    """Say whether somebody can be reached over RCS: everybody, unless simulated otherwise."""
    return to.removeprefix("rcs:") not in twilio.setting(NO_RCS_PHONES, ())


def refusal_of(twilio: Peers, doc: Doc) -> int | None:
    """Return why a message is stopped: SMS pumping, or a phone that has no RCS.

    The code of the latter is from memory.

    Source: https://www.twilio.com/docs/messaging/features/sms-pumping-protection-programmable-messaging
        https://www.twilio.com/docs/api/errors/30450
    """
    to = doc["to"]
    if channel_of(to) == "rcs":
        return None if reaches(twilio, to) else NO_RCS
    line = None if doc["_is_unchecked"] or is_chat(to) else twilio.carrier_lines.peek(to)
    is_pumped = line and line["blocked_at"] and not twilio.safe_list_numbers.has(to)
    return PUMPED if is_pumped else None


def forget(twilio: Peers, doc: Doc) -> None:
    """Forget the text and the recipient of a message that was sent, as was asked.

    Who gets it sees both.

    Source: https://www.twilio.com/docs/messaging/guides/privacy-message-redaction
    """
    if doc["_sent"] is not None or not (doc["_discards"] or doc["_obfuscates"]):
        return
    files = twilio.media.find(parent_sid=doc["sid"], newest_first=False)
    doc["_sent"] = {"to": doc["to"], "body": doc["body"], "files": files}
    if doc["_discards"]:
        doc["body"] = ""
        for file in files:
            twilio.media.drop(file)
    if doc["_obfuscates"]:
        doc["to"] = f"{doc['to'][:-4]}XXXX"


def recipient_of(doc: Doc) -> str:
    """Return whom a message is for, also when that is forgotten."""
    to: str = (doc["_sent"] or doc)["to"]
    return to
